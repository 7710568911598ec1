# Bitcoin Core nodes for the tests and the quickstart: regtest only.
# Sourced after common.sh. `ensure_bitcoind` is what others call, and `ensure_second_bitcoind` where two versions meet.
#
# No package registry has a current bitcoind, so it is built, once, from the Core sources that the
# crate registry holds inside `libbitcoinkernel-sys` (MIT licence, as Core itself). Those trees are development
# snapshots (28.99, 31.99), unreleased by the Bitcoin Core project: test fixtures, never to be used on mainnet.
# To anchor for real, point pantheon-anchor at a release that you installed and checked yourself.

BITCOIN_CRATE=libbitcoinkernel-sys
# Each version that is used, and the SHA-256 of its .crate file.
declare -A BITCOIN_CRATE_DIGEST=(
	[0.0.1]=5a7da32f3bc72e876b92ace44cb4dda867990f82615c9777ac9ba75e7fce29d8
	[0.0.2]=43548fc4d77c471be4fa3141f3cd991f9fad2ce048be31bb86bccf2350591d50
	[0.4.1]=345d18a1ce19a1becfcaaa066e3a60e9c7813ef5c23ea8c20704ca4ba1a46339
)

# select_core 28.99|31.99: sets CORE_BIN, CORE_CRATES and CORE_OPTIONS, which say how that Core is built.
select_core() {
	case $1 in
	28.99)
		# With the wallet, which the anchor signs with. Two versions of the crate hold complementary halves of
		# the same tree: 0.0.2 has everything but the wallet and the ipc folder, which 0.0.1 has.
		CORE_BIN=$BITCOIN_BIN
		CORE_CRATES=(0.0.2 0.0.1)
		CORE_OPTIONS=(-DENABLE_WALLET=ON -DWITH_SQLITE=ON -DWITH_BDB=OFF -DBUILD_WALLET_TOOL=OFF)
		;;
	31.99)
		# The policy of Core 30 and later (0.1 sat/vB relays, large data outputs too). The crate has no wallet.
		CORE_BIN=$BITCOIN_BIN-31
		CORE_CRATES=(0.4.1)
		CORE_OPTIONS=(-DENABLE_WALLET=OFF -DENABLE_IPC=OFF -DBUILD_BITCOIN_BIN=OFF -DWITH_EMBEDDED_ASMAP=OFF)
		;;
	*) fail "Bitcoin Core $1 can't be built." "name 28.99 or 31.99." ;;
	esac
}

# bitcoind_has_wallet EXE: whether this node was built with the wallet.
bitcoind_has_wallet() {
	local help
	help=$("$1" -help 2>/dev/null) || return 1
	[[ $help == *-disablewallet* ]]
}

# bitcoind_version EXE: prints its first words about itself.
bitcoind_version() { "$1" -version | head -n 1; }

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
	version=$(bitcoind_version "$1") || true
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
	ensure_core 28.99
	use_bitcoind "$CORE_BIN/bitcoind" "test fixture, never for mainnet"
}

# ensure_second_bitcoind: sets and exports BITCOIND_SECOND_EXE, a node of another version as peer of the first:
# BITCOIND_SECOND_EXE as given, the one in the cache, else one built into the cache.
ensure_second_bitcoind() {
	local how="from BITCOIND_SECOND_EXE" version
	if [ -z "${BITCOIND_SECOND_EXE:-}" ]; then
		ensure_core 31.99
		BITCOIND_SECOND_EXE=$CORE_BIN/bitcoind
		how="without wallet; test fixture, never for mainnet"
	fi
	[ -x "$BITCOIND_SECOND_EXE" ] || fail "BITCOIND_SECOND_EXE names $BITCOIND_SECOND_EXE, which is not a program." "unset BITCOIND_SECOND_EXE or point it at a bitcoind."
	export BITCOIND_SECOND_EXE
	version=$(bitcoind_version "$BITCOIND_SECOND_EXE") || true
	say "$version ($how)"
}

