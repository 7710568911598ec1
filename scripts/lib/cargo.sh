# Long cargo runs that say how far they are. Sourced after common.sh.

# claim_target: has cargo look anew at our sources where another clone built into this target folder last. Cargo tells
# clones apart by neither path nor content, and takes the other's build for this one's where its files are newer.
claim_target() {
	local stamp=$CARGO_TARGET_DIR/.pantheon-clone
	[ "$(cat "$stamp" 2>/dev/null)" != "$REPO_ROOT" ] || return 0
	mkdir -p "$CARGO_TARGET_DIR"
	(cd "$REPO_ROOT" && git ls-files -z 2>/dev/null | xargs -0 -r touch -c --)
	printf '%s\n' "$REPO_ROOT" >"$stamp"
}

# cargo_logged NAME ARGS…: cargo with its output in a log; one line a minute while it works, the end of the log when
# it fails.
cargo_logged() {
	local name=$1 log ticker status=0
	shift
	claim_target
	log=$PANTHEON_CACHE/log/$name.log
	: >"$log"
	tick "$log" &
	ticker=$!
	(cd "$REPO_ROOT" && cargo "$@") >"$log" 2>&1 || status=$?
	kill "$ticker" 2>/dev/null || true
	wait "$ticker" 2>/dev/null || true
	if [ $status -ne 0 ]; then
		grep -E '^(error|test .* FAILED|failures:|---- )' "$log" | head -n 40 >&2 || true
		tail -n 30 "$log" >&2
		! grep -q '^test result: ' "$log" || tests_summary "$log" >&2 || true
		fail "cargo $1 did not succeed." "read $log"
	fi
}

# tick LOG: once a minute, how many crates are compiled or which test runs.
tick() {
	local log=$1 compiled last
	# Ends with the script that started it.
	while sleep 60 && kill -0 "$$" 2>/dev/null; do
		compiled=$(grep -cE '^ +Compiling ' "$log") || true
		last=$(grep -E '^ +(Compiling|Running|Doc-tests) ' "$log" | tail -n 1 | sed -E 's/^ +//; s/ \(.*//') || true
		say "[$(elapsed)] $compiled crates compiled; $last"
	done
}

# build_programs: every program of the workspace, in the release profile that the tests use too (docs/adr/0002).
build_programs() {
	[ "$(nproc)" -gt 2 ] || [ -d "$BIN_DIR/deps" ] || say "the first build compiles about 1,300 crates: the better part of an hour on 2 cores"
	cargo_logged build build --release --workspace
}

# tests_per_binary LOG: one line for each test binary.
tests_per_binary() {
	awk '/^ +(Running|Doc-tests) / { name = $NF; gsub(/[()]/, "", name); sub(/.*\//, "", name); sub(/-[0-9a-f]+$/, "", name) }
		/^test result: / { sub(/^test result: /, ""); sub(/; 0 measured.*/, ""); print "        " name ": " $0 }' "$1"
}

# tests_summary LOG: adds up the results of all test binaries, in the form in which `cargo test` prints one.
tests_summary() {
	awk '/^test result: / {
			gsub(/[;,]/, " ")
			for (i = 1; i < NF; i++) {
				if ($(i + 1) == "passed") passed += $i
				if ($(i + 1) == "failed") failed += $i
				if ($(i + 1) == "ignored") ignored += $i
				if ($i == "in") seconds += $(i + 1)
			}
		}
		END {
			printf "test result: %s. %d passed; %d failed; %d ignored; 0 measured; 0 filtered out; finished in %.2fs\n", (failed || !passed) ? "FAILED" : "ok", passed, failed, ignored, seconds
			exit (failed || !passed)
		}' "$1"
}
