//! No proof survives a change.

use super::*;
use crate::checkpoint::Checkpoint;
use codec::{DecodeAll, Encode};
use proptest::prelude::*;

/// Every bit of a whole proof, flipped once. The headers are hard enough that a changed newest header
/// (which nothing after it holds in place) loses its proof of work.
#[test]
fn every_flipped_bit_is_refused() {
	let shape = AnchorShape { pinned: hard_pin(), ..Default::default() };
	let proof = shape.build(&sample_checkpoint());
	assert!(verify_anchor(&sample_checkpoint(), &proof, &shape.rules()).is_ok());
	let encoded = proof.encode();
	for byte in 0..encoded.len() {
		for bit in 0..8 {
			let mut changed = encoded.clone();
			changed[byte] ^= 1 << bit;
			if let Ok(changed) = AnchorProof::decode_all(&mut changed.as_slice()) {
				let verdict = verify_anchor(&sample_checkpoint(), &changed, &shape.rules());
				assert!(verdict.is_err(), "byte {byte} bit {bit}: {verdict:?}");
			}
		}
	}
}

/// The same for the checkpoint that the proof is checked against.
#[test]
fn every_flipped_bit_of_the_checkpoint_is_refused() {
	let shape = AnchorShape::default();
	let proof = shape.build(&sample_checkpoint());
	let canonical = sample_checkpoint().encode_canonical();
	for byte in 0..canonical.len() {
		for bit in 0..8 {
			let mut changed = canonical;
			changed[byte] ^= 1 << bit;
			if let Some(changed) = Checkpoint::decode_canonical(&changed) {
				let verdict = verify_anchor(&changed, &proof, &shape.rules());
				assert_eq!(verdict, Err(AnchorError::PayloadMismatch));
			}
		}
	}
}

proptest! {
	/// Anything at all is answered, with proofs and rules of any form.
	#[test]
	fn arbitrary_proofs_are_refused_without_panic(
		transaction in proptest::collection::vec(any::<u8>(), 0..200),
		position in any::<u32>(),
		path in proptest::collection::vec(any::<[u8; 32]>(), 0..40),
		coinbase in proptest::collection::vec(any::<u8>(), 0..200),
		coinbase_path in proptest::collection::vec(any::<[u8; 32]>(), 0..40),
		first_height in prop_oneof![Just(1), any::<u32>()],
		block in prop_oneof![0u32..4, any::<u32>()],
		headers in 0usize..4,
		network in prop_oneof![
			Just(BitcoinNetwork::Mainnet),
			Just(BitcoinNetwork::Signet),
			Just(BitcoinNetwork::Regtest)
		],
		pinned in any::<[u8; 32]>(),
	) {
		let mut rules = AnchorShape::default().rules();
		rules.network = network;
		rules.pinned.header[48..].copy_from_slice(&pinned);
		let proof = AnchorProof {
			transaction, position, path, coinbase, coinbase_path, first_height, block,
			headers: vec![[7; HEADER_LEN]; headers],
		};
		prop_assert!(verify_anchor(&sample_checkpoint(), &proof, &rules).is_err());
	}

	/// A good proof with a part replaced is refused, in every shape.
	#[test]
	fn replaced_parts_are_refused(
		blocks_before in 0u32..3,
		path_len in 1u32..6,
		part in 0u8..8,
		at in any::<prop::sample::Index>(),
		with in any::<[u8; 32]>(),
	) {
		let shape = AnchorShape { blocks_before, path_len, ..Default::default() };
		let good = shape.build(&sample_checkpoint());
		let mut proof = good.clone();
		let number = u32::from_le_bytes([with[0], with[1], with[2], with[3]]);
		match part {
			0 => { let i = at.index(proof.transaction.len()); proof.transaction[i] = with[0]; },
			1 => proof.position = number,
			2 => { let i = at.index(proof.path.len()); proof.path[i] = with; },
			3 => { let i = at.index(proof.coinbase.len()); proof.coinbase[i] = with[0]; },
			4 => { let i = at.index(proof.coinbase_path.len()); proof.coinbase_path[i] = with; },
			5 => proof.first_height = number,
			6 => proof.block = number,
			// Not the newest header: nothing but its own, easy proof of work holds that one.
			_ => {
				let i = at.index(proof.headers.len() - 1);
				proof.headers[i][4..36].copy_from_slice(&with);
			},
		}
		prop_assume!(proof != good);
		prop_assert!(verify_anchor(&sample_checkpoint(), &proof, &shape.rules()).is_err());
	}
}
