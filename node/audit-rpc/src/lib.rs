//! The `audit_*` JSON-RPC: what a Pantheon node tells about its log.
//!
//! Everything here is unauthenticated help. A client checks each answer against a finalised header
//! under its own trust file; no verifier relies on the serving node.
//!
//! Digests and identifiers are lower-case hex without `0x`, numbers are JSON numbers. Every method
//! does bounded work: a page holds at most [`MAX_PAGE`] entries, and a proof has one hash per level
//! of a tree.

mod error;
mod text;
mod types;

pub use error::AuditError;
pub use text::{HexBytes, HexDigest, HexError};
pub use types::{
	BatchView, CheckpointView, EntryView, Handoff, LogKeyView, MemberPosition, MemberProof,
	ReceiptView, SignedOffCheckpoint, Status,
};

use jsonrpsee::{core::RpcResult, proc_macros::rpc};

/// Most entries in one page of [`AuditApiServer::operator_entries`].
pub const MAX_PAGE: u32 = 256;

/// Most hand-offs in one answer of [`AuditApiServer::handoffs`]; ask again from the last one's set.
pub const MAX_HANDOFFS: usize = 64;

/// The methods. Errors are [`AuditError`]s with fixed codes.
#[rpc(client, server, namespace = "audit")]
pub trait AuditApi {
	/// How far the node's copy of the log reaches.
	#[method(name = "status", blocking)]
	fn status(&self) -> RpcResult<Status>;

	/// The newest checkpoint that the node can show to be final, or the one of block `at`.
	///
	/// Errors: [`AuditError::NoJustification`] where the node keeps no justification for that block.
	#[method(name = "checkpoint", blocking)]
	fn checkpoint(&self, at: Option<u32>) -> RpcResult<SignedOffCheckpoint>;

	/// The entry at position `index` of the log.
	#[method(name = "entryByIndex", blocking)]
	fn entry_by_index(&self, index: u64) -> RpcResult<EntryView>;

	/// The entry with this leaf hash.
	#[method(name = "entryByLeaf", blocking)]
	fn entry_by_leaf(&self, leaf: HexDigest) -> RpcResult<EntryView>;

	/// The entry at `sequence` of an operator's chain.
	#[method(name = "entryByPosition", blocking)]
	fn entry_by_position(&self, operator: HexDigest, sequence: u64) -> RpcResult<EntryView>;

	/// Up to `limit` (at most [`MAX_PAGE`]) entries of an operator's chain, from `from_sequence` on.
	///
	/// Errors: [`AuditError::RangeTooLarge`].
	#[method(name = "operatorEntries", blocking)]
	fn operator_entries(
		&self,
		operator: HexDigest,
		from_sequence: u64,
		limit: u32,
	) -> RpcResult<Vec<EntryView>>;

	/// The RFC 9162 inclusion path of leaf `index` in the log of `size` entries.
	///
	/// Errors: [`AuditError::FutureSize`], [`AuditError::UnknownEntry`] where `index >= size`.
	#[method(name = "inclusionProof", blocking)]
	fn inclusion_proof(&self, index: u64, size: u64) -> RpcResult<Vec<HexDigest>>;

	/// The RFC 9162 consistency path between the logs of `from` and `to` entries.
	///
	/// Errors: [`AuditError::FutureSize`], [`AuditError::RangeTooLarge`] where `from > to`.
	#[method(name = "consistencyProof", blocking)]
	fn consistency_proof(&self, from: u64, to: u64) -> RpcResult<Vec<HexDigest>>;

	/// The path of member `index` to the root of its batch, and the batch's entry.
	#[method(name = "memberProof", blocking)]
	fn member_proof(
		&self,
		operator: HexDigest,
		sequence: u64,
		index: u32,
	) -> RpcResult<MemberProof>;

	/// Where the batch member with this leaf hash is.
	#[method(name = "memberByLeaf", blocking)]
	fn member_by_leaf(&self, leaf: HexDigest) -> RpcResult<MemberPosition>;

	/// The hand-offs from GRANDPA authority set `from_set_id` on, oldest first, at most
	/// [`MAX_HANDOFFS`] of them: number `n` leads from set `from_set_id + n` to the next.
	#[method(name = "handoffs", blocking)]
	fn handoffs(&self, from_set_id: u64) -> RpcResult<Vec<Handoff>>;

	/// The key with which this node signs checkpoints and receipts.
	#[method(name = "logKey")]
	fn log_key(&self) -> RpcResult<LogKeyView>;

	/// The COSE receipt (RFC 9942), by this node's log key, for entry `index` in the log of `size`
	/// entries.
	///
	/// Errors: [`AuditError::FutureSize`], [`AuditError::UnknownEntry`] where `index >= size`.
	#[method(name = "receipt", blocking)]
	fn receipt(&self, index: u64, size: u64) -> RpcResult<ReceiptView>;
}
