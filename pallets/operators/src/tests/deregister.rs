//! Leaving, and what stays behind.

use crate::{
	impls::NoActiveKey, mock::*, ChainState, Chains, Error, Event, Operators as Stored,
	Registration,
};
use frame_support::{assert_noop, assert_ok};
use pantheon_primitives::{ChainHead, OperatorStatus};

fn deregister(account: sp_runtime::AccountId32, operator: pantheon_primitives::OperatorId) {
	assert_ok!(Operators::deregister(RuntimeOrigin::signed(account), operator));
}

#[test]
fn releases_the_deposit_and_keeps_the_tombstone() {
	build_and_execute(|| {
		let operator = register(&signer(1), &ALICE);
		let head = ChainHead { next_sequence: 7, head: Some([5; 32].into()) };
		Operators::put_chain(&operator, ChainState { head, open_intents: 0 });

		deregister(ALICE, operator);

		assert_eq!(held(&ALICE), 0);
		assert_eq!(Balances::free_balance(&ALICE), ENDOWMENT);
		assert_eq!(Stored::<Test>::get(operator).unwrap().registration, Registration::Retired);
		assert_eq!(Chains::<Test>::get(operator).unwrap().head, head);
		assert_eq!(Operators::active_key(&operator), Err(NoActiveKey::Retired));
		let state = Operators::operator_state(&operator).unwrap();
		assert_eq!((state.status, state.key), (OperatorStatus::Retired, None));
		assert_eq!(state.chain, head);
		assert_eq!(events().last(), Some(&Event::Deregistered { operator }));
	});
}

#[test]
fn a_retired_id_never_starts_again() {
	build_and_execute(|| {
		let signer = signer(1);
		let operator = register(&signer, &ALICE);
		deregister(ALICE, operator);
		for account in [ALICE, BOB] {
			let (key, proof) = key_and_proof(&signer, &account);
			assert_noop!(
				Operators::register(RuntimeOrigin::signed(account), key, proof),
				Error::<Test>::IdRetired
			);
		}
	});
}

#[test]
fn only_the_owner_deregisters() {
	build_and_execute(|| {
		let operator = register(&signer(1), &ALICE);
		assert_noop!(
			Operators::deregister(RuntimeOrigin::signed(BOB), operator),
			Error::<Test>::NotOwner
		);
		assert_noop!(
			Operators::deregister(RuntimeOrigin::root(), operator),
			sp_runtime::DispatchError::BadOrigin
		);
	});
}

#[test]
fn nobody_leaves_twice_or_without_being_there() {
	build_and_execute(|| {
		assert_noop!(
			Operators::deregister(RuntimeOrigin::signed(ALICE), [9; 32].into()),
			Error::<Test>::UnknownOperator
		);
		let operator = register(&signer(1), &ALICE);
		deregister(ALICE, operator);
		assert_noop!(
			Operators::deregister(RuntimeOrigin::signed(ALICE), operator),
			Error::<Test>::OperatorRetired
		);
	});
}

#[test]
fn open_intents_hold_the_operator_back() {
	build_and_execute(|| {
		let operator = register(&signer(1), &ALICE);
		let head = ChainHead { next_sequence: 1, head: Some([5; 32].into()) };
		Operators::put_chain(&operator, ChainState { head, open_intents: 1 });
		assert_noop!(
			Operators::deregister(RuntimeOrigin::signed(ALICE), operator),
			Error::<Test>::IntentsOpen
		);
	});
}

#[test]
fn a_changed_deposit_is_released_as_it_was_held() {
	build_and_execute(|| {
		let old = register(&signer(1), &ALICE);
		MaxOpenIntents::set(400);
		let new = register(&signer(2), &ALICE);
		assert_eq!(held(&ALICE), 2 * DEPOSIT + 3_960);
		deregister(ALICE, old);
		assert_eq!(held(&ALICE), DEPOSIT + 3_960);
		deregister(ALICE, new);
		assert_eq!(held(&ALICE), 0);
	});
}
