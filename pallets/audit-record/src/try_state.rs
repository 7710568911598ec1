//! The log's invariants, in words and in code.
//!
//! 1. This block's entries are as many as the log has grown by in it, and at most `MaxEntriesPerBlock`.
//! 2. An operator has as many open intents as its chain state says, and only registered operators have
//!    any. (That there are at most `MaxOpenIntents` is invariant 4 of `pallet_operators`.)
//! 3. The ring holds checkpoints of the last `CheckpointRing` blocks only.
//! 4. The log only grows: later checkpoints are not smaller, equal sizes have equal roots, and none is
//!    beyond the log itself.
//!
//! That there's one peak per set bit of the size is checked whenever the log is decoded.

use crate::{BlockEntries, Checkpoints, Config, Log, OpenIntents, Pallet};
use alloc::collections::BTreeMap;
use frame_support::{ensure, traits::Get};
use frame_system::pallet_prelude::BlockNumberFor;
use pallet_operators::Chains;
use pantheon_primitives::OperatorId;
use sp_runtime::{traits::Saturating, TryRuntimeError};

impl<T: Config> Pallet<T> {
	/// Fails with the first invariant that does not hold.
	pub(crate) fn do_try_state() -> Result<(), TryRuntimeError> {
		let state = Log::<T>::get();
		let entries = BlockEntries::<T>::get().len() as u64;
		ensure!(
			state.block_start.saturating_add(entries) == state.log.size(),
			"1: entries of the block and growth of the log disagree"
		);
		ensure!(
			entries <= u64::from(T::MaxEntriesPerBlock::get()),
			"1: too many entries in the block"
		);

		let mut open = BTreeMap::<OperatorId, u32>::new();
		for (operator, _, _) in OpenIntents::<T>::iter() {
			open.entry(operator).or_default().saturating_accrue(1);
		}
		for (operator, chain) in Chains::<T>::iter() {
			ensure!(
				open.remove(&operator).unwrap_or_default() == chain.open_intents,
				"2: open intents are miscounted"
			);
		}
		ensure!(open.is_empty(), "2: open intents of an operator without a chain");

		let now = frame_system::Pallet::<T>::block_number();
		let ring: BlockNumberFor<T> = T::CheckpointRing::get().into();
		let checkpoints: BTreeMap<_, _> = Checkpoints::<T>::iter().collect();
		ensure!(
			checkpoints.keys().all(|block| *block <= now && now.saturating_sub(*block) <= ring),
			"3: a checkpoint outside the ring"
		);
		ensure!(
			checkpoints.len() as u64 <= u64::from(T::CheckpointRing::get()),
			"3: more checkpoints than the ring holds"
		);
		let mut rest = checkpoints.into_values().chain([state.digest()]);
		let mut earlier = rest.next();
		for later in rest {
			if let Some(earlier) = earlier {
				ensure!(earlier.size <= later.size, "4: the log shrank");
				ensure!(
					earlier.size != later.size || earlier.root == later.root,
					"4: the log changed without growing"
				);
			}
			earlier = Some(later);
		}
		Ok(())
	}
}
