//! Bitcoin transactions and blocks, as a node gives them to whoever makes a proof.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pantheon_primitives::bitcoin::{read_payload, strip_witness, AnchorProof, MAGIC};

fuzz_target!(|input: &[u8]| {
	if let Ok(stripped) = strip_witness(input) {
		assert!(stripped.len() <= input.len());
		// Without inputs, what's written reads as the start of a witness.
		if let Ok(again) = strip_witness(&stripped) {
			assert_eq!(again, stripped, "nothing is left to strip");
		}
	}
	if let Some(commitment) = read_payload(input) {
		assert_eq!(input, [&[0x6a, 36][..], &MAGIC, &commitment].concat());
	}
	if let Some((txid, block)) = input.split_first_chunk::<32>() {
		let _ = AnchorProof::build(block, txid, 1, vec![[0; 80]]);
	}
});
