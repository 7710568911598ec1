//! Inclusion and consistency proofs: made from stored nodes, verified from nothing.
//!
//! RFC 9162 §2.1.3 and §2.1.4. A verifier insists on index < size and on exact path lengths, so there is
//! one valid path for a statement and no way to reinterpret it.

use super::{node_hash, NodeSource};
use crate::{hash::Sha256, LeafHash, LogRoot};
use alloc::vec::Vec;

/// Why no path can be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathError<E> {
	/// The leaf's index is not below the size.
	#[error("the index is not below the size")]
	IndexBeyondSize,
	/// The smaller size is not the smaller one.
	#[error("the first size is larger than the second")]
	SizesReversed,
	/// The source failed.
	#[error("a node of the log cannot be read: {0}")]
	Source(E),
}

/// Why a proof does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LogProofError {
	/// The leaf's index is not below the size.
	#[error("the index is not below the log's size")]
	IndexBeyondSize,
	/// The first size is larger than the second.
	#[error("the first size is larger than the second")]
	SizesReversed,
	/// The indices of many leaves don't ascend, or one stands twice.
	#[error("the indices don't ascend")]
	IndicesNotAscending,
	/// The path is too short or too long for this index and size.
	#[error("the path has the wrong length for this index and size")]
	PathLength,
	/// The path leads to another root.
	#[error("the path leads to another root")]
	RootMismatch,
}

/// The hash over leaves `start..end`, where `start` is a multiple of the smallest power of two that is not
/// below `end - start` (as in every range that RFC 9162's recursion visits).
pub(super) fn range_hash<S: NodeSource, H: Sha256>(
	source: &S,
	start: u64,
	end: u64,
) -> Result<[u8; 32], PathError<S::Error>> {
	let size = end.saturating_sub(start);
	let mut hash = None;
	// From the smallest, rightmost perfect subtree to the largest: the order in which they're joined.
	let mut right_edge = end;
	for level in 0..64u8 {
		let Some(width) = 1u64.checked_shl(level.into()).filter(|width| *width <= size) else {
			break;
		};
		if size & width == 0 {
			continue;
		}
		right_edge = right_edge.saturating_sub(width);
		let index = right_edge.checked_shr(level.into()).unwrap_or_default();
		let node = source.node(level, index).map_err(PathError::Source)?;
		hash = Some(match hash {
			None => node,
			Some(right) => node_hash::<H>(&node, &right),
		});
	}
	Ok(hash.unwrap_or_else(|| H::sha256(&[])))
}

/// The largest power of two below `size` (RFC 9162's k); `size` is at least 2.
pub(super) fn split(size: u64) -> u64 {
	let last = size.saturating_sub(1);
	1u64.checked_shl(last.checked_ilog2().unwrap_or_default()).unwrap_or_default()
}

/// The log's root when it had `size` leaves.
pub fn root_at<S: NodeSource, H: Sha256>(
	source: &S,
	size: u64,
) -> Result<LogRoot, PathError<S::Error>> {
	range_hash::<S, H>(source, 0, size).map(Into::into)
}

/// The inclusion path of leaf `index` in the log of `size` leaves: sibling hashes from the leaf upwards.
pub fn inclusion_path<S: NodeSource, H: Sha256>(
	source: &S,
	index: u64,
	size: u64,
) -> Result<Vec<[u8; 32]>, PathError<S::Error>> {
	if index >= size {
		return Err(PathError::IndexBeyondSize);
	}
	let (mut start, mut end) = (0u64, size);
	let mut path = Vec::new();
	while end.saturating_sub(start) > 1 {
		let middle = start.saturating_add(split(end.saturating_sub(start)));
		if index < middle {
			path.push(range_hash::<S, H>(source, middle, end)?);
			end = middle;
		} else {
			path.push(range_hash::<S, H>(source, start, middle)?);
			start = middle;
		}
	}
	path.reverse();
	Ok(path)
}

/// The consistency path from the log of `from` leaves to the log of `to` leaves.
///
/// Empty for equal sizes and from the empty log, as RFC 9162 leaves those undefined.
pub fn consistency_path<S: NodeSource, H: Sha256>(
	source: &S,
	from: u64,
	to: u64,
) -> Result<Vec<[u8; 32]>, PathError<S::Error>> {
	if from > to {
		return Err(PathError::SizesReversed);
	}
	if from == to || from == 0 {
		return Ok(Vec::new());
	}
	let (mut start, mut end) = (0u64, to);
	let mut path = Vec::new();
	// Whether the subtree that's left is one that the verifier knows: the whole old log.
	let mut known = true;
	while from != end {
		let middle = start.saturating_add(split(end.saturating_sub(start)));
		if from <= middle {
			path.push(range_hash::<S, H>(source, middle, end)?);
			end = middle;
		} else {
			path.push(range_hash::<S, H>(source, start, middle)?);
			start = middle;
			known = false;
		}
	}
	if !known {
		path.push(range_hash::<S, H>(source, start, end)?);
	}
	path.reverse();
	Ok(path)
}

