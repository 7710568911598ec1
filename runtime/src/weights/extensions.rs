//! Weights of what each transaction is checked against and charged by.
//!
//! The compute is in `ExtrinsicBaseWeight` already: that is measured on a signed remark, from its
//! signature to its fee. Charging it again, as the stock weights of the extensions do, would leave a
//! quarter of the block's length unused. So here is only what that measurement does not see, storage:
//! the sender's account, read and written once. Everything else that they touch (the block's weight, a
//! recent block hash, the author, the treasury, the issuance, the fee multiplier) is touched by every
//! transaction, so once per block.

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

/// Weights of the transaction extensions.
pub struct Extensions<T>(PhantomData<T>);

impl<T: frame_system::Config> frame_system::ExtensionsWeightInfo for Extensions<T> {
	fn check_genesis() -> Weight {
		Weight::zero()
	}
	fn check_mortality_mortal_transaction() -> Weight {
		Weight::zero()
	}
	fn check_mortality_immortal_transaction() -> Weight {
		Weight::zero()
	}
	fn check_non_zero_sender() -> Weight {
		Weight::zero()
	}
	fn check_nonce() -> Weight {
		T::DbWeight::get().reads_writes(1, 1)
	}
	fn check_spec_version() -> Weight {
		Weight::zero()
	}
	fn check_tx_version() -> Weight {
		Weight::zero()
	}
	fn check_weight() -> Weight {
		Weight::zero()
	}
	fn weight_reclaim() -> Weight {
		Weight::zero()
	}
}

impl<T: frame_system::Config> pallet_transaction_payment::WeightInfo for Extensions<T> {
	/// The split between three parties, of which the measured remark had two.
	fn charge_transaction_payment() -> Weight {
		Weight::from_parts(10_000_000, 0)
	}
}
