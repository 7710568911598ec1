//! State proofs against the SDK's own tries: what its state machine proves is found here, and only that.

use pantheon_primitives::state_proof::{
	arrange, test_helpers::lone_value, verify, StateProofError, MAX_NODES,
};
use proptest::prelude::*;
use sp_core::{storage::StateVersion, Blake2Hasher, H256};
use sp_state_machine::{prove_read_on_trie_backend, read_proof_check, Backend, InMemoryBackend};
use std::collections::BTreeMap;

type Map = BTreeMap<Vec<u8>, Vec<u8>>;

struct State {
	backend: InMemoryBackend<Blake2Hasher>,
	root: H256,
}

impl State {
	fn new(map: &Map, version: StateVersion) -> Self {
		let pairs = map.iter().map(|(key, value)| (key.clone(), Some(value.clone()))).collect();
		let backend = InMemoryBackend::from((vec![(None, pairs)], version));
		let root = backend.storage_root(std::iter::empty(), version).0;
		Self { backend, root }
	}

	/// The nodes that the SDK gives for a key, in its order.
	fn prove(&self, key: &[u8]) -> Vec<Vec<u8>> {
		let proof = prove_read_on_trie_backend(&self.backend, [key]).unwrap();
		let read = read_proof_check::<Blake2Hasher, _>(self.root, proof.clone(), [key]).unwrap();
		assert_eq!(read[key], self.backend.storage(key).unwrap(), "the SDK agrees with itself");
		proof.into_nodes().into_iter().collect()
	}
}

fn key() -> impl Strategy<Value = Vec<u8>> {
	// Few letters, so that keys share beginnings and some are others' beginnings; and long ones.
	prop_oneof![
		8 => prop::collection::vec(prop::sample::select(vec![0u8, 1, 0x10, 0x11, 0xff]), 0..6),
		2 => prop::collection::vec(any::<u8>(), 30..64),
	]
}

fn value() -> impl Strategy<Value = Vec<u8>> {
	// Around 32 bytes the trie changes how it keeps a value.
	prop_oneof![
		prop::collection::vec(any::<u8>(), 0..4),
		prop::collection::vec(any::<u8>(), 28..40),
		prop::collection::vec(any::<u8>(), 100..300),
	]
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(400))]

	#[test]
	fn every_key_of_every_trie(
		map in prop::collection::btree_map(key(), value(), 1..40), others in prop::collection::vec(key(), 8),
		version in prop::sample::select(vec![StateVersion::V0, StateVersion::V1]),
	) {
		let state = State::new(&map, version);
		let root = state.root.0;
		for (key, value) in &map {
			let nodes = arrange(&root, key, &state.prove(key)).unwrap();
			prop_assert_eq!(verify(&root, key, &nodes), Ok(value.as_slice()));

			let other = [0x5a; 32];
			prop_assert_eq!(verify(&other, key, &nodes), Err(StateProofError::OtherState));
			prop_assert_eq!(arrange(&other, key, &nodes), Err(StateProofError::OtherState));
			let cut = &nodes[..nodes.len() - 1];
			prop_assert_eq!(verify(&root, key, cut), Err(StateProofError::Incomplete));
			let more = [&nodes[..], &nodes[..1]].concat();
			prop_assert_eq!(verify(&root, key, &more), Err(StateProofError::UnusedNodes));
			// Small values may stand in the same nodes; then that is what the state holds.
			for (other, theirs) in map.iter().filter(|(other, _)| *other != key) {
				let read = verify(&root, other, &nodes);
				prop_assert!(read.is_err() || read == Ok(theirs.as_slice()));
			}
		}
		for other in others.iter().filter(|other| !map.contains_key(*other)) {
			prop_assert_eq!(
				arrange(&root, other, &state.prove(other)),
				Err(StateProofError::OtherKey)
			);
		}
	}

	#[test]
	fn no_bit_can_change(
		map in prop::collection::btree_map(key(), value(), 1..20), at in any::<prop::sample::Index>(),
	) {
		let state = State::new(&map, StateVersion::V1);
		let (root, key) = (state.root.0, at.get(&map.keys().collect::<Vec<_>>()).to_vec());
		let nodes = arrange(&root, &key, &state.prove(&key)).unwrap();
		for (index, node) in nodes.iter().enumerate() {
			for bit in 0..node.len() * 8 {
				let mut other = nodes.clone();
				other[index][bit / 8] ^= 1 << (bit % 8);
				let expected = match index {
					0 => StateProofError::OtherState,
					_ => StateProofError::OtherNode { index },
				};
				prop_assert_eq!(verify(&root, &key, &other), Err(expected));
			}
		}
	}

	/// Nodes whose hashes are right and whose content is anything: they are read without panic, and in the
	/// same way as the SDK reads them.
	#[test]
	fn any_root_node_is_read_as_the_sdk_reads_it(
		mut node in prop::collection::vec(any::<u8>(), 0..60), first in any::<u8>(), key in key(),
	) {
		if let Some(byte) = node.first_mut() {
			*byte = first;
		}
		let root = H256(sp_crypto_hashing::blake2_256(&node));
		let ours = verify(&root.0, &key, std::slice::from_ref(&node)).map(<[u8]>::to_vec);
		let proof = sp_state_machine::StorageProof::new([node]);
		let theirs = read_proof_check::<Blake2Hasher, _>(root, proof, [&key]);
		if let Ok(value) = ours {
			let theirs = theirs.unwrap();
			prop_assert_eq!(theirs[&key].as_deref(), Some(value.as_slice()));
		}
	}
}

