//! The `audit_*` methods, answered from the log store.

use super::metrics::Metrics;
use jsonrpsee::core::RpcResult;
use pantheon_audit_rpc::{
	AuditApiServer, AuditError, BatchView, CheckpointView, EntryView, Handoff, HexDigest,
	LogKeyView, MemberPosition, MemberProof, ReceiptView, SignedOffCheckpoint, Status,
	MAX_HANDOFFS, MAX_PAGE,
};
use pantheon_log_http::{SignedLog, SigningError};
use pantheon_log_store::{FoundEntry, QueryError, ReadError, Store};
use pantheon_primitives::hash::SoftwareSha256;
use polkadot_service::FullClient;
use sp_blockchain::HeaderBackend;
use std::sync::Arc;

/// Answers from the store; asks the client only how far the chain is.
pub struct AuditRpc {
	store: Arc<Store>,
	signed: Arc<SignedLog>,
	client: Arc<FullClient>,
	metrics: Metrics,
}

impl AuditRpc {
	/// Methods over the node's store, and over what the node signs about it.
	pub fn new(
		store: Arc<Store>,
		signed: Arc<SignedLog>,
		client: Arc<FullClient>,
		metrics: Metrics,
	) -> Self {
		Self { store, signed, client, metrics }
	}

	fn internal(&self, error: ReadError) -> AuditError {
		log::error!(target: "log-store", "{error}");
		if error.is_damage() {
			self.store.report_damage();
		}
		AuditError::Internal
	}

	/// The error to answer. While blocks that are final already are not in the store yet, what it
	/// doesn't find may well be in them.
	fn refuse(&self, error: QueryError) -> AuditError {
		let answer = match error {
			QueryError::Read(error) => return self.internal(error),
			QueryError::RangeBackwards => return AuditError::RangeTooLarge { most: 0 },
			QueryError::UnknownEntry => AuditError::UnknownEntry,
			QueryError::FutureSize { asked, size } => AuditError::FutureSize { asked, size },
			QueryError::NoJustification => AuditError::NoJustification,
		};
		let finalized = self.client.info().finalized_number;
		match self.store.head() {
			Ok(head) if head.number < finalized => {
				AuditError::NotReady { at: head.number, finalized }
			},
			Ok(_) => answer,
			Err(error) => self.internal(error),
		}
	}

	fn answer<T>(&self, found: Result<T, QueryError>) -> Result<T, AuditError> {
		found.map_err(|error| self.refuse(error))
	}
}

fn view(found: FoundEntry) -> EntryView {
	let info = found.row.info;
	EntryView {
		index: found.index,
		leaf: found.leaf.into_bytes().into(),
		tag: info.entry.tag as u8,
		digest: info.entry.digest.into(),
		operator: info.operator.into_bytes().into(),
		sequence: info.sequence,
		record: info.record.into_bytes().into(),
		kind: info.kind,
		block_number: found.row.block,
		block_hash: found.block_hash.into_bytes().into(),
		extrinsic_index: info.extrinsic_index,
		batch: info
			.batch
			.map(|batch| BatchView { count: batch.count, root: batch.root.into_bytes().into() }),
	}
}

fn hashes(path: Vec<[u8; 32]>) -> Vec<HexDigest> {
	path.into_iter().map(HexDigest).collect()
}

impl AuditApiServer for AuditRpc {
	fn status(&self) -> RpcResult<Status> {
		let head = self.store.head().map_err(|error| self.internal(error))?;
		let info = self.client.info();
		Ok(Status {
			genesis: self.store.genesis().into_bytes().into(),
			size: head.log.size(),
			root: head.log.root::<SoftwareSha256>().into_bytes().into(),
			block_number: head.number,
			block_hash: head.hash.into_bytes().into(),
			finalized_number: info.finalized_number,
			best_number: info.best_number,
			lag: info.finalized_number.saturating_sub(head.number),
			members: head.members,
		})
	}

