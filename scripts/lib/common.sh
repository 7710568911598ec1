# Shared by every script: where things live, how a stage is announced, how a script gives up.
# Sourced, never run.

set -euo pipefail

REPO_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

# Everything that is built or downloaded lives in one cache folder outside the clone, so that a fresh
# clone starts warm. Override with PANTHEON_CACHE.
PANTHEON_CACHE=${PANTHEON_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/pantheon}
mkdir -p "$PANTHEON_CACHE/log"
# A target folder must be called `target`: the wasm builder looks for that name.
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PANTHEON_CACHE/target}
BIN_DIR=$CARGO_TARGET_DIR/release
BITCOIN_BIN=$PANTHEON_CACHE/bitcoin/bin

# Without colour when nobody looks.
if [ -t 1 ]; then BOLD=$(printf '\033[1m') DIM=$(printf '\033[2m') RESET=$(printf '\033[0m'); else BOLD='' DIM='' RESET=''; fi

START_SECONDS=$SECONDS

# elapsed: minutes and seconds since the script began.
elapsed() { local s=$((SECONDS - START_SECONDS)); printf '%02d:%02d' $((s / 60)) $((s % 60)); }

# stage TEXT: announce a stage with the time elapsed so far.
stage() { printf '%s[%s]%s %s\n' "$BOLD" "$(elapsed)" "$RESET" "$*"; }

# say TEXT: a line that belongs to the current stage.
say() { printf '        %s\n' "$*"; }

# fail SENTENCE REMEDY: one clear sentence, what to do about it, and exit 1.
fail() {
	printf '\n%s[%s] failed:%s %s\n' "$BOLD" "$(elapsed)" "$RESET" "$1" >&2
	[ $# -lt 2 ] || printf '        remedy: %s\n' "$2" >&2
	exit 1
}

# logged NAME COMMAND…: run a noisy command with its output in a log file; on failure show the tail.
logged() {
	local name=$1 log
	shift
	log=$PANTHEON_CACHE/log/$name.log
	if ! "$@" >"$log" 2>&1; then
		tail -n 40 "$log" >&2
		fail "$name did not succeed." "read $log, mend the cause, and run the same command again."
	fi
}
