# What `scripts/test --full` adds. Each of these compiles FRAME anew, with other features or as metadata for the linter.
# Sourced after common.sh, cargo.sh and bitcoind.sh.

# The pallets that are ours.
PALLETS=(anchor audit-record operators pan-token validators)

run_full() {
	local pallet packages=()
	for pallet in "${PALLETS[@]}"; do packages+=(--package "pallet-$pallet"); done

	stage "clippy"
	# In a folder of its own and without the runtime's wasm: the build script would run the linter in it, and all would have to
	# be built again afterwards.
	(
		export CARGO_TARGET_DIR=$PANTHEON_CACHE/target-clippy SKIP_WASM_BUILD=1
		cargo_logged clippy clippy --release --workspace --all-targets -- -D warnings
		# By itself, so that no test of another crate turns its helpers on, which the strict lints leave out.
		cargo_logged clippy-primitives clippy --release --package pantheon-primitives -- -D warnings
	)

	stage "the pallets' benchmarks, run as tests"
	cargo_logged benchmarks test --release "${packages[@]}" --features runtime-benchmarks
	tests_summary "$PANTHEON_CACHE/log/benchmarks.log" | sed 's/^/        /'

	stage "the pallets with try-runtime"
	cargo_logged try-runtime test --release "${packages[@]}" --features try-runtime
	tests_summary "$PANTHEON_CACHE/log/try-runtime.log" | sed 's/^/        /'

	stage "the runtime with both"
	cargo_logged runtime-features check --release --package pantheon-runtime --features runtime-benchmarks,try-runtime

	stage "the anchoring service killed before and after each step"
	# With --workspace, so that features are those of the other tests and nothing is compiled anew.
	cargo_logged anchor-crashes test --release --workspace --test crashes -- --ignored
	tests_summary "$PANTHEON_CACHE/log/anchor-crashes.log" | sed 's/^/        /'

	stage "the anchoring service between two versions of Bitcoin Core"
	ensure_second_bitcoind
	cargo_logged anchor-two-cores test --release --workspace --test two_cores -- --ignored
	tests_summary "$PANTHEON_CACHE/log/anchor-two-cores.log" | sed 's/^/        /'

	stage "cargo deny"
	if cargo deny --version >/dev/null 2>&1; then
		cargo_logged deny deny check
	else
		say "cargo-deny is not installed: skipped (cargo install cargo-deny --locked)"
	fi

	stage "PolkadotJS against pantheon-node --dev"
	if command -v npm >/dev/null; then
		run_polkadotjs
	else
		say "npm is not installed: skipped (apt-get install npm)"
	fi
}

# run_polkadotjs: what a wallet sees. In a subshell, so that its node ends with it.
run_polkadotjs() (
	local dir=$PANTHEON_CACHE/polkadotjs
	mkdir -p "$dir"
	[ -e "$dir/node_modules/@polkadot/api" ] ||
		logged npm npm install --prefix "$dir" --no-audit --no-fund @polkadot/api@16.5.6
	cp "$REPO_ROOT/scripts/lib/polkadotjs.mjs" "$dir/"
	source "$REPO_ROOT/scripts/lib/local-net.sh"
	RUN_DIR=$(mktemp -d "$dir/run-XXXX")
	trap 'stop_started; rm -rf "$RUN_DIR"' EXIT
	launch_node
	await_node
	logged polkadotjs timeout 180 node "$dir/polkadotjs.mjs" "$NODE_URL"
	say "metadata, a signed transfer, the log's digest: all understood"
)
