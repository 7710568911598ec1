//! What stands where in the database.

use codec::{Decode, Encode};
use pantheon_primitives::{log::CompactLog, BlockHash, EntryInfo, LogRoot};

/// Raised whenever a row changes its meaning; a store of another version is rebuilt.
pub const VERSION: u32 = 1;

/// One row each: [`keys`].
pub const META: &str = "meta";
/// Level, tile number → up to 256 nodes.
pub const TILES: &str = "tiles";
/// Bundle number → up to [`BUNDLE`] [`EntryRow`]s.
pub const ENTRIES: &str = "entries";
/// Entry index → the leaves of the batch's members, 32 bytes each.
pub const MEMBERS: &str = "members";
/// Block number → [`BlockRow`].
pub const BLOCKS: &str = "blocks";
/// Sorted runs of leaf tags: [`crate::index`].
pub const LEAVES: &str = "leaves";
/// Operator ‖ sequence → entry index.
pub const CHAINS: &str = "chains";
/// Block number ‖ hash → entries of a block that is not final yet.
pub const STAGED: &str = "staged";
/// Block number → [`JustificationRow`].
pub const JUSTIFICATIONS: &str = "justifications";
/// Set id → [`HandoffRow`].
pub const HANDOFFS: &str = "handoffs";

/// Every column.
pub const COLUMNS: [&str; 10] =
	[META, TILES, ENTRIES, MEMBERS, BLOCKS, LEAVES, CHAINS, STAGED, JUSTIFICATIONS, HANDOFFS];

/// Keys of [`META`].
pub mod keys {
	/// [`super::VERSION`] and the genesis hash.
	pub const IDENTITY: &[u8] = b"identity";
	/// [`super::Head`].
	pub const HEAD: &[u8] = b"head";
	/// 32 random bytes: the key of the leaf tags.
	pub const SECRET: &[u8] = b"secret";
}

/// Entries per row of [`ENTRIES`].
pub const BUNDLE: u64 = 64;

/// How far the store has come.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Head {
	/// Number of the last block.
	pub number: u32,
	/// Its hash.
	pub hash: BlockHash,
	/// The log after it.
	pub log: CompactLog,
	/// Batch members in the log.
	pub members: u64,
	/// Id of the GRANDPA set that finalises the next block.
	pub set_id: u64,
}

/// An entry and the block that holds it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct EntryRow {
	/// The block's number.
	pub block: u32,
	/// The entry.
	pub info: EntryInfo,
}

/// A block of the finalised chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct BlockRow {
	/// Its hash.
	pub hash: BlockHash,
	/// Entries in the log after it.
	pub size: u64,
	/// Root over them.
	pub root: LogRoot,
}

/// What shows that a block is final.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct JustificationRow {
	/// The header, SCALE.
	pub header: Vec<u8>,
	/// The GRANDPA justification of that very block, SCALE.
	pub justification: Vec<u8>,
}

/// A block that announces the next authority set.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct HandoffRow {
	/// The block's number.
	pub block: u32,
	/// The header, SCALE.
	pub header: Vec<u8>,
	/// The justification by the outgoing set, once known.
	pub justification: Option<Vec<u8>>,
}

/// Key of a tile.
pub fn tile_key(level: u8, tile: u64) -> [u8; 9] {
	let mut key = [0; 9];
	key[0] = level;
	key[1..].copy_from_slice(&tile.to_be_bytes());
	key
}

/// Key in [`CHAINS`].
pub fn chain_key(operator: &[u8; 32], sequence: u64) -> [u8; 40] {
	let mut key = [0; 40];
	key[..32].copy_from_slice(operator);
	key[32..].copy_from_slice(&sequence.to_be_bytes());
	key
}

/// Key in [`STAGED`].
pub fn staged_key(number: u32, hash: &BlockHash) -> [u8; 36] {
	let mut key = [0; 36];
	key[..4].copy_from_slice(&number.to_be_bytes());
	key[4..].copy_from_slice(hash.as_bytes());
	key
}
