//! BABE, GRANDPA, sessions, validators.
//!
//! Proof of authority: root chooses the validators, nothing is at stake, so reports of equivocation
//! have nobody to go to. They are switched off by a proof type that has no values, which also keeps
//! anybody from sending such reports for free. ADR 0004 says what follows from that.

use crate::{
	constants::time::{EPOCH_SLOTS, PRIMARY_PROBABILITY, SLOT_MS},
	AccountId, AuthorityDiscovery, Babe, Balances, Grandpa, Initializer, ParaSessionInfo, Runtime,
	RuntimeEvent, Session, Validators,
};
use alloc::vec::Vec;
use frame_support::{
	parameter_types,
	traits::{ConstU32, ConstU64},
};
use frame_system::EnsureRoot;
use pallet_session::historical as session_historical;
use pallet_validators::NoIdentification;
use sp_runtime::{
	impl_opaque_keys,
	traits::{ConvertInto, OpaqueKeys},
};

/// BABE's parameters at genesis.
pub const BABE_GENESIS_EPOCH_CONFIG: sp_consensus_babe::BabeEpochConfiguration =
	sp_consensus_babe::BabeEpochConfiguration {
		c: PRIMARY_PROBABILITY,
		allowed_slots: sp_consensus_babe::AllowedSlots::PrimaryAndSecondaryVRFSlots,
	};

parameter_types! {
	/// The most validators that there may be, and so the most authorities.
	pub const MaxAuthorities: u32 = 1_000;
}

/// Length of a session in slots.
pub type EpochDuration = pallet_validators::EpochDuration<Runtime>;

impl pallet_babe::Config for Runtime {
	type EpochDuration = EpochDuration;
	type ExpectedBlockTime = ConstU64<SLOT_MS>;
	// Session is the trigger.
	type EpochChangeTrigger = pallet_babe::ExternalTrigger;
	type DisabledValidators = Session;
	type WeightInfo = ();
	type MaxAuthorities = MaxAuthorities;
	type MaxNominators = ConstU32<0>;
	type KeyOwnerProof = sp_core::Void;
	type EquivocationReportSystem = ();
}

impl pallet_grandpa::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = ();
	type MaxAuthorities = MaxAuthorities;
	type MaxNominators = ConstU32<0>;
	// Only read to judge equivocations.
	type MaxSetIdSessionEntries = ConstU64<0>;
	type KeyOwnerProof = sp_core::Void;
	type EquivocationReportSystem = ();
}

impl pallet_authorship::Config for Runtime {
	type FindAuthor = pallet_session::FindAccountFromAuthorIndex<Self, Babe>;
	type EventHandler = ();
}

impl_opaque_keys! {
	/// The public keys with which a validator takes part.
	pub struct SessionKeys {
		/// Finality.
		pub grandpa: Grandpa,
		/// Block production.
		pub babe: Babe,
		/// Backing of application chains' blocks.
		pub para_validator: Initializer,
		/// Assignment to check them.
		pub para_assignment: ParaSessionInfo,
		/// Being found by the other validators.
		pub authority_discovery: AuthorityDiscovery,
	}
}

impl pallet_session::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type ValidatorId = AccountId;
	type ValidatorIdOf = ConvertInto;
	type ShouldEndSession = Babe;
	type NextSessionRotation = Babe;
	type SessionManager = session_historical::NoteHistoricalRoot<Self, Validators>;
	type SessionHandler = <SessionKeys as OpaqueKeys>::KeyTypeIdProviders;
	type Keys = SessionKeys;
	type DisablingStrategy = ();
	type WeightInfo = pallet_session::weights::SubstrateWeight<Runtime>;
	type Currency = Balances;
	type KeyDeposit = ();
}

impl session_historical::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type FullIdentification = ();
	type FullIdentificationOf = NoIdentification;
}

impl pallet_authority_discovery::Config for Runtime {
	type MaxAuthorities = MaxAuthorities;
}

impl pallet_validators::Config for Runtime {
	type ManageOrigin = EnsureRoot<AccountId>;
	type MaxValidators = MaxAuthorities;
	type DefaultEpochSlots = ConstU64<EPOCH_SLOTS>;
	// A week of one-hour sessions.
	type HistoryDepth = ConstU32<168>;
	type WeightInfo = pallet_validators::weights::SubstrateWeight<Runtime>;
}
