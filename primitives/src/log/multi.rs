//! One path for many leaves: RFC 9162 inclusion of a set of leaves without a hash given twice.
//!
//! The tree is walked as RFC 9162 §2.1.1 defines it, left before right. A subtree without any of the
//! leaves gives one hash, one with a leaf is entered. So a set of leaves has exactly one path in a tree of
//! given size, and the path of all leaves together is empty.

use super::{
	node_hash,
	path::{range_hash, split},
	LogProofError, NodeSource, PathError,
};
use crate::{hash::Sha256, LeafHash, LogRoot};
use alloc::vec::Vec;
use core::slice::Iter;

/// A leaf with its index, or the index with whatever else is known of it.
type Indexed<T> = (u64, T);

/// Cuts the leaves of a subtree at its middle.
fn cut<T>(leaves: &[Indexed<T>], middle: u64) -> (&[Indexed<T>], &[Indexed<T>]) {
	let at = leaves.partition_point(|(index, _)| *index < middle);
	leaves.split_at_checked(at).unwrap_or((leaves, &[]))
}

fn middle(start: u64, end: u64) -> u64 {
	start.saturating_add(split(end.saturating_sub(start)))
}

/// That the leaves ascend, each once, within the tree.
fn check_indices<T>(leaves: &[Indexed<T>], size: u64) -> Result<(), LogProofError> {
	let mut next = 0;
	for (index, _) in leaves {
		if *index < next {
			return Err(LogProofError::IndicesNotAscending);
		}
		if *index >= size {
			return Err(LogProofError::IndexBeyondSize);
		}
		next = index.saturating_add(1);
	}
	Ok(())
}

/// The path of the leaves at `indices` (ascending, each once) in the log of `size` leaves.
///
/// Empty for no leaves.
pub fn multi_inclusion_path<S: NodeSource, H: Sha256>(
	source: &S,
	indices: &[u64],
	size: u64,
) -> Result<Vec<[u8; 32]>, PathError<S::Error>> {
	let leaves: Vec<Indexed<()>> = indices.iter().map(|index| (*index, ())).collect();
	// Only what lies beyond the tree can be wrong with a list of numbers that has a path at all.
	check_indices(&leaves, size).map_err(|_| PathError::IndexBeyondSize)?;
	let mut path = Vec::new();
	if !leaves.is_empty() {
		collect::<S, H>(source, &leaves, 0, size, &mut path)?;
	}
	Ok(path)
}

fn collect<S: NodeSource, H: Sha256>(
	source: &S,
	leaves: &[Indexed<()>],
	start: u64,
	end: u64,
	path: &mut Vec<[u8; 32]>,
) -> Result<(), PathError<S::Error>> {
	if leaves.is_empty() {
		path.push(range_hash::<S, H>(source, start, end)?);
	} else if end.saturating_sub(start) > 1 {
		let middle = middle(start, end);
		let (left, right) = cut(leaves, middle);
		collect::<S, H>(source, left, start, middle, path)?;
		collect::<S, H>(source, right, middle, end, path)?;
	}
	Ok(())
}

/// The path of many leaves, made of their own inclusion paths in the log of `size` leaves: for whoever is
/// served one leaf at a time.
///
/// The paths are not verified: only their lengths count.
pub fn join_inclusion_paths(
	paths: &[(u64, Vec<[u8; 32]>)],
	size: u64,
) -> Result<Vec<[u8; 32]>, LogProofError> {
	check_indices(paths, size)?;
	let mut joined = Vec::new();
	if !paths.is_empty() {
		join(paths, 0, size, 0, &mut joined).ok_or(LogProofError::PathLength)?;
	}
	Ok(joined)
}

