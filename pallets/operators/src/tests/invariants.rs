//! `try_state` finds what it promises to find.

use crate::{mock::*, ChainState, Chains, HoldReason, Operators as Stored, Registration};
use frame_support::traits::{fungible::MutateHold, tokens::Precision};
use pantheon_primitives::{ChainHead, OperatorId};

/// Registers one operator, lets `damage` break the state, and returns what `try_state` says.
fn after(damage: impl FnOnce(OperatorId)) -> &'static str {
	new_test_ext().execute_with(|| {
		damage(register(&signer(1), &ALICE));
		match Operators::do_try_state() {
			Err(sp_runtime::DispatchError::Other(text)) => text,
			other => panic!("the damage went unseen: {other:?}"),
		}
	})
}

#[test]
fn each_broken_invariant_is_named() {
	let chain = |next_sequence, open_intents| ChainState {
		head: ChainHead { next_sequence, head: None },
		open_intents,
	};
	assert!(after(|id| Chains::<Test>::remove(id)).starts_with("1:"));
	assert!(
		after(|_| Chains::<Test>::insert(OperatorId::new([9; 32]), chain(0, 0))).starts_with("1:")
	);
	assert!(after(|id| Stored::<Test>::mutate(id, |stored| {
		if let Some(Registration::Active { key, .. }) = stored.as_mut().map(|s| &mut s.registration)
		{
			key.bytes[0] ^= 1;
		}
	}))
	.starts_with("2:"));
	assert!(after(|id| {
		Stored::<Test>::mutate(id, |stored| {
			stored.as_mut().unwrap().registration = Registration::Retired
		});
		Chains::<Test>::insert(id, chain(0, 1));
	})
	.starts_with("3:"));
	assert!(after(|id| Chains::<Test>::insert(id, chain(0, 5))).starts_with("4:"));
	assert!(after(|id| Chains::<Test>::insert(id, chain(1, 0))).starts_with("5:"));
	assert!(after(|_| {
		Balances::release(&HoldReason::Registration.into(), &ALICE, 1, Precision::Exact).unwrap();
	})
	.starts_with("6:"));
}
