//! A connection to a node, and what is read over it.

use crate::error::{Asked, ClientError};
use codec::{DecodeAll, Encode};
use jsonrpsee::{
	core::client::{ClientT, Error as RpcError},
	rpc_params,
	ws_client::{PingConfig, WsClient, WsClientBuilder},
};
use pantheon_primitives::{
	log::CompactLog, BlockHash, GenesisHash, LogDigest, OperatorId, OperatorState, RecordId,
};
use serde::{de::DeserializeOwned, Deserialize};
use std::{sync::Arc, time::Duration};
use subxt::{backend::LegacyBackend, rpcs::RpcClient, OnlineClient, SubstrateConfig};

/// Where a node's RPC is by default.
pub const DEFAULT_URL: &str = "ws://127.0.0.1:9944";

/// The largest message sent or taken, in bytes: a full block in hex is 21 MB.
const MAX_MESSAGE: u32 = 64 * 1024 * 1024;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const REQUEST_TIMEOUT: Duration = Duration::from_secs(60);
/// Submissions that may be watched at once over one connection.
const MAX_IN_FLIGHT: usize = 16_384;

/// The block whose state is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
	/// The best block: newest, may still be replaced.
	Best,
	/// The newest finalised block.
	Finalised,
	/// This block.
	Block(BlockHash),
}

/// A connection to one node. Clones share it.
///
/// A connection that breaks stays broken: every later call gives [`ClientError::Disconnected`], and
/// the caller decides whether to connect again. Nothing is sent twice behind the caller's back.
#[derive(Clone)]
pub struct Client {
	pub(crate) url: Arc<str>,
	pub(crate) rpc: Arc<WsClient>,
	pub(crate) audit: Arc<WsClient>,
	pub(crate) api: OnlineClient<SubstrateConfig>,
}

impl Client {
	/// Connects to the node at `url` (`ws://…` or `wss://…`).
	pub async fn connect(url: &str) -> Result<Self, ClientError> {
		let rpc = Arc::new(dial(url).await?);
		let backend = LegacyBackend::builder().build(RpcClient::new(rpc.clone()));
		let api = OnlineClient::from_backend(Arc::new(backend))
			.await
			.map_err(|error| Asked { url, what: "the genesis hash" }.online(error))?;
		Ok(Self { url: url.into(), audit: rpc.clone(), rpc, api })
	}

	/// Connects, and insists that the node serves the chain with this genesis hash.
	pub async fn connect_to(url: &str, genesis: GenesisHash) -> Result<Self, ClientError> {
		let client = Self::connect(url).await?;
		client.insist(genesis)?;
		Ok(client)
	}

	/// Takes the `audit_*` methods from another address, where a node serves them apart.
	pub async fn with_audit_url(mut self, url: &str) -> Result<Self, ClientError> {
		if url != &*self.url {
			self.audit = Arc::new(dial(url).await?);
		}
		Ok(self)
	}

	/// Fails unless the node serves the chain with this genesis hash.
	pub fn insist(&self, expected: GenesisHash) -> Result<(), ClientError> {
		let found = self.genesis();
		if found == expected {
			Ok(())
		} else {
			Err(ClientError::WrongChain { url: self.url.to_string(), expected, found })
		}
	}

	/// The genesis hash that the node reported when the connection was made.
	pub fn genesis(&self) -> GenesisHash {
		GenesisHash::new(self.api.genesis_hash().0)
	}

	/// The node's address.
	pub fn url(&self) -> &str {
		&self.url
	}

	/// Whether the connection still stands.
	pub fn is_connected(&self) -> bool {
		self.rpc.is_connected()
	}

	/// The connection, for RPC methods that have no function here.
	pub fn rpc(&self) -> &WsClient {
		&self.rpc
	}

	/// subxt's client on the same connection.
	pub fn subxt(&self) -> &OnlineClient<SubstrateConfig> {
		&self.api
	}

	/// An operator as the chain knows it; none where it was never registered.
	pub async fn operator(
		&self,
		id: OperatorId,
		at: At,
	) -> Result<Option<OperatorState>, ClientError> {
		self.runtime("AuditApi_operator", &id.encode(), at).await
	}

	/// Size and peaks of the log.
	pub async fn log_state(&self, at: At) -> Result<CompactLog, ClientError> {
		self.runtime("AuditApi_log_state", &[], at).await
	}

	/// Size and root of the log after block `block`, while the chain remembers them.
	pub async fn checkpoint_at(
		&self,
		block: u32,
		at: At,
	) -> Result<Option<LogDigest>, ClientError> {
		self.runtime("AuditApi_checkpoint_at", &block.encode(), at).await
	}