/// A partial key of 70 nibbles: its length does not fit the node's first byte.
#[test]
fn long_partial_keys_are_read() {
	for length in [14, 15, 16, 30, 31, 32, 62, 63, 64, 100, 250] {
		let mut map = Map::new();
		let long = vec![0x77; length];
		map.insert(long.clone(), vec![1; 40]);
		let mut other = long.clone();
		other.push(3);
		map.insert(other, vec![2; 3]);
		map.insert(vec![0x88], vec![3; 45]);
		let state = State::new(&map, StateVersion::V1);
		for (key, value) in &map {
			let nodes = arrange(&state.root.0, key, &state.prove(key)).unwrap();
			assert_eq!(verify(&state.root.0, key, &nodes), Ok(value.as_slice()));
		}
	}
}

/// What other crates test with is what the SDK makes.
#[test]
fn the_state_made_by_hand_is_the_sdks() {
	for length in [16, 64, 142] {
		let (key, value) = (vec![0x5a; length], vec![7; 45]);
		let (root, nodes) = lone_value(&key, &value);
		let map = Map::from([(key.clone(), value.clone())]);
		assert_eq!(State::new(&map, StateVersion::V1).root.0, root);
		assert_eq!(verify(&root, &key, &nodes), Ok(value.as_slice()));
	}
}

#[test]
fn malformed_nodes_and_too_many_are_refused() {
	let verify_alone = |node: &[u8]| {
		let root = sp_crypto_hashing::blake2_256(node);
		verify(&root, &[0x12], &[node.to_vec()]).map(<[u8]>::to_vec)
	};
	let malformed = Err(StateProofError::Malformed { index: 0 });
	// A leaf of one byte's key, and the ways to write it wrong.
	assert_eq!(verify_alone(&[0x42, 0x12, 4, 9]), Ok(vec![9]));
	assert_eq!(verify_alone(&[0x42, 0x13, 4, 9]), Err(StateProofError::OtherKey));
	assert_eq!(verify_alone(&[0x42, 0x12, 4, 9, 0]), malformed);
	assert_eq!(verify_alone(&[0x42, 0x12, 8, 9]), malformed);
	assert_eq!(verify_alone(&[0x41, 0x12, 4, 9]), malformed);
	assert_eq!(verify_alone(&[]), malformed);
	assert_eq!(verify_alone(&[0]), malformed);
	assert_eq!(verify_alone(&[1, 0x42, 0x12, 4, 9]), malformed);
	// A branch without children.
	assert_eq!(verify_alone(&[0xc2, 0x12, 0, 0, 4, 9]), malformed);
	// A length that goes on until nothing is left.
	assert_eq!(verify_alone(&[0x7f, 0xff, 0xff, 0xff]), malformed);
	let many = vec![vec![0x42, 0x12, 4, 9]; MAX_NODES + 1];
	assert_eq!(verify(&[0; 32], &[0x12], &many), Err(StateProofError::TooManyNodes));
}
