//! Staging, committing, reorganisations, crashes and damage.

mod common;

use common::*;
use pantheon_log_store::{
	follow, rebuild, stage, AuthorityChange, CheckError, CommitError, Damage, Followed, Fresh,
	QueryError, ReadError, SourceError, Store, SyncError, KEEP_ALL, THIN_TO_ONE_IN,
};
use pantheon_primitives::{hash::SoftwareSha256, GenesisHash};
use std::{fs, path::Path};
use Item::{Batch, Single};

fn chain() -> MemoryChain {
	let mut chain = MemoryChain::new();
	chain.push(&[Single, Batch(5), Single]);
	chain.push(&[]);
	chain.push(&[Batch(300), Single]);
	chain.push(&vec![Single; 700]);
	chain.push(&[Batch(1)]);
	chain.finalize_all();
	chain
}

fn assert_complete(store: &Store, chain: &MemoryChain) {
	store.check(chain).unwrap();
	let head = store.head().unwrap();
	let finalized = &chain.blocks[&chain.canonical[chain.finalized as usize]];
	assert_eq!(head.log.size(), finalized.header.log.size);
	assert_eq!(head.log.root::<SoftwareSha256>(), finalized.header.log.root);
	let entries = chain.entries();
	for (index, info) in (0..head.log.size()).zip(&entries) {
		assert_eq!(&store.entry(index).unwrap().row.info, info);
	}
}

#[test]
fn follows_the_chain_and_starts_where_it_stopped() {
	let folder = tempfile::tempdir().unwrap();
	let mut chain = chain();
	let (store, fresh) = Store::open(folder.path(), GENESIS, LIMITS).unwrap();
	assert_eq!(fresh, Some(Fresh::Missing));
	assert_eq!(follow(&store, &chain, 2).unwrap(), Followed::More);
	drop(store);
	let (store, fresh) = Store::open(folder.path(), GENESIS, LIMITS).unwrap();
	assert_eq!(fresh, None);
	assert_eq!(store.head().unwrap().number, 2);
	follow_all(&store, &chain);
	assert_complete(&store, &chain);
	chain.push(&[Single, Batch(17)]);
	chain.finalize_all();
	follow_all(&store, &chain);
	assert_complete(&store, &chain);
	assert_eq!(store.head().unwrap().members, 5 + 300 + 1 + 17);
}

#[test]
fn staged_entries_are_used_when_the_state_is_gone() {
	let folder = tempfile::tempdir().unwrap();
	let store = open(folder.path());
	let mut chain = chain();
	for hash in chain.canonical.clone().into_iter().skip(1) {
		stage(&store, &chain, chain.id(hash)).unwrap();
	}
	chain.state_pruned = chain.canonical.iter().copied().collect();
	follow_all(&store, &chain);
	assert_complete(&store, &chain);
}

#[test]
fn a_crash_between_stage_and_commit_loses_nothing() {
	let folder = tempfile::tempdir().unwrap();
	let mut chain = chain();
	let store = open(folder.path());
	follow_all(&store, &chain);
	let next = chain.push(&[Single, Batch(40)]);
	stage(&store, &chain, chain.id(next)).unwrap();
	// The process ends here; the chain finalises the block and prunes its state.
	drop(store);
	chain.finalize_all();
	chain.state_pruned.insert(next);
	let store = open(folder.path());
	follow_all(&store, &chain);
	assert_complete(&store, &chain);
}

#[test]
fn the_fork_that_becomes_final_is_committed() {
	let folder = tempfile::tempdir().unwrap();
	let store = open(folder.path());
	let mut chain = chain();
	follow_all(&store, &chain);
	let parent = *chain.canonical.last().unwrap();
	let lost = chain.fork(parent, &[Single, Single]);
	let won = chain.fork(parent, &[Batch(9)]);
	stage(&store, &chain, chain.id(lost)).unwrap();
	stage(&store, &chain, chain.id(won)).unwrap();
	chain.canonical.push(won);
	chain.finalize_all();
	follow_all(&store, &chain);
	assert_complete(&store, &chain);
	// Nothing staged is left behind.
	assert_eq!(store.staged(chain.id(lost)).unwrap(), None);
	assert_eq!(store.staged(chain.id(won)).unwrap(), None);
}

#[test]
fn pruned_state_is_a_named_error() {
	let folder = tempfile::tempdir().unwrap();
	let store = open(folder.path());
	let mut chain = chain();
	let first = chain.canonical[1];
	chain.state_pruned.insert(first);
	let error = follow(&store, &chain, 10).unwrap_err();
	assert!(matches!(error, SyncError::Source(SourceError::StatePruned(hash)) if hash == first));
	assert!(error.to_string().starts_with("state pruned"));
	assert_eq!(store.head().unwrap().number, 0);
}

