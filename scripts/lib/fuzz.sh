# The fuzz targets of primitives/fuzz, on the stable toolchain. Sourced after common.sh and cargo.sh.
#
# libFuzzer needs its coverage instrumentation, which stable rustc has; it needs no sanitizer here, since the code
# under test has no unsafe of its own. Every crash is a file that the target takes as its argument.

FUZZ_DIR=$REPO_ROOT/primitives/fuzz
FUZZ_CACHE=$PANTHEON_CACHE/fuzz
FUZZ_FLAGS="--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares"

# run_fuzz_targets SECONDS [TARGET…]: every target, or the ones named, for so long. The corpus is kept in the cache and grows from run to run; the
# seeds in the repository are read, never written.
run_fuzz_targets() {
	local seconds=$1 host target targets log runs inputs
	shift
	targets=("$@")
	[ ${#targets[@]} -gt 0 ] || targets=("$FUZZ_DIR"/fuzz_targets/*.rs)
	host=$(rustc -vV | sed -n 's/^host: //p')
	# With a target named, build scripts and macros stay uninstrumented.
	RUSTFLAGS=$FUZZ_FLAGS CARGO_TARGET_DIR=$FUZZ_CACHE/target cargo_logged fuzz-build build --release --locked --manifest-path "$FUZZ_DIR/Cargo.toml" --target "$host"
	for target in "${targets[@]}"; do
		target=$(basename "$target" .rs)
		log=$PANTHEON_CACHE/log/fuzz-$target.log
		mkdir -p "$FUZZ_CACHE/corpus/$target" "$FUZZ_CACHE/crashes"
		inputs=("$FUZZ_CACHE/corpus/$target")
		[ ! -d "$FUZZ_DIR/seeds/$target" ] || inputs+=("$FUZZ_DIR/seeds/$target")
		"$FUZZ_CACHE/target/$host/release/$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=4096 -print_final_stats=1 \
			-artifact_prefix="$FUZZ_CACHE/crashes/$target-" "${inputs[@]}" >"$log" 2>&1 || {
			tail -n 20 "$log" >&2
			fail "the fuzz target $target found an input that breaks it." "it lies in $FUZZ_CACHE/crashes; run $FUZZ_CACHE/target/$host/release/$target with it as argument."
		}
		runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
		say "$target: ${runs:-0} inputs in $seconds s, none breaks it"
	done
}
