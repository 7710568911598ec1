//! The log: an append-only RFC 9162 Merkle tree over SHA-256. Format: `docs/formats/log.md`.

mod compact;
mod entry;
mod multi;
mod path;
#[cfg(test)]
mod tests;
mod tree;

pub use compact::{batch_root, CompactLog, MAX_PEAKS};
pub use entry::{member_leaf, Entry, EntryTag};
pub use multi::{join_inclusion_paths, multi_inclusion_path, verify_multi_inclusion};
pub use path::{
	consistency_path, inclusion_path, inclusion_root, root_at, verify_consistency,
	verify_inclusion, walk_inclusion, LogProofError, PathError, Side,
};
pub use tree::{MemoryTree, NodeSource};

use crate::hash::Sha256;

/// RFC 9162 §2.1.1: hash of an interior node.
pub fn node_hash<H: Sha256>(left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
	let mut input = [1; 65];
	input.iter_mut().skip(1).zip(left.iter().chain(right)).for_each(|(to, from)| *to = *from);
	H::sha256(&input)
}
