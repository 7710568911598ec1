# Checks that need no compiled dependency: seconds, not minutes. Sourced after common.sh by scripts/test.

# markdown_files: every page of the repository.
markdown_files() { git -C "$REPO_ROOT" ls-files --cached --others --exclude-standard '*.md'; }

check_format() {
	(cd "$REPO_ROOT" && cargo fmt --all --check >"$PANTHEON_CACHE/log/fmt.log" 2>&1) ||
		fail "the code is not formatted: $(grep -c '^Diff in' "$PANTHEON_CACHE/log/fmt.log") places." "run: cargo fmt --all"
}

check_shell() {
	local file files
	cd "$REPO_ROOT" || return
	files=(.ci/run scripts/lib/*.sh)
	# Every script but those of another language.
	mapfile -t -O ${#files[@]} files < <(grep -lE '^#!.*bash' scripts/* 2>/dev/null)
	for file in "${files[@]}"; do
		bash -n "$file" || fail "$file is not valid bash." "mend the line named above."
	done
	if command -v shellcheck >/dev/null; then
		shellcheck --external-sources --severity=warning "${files[@]}" || fail "shellcheck objects." "mend the lines named above."
	else
		say "shellcheck is not installed: syntax was checked, style was not"
	fi
}

# check_docs: each relative link leads to a file of the repository, and docs/README.md lists every page.
check_docs() {
	local page target broken=0
	while read -r page; do
		if ! grep -qF "](${page#docs/})" "$REPO_ROOT/docs/README.md"; then
			printf 'docs/README.md: %s is not listed\n' "$page" >&2
			broken=1
		fi
	done < <(markdown_files | grep -E '^docs/[a-z]+/')
	while read -r page; do
		while read -r target; do
			target=${target%%#*}
			[ -n "$target" ] || continue
			if [ ! -e "$REPO_ROOT/$(dirname "$page")/$target" ]; then
				printf '%s: link to %s, which is not there\n' "$page" "$target" >&2
				broken=1
			fi
		done < <(grep -oE '\]\([^)]+\)' "$REPO_ROOT/$page" | sed -E 's/^\]\(//; s/\)$//' | grep -vE '^(https?|mailto):' || true)
	done < <(markdown_files)
	[ $broken -eq 0 ] || fail "the documentation has broken or missing links." "mend the pages named above."
	if git -C "$REPO_ROOT" grep -nE '(^|[^[:alnum:]_./~-])/(root|home/[a-z]+)/' -- '*.md' '*.sh' '*.rs' '*.toml' scripts >&2; then
		fail "a path of somebody's machine stands in the repository." "write it relative to the repository or to \$HOME."
	fi
}

# check_commands: each command line in the documentation names subcommands and options that exist.
# A command stands in a code block and begins with the program's name.
check_commands() {
	local page line words word wrong=0 help program sub
	while read -r page; do
		while read -r line; do
			read -ra words <<<"$line"
			program=${words[0]}
			[ -x "$BIN_DIR/$program" ] || continue
			sub=()
			for word in "${words[@]:1}"; do
				[[ $word =~ ^[a-z][a-z-]*$ ]] || break
				"$BIN_DIR/$program" "${sub[@]}" "$word" --help >/dev/null 2>&1 || break
				sub+=("$word")
			done
			help=$("$BIN_DIR/$program" "${sub[@]}" --help 2>&1) || help=
			for word in "${words[@]:1}"; do
				# What follows -- is somebody else's command.
				[ "$word" != -- ] || break
				[[ $word == --* ]] || continue
				if ! grep -qE -- "(^|[[:space:],])${word%%=*}([[:space:]=,.]|\$)" <<<"$help"; then
					printf '%s: %s has no option %s\n' "$page" "$program ${sub[*]}" "$word" >&2
					wrong=1
				fi
			done
			if [ ${#words[@]} -gt 1 ] && [ ${#sub[@]} -eq 0 ] && [[ ${words[1]} =~ ^[a-z] ]]; then
				printf '%s: %s has no subcommand %s\n' "$page" "$program" "${words[1]}" >&2
				wrong=1
			fi
		done < <(fenced_commands "$REPO_ROOT/$page")
	done < <(markdown_files)
	[ $wrong -eq 0 ] || fail "the documentation shows commands that don't exist." "mend the pages named above."
}

# fenced_commands FILE: the lines of code blocks (fenced or indented, joined where they end in a backslash) that call a
# program of ours.
fenced_commands() {
	awk '/^[[:space:]]*```/ { fence = !fence; next }
		fence || /^    / || line != "" { line = line $0; if (line ~ /\\$/) { sub(/\\$/, " ", line); next } print line; line = "" }' "$1" |
		sed -E 's/^[[:space:]]*(\$ )?//' | grep -E '^pantheon(-[a-z]+)? ' || true
}

# check_licences: no Apache-2.0 crate of ours links a GPL-3.0-only one (docs/adr/0008).
check_licences() {
	local crate found wrong=0
	while read -r crate; do
		found=$(cd "$REPO_ROOT" && cargo tree --offline --package "$crate" --edges normal --prefix none --format '{p} {l}' 2>/dev/null |
			grep -E ' GPL-3\.0-only( \(\*\))?$' | sort -u | head -n 3) || true
		if [ -n "$found" ]; then
			printf '%s is Apache-2.0 and links:\n%s\n' "$crate" "$found" >&2
			wrong=1
		fi
	done < <(cd "$REPO_ROOT" && cargo metadata --offline --no-deps --format-version 1 | jq -r '.packages[] | select(.license == "Apache-2.0") | .name')
	[ $wrong -eq 0 ] || fail "a licence boundary is crossed." "drop the dependency, or change the crate's licence (docs/adr/0008-licences.md)."
}

# build_plan CARGO-ARGS…: every unit of the third-party dependencies as cargo would compile it, one a line.
# The plan is an unstable output of cargo; it compiles nothing.
build_plan() {
	(cd "$REPO_ROOT" && RUSTC_BOOTSTRAP=1 cargo "$@" --release --workspace --offline -Zunstable-options --unit-graph 2>/dev/null) |
		jq -r '.units[] | select(.mode == "build" and (.pkg_id | startswith("path+") | not))
			| [.pkg_id, .target.name, (.features | sort | join(",")), .profile.opt_level] | @tsv' | sort -u
}

# check_one_build: the programs and the tests compile the same dependencies with the same features (docs/adr/0002).
# What tests add is fine; what programs need and tests don't is a second build of it.
check_one_build() {
	local programs twice
	programs=$(build_plan build)
	[ -n "$programs" ] || fail "cargo gave no build plan." "run: RUSTC_BOOTSTRAP=1 cargo build --release --workspace -Zunstable-options --unit-graph"
	twice=$(comm -23 <(echo "$programs") <(build_plan test --no-run) | cut -f1 | sed 's/.*[#/]//' | sort -u)
	[ -z "$twice" ] || fail "these crates would be compiled twice, for the programs and for the tests: $(echo "$twice" | head -n 10 | tr '\n' ' ')" \
		"a dev-dependency turns on a feature: turn it on in the ordinary dependency as well, or off in the tests."
}
