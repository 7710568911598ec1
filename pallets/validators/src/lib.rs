//! Proof of authority: who validates, decided by root, applied at session boundaries; and how long
//! a session is.
//!
//! There is no staking. `pallet-session` asks this pallet for a new set at every session boundary and
//! gets one only if root planned a change, so that the GRANDPA set id (and with it the number of
//! hand-offs that a proof bundle must carry) grows only when validators really change. See the
//! README.

#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(
	not(test),
	deny(
		clippy::unwrap_used,
		clippy::expect_used,
		clippy::panic,
		clippy::indexing_slicing,
		clippy::arithmetic_side_effects
	)
)]

extern crate alloc;

mod epoch;
mod manager;
pub mod weights;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use epoch::EpochDuration;
pub use manager::NoIdentification;
pub use pallet::*;
pub use weights::WeightInfo;

/// Log target of this pallet.
pub const LOG_TARGET: &str = "runtime::validators";

// The attribute macros below generate code that the lints of this crate would reject.
#[allow(missing_docs, clippy::arithmetic_side_effects, clippy::indexing_slicing)]
#[allow(clippy::expect_used)] // In what FRAME's macros expand to.
#[frame_support::pallet]
pub mod pallet {
	use super::WeightInfo;
	use alloc::vec::Vec;
	use frame_support::pallet_prelude::*;
	use frame_system::pallet_prelude::*;
	use sp_staking::SessionIndex;

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config:
		frame_system::Config<RuntimeEvent: From<Event<Self>>>
		+ pallet_session::Config
		+ pallet_session::historical::Config<FullIdentification = ()>
	{
		/// Who may change the set.
		type ManageOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// The most validators that there may be.
		#[pallet::constant]
		type MaxValidators: Get<u32>;

		/// Length of a session in BABE slots, unless genesis set another.
		#[pallet::constant]
		type DefaultEpochSlots: Get<u64>;

		/// For how many sessions the roots of past validator sets are kept.
		#[pallet::constant]
		type HistoryDepth: Get<SessionIndex>;

		/// Weights of this pallet.
		type WeightInfo: WeightInfo;
	}

	/// The set to hand to `pallet-session` at the next boundary; absent if nothing is to change.
	#[pallet::storage]
	pub type Planned<T: Config> =
		StorageValue<_, BoundedVec<T::ValidatorId, T::MaxValidators>, OptionQuery>;

	/// The fewest validators that root may leave. Set at genesis.
	#[pallet::storage]
	pub type Minimum<T: Config> = StorageValue<_, u32, ValueQuery, ConstU32<1>>;

	/// Length of a session in BABE slots, where genesis set one. For development and test chains;
	/// BABE can't change it while the chain runs, and no call does.
	#[pallet::storage]
	pub type EpochSlots<T: Config> = StorageValue<_, u64, OptionQuery>;

	#[pallet::event]
	#[pallet::generate_deposit(pub(crate) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A validator will join; it is active from the session after the next boundary.
		Added {
			/// The validator.
			validator: T::ValidatorId,
		},
		/// A validator will leave; it stays active until the session after the next boundary.
		Removed {
			/// The validator.
			validator: T::ValidatorId,
		},
		/// A planned set was handed over for this session.
		SetPlanned {
			/// The first session it is active in.
			session: SessionIndex,
			/// How many validators it has.
			count: u32,
		},
		/// A planned set was dropped: too few of its members still have session keys.
		PlanDropped {
			/// The session it was meant for.
			session: SessionIndex,
			/// How many of its members have session keys.
			with_keys: u32,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// The validator is already in the set (or about to be).
		AlreadyValidator,
		/// The validator is not in the set (or already about to leave).
		NotValidator,
		/// The validator has not set its session keys yet.
		NoSessionKeys,
		/// There are already as many validators as there may be.
		TooManyValidators,
		/// Fewer validators than the chain's minimum would be left.
		TooFewValidators,
	}

	#[pallet::genesis_config]
	pub struct GenesisConfig<T: Config> {
		/// The fewest validators that root may leave.
		pub minimum: u32,
		/// Length of a session in BABE slots. Only for development and test chains.
		pub epoch_slots: Option<u64>,
		#[serde(skip)]
		pub _config: core::marker::PhantomData<T>,
	}

