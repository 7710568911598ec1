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
pub use types::{
	Anchor, AnchorRules, LANDMARK_INTERVAL, MAX_ANCHORS, MAX_HEADERS, MAX_KNOWN_HEADERS,
	MAX_TRANSACTION_BYTES,
};
pub use weights::WeightInfo;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod corrections;
mod errors;
mod genesis;
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
	use alloc::{string::String, vec::Vec};
	use frame_support::pallet_prelude::*;
	use frame_system::pallet_prelude::*;
	use pantheon_primitives::{
		bitcoin::{AnchorProof, AnchoredAt, PinnedHeader},
		Checkpoint,
	};

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config:
		frame_system::Config<RuntimeEvent: From<Event<Self>>> + pallet_audit_record::Config
	{
		/// Who may report an anchor.
		type AnchorOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// Weights of the calls.
		type WeightInfo: WeightInfo;
	}

	/// What is demanded of the Bitcoin side. None: this chain takes no reports.
	#[pallet::storage]
	pub type Rules<T: Config> = StorageValue<_, AnchorRules>;

	/// Headers of the blocks of accepted anchors, oldest first: where later reports may start.
	#[pallet::storage]
	pub type KnownHeaders<T: Config> =
		StorageValue<_, BoundedVec<PinnedHeader, ConstU32<MAX_KNOWN_HEADERS>>, ValueQuery>;

	/// The last `MAX_ANCHORS` anchors, by number.
	#[pallet::storage]
	pub type Anchors<T: Config> = StorageMap<_, Twox64Concat, u64, Anchor>;

	/// Anchors ever accepted; the last one's number is one less.
	#[pallet::storage]
	pub type AnchorCount<T: Config> = StorageValue<_, u64, ValueQuery>;

	/// What the chain trusts of Bitcoin from its start.
	#[pallet::genesis_config]
	pub struct GenesisConfig<T: Config> {
		/// `mainnet`, `signet` or `regtest`. Empty: this chain takes no reports.
		pub network: String,
		/// Height of the pinned header.
		pub pinned_height: u32,
		/// The pinned header's 80 bytes in hexadecimal. Empty: the network's first block.
		pub pinned_header: String,
		/// Easiest target that any header may have, in compact form (as `bits` in a header).
		pub max_target: Option<u32>,
		/// Least number of blocks from the anchor's on, that one included.
		pub min_confirmations: u32,
		/// Not part of the JSON.
		#[serde(skip)]
		pub _config: core::marker::PhantomData<T>,
	}

	impl<T: Config> Default for GenesisConfig<T> {
		fn default() -> Self {
			Self {
				network: String::new(),
				pinned_height: 0,
				pinned_header: String::new(),
				max_target: None,
				min_confirmations: 6,
				_config: Default::default(),
			}
		}
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			if let Some(rules) = genesis::rules(self) {
				Rules::<T>::put(rules);
			}
		}
	}

	#[pallet::event]
	#[pallet::generate_deposit(pub(crate) fn deposit_event)]
	pub enum Event<T: Config> {
		/// An anchor was reported and holds.
		Anchored {
			/// Its number among this chain's anchors.
			number: u64,
			/// What was anchored.
			checkpoint: Checkpoint,
			/// Where in Bitcoin.
			bitcoin: AnchoredAt,
		},
		/// An anchor is somewhere else in Bitcoin than was reported, or deeper.
		Corrected {
			/// Its number among this chain's anchors.
			number: u64,
			/// What was kept before.
			from: AnchoredAt,
			/// What more work shows.
			to: AnchoredAt,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// This chain's genesis names no Bitcoin network.
		NotConfigured,
		/// The genesis configuration's pinned header is none of its network.
		BadPin,
		/// More than 4,032 headers.
		TooManyHeaders,
		/// The two transactions have more than 100,000 bytes together.
		TransactionTooLong,
		/// The checkpoint names another chain.
		WrongChain,
		/// The checkpoint's block is not in the past.
		FutureCheckpoint,
		/// The checkpoint's log was never this chain's log, or its block is none of this chain.
		CheckpointInconsistent,
		/// The checkpoint is older than the last anchor's.
		StaleAnchor,
		/// The transaction is one of the anchors kept. If another block holds it now, `correct` it.
		AlreadyReported,
		/// The headers don't follow the pinned header or the block of a recent anchor.
		UnknownBitcoinHeader,
		/// The anchor transaction is not in canonical form without witness.
		TransactionMalformed,
		/// The anchor transaction is 64 bytes long and could be an inner node of the Merkle tree.
		TransactionIs64Bytes,
		/// No output is an OP_RETURN.
		PayloadMissing,
		/// More than one output is an OP_RETURN.
		SeveralPayloads,
		/// The OP_RETURN output is not a Pantheon payload.
		WrongMagic,
		/// The payload commits to another checkpoint.
		PayloadMismatch,
		/// A Merkle path is longer than any block's.
		PathTooLong,
		/// The path and position don't lead to the block's Merkle root.
		WrongPath,
		/// The coinbase transaction is not one.
		CoinbaseMalformed,
		/// The coinbase's path has another length than the transaction's, or another root.
		CoinbasePath,
		/// The height in the coinbase is not the block's.
		CoinbaseHeight,
		/// The proof has no header.
		NoHeaders,
		/// The anchor's block is not among the headers.
		BlockOutOfRange,
		/// A header can't be read.
		HeaderMalformed,
		/// A header does not name its predecessor.
		HeadersNotLinked,
		/// A header declares another difficulty than the network's rules demand.
		WrongDifficulty,
		/// A header's difficulty is below this chain's floor.
		DifficultyBelowFloor,
		/// A header's hash is above its target.
		ProofOfWork,
		/// Too few blocks on top of the anchor's.
		TooFewConfirmations,
		/// Too little work in the anchor's block and those on top.
		TooLittleWork,
		/// No anchor of this number is kept.
		UnknownAnchor,
		/// The headers don't show which block is at the height of the one that was reported.
		ReplacedBlockNotShown,
		/// The headers hold the block that was reported, with the transaction in it: nothing has moved.
		StillInBitcoin,
		/// Not more work than was shown for what is kept.
		NotMoreWork,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			let ring = <T as pallet_audit_record::Config>::CheckpointRing::get();
			assert!(ring >= LANDMARK_INTERVAL.saturating_mul(2), "two landmarks are in the ring");
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Reports that a checkpoint of this chain is in a Bitcoin block.
		///
		/// Origin: `AnchorOrigin`.
		///
		/// `proof` leads from the checkpoint to a Bitcoin block with enough blocks on top, and starts right
		/// after the pinned header or the block of a recent anchor. `consistency` is only looked at when the
		/// checkpoint has left the ring of recent checkpoints: then it's the RFC 9162 path from it to the log
		/// at the newest landmark block, or the one before.
		///
		/// Keeps the anchor (the last 64 of them) and its Bitcoin header. Fails if the proof does not hold
		/// under the rules set at genesis, or the checkpoint is not one of this chain's, or is older than
		/// the last anchored one. Emits `Anchored`. Cost: hashing the headers and both transactions.
		#[pallet::call_index(0)]
		#[pallet::weight({
			let cost = proof.cost();
			<T as Config>::WeightInfo::report(cost.headers, cost.transaction_bytes)
		})]
		pub fn report(
			origin: OriginFor<T>,
			checkpoint: Checkpoint,
			proof: AnchorProof,
			consistency: Vec<[u8; 32]>,
		) -> DispatchResult {
			T::AnchorOrigin::ensure_origin(origin)?;
			Self::do_report(checkpoint, proof, &consistency)
		}

		/// Corrects where an anchor is in Bitcoin, after a reorganisation.
		///
		/// Origin: `AnchorOrigin`.
		///
		/// `proof` leads from the checkpoint of anchor `number` to a Bitcoin block, as in `report`. Its headers
		/// must show another block at the height of the one that was reported (or that very block, with more
		/// on top), and strictly more work than the entry was accepted with: counted from the later of the two
		/// heights on, each header at the difficulty that the rules demand.
		///
		/// Replaces the entry and its Bitcoin header; checkpoint and number stay. Fails if the proof does not
		/// hold, shows no more work, or holds the reported block. Emits `Corrected`. Cost: as `report`.
		#[pallet::call_index(1)]
		#[pallet::weight({
			let cost = proof.cost();
			<T as Config>::WeightInfo::correct(cost.headers, cost.transaction_bytes)
		})]
		pub fn correct(origin: OriginFor<T>, number: u64, proof: AnchorProof) -> DispatchResult {
			T::AnchorOrigin::ensure_origin(origin)?;
			Self::do_correct(number, &proof)
		}
	}
}
