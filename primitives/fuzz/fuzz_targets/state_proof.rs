//! State proofs: any nodes, under the root that the seed is for, and under the root that they have.
//! The input is the nodes in SCALE.
#![no_main]

use blake2::{digest::consts::U32, Blake2b, Digest};
use codec::{Decode, DecodeAll};
use libfuzzer_sys::fuzz_target;
use pantheon_primitives::{
	completeness::{chain_key, ChainRecord, CompletenessBundle},
	finality::Header,
	state_proof::{arrange, verify},
};
use std::sync::OnceLock;

struct Known {
	root: [u8; 32],
	key: Vec<u8>,
	value: Vec<u8>,
}

fn known() -> &'static Known {
	static KNOWN: OnceLock<Known> = OnceLock::new();
	KNOWN.get_or_init(|| {
		let bundle = include_bytes!("../seeds/completeness/whole");
		let bundle = CompletenessBundle::decode(bundle).expect("a seed");
		let root = Header::decode(&bundle.finality.header).expect("a seed").state_root();
		let key = chain_key(&bundle.keys[0].operator_id());
		let value = verify(&root, &key, &bundle.state).expect("a seed").to_vec();
		Known { root, key, value }
	})
}

fuzz_target!(|input: &[u8]| {
	let Known { root, key, value } = known();
	let Ok(nodes) = Vec::<Vec<u8>>::decode(&mut &*input) else { return };
	if let Ok(found) = verify(root, key, &nodes) {
		assert_eq!(found, value, "the state holds one value");
	}
	let Some(first) = nodes.first() else { return };
	let own: [u8; 32] = Blake2b::<U32>::digest(first).into();
	let found = verify(&own, key, &nodes);
	// What verifies is what is picked out of the same nodes, in the same order.
	if let Ok(found) = found {
		assert_eq!(arrange(&own, key, &nodes).as_ref(), Ok(&nodes));
		let _ = ChainRecord::decode_all(&mut &*found);
		ChainRecord::read(found);
	}
});
