# Tools of others that judge what Pantheon writes, from PyPI in a virtual environment in the cache: OpenSSL (by the
# package `cryptography`), the CBOR library `cbor2`, and the stock OpenTimestamps client `ots`. Sourced after common.sh.

INTEROP_PACKAGES=(cryptography==50.0.2 cbor2==6.2.1 opentimestamps==0.4.5 opentimestamps-client==0.7.2)
INTEROP_VENV=$PANTHEON_CACHE/interop/$(printf '%s ' "${INTEROP_PACKAGES[@]}" | sha256sum | cut -c1-16)

# ensure_interop: installs the packages, once.
ensure_interop() {
	# What comes last is there only when all the rest is.
	[ ! -e "$INTEROP_VENV/complete" ] || return 0
	command -v python3 >/dev/null || fail "python3 is not installed." "install it: apt-get install python3 python3-venv"
	python3 -c 'import ensurepip' 2>/dev/null || fail "python3 cannot make virtual environments." "install them: apt-get install python3-venv"
	say "installing ${INTEROP_PACKAGES[*]}"
	rm -rf "$INTEROP_VENV"
	mkdir -p "$(dirname "$INTEROP_VENV")"
	logged interop-venv python3 -m venv "$INTEROP_VENV"
	logged interop-pip "$INTEROP_VENV/bin/python" -m pip install --disable-pip-version-check --only-binary :all: "${INTEROP_PACKAGES[@]}"
	: >"$INTEROP_VENV/complete"
}

# What follows is for scripts/quickstart: it uses that script's run folder, bitcoind, node and helpers.

# interop COMMAND: the judges' driver, JSON in and out.
interop() { "$INTEROP_VENV/bin/python" "$REPO_ROOT/scripts/lib/interop.py" "$1" 2>>"$RUN_DIR/log/interop.err"; }

# stock_ots ARGS…: the stock client's `verify`, against the bitcoind of this run. Prints what it says.
stock_ots() {
	"$INTEROP_VENV/bin/ots" --no-cache --btc-regtest --bitcoin-node "http://$(cat "$RUN_DIR/bitcoin/regtest/.cookie")@127.0.0.1:$BITCOIN_RPC_PORT" \
		verify "$@" 2>&1
}

# judge_timestamp FILE: the stock client bears out that the stamped file, which lies beside FILE without its suffix, existed
# at the height of the anchor; and it refuses FILE with a byte changed in any of several places, and another stamped file.
judge_timestamp() {
	local file=$1 digest words size offset
	digest=$(sha256sum <"${file%.ots}" | cut -d' ' -f1)
	words=$(stock_ots "$file") || fail "the stock OpenTimestamps client refuses $file: $words" "this is a defect: keep $RUN_DIR and report it"
	[[ $words == *"Success! Bitcoin block $(anchor_height) attests existence"* ]] ||
		fail "the stock OpenTimestamps client says of $file: $words" "this is a defect: keep $RUN_DIR and report it"
	words=$(stock_ots -d "$digest" "$file") || fail "the stock OpenTimestamps client refuses the digest $digest: $words" "this is a defect: keep $RUN_DIR and report it"
	size=$(stat -c %s "$file")
	for offset in 40 $((size / 4)) $((size / 2)) $((size * 3 / 4)) $((size - 1)); do
		flip_bit "$file" "$RUN_DIR/changed.ots" "$offset"
		if words=$(stock_ots -d "$digest" "$RUN_DIR/changed.ots"); then
			fail "the stock OpenTimestamps client takes $file with byte $offset changed: $words" "this is a defect: keep $RUN_DIR and report it"
		fi
	done
	flip_bit "${file%.ots}" "$RUN_DIR/changed" 7
	cp "$file" "$RUN_DIR/changed.ots"
	if words=$(stock_ots "$RUN_DIR/changed.ots"); then
		fail "the stock OpenTimestamps client takes $file for another file: $words" "this is a defect: keep $RUN_DIR and report it"
	fi
}

# hex_of FILE
hex_of() { od -An -v -tx1 "$1" | tr -d ' \n'; }

# judge_transparent FILE RESULT KEY: others' CBOR and ML-DSA recompute the log's root from the transparent statement FILE
# and find the seal (by the operator's public KEY, hex) and the receipt (by the log key in RESULT, the JSON of
# `pantheon proof`) good; and they refuse FILE with a byte changed in any of several places.
judge_transparent() {
	local file=$1 result=$2 key=$3 shown root size offset
	shown_by_others() {
		jq -n --arg transparent "$(hex_of "$1")" --arg operator_key "$key" --slurpfile result "$result" \
			'[{$transparent, $operator_key, log_key: $result[0].cose.log_key}]' | interop transparent | jq -c '.[0]'
	}
	shown=$(shown_by_others "$file")
	root=$(node_rpc audit_checkpoint "[$(jq .block_number "$result")]" | jq -r .checkpoint.log_root)
	jq -en --argjson shown "$shown" --arg root "${root#0x}" --slurpfile result "$result" '$result[0] as $r
		| $shown.root == $root and $shown.size == $r.log_size and $shown.index == $r.index
		and $shown.statement == $r.cose.statement and $shown.issuer == "pantheon:" + $r.cose.log_key_id' >/dev/null ||
		fail "others make of $file: $shown" "this is a defect: keep $RUN_DIR and report it"
	size=$(stat -c %s "$file")
	for offset in 5 100 $((size / 4)) $((size / 2)) $((size * 3 / 4)) $((size - 1)); do
		flip_bit "$file" "$RUN_DIR/changed.cose" "$offset"
		shown=$(shown_by_others "$RUN_DIR/changed.cose")
		[ "$shown" = null ] || fail "others take $file with byte $offset changed: $shown" "this is a defect: keep $RUN_DIR and report it"
	done
}