/// `depth` counts from the root, a path from the leaf.
fn join(
	paths: &[(u64, Vec<[u8; 32]>)],
	start: u64,
	end: u64,
	depth: usize,
	joined: &mut Vec<[u8; 32]>,
) -> Option<()> {
	let (_, first) = paths.first()?;
	if end.saturating_sub(start) <= 1 {
		return (first.len() == depth).then_some(());
	}
	let middle = middle(start, end);
	let (left, right) = cut(paths, middle);
	let deeper = depth.saturating_add(1);
	// The sibling at this depth, as the leaves on the other side know it.
	let sibling = first.iter().rev().nth(depth);
	match (left.is_empty(), right.is_empty()) {
		(true, _) => {
			joined.push(*sibling?);
			join(right, middle, end, deeper, joined)
		},
		(_, true) => {
			join(left, start, middle, deeper, joined)?;
			joined.push(*sibling?);
			Some(())
		},
		_ => {
			join(left, start, middle, deeper, joined)?;
			join(right, middle, end, deeper, joined)
		},
	}
}

/// Verifies that each of `leaves` (ascending, each once) has its index in the log with this size and root.
///
/// For no leaves only the empty path holds. The work is bounded by 64 hashes for each leaf.
pub fn verify_multi_inclusion<H: Sha256>(
	leaves: &[(u64, LeafHash)],
	size: u64,
	path: &[[u8; 32]],
	root: &LogRoot,
) -> Result<(), LogProofError> {
	check_indices(leaves, size)?;
	if leaves.is_empty() {
		return path.is_empty().then_some(()).ok_or(LogProofError::PathLength);
	}
	let mut hashes = path.iter();
	let found = fold::<H>(leaves, 0, size, &mut hashes).ok_or(LogProofError::PathLength)?;
	if hashes.next().is_some() {
		return Err(LogProofError::PathLength);
	}
	(&found == root.as_bytes()).then_some(()).ok_or(LogProofError::RootMismatch)
}

