//! What an accepted report changes, who may report, and where the next report may start.

use crate::{
	mock::*, Anchor as Kept, AnchorCount, Anchors, Event, KnownHeaders, MAX_ANCHORS,
	MAX_KNOWN_HEADERS,
};
use frame_support::{assert_noop, assert_ok};
use pantheon_primitives::bitcoin::test_helpers::AnchorShape;
use sp_runtime::DispatchError;

#[test]
fn an_anchor_is_kept_with_its_header() {
	build_and_execute(|chain| {
		let checkpoint = chain.block(5);
		let proof = proof_of(&checkpoint);
		assert_ok!(report(checkpoint, proof.clone()));

		let Kept { checkpoint: kept, bitcoin } = Anchor::last_anchor().unwrap();
		assert_eq!(kept, checkpoint);
		assert_eq!((bitcoin.height, bitcoin.confirmations), (3, 6));
		assert_eq!(AnchorCount::<Test>::get(), 1);
		assert_eq!(KnownHeaders::<Test>::get().to_vec(), vec![anchor_header(&proof)]);
		assert_eq!(events(), vec![Event::Anchored { number: 0, checkpoint, bitcoin }]);
	});
}

#[test]
fn only_the_anchor_origin_reports() {
	build_and_execute(|chain| {
		let checkpoint = chain.block(1);
		let proof = proof_of(&checkpoint);
		for origin in
			[RuntimeOrigin::root(), RuntimeOrigin::none(), RuntimeOrigin::signed(STRANGER)]
		{
			assert_noop!(
				Anchor::report(origin, checkpoint, proof.clone(), vec![]),
				DispatchError::BadOrigin
			);
		}
	});
}

#[test]
fn reports_follow_each_other_through_bitcoin() {
	build_and_execute(|chain| {
		let mut pin = first_block();
		for number in 0..5 {
			let checkpoint = chain.block(2);
			let proof = proof_after(pin, &checkpoint);
			assert_ok!(report(checkpoint, proof.clone()));
			assert_eq!(AnchorCount::<Test>::get(), number + 1);
			pin = anchor_header(&proof);
		}
		// The pinned header stays good as a start.
		let checkpoint = chain.block(0);
		assert_ok!(report(checkpoint, proof_of(&checkpoint)));
	});
}

#[test]
fn a_start_that_is_not_known_is_refused() {
	build_and_execute(|chain| {
		let checkpoint = chain.block(1);
		let elsewhere = anchor_header(&proof_of(&checkpoint));
		let proof = proof_after(elsewhere, &checkpoint);
		assert_noop!(report(checkpoint, proof), Error::UnknownBitcoinHeader);

		let mut proof = proof_of(&checkpoint);
		proof.first_height = 0;
		assert_noop!(report(checkpoint, proof.clone()), Error::UnknownBitcoinHeader);
		proof.first_height = 2;
		assert_noop!(report(checkpoint, proof), Error::UnknownBitcoinHeader);
	});
}

#[test]
fn two_known_headers_may_share_a_height() {
	build_and_execute(|chain| {
		// Two branches of Bitcoin from the same block, as around a reorganisation.
		let first = chain.block(1);
		let one = AnchorShape::default().build(&first);
		assert_ok!(report(first, one.clone()));
		let second = chain.block(1);
		let two = AnchorShape::default().build(&second);
		assert_ok!(report(second, two.clone()));
		assert_eq!(anchor_header(&one).height, anchor_header(&two).height);
		assert_ne!(anchor_header(&one), anchor_header(&two));
		for branch in [one, two] {
			let checkpoint = chain.block(1);
			assert_ok!(report(checkpoint, proof_after(anchor_header(&branch), &checkpoint)));
		}
	});
}

#[test]
fn an_anchor_counts_once() {
	build_and_execute(|chain| {
		let checkpoint = chain.block(1);
		let proof = proof_of(&checkpoint);
		assert_ok!(report(checkpoint, proof.clone()));
		assert_noop!(report(checkpoint, proof.clone()), Error::AlreadyReported);
		// With more blocks on top it's still the same anchor.
		let longer = AnchorShape { confirmations: 9, ..Default::default() }.build(&checkpoint);
		assert_noop!(report(checkpoint, longer), Error::AlreadyReported);
		// In another block, after a reorganisation, too: that is for `correct`.
		let moved = AnchorShape { blocks_before: 4, ..Default::default() }.build(&checkpoint);
		assert_noop!(report(checkpoint, moved.clone()), Error::AlreadyReported);
		// Another transaction is another anchor: somebody else's, beside the first.
		let other = AnchorShape { padding: 1, ..Default::default() }.build(&checkpoint);
		assert_ok!(report(checkpoint, other.clone()));
		// Each still counts once, and not only the last.
		for again in [proof, moved, other] {
			assert_noop!(report(checkpoint, again), Error::AlreadyReported);
		}
	});
}

#[test]
fn rings_let_go_of_the_oldest() {
	build_and_execute(|chain| {
		let mut pins = vec![first_block()];
		let total = MAX_ANCHORS + 6;
		for _ in 0..total {
			let checkpoint = chain.block(1);
			let proof = proof_after(*pins.last().unwrap(), &checkpoint);
			assert_ok!(report(checkpoint, proof.clone()));
			pins.push(anchor_header(&proof));
			Anchor::do_try_state().unwrap();
		}
		assert_eq!(Anchors::<Test>::iter().count() as u64, MAX_ANCHORS);
		assert!(Anchors::<Test>::get(5).is_none() && Anchors::<Test>::get(6).is_some());
		let known = KnownHeaders::<Test>::get();
		assert_eq!(known.to_vec(), pins[pins.len() - MAX_KNOWN_HEADERS as usize..]);

		let checkpoint = chain.block(1);
		let forgotten = pins[pins.len() - MAX_KNOWN_HEADERS as usize - 1];
		assert_noop!(
			report(checkpoint, proof_after(forgotten, &checkpoint)),
			Error::UnknownBitcoinHeader
		);
		assert_ok!(report(checkpoint, proof_after(known[0], &checkpoint)));
	});
}
