//! Checking and appending records; opening and closing blocks; what the runtime API answers.

use crate::{
	BlockEntries, Checkpoints, Config, Error, Event, HostSha256, Log, LogState, OpenIntents,
	Pallet, WeightInfo,
};
use alloc::vec::Vec;
use frame_support::{ensure, pallet_prelude::DispatchResult, traits::Get, weights::Weight};
use frame_system::pallet_prelude::BlockNumberFor;
use pallet_operators::ChainState;
use pantheon_primitives::{
	checkpoint::LOG_ENGINE_ID,
	hash::Sha256,
	log::{batch_root, CompactLog, Entry},
	seal::{self, SIGNATURE_LEN},
	BatchCommitment, EntryBatch, EntryInfo, Kind, LeafHash, LogDigest, OperatorId, OperatorState,
	PublicKey, Record, RecordId, Statement, StatementDigest, SubmittedRecord,
};
use sp_runtime::{traits::Saturating, DigestItem};

type Operators<T> = pallet_operators::Pallet<T>;

/// What a record does to its operator's open intents.
enum Pairing {
	Leaves,
	Opens,
	Closes(RecordId),
}

/// A record in its place: all is checked but the seal.
struct Placed {
	record: Record,
	key: PublicKey,
	chain: ChainState,
	log: LogState,
}

/// A record whose seal verified.
struct Sealed {
	record: Record,
	id: RecordId,
	digest: StatementDigest,
}

impl<T: Config> Pallet<T> {
	/// What a single record of the kind numbered `kind` costs. A forged one ends after its seal, with no write,
	/// but it may have read an intent.
	pub(crate) fn submit_weight(kind: u8) -> Weight {
		let done = match Kind::from_u8(kind) {
			Some(Kind::Intent) => <T as Config>::WeightInfo::submit_intent(),
			Some(Kind::Outcome | Kind::Denial | Kind::Approval) => {
				<T as Config>::WeightInfo::submit_outcome()
			},
			Some(Kind::Provenance) => <T as Config>::WeightInfo::submit_provenance(),
			// Refused before the seal is looked at.
			Some(Kind::Batch | Kind::KeyRotate | Kind::KeyRevoke) | None => Weight::zero(),
		};
		done.max(<T as Config>::WeightInfo::submit_forged())
	}

	pub(crate) fn do_submit(fields: SubmittedRecord, signature: &[u8]) -> DispatchResult {
		ensure!(fields.kind != Kind::Batch.as_u8(), Error::<T>::BatchWithoutMembers);
		let Placed { record, key, chain, log } = Self::place(fields, signature)?;
		let pairing = Self::pairing(&record, &chain)?;
		let sealed = Self::check_seal(record, &key, signature)?;

		let (operator, sequence, kind) =
			(sealed.record.operator, sealed.record.sequence, sealed.record.kind);
		let record = sealed.id;
		let chain = Self::pair(&operator, record, pairing, chain);
		let index = Self::append(sealed, chain, log, None)?;
		Self::deposit_event(Event::Recorded { operator, sequence, record, index, kind });
		Ok(())
	}

	pub(crate) fn do_submit_batch(
		fields: SubmittedRecord,
		signature: &[u8],
		members: &[LeafHash],
	) -> DispatchResult {
		ensure!(fields.kind == Kind::Batch.as_u8(), Error::<T>::NotABatch);
		let count = u32::try_from(members.len()).map_err(|_| Error::<T>::BatchTooLarge)?;
		ensure!(count <= T::MaxBatchMembers::get(), Error::<T>::BatchTooLarge);
		let Placed { record, key, chain, log } = Self::place(fields, signature)?;
		let BatchCommitment { count: sealed_count, root, .. } =
			record.batch.ok_or(Error::<T>::BatchMissing)?;
		ensure!(count == sealed_count, Error::<T>::BatchCountMismatch);
		let sealed = Self::check_seal(record, &key, signature)?;
		// After the seal: for a large batch this is the larger part of the work.
		ensure!(batch_root::<HostSha256>(members) == root, Error::<T>::BatchRootMismatch);

		let (operator, sequence) = (sealed.record.operator, sealed.record.sequence);
		let record = sealed.id;
		let index = Self::append(sealed, chain, log, Some(EntryBatch { count, root }))?;
		Self::deposit_event(Event::BatchRecorded { operator, sequence, record, index, count });
		Ok(())
	}

	/// The cheap checks: chain, format, room in the block, operator, place in its chain.
	fn place(fields: SubmittedRecord, signature: &[u8]) -> Result<Placed, Error<T>> {
		ensure!(fields.log == Operators::<T>::genesis_hash(), Error::<T>::WrongLog);
		ensure!(signature.len() == SIGNATURE_LEN, Error::<T>::SignatureLength);
		let record = Record::try_from(fields)?;
		let log = Log::<T>::get();
		ensure!(
			log.in_block() < u64::from(T::MaxEntriesPerBlock::get()),
			Error::<T>::TooManyEntries
		);
		let key = Operators::<T>::active_key(&record.operator)?;
		let chain = Operators::<T>::chain(&record.operator);
		chain.head.accepts(&record)?;
		Ok(Placed { record, key, chain, log })
	}

