# The wasm targets that the runtime and the browser verifier are compiled for.
# Sourced by scripts/setup.
#
# `rustup target add` is the ordinary way. Where rustup's servers are out of reach, the same libraries are
# built from Debian's `rust-src` package of exactly the installed compiler version.

SYSROOT=$(rustc --print sysroot)

target_installed() { compgen -G "$SYSROOT/lib/rustlib/$1/lib/libcore*.rlib" >/dev/null; }

# fetch_rust_src: put the standard library's source into the sysroot, out of Debian's archive.
# apt checks the package against the archive's signed index; the machine's own sources stay untouched.
fetch_rust_src() {
	local version dir mirror suite deb apt_options
	[ -f "$SYSROOT/lib/rustlib/src/rust/library/Cargo.lock" ] && return 0
	version=$(rustc --version | cut -d' ' -f2)
	dir=$PANTHEON_CACHE/rust-src
	rm -rf "$dir"
	mkdir -p "$dir/lists/partial" "$dir/archives"
	mirror=$(grep -rhoE 'https?://[^ ]+/debian/?( |$)' /etc/apt/sources.list /etc/apt/sources.list.d 2>/dev/null | head -n 1 | tr -d ' ') || true
	mirror=${mirror:-http://deb.debian.org/debian}
	for suite in trixie-backports trixie forky sid; do
		echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" >"$dir/sources.list"
		apt_options=(-o "Dir::Etc::SourceList=$dir/sources.list" -o Dir::Etc::SourceParts=/dev/null
			-o "Dir::State::Lists=$dir/lists" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache=
			-o APT::Sandbox::User=root)
		apt-get "${apt_options[@]}" update >&2 || continue
		deb=$(apt-cache "${apt_options[@]}" madison rust-src | awk '{print $3}' | grep -F "$version+dfsg" | head -n 1) || true
		[ -n "$deb" ] || continue
		(cd "$dir/archives" && apt-get "${apt_options[@]}" download "rust-src=$deb") >&2 || continue
		dpkg -x "$dir"/archives/rust-src_*.deb "$dir/unpacked" || return 1
		# A half-made folder of an earlier attempt would receive the copy inside itself.
		rm -rf "$SYSROOT/lib/rustlib/src/rust/library"
		mkdir -p "$SYSROOT/lib/rustlib/src/rust"
		cp -r "$dir/unpacked/usr/src/rustc-$version/library" "$SYSROOT/lib/rustlib/src/rust/library" || return 1
		rm -rf "$dir/unpacked"
		return 0
	done
	return 1
}

# build_target TARGET CRATES: compile the standard library for a target into the sysroot.
build_target() {
	local target=$1 crates=$2 dir=$PANTHEON_CACHE/build-std/$1
	rm -rf "$dir"
	mkdir -p "$dir/src"
	printf '#![no_std]\n' >"$dir/src/lib.rs"
	printf '[package]\nname = "build-std"\nversion = "0.0.0"\nedition = "2021"\n[workspace]\n' >"$dir/Cargo.toml"
	# Without the bitcode, linking a runtime fails later ("failed to get bitcode from object file for LTO").
	(cd "$dir" && CARGO_TARGET_DIR="$dir/target" RUSTC_BOOTSTRAP=1 RUSTFLAGS="-C embed-bitcode=yes" \
		cargo build -Zbuild-std="$crates" --target "$target" --release) || return 1
	mkdir -p "$SYSROOT/lib/rustlib/$target/lib"
	cp "$dir/target/$target/release/deps"/*.rlib "$SYSROOT/lib/rustlib/$target/lib/"
	rm -f "$SYSROOT/lib/rustlib/$target/lib"/libbuild_std*.rlib
	# The wasm builder caches its view of the sysroot.
	rm -rf "$CARGO_TARGET_DIR/release/wbuild"
}

# ensure_wasm_target TARGET CRATES
ensure_wasm_target() {
	local target=$1 crates=$2
	if target_installed "$target"; then
		say "wasm target $target: there already"
		return 0
	fi
	if command -v rustup >/dev/null && timeout 120 rustup target add "$target" >/dev/null 2>&1 && target_installed "$target"; then
		say "wasm target $target: added by rustup"
		return 0
	fi
	fetch_rust_src >"$PANTHEON_CACHE/log/rust-src.log" 2>&1 ||
		fail "the source of Rust $(rustc --version | cut -d' ' -f2)'s standard library could not be had." \
			"run 'rustup target add $target' on a machine that reaches rustup's servers, or install a Rust version that Debian packages as rust-src."
	logged "wasm-target-$target" build_target "$target" "$crates"
	target_installed "$target" || fail "the wasm target $target was built, yet the compiler does not see it." "remove $SYSROOT/lib/rustlib/$target and run scripts/setup again."
	say "wasm target $target: built from Debian's rust-src (rustup's servers are out of reach)"
}
