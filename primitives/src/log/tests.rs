//! The log against constants that Certificate Transparency implementations share, against a naive
//! recomputation straight from RFC 9162's definitions, and against altered proofs.

use super::*;
use crate::{
	hash::{sha256, SoftwareSha256},
	LeafHash, LogRoot, RecordId, StatementDigest,
};
use alloc::{vec, vec::Vec};
use codec::{Decode, Encode, MaxEncodedLen};
use hex_literal::hex;
use proptest::prelude::*;

type H = SoftwareSha256;
type Hash = [u8; 32];

/// Exhaustive tests go up to this many leaves.
const EXHAUSTIVE: u64 = 300;

// The reference tree. Inputs, nodes, roots and proofs as in the tests of transparency-dev/merkle and of
// Google's certificate-transparency before it.
const INPUTS: [&[u8]; 8] = [
	&[],
	&[0x00],
	&[0x10],
	&[0x20, 0x21],
	&[0x30, 0x31],
	&[0x40, 0x41, 0x42, 0x43],
	&hex!("5051525354555657"),
	&hex!("606162636465666768696a6b6c6d6e6f"),
];
const LEAVES: [Hash; 8] = [
	hex!("6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
	hex!("96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"),
	hex!("0298d122906dcfc10892cb53a73992fc5b9f493ea4c9badb27b791b4127a7fe7"),
	hex!("07506a85fd9dd2f120eb694f86011e5bb4662e5c415a62917033d4a9624487e7"),
	hex!("bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"),
	hex!("4271a26be0d8a84f0bd54c8c302e7cb3a3b5d1fa6780a40bcce2873477dab658"),
	hex!("b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f"),
	hex!("46f6ffadd3d06a09ff3c5860d2755c8b9819db7df44251788c7d8e3180de8eb1"),
];
const PAIRS: [Hash; 4] = [
	hex!("fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
	hex!("5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"),
	hex!("0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"),
	hex!("ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"),
];
const HALVES: [Hash; 2] = [
	hex!("d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
	hex!("6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"),
];
const ROOTS: [Hash; 9] = [
	hex!("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
	LEAVES[0],
	PAIRS[0],
	hex!("aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
	HALVES[0],
	hex!("4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"),
	hex!("76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"),
	hex!("ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"),
	hex!("5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"),
];
/// Index, size, path.
const INCLUSION: [(u64, u64, &[Hash]); 5] = [
	(0, 1, &[]),
	(0, 8, &[LEAVES[1], PAIRS[1], HALVES[1]]),
	(5, 8, &[LEAVES[4], PAIRS[3], HALVES[0]]),
	(2, 3, &[PAIRS[0]]),
	(1, 5, &[LEAVES[0], PAIRS[1], LEAVES[4]]),
];
/// Sizes and path.
const CONSISTENCY: [(u64, u64, &[Hash]); 5] = [
	(1, 1, &[]),
	(1, 8, &[LEAVES[1], PAIRS[1], HALVES[1]]),
	(6, 8, &[PAIRS[2], PAIRS[3], HALVES[0]]),
	(2, 5, &[PAIRS[1], LEAVES[4]]),
	(6, 7, &[PAIRS[2], LEAVES[6], HALVES[0]]),
];

fn leaf(input: &[u8]) -> LeafHash {
	sha256(&[&[0], input].concat()).into()
}

/// The leaves of the numbers below `size`.
fn leaves(size: u64) -> Vec<LeafHash> {
	(0..size).map(|number| leaf(&number.to_be_bytes())).collect()
}

fn tree(leaves: &[LeafHash]) -> MemoryTree {
	MemoryTree::new::<H>(leaves)
}

// RFC 9162, as it's written: slow, recursive, and not sharing a line with what it judges.

fn k(n: usize) -> usize {
	let mut k = 1;
	while k * 2 < n {
		k *= 2;
	}
	k
}

/// §2.1.1: MTH(D_n)
fn naive_root(d: &[LeafHash]) -> Hash {
	match d {
		[] => sha256(b""),
		[leaf] => *leaf.as_bytes(),
		_ => {
			let (left, right) = d.split_at(k(d.len()));
			sha256(&[&[1][..], &naive_root(left), &naive_root(right)].concat())
		},
	}
}

/// §2.1.3.1: PATH(m, D_n)
fn naive_path(m: usize, d: &[LeafHash]) -> Vec<Hash> {
	if d.len() == 1 {
		return vec![];
	}
	let (left, right) = d.split_at(k(d.len()));
	let (mut path, sibling) = if m < left.len() {
		(naive_path(m, left), naive_root(right))
	} else {
		(naive_path(m - left.len(), right), naive_root(left))
	};
	path.push(sibling);
	path
}

/// §2.1.4.1: SUBPROOF(m, D_n, b)
fn naive_subproof(m: usize, d: &[LeafHash], whole: Whole) -> Vec<Hash> {
	if m == d.len() {
		return match whole {
			Whole::Yes => vec![],
			Whole::No => vec![naive_root(d)],
		};
	}
	let (left, right) = d.split_at(k(d.len()));
	let (mut path, sibling) = if m <= left.len() {
		(naive_subproof(m, left, whole), naive_root(right))
	} else {
		(naive_subproof(m - left.len(), right, Whole::No), naive_root(left))
	};
	path.push(sibling);
	path
}

/// Whether a subtree is the whole of the earlier tree.
#[derive(Clone, Copy)]
enum Whole {
	Yes,
	No,
}

#[test]
fn reference_leaves_and_roots() {
	let hashes: Vec<LeafHash> = INPUTS.iter().map(|input| leaf(input)).collect();
	assert_eq!(hashes, LEAVES.map(LeafHash::from));
	let source = tree(&hashes);
	let mut log = CompactLog::default();
	for (size, root) in ROOTS.iter().enumerate() {
		assert_eq!(log.root::<H>().as_bytes(), root, "{size} leaves");
		assert_eq!(root_at::<_, H>(&source, size as u64).unwrap().as_bytes(), root);
		assert_eq!(batch_root::<H>(&hashes[..size]).as_bytes(), root);
		assert_eq!(naive_root(&hashes[..size]), *root, "the judge itself");
		if let Some(next) = hashes.get(size) {
			assert_eq!(log.append::<H>(*next), Some(size as u64));
		}
	}
	assert_eq!(log.peaks(), &ROOTS[8..]);
	for (index, node) in PAIRS.iter().enumerate() {
		assert_eq!(source.node(1, index as u64).unwrap(), *node);
	}
	for (index, node) in HALVES.iter().enumerate() {
		assert_eq!(source.node(2, index as u64).unwrap(), *node);
	}
}

#[test]
fn reference_proofs() {
	let source = tree(&LEAVES.map(LeafHash::from));
	for (index, size, path) in INCLUSION {
		assert_eq!(inclusion_path::<_, H>(&source, index, size).unwrap(), path);
		let (leaf, root) = (LEAVES[index as usize].into(), ROOTS[size as usize].into());
		assert_eq!(verify_inclusion::<H>(&leaf, index, size, path, &root), Ok(()));
		assert_only_inclusion(&leaf, index, size, path, &root);
	}
	for (from, to, path) in CONSISTENCY {
		assert_eq!(consistency_path::<_, H>(&source, from, to).unwrap(), path);
		let (old, new) = (ROOTS[from as usize].into(), ROOTS[to as usize].into());
		assert_eq!(verify_consistency::<H>(from, &old, to, &new, path), Ok(()));
		assert_only_consistency(from, &old, to, &new, path);
	}
}

/// That nothing near this proof holds.
fn assert_only_inclusion(leaf: &LeafHash, index: u64, size: u64, path: &[Hash], root: &LogRoot) {
	let verify = |leaf: &LeafHash, index, size, path: &[Hash], root: &LogRoot| {
		verify_inclusion::<H>(leaf, index, size, path, root)
	};
	for other in (0..size + 2).chain([u64::MAX]).filter(|other| *other != index) {
		assert!(verify(leaf, other, size, path, root).is_err(), "{index} of {size} as {other}");
	}
	assert_eq!(verify(leaf, size, size, path, root), Err(LogProofError::IndexBeyondSize));
	for (longer, error) in [
		([path, &[*root.as_bytes()]].concat(), LogProofError::PathLength),
		([&[*root.as_bytes()], path].concat(), LogProofError::PathLength),
	] {
		assert_eq!(verify(leaf, index, size, &longer, root), Err(error));
	}
	for cut in 0..path.len() {
		let shorter = [&path[..cut], &path[cut + 1..]].concat();
		assert_eq!(verify(leaf, index, size, &shorter, root), Err(LogProofError::PathLength));
		for bit in [0, 7, 255] {
			let mut altered = path.to_vec();
			altered[cut][bit / 8] ^= 1 << (bit % 8);
			let error = Err(LogProofError::RootMismatch);
			assert_eq!(verify(leaf, index, size, &altered, root), error);
		}
	}
	let wrong = Err(LogProofError::RootMismatch);
	assert_eq!(verify(&sha256(b"other").into(), index, size, path, root), wrong);
	assert_eq!(verify(leaf, index, size, path, &sha256(b"").into()), wrong);
}

/// That nothing near this proof holds. Unequal sizes, none of them 0.
fn assert_only_consistency(from: u64, old: &LogRoot, to: u64, new: &LogRoot, path: &[Hash]) {
	let verify = |path: &[Hash]| verify_consistency::<H>(from, old, to, new, path);
	for longer in [[path, &[*new.as_bytes()]].concat(), [path, &[*old.as_bytes()]].concat()] {
		assert_eq!(verify(&longer), Err(LogProofError::PathLength), "{from} to {to}");
	}
	assert!(verify(&[&[*old.as_bytes()], path].concat()).is_err());
	for cut in 0..path.len() {
		assert!(verify(&[&path[..cut], &path[cut + 1..]].concat()).is_err());
		for bit in [0, 7, 255] {
			let mut altered = path.to_vec();
			altered[cut][bit / 8] ^= 1 << (bit % 8);
			assert_eq!(verify(&altered), Err(LogProofError::RootMismatch));
		}
	}
	if from != to {
		let swapped = verify_consistency::<H>(from, new, to, old, path);
		assert_eq!(swapped, Err(LogProofError::RootMismatch));
		assert!(verify_consistency::<H>(to, new, from, old, path).is_err());
	}
	let other = sha256(b"other").into();
	let wrong = Err(LogProofError::RootMismatch);
	assert_eq!(verify_consistency::<H>(from, &other, to, new, path), wrong);
	assert_eq!(verify_consistency::<H>(from, old, to, &other, path), wrong);
}

#[test]
fn every_inclusion_proof_up_to_300_leaves() {
	let leaves = leaves(EXHAUSTIVE);
	let source = tree(&leaves);
	for size in 1..=EXHAUSTIVE {
		let of_size = &leaves[..size as usize];
		let root: LogRoot = naive_root(of_size).into();
		for (index, leaf) in (0u64..).zip(of_size) {
			let path = inclusion_path::<_, H>(&source, index, size).unwrap();
			assert_eq!(verify_inclusion::<H>(leaf, index, size, &path, &root), Ok(()));
			if index + 1 < size {
				let next = verify_inclusion::<H>(leaf, index + 1, size, &path, &root);
				assert!(next.is_err(), "{index} of {size}");
			}
			// The naive judge takes quadratic time: not at every size.
			if size % 37 == 0 || size < 40 {
				assert_eq!(path, naive_path(index as usize, of_size), "{index} of {size}");
			}
		}
		let beyond = inclusion_path::<_, H>(&source, size, size);
		assert_eq!(beyond, Err(PathError::IndexBeyondSize));
	}
}

#[test]
fn every_consistency_proof_up_to_300_leaves() {
	let leaves = leaves(EXHAUSTIVE);
	let source = tree(&leaves);
	let roots: Vec<LogRoot> =
		(0..=EXHAUSTIVE).map(|size| root_at::<_, H>(&source, size).unwrap()).collect();
	for to in 0..=EXHAUSTIVE {
		let new = &roots[to as usize];
		assert_eq!(*new, naive_root(&leaves[..to as usize]).into());
		for from in 0..=to {
			let old = &roots[from as usize];
			let path = consistency_path::<_, H>(&source, from, to).unwrap();
			assert_eq!(
				verify_consistency::<H>(from, old, to, new, &path),
				Ok(()),
				"{from} to {to}"
			);
			if from > 0 && from < to && (to % 37 == 0 || to < 40) {
				let naive = naive_subproof(from as usize, &leaves[..to as usize], Whole::Yes);
				assert_eq!(path, naive, "{from} to {to}");
			}
			if from > 0 && from < to {
				// A proof speaks for its own sizes: never for the neighbours with their own true roots.
				for other in [from - 1, from + 1].into_iter().filter(|other| *other != 0) {
					let held =
						verify_consistency::<H>(other, &roots[other as usize], to, new, &path);
					assert!(held.is_err(), "{from} to {to} as {other}");
				}
			}
		}
		let reversed = consistency_path::<_, H>(&source, to + 1, to);
		assert_eq!(reversed, Err(PathError::SizesReversed));
	}
}

#[test]
fn near_misses_of_small_logs_are_refused() {
	let leaves = leaves(33);
	let source = tree(&leaves);
	let roots: Vec<LogRoot> =
		(0..=33).map(|size| root_at::<_, H>(&source, size).unwrap()).collect();
	for size in 1..=33u64 {
		for index in 0..size {
			let path = inclusion_path::<_, H>(&source, index, size).unwrap();
			let (leaf, root) = (&leaves[index as usize], &roots[size as usize]);
			assert_only_inclusion(leaf, index, size, &path, root);
		}
		for from in 1..size {
			let path = consistency_path::<_, H>(&source, from, size).unwrap();
			assert_only_consistency(
				from,
				&roots[from as usize],
				size,
				&roots[size as usize],
				&path,
			);
		}
	}
}

#[test]
fn equal_and_empty_logs_need_no_path_and_take_none() {
	let (empty, one, other) = (ROOTS[0].into(), ROOTS[1].into(), ROOTS[2].into());
	let verify = verify_consistency::<H>;
	assert_eq!(verify(0, &empty, 0, &empty, &[]), Ok(()));
	assert_eq!(verify(0, &empty, 5, &other, &[]), Ok(()));
	assert_eq!(verify(0, &one, 5, &other, &[]), Err(LogProofError::RootMismatch));
	assert_eq!(verify(5, &one, 5, &other, &[]), Err(LogProofError::RootMismatch));
	assert_eq!(verify(5, &one, 5, &one, &[ROOTS[1]]), Err(LogProofError::PathLength));
	assert_eq!(verify(0, &empty, 5, &other, &[ROOTS[1]]), Err(LogProofError::PathLength));
	assert_eq!(verify(2, &other, 1, &one, &[]), Err(LogProofError::SizesReversed));
	assert_eq!(verify(1, &one, 2, &other, &[]), Err(LogProofError::PathLength));
	let none = verify_inclusion::<H>(&LEAVES[0].into(), 0, 0, &[], &empty);
	assert_eq!(none, Err(LogProofError::IndexBeyondSize));
}

/// Sizes that no store reaches: the loops end, and nothing overflows.
#[test]
fn the_largest_sizes_are_handled() {
	let root = ROOTS[1].into();
	let leaf = LEAVES[0].into();
	for length in [0usize, 1, 63, 64, 65, 200] {
		let path = vec![LEAVES[1]; length];
		for size in [u64::MAX, u64::MAX - 1, 1 << 63, (1 << 63) + 1] {
			for index in [0, 1, size / 2, size - 1] {
				assert!(verify_inclusion::<H>(&leaf, index, size, &path, &root).is_err());
			}
			for from in [1, 2, size / 2, size - 1] {
				assert!(verify_consistency::<H>(from, &root, size, &root, &path).is_err());
			}
		}
	}
	let full = vec![LEAVES[0]; MAX_PEAKS];
	let mut log = CompactLog::from_parts(u64::MAX, full.clone()).unwrap();
	assert_eq!(log.append::<H>(leaf), None);
	assert_eq!(log, CompactLog::from_parts(u64::MAX, full).unwrap(), "a refusal changes nothing");
}

#[test]
fn peaks_must_fit_the_size() {
	let mut log = CompactLog::default();
	for leaf in leaves(100) {
		log.append::<H>(leaf);
		assert_eq!(log.peaks().len(), log.size().count_ones() as usize);
		let encoded = log.encode();
		assert!(encoded.len() <= CompactLog::max_encoded_len());
		assert_eq!(CompactLog::decode(&mut &*encoded).as_ref(), Ok(&log));
		let mut altered = encoded;
		altered[0] ^= 1;
		assert!(CompactLog::decode(&mut &*altered).is_err());
	}
	assert_eq!(CompactLog::from_parts(3, vec![LEAVES[0]]), None);
	let longest = CompactLog::from_parts(u64::MAX, vec![LEAVES[0]; MAX_PEAKS]).unwrap();
	assert_eq!(longest.encode().len(), CompactLog::max_encoded_len());
}

#[test]
fn leaves_of_logs_and_batches_never_meet() {
	let digest = sha256(b"x");
	let entry = Entry::statement(StatementDigest::new(digest));
	let leaf_of_log = sha256(&[&[0u8, 0][..], &digest].concat());
	assert_eq!(entry.leaf_hash::<H>(), leaf_of_log.into());
	assert_eq!(entry.encode(), [&[0u8][..], &digest].concat());
	let l2 = Entry { tag: EntryTag::L2Checkpoint, digest };
	assert_eq!(l2.leaf_hash::<H>(), sha256(&[&[0u8, 1][..], &digest].concat()).into());
	let leaf_of_batch = sha256(&[&[0u8][..], &digest].concat());
	assert_eq!(member_leaf::<H>(&RecordId::new(digest)), leaf_of_batch.into());
	assert_ne!(leaf_of_log, leaf_of_batch);
}

proptest! {
	#[test]
	fn the_compact_log_agrees_with_the_naive_root(
		inputs in prop::collection::vec(any::<[u8; 8]>(), 0..2_000),
	) {
		let leaves: Vec<LeafHash> = inputs.iter().map(|input| leaf(input)).collect();
		let mut log = CompactLog::default();
		for leaf in &leaves {
			log.append::<H>(*leaf);
		}
		let root: LogRoot = naive_root(&leaves).into();
		prop_assert_eq!(log.size(), leaves.len() as u64);
		prop_assert_eq!(log.root::<H>(), root);
		prop_assert_eq!(batch_root::<H>(&leaves), root);
		prop_assert_eq!(root_at::<_, H>(&tree(&leaves), leaves.len() as u64).unwrap(), root);
	}

	#[test]
	fn stored_nodes_give_the_naive_proofs(
		(size, index, from) in (1u64..5_000).prop_flat_map(|size| (Just(size), 0..size, 0..=size)),
	) {
		let leaves = leaves(size);
		let source = tree(&leaves);
		let root: LogRoot = naive_root(&leaves).into();
		let path = inclusion_path::<_, H>(&source, index, size).unwrap();
		prop_assert_eq!(&path, &naive_path(index as usize, &leaves));
		let leaf = &leaves[index as usize];
		prop_assert_eq!(verify_inclusion::<H>(leaf, index, size, &path, &root), Ok(()));

		let path = consistency_path::<_, H>(&source, from, size).unwrap();
		if from > 0 {
			prop_assert_eq!(&path, &naive_subproof(from as usize, &leaves, Whole::Yes));
		}
		let old = naive_root(&leaves[..from as usize]).into();
		prop_assert_eq!(verify_consistency::<H>(from, &old, size, &root, &path), Ok(()));
	}

	/// A log that continues from stored peaks is the log that never stopped.
	#[test]
	fn a_log_continues_from_its_parts(before in 0u64..500, after in 0u64..500) {
		let leaves = leaves(before + after);
		let mut log = CompactLog::default();
		for leaf in &leaves[..before as usize] {
			log.append::<H>(*leaf);
		}
		let mut log = CompactLog::from_parts(log.size(), log.peaks().to_vec()).unwrap();
		for leaf in &leaves[before as usize..] {
			log.append::<H>(*leaf);
		}
		prop_assert_eq!(log.root::<H>(), naive_root(&leaves).into());
	}
}
