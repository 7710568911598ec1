//! Items of an audit export have one encoding, and neither the auditor nor the search in an extrinsic panics
//! on any. The first byte chooses.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pantheon_primitives::{
	audit::{find_anchor, find_correction, find_entry, AnchorClaim, Auditor, BlockItem, Event, Wanted},
	bitcoin::{genesis_pin, BitcoinNetwork, HeaderRules},
	finality::AuthoritySet,
	trust::TrustFile,
	Checkpoint,
};

fn auditor() -> Auditor {
	let trust = TrustFile {
		chain: String::new(),
		genesis: [0; 32].into(),
		authorities: AuthoritySet { id: 0, authorities: vec![] },
		bitcoin: HeaderRules {
			network: BitcoinNetwork::Regtest,
			pinned: genesis_pin(BitcoinNetwork::Regtest),
			min_confirmations: 1,
			min_work: [0; 32],
			max_target: None,
		},
		anchor_origin: None,
		max_anchor_age: None,
		log_keys: vec![],
	};
	Auditor::new(&trust).expect("regtest's own header")
}

fuzz_target!(|input: &[u8]| {
	let Some((choice, input)) = input.split_first() else { return };
	match choice {
		0 => {
			let Ok(block) = BlockItem::decode(input) else { return };
			assert_eq!(block.encode(), input);
			assert!(auditor().block(&block).is_err(), "nothing hashes to the genesis hash 0");
		},
		1 => {
			let Ok(claim) = AnchorClaim::decode(input) else { return };
			assert_eq!(claim.encode(), input);
			let mut auditor = auditor();
			let _ = auditor.apply(Event::Anchor(&claim));
			assert!(auditor.apply(Event::End).is_err(), "no block was given");
		},
		_ => {
			let [genesis, operator, record] = [[0x11; 32], [0x22; 32], [0x33; 32]];
			let checkpoint = Checkpoint {
				genesis: genesis.into(),
				block_number: 0,
				block_hash: genesis.into(),
				log_size: 0,
				log_root: genesis.into(),
			};
			assert_eq!(find_anchor(input, &checkpoint), None, "nobody knows a preimage");
			assert_eq!(find_correction(input, 0, &checkpoint), None, "nobody knows a preimage");
			let wanted = Wanted {
				log: genesis.into(),
				operator: operator.into(),
				sequence: 0,
				record: record.into(),
				kid: operator.into(),
			};
			assert_eq!(find_entry(input, &wanted), None, "no record has that id");
		},
	}
});
