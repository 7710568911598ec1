//! The node's own chain, as the log store reads it.

use codec::{Decode, Encode};
use pantheon_log_store::{AuthorityChange, BlockHeader, BlockId, ChainSource, SourceError};
use pantheon_primitives::{
	finality::Header, hash::SoftwareSha256, log::CompactLog, BlockHash, EntryInfo, GenesisHash,
	LogDigest,
};
use polkadot_service::{FullBackend, FullClient};
use sc_client_api::{Backend, BlockBackend};
use sp_api::{CallApiAt, CallApiAtParams};
use sp_blockchain::HeaderBackend;
use sp_consensus_grandpa::GRANDPA_ENGINE_ID;
use sp_core::{traits::CallContext, H256};
use std::sync::Arc;

/// Runtime API method that lists the entries of a block. Called by name: the client's type is
/// upstream's and does not know our runtime.
const BLOCK_ENTRIES: &str = "AuditApi_block_entries";

/// The finalised chain of the node's client.
#[derive(Clone)]
pub struct ClientSource {
	client: Arc<FullClient>,
	backend: Arc<FullBackend>,
}

/// What the client said, as the store's error.
fn backend(error: impl std::error::Error + Send + Sync + 'static) -> SourceError {
	SourceError::Backend(Box::new(error))
}

impl ClientSource {
	/// A source over the node's client.
	pub fn new(client: Arc<FullClient>, backend: Arc<FullBackend>) -> Self {
		Self { client, backend }
	}

	/// Hash of block 0.
	pub fn genesis_hash(&self) -> GenesisHash {
		self.client.info().genesis_hash.0.into()
	}

	/// The client.
	pub fn client(&self) -> Arc<FullClient> {
		self.client.clone()
	}

	fn raw_header(&self, hash: &BlockHash) -> Result<Vec<u8>, SourceError> {
		let header = self.client.header(native(hash)).map_err(backend)?;
		Ok(header.ok_or(SourceError::UnknownBlock)?.encode())
	}
}

fn native(hash: &BlockHash) -> H256 {
	H256(hash.into_bytes())
}

impl ChainSource for ClientSource {
	fn genesis(&self) -> GenesisHash {
		self.genesis_hash()
	}

	fn finalized(&self) -> Result<BlockId, SourceError> {
		let info = self.client.info();
		Ok(BlockId { number: info.finalized_number, hash: info.finalized_hash.0.into() })
	}

	fn hash(&self, number: u32) -> Result<BlockHash, SourceError> {
		let hash = self.client.hash(number).map_err(backend)?;
		Ok(hash.ok_or(SourceError::UnknownBlock)?.0.into())
	}

	fn header(&self, hash: &BlockHash) -> Result<BlockHeader, SourceError> {
		let raw = self.raw_header(hash)?;
		let header = Header::decode(&raw).map_err(backend)?;
		let log = match header.number() {
			// Genesis is made without running a block.
			0 => {
				let empty = CompactLog::default();
				LogDigest { size: 0, root: empty.root::<SoftwareSha256>() }
			},
			_ => header.log_digest().ok_or(SourceError::NoLogDigest(*hash))?,
		};
		let change = match header.next_authorities() {
			None => AuthorityChange::None,
			Some(_) => AuthorityChange::Scheduled,
		};
		let id = BlockId { number: header.number(), hash: *hash };
		Ok(BlockHeader { id, parent: header.parent(), log, change, raw })
	}

	fn entries(&self, hash: &BlockHash) -> Result<Vec<EntryInfo>, SourceError> {
		let at = native(hash);
		let answer = self.client.call_api_at(CallApiAtParams {
			at,
			function: BLOCK_ENTRIES,
			arguments: Vec::new(),
			overlayed_changes: &Default::default(),
			call_context: CallContext::Offchain,
			recorder: &None,
			extensions: &Default::default(),
		});
		match answer {
			Ok(bytes) => Vec::<EntryInfo>::decode(&mut bytes.as_slice()).map_err(backend),
			Err(error) => {
				let number = self.client.number(at).map_err(backend)?;
				let number = number.ok_or(SourceError::UnknownBlock)?;
				match self.backend.have_state_at(at, number) {
					true => Err(backend(error)),
					false => Err(SourceError::StatePruned(*hash)),
				}
			},
		}
	}

	fn body(&self, hash: &BlockHash) -> Result<Vec<Vec<u8>>, SourceError> {
		let body = self.client.block_body(native(hash)).map_err(backend)?;
		let body = body.ok_or(SourceError::BodyPruned(*hash))?;
		Ok(body.iter().map(|extrinsic| extrinsic.inner().to_vec()).collect())
	}

	fn justification(&self, hash: &BlockHash) -> Result<Option<Vec<u8>>, SourceError> {
		let justifications = self.client.justifications(native(hash)).map_err(backend)?;
		Ok(justifications.and_then(|all| all.into_justification(GRANDPA_ENGINE_ID)))
	}
}
