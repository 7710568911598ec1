//! Bad single records: each breaks one rule, is refused under that rule's name, and changes nothing.

use crate::mock::*;
use frame_support::{assert_noop, assert_ok};
use pantheon_primitives::{seal::SIGNATURE_LEN, ChainHead, Kind, Record, SubmittedRecord};
use sp_runtime::DispatchError;

/// Fields that break the format can't be sealed: the rule is checked before the seal.
fn fields(pen: &Pen, change: impl FnOnce(&mut SubmittedRecord)) -> SubmittedRecord {
	let mut fields = SubmittedRecord::from(&pen.record(Kind::Provenance));
	change(&mut fields);
	fields
}

fn any_seal() -> Vec<u8> {
	vec![0; SIGNATURE_LEN]
}

#[test]
fn wrong_signature() {
	build_and_execute(|| {
		let pen = Pen::registered(1);
		let record = pen.record(Kind::Provenance);
		let good = pen.seal(&record);
		// In the challenge, in the response, and in the hint.
		for position in [0, 1_000, SIGNATURE_LEN - 1] {
			let mut bad = good.clone();
			bad[position] ^= 1;
			assert_noop!(submit((&record).into(), bad), Error::SignatureInvalid);
		}
		assert_noop!(submit((&record).into(), any_seal()), Error::SignatureInvalid);
		for length in [0, 64, SIGNATURE_LEN - 1, SIGNATURE_LEN + 1] {
			let mut bad = good.clone();
			bad.resize(length, 0);
			assert_noop!(submit((&record).into(), bad), Error::SignatureLength);
		}
		assert_ok!(submit((&record).into(), good));
	});
}

#[test]
fn signature_by_another_operators_key() {
	build_and_execute(|| {
		let (pen, other) = (Pen::registered(1), Pen::registered(2));
		let record = pen.record(Kind::Provenance);
		assert_noop!(submit((&record).into(), other.seal(&record)), Error::SignatureInvalid);
	});
}

#[test]
fn a_registration_proof_is_no_seal() {
	build_and_execute(|| {
		let pen = Pen::registered(1);
		let record = pen.record(Kind::Provenance);
		for message in [record.encode(), record.id().as_bytes().to_vec()] {
			let raw = pen.signer.sign_message(&message);
			assert_noop!(submit((&record).into(), raw), Error::SignatureInvalid);
		}
	});
}

#[test]
fn sequence_gap_repeat_and_fork() {
	build_and_execute(|| {
		let pen = Pen::registered(1);
		let gap =
			Record { sequence: 1, previous: Some([1; 32].into()), ..pen.record(Kind::Intent) };
		assert_noop!(pen.try_submit(&gap), Error::SequenceGap);

		let first = pen.record(Kind::Provenance);
		let seal = pen.seal(&first);
		let id = pen.submit(&first);
		// the same again
		assert_noop!(submit((&first).into(), seal), Error::SequenceRepeated);
		// a fork: the same position, other content
		let fork = Record { output: Some([9; 32].into()), ..first };
		assert_noop!(pen.try_submit(&fork), Error::SequenceRepeated);

		let gap = Record { sequence: 2, ..pen.record(Kind::Provenance) };
		assert_noop!(pen.try_submit(&gap), Error::SequenceGap);
		assert_eq!(Operators::chain(&pen.operator).head.head, Some(id));
	});
}

#[test]
fn previous_record_wrong() {
	build_and_execute(|| {
		let pen = Pen::registered(1);
		let early = Record { previous: Some([1; 32].into()), ..pen.record(Kind::Provenance) };
		assert_noop!(submit((&early).into(), any_seal()), Error::PreviousUnexpected);

		pen.submit(&pen.record(Kind::Provenance));
		let wrong = Record { previous: Some([1; 32].into()), ..pen.record(Kind::Provenance) };
		assert_noop!(pen.try_submit(&wrong), Error::PreviousMismatch);
		let missing = Record { previous: None, ..pen.record(Kind::Provenance) };
		assert_noop!(submit((&missing).into(), any_seal()), Error::PreviousMissing);
	});
}

#[test]
fn a_full_chain() {
	build_and_execute(|| {
		let pen = Pen::registered(1);
		let head = ChainHead { next_sequence: u64::MAX, head: Some([1; 32].into()) };
		Operators::put_chain(&pen.operator, pallet_operators::ChainState { head, open_intents: 0 });
		assert_noop!(pen.try_submit(&pen.record(Kind::Provenance)), Error::ChainFull);
	});
}

#[test]
fn record_for_another_chain() {
	build_and_execute(|| {
		let pen = Pen::registered(1);
		let record = Record { log: [3; 32].into(), ..pen.record(Kind::Provenance) };
		assert_noop!(pen.try_submit(&record), Error::WrongLog);
		// and a seal made for another chain does not seal the record for this one
		let seal = pen.seal(&record);
		let here = pen.record(Kind::Provenance);
		assert_noop!(submit((&here).into(), seal), Error::SignatureInvalid);
	});
}

