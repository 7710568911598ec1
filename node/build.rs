//! Puts the version and the commit into the program.

fn main() {
	// Not for a change in tests: the program takes minutes to compile.
	for path in ["build.rs", "Cargo.toml", "src"] {
		println!("cargo:rerun-if-changed={path}");
	}
	substrate_build_script_utils::generate_cargo_keys();
}
