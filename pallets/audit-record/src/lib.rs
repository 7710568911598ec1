#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(
	not(any(test, feature = "runtime-benchmarks")),
	deny(
		clippy::unwrap_used,
		clippy::expect_used,
		clippy::panic,
		clippy::indexing_slicing,
		clippy::arithmetic_side_effects
	)
)]

extern crate alloc;

pub use pallet::*;
pub use types::{HostSha256, LogState};
pub use weights::WeightInfo;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod errors;
mod impls;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;
#[cfg(any(test, feature = "try-runtime"))]
mod try_state;
mod types;
pub mod weights;

#[allow(clippy::expect_used)] // In what FRAME's macros expand to.
#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use alloc::vec::Vec;
	use frame_support::pallet_prelude::*;
	use frame_system::pallet_prelude::*;
	use pantheon_primitives::{
		record::MAX_BATCH_MEMBERS, EntryInfo, Kind, LeafHash, LogDigest, OperatorId, RecordId,
		SubmittedRecord,
	};

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// How many intents may be open at once is `pallet_operators`' to say (`MaxOpenIntents`), for the
	/// deposit there pays for them.
	#[pallet::config]
	pub trait Config:
		frame_system::Config<RuntimeEvent: From<Event<Self>>> + pallet_operators::Config
	{
		/// Most members of one batch; at most the format's 16,384.
		#[pallet::constant]
		type MaxBatchMembers: Get<u32>;

		/// Most entries that one block appends. The weights bind long before; this bounds what the
		/// runtime API and an index take in of one block.
		#[pallet::constant]
		type MaxEntriesPerBlock: Get<u32>;

		/// For how many blocks a checkpoint stays in state.
		#[pallet::constant]
		type CheckpointRing: Get<u32>;

		/// Weights of calls and hooks.
		type WeightInfo: WeightInfo;
	}

	// Written in every block, so `on_initialize` pays for reading and writing it once and the records
	// don't pay again.
	/// The log: its size, its peaks, and its size before this block.
	#[pallet::storage]
	#[pallet::whitelist_storage]
	pub type Log<T: Config> = StorageValue<_, LogState, ValueQuery>;

	// Only ever appended to without being decoded; the bound is kept by counting in `Log`. Paid for like
	// `Log`.
	/// The entries that this block appended. They stay readable until the next block.
	#[pallet::storage]
	#[pallet::unbounded]
	#[pallet::whitelist_storage]
	pub type BlockEntries<T: Config> = StorageValue<_, Vec<EntryInfo>, ValueQuery>;

	/// Size and root of the log after each of the last `CheckpointRing` blocks.
	#[pallet::storage]
	pub type Checkpoints<T: Config> = StorageMap<_, Twox64Concat, BlockNumberFor<T>, LogDigest>;

	// Operator and record ids are SHA-256 outputs, so they're spread evenly as they are.
	/// Intents that wait for an outcome or denial, with the block that they were recorded in. At most
	/// `MaxOpenIntents` per operator.
	#[pallet::storage]
	pub type OpenIntents<T: Config> = StorageDoubleMap<
		_,
		Identity,
		OperatorId,
		Identity,
		RecordId,
		BlockNumberFor<T>,
		OptionQuery,
	>;

	#[pallet::event]
	#[pallet::generate_deposit(pub(crate) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A record was appended to the log.
		Recorded {
			/// Whose chain it continues.
			operator: OperatorId,
			/// Its position in that chain.
			sequence: u64,
			/// Its id.
			record: RecordId,
			/// Its index in the log.
			index: u64,
			/// Its kind.
			kind: Kind,
		},
		/// A batch was appended to the log, as one entry.
		BatchRecorded {
			/// Whose chain it continues.
			operator: OperatorId,
			/// Its position in that chain.
			sequence: u64,
			/// Id of the batch record.
			record: RecordId,
			/// Its index in the log.
			index: u64,
			/// Number of its members.
			count: u32,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// The record names another chain's genesis hash.
		WrongLog,
		/// No record kind has this number.
		UnknownKind,
		/// The kind is reserved: it has a number but no rules yet.
		ReservedKind,
		/// A record names at most 8 parents.
		TooManyParents,
		/// A parent is named twice.
		DuplicateParent,
		/// A locator has at most 128 bytes.
		LocatorTooLong,
		/// The locator is not UTF-8.
		LocatorNotUtf8,
		/// A record after the first must name its predecessor.
		PreviousMissing,
		/// A first record has no predecessor.
		PreviousUnexpected,
		/// An outcome, denial or approval must name its intent.
		IntentMissing,
		/// A record of this kind names no intent.
		IntentUnexpected,
		/// A batch record must say count, root and kinds.
		BatchMissing,
		/// Only a batch record says count, root and kinds.
		BatchUnexpected,
		/// A batch has at least one member.
		EmptyBatch,
		/// A batch has at most `MaxBatchMembers` members.
		BatchTooLarge,
		/// The kind mask is empty, or names a kind that no batch may hold.
		BatchKindMask,
		/// The record breaks another rule of the format.
		RecordInvalid,
		/// A batch record comes with its members, by `submit_batch`.
		BatchWithoutMembers,
		/// Only a batch record comes with members.
		NotABatch,
		/// The batch says another count than that of the members given.
		BatchCountMismatch,
		/// The batch says another root than that of the members given.
		BatchRootMismatch,
		/// A signature has 3,309 bytes.
		SignatureLength,
		/// The seal is not this operator's over this record.
		SignatureInvalid,
		/// Record and seal have at most 4,096 bytes together.
		StatementTooLarge,
		/// No operator has this id.
		UnknownOperator,
		/// The operator has left the registry.
		OperatorRetired,
		/// The sequence leaves positions out.
		SequenceGap,
		/// The position is taken, by this record or by another one (a fork).
		SequenceRepeated,
		/// The record names another predecessor than the chain's head.
		PreviousMismatch,
		/// The operator's chain has no numbers left.
		ChainFull,
		/// The operator has `MaxOpenIntents` intents open.
		TooManyOpenIntents,
		/// The intent named is not open: it never was one of this operator's, or it has its outcome.
		IntentNotOpen,
		/// The block has `MaxEntriesPerBlock` entries.
		TooManyEntries,
		/// The log has no indices left.
		LogFull,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn on_initialize(_: BlockNumberFor<T>) -> Weight {
			Self::open_block();
			// Beside the measured work of both hooks: what benchmarks don't count because it's written once
			// a block whatever the number of records (`Log`, `BlockEntries`), and the hash of block 0.
			<T as Config>::WeightInfo::on_initialize()
				.saturating_add(<T as Config>::WeightInfo::on_finalize())
				.saturating_add(T::DbWeight::get().reads_writes(2, 2))
		}

		fn on_finalize(now: BlockNumberFor<T>) {
			Self::close_block(now);
		}

		fn integrity_test() {
			assert!(T::MaxBatchMembers::get() > 0, "a batch has members");
			assert!(T::MaxBatchMembers::get() <= MAX_BATCH_MEMBERS, "the format's limit");
			assert!(T::MaxEntriesPerBlock::get() > 0, "a block takes entries");
			assert!(T::CheckpointRing::get() > 0, "the ring holds the parent's checkpoint");
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Appends one sealed record to the log.
		///
		/// Origin: signed, by anybody. The seal says whose record it is; the submitter only pays.
		///
		/// `record` holds the fields of which the runtime writes the canonical bytes itself; `signature`
		/// is the operator's ML-DSA-65 signature over them (`seal::to_be_signed`).
		///
		/// Changes the operator's chain, the log, and the set of open intents: an intent opens, an outcome
		/// or denial closes, an approval needs its intent open and leaves it so. Fails if the record breaks
		/// a rule of the format, is for another chain, does not continue the operator's chain, or its seal
		/// does not verify. Emits `Recorded`. Cost: one signature verification, and by its kind the storage of
		/// the open intents.
		#[pallet::call_index(0)]
		#[pallet::weight(Pallet::<T>::submit_weight(record.kind))]
		pub fn submit(
			origin: OriginFor<T>,
			record: SubmittedRecord,
			signature: Vec<u8>,
		) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_submit(record, &signature)
		}

		/// Appends a batch: many records under one seal, as one entry of the log.
		///
		/// Origin: signed, by anybody.
		///
		/// `record` is the batch record with count, root and kind mask; `members` are the members' leaves
		/// (`log::member_leaf`) in order. They stand last, so that they're the extrinsic's last bytes, and
		/// are not kept in state. What the members say is for the verifier to check; consensus checks that
		/// they're the ones sealed, and the kind mask.
		///
		/// Fails like `submit`, and if count or root are not those of the members. Emits `BatchRecorded`.
		/// Cost: one signature verification, and one hash per member.
		#[pallet::call_index(1)]
		#[pallet::weight(
			<T as Config>::WeightInfo::submit_batch(u32::try_from(members.len()).unwrap_or(u32::MAX))
		)]
		pub fn submit_batch(
			origin: OriginFor<T>,
			record: SubmittedRecord,
			signature: Vec<u8>,
			members: Vec<LeafHash>,
		) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_submit_batch(record, &signature, &members)
		}
	}
}
