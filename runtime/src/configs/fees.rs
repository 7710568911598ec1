//! What a transaction costs, and who gets it.
//!
//! A sealed single record is about 3.6 KB long and costs 0.008 PAN on an idle chain and 0.015 PAN on a
//! new one; a member of a batch of thousands costs less than 0.0001 PAN. Half of that is length, which
//! blocks run out of first; the other half is the compute that a call takes, and follows demand slowly.

use crate::{
	constants::currency::{MICRO_PAN, TOTAL_SUPPLY},
	AccountId, Authorship, Balance, Balances, Runtime, RuntimeEvent,
};
use frame_support::{
	parameter_types,
	traits::{ConstU8, Get},
	weights::ConstantMultiplier,
	PalletId,
};
use pallet_pan_token::DealWithFees;
use pallet_transaction_payment::FungibleAdapter;
use polkadot_runtime_common::SlowAdjustingFeeUpdate;

parameter_types! {
	/// Fee for each byte of a transaction: two millionths of a PAN.
	pub const TransactionByteFee: Balance = 2 * MICRO_PAN;
	/// Fee for each picosecond of compute: ten PAN a second.
	pub const WeightFee: Balance = 10;
	/// The supply, for good.
	pub const FixedSupply: Balance = TOTAL_SUPPLY;
	/// Source of the treasury's account.
	pub const TreasuryPalletId: PalletId = PalletId(*b"pan/trsy");
}

impl pallet_transaction_payment::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type OnChargeTransaction = FungibleAdapter<Balances, DealWithFees<Runtime>>;
	type OperationalFeeMultiplier = ConstU8<5>;
	type WeightToFee = ConstantMultiplier<Balance, WeightFee>;
	type LengthToFee = ConstantMultiplier<Balance, TransactionByteFee>;
	type FeeMultiplierUpdate = SlowAdjustingFeeUpdate<Self>;
	type WeightInfo = crate::weights::extensions::Extensions<Runtime>;
}

/// Author of the block being made.
pub struct BlockAuthor;

impl Get<Option<AccountId>> for BlockAuthor {
	fn get() -> Option<AccountId> {
		Authorship::author()
	}
}

impl pallet_pan_token::Config for Runtime {
	type Currency = Balances;
	type BlockAuthor = BlockAuthor;
	type FixedSupply = FixedSupply;
	type PalletId = TreasuryPalletId;
	type WeightInfo = pallet_pan_token::weights::SubstrateWeight<Runtime>;
}
