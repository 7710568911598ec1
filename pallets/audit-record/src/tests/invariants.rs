//! `try_state` finds what it promises to find.

use crate::{mock::*, BlockEntries, Checkpoints, Log, OpenIntents};
use pantheon_primitives::{Kind, LogDigest};

/// Some blocks of records, `damage`, and what `try_state` says of it.
fn after(damage: impl FnOnce(&Pen)) -> &'static str {
	new_test_ext().execute_with(|| {
		let pen = Pen::registered(1);
		pen.open_intent();
		next_block();
		pen.submit(&pen.record(Kind::Provenance));
		check_invariants();
		damage(&pen);
		match AuditRecord::do_try_state() {
			Err(sp_runtime::DispatchError::Other(text)) => text,
			other => panic!("the damage went unseen: {other:?}"),
		}
	})
}

#[test]
fn each_broken_invariant_is_named() {
	let digest = |size| LogDigest { size, root: [1; 32].into() };
	assert!(after(|_| BlockEntries::<Test>::kill()).starts_with("1:"));
	assert!(after(|_| Log::<Test>::mutate(|state| state.block_start = 0)).starts_with("1:"));
	assert!(after(|_| MaxEntriesPerBlock::set(0)).starts_with("1:"));
	assert!(after(|pen| OpenIntents::<Test>::insert(
		pen.operator,
		pen.record(Kind::Intent).id(),
		1
	))
	.starts_with("2:"));
	assert!(after(|pen| drop(OpenIntents::<Test>::clear_prefix(pen.operator, 9, None)))
		.starts_with("2:"));
	assert!(after(|_| {
		OpenIntents::<Test>::insert(
			pantheon_primitives::OperatorId::new([9; 32]),
			pantheon_primitives::RecordId::new([9; 32]),
			1,
		)
	})
	.starts_with("2:"));
	assert!(after(|_| Checkpoints::<Test>::insert(99, digest(1))).starts_with("3:"));
	assert!(after(|_| Checkpoints::<Test>::insert(1, digest(99))).starts_with("4:"));
	assert!(after(|_| Checkpoints::<Test>::insert(2, digest(2))).starts_with("4:"));
}
