//! A bundle has one encoding.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pantheon_primitives::bundle::ProofBundle;

fuzz_target!(|input: &[u8]| {
	let Ok(bundle) = ProofBundle::decode(input) else { return };
	assert_eq!(bundle.encode(), input);
});