	impl<T: Config> Default for GenesisConfig<T> {
		fn default() -> Self {
			Self { minimum: 1, epoch_slots: None, _config: Default::default() }
		}
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		// A genesis that breaks the rules must not come into being.
		#[allow(clippy::panic)]
		fn build(&self) {
			assert!(self.minimum >= 1, "a chain needs a validator");
			assert!(self.minimum <= T::MaxValidators::get(), "minimum above the maximum");
			Minimum::<T>::put(self.minimum);
			if let Some(slots) = self.epoch_slots {
				assert!(slots >= 1, "a session lasts at least one slot");
				EpochSlots::<T>::put(slots);
			}
		}
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			assert!(T::MaxValidators::get() >= 1, "a chain needs a validator");
			assert!(T::DefaultEpochSlots::get() >= 1, "a session lasts at least one slot");
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Lets a validator join at the next session boundary. It must have set its session keys.
		#[pallet::call_index(0)]
		#[pallet::weight(<T as Config>::WeightInfo::add())]
		pub fn add(origin: OriginFor<T>, validator: T::ValidatorId) -> DispatchResult {
			T::ManageOrigin::ensure_origin(origin)?;
			let mut set = Self::next_set();
			ensure!(!set.contains(&validator), Error::<T>::AlreadyValidator);
			ensure!(Self::has_keys(&validator), Error::<T>::NoSessionKeys);
			set.push(validator.clone());
			Self::plan(set)?;
			Self::deposit_event(Event::Added { validator });
			Ok(())
		}

		/// Lets a validator leave at the next session boundary.
		#[pallet::call_index(1)]
		#[pallet::weight(<T as Config>::WeightInfo::remove())]
		pub fn remove(origin: OriginFor<T>, validator: T::ValidatorId) -> DispatchResult {
			T::ManageOrigin::ensure_origin(origin)?;
			let mut set = Self::next_set();
			let before = set.len();
			set.retain(|member| *member != validator);
			ensure!(set.len() < before, Error::<T>::NotValidator);
			ensure!(Self::count(&set) >= Minimum::<T>::get(), Error::<T>::TooFewValidators);
			Self::plan(set)?;
			Self::deposit_event(Event::Removed { validator });
			Ok(())
		}
	}

	impl<T: Config> Pallet<T> {
		/// The set as it will be after the next boundary, should nothing more be changed.
		pub fn next_set() -> Vec<T::ValidatorId> {
			match Planned::<T>::get() {
				Some(planned) => planned.into_inner(),
				None => Self::queued_set(),
			}
		}

		/// The set that `pallet-session` has queued for the next session.
		pub(crate) fn queued_set() -> Vec<T::ValidatorId> {
			pallet_session::QueuedKeys::<T>::get().into_iter().map(|(who, _)| who).collect()
		}

		pub(crate) fn has_keys(validator: &T::ValidatorId) -> bool {
			pallet_session::NextKeys::<T>::contains_key(validator)
		}

		pub(crate) fn count(set: &[T::ValidatorId]) -> u32 {
			u32::try_from(set.len()).unwrap_or(u32::MAX)
		}

		/// Notes `set` for the next boundary; a set that is queued already is no change.
		fn plan(set: Vec<T::ValidatorId>) -> DispatchResult {
			let planned = BoundedVec::try_from(set).map_err(|_| Error::<T>::TooManyValidators)?;
			if *planned == Self::queued_set() {
				Planned::<T>::kill();
			} else {
				Planned::<T>::put(planned);
			}
			Ok(())
		}

		/// The invariants: the planned set has no duplicates, is not smaller than the minimum, and
		/// is a change.
		///
		/// # Errors
		///
		/// Names the invariant that does not hold.
		pub fn do_try_state() -> Result<(), sp_runtime::TryRuntimeError> {
			let minimum = Minimum::<T>::get();
			ensure!(minimum >= 1 && minimum <= T::MaxValidators::get(), "minimum out of range");
			ensure!(EpochSlots::<T>::get() != Some(0), "empty sessions");
			if let Some(planned) = Planned::<T>::get() {
				let unique: alloc::collections::BTreeSet<_> =
					planned.iter().map(Encode::encode).collect();
				ensure!(unique.len() == planned.len(), "a validator is planned twice");
			}
			Ok(())
		}
	}
}
