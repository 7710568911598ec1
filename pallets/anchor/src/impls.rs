//! Checking a report: first that the checkpoint is this chain's, then that it is in Bitcoin.

use crate::{
	Anchor, AnchorCount, AnchorRules, Anchors, Config, Error, Event, KnownHeaders, Pallet, Rules,
	LANDMARK_INTERVAL, MAX_ANCHORS, MAX_HEADERS, MAX_KNOWN_HEADERS, MAX_TRANSACTION_BYTES,
};
use frame_support::{ensure, pallet_prelude::DispatchResult};
use frame_system::pallet_prelude::BlockNumberFor;
use pallet_audit_record::HostSha256;
use pantheon_primitives::{
	bitcoin::{verify_anchor, AnchorProof, AnchoredAt, PinnedHeader},
	hash::Sha256,
	log::verify_consistency,
	BlockHash, Checkpoint, LogDigest,
};
use sp_runtime::traits::SaturatedConversion;

type Log<T> = pallet_audit_record::Pallet<T>;

impl<T: Config> Pallet<T> {
	/// The last anchor that was reported.
	pub fn last_anchor() -> Option<Anchor> {
		Anchors::<T>::get(AnchorCount::<T>::get().checked_sub(1)?)
	}

	pub(crate) fn do_report(
		checkpoint: Checkpoint,
		proof: AnchorProof,
		consistency: &[[u8; 32]],
	) -> DispatchResult {
		Self::check_bounds(&proof)?;
		let rules = Rules::<T>::get().ok_or(Error::<T>::NotConfigured)?;
		Self::check_checkpoint(&checkpoint, consistency)?;
		if let Some(Anchor { checkpoint: last, .. }) = Self::last_anchor() {
			ensure!(
				checkpoint.log_size >= last.log_size
					&& checkpoint.block_number >= last.block_number,
				Error::<T>::StaleAnchor
			);
		}

		let parent = Self::parent_of(&proof, &rules).ok_or(Error::<T>::UnknownBitcoinHeader)?;
		let bitcoin = verify_anchor(&checkpoint, &proof, &rules.starting_after(parent))
			.map_err(Error::<T>::from)?;
		// In whichever block: a transaction that a reorganisation has moved is corrected, not counted again.
		let known = Self::is_kept(&checkpoint, &bitcoin.txid, None);
		ensure!(!known, Error::<T>::AlreadyReported);
		Self::remember(&proof, &bitcoin, &rules)?;
		Self::keep(Anchor { checkpoint, bitcoin });
		Ok(())
	}

	/// What a proof may cost, before anything of it is looked at.
	pub(crate) fn check_bounds(proof: &AnchorProof) -> Result<(), Error<T>> {
		let cost = proof.cost();
		ensure!(cost.headers <= MAX_HEADERS, Error::<T>::TooManyHeaders);
		ensure!(cost.transaction_bytes <= MAX_TRANSACTION_BYTES, Error::<T>::TransactionTooLong);
		Ok(())
	}

	/// That the checkpoint is one of this chain's.
	///
	/// A checkpoint in the ring must be in it just so. An older one must be a prefix of the log at a
	/// landmark block; that leaves its block number unproven, and its block hash once the chain has
	/// forgotten that hash. An anchor says nothing of them that its reader couldn't check in the header.
	fn check_checkpoint(checkpoint: &Checkpoint, consistency: &[[u8; 32]]) -> Result<(), Error<T>> {
		let genesis = pallet_operators::Pallet::<T>::genesis_hash();
		ensure!(checkpoint.genesis == genesis, Error::<T>::WrongChain);
		let now: u32 = frame_system::Pallet::<T>::block_number().saturated_into();
		ensure!(checkpoint.block_number < now, Error::<T>::FutureCheckpoint);

		let known = frame_system::Pallet::<T>::block_hash(BlockNumberFor::<T>::from(
			checkpoint.block_number,
		));
		let forgotten = known == T::Hash::default();
		ensure!(
			forgotten || BlockHash::new(known.into()) == checkpoint.block_hash,
			Error::<T>::CheckpointInconsistent
		);

		let claimed = LogDigest { size: checkpoint.log_size, root: checkpoint.log_root };
		let holds = match Log::<T>::checkpoint_at(checkpoint.block_number) {
			Some(digest) => digest == claimed,
			None => Self::landmarks(now).into_iter().flatten().any(|landmark| {
				verify_consistency::<HostSha256>(
					claimed.size,
					&claimed.root,
					landmark.size,
					&landmark.root,
					consistency,
				)
				.is_ok()
			}),
		};
		ensure!(holds, Error::<T>::CheckpointInconsistent);
		Ok(())
	}

	/// The log at the newest landmark before this block, and at the one before that.
	fn landmarks(now: u32) -> [Option<LogDigest>; 2] {
		let last = now.saturating_sub(1);
		let newest = last.saturating_sub(last.checked_rem(LANDMARK_INTERVAL).unwrap_or_default());
		let before = newest.checked_sub(LANDMARK_INTERVAL);
		[Log::<T>::checkpoint_at(newest), before.and_then(Log::<T>::checkpoint_at)]
	}

	/// The header that the proof continues, among those that this chain trusts.
	pub(crate) fn parent_of(proof: &AnchorProof, rules: &AnchorRules) -> Option<PinnedHeader> {
		let height = proof.first_height.checked_sub(1)?;
		let named = proof.headers.first().and_then(|header| header.get(4..36));
		let known = KnownHeaders::<T>::get();
		let mut at_height = core::iter::once(&rules.pinned)
			.chain(known.iter())
			.filter(|known| known.height == height)
			.peekable();
		// If none is the one named, the proof meets the first and fails for not being linked to it.
		let first = at_height.peek().copied().copied();
		at_height
			.find(|known| named == Some(header_hash(&known.header).as_slice()))
			.copied()
			.or(first)
	}

	/// Makes the anchor's block a start for later reports, and lets go of the oldest one.
	pub(crate) fn remember(
		proof: &AnchorProof,
		bitcoin: &AnchoredAt,
		rules: &AnchorRules,
	) -> Result<(), Error<T>> {
		let header = proof.header_at(bitcoin.height).ok_or(Error::<T>::BlockOutOfRange)?;
		let header = PinnedHeader { height: bitcoin.height, header: *header };
		if header == rules.pinned {
			return Ok(());
		}
		KnownHeaders::<T>::mutate(|known| {
			known.retain(|other| *other != header);
			if known.len() >= MAX_KNOWN_HEADERS as usize {
				known.remove(0);
			}
			known.try_push(header)
		})
		// There's room: one was let go.
		.map_err(|_| Error::<T>::TooManyHeaders)
	}

	/// Keeps an anchor, and lets go of the oldest.
	fn keep(anchor: Anchor) {
		let number = AnchorCount::<T>::get();
		Anchors::<T>::insert(number, anchor);
		AnchorCount::<T>::put(number.saturating_add(1));
		if let Some(old) = number.checked_sub(MAX_ANCHORS) {
			Anchors::<T>::remove(old);
		}
		let Anchor { checkpoint, bitcoin } = anchor;
		Self::deposit_event(Event::Anchored { number, checkpoint, bitcoin });
	}
}

/// A block's hash as the next header names it.
pub(crate) fn header_hash(header: &[u8; 80]) -> [u8; 32] {
	HostSha256::sha256(&HostSha256::sha256(header))
}
