//! Sessions of two blocks, validators 1 to 4.

use crate as pallet_validators;
use codec::Encode;
use frame_support::{
	assert_ok, derive_impl, parameter_types,
	traits::{ConstU32, ConstU64, Hooks},
};
use frame_system::EnsureRoot;
use sp_runtime::{
	impl_opaque_keys,
	testing::UintAuthorityId,
	traits::{ConvertInto, OpaqueKeys},
	BuildStorage, KeyTypeId, RuntimeAppPublic,
};

#[frame_support::runtime]
mod runtime {
	#[runtime::runtime]
	#[runtime::derive(
		RuntimeCall,
		RuntimeEvent,
		RuntimeError,
		RuntimeOrigin,
		RuntimeFreezeReason,
		RuntimeHoldReason,
		RuntimeSlashReason,
		RuntimeLockId,
		RuntimeTask,
		RuntimeViewFunction
	)]
	pub struct Test;

	#[runtime::pallet_index(0)]
	pub type System = frame_system;
	#[runtime::pallet_index(1)]
	pub type Balances = pallet_balances;
	#[runtime::pallet_index(2)]
	pub type Historical = pallet_session::historical;
	#[runtime::pallet_index(3)]
	pub type Session = pallet_session;
	#[runtime::pallet_index(4)]
	pub type Validators = pallet_validators;
}

type Block = frame_system::mocking::MockBlock<Test>;

pub const SESSION: u64 = 2;
pub const MAX_VALIDATORS: u32 = 5;

impl_opaque_keys! {
	pub struct MockSessionKeys {
		pub dummy: UintAuthorityId,
	}
}

impl From<u64> for MockSessionKeys {
	fn from(id: u64) -> Self {
		Self { dummy: UintAuthorityId(id) }
	}
}

parameter_types! {
	/// The active validators' keys, as consensus was told.
	pub static Authorities: Vec<u64> = Vec::new();
	/// Whether consensus was told of a change at the last boundary.
	pub static Changed: bool = false;
}

pub struct Consensus;
impl pallet_session::SessionHandler<u64> for Consensus {
	const KEY_TYPE_IDS: &'static [KeyTypeId] = &[sp_runtime::key_types::DUMMY];

	fn on_genesis_session<K: OpaqueKeys>(validators: &[(u64, K)]) {
		Authorities::set(validators.iter().map(|(who, _)| *who).collect());
	}

	fn on_new_session<K: OpaqueKeys>(changed: bool, validators: &[(u64, K)], _queued: &[(u64, K)]) {
		Changed::set(changed);
		Authorities::set(validators.iter().map(|(who, _)| *who).collect());
	}

	fn on_disabled(_: u32) {}
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = Block;
	type AccountData = pallet_balances::AccountData<u64>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type AccountStore = System;
}

impl pallet_session::Config for Test {
	type RuntimeEvent = RuntimeEvent;
	type ValidatorId = u64;
	type ValidatorIdOf = ConvertInto;
	type ShouldEndSession = pallet_session::PeriodicSessions<ConstU64<SESSION>, ConstU64<0>>;
	type NextSessionRotation = pallet_session::PeriodicSessions<ConstU64<SESSION>, ConstU64<0>>;
	type SessionManager = pallet_session::historical::NoteHistoricalRoot<Test, Validators>;
	type SessionHandler = Consensus;
	type Keys = MockSessionKeys;
	type DisablingStrategy = ();
	type WeightInfo = ();
	type Currency = Balances;
	type KeyDeposit = ();
}

impl pallet_session::historical::Config for Test {
	type RuntimeEvent = RuntimeEvent;
	type FullIdentification = ();
	type FullIdentificationOf = crate::NoIdentification;
}

impl pallet_validators::Config for Test {
	type ManageOrigin = EnsureRoot<u64>;
	type MaxValidators = ConstU32<MAX_VALIDATORS>;
	type DefaultEpochSlots = ConstU64<600>;
	type HistoryDepth = ConstU32<3>;
	type WeightInfo = ();
}

/// Genesis with this least number of validators and this session length.
pub fn ext_with(minimum: u32, epoch_slots: Option<u64>) -> sp_io::TestExternalities {
	let config = RuntimeGenesisConfig {
		balances: pallet_balances::GenesisConfig {
			balances: (1..=20).map(|who| (who, 1_000)).collect(),
			..Default::default()
		},
		session: pallet_session::GenesisConfig {
			keys: (1..=4).map(|who| (who, who, who.into())).collect(),
			..Default::default()
		},
		validators: pallet_validators::GenesisConfig { minimum, epoch_slots, ..Default::default() },
		..Default::default()
	};
	let mut ext: sp_io::TestExternalities =
		config.build_storage().expect("genesis can be built").into();
	ext.execute_with(|| System::set_block_number(1));
	ext
}

/// At least two validators.
pub fn new_test_ext() -> sp_io::TestExternalities {
	ext_with(2, None)
}

/// Sets the session keys of `who`, as a future validator does.
pub fn set_keys(who: u64) {
	let proof = UintAuthorityId(who).sign(&who.encode()).expect("can sign").encode();
	assert_ok!(Session::set_keys(RuntimeOrigin::signed(who), who.into(), proof));
}

/// Goes on to the first block of the next session.
pub fn next_session() {
	let session = Session::current_index();
	while Session::current_index() == session {
		let now = System::block_number() + 1;
		System::set_block_number(now);
		Session::on_initialize(now);
		assert_ok!(Validators::do_try_state());
	}
}

/// Goes on to session `index`.
pub fn run_to_session(index: u32) {
	while Session::current_index() < index {
		next_session();
	}
}