#[test]
fn a_copy_of_another_nodes_store_bridges_pruned_state() {
	let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
	let mut chain = chain();
	let store = open(one.path());
	follow_all(&store, &chain);
	drop(store);
	chain.state_pruned = chain.canonical.iter().copied().collect();
	copy(one.path(), two.path());
	let store = open(two.path());
	chain.push(&[Single]);
	chain.finalize_all();
	follow_all(&store, &chain);
	assert_complete(&store, &chain);
}

#[test]
fn entries_that_do_not_make_the_headers_root_change_nothing() {
	let folder = tempfile::tempdir().unwrap();
	let store = open(folder.path());
	let mut chain = chain();
	let first = chain.canonical[1];
	chain.blocks.get_mut(&first).unwrap().entries[1].entry.digest[0] ^= 1;
	let error = follow(&store, &chain, 10).unwrap_err();
	assert!(matches!(&error, SyncError::Commit(CommitError::RootMismatch { .. })), "{error}");
	assert_eq!(store.head().unwrap().log.size(), 0);
	assert!(matches!(store.entry(0), Err(QueryError::UnknownEntry)));
}

#[test]
fn members_that_do_not_make_the_batchs_root_are_a_typed_error() {
	let folder = tempfile::tempdir().unwrap();
	let store = open(folder.path());
	let mut chain = chain();
	let first = chain.canonical[1];
	*chain.blocks.get_mut(&first).unwrap().body[2].last_mut().unwrap() ^= 1;
	assert!(matches!(follow(&store, &chain, 10), Err(SyncError::Members { .. })));
	assert_eq!(store.head().unwrap().number, 0);
}

#[test]
fn another_chain_another_fork_and_a_shorter_chain_are_noticed() {
	let folder = tempfile::tempdir().unwrap();
	let mut chain = chain();
	let store = open(folder.path());
	follow_all(&store, &chain);
	// The chain lost its last block in a crash: wait, don't rebuild.
	let whole = chain.clone();
	chain.finalized -= 1;
	assert_eq!(follow(&store, &chain, 10).unwrap(), Followed::Ahead);
	// It comes back with another one.
	let parent = chain.canonical[chain.canonical.len() - 2];
	chain.canonical.pop();
	let other = chain.fork(parent, &[Single]);
	chain.canonical.push(other);
	chain.finalize_all();
	let error = follow(&store, &chain, 10).unwrap_err();
	assert!(matches!(error, SyncError::Check(CheckError::OtherFork)) && error.is_damage());
	rebuild(&store, &error).unwrap();
	follow_all(&store, &chain);
	assert_complete(&store, &chain);
	drop(store);
	let (_, fresh) = Store::open(folder.path(), GenesisHash::new([8; 32]), LIMITS).unwrap();
	assert_eq!(fresh, Some(Fresh::Genesis));
	drop(whole);
}

#[test]
fn a_store_in_use_is_not_replaced() {
	let folder = tempfile::tempdir().unwrap();
	let store = open(folder.path());
	let error = Store::open(folder.path(), GENESIS, LIMITS).map(|_| ()).unwrap_err();
	assert!(matches!(error, pantheon_log_store::OpenError::InUse { .. }), "{error}");
	drop(store);
}

#[test]
fn a_damaged_tile_is_noticed_never_served_and_rebuilt() {
	let folder = tempfile::tempdir().unwrap();
	let chain = chain();
	let store = open(folder.path());
	follow_all(&store, &chain);
	drop(store);
	// Leaf 128 of the first tile.
	flip_byte(folder.path(), "tiles", &[&[0u8][..], &0u64.to_be_bytes()].concat(), 128 * 32);
	let store = open(folder.path());
	let error = store.inclusion(100, 706).unwrap_err();
	let contradiction = Damage::Contradiction("tiles");
	assert!(matches!(&error, QueryError::Read(ReadError::Damaged(d)) if *d == contradiction));
	let error = store.check(&chain).unwrap_err();
	assert!(error.is_damage());
	rebuild(&store, &error).unwrap();
	follow_all(&store, &chain);
	assert_complete(&store, &chain);
	assert_eq!(store.inclusion(100, 706).unwrap().len(), 10);
}

#[test]
fn damaged_entries_and_members_are_noticed() {
	let folder = tempfile::tempdir().unwrap();
	let chain = chain();
	let store = open(folder.path());
	follow_all(&store, &chain);
	let batch = chain.entries()[3].clone();
	store.member(&batch.operator, batch.sequence, 299).unwrap();
	drop(store);
	flip_byte(folder.path(), "members", &3u64.to_be_bytes(), 1000);
	// In the digest of the bundle's first entry: after two bytes of length, block number and tag.
	flip_byte(folder.path(), "entries", &1u64.to_be_bytes(), 2 + 4 + 1 + 9);
	let store = open(folder.path());
	let damage = |error: QueryError| matches!(error, QueryError::Read(error) if error.is_damage());
	assert!(damage(store.member(&batch.operator, batch.sequence, 299).unwrap_err()));
	assert!(damage(store.entry(64).unwrap_err()));
	assert!(store.check(&chain).unwrap_err().is_damage());
}

