//! Batches: one seal, one entry, many members.

use crate::{mock::*, Event};
use codec::Encode;
use frame_support::assert_noop;
use pantheon_primitives::{
	BatchCommitment, EntryBatch, Kind, KindMask, LeafHash, Record, SubmittedRecord,
};

fn with(record: &Record, change: impl FnOnce(&mut BatchCommitment)) -> Record {
	let mut record = record.clone();
	change(record.batch.as_mut().unwrap());
	record
}

#[test]
fn a_batch_is_one_entry_and_one_position() {
	build_and_execute(|| {
		let pen = Pen::registered(1);
		pen.submit(&pen.record(Kind::Provenance));
		let (record, members) = pen.batch(300);
		frame_support::assert_ok!(pen.try_submit_batch(&record, members.clone()));

		assert_eq!(AuditRecord::log_state().size(), 2);
		let entry = AuditRecord::block_entries().pop().unwrap();
		let root = naive_root(&members).into();
		assert_eq!(entry.batch, Some(EntryBatch { count: 300, root }));
		assert_eq!((entry.sequence, entry.kind), (1, Kind::Batch.as_u8()));
		assert_eq!(entry.entry.digest, pen.signer.statement(&record).digest().into_bytes());
		let chain = Operators::chain(&pen.operator);
		assert_eq!((chain.head.next_sequence, chain.head.head), (2, Some(record.id())));
		assert_eq!(
			events().pop(),
			Some(Event::BatchRecorded {
				operator: pen.operator,
				sequence: 1,
				record: record.id(),
				index: 1,
				count: 300,
			})
		);
	});
}

#[test]
fn every_size_has_its_root() {
	build_and_execute(|| {
		MaxEntriesPerBlock::set(u32::MAX);
		let pen = Pen::registered(1);
		for count in (1..=33).chain([63, 64, 65, 255, 256, 257]) {
			let (record, members) = pen.batch(count);
			frame_support::assert_ok!(pen.try_submit_batch(&record, members));
		}
	});
}

#[test]
fn empty_and_oversized_batches() {
	build_and_execute(|| {
		let pen = Pen::registered(1);
		let (record, _) = pen.batch(1);
		let seal = pen.seal(&record);
		let empty = with(&record, |batch| batch.count = 0);
		assert_noop!(submit_batch((&empty).into(), seal.clone(), vec![]), Error::EmptyBatch);
		let (record, members) = pen.batch(301);
		assert_noop!(pen.try_submit_batch(&record, members), Error::BatchTooLarge);
		// More than the format allows, whatever comes with it.
		let (record, members) = pen.batch(1);
		let beyond = with(&record, |batch| batch.count = 16_385);
		assert_noop!(submit_batch((&beyond).into(), seal, members), Error::BatchTooLarge);
	});
}

#[test]
fn count_and_root_are_those_of_the_members() {
	build_and_execute(|| {
		let pen = Pen::registered(1);
		let (record, members) = pen.batch(5);
		for bad in [vec![], members[..4].to_vec(), [&members[..], &members[..1]].concat()] {
			assert_noop!(pen.try_submit_batch(&record, bad), Error::BatchCountMismatch);
		}
		let more = with(&record, |batch| batch.count = 6);
		assert_noop!(pen.try_submit_batch(&more, members.clone()), Error::BatchCountMismatch);

		let mut swapped = members.clone();
		swapped.swap(0, 4);
		let mut changed = members.clone();
		changed[2] = LeafHash::new([1; 32]);
		for bad in [swapped, changed] {
			assert_noop!(pen.try_submit_batch(&record, bad), Error::BatchRootMismatch);
		}
		let other = with(&record, |batch| batch.root = [1; 32].into());
		assert_noop!(pen.try_submit_batch(&other, members), Error::BatchRootMismatch);
	});
}

#[test]
fn count_and_root_are_sealed() {
	build_and_execute(|| {
		let pen = Pen::registered(1);
		let (record, _) = pen.batch(4);
		let (other, members) = pen.batch(3);
		assert_noop!(
			submit_batch((&other).into(), pen.seal(&record), members),
			Error::SignatureInvalid
		);
	});
}

#[test]
fn the_kind_mask_names_what_a_batch_may_hold() {
	build_and_execute(|| {
		let pen = Pen::registered(1);
		let (record, members) = pen.batch(2);
		let bad = [
			KindMask::EMPTY,
			KindMask::EMPTY.with(Kind::Batch),
			KindMask::EMPTY.with(Kind::Intent).with(Kind::Batch),
			KindMask::EMPTY.with(Kind::KeyRotate),
			KindMask::EMPTY.with(Kind::KeyRevoke),
			KindMask::from_bits(1),
			KindMask::from_bits(1 << 9),
			KindMask::from_bits(1 << 63),
		];
		for kinds in bad {
			let mut fields = SubmittedRecord::from(&record);
			fields.batch.as_mut().unwrap().kinds = kinds.bits();
			assert_noop!(
				submit_batch(fields, pen.seal(&record), members.clone()),
				Error::BatchKindMask
			);
		}
		let all = with(&record, |batch| batch.kinds = KindMask::members());
		frame_support::assert_ok!(pen.try_submit_batch(&all, members));
	});
}

#[test]
fn only_batches_have_members() {
	build_and_execute(|| {
		let pen = Pen::registered(1);
		let (_, members) = pen.batch(1);
		let record = pen.record(Kind::Intent);
		assert_noop!(pen.try_submit_batch(&record, members.clone()), Error::NotABatch);
		let (record, members) = pen.batch(1);
		let mut fields = SubmittedRecord::from(&record);
		fields.batch = None;
		assert_noop!(submit_batch(fields, pen.seal(&record), members), Error::BatchMissing);
	});
}

#[test]
fn a_batch_takes_its_place_in_the_chain() {
	build_and_execute(|| {
		let pen = Pen::registered(1);
		let (record, members) = pen.batch(2);
		let gap = Record { sequence: 1, previous: Some([1; 32].into()), ..record.clone() };
		assert_noop!(pen.try_submit_batch(&gap, members.clone()), Error::SequenceGap);
		frame_support::assert_ok!(pen.try_submit_batch(&record, members.clone()));
		assert_noop!(pen.try_submit_batch(&record, members), Error::SequenceRepeated);
	});
}

#[test]
fn intents_in_a_batch_are_the_verifiers_business() {
	build_and_execute(|| {
		let pen = Pen::registered(1);
		let (record, members) = pen.batch(2);
		let intents = with(&record, |batch| batch.kinds = KindMask::EMPTY.with(Kind::Intent));
		frame_support::assert_ok!(pen.try_submit_batch(&intents, members));
		assert_eq!(Operators::chain(&pen.operator).open_intents, 0);
	});
}

/// What the log store relies on: it takes the members of a batch from the end of the extrinsic.
#[test]
fn members_are_the_last_bytes_of_the_call() {
	build_and_execute(|| {
		let pen = Pen::registered(1);
		let (record, members) = pen.batch(7);
		let call = RuntimeCall::AuditRecord(crate::Call::submit_batch {
			record: (&record).into(),
			signature: pen.seal(&record),
			members: members.clone(),
		});
		let bytes = <Block as sp_runtime::traits::Block>::Extrinsic::new_bare(call).encode();
		let flat: Vec<u8> = members.iter().flat_map(|leaf| leaf.into_bytes()).collect();
		assert!(bytes.ends_with(&flat));
	});
}
