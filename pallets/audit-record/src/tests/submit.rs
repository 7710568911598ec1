//! What an accepted record changes.

use crate::{mock::*, Event};
use frame_support::{assert_noop, assert_ok};
use pantheon_primitives::{log::Entry, EntryInfo, Kind, Record};

#[test]
fn a_record_gets_an_index_and_moves_the_chain() {
	build_and_execute(|| {
		let pen = Pen::registered(1);
		System::set_extrinsic_index(5);
		let record = pen.record(Kind::Provenance);
		let id = pen.submit(&record);

		let chain = Operators::chain(&pen.operator);
		assert_eq!((chain.head.next_sequence, chain.head.head), (1, Some(id)));
		let log = AuditRecord::log_state();
		assert_eq!(log.size(), 1);
		assert_eq!(
			log.root::<SoftwareSha256>().as_bytes(),
			statement_leaf(&pen, &record).as_bytes()
		);
		assert_eq!(
			AuditRecord::block_entries(),
			vec![EntryInfo {
				entry: Entry::statement(pen.signer.statement(&record).digest()),
				operator: pen.operator,
				sequence: 0,
				record: id,
				kind: Kind::Provenance.as_u8(),
				batch: None,
				extrinsic_index: 5,
			}]
		);
		assert_eq!(
			events(),
			vec![Event::Recorded {
				operator: pen.operator,
				sequence: 0,
				record: id,
				index: 0,
				kind: Kind::Provenance,
			}]
		);
	});
}

#[test]
fn every_field_takes_part_in_the_seal() {
	build_and_execute(|| {
		let pen = Pen::registered(1);
		pen.submit(&pen.record(Kind::Provenance));
		let record = Record {
			model: Some([1; 32].into()),
			input: Some([2; 32].into()),
			output: Some([3; 32].into()),
			policy: Some([4; 32].into()),
			authority: Some([5; 32].into()),
			parents: vec![[6; 32].into(), [7; 32].into()],
			locator: Some("s3://bucket/ü".into()),
			..pen.record(Kind::Intent)
		};
		let seal = pen.seal(&record);
		let changed = [
			Record { time_ms: 1, ..record.clone() },
			Record { kind: Kind::Provenance, ..record.clone() },
			Record { model: None, ..record.clone() },
			Record { input: Some([9; 32].into()), ..record.clone() },
			Record { output: None, ..record.clone() },
			Record { policy: None, ..record.clone() },
			Record { authority: None, ..record.clone() },
			Record { parents: vec![[7; 32].into(), [6; 32].into()], ..record.clone() },
			Record { locator: None, ..record.clone() },
		];
		for other in changed {
			assert_noop!(submit((&other).into(), seal.clone()), Error::SignatureInvalid);
		}
		assert_ok!(submit((&record).into(), seal));
	});
}

#[test]
fn operators_share_the_log_and_not_the_chain() {
	build_and_execute(|| {
		let (one, two) = (Pen::registered(1), Pen::registered(2));
		let mut leaves = vec![];
		for pen in [&one, &two, &two, &one, &two] {
			let record = pen.record(Kind::Provenance);
			pen.submit(&record);
			leaves.push(statement_leaf(pen, &record));
		}
		assert_eq!(Operators::chain(&one.operator).head.next_sequence, 2);
		assert_eq!(Operators::chain(&two.operator).head.next_sequence, 3);
		let root = AuditRecord::log_state().root::<SoftwareSha256>();
		assert_eq!(root.as_bytes(), &naive_root(&leaves));
	});
}

#[test]
fn nothing_per_record_stays_in_state() {
	build_and_execute(|| {
		let pen = Pen::registered(1);
		let keys = || {
			let mut keys = 0;
			let mut key = vec![];
			while let Some(next) = sp_io::storage::next_key(&key) {
				keys += 1;
				key = next;
			}
			keys
		};
		// After the ring of checkpoints and the block hashes have filled up, state has its size.
		for _ in 0..20 {
			pen.submit(&pen.record(Kind::Provenance));
			next_block();
		}
		let before = keys();
		for _ in 0..20 {
			for _ in 0..4 {
				pen.submit(&pen.record(Kind::Provenance));
			}
			next_block();
		}
		assert_eq!(keys(), before);
		assert_eq!(AuditRecord::log_state().size(), 100);
	});
}
