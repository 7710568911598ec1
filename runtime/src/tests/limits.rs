//! What fits into a block.

use crate::{
	constants::{
		limits::{BlockLength, BlockWeights},
		time::SLOT_MS,
	},
	Runtime,
};
use frame_support::{
	dispatch::DispatchClass,
	traits::Get,
	weights::{constants::WEIGHT_REF_TIME_PER_SECOND, Weight},
};

#[test]
fn normal_transactions_may_fill_three_quarters() {
	let length = BlockLength::get();
	assert_eq!(*length.max.get(DispatchClass::Operational), 10 * 1024 * 1024);
	assert_eq!(*length.max.get(DispatchClass::Normal), 10 * 1024 * 1024 / 4 * 3);

	let weights = BlockWeights::get();
	assert_eq!(weights.max_block.ref_time(), 2 * WEIGHT_REF_TIME_PER_SECOND);
	let normal = weights.get(DispatchClass::Normal).max_total.expect("limited");
	assert_eq!(normal.ref_time(), 2 * WEIGHT_REF_TIME_PER_SECOND / 4 * 3);
}

#[test]
fn a_full_block_is_executed_within_a_third_of_the_slot() {
	let seconds = BlockWeights::get().max_block.ref_time() / WEIGHT_REF_TIME_PER_SECOND;
	assert!(seconds * 1_000 * 3 <= SLOT_MS);
}

/// The weight that a normal transaction with this call adds to a block.
pub fn transaction_weight(call: &crate::RuntimeCall) -> Weight {
	use frame_support::dispatch::GetDispatchInfo;
	let extension = super::signed(sp_keyring::Sr25519Keyring::Alice, 0, 0, call.clone());
	let info = extension.get_dispatch_info();
	info.total_weight().saturating_add(
		<Runtime as frame_system::Config>::BlockWeights::get()
			.get(DispatchClass::Normal)
			.base_extrinsic,
	)
}
