//! Benchmarks over proofs with real headers and transactions, made in place at regtest's difficulty.

use crate::*;
use alloc::vec::Vec;
use frame_benchmarking::v2::*;
use frame_support::traits::{EnsureOrigin, Get};
use frame_system::pallet_prelude::BlockNumberFor;
use pallet_audit_record::{Checkpoints, HostSha256, Log, LogState};
use pantheon_primitives::{
	bitcoin::{
		genesis_pin, payload_script,
		test_helpers::{anchor_transaction, coinbase_transaction, AnchorShape},
		AnchorProof, AnchoredAt, BitcoinNetwork, PinnedHeader, MAX_PATH,
	},
	hash::Sha256,
	log::{consistency_path, root_at, MemoryTree},
	Checkpoint, LeafHash, LogDigest,
};

/// An old checkpoint that has left the ring, and the longest kind of consistency proof to the older of
/// the two landmarks, so that both are tried.
fn old_checkpoint<T: Config>() -> (Checkpoint, Vec<[u8; 32]>) {
	let leaves: Vec<LeafHash> =
		(0..1_000u32).map(|n| HostSha256::sha256(&n.to_le_bytes()).into()).collect();
	let tree = MemoryTree::new::<HostSha256>(&leaves);
	let root = |size| root_at::<_, HostSha256>(&tree, size).expect("the tree has the nodes");
	let (from, to) = (511, 1_000);
	let path = consistency_path::<_, HostSha256>(&tree, from, to).expect("the tree has the nodes");

	let ring = <T as pallet_audit_record::Config>::CheckpointRing::get();
	let landmark = (ring / LANDMARK_INTERVAL + 2) * LANDMARK_INTERVAL;
	let newest = landmark + LANDMARK_INTERVAL;
	let digest = LogDigest { size: to, root: root(to) };
	Checkpoints::<T>::insert(BlockNumberFor::<T>::from(landmark), digest);
	let other = LogDigest { size: to, root: root(to - 1) };
	Checkpoints::<T>::insert(BlockNumberFor::<T>::from(newest), other);
	frame_system::Pallet::<T>::set_block_number((newest + 1).into());
	let checkpoint = Checkpoint {
		genesis: pallet_operators::Pallet::<T>::genesis_hash(),
		block_number: 1,
		block_hash: [1; 32].into(),
		log_size: from,
		log_root: root(from),
	};
	(checkpoint, path)
}

/// Regtest's rules, and as many known headers as there may be, so that one is let go of.
fn rules_and_headers<T: Config>(height: impl Fn(u32) -> u32) -> PinnedHeader {
	let pinned = genesis_pin(BitcoinNetwork::Regtest);
	Rules::<T>::put(AnchorRules {
		network: BitcoinNetwork::Regtest,
		pinned,
		max_target: Some(0x207f_ffff),
		min_confirmations: 6,
	});
	let known: Vec<_> = (0..MAX_KNOWN_HEADERS)
		.map(|number| PinnedHeader { height: height(number), header: [0; 80] })
		.collect();
	KnownHeaders::<T>::put(frame_support::BoundedVec::truncate_from(known));
	pinned
}

/// As many anchors as there may be, all of this checkpoint's block, so that each is compared.
fn full_ring<T: Config>(checkpoint: &Checkpoint) {
	for number in 0..MAX_ANCHORS {
		let mut txid = [0; 32];
		txid[..8].copy_from_slice(&number.to_le_bytes());
		let bitcoin = AnchoredAt {
			height: 1,
			block_hash: [0; 32],
			time: 0,
			confirmations: 6,
			work: [0; 32],
			txid,
		};
		Anchors::<T>::insert(number, Anchor { checkpoint: *checkpoint, bitcoin });
	}
	AnchorCount::<T>::put(MAX_ANCHORS);
	Log::<T>::put(LogState::default());
}

/// A proof with these blocks, paths as long as they may be, and at most `bytes` of transactions.
fn sized_proof(shape: AnchorShape, bytes: u32, checkpoint: &Checkpoint) -> AnchorProof {
	let scripts = alloc::vec![payload_script(checkpoint)];
	let coinbase = coinbase_transaction(shape.pinned.height + 1 + shape.blocks_before).len();
	let padding = bytes
		.saturating_sub(anchor_transaction(scripts, 0).len() as u32)
		// The longest length prefix of the padding.
		.saturating_sub(coinbase as u32 + 4);
	let headers = shape.blocks_before + shape.confirmations;
	let proof = AnchorShape { padding, path_len: MAX_PATH as u32, ..shape }.build(checkpoint);
	assert!(proof.cost().headers == headers && proof.cost().transaction_bytes <= bytes);
	proof
}

#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn report(h: Linear<6, MAX_HEADERS>, b: Linear<400, MAX_TRANSACTION_BYTES>) {
		let pinned = rules_and_headers::<T>(|number| number);
		let (checkpoint, consistency) = old_checkpoint::<T>();
		full_ring::<T>(&Checkpoint { log_size: 1, ..checkpoint });
		let shape = AnchorShape { pinned, blocks_before: h - 6, ..Default::default() };
		let proof = sized_proof(shape, b, &checkpoint);
		let origin = T::AnchorOrigin::try_successful_origin().expect("somebody may report");

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, checkpoint, proof, consistency);

		assert_eq!(AnchorCount::<T>::get(), MAX_ANCHORS + 1);
	}

	/// The anchor is in the first block shown and the one reported was too, so that the work of every header
	/// is summed twice.
	#[benchmark]
	fn correct(h: Linear<6, MAX_HEADERS>, b: Linear<400, MAX_TRANSACTION_BYTES>) {
		let pinned = rules_and_headers::<T>(|_| 1);
		let (checkpoint, _) = old_checkpoint::<T>();
		full_ring::<T>(&checkpoint);
		let shape =
			AnchorShape { pinned, blocks_before: 0, confirmations: h, ..Default::default() };
		let proof = sized_proof(shape, b, &checkpoint);
		let origin = T::AnchorOrigin::try_successful_origin().expect("somebody may report");

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, 0, proof);

		assert!(Anchors::<T>::get(0).is_some_and(|anchor| anchor.bitcoin.confirmations == h));
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
