//! The members of batches: found in a block body, kept as one blob per batch.

use pantheon_primitives::{hash::SoftwareSha256, log::batch_root, EntryBatch, LeafHash};

const LEAF: usize = 32;

/// Most places of an extrinsic where members are looked for besides its end. Each costs hashing a
/// whole batch, so an extrinsic full of look-alikes must not be searched for ever.
const MAX_CANDIDATES: usize = 8;

/// Why the members of a batch could not be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MembersError {
	/// The body has no extrinsic of that number.
	#[error("the block has no extrinsic number {0}")]
	NoExtrinsic(u32),
	/// No bytes of the extrinsic lead to the batch's root.
	#[error("extrinsic number {extrinsic} does not hold the {count} members of the batch")]
	NotFound {
		/// Number of the extrinsic in the block.
		extrinsic: u32,
		/// Members in the batch.
		count: u32,
	},
}

/// The members' leaves in extrinsic `number` of `body`, 32 bytes each, checked against the root.
///
/// They are the last call argument, so they are expected at the end; otherwise (a wrapping call)
/// every place is tried where a SCALE vector of that many leaves could begin.
pub fn find<'a>(
	body: &'a [Vec<u8>],
	number: u32,
	batch: &EntryBatch,
) -> Result<&'a [u8], MembersError> {
	let extrinsic = body.get(number as usize).ok_or(MembersError::NoExtrinsic(number))?;
	let not_found = MembersError::NotFound { extrinsic: number, count: batch.count };
	let length = batch.count as usize * LEAF;
	let end = extrinsic.len().checked_sub(length).ok_or(not_found)?;
	if leads_to(&extrinsic[end..], batch) {
		return Ok(&extrinsic[end..]);
	}
	let prefix = codec::Encode::encode(&codec::Compact(batch.count));
	let starts = (0..end.saturating_sub(prefix.len()))
		.filter(|at| extrinsic[*at..].starts_with(&prefix))
		.map(|at| at + prefix.len());
	starts
		.take(MAX_CANDIDATES)
		.map(|start| &extrinsic[start..start + length])
		.find(|bytes| leads_to(bytes, batch))
		.ok_or(not_found)
}

/// The leaves in a blob.
pub fn leaves(blob: &[u8]) -> Vec<LeafHash> {
	blob.chunks_exact(LEAF).map(leaf).collect()
}

/// Leaf number `index` of a blob.
pub fn leaf_at(blob: &[u8], index: u32) -> Option<LeafHash> {
	blob.chunks_exact(LEAF).nth(index as usize).map(leaf)
}

fn leaf(bytes: &[u8]) -> LeafHash {
	let mut leaf = [0; LEAF];
	leaf.copy_from_slice(bytes);
	leaf.into()
}

fn leads_to(blob: &[u8], batch: &EntryBatch) -> bool {
	batch_root::<SoftwareSha256>(&leaves(blob)) == batch.root
}

#[cfg(test)]
mod tests {
	use super::*;
	use codec::Encode;

	fn batch(count: u8) -> (Vec<LeafHash>, EntryBatch) {
		let leaves: Vec<_> = (0..count).map(|n| LeafHash::new([n; 32])).collect();
		let root = batch_root::<SoftwareSha256>(&leaves);
		(leaves, EntryBatch { count: count.into(), root })
	}

	fn bytes(leaves: &[LeafHash]) -> Vec<u8> {
		leaves.iter().flat_map(|leaf| leaf.into_bytes()).collect()
	}

	#[test]
	fn members_stand_at_the_end_of_the_extrinsic() {
		let (leaves, batch) = batch(5);
		let body = vec![vec![1, 2, 3], [b"call".to_vec(), leaves.encode()].concat()];
		assert_eq!(find(&body, 1, &batch), Ok(bytes(&leaves).as_slice()));
		assert_eq!(leaf_at(&bytes(&leaves), 4), Some(LeafHash::new([4; 32])));
		assert_eq!(leaf_at(&bytes(&leaves), 5), None);
	}

	#[test]
	fn members_inside_a_wrapping_call_are_found() {
		let (leaves, batch) = batch(5);
		let body = vec![[b"call".to_vec(), leaves.encode(), b"tail".to_vec()].concat()];
		assert_eq!(find(&body, 0, &batch), Ok(bytes(&leaves).as_slice()));
	}

	#[test]
	fn other_members_are_refused() {
		let (mut leaves, batch) = batch(5);
		leaves[3] = LeafHash::new([9; 32]);
		let error = MembersError::NotFound { extrinsic: 0, count: 5 };
		assert_eq!(find(&[leaves.encode()], 0, &batch), Err(error));
		assert_eq!(find(&[vec![0; 10]], 0, &batch), Err(error));
		assert_eq!(find(&[], 0, &batch), Err(MembersError::NoExtrinsic(0)));
	}
}
