//! The log as consensus keeps it: its size and the roots of its perfect subtrees.

use super::node_hash;
use crate::{hash::Sha256, LeafHash, LogRoot};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, Input, MaxEncodedLen};
use scale_info::TypeInfo;

/// Most peaks that a log can have: one per bit of its size.
pub const MAX_PEAKS: usize = 64;

/// A log's size and peaks: the hashes of the perfect subtrees that its size's binary digits name, largest
/// first. Everything needed to append and to compute the root; 1 ≤ peaks ≤ 64 hashes however long the log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, DecodeWithMemTracking, TypeInfo)]
pub struct CompactLog {
	size: u64,
	peaks: Vec<[u8; 32]>,
}

impl Decode for CompactLog {
	fn decode<I: Input>(input: &mut I) -> Result<Self, codec::Error> {
		let (size, peaks) = Decode::decode(input)?;
		Self::from_parts(size, peaks).ok_or_else(|| "peaks do not fit the size".into())
	}
}

impl MaxEncodedLen for CompactLog {
	fn max_encoded_len() -> usize {
		// The size, a two-byte compact length, 64 hashes.
		MAX_PEAKS.saturating_mul(32).saturating_add(10)
	}
}

impl CompactLog {
	/// A log from its parts; none unless there's one peak per set bit of the size.
	pub fn from_parts(size: u64, peaks: Vec<[u8; 32]>) -> Option<Self> {
		(peaks.len() == size.count_ones() as usize).then_some(Self { size, peaks })
	}

	/// Number of leaves.
	pub fn size(&self) -> u64 {
		self.size
	}

	/// The perfect subtrees' hashes, largest first.
	pub fn peaks(&self) -> &[[u8; 32]] {
		&self.peaks
	}

	/// Appends a leaf and returns its index. A full log (2^64 − 1 leaves) takes no more: none.
	pub fn append<H: Sha256>(&mut self, leaf: LeafHash) -> Option<u64> {
		let index = self.size;
		self.size = index.checked_add(1)?;
		let mut node = leaf.into_bytes();
		// Each trailing one of the old size is a subtree that the new leaf completes.
		for _ in 0..index.trailing_ones() {
			node = node_hash::<H>(&self.peaks.pop()?, &node);
		}
		self.peaks.push(node);
		Some(index)
	}

	/// The RFC 9162 root; of the empty log, SHA-256 of nothing.
	pub fn root<H: Sha256>(&self) -> LogRoot {
		let root =
			self.peaks.iter().rev().copied().reduce(|right, left| node_hash::<H>(&left, &right));
		root.unwrap_or_else(|| H::sha256(&[])).into()
	}
}

/// The root of a batch tree over its members' leaves.
pub fn batch_root<H: Sha256>(leaves: &[LeafHash]) -> LogRoot {
	let mut tree = CompactLog::default();
	for leaf in leaves {
		tree.append::<H>(*leaf);
	}
	tree.root::<H>()
}
