//! PAN: five billion fixed at genesis, never minted again, and where fees go.
//!
//! See the crate's README for what is guaranteed, by what, and what root could do all the same.
//!
//! - The whole supply exists from genesis: whatever the genesis balances leave unallotted belongs to
//!   the treasury, and a genesis that allots more than the supply can't be built.
//! - [`DealWithFees`] splits each fee between the block's author, the fire and the treasury.
//! - At the end of each block the pallet compares the issuance with the lowest that it ever saw: a
//!   fall is reported as [`Event::Burned`], a rise (which no call of the runtime can cause) as
//!   [`Event::SupplyRaised`] and an error in the log.

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

pub mod fees;
pub mod shares;
pub mod weights;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use fees::DealWithFees;
pub use pallet::*;
pub use shares::{FeeShares, FeeSharesError};
pub use weights::WeightInfo;

use frame_support::traits::fungible::{Credit, Inspect};

/// Log target of this pallet.
pub const LOG_TARGET: &str = "runtime::pan-token";

/// Amount of PAN, in its smallest unit (10^-12 PAN).
pub type BalanceOf<T> =
	<<T as Config>::Currency as Inspect<<T as frame_system::Config>::AccountId>>::Balance;

/// An amount of PAN that was taken from an account and not yet given to another; burnt when dropped.
pub type CreditOf<T> = Credit<<T as frame_system::Config>::AccountId, <T as Config>::Currency>;

// The attribute macros below generate code that the lints of this crate would reject.
#[allow(missing_docs, clippy::arithmetic_side_effects, clippy::indexing_slicing)]
#[allow(clippy::expect_used)] // In what FRAME's macros expand to.
#[frame_support::pallet]
pub mod pallet {
	use super::{BalanceOf, FeeShares, WeightInfo, LOG_TARGET};
	use frame_support::{
		pallet_prelude::*,
		traits::fungible::{Balanced, Inspect},
		PalletId,
	};
	use frame_system::pallet_prelude::*;
	use sp_runtime::{
		traits::{AccountIdConversion, Saturating, Zero},
		Permill,
	};

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
		/// The token.
		type Currency: Balanced<Self::AccountId>;

		/// Author of the block being made, if known.
		type BlockAuthor: Get<Option<Self::AccountId>>;

		/// Everything that will ever exist, in the smallest unit.
		#[pallet::constant]
		type FixedSupply: Get<BalanceOf<Self>>;

		/// Gives the treasury its account, unless genesis names another.
		#[pallet::constant]
		type PalletId: Get<PalletId>;

