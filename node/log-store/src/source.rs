//! Where blocks come from: the node's own client, or any copy of the chain.

use pantheon_primitives::{BlockHash, EntryInfo, GenesisHash, LogDigest};

/// A block, by number and hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockId {
	/// Height; genesis is 0.
	pub number: u32,
	/// Hash of the header.
	pub hash: BlockHash,
}

/// Whether a header announces the next GRANDPA authority set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthorityChange {
	/// The set stays.
	None,
	/// A scheduled change: the outgoing set finalises this very block, then hands off.
	Scheduled,
}

/// What the store reads of a header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockHeader {
	/// The block.
	pub id: BlockId,
	/// Its parent.
	pub parent: BlockHash,
	/// Size and root of the log after the block, from the header's digest.
	pub log: LogDigest,
	/// Whether it hands finality to the next authority set.
	pub change: AuthorityChange,
	/// The SCALE bytes.
	pub raw: Vec<u8>,
}

/// Why a source has no answer.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
	/// The state after that block was pruned, so its entries can't be read any more.
	#[error(
		"state pruned: the node no longer has the state of block {0}, which the log store needs; \
		 copy the log store of another node, or sync anew with --state-pruning archive-canonical"
	)]
	StatePruned(BlockHash),
	/// The body of that block was pruned, so the members of its batches can't be read any more.
	#[error(
		"body pruned: the node no longer has the body of block {0}, which the log store needs; \
		 copy the log store of another node, or sync anew with --blocks-pruning archive-canonical"
	)]
	BodyPruned(BlockHash),
	/// The source does not know the block.
	#[error("the chain has no such block")]
	UnknownBlock,
	/// The header carries no log digest, or one of another version.
	#[error("the header of block {0} carries no log digest that this version can read")]
	NoLogDigest(BlockHash),
	/// The source itself failed.
	#[error("the chain could not be read")]
	Backend(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// A chain of blocks. Trusted: the store compares what it computes with the source's headers, to
/// notice damage, but takes finality from it.
pub trait ChainSource {
	/// Hash of block 0.
	fn genesis(&self) -> GenesisHash;

	/// The last finalised block.
	fn finalized(&self) -> Result<BlockId, SourceError>;

	/// Hash of the finalised block of that number.
	fn hash(&self, number: u32) -> Result<BlockHash, SourceError>;

	/// The header of a block. Genesis has an empty log, though its header says nothing of it.
	fn header(&self, hash: &BlockHash) -> Result<BlockHeader, SourceError>;

	/// The entries that the block appended, in log order.
	fn entries(&self, hash: &BlockHash) -> Result<Vec<EntryInfo>, SourceError>;

	/// The block's extrinsics as they stand in its body, without their vector length prefix (one
	/// SCALE byte string's content each).
	fn body(&self, hash: &BlockHash) -> Result<Vec<Vec<u8>>, SourceError>;

	/// The GRANDPA justification that the chain keeps for that very block, if any.
	fn justification(&self, hash: &BlockHash) -> Result<Option<Vec<u8>>, SourceError>;
}
