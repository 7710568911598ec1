//! A timestamp has one encoding, and whatever its operations say, they end.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pantheon_primitives::{
	bundle::ProofBundle,
	ots::{Timestamp, MAX_OPERATIONS},
};

fuzz_target!(|input: &[u8]| {
	if let Ok(timestamp) = Timestamp::decode(input) {
		assert_eq!(timestamp.encode(), input);
		assert!(timestamp.operations.len() <= MAX_OPERATIONS);
		let _ = timestamp.merkle_root();
	}
	// What a bundle is made into can be read and leads to a root.
	let Ok(bundle) = ProofBundle::decode(input) else { return };
	let Ok(timestamp) = Timestamp::of(&bundle) else { return };
	assert!(timestamp.merkle_root().is_ok());
	assert_eq!(Timestamp::decode(&timestamp.encode()), Ok(timestamp));
});