		/// Weights of this pallet's hooks.
		type WeightInfo: WeightInfo;
	}

	/// How fees are split. Set at genesis; no call changes it.
	#[pallet::storage]
	pub type Shares<T: Config> = StorageValue<_, FeeShares, ValueQuery>;

	/// The treasury's account, where genesis named one.
	#[pallet::storage]
	pub type Treasury<T: Config> = StorageValue<_, T::AccountId, OptionQuery>;

	/// The lowest total issuance seen at the end of a block. Only ever falls.
	#[pallet::storage]
	pub type LowestIssuance<T: Config> = StorageValue<_, BalanceOf<T>, OptionQuery>;

	#[pallet::event]
	#[pallet::generate_deposit(pub(crate) fn deposit_event)]
	pub enum Event<T: Config> {
		/// The issuance fell in this block: the burnt part of fees, dust, and what holders burnt.
		Burned {
			/// By how much.
			amount: BalanceOf<T>,
			/// What is left.
			issuance: BalanceOf<T>,
		},
		/// The issuance is higher than it once was. Never happens while the rules hold.
		SupplyRaised {
			/// Issuance now.
			issuance: BalanceOf<T>,
			/// The least it has been.
			lowest: BalanceOf<T>,
		},
	}

	#[pallet::genesis_config]
	pub struct GenesisConfig<T: Config> {
		/// Part of each fee for the block's author.
		pub author_share: Permill,
		/// Part of each fee that is burnt.
		pub burn_share: Permill,
		/// Part of each fee for the treasury.
		pub treasury_share: Permill,
		/// The treasury's account; the pallet's own (nobody holds a key to it) if absent.
		pub treasury: Option<T::AccountId>,
	}

	impl<T: Config> Default for GenesisConfig<T> {
		fn default() -> Self {
			let shares = FeeShares::default();
			Self {
				author_share: shares.author(),
				burn_share: shares.burn(),
				treasury_share: shares.treasury(),
				treasury: None,
			}
		}
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		// A genesis that breaks the rules must not come into being; building it has no other way
		// to refuse.
		#[allow(clippy::expect_used, clippy::panic)]
		fn build(&self) {
			let shares = FeeShares::new(self.author_share, self.burn_share, self.treasury_share)
				.expect("fee shares must add up to exactly one");
			Shares::<T>::put(shares);
			if let Some(treasury) = &self.treasury {
				Treasury::<T>::put(treasury);
			}

			let supply = T::FixedSupply::get();
			let allotted = T::Currency::total_issuance();
			assert!(allotted <= supply, "genesis balances allot more than the fixed supply");
			let rest = supply.saturating_sub(allotted);
			if !rest.is_zero() {
				// The only place where PAN is ever issued besides the genesis of the balances.
				let issued = T::Currency::issue(rest);
				assert!(
					T::Currency::resolve(&Pallet::<T>::treasury(), issued).is_ok(),
					"the rest of the supply is less than the treasury's existential deposit",
				);
			}
			assert!(
				T::Currency::total_issuance() == supply,
				"the total issuance at genesis must be the fixed supply"
			);
			LowestIssuance::<T>::put(supply);
		}
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn on_initialize(_: BlockNumberFor<T>) -> Weight {
			T::WeightInfo::on_finalize()
		}

		fn on_finalize(_: BlockNumberFor<T>) {
			let issuance = T::Currency::total_issuance();
			let lowest = Self::lowest_issuance();
			if issuance < lowest {
				LowestIssuance::<T>::put(issuance);
				let amount = lowest.saturating_sub(issuance);
				Self::deposit_event(Event::Burned { amount, issuance });
			} else if issuance > lowest {
				log::error!(
					target: LOG_TARGET,
					"total issuance rose to {issuance:?} from {lowest:?}; root changed the rules",
				);
				Self::deposit_event(Event::SupplyRaised { issuance, lowest });
			}
		}

		fn integrity_test() {
			assert!(
				T::FixedSupply::get() > T::Currency::minimum_balance(),
				"the supply must exceed the existential deposit"
			);
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	impl<T: Config> Pallet<T> {
		/// Account of the treasury.
		pub fn treasury() -> T::AccountId {
			Treasury::<T>::get().unwrap_or_else(|| T::PalletId::get().into_account_truncating())
		}

		/// The lowest total issuance seen at the end of a block.
		pub fn lowest_issuance() -> BalanceOf<T> {
			LowestIssuance::<T>::get().unwrap_or_else(T::FixedSupply::get)
		}

		/// The invariants: shares add up to one; the issuance never rises, so never passes the
		/// fixed supply. Holds between any two blocks and at any point within one.
		///
		/// # Errors
		///
		/// Names the invariant that does not hold.
		pub fn do_try_state() -> Result<(), sp_runtime::TryRuntimeError> {
			let shares = Shares::<T>::get();
			ensure!(
				FeeShares::new(shares.author(), shares.burn(), shares.treasury()).is_ok(),
				"fee shares don't add up to one"
			);
			let lowest = Self::lowest_issuance();
			ensure!(lowest <= T::FixedSupply::get(), "lowest issuance above the fixed supply");
			ensure!(T::Currency::total_issuance() <= lowest, "total issuance rose");
			Ok(())
		}
	}
}
