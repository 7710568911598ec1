//! The relay chain's side of application chains.
//!
//! Messages between chains are not wired yet: there is no XCM executor and no message queue, and the
//! presets' host configuration admits no upward or horizontal message, so a candidate that carries
//! one is refused rather than its message lost.

use crate::{
	constants::{currency::PAN, time::DAYS},
	weights::parachains as para_weights,
	AccountId, Babe, Balance, Balances, Historical, ParaInclusion, ParaScheduler, ParasDisputes,
	Runtime, RuntimeEvent, RuntimeOrigin, Session,
};
use frame_support::{parameter_types, PalletId};
use frame_system::EnsureRoot;
use polkadot_primitives::BlockNumber;
use polkadot_runtime_common::paras_sudo_wrapper;
use polkadot_runtime_parachains::{
	configuration, configuration::ActiveConfigHrmpChannelSizeAndCapacityRatio, disputes,
	disputes::slashing, dmp, hrmp, inclusion, initializer, on_demand, origin, paras,
	paras_inherent, scheduler, session_info, shared,
};
use sp_runtime::{transaction_validity::TransactionPriority, FixedU128, Percent};

parameter_types! {
	/// Votes on validation code go before anything else.
	pub const ParasUnsignedPriority: TransactionPriority = TransactionPriority::MAX;
	/// Price of ending an upgrade's cooldown early, per block that is left: 1,000 PAN a day.
	pub const CooldownRemovalMultiplier: Balance = 1_000 * PAN / DAYS as Balance;
	/// Default channels with system chains take the whole configured size. There are none yet.
	pub const SystemChannelRatio: Percent = Percent::from_percent(100);
	/// Price factor of on-demand blocks at first.
	pub const OnDemandTraffic: FixedU128 = FixedU128::from_u32(1);
	/// For how many blocks the revenue of on-demand blocks is kept.
	pub const MaxHistoricalRevenue: BlockNumber = 160;
	/// Source of the account that receives it.
	pub const OnDemandPalletId: PalletId = PalletId(*b"pan/ondm");
}

impl origin::Config for Runtime {}

impl configuration::Config for Runtime {
	type WeightInfo = para_weights::Configuration<Runtime>;
}

impl shared::Config for Runtime {
	type DisabledValidators = Session;
}

impl session_info::Config for Runtime {
	type ValidatorSet = Historical;
}

/// Backing and disputes earn nothing here.
pub struct NoRewards;

impl inclusion::RewardValidators for NoRewards {
	fn reward_backing(_: impl IntoIterator<Item = polkadot_primitives::ValidatorIndex>) {}
	fn reward_bitfields(_: impl IntoIterator<Item = polkadot_primitives::ValidatorIndex>) {}
}

impl inclusion::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type DisputesHandler = ParasDisputes;
	type RewardValidators = NoRewards;
	type MessageQueue = ();
	type WeightInfo = para_weights::Inclusion<Runtime>;
}

impl paras::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = para_weights::Paras<Runtime>;
	type UnsignedPriority = ParasUnsignedPriority;
	type QueueFootprinter = ParaInclusion;
	type NextSessionRotation = Babe;
	type OnNewHead = ();
	type AssignCoretime = ParaScheduler;
	type Fungible = Balances;
	type CooldownRemovalMultiplier = CooldownRemovalMultiplier;
	type AuthorizeCurrentCodeOrigin = EnsureRoot<AccountId>;
}

impl dmp::Config for Runtime {
	type WeightInfo = ();
}

impl hrmp::Config for Runtime {
	type RuntimeOrigin = RuntimeOrigin;
	type RuntimeEvent = RuntimeEvent;
	type ChannelManager = EnsureRoot<AccountId>;
	type Currency = Balances;
	type DefaultChannelSizeAndCapacityWithSystem =
		ActiveConfigHrmpChannelSizeAndCapacityRatio<Runtime, SystemChannelRatio>;
	type VersionWrapper = ();
	type WeightInfo = para_weights::Hrmp<Runtime>;
}

impl paras_inherent::Config for Runtime {
	type WeightInfo = para_weights::ParasInherent<Runtime>;
}

impl scheduler::Config for Runtime {}

impl on_demand::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type Currency = Balances;
	type TrafficDefaultValue = OnDemandTraffic;
	type WeightInfo = para_weights::OnDemand<Runtime>;
	type MaxHistoricalRevenue = MaxHistoricalRevenue;
	type PalletId = OnDemandPalletId;
}

impl initializer::Config for Runtime {
	type Randomness = pallet_babe::RandomnessFromOneEpochAgo<Runtime>;
	type ForceOrigin = EnsureRoot<AccountId>;
	type WeightInfo = para_weights::Initializer<Runtime>;
	type CoretimeOnNewSession = ();
}

impl disputes::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type RewardValidators = ();
	type SlashingHandler = ();
	type WeightInfo = para_weights::Disputes<Runtime>;
}

// Nothing is slashed and so nothing to report: its proof type has no values.
impl slashing::Config for Runtime {
	type KeyOwnerProofSystem = ();
	type KeyOwnerProof = sp_core::Void;
	type KeyOwnerIdentification = sp_core::Void;
	type HandleReports = ();
	type WeightInfo = para_weights::Slashing<Runtime>;
	type BenchmarkingConfig = slashing::BenchConfig<300>;
}

impl paras_sudo_wrapper::Config for Runtime {}
