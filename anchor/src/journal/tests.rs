//! The journal gives back what it was given, and refuses what it must.

use super::{rows::followup, *};
use crate::machine::{AnchorId, BlockPlace, MinedAt, Version, VersionNumber};
use bitcoin::{hashes::Hash, BlockHash, Txid};
use pantheon_primitives::Checkpoint;
use proptest::prelude::*;

fn owner() -> Owner {
	Owner { genesis: [3; 32].into(), network: BitcoinNetwork::Regtest }
}

fn stage() -> impl Strategy<Value = Stage> {
	let mined = (0..900_000u32, any::<[u8; 32]>()).prop_map(|(height, hash)| MinedAt {
		version: VersionNumber::FIRST,
		block: BlockPlace { height, hash: BlockHash::from_byte_array(hash) },
	});
	prop_oneof![
		Just(Stage::Prepared),
		Just(Stage::Broadcast),
		mined.clone().prop_map(Stage::Mined),
		mined.clone().prop_map(Stage::Confirmed),
		mined.prop_map(Stage::Final),
	]
}

prop_compose! {
	fn version(number: u32)(
		txid in any::<[u8; 32]>(),
		inputs in proptest::collection::vec((any::<[u8; 32]>(), any::<u32>()), 1..3),
		raw in proptest::collection::vec(any::<u8>(), 0..300),
		log_size in any::<u64>(),
		block_number in any::<u32>(),
		vout in 0..3u32,
		money in (0..21_000_000u64, 0..1_000_000u64),
		built_at_height in proptest::option::of(any::<u32>()),
	) -> Version {
		let txid = Txid::from_byte_array(txid);
		Version {
			number: VersionNumber::new(number),
			checkpoint: Checkpoint {
				genesis: owner().genesis,
				block_number,
				block_hash: [9; 32].into(),
				log_size,
				log_root: [8; 32].into(),
			},
			txid,
			raw,
			inputs: inputs
				.into_iter()
				.map(|(id, vout)| OutPoint::new(Txid::from_byte_array(id), vout))
				.collect(),
			change: OutPoint::new(txid, vout),
			change_value: Amount::from_sat(money.0),
			fee: Amount::from_sat(money.1),
			built_at_height,
		}
	}
}

prop_compose! {
	fn anchor(id: u64)(
		stage in stage(),
		versions in (version(0), version(1)),
		done in any::<(bool, bool)>(),
		prepared_at in 0..1u64 << 40,
	) -> Anchor {
		Anchor {
			id: AnchorId::new(id),
			stage,
			versions: vec![versions.0, versions.1],
			export: followup(done.0),
			report: followup(done.1),
			prepared_at,
		}
	}
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

	#[test]
	fn what_is_written_is_read(first in anchor(1), second in anchor(2)) {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("journal.sqlite");
		let journal = Journal::open(&path, &owner()).unwrap();
		// Twice, the first time with one version less: as the machine does when it replaces one.
		let mut early = first.clone();
		early.versions.pop();
		journal.persist(&early).unwrap();
		journal.persist(&first).unwrap();
		journal.persist(&second).unwrap();
		drop(journal);
		let journal = Journal::open(&path, &owner()).unwrap();
		let mut expected = first.clone();
		expected.prepared_at = early.prepared_at;
		prop_assert_eq!(journal.all().unwrap(), vec![expected, second.clone()]);
		let left = journal.unfinished().unwrap();
		prop_assert_eq!(left.last(), Some(&second));
		let done = |a: &Anchor| matches!(a.stage, Stage::Final(_)) && a.export == Followup::Done;
		// The first stays as long as the second, which spends its change, may come back.
		let finished = done(&first) && done(&second);
		prop_assert_eq!(left.len(), if finished { 1 } else { 2 });
		// What the machine is not restored with still counts against the budget.
		let spent = Spending { at: early.prepared_at, fee: first.cost() };
		prop_assert_eq!(journal.spent().unwrap(), if finished { vec![spent] } else { vec![] });
	}
}

#[test]
fn one_process_at_a_time_and_readers_beside_it() {
	let dir = tempfile::tempdir().unwrap();
	let path = dir.path().join("deep/journal.sqlite");
	assert!(matches!(Journal::open_read_only(&path), Err(JournalError::Missing { .. })));
	let journal = Journal::open(&path, &owner()).unwrap();
	assert!(matches!(Journal::open(&path, &owner()), Err(JournalError::InUse { .. })));
	let beat = Heartbeat { at: 5, process: 7, snapshot: "{}".into() };
	journal.beat(&beat).unwrap();
	let reader = Journal::open_read_only(&path).unwrap();
	assert_eq!(reader.heartbeat().unwrap(), Some(beat));
	assert!(reader.beat(&Heartbeat { at: 6, process: 7, snapshot: String::new() }).is_err());
	drop(journal);
	Journal::open(&path, &owner()).unwrap();
}

