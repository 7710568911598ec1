//! The invariants of anchors, in words and in code.
//!
//! 1. The anchors kept are the last ones, at most `MAX_ANCHORS`, numbered without a gap.
//! 2. Anchors move forward: neither log size nor block number falls.
//! 3. Every anchor is of a checkpoint of this chain, before this block, and of a log not longer than the
//!    log is now.
//! 4. No header is known twice. (That there are at most `MAX_KNOWN_HEADERS` is their type's to keep.)
//! 5. A chain without rules has no anchors.
//! 6. No Bitcoin transaction is kept twice.

use crate::{AnchorCount, Anchors, Config, KnownHeaders, Pallet, Rules, MAX_ANCHORS};
use alloc::{collections::BTreeSet, vec::Vec};
use frame_support::ensure;
use sp_runtime::{traits::SaturatedConversion, TryRuntimeError};

impl<T: Config> Pallet<T> {
	/// Fails with the first invariant that does not hold.
	pub(crate) fn do_try_state() -> Result<(), TryRuntimeError> {
		let count = AnchorCount::<T>::get();
		let kept = count.min(MAX_ANCHORS);
		let anchors: Vec<_> =
			(count.saturating_sub(kept)..count).filter_map(Anchors::<T>::get).collect();
		ensure!(
			anchors.len() as u64 == kept && Anchors::<T>::iter().count() as u64 == kept,
			"1: not the last anchors"
		);

		let size = pallet_audit_record::Pallet::<T>::log_state().size();
		let now: u32 = frame_system::Pallet::<T>::block_number().saturated_into();
		let (mut last_size, mut last_block) = (0, 0);
		let mut transactions = BTreeSet::new();
		for anchor in anchors {
			ensure!(transactions.insert(anchor.bitcoin.txid), "6: a transaction twice");
			let checkpoint = anchor.checkpoint;
			ensure!(
				checkpoint.log_size >= last_size && checkpoint.block_number >= last_block,
				"2: anchors went back"
			);
			(last_size, last_block) = (checkpoint.log_size, checkpoint.block_number);
			ensure!(
				checkpoint.genesis == pallet_operators::Pallet::<T>::genesis_hash()
					&& checkpoint.block_number < now
					&& checkpoint.log_size <= size,
				"3: an anchor of another chain or log"
			);
		}

		let known = KnownHeaders::<T>::get();
		for (index, header) in known.iter().enumerate() {
			ensure!(
				!known.iter().skip(index.saturating_add(1)).any(|other| other == header),
				"4: a header twice"
			);
		}
		ensure!(count == 0 || Rules::<T>::exists(), "5: anchors without rules");
		Ok(())
	}
}