/// On which side of the path's node a sibling stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
	/// The sibling is hashed first.
	Left,
	/// The sibling is hashed second.
	Right,
}

/// Walks an inclusion path from the leaf upwards; `step` gets every sibling with its side.
///
/// Errors: the index is not below the size, or the path has not exactly the length that both demand. Steps
/// taken before an error mean nothing.
pub fn walk_inclusion(
	index: u64,
	size: u64,
	path: &[[u8; 32]],
	mut step: impl FnMut(Side, &[u8; 32]),
) -> Result<(), LogProofError> {
	if index >= size {
		return Err(LogProofError::IndexBeyondSize);
	}
	let (mut position, mut last) = (index, size.saturating_sub(1));
	for sibling in path {
		if last == 0 {
			return Err(LogProofError::PathLength);
		}
		if position & 1 == 1 || position == last {
			step(Side::Left, sibling);
			// A node without a right sibling moves up unchanged until it is a right child.
			while position & 1 == 0 && position != 0 {
				position >>= 1;
				last >>= 1;
			}
		} else {
			step(Side::Right, sibling);
		}
		position >>= 1;
		last >>= 1;
	}
	(last == 0).then_some(()).ok_or(LogProofError::PathLength)
}

/// The root that the path leads to from `leaf` as number `index` of a log of `size` leaves.
pub fn inclusion_root<H: Sha256>(
	leaf: &LeafHash,
	index: u64,
	size: u64,
	path: &[[u8; 32]],
) -> Result<LogRoot, LogProofError> {
	let mut node = leaf.into_bytes();
	walk_inclusion(index, size, path, |side, sibling| {
		node = match side {
			Side::Left => node_hash::<H>(sibling, &node),
			Side::Right => node_hash::<H>(&node, sibling),
		};
	})?;
	Ok(node.into())
}

/// Verifies that `leaf` is number `index` of the log with this size and root.
pub fn verify_inclusion<H: Sha256>(
	leaf: &LeafHash,
	index: u64,
	size: u64,
	path: &[[u8; 32]],
	root: &LogRoot,
) -> Result<(), LogProofError> {
	let found = inclusion_root::<H>(leaf, index, size, path)?;
	(&found == root).then_some(()).ok_or(LogProofError::RootMismatch)
}

/// Verifies that the log of `from_size` leaves is a prefix of the log of `to_size` leaves.
pub fn verify_consistency<H: Sha256>(
	from_size: u64,
	from_root: &LogRoot,
	to_size: u64,
	to_root: &LogRoot,
	path: &[[u8; 32]],
) -> Result<(), LogProofError> {
	if from_size > to_size {
		return Err(LogProofError::SizesReversed);
	}
	if from_size == to_size || from_size == 0 {
		if !path.is_empty() {
			return Err(LogProofError::PathLength);
		}
		let empty = H::sha256(&[]);
		let holds =
			if from_size == 0 { from_root.as_bytes() == &empty } else { from_root == to_root };
		return holds.then_some(()).ok_or(LogProofError::RootMismatch);
	}
	let mut siblings = path.iter();
	let (mut position, mut last) = (from_size.saturating_sub(1), to_size.saturating_sub(1));
	// The old log's rightmost perfect subtree is where the path starts.
	let height = position.trailing_ones();
	position = position.checked_shr(height).unwrap_or_default();
	last = last.checked_shr(height).unwrap_or_default();
	let start = if position == 0 {
		// The old log is one perfect subtree: its root is known.
		*from_root.as_bytes()
	} else {
		*siblings.next().ok_or(LogProofError::PathLength)?
	};
	let (mut old, mut new) = (start, start);
	for sibling in siblings {
		if last == 0 {
			return Err(LogProofError::PathLength);
		}
		if position & 1 == 1 || position == last {
			old = node_hash::<H>(sibling, &old);
			new = node_hash::<H>(sibling, &new);
			while position & 1 == 0 && position != 0 {
				position >>= 1;
				last >>= 1;
			}
		} else {
			new = node_hash::<H>(&new, sibling);
		}
		position >>= 1;
		last >>= 1;
	}
	if last != 0 {
		return Err(LogProofError::PathLength);
	}
	let holds = &old == from_root.as_bytes() && &new == to_root.as_bytes();
	holds.then_some(()).ok_or(LogProofError::RootMismatch)
}