	fn checkpoint(&self, at: Option<u32>) -> RpcResult<SignedOffCheckpoint> {
		let found = self.answer(self.store.checkpoint(at))?;
		let checkpoint = found.checkpoint;
		Ok(SignedOffCheckpoint {
			checkpoint: CheckpointView {
				genesis: checkpoint.genesis.into_bytes().into(),
				block_number: checkpoint.block_number,
				block_hash: checkpoint.block_hash.into_bytes().into(),
				log_size: checkpoint.log_size,
				log_root: checkpoint.log_root.into_bytes().into(),
			},
			header: found.header.into(),
			justification: found.justification.into(),
		})
	}

	fn entry_by_index(&self, index: u64) -> RpcResult<EntryView> {
		Ok(view(self.answer(self.store.entry(index))?))
	}

	fn entry_by_leaf(&self, leaf: HexDigest) -> RpcResult<EntryView> {
		Ok(view(self.answer(self.store.entry_by_leaf(&leaf.0.into()))?))
	}

	fn entry_by_position(&self, operator: HexDigest, sequence: u64) -> RpcResult<EntryView> {
		Ok(view(self.answer(self.store.entry_by_position(&operator.0.into(), sequence))?))
	}

	fn operator_entries(
		&self,
		operator: HexDigest,
		from_sequence: u64,
		limit: u32,
	) -> RpcResult<Vec<EntryView>> {
		if limit > MAX_PAGE {
			return Err(AuditError::RangeTooLarge { most: MAX_PAGE.into() }.into());
		}
		let found = self.store.operator_entries(&operator.0.into(), from_sequence, limit);
		Ok(self.answer(found)?.into_iter().map(view).collect())
	}

	fn inclusion_proof(&self, index: u64, size: u64) -> RpcResult<Vec<HexDigest>> {
		let path = self.metrics.time_proof(|| self.store.inclusion(index, size));
		Ok(hashes(self.answer(path)?))
	}

	fn consistency_proof(&self, from: u64, to: u64) -> RpcResult<Vec<HexDigest>> {
		let path = self.metrics.time_proof(|| self.store.consistency(from, to));
		Ok(hashes(self.answer(path)?))
	}

	fn member_proof(
		&self,
		operator: HexDigest,
		sequence: u64,
		index: u32,
	) -> RpcResult<MemberProof> {
		let operator = operator.0.into();
		let found = self.metrics.time_proof(|| self.store.member(&operator, sequence, index));
		let found = self.answer(found)?;
		Ok(MemberProof {
			leaf: found.leaf.into_bytes().into(),
			path: hashes(found.path),
			entry: view(found.entry),
		})
	}

	fn member_by_leaf(&self, leaf: HexDigest) -> RpcResult<MemberPosition> {
		let found = self.answer(self.store.member_by_leaf(&leaf.0.into()))?;
		Ok(MemberPosition {
			operator: found.operator.into_bytes().into(),
			sequence: found.sequence,
			index: found.index,
		})
	}

	fn log_key(&self) -> RpcResult<LogKeyView> {
		Ok(LogKeyView {
			key: self.signed.public_key().as_bytes().to_vec().into(),
			key_id: self.signed.key_id().into_bytes().into(),
			verifier_key: self.signed.verifier_key(),
		})
	}

	fn receipt(&self, index: u64, size: u64) -> RpcResult<ReceiptView> {
		let receipt = match self.metrics.time_proof(|| self.signed.receipt(index, size)) {
			Ok(receipt) => receipt,
			Err(SigningError::Query(error)) => return Err(self.refuse(error).into()),
			Err(error) => {
				log::error!(target: "log-store", "{error}");
				return Err(AuditError::Internal.into());
			},
		};
		let key = self.signed.public_key().as_bytes().to_vec();
		Ok(ReceiptView { receipt: receipt.encode().into(), key: key.into() })
	}

	fn handoffs(&self, from_set_id: u64) -> RpcResult<Vec<Handoff>> {
		let found = self.answer(self.store.handoffs(from_set_id, MAX_HANDOFFS))?;
		Ok(found
			.into_iter()
			.map(|row| Handoff {
				header: row.header.into(),
				justification: row.justification.into(),
			})
			.collect())
	}
}
