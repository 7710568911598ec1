//! What fits into a block.

use crate::{
	constants::{
		limits::{BlockLength, BlockWeights},
		time::SLOT_MS,
	},
	Runtime,
};
use codec::Encode;
use frame_support::{
	dispatch::DispatchClass,
	weights::{constants::WEIGHT_REF_TIME_PER_SECOND, Weight},
};
use pantheon_primitives::Kind;

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

/// Room for normal transactions in a block: bytes, and weight after the hooks.
fn normal_room() -> (u64, Weight) {
	let length = u64::from(*BlockLength::get().max.get(DispatchClass::Normal));
	let class = BlockWeights::get().get(DispatchClass::Normal).max_total.expect("limited");
	// Hooks and inherents are mandatory: they don't count against the normal class, but against the
	// block, whose last quarter they may use.
	(length, class)
}

/// How many transactions with this call fit, by length and by weight.
fn fitting(call: &crate::RuntimeCall) -> (u64, u64) {
	let (length, weight) = normal_room();
	let bytes =
		super::signed(sp_keyring::Sr25519Keyring::Alice, 0, 0, call.clone()).encoded_size() as u64;
	let each = transaction_weight(call);
	(length / bytes, weight.ref_time() / each.ref_time())
}

#[test]
fn batches_fill_the_length_before_the_weight() {
	super::ext("development").execute_with(|| {
		let mut pen = super::audit::Pen::new(1);
		let call = pen.batch([1; 32].into(), 8_192);
		let (by_length, by_weight) = fitting(&call);
		assert_eq!(by_length, 29, "29 batches of 8,192 members are 96 % of the length");
		assert!(by_weight >= by_length, "{by_weight} fit by weight, {by_length} by length");
	});
}

#[test]
fn the_largest_batch_fits() {
	super::ext("development").execute_with(|| {
		let mut pen = super::audit::Pen::new(1);
		let call = pen.batch([1; 32].into(), pantheon_primitives::record::MAX_BATCH_MEMBERS);
		let (by_length, by_weight) = fitting(&call);
		assert!(by_length >= 14 && by_weight >= by_length, "{by_length} {by_weight}");
	});
}

#[test]
fn single_records_of_every_kind_fill_95_percent_of_the_length() {
	super::ext("development").execute_with(|| {
		let mut pen = super::audit::Pen::new(1);
		for kind in [Kind::Intent, Kind::Outcome, Kind::Denial, Kind::Approval, Kind::Provenance] {
			let call = pen.single([1; 32].into(), kind);
			let (by_length, by_weight) = fitting(&call);
			assert!(by_length >= 2_000, "{by_length} small records fit by length");
			assert!(
				by_weight * 100 >= by_length * 95,
				"{}: {by_weight} fit by weight, {by_length} by length; each weighs {:?}",
				kind.name(),
				transaction_weight(&call)
			);
		}
	});
}

#[test]
fn a_single_record_costs_about_a_hundredth_of_a_pan() {
	use crate::constants::currency::MILLI_PAN;
	super::ext("development").execute_with(|| {
		let mut pen = super::audit::Pen::new(1);
		let single = super::fees::fee(&pen.single([1; 32].into(), Kind::Provenance));
		assert!((5 * MILLI_PAN..20 * MILLI_PAN).contains(&single), "{single}");
		let member = super::fees::fee(&pen.batch([1; 32].into(), 8_192)) / 8_192;
		assert!(member < MILLI_PAN / 5, "{member}");
	});
}