#[test]
fn another_chain_another_layout_and_damage_are_refused() {
	let dir = tempfile::tempdir().unwrap();
	let path = dir.path().join("journal.sqlite");
	drop(Journal::open(&path, &owner()).unwrap());
	let other = Owner { genesis: [4; 32].into(), ..owner() };
	assert!(matches!(Journal::open(&path, &other), Err(JournalError::OfAnotherChain { .. })));
	let other = Owner { network: BitcoinNetwork::Mainnet, ..owner() };
	assert!(matches!(Journal::open(&path, &other), Err(JournalError::OfAnotherChain { .. })));
	let db = Connection::open(&path).unwrap();
	db.execute("INSERT INTO anchor VALUES (1, 'mined', NULL, NULL, NULL, 0, 0, 0)", []).unwrap();
	let journal = Journal::open(&path, &owner()).unwrap();
	assert!(matches!(journal.all(), Err(JournalError::Damaged { row: 1, .. })));
	drop(journal);
	for unknown in [0, 3] {
		db.pragma_update(None, "user_version", unknown).unwrap();
		let opened = Journal::open(&path, &owner());
		assert!(matches!(opened, Err(JournalError::Schema { found, .. }) if found == unknown));
		assert!(Journal::open_read_only(&path).is_err());
	}
	drop(db);
	std::fs::write(&path, b"not a database at all, but long enough to be looked at").unwrap();
	let condition: Condition = Journal::open(&path, &owner()).err().unwrap().into();
	assert_eq!(condition.name(), "journal-broken");
	let nowhere = Journal::open_read_only(&dir.path().join("nowhere"));
	let condition: Condition = nowhere.err().unwrap().into();
	assert_eq!((condition.name(), condition.exit_code()), ("no-journal", 53));
}

#[test]
fn each_write_waits_for_the_disk() {
	let dir = tempfile::tempdir().unwrap();
	let journal = Journal::open(&dir.path().join("journal.sqlite"), &owner()).unwrap();
	let full: u32 = journal.run(|db| db.query_row("PRAGMA synchronous", [], |r| r.get(0))).unwrap();
	assert_eq!(full, 2);
}

/// A journal as version 0.1.0 of the program left it: its very statements, with one anchor mined and one sent.
const LAYOUT_1: &str = include_str!("layout-1.sql");

#[test]
fn a_journal_of_layout_1_still_opens() {
	let dir = tempfile::tempdir().unwrap();
	let path = dir.path().join("journal.sqlite");
	let db = Connection::open(&path).unwrap();
	db.execute_batch(LAYOUT_1).unwrap();
	drop(db);

	let expected = |anchors: Vec<Anchor>| {
		let [first, second] = &anchors[..] else { panic!("{anchors:?}") };
		assert_eq!(first.stage.name(), "final");
		assert_eq!(first.stage.mined_at().unwrap().block.height, 102);
		assert_eq!(second.stage, Stage::Broadcast);
		let [version] = &second.versions[..] else { panic!("one version") };
		assert_eq!(version.chain_input(), Some(&first.versions[0].change));
		assert_eq!(version.fee, Amount::from_sat(308));
		assert_eq!(version.checkpoint.log_size, 4);
		assert_eq!(version.built_at_height, None);
		anchors
	};
	// Read as it is, for `status` before the new service has run…
	let before = expected(Journal::open_read_only(&path).unwrap().all().unwrap());
	// …and brought to the new layout by the service, once.
	for _ in 0..2 {
		let journal = Journal::open(&path, &owner()).unwrap();
		assert_eq!(expected(journal.all().unwrap()), before);
		assert_eq!(journal.heartbeat().unwrap().unwrap().at, 1_800_000_305);
	}
	// A version added now keeps its height.
	let journal = Journal::open(&path, &owner()).unwrap();
	let mut second = before[1].clone();
	let mut bump = second.versions[0].clone();
	bump.number = VersionNumber::new(1);
	bump.built_at_height = Some(7);
	second.versions.push(bump);
	journal.persist(&second).unwrap();
	assert_eq!(journal.all().unwrap()[1], second);
}
