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
		BitcoinNetwork, MAX_PATH,
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

#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn report(h: Linear<6, MAX_HEADERS>, b: Linear<400, MAX_TRANSACTION_BYTES>) {
		let pinned = genesis_pin(BitcoinNetwork::Regtest);
		Rules::<T>::put(AnchorRules {
			network: BitcoinNetwork::Regtest,
			pinned,
			max_target: Some(0x207f_ffff),
			min_confirmations: 6,
		});
		let (checkpoint, consistency) = old_checkpoint::<T>();
		// Full rings, so that both let go of something.
		let known: Vec<_> = (0..MAX_KNOWN_HEADERS)
			.map(|height| pantheon_primitives::bitcoin::PinnedHeader { height, header: [0; 80] })
			.collect();
		KnownHeaders::<T>::put(frame_support::BoundedVec::truncate_from(known));
		let mut shape = AnchorShape {
			pinned,
			blocks_before: h - 6,
			confirmations: 6,
			path_len: MAX_PATH as u32,
			padding: 0,
		};
		let scripts = alloc::vec![payload_script(&checkpoint)];
		let coinbase = coinbase_transaction(h).len();
		shape.padding = b
			.saturating_sub(anchor_transaction(scripts, 0).len() as u32)
			// The longest length prefix of the padding.
			.saturating_sub(coinbase as u32 + 4);
		let proof = shape.build(&checkpoint);
		assert!(proof.cost().headers == h && proof.cost().transaction_bytes <= b);
		let bitcoin = pantheon_primitives::bitcoin::AnchoredAt {
			height: 0,
			block_hash: [0; 32],
			time: 0,
			confirmations: 6,
			work: [0; 32],
			txid: [0; 32],
		};
		let old = Anchor { checkpoint: Checkpoint { log_size: 1, ..checkpoint }, bitcoin };
		Anchors::<T>::insert(0, old);
		Anchors::<T>::insert(MAX_ANCHORS - 1, old);
		AnchorCount::<T>::put(MAX_ANCHORS);
		Log::<T>::put(LogState::default());
		let origin = T::AnchorOrigin::try_successful_origin().expect("somebody may report");

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, checkpoint, proof, consistency);

		assert_eq!(AnchorCount::<T>::get(), MAX_ANCHORS + 1);
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
