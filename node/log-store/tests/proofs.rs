//! Proofs and look-ups against a naive reading of the same chain, for random chains.

mod common;

use common::*;
use pantheon_log_store::QueryError;
use pantheon_primitives::{
	hash::SoftwareSha256,
	log::{batch_root, verify_consistency, verify_inclusion},
	LeafHash, LogRoot,
};
use proptest::prelude::*;

fn items() -> impl Strategy<Value = Vec<Vec<Item>>> {
	let item = prop_oneof![3 => Just(Item::Single), 1 => (1u32..40).prop_map(Item::Batch)];
	let small = prop::collection::vec(item, 0..30);
	// Enough to fill tiles, bundles and a run of its own.
	let large = (200usize..600).prop_map(|count| vec![Item::Single; count]);
	let batch = (4_000u32..6_000).prop_map(|count| vec![Item::Batch(count)]);
	prop::collection::vec(prop_oneof![6 => small, 1 => large, 1 => batch], 1..12)
}

fn naive_root(leaves: &[LeafHash], size: usize) -> LogRoot {
	batch_root::<SoftwareSha256>(&leaves[..size])
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(24))]

	#[test]
	fn the_store_agrees_with_the_naive_tree(
		blocks in items(),
		picks in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 40),
	) {
		let folder = tempfile::tempdir().unwrap();
		let store = open(folder.path());
		let mut chain = MemoryChain::new();
		for items in &blocks {
			chain.push(items);
		}
		chain.finalize_all();
		follow_all(&store, &chain);
		store.check(&chain).unwrap();
		let (leaves, entries) = (chain.leaves(), chain.entries());
		let total = leaves.len() as u64;
		prop_assert_eq!(store.head().unwrap().log.size(), total);
		if total == 0 {
			return Ok(());
		}
		for (a, b) in picks {
			let size = a.index(leaves.len()) + 1;
			let root = naive_root(&leaves, size);
			prop_assert_eq!(store.root_at(size as u64).unwrap(), root);
			let index = b.index(size);
			let path = store.inclusion(index as u64, size as u64).unwrap();
			verify_inclusion::<SoftwareSha256>(
				&leaves[index], index as u64, size as u64, &path, &root,
			).unwrap();
			let from = b.index(size + 1);
			let path = store.consistency(from as u64, size as u64).unwrap();
			verify_consistency::<SoftwareSha256>(
				from as u64, &naive_root(&leaves, from), size as u64, &root, &path,
			).unwrap();
			let info = &entries[index];
			prop_assert_eq!(store.entry_by_leaf(&leaves[index]).unwrap().index, index as u64);
			let found = store.entry_by_position(&info.operator, info.sequence).unwrap();
			prop_assert_eq!((found.index, &found.row.info), (index as u64, info));
		}
		let future = |error: QueryError| match error {
			QueryError::FutureSize { asked, size } => Some((asked, size)),
			_ => None,
		};
		let error = store.inclusion(0, total + 1).unwrap_err();
		prop_assert_eq!(future(error), Some((total + 1, total)));
		let error = store.consistency(1, total + 9).unwrap_err();
		prop_assert_eq!(future(error), Some((total + 9, total)));
		prop_assert!(matches!(store.inclusion(total, total), Err(QueryError::UnknownEntry)));
		prop_assert!(matches!(store.consistency(total, 0), Err(QueryError::RangeBackwards)));
		prop_assert!(matches!(store.entry(total), Err(QueryError::UnknownEntry)));
	}

	#[test]
	fn every_member_is_found_where_it_is(
		blocks in items(),
		picks in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 20),
	) {
		let folder = tempfile::tempdir().unwrap();
		let store = open(folder.path());
		let mut chain = MemoryChain::new();
		for items in &blocks {
			chain.push(items);
		}
		chain.finalize_all();
		follow_all(&store, &chain);
		let batches: Vec<_> = chain.canonical.iter()
			.flat_map(|hash| {
				let block = &chain.blocks[hash];
				block.entries.iter().filter(|info| info.batch.is_some())
					.map(|info| (info.clone(), block.body[info.extrinsic_index as usize].clone()))
			})
			.collect();
		for (a, b) in picks {
			if batches.is_empty() {
				break;
			}
			let (info, extrinsic) = &batches[a.index(batches.len())];
			let batch = info.batch.unwrap();
			let index = b.index(batch.count as usize);
			let start = extrinsic.len() - (batch.count as usize - index) * 32;
			let leaf = LeafHash::new(extrinsic[start..start + 32].try_into().unwrap());
			let found = store.member_by_leaf(&leaf).unwrap();
			prop_assert_eq!(
				(found.operator, found.sequence, found.index),
				(info.operator, info.sequence, index as u32)
			);
			let proof = store.member(&info.operator, info.sequence, index as u32).unwrap();
			prop_assert_eq!(proof.leaf, leaf);
			verify_inclusion::<SoftwareSha256>(
				&leaf, index as u64, batch.count.into(), &proof.path, &batch.root,
			).unwrap();
			prop_assert!(matches!(
				store.member(&info.operator, info.sequence, batch.count),
				Err(QueryError::UnknownEntry)
			));
			// A member's leaf is no entry, and an entry's leaf is no member.
			prop_assert!(matches!(store.entry_by_leaf(&leaf), Err(QueryError::UnknownEntry)));
			let entry = info.entry.leaf_hash::<SoftwareSha256>();
			prop_assert!(matches!(store.member_by_leaf(&entry), Err(QueryError::UnknownEntry)));
		}
		let unknown = LeafHash::new([0xee; 32]);
		prop_assert!(matches!(store.member_by_leaf(&unknown), Err(QueryError::UnknownEntry)));
	}
}

#[test]
fn pages_of_an_operators_chain_are_bounded_and_whole() {
	let folder = tempfile::tempdir().unwrap();
	let store = open(folder.path());
	let mut chain = MemoryChain::new();
	for _ in 0..5 {
		chain.push(&[Item::Single; 100]);
	}
	chain.finalize_all();
	follow_all(&store, &chain);
	let page = store.operator_entries(&operator(1), 10, 50).unwrap();
	let sequences: Vec<_> = page.iter().map(|found| found.row.info.sequence).collect();
	assert_eq!(sequences, (10..60).collect::<Vec<_>>());
	assert!(page.iter().all(|found| found.row.info.operator == operator(1)));
	let last = store.operator_entries(&operator(1), 160, 50).unwrap();
	assert!(!last.is_empty() && last.len() < 50);
	assert!(store.operator_entries(&operator(9), 0, 50).unwrap().is_empty());
	assert!(matches!(store.entry_by_position(&operator(9), 0), Err(QueryError::UnknownEntry)));
}