#[test]
fn files_that_are_garbage_or_gone_give_an_empty_store() {
	let harms: [fn(&Path) -> std::io::Result<()>; 2] =
		[|path| fs::remove_file(path), |path| fs::write(path, b"garbage")];
	for harm in harms {
		let folder = tempfile::tempdir().unwrap();
		let chain = chain();
		let store = open(folder.path());
		follow_all(&store, &chain);
		drop(store);
		harm(&folder.path().join("db/CURRENT")).unwrap();
		let (store, fresh) = Store::open(folder.path(), GENESIS, LIMITS).unwrap();
		assert!(fresh.is_some());
		follow_all(&store, &chain);
		assert_complete(&store, &chain);
	}
}

#[test]
fn justifications_and_handoffs_are_kept() {
	let folder = tempfile::tempdir().unwrap();
	let store = open(folder.path());
	let mut chain = chain();
	assert!(matches!(store.checkpoint(None), Err(QueryError::NoJustification)));
	let change = chain.canonical[2];
	let block = chain.blocks.get_mut(&change).unwrap();
	block.header.change = AuthorityChange::Scheduled;
	block.justification = Some(b"mandatory".to_vec());
	// The second change's justification comes late, from the voter.
	let late = chain.canonical[4];
	chain.blocks.get_mut(&late).unwrap().header.change = AuthorityChange::Scheduled;
	follow_all(&store, &chain);
	assert_eq!(store.head().unwrap().set_id, 2);
	assert_eq!(store.handoffs(0, 64).unwrap().len(), 1);
	let header = chain.blocks[&late].header.raw.clone();
	store.put_justification(4, &header, b"late").unwrap();
	let handoffs = store.handoffs(0, 64).unwrap();
	assert_eq!(handoffs[0].justification, b"mandatory");
	assert_eq!(
		(&handoffs[1].header, handoffs[1].justification.as_slice()),
		(&header, &b"late"[..])
	);
	assert_eq!(store.handoffs(1, 64).unwrap().len(), 1);
	assert_eq!(store.handoffs(2, 64).unwrap().len(), 0);

	let newest = store.checkpoint(None).unwrap();
	assert_eq!(newest.checkpoint.block_number, 4);
	assert_eq!(newest.checkpoint.block_hash, late);
	assert_eq!(newest.checkpoint.log_root, chain.blocks[&late].header.log.root);
	assert_eq!(store.checkpoint(Some(2)).unwrap().justification, b"mandatory");
	assert!(matches!(store.checkpoint(Some(3)), Err(QueryError::NoJustification)));
	// One that is ahead of the store does not count yet.
	store.put_justification(6, b"header", b"ahead").unwrap();
	assert_eq!(store.checkpoint(None).unwrap().checkpoint.block_number, 4);
}

#[test]
fn old_justifications_are_thinned_to_the_last_of_each_hour() {
	let folder = tempfile::tempdir().unwrap();
	let store = open(folder.path());
	let mut chain = MemoryChain::new();
	for _ in 0..KEEP_ALL + THIN_TO_ONE_IN {
		let hash = chain.push(&[]);
		chain.blocks.get_mut(&hash).unwrap().justification = Some(b"kept".to_vec());
	}
	chain.finalize_all();
	while follow(&store, &chain, 10_000).unwrap() != Followed::UpToDate {}
	let kept = |block| store.checkpoint(Some(block)).is_ok();
	let old: Vec<_> = (1..THIN_TO_ONE_IN * 2).filter(|block| kept(*block)).collect();
	let expected: Vec<_> = (THIN_TO_ONE_IN - 1..THIN_TO_ONE_IN * 2).collect();
	assert_eq!(old, expected);
}

fn flip_byte(path: &Path, column: &str, key: &[u8], at: usize) {
	let options = rocksdb::Options::default();
	let path = path.join("db");
	let names = rocksdb::DB::list_cf(&options, &path).unwrap();
	let db = rocksdb::DB::open_cf(&options, &path, names).unwrap();
	let column = db.cf_handle(column).unwrap();
	let mut row = db.get_cf(column, key).unwrap().unwrap();
	row[at] ^= 1;
	db.put_cf(column, key, row).unwrap();
}

fn copy(from: &Path, to: &Path) {
	fs::create_dir_all(to).unwrap();
	for entry in fs::read_dir(from).unwrap() {
		let entry = entry.unwrap();
		let target = to.join(entry.file_name());
		match entry.file_type().unwrap().is_dir() {
			true => copy(&entry.path(), &target),
			false => drop(fs::copy(entry.path(), target).unwrap()),
		}
	}
}
