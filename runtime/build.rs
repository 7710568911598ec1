//! Builds the runtime's wasm for `WASM_BINARY`.
//!
//! `SKIP_WASM_BUILD=1` leaves it out, for loops that only need the native code.

fn main() {
	#[cfg(feature = "std")]
	substrate_wasm_builder::WasmBuilder::build_using_defaults();
}
