//! A runtime with accounts, balances and the registry; real ML-DSA-65 keys.

use crate as pallet_operators;
use crate::{Event, HoldReason};
use frame_support::{derive_impl, parameter_types, traits::ConstU128};
use pantheon_primitives::{
	seal::{registration_message, test_helpers::TestSigner},
	OperatorId,
};
use sp_runtime::{traits::IdentityLookup, AccountId32, BuildStorage};

pub type Block = frame_system::mocking::MockBlockU32<Test>;
pub type Balance = u128;

/// What every account starts with: enough for two deposits, not for three.
pub const ENDOWMENT: Balance = 30_000;
pub const DEPOSIT: Balance = 1_000 + 1_952 * 5 + 4 * 10;

pub const ALICE: AccountId32 = AccountId32::new([1; 32]);
pub const BOB: AccountId32 = AccountId32::new([2; 32]);
pub const PAUPER: AccountId32 = AccountId32::new([3; 32]);

frame_support::construct_runtime!(
	pub enum Test {
		System: frame_system,
		Balances: pallet_balances,
		Operators: pallet_operators,
	}
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = Block;
	type AccountId = AccountId32;
	type Lookup = IdentityLookup<AccountId32>;
	type AccountData = pallet_balances::AccountData<Balance>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type Balance = Balance;
	type ExistentialDeposit = ConstU128<10>;
	type AccountStore = System;
}

parameter_types! {
	pub static MaxOpenIntents: u32 = 4;
}

impl pallet_operators::Config for Test {
	type Currency = Balances;
	type RuntimeHoldReason = RuntimeHoldReason;
	type DepositBase = ConstU128<1_000>;
	type DepositPerByte = ConstU128<5>;
	type DepositPerOpenIntent = ConstU128<10>;
	type MaxOpenIntents = MaxOpenIntents;
	type WeightInfo = ();
}

pub fn new_test_ext() -> sp_io::TestExternalities {
	MaxOpenIntents::set(4);
	let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
	pallet_balances::GenesisConfig::<Test> {
		balances: vec![(ALICE, ENDOWMENT), (BOB, ENDOWMENT), (PAUPER, DEPOSIT - 1)],
		..Default::default()
	}
	.assimilate_storage(&mut storage)
	.unwrap();
	let mut ext: sp_io::TestExternalities = storage.into();
	ext.execute_with(|| System::set_block_number(1));
	ext
}

/// Runs a test and then checks every invariant.
pub fn build_and_execute(test: impl FnOnce()) {
	new_test_ext().execute_with(|| {
		test();
		Operators::do_try_state().unwrap();
	})
}

pub fn signer(seed: u8) -> TestSigner {
	TestSigner::from_seed([seed; 32])
}

/// A key and its proof of possession for `account`.
pub fn key_and_proof(signer: &TestSigner, account: &AccountId32) -> (Vec<u8>, Vec<u8>) {
	let key = signer.public_key();
	let message = registration_message(Operators::genesis_hash(), account.as_ref(), key);
	(key.as_bytes().to_vec(), signer.sign_message(&message))
}

pub fn register(signer: &TestSigner, account: &AccountId32) -> OperatorId {
	let (key, proof) = key_and_proof(signer, account);
	frame_support::assert_ok!(Operators::register(
		RuntimeOrigin::signed(account.clone()),
		key,
		proof
	));
	signer.public_key().operator_id()
}

pub fn held(account: &AccountId32) -> Balance {
	use frame_support::traits::fungible::InspectHold;
	Balances::balance_on_hold(&HoldReason::Registration.into(), account)
}

pub fn events() -> Vec<Event<Test>> {
	System::read_events_for_pallet()
}
