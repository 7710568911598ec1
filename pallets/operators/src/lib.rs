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

pub use impls::NoActiveKey;
pub use pallet::*;
pub use types::{ChainState, KeyEpoch, Operator, Registration, StoredKey, FIRST_KEY};
pub use weights::WeightInfo;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod impls;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;
#[cfg(any(test, feature = "try-runtime"))]
mod try_state;
mod types;
pub mod weights;

use frame_support::traits::fungible;

/// The balance that deposits are held in.
pub type BalanceOf<T> =
	<<T as Config>::Currency as fungible::Inspect<<T as frame_system::Config>::AccountId>>::Balance;

#[allow(clippy::expect_used)] // In what FRAME's macros expand to.
#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use alloc::vec::Vec;
	use frame_support::pallet_prelude::*;
	use frame_system::pallet_prelude::*;
	use pantheon_primitives::OperatorId;

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config:
		frame_system::Config<
		Hash: Into<[u8; 32]>,
		AccountId: AsRef<[u8; 32]>,
		RuntimeEvent: From<Event<Self>>,
	>
	{
		/// Where deposits are held.
		type Currency: fungible::MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason>;

		/// The runtime's hold reasons.
		type RuntimeHoldReason: From<HoldReason>;

		/// Part of the deposit that every operator pays.
		#[pallet::constant]
		type DepositBase: Get<BalanceOf<Self>>;

		/// Part of the deposit per byte of the public key.
		#[pallet::constant]
		type DepositPerByte: Get<BalanceOf<Self>>;

		/// Part of the deposit per intent that may be open at once.
		#[pallet::constant]
		type DepositPerOpenIntent: Get<BalanceOf<Self>>;

		/// How many intents of one operator may be open at once. Prepaid by the deposit, so lowering it
		/// needs no migration and raising it gives the slots to old operators for what they paid.
		#[pallet::constant]
		type MaxOpenIntents: Get<u32>;

		/// Weights of the calls.
		type WeightInfo: WeightInfo;
	}

	/// Why this pallet holds funds.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// Deposit for an operator's key and its open intents.
		Registration,
	}

	// Operator ids are SHA-256 outputs, so they're spread evenly as they are.
	/// Every operator that ever registered, the retired ones included.
	#[pallet::storage]
	pub type Operators<T: Config> =
		StorageMap<_, Identity, OperatorId, Operator<T::AccountId, BalanceOf<T>>>;

	/// Where each operator's chain stands. Never removed: of a retired operator this is the tombstone.
	#[pallet::storage]
	pub type Chains<T: Config> = StorageMap<_, Identity, OperatorId, ChainState>;

	#[pallet::event]
	#[pallet::generate_deposit(pub(crate) fn deposit_event)]
	pub enum Event<T: Config> {
		/// An operator was registered.
		Registered {
			/// SHA-256 of its key.
			operator: OperatorId,
			/// The account whose balance holds the deposit.
			owner: T::AccountId,
		},
		/// An operator left for good; its deposit was released.
		Deregistered {
			/// The operator.
			operator: OperatorId,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// The key is not as long as an ML-DSA-65 public key (1,952 bytes).
		KeyLength,
		/// The proof is not as long as an ML-DSA-65 signature (3,309 bytes).
		ProofLength,
		/// The proof is not this key's signature over this chain's registration message for the caller.
		ProofInvalid,
		/// The key is registered.
		AlreadyRegistered,
		/// The key belonged to an operator that left; its chain would restart.
		IdRetired,
		/// The caller can't afford the deposit.
		DepositUnaffordable,
		/// No operator has this id.
		UnknownOperator,
		/// The operator has left the registry.
		OperatorRetired,
		/// The caller is not the account that registered the operator.
		NotOwner,
		/// The operator has intents that no outcome or denial has closed.
		IntentsOpen,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Registers an operator under a new ML-DSA-65 key.
		///
		/// Origin: signed, by the account that will own the operator and whose deposit is held.
		///
		/// `key` is the public key; its SHA-256 becomes the operator's id. `proof` is the key's signature
		/// over `pantheon_primitives::seal::registration_message`, which names this chain and the caller,
		/// so a proof seen in flight is of no use to another account or on another chain.
		///
		/// Fails if lengths are wrong, the id is registered or retired, the proof does not verify, or the
		/// deposit can't be held. Emits `Registered`. Cost: one signature verification.
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::register())]
		pub fn register(origin: OriginFor<T>, key: Vec<u8>, proof: Vec<u8>) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			Self::do_register(owner, &key, &proof)
		}

		/// Takes an operator off the registry for good.
		///
		/// Origin: signed, by the operator's owner.
		///
		/// Removes the key and releases the deposit. Next sequence and head stay as a tombstone, so that
		/// the chain of this id can never start again.
		///
		/// Fails if the operator is unknown or retired, the caller is not its owner, or intents are open.
		/// Emits `Deregistered`.
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::deregister())]
		pub fn deregister(origin: OriginFor<T>, operator: OperatorId) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_deregister(who, operator)
		}
	}
}