	/// Whether an intent waits for its outcome or denial.
	pub async fn is_intent_open(
		&self,
		operator: OperatorId,
		intent: RecordId,
		at: At,
	) -> Result<bool, ClientError> {
		self.runtime("AuditApi_is_intent_open", &(operator, intent).encode(), at).await
	}

	/// Hash of the newest finalised block.
	pub async fn finalised_head(&self) -> Result<BlockHash, ClientError> {
		let hash: subxt::utils::H256 =
			self.request("chain_getFinalizedHead", rpc_params![]).await?;
		Ok(BlockHash::new(hash.0))
	}

	/// The next nonce of an account, transactions in the node's pool counted.
	pub async fn next_nonce(&self, account: &crate::Account) -> Result<u64, ClientError> {
		self.request("system_accountNextIndex", rpc_params![account.address().to_string()]).await
	}

	/// The trie nodes that show what the state of `block` holds under `key`, in no order.
	pub async fn read_proof(
		&self,
		key: &[u8],
		block: BlockHash,
	) -> Result<Vec<Vec<u8>>, ClientError> {
		const METHOD: &str = "state_getReadProof";
		let params = rpc_params![[format!("0x{}", hex::encode(key))], format!("0x{block}")];
		let answer: Result<ReadProof, RpcError> = self.rpc.request(METHOD, params).await;
		let proof = answer.map_err(|error| match &error {
			RpcError::Call(object) if object.message().contains("discarded") => {
				ClientError::StateGone { url: self.url.to_string(), block }
			},
			_ => self.blame(METHOD, error),
		})?;
		let asked = self.asked(METHOD);
		let node = |text: &String| {
			hex::decode(text.strip_prefix("0x").unwrap_or(text))
				.map_err(|error| asked.decode(error))
		};
		proof.proof.iter().map(node).collect()
	}

	/// Calls a function of the runtime and decodes its answer.
	pub async fn runtime<R: DecodeAll>(
		&self,
		function: &str,
		args: &[u8],
		at: At,
	) -> Result<R, ClientError> {
		let block = match at {
			At::Best => None,
			At::Finalised => Some(self.finalised_head().await?),
			At::Block(hash) => Some(hash),
		};
		let params = rpc_params![
			function,
			format!("0x{}", hex::encode(args)),
			block.map(|hash| format!("0x{hash}"))
		];
		let answer: String = self
			.rpc
			.request("state_call", params)
			.await
			.map_err(|error| self.blame(function, error))?;
		let asked = self.asked(function);
		let bytes = hex::decode(answer.strip_prefix("0x").unwrap_or(&answer))
			.map_err(|error| asked.decode(error))?;
		R::decode_all(&mut bytes.as_slice()).map_err(|error| asked.decode(error))
	}

	pub(crate) async fn request<R: DeserializeOwned>(
		&self,
		method: &str,
		params: jsonrpsee::core::params::ArrayParams,
	) -> Result<R, ClientError> {
		self.rpc.request(method, params).await.map_err(|error| self.blame(method, error))
	}

	pub(crate) fn asked<'a>(&'a self, what: &'a str) -> Asked<'a> {
		Asked { url: &self.url, what }
	}

	pub(crate) fn blame(&self, what: &str, error: RpcError) -> ClientError {
		self.asked(what).rpc(error)
	}
}

/// The answer of `state_getReadProof`; the block it repeats is not looked at.
#[derive(Deserialize)]
struct ReadProof {
	proof: Vec<String>,
}

async fn dial(url: &str) -> Result<WsClient, ClientError> {
	WsClientBuilder::default()
		.max_request_size(MAX_MESSAGE)
		.max_response_size(MAX_MESSAGE)
		.connection_timeout(CONNECT_TIMEOUT)
		.request_timeout(REQUEST_TIMEOUT)
		.max_concurrent_requests(MAX_IN_FLIGHT)
		.enable_ws_ping(
			PingConfig::new()
				.ping_interval(Duration::from_secs(15))
				.inactive_limit(Duration::from_secs(60))
				.max_failures(2),
		)
		.build(url)
		.await
		.map_err(|error| ClientError::Unreachable {
			url: url.to_owned(),
			reason: match error {
				RpcError::Transport(reason) => reason.to_string(),
				other => other.to_string(),
			},
		})
}

#[cfg(test)]
mod tests {
	use super::*;

	#[tokio::test]
	async fn nobody_listening_is_unreachable() {
		// Port 9 (discard) is not served on a loopback address of any machine that runs tests.
		let error = Client::connect("ws://127.0.0.1:9").await.err().unwrap();
		assert!(matches!(error, ClientError::Unreachable { .. }), "{error}");
		let error = Client::connect("not a url").await.err().unwrap();
		assert!(matches!(error, ClientError::Unreachable { .. }), "{error}");
	}
}
