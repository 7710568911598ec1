# A Bitcoin Core node for the tests and the quickstart: regtest only.
# Sourced after common.sh. `ensure_bitcoind` is the one thing that others call.
#
# No package registry has a current bitcoind, so one is built, once, from the Core sources that the
# crate registry holds inside `libbitcoinkernel-sys` (MIT licence, as Core itself). That tree is a development
# snapshot (28.99), unreleased by the Bitcoin Core project: a test fixture, never to be used on mainnet.
# To anchor for real, point pantheon-anchor at a release that you installed and checked yourself.

# Two versions of the crate hold complementary halves of the same tree: 0.0.2 has everything but the
# wallet and the ipc folder, which 0.0.1 has.
BITCOIN_CRATE=libbitcoinkernel-sys
BITCOIN_CRATE_BASE=0.0.2
BITCOIN_CRATE_WALLET=0.0.1

# bitcoind_has_wallet EXE: whether this node was built with the wallet, which the anchor signs with.
bitcoind_has_wallet() {
	local help
	help=$("$1" -help 2>/dev/null) || return 1
	[[ $help == *-disablewallet* ]]
}

# use_bitcoind EXE HOW: settle on this node, for this shell and for what it starts.
# BITCOIN_CLI_EXE stays empty when no bitcoin-cli lies beside the node.
use_bitcoind() {
	BITCOIND_EXE=$1
	BITCOIN_CLI_EXE=
	local beside
	beside=$(dirname "$1")/bitcoin-cli
	[ ! -x "$beside" ] || BITCOIN_CLI_EXE=$beside
	export BITCOIND_EXE BITCOIN_CLI_EXE
	local version
	version=$("$1" -version | head -n 1) || true
	say "$version ($2)"
}

# ensure_bitcoind: sets and exports BITCOIND_EXE. In this order: BITCOIND_EXE as given, a bitcoind on
# PATH, the one in the cache, else one built into the cache.
ensure_bitcoind() {
	if [ -n "${BITCOIND_EXE:-}" ]; then
		[ -x "$BITCOIND_EXE" ] || fail "BITCOIND_EXE names $BITCOIND_EXE, which is not a program." "unset BITCOIND_EXE or point it at a bitcoind."
		bitcoind_has_wallet "$BITCOIND_EXE" || fail "$BITCOIND_EXE was built without a wallet." "point BITCOIND_EXE at a bitcoind with wallet support, or unset it."
		use_bitcoind "$BITCOIND_EXE" "from BITCOIND_EXE"
		return
	fi
	local found
	if found=$(command -v bitcoind); then
		if bitcoind_has_wallet "$found"; then
			use_bitcoind "$found" "from PATH"
			return
		fi
		say "$found has no wallet; leaving it aside"
	fi
	if [ ! -x "$BITCOIN_BIN/bitcoind" ]; then
		say "building Bitcoin Core 28.99 once, for the tests (about 4 minutes on 2 cores)"
		# Two scripts started side by side must not build into the same folder.
		mkdir -p "$PANTHEON_CACHE/bitcoin"
		(
			flock 9
			[ -x "$BITCOIN_BIN/bitcoind" ] || build_bitcoind
		) 9>"$PANTHEON_CACHE/bitcoin/lock"
	fi
	use_bitcoind "$BITCOIN_BIN/bitcoind" "test fixture, never for mainnet"
}

# crate_source VERSION: prints the folder with the unpacked source of that version of the crate, which
# cargo fetches and checks against the registry's index.
crate_source() {
	local dir=$PANTHEON_CACHE/bitcoin/fetch-$1
	mkdir -p "$dir/src"
	: >"$dir/src/lib.rs"
	cat >"$dir/Cargo.toml" <<-TOML
		[package]
		name = "fetch"
		version = "0.0.0"
		edition = "2021"
		[dependencies]
		$BITCOIN_CRATE = "=$1"
		[workspace]
	TOML
	(cd "$dir" && cargo fetch --quiet) || return 1
	(cd "$dir" && cargo metadata --quiet --offline --format-version 1) |
		jq -er --arg name "$BITCOIN_CRATE" '.packages[] | select(.name == $name) | .manifest_path | rtrimstr("/Cargo.toml")'
}

# build_bitcoind: into $BITCOIN_BIN. The programs appear there whole or not at all.
build_bitcoind() {
	local base wallet tree build jobs
	tree=$PANTHEON_CACHE/bitcoin/core28
	build=$PANTHEON_CACHE/bitcoin/build28
	jobs=${PANTHEON_BUILD_JOBS:-$(nproc)}
	if ! base=$(crate_source "$BITCOIN_CRATE_BASE") || ! wallet=$(crate_source "$BITCOIN_CRATE_WALLET"); then
		fail "the sources of Bitcoin Core could not be fetched from the crate registry." "check the network, or set BITCOIND_EXE to a bitcoind of version 24 or later."
	fi
	rm -rf "$tree"
	cp -r "$base/bitcoin" "$tree"
	cp -r "$wallet/bitcoin/src/wallet" "$wallet/bitcoin/src/ipc" "$tree/src/"
	# -O1: compiling takes a third less time, and on regtest nothing waits for the node.
	logged bitcoind-configure cmake -S "$tree" -B "$build" \
		-DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_FLAGS_RELEASE=-O1 -DCMAKE_C_FLAGS_RELEASE=-O2 \
		-DBUILD_DAEMON=ON -DBUILD_CLI=ON -DBUILD_TX=OFF -DBUILD_UTIL=OFF -DBUILD_TESTS=OFF -DBUILD_BENCH=OFF \
		-DBUILD_KERNEL_LIB=OFF -DBUILD_WALLET_TOOL=OFF -DENABLE_EXTERNAL_SIGNER=OFF -DWITH_ZMQ=OFF -DINSTALL_MAN=OFF \
		-DENABLE_WALLET=ON -DWITH_SQLITE=ON -DWITH_BDB=OFF
	logged bitcoind-build cmake --build "$build" -j"$jobs" --target bitcoind bitcoin-cli
	mkdir -p "$BITCOIN_BIN"
	local program found
	# bitcoind last: its presence means that everything is there.
	for program in bitcoin-cli bitcoind; do
		found=$build/bin/$program
		[ -x "$found" ] || found=$build/src/$program
		cp "$found" "$BITCOIN_BIN/.$program.new"
		strip "$BITCOIN_BIN/.$program.new"
		mv "$BITCOIN_BIN/.$program.new" "$BITCOIN_BIN/$program"
	done
	rm -rf "$tree" "$build"
}
