//! Intents and what closes them.

use crate::{mock::*, OpenIntents};
use frame_support::assert_noop;
use pantheon_primitives::Kind;

fn open(pen: &Pen) -> u32 {
	Operators::chain(&pen.operator).open_intents
}

#[test]
fn an_intent_opens_and_an_outcome_or_denial_closes() {
	build_and_execute(|| {
		let pen = Pen::registered(1);
		for closing in [Kind::Outcome, Kind::Denial] {
			let intent = pen.open_intent();
			assert_eq!(
				OpenIntents::<Test>::get(pen.operator, intent),
				Some(System::block_number())
			);
			assert!(AuditRecord::is_intent_open(pen.operator, intent));
			assert_eq!(open(&pen), 1);
			next_block();
			pen.submit(&pen.about(closing, intent));
			assert!(!AuditRecord::is_intent_open(pen.operator, intent));
			assert_eq!(open(&pen), 0);
		}
	});
}

#[test]
fn an_outcome_needs_its_intent() {
	build_and_execute(|| {
		let pen = Pen::registered(1);
		for kind in [Kind::Outcome, Kind::Denial, Kind::Approval] {
			assert_noop!(pen.try_submit(&pen.about(kind, [1; 32].into())), Error::IntentNotOpen);
		}
		// A record that is no intent is none.
		let record = pen.submit(&pen.record(Kind::Provenance));
		assert_noop!(pen.try_submit(&pen.about(Kind::Outcome, record)), Error::IntentNotOpen);
	});
}

#[test]
fn a_second_outcome_is_refused() {
	build_and_execute(|| {
		let pen = Pen::registered(1);
		for first in [Kind::Outcome, Kind::Denial] {
			let intent = pen.open_intent();
			pen.submit(&pen.about(first, intent));
			for second in [Kind::Outcome, Kind::Denial, Kind::Approval] {
				assert_noop!(pen.try_submit(&pen.about(second, intent)), Error::IntentNotOpen);
			}
		}
	});
}

#[test]
fn an_approval_leaves_the_intent_open() {
	build_and_execute(|| {
		let pen = Pen::registered(1);
		let intent = pen.open_intent();
		pen.submit(&pen.about(Kind::Approval, intent));
		pen.submit(&pen.about(Kind::Approval, intent));
		assert_eq!(open(&pen), 1);
		pen.submit(&pen.about(Kind::Outcome, intent));
		assert_eq!(open(&pen), 0);
	});
}

#[test]
fn intents_are_their_operators_own() {
	build_and_execute(|| {
		let (pen, other) = (Pen::registered(1), Pen::registered(2));
		let intent = pen.open_intent();
		for kind in [Kind::Outcome, Kind::Denial, Kind::Approval] {
			assert_noop!(other.try_submit(&other.about(kind, intent)), Error::IntentNotOpen);
		}
	});
}

#[test]
fn only_so_many_intents_are_open_at_once() {
	build_and_execute(|| {
		let (pen, other) = (Pen::registered(1), Pen::registered(2));
		let intents = [pen.open_intent(), pen.open_intent(), pen.open_intent()];
		assert_noop!(pen.try_submit(&pen.record(Kind::Intent)), Error::TooManyOpenIntents);
		other.open_intent();
		// Other kinds are not held up, and a closed intent makes room.
		pen.submit(&pen.record(Kind::Provenance));
		pen.submit(&pen.about(Kind::Outcome, intents[1]));
		pen.open_intent();
		assert_noop!(pen.try_submit(&pen.record(Kind::Intent)), Error::TooManyOpenIntents);
	});
}

#[test]
fn a_forged_outcome_closes_nothing() {
	build_and_execute(|| {
		let (pen, other) = (Pen::registered(1), Pen::registered(2));
		let intent = pen.open_intent();
		let outcome = pen.about(Kind::Outcome, intent);
		assert_noop!(submit((&outcome).into(), other.seal(&outcome)), Error::SignatureInvalid);
		assert!(AuditRecord::is_intent_open(pen.operator, intent));
	});
}

#[test]
fn open_intents_keep_the_operator_registered() {
	build_and_execute(|| {
		let pen = Pen::registered(1);
		pen.open_intent();
		assert_noop!(
			Operators::deregister(RuntimeOrigin::signed(OWNER), pen.operator),
			pallet_operators::Error::<Test>::IntentsOpen
		);
	});
}
