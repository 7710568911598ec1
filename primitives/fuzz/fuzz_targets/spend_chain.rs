//! Anchor transactions and blocks, as anchor files and nodes give them to whoever follows the spend chain.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pantheon_primitives::bitcoin::{
	read_payload, spend_chain::AnchorSpend, spender_in_block, strip_witness, OutPoint, Txid,
};

fuzz_target!(|input: &[u8]| {
	if let Ok(spend) = AnchorSpend::read(input) {
		assert_eq!(strip_witness(input).as_deref(), Ok(input), "what is read has no witness");
		assert!(!spend.inputs.is_empty());
		assert_eq!(spend.change.txid, spend.txid);
		assert!(!spend.inputs.contains(&spend.change), "nothing spends its own output");
		// The payload script is in the bytes, just so.
		let script = [&[0x6a, 0x24][..], b"PNTH", &spend.commitment].concat();
		assert_eq!(read_payload(&script), Some(spend.commitment));
		assert!(input.windows(script.len()).any(|window| window == script));
	}
	if let Some((txid, block)) = input.split_first_chunk::<32>() {
		let output = OutPoint { txid: Txid::new(*txid), vout: 0 };
		if let Ok(Some(spender)) = spender_in_block(block, &output) {
			assert!(spender.windows(32).any(|window| window == txid));
		}
	}
	if let Ok(text) = core::str::from_utf8(input) {
		if let Ok(output) = text.parse::<OutPoint>() {
			assert_eq!(output.to_string(), text);
		}
	}
});
