//! What is charged before the work.

use crate::{mock::*, weights::SubstrateWeight, Call, WeightInfo};
use frame_support::{dispatch::GetDispatchInfo, traits::Hooks};
use pantheon_primitives::{Kind, SubmittedRecord};

#[test]
fn a_batch_pays_per_member() {
	build_and_execute(|| {
		let pen = Pen::registered(1);
		let weight = |count| {
			let (record, members) = pen.batch(count);
			let call =
				Call::<Test>::submit_batch { record: (&record).into(), signature: vec![], members };
			call.get_dispatch_info().call_weight
		};
		assert_eq!(weight(200), <() as WeightInfo>::submit_batch(200));
		assert!(weight(200).ref_time() > weight(100).ref_time());
	});
}

#[test]
fn a_record_pays_for_its_kind_and_never_less_than_a_forged_one() {
	build_and_execute(|| {
		let pen = Pen::registered(1);
		let weight = |kind: u8| {
			let record = SubmittedRecord { kind, ..(&pen.record(Kind::Provenance)).into() };
			Call::<Test>::submit { record, signature: vec![] }.get_dispatch_info().call_weight
		};
		let forged = <() as WeightInfo>::submit_forged();
		for (kind, measured) in [
			(Kind::Intent, <() as WeightInfo>::submit_intent()),
			(Kind::Outcome, <() as WeightInfo>::submit_outcome()),
			(Kind::Denial, <() as WeightInfo>::submit_outcome()),
			(Kind::Approval, <() as WeightInfo>::submit_outcome()),
			(Kind::Provenance, <() as WeightInfo>::submit_provenance()),
			(Kind::Batch, forged),
		] {
			assert_eq!(weight(kind.as_u8()), measured.max(forged), "{}", kind.name());
		}
		assert_eq!(weight(0xff), forged);
	});
}

#[test]
fn the_block_start_pays_for_its_end() {
	build_and_execute(|| {
		next_block();
		let weight = AuditRecord::on_initialize(System::block_number());
		let both =
			<() as WeightInfo>::on_initialize().saturating_add(<() as WeightInfo>::on_finalize());
		assert!(weight.ref_time() > both.ref_time());
	});
}

/// Batches fill a block's 10 MiB, 75 % of it for calls, before its 1.5 s: with 110 µs for the extrinsic itself
/// that leaves 51.7 ms for each of 29 batches of 8,192 members. How many single records fit is for the
/// runtime's tests to say.
#[test]
fn batches_fill_the_length_before_the_weight() {
	const EXTRINSIC: u64 = 110_000_000;
	const BLOCK: u64 = 1_500_000_000_000;
	let batch = SubstrateWeight::<Test>::submit_batch(8_192).ref_time();
	assert!(29 * (batch + EXTRINSIC) <= BLOCK, "a batch costs {batch} ps");
}