fn fold<H: Sha256>(
	leaves: &[(u64, LeafHash)],
	start: u64,
	end: u64,
	hashes: &mut Iter<'_, [u8; 32]>,
) -> Option<[u8; 32]> {
	let Some((_, leaf)) = leaves.first() else { return hashes.next().copied() };
	if end.saturating_sub(start) <= 1 {
		return Some(leaf.into_bytes());
	}
	let middle = middle(start, end);
	let (left, right) = cut(leaves, middle);
	let left = fold::<H>(left, start, middle, hashes)?;
	let right = fold::<H>(right, middle, end, hashes)?;
	Some(node_hash::<H>(&left, &right))
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{
		hash::SoftwareSha256,
		log::{batch_root, inclusion_path, verify_inclusion, MemoryTree},
	};
	use alloc::vec;
	use proptest::prelude::*;

	type H = SoftwareSha256;

	fn leaves(size: u64) -> Vec<LeafHash> {
		(0..size).map(|n| LeafHash::new(H::sha256(&n.to_be_bytes()))).collect()
	}

	/// Every set of leaves of every tree up to 10 leaves.
	#[test]
	fn every_set_of_every_small_tree_verifies_and_has_one_path() {
		for size in 1..=10u64 {
			let all = leaves(size);
			let (tree, root) = (MemoryTree::new::<H>(&all), batch_root::<H>(&all));
			for set in 0u32..1 << size {
				let indices: Vec<u64> = (0..size).filter(|n| (set >> n) & 1 == 1).collect();
				let path = multi_inclusion_path::<_, H>(&tree, &indices, size).unwrap();
				let of = |index: &u64| (*index, all[*index as usize]);
				let chosen: Vec<_> = indices.iter().map(of).collect();
				let verify = |path: &[_]| verify_multi_inclusion::<H>(&chosen, size, path, &root);
				assert_eq!(verify(&path), Ok(()));

				let single =
					|index: &u64| (*index, inclusion_path::<_, H>(&tree, *index, size).unwrap());
				let paths: Vec<_> = indices.iter().map(single).collect();
				assert_eq!(join_inclusion_paths(&paths, size), Ok(path.clone()));
				if let ([index], [(_, leaf)]) = (&indices[..], &chosen[..]) {
					let (_, alone) = single(index);
					verify_inclusion::<H>(leaf, *index, size, &alone, &root).unwrap();
					assert_eq!(path.len(), alone.len());
				}
				if indices.len() as u64 == size {
					assert!(path.is_empty(), "all leaves give the root");
				}
				assert!(verify(&[&path[..], &[[0; 32]]].concat()).is_err());
				if let Some(shorter) = path.len().checked_sub(1) {
					assert_eq!(verify(&path[..shorter]), Err(LogProofError::PathLength));
				}
			}
		}
	}

	#[test]
	fn indices_ascend_within_the_tree() {
		let all = leaves(6);
		let root = batch_root::<H>(&all);
		let tree = MemoryTree::new::<H>(&all);
		let verify = |indices: &[u64]| {
			let leaves: Vec<_> = indices.iter().map(|index| (*index, all[0])).collect();
			verify_multi_inclusion::<H>(&leaves, 6, &[], &root)
		};
		assert_eq!(verify(&[3, 2]), Err(LogProofError::IndicesNotAscending));
		assert_eq!(verify(&[2, 2]), Err(LogProofError::IndicesNotAscending));
		assert_eq!(verify(&[2, 6]), Err(LogProofError::IndexBeyondSize));
		assert_eq!(verify(&[u64::MAX]), Err(LogProofError::IndexBeyondSize));
		assert_eq!(verify(&[]), Ok(()));
		let path = multi_inclusion_path::<_, H>(&tree, &[6], 6);
		assert_eq!(path, Err(PathError::IndexBeyondSize));
		let short = join_inclusion_paths(&[(2, vec![[0; 32]])], 6);
		assert_eq!(short, Err(LogProofError::PathLength));
		assert_eq!(join_inclusion_paths(&[(7, vec![])], 6), Err(LogProofError::IndexBeyondSize));
	}

	/// A size that no memory holds: the claim alone decides how deep the walk goes.
	#[test]
	fn a_claimed_size_costs_no_more_than_its_depth() {
		let leaves = [(0, LeafHash::new([1; 32])), (u64::MAX - 1, LeafHash::new([2; 32]))];
		let root = LogRoot::new([3; 32]);
		let verify =
			|length| verify_multi_inclusion::<H>(&leaves, u64::MAX, &vec![[0; 32]; length], &root);
		assert_eq!(verify(10), Err(LogProofError::PathLength));
		assert_eq!(verify(63 + 62), Err(LogProofError::RootMismatch));
	}

	proptest! {
		#[test]
		fn nothing_in_a_larger_proof_can_change(
			size in 1u64..400, picks in prop::collection::btree_set(0u64..400, 1..40), bit in 0usize..256,
			at in any::<prop::sample::Index>(),
		) {
			let indices: Vec<u64> = picks.into_iter().filter(|index| *index < size).collect();
			prop_assume!(!indices.is_empty());
			let all = leaves(size);
			let (tree, root) = (MemoryTree::new::<H>(&all), batch_root::<H>(&all));
			let path = multi_inclusion_path::<_, H>(&tree, &indices, size).unwrap();
			let mut chosen: Vec<_> =
				indices.iter().map(|index| (*index, all[*index as usize])).collect();
			prop_assert_eq!(verify_multi_inclusion::<H>(&chosen, size, &path, &root), Ok(()));
			if !path.is_empty() {
				let mut other = path.clone();
				let length = other.len();
				other[at.index(length)][bit / 8] ^= 1 << (bit % 8);
				prop_assert!(verify_multi_inclusion::<H>(&chosen, size, &other, &root).is_err());
			}
			let which = at.index(chosen.len());
			let mut leaf = chosen[which].1.into_bytes();
			leaf[bit / 8] ^= 1 << (bit % 8);
			chosen[which].1 = leaf.into();
			prop_assert!(verify_multi_inclusion::<H>(&chosen, size, &path, &root).is_err());
		}
	}
}
