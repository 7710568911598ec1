//! The `audit_*` methods, with the types of the primitives.
//!
//! The answers are help, not proof: whoever builds on them checks them with
//! [`pantheon_primitives::verify`] or against a finalised header.

use crate::{Client, ClientError};
use jsonrpsee::core::client::Error as RpcError;
use pantheon_audit_rpc::{
	AuditApiClient, CheckpointView, EntryView, Handoff, HexDigest, MemberPosition, MemberProof,
	ReceiptView, SignedOffCheckpoint, Status,
};
use pantheon_primitives::{BlockHash, Checkpoint, GenesisHash, LeafHash, LogRoot, OperatorId};

/// The checkpoint of an answer as the primitives have it.
pub fn checkpoint_of(view: &CheckpointView) -> Checkpoint {
	Checkpoint {
		genesis: GenesisHash::new(view.genesis.into()),
		block_number: view.block_number,
		block_hash: BlockHash::new(view.block_hash.into()),
		log_size: view.log_size,
		log_root: LogRoot::new(view.log_root.into()),
	}
}

/// The checkpoint as the RPC has it.
pub fn checkpoint_view(checkpoint: &Checkpoint) -> CheckpointView {
	CheckpointView {
		genesis: HexDigest(checkpoint.genesis.into_bytes()),
		block_number: checkpoint.block_number,
		block_hash: HexDigest(checkpoint.block_hash.into_bytes()),
		log_size: checkpoint.log_size,
		log_root: HexDigest(checkpoint.log_root.into_bytes()),
	}
}

impl Client {
	/// How far the node's copy of the log reaches.
	pub async fn audit_status(&self) -> Result<Status, ClientError> {
		self.audited("audit_status", self.audit.status().await)
	}

	/// The newest checkpoint with a justification, or the one of block `at`.
	pub async fn audit_checkpoint(
		&self,
		at: Option<u32>,
	) -> Result<SignedOffCheckpoint, ClientError> {
		self.audited("audit_checkpoint", self.audit.checkpoint(at).await)
	}

	/// The entry with this leaf.
	pub async fn entry_by_leaf(&self, leaf: LeafHash) -> Result<EntryView, ClientError> {
		let leaf = HexDigest(leaf.into_bytes());
		self.audited("audit_entryByLeaf", self.audit.entry_by_leaf(leaf).await)
	}

	/// The entry at a position of an operator's chain.
	pub async fn entry_by_position(
		&self,
		operator: OperatorId,
		sequence: u64,
	) -> Result<EntryView, ClientError> {
		let operator = HexDigest(operator.into_bytes());
		let answer = self.audit.entry_by_position(operator, sequence).await;
		self.audited("audit_entryByPosition", answer)
	}

	/// Up to `limit` entries of an operator's chain from a position on; a page has at most `MAX_PAGE`.
	pub async fn operator_entries(
		&self,
		operator: OperatorId,
		from_sequence: u64,
		limit: u32,
	) -> Result<Vec<EntryView>, ClientError> {
		let operator = HexDigest(operator.into_bytes());
		let answer = self.audit.operator_entries(operator, from_sequence, limit).await;
		self.audited("audit_operatorEntries", answer)
	}

	/// RFC 9162 inclusion path of entry `index` in the log of `size` entries.
	pub async fn inclusion_proof(
		&self,
		index: u64,
		size: u64,
	) -> Result<Vec<[u8; 32]>, ClientError> {
		let answer = self.audit.inclusion_proof(index, size).await;
		self.audited("audit_inclusionProof", answer).map(plain)
	}

	/// RFC 9162 consistency path between two sizes of the log.
	pub async fn consistency_proof(
		&self,
		from: u64,
		to: u64,
	) -> Result<Vec<[u8; 32]>, ClientError> {
		let answer = self.audit.consistency_proof(from, to).await;
		self.audited("audit_consistencyProof", answer).map(plain)
	}

	/// The way from a batch member to its batch's root.
	pub async fn member_proof(
		&self,
		operator: OperatorId,
		sequence: u64,
		index: u32,
	) -> Result<MemberProof, ClientError> {
		let operator = HexDigest(operator.into_bytes());
		let answer = self.audit.member_proof(operator, sequence, index).await;
		self.audited("audit_memberProof", answer)
	}

	/// Where the batch member with this leaf is.
	pub async fn member_by_leaf(&self, leaf: LeafHash) -> Result<MemberPosition, ClientError> {
		let leaf = HexDigest(leaf.into_bytes());
		self.audited("audit_memberByLeaf", self.audit.member_by_leaf(leaf).await)
	}

	/// The node's COSE receipt for entry `index` in the log of `size` entries, and the log key that it
	/// names.
	pub async fn receipt(&self, index: u64, size: u64) -> Result<ReceiptView, ClientError> {
		self.audited("audit_receipt", self.audit.receipt(index, size).await)
	}

	/// The changes of the GRANDPA authority set from set `from_set_id` on, oldest first.
	pub async fn handoffs(&self, from_set_id: u64) -> Result<Vec<Handoff>, ClientError> {
		self.audited("audit_handoffs", self.audit.handoffs(from_set_id).await)
	}

	fn audited<R>(&self, method: &str, answer: Result<R, RpcError>) -> Result<R, ClientError> {
		answer.map_err(|error| self.blame(method, error))
	}
}

fn plain(path: Vec<HexDigest>) -> Vec<[u8; 32]> {
	path.into_iter().map(Into::into).collect()
}
