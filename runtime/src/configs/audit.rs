//! Operators, the audit log, and its anchors.

use crate::{
	constants::{
		currency::{MICRO_PAN, MILLI_PAN, PAN},
		time::DAYS,
	},
	AccountId, Balance, Balances, Runtime, RuntimeHoldReason,
};
use frame_support::{parameter_types, traits::ConstU32};
use frame_system::EnsureSigned;

parameter_types! {
	/// What an operator lays down: 10 PAN,
	pub const OperatorDepositBase: Balance = 10 * PAN;
	/// about one for its key of 1,952 bytes,
	pub const OperatorDepositPerByte: Balance = 500 * MICRO_PAN;
	/// and about twenty for the intents that it may have open.
	pub const DepositPerOpenIntent: Balance = 20 * MILLI_PAN;
}

impl pallet_operators::Config for Runtime {
	type Currency = Balances;
	type RuntimeHoldReason = RuntimeHoldReason;
	type DepositBase = OperatorDepositBase;
	type DepositPerByte = OperatorDepositPerByte;
	type DepositPerOpenIntent = DepositPerOpenIntent;
	type MaxOpenIntents = ConstU32<1_024>;
	type WeightInfo = pallet_operators::weights::SubstrateWeight<Runtime>;
}

impl pallet_audit_record::Config for Runtime {
	type MaxBatchMembers = ConstU32<{ pantheon_primitives::record::MAX_BATCH_MEMBERS }>;
	// Length and weight bind at about half of it.
	type MaxEntriesPerBlock = ConstU32<4_096>;
	// A day: an anchor is reported an hour or two after its checkpoint, when Bitcoin is quick.
	type CheckpointRing = ConstU32<DAYS>;
	type WeightInfo = pallet_audit_record::weights::SubstrateWeight<Runtime>;
}

impl pallet_anchor::Config for Runtime {
	// Whoever pays the fee: the pallet takes nobody's word, and no verifier takes the pallet's.
	type AnchorOrigin = EnsureSigned<AccountId>;
	type WeightInfo = pallet_anchor::weights::SubstrateWeight<Runtime>;
}
