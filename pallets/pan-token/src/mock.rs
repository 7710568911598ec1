//! A runtime of three pallets.

use crate as pallet_pan_token;
use frame_support::{derive_impl, parameter_types, traits::Get, PalletId};
use sp_runtime::{BuildStorage, Permill};

pub const SUPPLY: u64 = 5_000_000;
pub const BLOCK_AUTHOR: u64 = 100;
pub const PAYER: u64 = 1;

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
	pub type PanToken = pallet_pan_token;
}

type Block = frame_system::mocking::MockBlock<Test>;

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = Block;
	type AccountData = pallet_balances::AccountData<u64>;
}

parameter_types! {
	pub const ExistentialDeposit: u64 = 10;
	pub const FixedSupply: u64 = SUPPLY;
	pub const TokenPalletId: PalletId = PalletId(*b"pan/trsy");
	pub static Author: Option<u64> = Some(BLOCK_AUTHOR);
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type AccountStore = System;
	type ExistentialDeposit = ExistentialDeposit;
}

pub struct BlockAuthor;
impl Get<Option<u64>> for BlockAuthor {
	fn get() -> Option<u64> {
		Author::get()
	}
}

impl pallet_pan_token::Config for Test {
	type Currency = Balances;
	type BlockAuthor = BlockAuthor;
	type FixedSupply = FixedSupply;
	type PalletId = TokenPalletId;
	type WeightInfo = ();
}

/// Genesis with these balances and these parts of a fee in percent.
pub fn ext_with(balances: &[(u64, u64)], percent: [u32; 3]) -> sp_io::TestExternalities {
	let config = RuntimeGenesisConfig {
		balances: pallet_balances::GenesisConfig {
			balances: balances.to_vec(),
			..Default::default()
		},
		pan_token: pallet_pan_token::GenesisConfig {
			author_share: Permill::from_percent(percent[0]),
			burn_share: Permill::from_percent(percent[1]),
			treasury_share: Permill::from_percent(percent[2]),
			treasury: None,
		},
		..Default::default()
	};
	let mut ext: sp_io::TestExternalities =
		config.build_storage().expect("genesis can be built").into();
	ext.execute_with(|| System::set_block_number(1));
	ext
}

/// One payer and an author, the rest with the treasury; 40, 20, 40.
pub fn new_test_ext() -> sp_io::TestExternalities {
	ext_with(&[(PAYER, 1_000_000), (BLOCK_AUTHOR, 1_000)], [40, 20, 40])
}
