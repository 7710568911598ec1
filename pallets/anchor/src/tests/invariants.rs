//! `try_state` finds what it promises to find.

use crate::{mock::*, AnchorCount, Anchors, KnownHeaders, Rules};

/// Two anchors, `damage`, and what `try_state` says of it.
fn after(damage: impl FnOnce()) -> &'static str {
	ext_with(regtest()).execute_with(|| {
		let mut chain = Chain::default();
		for _ in 0..2 {
			let checkpoint = chain.block(2);
			report(checkpoint, proof_of(&checkpoint)).unwrap();
		}
		Anchor::do_try_state().unwrap();
		damage();
		match Anchor::do_try_state() {
			Err(sp_runtime::DispatchError::Other(text)) => text,
			other => panic!("the damage went unseen: {other:?}"),
		}
	})
}

#[test]
fn each_broken_invariant_is_named() {
	let change = |number, change: fn(&mut pantheon_primitives::Checkpoint)| {
		move || {
			Anchors::<Test>::mutate(number, |anchor| {
				change(&mut anchor.as_mut().unwrap().checkpoint)
			})
		}
	};
	assert!(after(|| Anchors::<Test>::remove(0)).starts_with("1:"));
	assert!(after(|| AnchorCount::<Test>::put(1)).starts_with("1:"));
	assert!(after(change(1, |checkpoint| checkpoint.log_size = 1)).starts_with("2:"));
	assert!(after(change(1, |checkpoint| checkpoint.block_number = 0)).starts_with("2:"));
	assert!(after(change(1, |checkpoint| checkpoint.genesis = [1; 32].into())).starts_with("3:"));
	assert!(after(change(1, |checkpoint| checkpoint.log_size = 5)).starts_with("3:"));
	assert!(after(change(1, |checkpoint| checkpoint.block_number = 99)).starts_with("3:"));
	assert!(after(|| KnownHeaders::<Test>::mutate(|known| {
		let first = known[0];
		known.try_push(first).unwrap();
	}))
	.starts_with("4:"));
	assert!(after(Rules::<Test>::kill).starts_with("5:"));
	assert!(after(|| {
		let first = Anchors::<Test>::get(0).unwrap().bitcoin.txid;
		Anchors::<Test>::mutate(1, |anchor| anchor.as_mut().unwrap().bitcoin.txid = first);
	})
	.starts_with("6:"));
}