#[test]
fn unknown_and_reserved_kinds() {
	build_and_execute(|| {
		let pen = Pen::registered(1);
		for kind in [0, 9, 10, 255] {
			let bad = fields(&pen, |record| record.kind = kind);
			assert_noop!(submit(bad, any_seal()), Error::UnknownKind);
		}
		for kind in [Kind::KeyRotate, Kind::KeyRevoke] {
			let bad = fields(&pen, |record| record.kind = kind.as_u8());
			assert_noop!(submit(bad, any_seal()), Error::ReservedKind);
		}
	});
}

#[test]
fn oversized_and_malformed_fields() {
	build_and_execute(|| {
		let pen = Pen::registered(1);
		let parents = |count: u8| (0..count).map(|n| [n; 32].into()).collect::<Vec<_>>();
		let bad = fields(&pen, |record| record.parents = parents(9));
		assert_noop!(submit(bad, any_seal()), Error::TooManyParents);
		let bad = fields(&pen, |record| record.parents = vec![[1; 32].into(); 2]);
		assert_noop!(submit(bad, any_seal()), Error::DuplicateParent);
		let bad = fields(&pen, |record| record.locator = Some(vec![b'a'; 129]));
		assert_noop!(submit(bad, any_seal()), Error::LocatorTooLong);
		let bad = fields(&pen, |record| record.locator = Some(vec![0xff]));
		assert_noop!(submit(bad, any_seal()), Error::LocatorNotUtf8);

		// Every field within its own bound, and all together beyond the statement's.
		let digest = Some([8; 32].into());
		let large = Record {
			model: digest,
			input: digest,
			output: digest,
			policy: digest,
			authority: digest,
			parents: parents(8),
			locator: Some("a".repeat(128)),
			..pen.record(Kind::Intent)
		};
		assert_noop!(submit((&large).into(), any_seal()), Error::StatementTooLarge);
	});
}

#[test]
fn fields_that_the_kind_does_not_have() {
	build_and_execute(|| {
		let pen = Pen::registered(1);
		for kind in [Kind::Outcome, Kind::Denial, Kind::Approval] {
			let bad = fields(&pen, |record| record.kind = kind.as_u8());
			assert_noop!(submit(bad, any_seal()), Error::IntentMissing);
		}
		for kind in [Kind::Intent, Kind::Provenance] {
			let bad = fields(&pen, |record| {
				record.kind = kind.as_u8();
				record.intent = Some([1; 32].into());
			});
			assert_noop!(submit(bad, any_seal()), Error::IntentUnexpected);
		}
		let (batch, _) = pen.batch(1);
		let bad = fields(&pen, |record| record.batch = SubmittedRecord::from(&batch).batch);
		assert_noop!(submit(bad, any_seal()), Error::BatchUnexpected);
		assert_noop!(pen.try_submit(&batch), Error::BatchWithoutMembers);
	});
}

#[test]
fn unregistered_and_retired_operators() {
	build_and_execute(|| {
		let stranger = Pen::unregistered(9);
		assert_noop!(
			stranger.try_submit(&stranger.record(Kind::Provenance)),
			Error::UnknownOperator
		);

		let pen = Pen::registered(1);
		pen.submit(&pen.record(Kind::Provenance));
		assert_ok!(Operators::deregister(RuntimeOrigin::signed(OWNER), pen.operator));
		assert_noop!(pen.try_submit(&pen.record(Kind::Provenance)), Error::OperatorRetired);
		// The tombstone stays where the chain ended.
		assert_eq!(Operators::chain(&pen.operator).head.next_sequence, 1);
	});
}

#[test]
fn a_full_block() {
	build_and_execute(|| {
		MaxEntriesPerBlock::set(2);
		let pen = Pen::registered(1);
		pen.submit(&pen.record(Kind::Provenance));
		pen.submit(&pen.record(Kind::Provenance));
		assert_noop!(pen.try_submit(&pen.record(Kind::Provenance)), Error::TooManyEntries);
		let (batch, members) = pen.batch(2);
		assert_noop!(pen.try_submit_batch(&batch, members), Error::TooManyEntries);
		next_block();
		pen.submit(&pen.record(Kind::Provenance));
	});
}

#[test]
fn only_signed_origins_submit() {
	build_and_execute(|| {
		let pen = Pen::registered(1);
		let record = pen.record(Kind::Provenance);
		for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
			assert_noop!(
				AuditRecord::submit(origin.clone(), (&record).into(), pen.seal(&record)),
				DispatchError::BadOrigin
			);
			let (batch, members) = pen.batch(1);
			assert_noop!(
				AuditRecord::submit_batch(origin, (&batch).into(), pen.seal(&batch), members),
				DispatchError::BadOrigin
			);
		}
	});
}