# ensure_core VERSION: that Core is in the cache, in CORE_BIN.
ensure_core() {
	select_core "$1"
	[ ! -x "$CORE_BIN/bitcoind" ] || return 0
	say "building Bitcoin Core $1 once, for the tests (several minutes on 2 cores)"
	# Two scripts started side by side must not build into the same folder.
	mkdir -p "$PANTHEON_CACHE/bitcoin"
	(
		flock 9
		[ -x "$CORE_BIN/bitcoind" ] || build_core "$1"
	) 9>"$PANTHEON_CACHE/bitcoin/lock"
}

# crate_source VERSION: prints the folder with the unpacked source of that version of the crate, which
# cargo fetches and checks against the registry's index. The index must name the digest that stands above.
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
	grep -qF "checksum = \"${BITCOIN_CRATE_DIGEST[$1]}\"" "$dir/Cargo.lock" || {
		printf '%s %s is not the file that is expected here\n' "$BITCOIN_CRATE" "$1" >&2
		return 1
	}
	(cd "$dir" && cargo metadata --quiet --offline --format-version 1) |
		jq -er --arg name "$BITCOIN_CRATE" '.packages[] | select(.name == $name) | .manifest_path | rtrimstr("/Cargo.toml")'
}

# lay_out_core TREE: puts the sources of the selected Core there. A further crate gives what the first leaves out.
lay_out_core() {
	local tree=$1 crate source folder
	rm -rf "$tree"
	for crate in "${CORE_CRATES[@]}"; do
		source=$(crate_source "$crate") || return 1
		if [ ! -e "$tree" ]; then
			cp -r "$source/bitcoin" "$tree" || return 1
			continue
		fi
		for folder in wallet ipc; do
			cp -r "$source/bitcoin/src/$folder" "$tree/src/" || return 1
		done
	done
}

# build_core VERSION: the selected Core, into CORE_BIN. The programs appear there whole or not at all.
build_core() {
	local tree=$PANTHEON_CACHE/bitcoin/core-$1 build=$PANTHEON_CACHE/bitcoin/build-$1 jobs=${PANTHEON_BUILD_JOBS:-$(nproc)}
	lay_out_core "$tree" ||
		fail "the sources of Bitcoin Core could not be fetched from the crate registry." "check the network and the disk, or set BITCOIND_EXE (for the second version BITCOIND_SECOND_EXE) to a bitcoind of version 24 or later."
	# -O1: compiling takes a third less time, and on regtest nothing waits for the node.
	logged bitcoind-configure cmake -S "$tree" -B "$build" \
		-DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_FLAGS_RELEASE=-O1 -DCMAKE_C_FLAGS_RELEASE=-O2 \
		-DBUILD_DAEMON=ON -DBUILD_CLI=ON -DBUILD_TX=OFF -DBUILD_UTIL=OFF -DBUILD_TESTS=OFF -DBUILD_BENCH=OFF \
		-DBUILD_KERNEL_LIB=OFF -DENABLE_EXTERNAL_SIGNER=OFF -DWITH_ZMQ=OFF -DINSTALL_MAN=OFF "${CORE_OPTIONS[@]}"
	logged bitcoind-build cmake --build "$build" -j"$jobs" --target bitcoind bitcoin-cli
	mkdir -p "$CORE_BIN"
	local program found version
	# bitcoind last: its presence means that everything is there.
	for program in bitcoin-cli bitcoind; do
		found=$build/bin/$program
		[ -x "$found" ] || found=$build/src/$program
		version=$(bitcoind_version "$found") || true
		[[ $version == *" v$1."* ]] || fail "$program calls itself '$version' instead of $1." "delete $PANTHEON_CACHE/bitcoin and run the same command again."
		cp "$found" "$CORE_BIN/.$program.new"
		strip "$CORE_BIN/.$program.new"
		mv "$CORE_BIN/.$program.new" "$CORE_BIN/$program"
	done
	rm -rf "$tree" "$build"
}