	/// What a single record does to the open intents, if they allow it.
	///
	/// Closed intents are forgotten, for remembering them would be state per record. So an outcome without
	/// an intent and a second outcome meet the same rule: the intent is not open.
	fn pairing(record: &Record, chain: &ChainState) -> Result<Pairing, Error<T>> {
		let open = |intent: Option<RecordId>| {
			intent
				.filter(|intent| OpenIntents::<T>::contains_key(record.operator, intent))
				.ok_or(Error::<T>::IntentNotOpen)
		};
		match record.kind {
			Kind::Intent => {
				ensure!(
					chain.open_intents < T::MaxOpenIntents::get(),
					Error::<T>::TooManyOpenIntents
				);
				Ok(Pairing::Opens)
			},
			Kind::Outcome | Kind::Denial => open(record.intent).map(Pairing::Closes),
			Kind::Approval => open(record.intent).map(|_| Pairing::Leaves),
			Kind::Batch | Kind::Provenance | Kind::KeyRotate | Kind::KeyRevoke => {
				Ok(Pairing::Leaves)
			},
		}
	}

	/// The expensive check: that the operator's key sealed exactly this record.
	///
	/// The same functions as [`Statement::verify`] and [`Statement::digest`] use, put together so that each
	/// hash is computed once and by the host.
	fn check_seal(record: Record, key: &PublicKey, signature: &[u8]) -> Result<Sealed, Error<T>> {
		let bytes = record.encode();
		let kid = HostSha256::sha256(key.as_bytes()).into();
		let message = seal::to_be_signed(&bytes, record.operator, record.log, &kid);
		let statement = Statement::new(record.clone(), kid, signature)?;
		seal::verify_signature(key, &message, signature)?;
		Ok(Sealed {
			record,
			id: HostSha256::sha256(&bytes).into(),
			digest: HostSha256::sha256(&statement.encode()).into(),
		})
	}

	/// Applies a pairing to the open intents and their count.
	fn pair(
		operator: &OperatorId,
		record: RecordId,
		pairing: Pairing,
		chain: ChainState,
	) -> ChainState {
		let open_intents = match pairing {
			Pairing::Leaves => chain.open_intents,
			Pairing::Opens => {
				let now = frame_system::Pallet::<T>::block_number();
				OpenIntents::<T>::insert(operator, record, now);
				chain.open_intents.saturating_add(1)
			},
			Pairing::Closes(intent) => {
				OpenIntents::<T>::remove(operator, intent);
				chain.open_intents.saturating_sub(1)
			},
		};
		ChainState { open_intents, ..chain }
	}

	/// Appends a record to the log and to its operator's chain; returns its index.
	fn append(
		Sealed { record, id, digest }: Sealed,
		mut chain: ChainState,
		mut log: LogState,
		batch: Option<EntryBatch>,
	) -> Result<u64, Error<T>> {
		let entry = Entry::statement(digest);
		let index = log
			.log
			.append::<HostSha256>(entry.leaf_hash::<HostSha256>())
			.ok_or(Error::<T>::LogFull)?;
		Log::<T>::put(log);
		BlockEntries::<T>::append(EntryInfo {
			entry,
			operator: record.operator,
			sequence: record.sequence,
			record: id,
			kind: record.kind.as_u8(),
			batch,
			// Always set while an extrinsic is applied.
			extrinsic_index: frame_system::Pallet::<T>::extrinsic_index().unwrap_or_default(),
		});
		chain.head.advance(id);
		Operators::<T>::put_chain(&record.operator, chain);
		Ok(index)
	}

	/// Starts a block: forgets the entries of the one before.
	pub(crate) fn open_block() {
		BlockEntries::<T>::kill();
		Log::<T>::mutate(|state| state.block_start = state.log.size());
	}

	/// Ends a block: its checkpoint goes into the header, whether or not the log grew, and into the ring.
	pub(crate) fn close_block(now: BlockNumberFor<T>) {
		let digest = Log::<T>::get().digest();
		let item = DigestItem::Consensus(LOG_ENGINE_ID, digest.encode_digest());
		frame_system::Pallet::<T>::deposit_log(item);
		Checkpoints::<T>::insert(now, digest);
		let ring: BlockNumberFor<T> = T::CheckpointRing::get().into();
		if now >= ring {
			Checkpoints::<T>::remove(now.saturating_sub(ring));
		}
	}
}

/// What the runtime API and other pallets read.
impl<T: Config> Pallet<T> {
	/// Size and peaks of the log.
	pub fn log_state() -> CompactLog {
		Log::<T>::get().log
	}

	/// The entries that this block appended.
	pub fn block_entries() -> Vec<EntryInfo> {
		BlockEntries::<T>::get()
	}

	/// An operator, also one that has left.
	pub fn operator(id: OperatorId) -> Option<OperatorState> {
		Operators::<T>::operator_state(&id)
	}

	/// Size and root of the log after `block`, if that is still in the ring. At genesis the log is empty.
	pub fn checkpoint_at(block: u32) -> Option<LogDigest> {
		if block == 0 {
			return Some(LogState::default().digest());
		}
		Checkpoints::<T>::get(BlockNumberFor::<T>::from(block))
	}

	/// Whether `intent` waits for its outcome or denial.
	pub fn is_intent_open(operator: OperatorId, intent: RecordId) -> bool {
		OpenIntents::<T>::contains_key(operator, intent)
	}
}
