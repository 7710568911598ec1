//! Who may register, with what, and what it costs.

use crate::{
	mock::*, ChainState, Chains, Error, Event, Operators as Stored, Registration, StoredKey,
};
use frame_support::{assert_noop, assert_ok};
use pantheon_primitives::{seal::registration_message, GenesisHash, OperatorStatus};

#[test]
fn registers_the_key_and_holds_the_deposit() {
	build_and_execute(|| {
		let signer = signer(1);
		let operator = register(&signer, &ALICE);

		let stored = Stored::<Test>::get(operator).unwrap();
		assert_eq!(stored.owner, ALICE);
		let key = StoredKey { epoch: 0, bytes: *signer.public_key().as_bytes() };
		assert_eq!(stored.registration, Registration::Active { key, deposit: DEPOSIT });
		assert_eq!(Chains::<Test>::get(operator), Some(ChainState::default()));
		assert_eq!(held(&ALICE), DEPOSIT);
		assert_eq!(Operators::deposit(), DEPOSIT);
		assert_eq!(events(), vec![Event::Registered { operator, owner: ALICE }]);
		assert_eq!(Operators::active_key(&operator).unwrap(), *signer.public_key());
	});
}

#[test]
fn the_runtime_api_sees_the_operator() {
	build_and_execute(|| {
		let signer = signer(1);
		let operator = register(&signer, &ALICE);
		let state = Operators::operator_state(&operator).unwrap();
		assert_eq!(state.owner, [1; 32]);
		assert_eq!(state.key.as_deref(), Some(signer.public_key().as_bytes().as_slice()));
		assert_eq!(state.status, OperatorStatus::Active);
		assert_eq!((state.chain.next_sequence, state.chain.head, state.open_intents), (0, None, 0));
		assert_eq!(Operators::operator_state(&[9; 32].into()), None);
	});
}

#[test]
fn one_account_may_own_several_operators() {
	build_and_execute(|| {
		register(&signer(1), &ALICE);
		register(&signer(2), &ALICE);
		assert_eq!(held(&ALICE), 2 * DEPOSIT);
	});
}

#[test]
fn a_registered_key_is_refused() {
	build_and_execute(|| {
		let signer = signer(1);
		register(&signer, &ALICE);
		for account in [ALICE, BOB] {
			let (key, proof) = key_and_proof(&signer, &account);
			assert_noop!(
				Operators::register(RuntimeOrigin::signed(account), key, proof),
				Error::<Test>::AlreadyRegistered
			);
		}
	});
}

#[test]
fn wrong_lengths_are_refused() {
	build_and_execute(|| {
		let (key, proof) = key_and_proof(&signer(1), &ALICE);
		let longer = |bytes: &[u8]| [bytes, &[0]].concat();
		let shorter = |bytes: &[u8]| bytes[1..].to_vec();
		for bad in [vec![], shorter(&key), longer(&key)] {
			assert_noop!(
				Operators::register(RuntimeOrigin::signed(ALICE), bad, proof.clone()),
				Error::<Test>::KeyLength
			);
		}
		for bad in [vec![], shorter(&proof), longer(&proof)] {
			assert_noop!(
				Operators::register(RuntimeOrigin::signed(ALICE), key.clone(), bad),
				Error::<Test>::ProofLength
			);
		}
	});
}

#[test]
fn a_proof_that_proves_something_else_is_refused() {
	build_and_execute(|| {
		let mine = signer(1);
		let key = mine.public_key();
		let (bytes, good) = key_and_proof(&mine, &ALICE);
		let mut flipped = good.clone();
		flipped[100] ^= 1;
		let here = Operators::genesis_hash();
		let elsewhere = GenesisHash::new([7; 32]);
		let bad = [
			flipped,
			// another key's proof
			key_and_proof(&signer(2), &ALICE).1,
			// a proof for another account
			key_and_proof(&mine, &BOB).1,
			// a proof for another chain
			mine.sign_message(&registration_message(elsewhere, ALICE.as_ref(), key)),
			// the right message for another key, signed by this one
			mine.sign_message(&registration_message(here, ALICE.as_ref(), signer(2).public_key())),
			mine.sign_message(b""),
		];
		for proof in bad {
			assert_noop!(
				Operators::register(RuntimeOrigin::signed(ALICE), bytes.clone(), proof),
				Error::<Test>::ProofInvalid
			);
		}
		assert_ok!(Operators::register(RuntimeOrigin::signed(ALICE), bytes, good));
	});
}

#[test]
fn too_little_pan_is_refused() {
	build_and_execute(|| {
		let (key, proof) = key_and_proof(&signer(1), &PAUPER);
		assert_noop!(
			Operators::register(RuntimeOrigin::signed(PAUPER), key, proof),
			Error::<Test>::DepositUnaffordable
		);
		// What is held for one operator can't be held again for another.
		register(&signer(1), &ALICE);
		register(&signer(2), &ALICE);
		let (key, proof) = key_and_proof(&signer(3), &ALICE);
		assert_noop!(
			Operators::register(RuntimeOrigin::signed(ALICE), key, proof),
			Error::<Test>::DepositUnaffordable
		);
	});
}

#[test]
fn only_a_signed_origin_registers() {
	build_and_execute(|| {
		let (key, proof) = key_and_proof(&signer(1), &ALICE);
		for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
			assert_noop!(
				Operators::register(origin, key.clone(), proof.clone()),
				sp_runtime::DispatchError::BadOrigin
			);
		}
	});
}
