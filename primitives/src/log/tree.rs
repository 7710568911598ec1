//! Where proofs get the hashes of perfect subtrees from.

use super::node_hash;
use crate::{hash::Sha256, LeafHash};
use alloc::{vec, vec::Vec};
use core::convert::Infallible;

/// A store of the hashes of perfect subtrees.
pub trait NodeSource {
	/// Why a node cannot be read.
	type Error;

	/// The hash of the perfect subtree over the leaves `index << level .. (index + 1) << level`.
	///
	/// Only asked for subtrees that are whole in the log's current size.
	fn node(&self, level: u8, index: u64) -> Result<[u8; 32], Self::Error>;
}

/// A whole tree in memory: for batches, and as a reference in tests.
#[derive(Clone, Debug, Default)]
pub struct MemoryTree {
	/// Hashes of the perfect subtrees, by level; level 0 holds the leaves.
	levels: Vec<Vec<[u8; 32]>>,
}

impl MemoryTree {
	/// The tree over `leaves`.
	pub fn new<H: Sha256>(leaves: &[LeafHash]) -> Self {
		let mut level: Vec<[u8; 32]> = leaves.iter().map(|leaf| leaf.into_bytes()).collect();
		let mut levels = vec![];
		while !level.is_empty() {
			let next = level
				.chunks_exact(2)
				.filter_map(|pair| match pair {
					[left, right] => Some(node_hash::<H>(left, right)),
					_ => None,
				})
				.collect();
			levels.push(core::mem::replace(&mut level, next));
		}
		Self { levels }
	}

	/// Number of leaves.
	pub fn size(&self) -> u64 {
		self.levels.first().map_or(0, |leaves| leaves.len() as u64)
	}
}

impl NodeSource for MemoryTree {
	type Error = Infallible;

	fn node(&self, level: u8, index: u64) -> Result<[u8; 32], Self::Error> {
		let node = usize::try_from(index)
			.ok()
			.and_then(|index| self.levels.get(usize::from(level))?.get(index));
		// The path functions check sizes first; a node outside the tree makes a proof that does not verify.
		Ok(node.copied().unwrap_or_default())
	}
}
