//! What the methods answer.

use crate::{HexBytes, HexDigest};
use serde::{Deserialize, Serialize};

/// How far the node's copy of the log reaches. The log holds finalised blocks only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
	/// Genesis hash of the chain.
	pub genesis: HexDigest,
	/// Entries in the log.
	pub size: u64,
	/// Root over them.
	pub root: HexDigest,
	/// The last block whose entries are in the log.
	pub block_number: u32,
	/// Its hash.
	pub block_hash: HexDigest,
	/// The finalised block of the chain.
	pub finalized_number: u32,
	/// The best block of the chain.
	pub best_number: u32,
	/// Finalised blocks not yet in the log.
	pub lag: u32,
	/// Batch members in the log.
	pub members: u64,
}

/// The log at a block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckpointView {
	/// Genesis hash of the chain.
	pub genesis: HexDigest,
	/// Number of the block.
	pub block_number: u32,
	/// Its hash.
	pub block_hash: HexDigest,
	/// Entries in the log after that block.
	pub log_size: u64,
	/// Root over them.
	pub log_root: HexDigest,
}

/// A checkpoint with what shows that the chain has finalised it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedOffCheckpoint {
	/// The checkpoint.
	pub checkpoint: CheckpointView,
	/// The block's header, SCALE.
	pub header: HexBytes,
	/// GRANDPA justification of that very block, SCALE.
	pub justification: HexBytes,
}

/// Count and root of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchView {
	/// Members.
	pub count: u32,
	/// RFC 9162 root over their leaves.
	pub root: HexDigest,
}

/// One entry of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryView {
	/// Position in the log.
	pub index: u64,
	/// Leaf hash.
	pub leaf: HexDigest,
	/// What the entry holds: 0 statement, 1 checkpoint of an application chain.
	pub tag: u8,
	/// The digest that the entry holds.
	pub digest: HexDigest,
	/// The operator whose chain it belongs to.
	pub operator: HexDigest,
	/// Its position there.
	pub sequence: u64,
	/// Id of the record.
	pub record: HexDigest,
	/// Kind of the record, as its number.
	pub kind: u8,
	/// The block that holds it.
	pub block_number: u32,
	/// Hash of that block.
	pub block_hash: HexDigest,
	/// Number of the extrinsic in that block that submitted it.
	pub extrinsic_index: u32,
	/// Count and root, where the record seals a batch.
	pub batch: Option<BatchView>,
}

/// The way from a batch member to its batch's root.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberProof {
	/// The member's leaf hash.
	pub leaf: HexDigest,
	/// RFC 9162 inclusion path in the batch.
	pub path: Vec<HexDigest>,
	/// The batch's entry.
	pub entry: EntryView,
}

/// Where a batch member is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberPosition {
	/// The operator that sealed the batch.
	pub operator: HexDigest,
	/// Sequence of the batch.
	pub sequence: u64,
	/// Index in the batch.
	pub index: u32,
}

/// A finalised block whose header announces the next GRANDPA authority set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handoff {
	/// The header, SCALE.
	pub header: HexBytes,
	/// GRANDPA justification of that very block by the outgoing set, SCALE.
	pub justification: HexBytes,
}

/// The key with which a node signs checkpoints and receipts. It says who said it, nothing more: a
/// verifier counts it only where its trust file names `key_id`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogKeyView {
	/// The ML-DSA-65 public key.
	pub key: HexBytes,
	/// SHA-256 of it.
	pub key_id: HexDigest,
	/// The key as C2SP signed notes write verifier keys.
	pub verifier_key: String,
}

/// A receipt and the key that it names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptView {
	/// The COSE receipt.
	pub receipt: HexBytes,
	/// The public log key that signed it.
	pub key: HexBytes,
}
