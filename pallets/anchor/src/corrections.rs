//! Correcting an anchor that a reorganisation of Bitcoin has moved.

use crate::{
	impls::header_hash, Anchor, AnchorCount, Anchors, Config, Error, Event, KnownHeaders, Pallet,
	Rules, MAX_ANCHORS,
};
use frame_support::{ensure, pallet_prelude::DispatchResult};
use pantheon_primitives::bitcoin::{verify_anchor, AnchorProof, AnchoredAt};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_correct(number: u64, proof: &AnchorProof) -> DispatchResult {
		Self::check_bounds(proof)?;
		let rules = Rules::<T>::get().ok_or(Error::<T>::NotConfigured)?;
		let anchor = Anchors::<T>::get(number).ok_or(Error::<T>::UnknownAnchor)?;
		let parent = Self::parent_of(proof, &rules).ok_or(Error::<T>::UnknownBitcoinHeader)?;
		// Its own checkpoint, which was found to be this chain's when it was reported.
		let found = verify_anchor(&anchor.checkpoint, proof, &rules.starting_after(parent))
			.map_err(Error::<T>::from)?;
		Self::check_heavier(&anchor.bitcoin, &found, proof)?;
		let known = Self::is_kept(&anchor.checkpoint, &found.txid, Some(number));
		ensure!(!known, Error::<T>::AlreadyReported);

		let from = anchor.bitcoin;
		if found.block_hash != from.block_hash {
			KnownHeaders::<T>::mutate(|known| {
				known.retain(|header| {
					header.height != from.height || header_hash(&header.header) != from.block_hash
				})
			});
			Self::remember(proof, &found, &rules)?;
		}
		Anchors::<T>::insert(number, Anchor { bitcoin: found, ..anchor });
		Self::deposit_event(Event::Corrected { number, from, to: found });
		Ok(())
	}

	/// That the branch shown has taken the reported block's place, with more work than was shown for it.
	///
	/// Work is counted from the later of the two heights on: more on top of the anchor than before, and
	/// more in the branch from the replaced block's height on, whichever of the two is higher. So a
	/// correction always costs more than what it undoes, and none can be undone at the same price.
	fn check_heavier(
		kept: &AnchoredAt,
		found: &AnchoredAt,
		proof: &AnchorProof,
	) -> Result<(), Error<T>> {
		let there = proof.header_at(kept.height).ok_or(Error::<T>::ReplacedBlockNotShown)?;
		if header_hash(there) == kept.block_hash {
			// The reported block stands, and so does its transaction: at most it has more on top now.
			let same = (found.block_hash, found.txid) == (kept.block_hash, kept.txid);
			ensure!(same, Error::<T>::StillInBitcoin);
		}
		let work = proof.work_from(kept.height.max(found.height));
		// Both are big-endian, so that they compare as numbers do.
		ensure!(work > kept.work, Error::<T>::NotMoreWork);
		Ok(())
	}

	/// Whether a kept anchor other than number `except` is this transaction.
	///
	/// A transaction commits to one checkpoint and anchors move forward, so the newest ones are looked at,
	/// down to the checkpoint's.
	pub(crate) fn is_kept(
		checkpoint: &pantheon_primitives::Checkpoint,
		txid: &[u8; 32],
		except: Option<u64>,
	) -> bool {
		let count = AnchorCount::<T>::get();
		(count.saturating_sub(MAX_ANCHORS)..count)
			.rev()
			.filter_map(|number| Some((number, Anchors::<T>::get(number)?)))
			.take_while(|(_, anchor)| anchor.checkpoint.block_number >= checkpoint.block_number)
			.any(|(number, anchor)| Some(number) != except && anchor.bitcoin.txid == *txid)
	}
}
