//! Bitcoin Core over HTTP, by the generic call of `bitcoincore-rpc` (archived by its authors: only its
//! transport is used here).

use super::{
	wire, Acceptance, BitcoinRpc, ChainInfo, FeeRate, FundRequest, MempoolFees, Phase, Unsigned,
	Unspent, View,
};
use crate::{
	condition::Condition,
	machine::{BlockPlace, SendOutcome, Whereabouts},
};
use bitcoin::{block::Header, consensus::encode, Amount, BlockHash, OutPoint, Transaction, Txid};
use bitcoincore_rpc::{jsonrpc, Auth, Client, RpcApi};
use serde::de::DeserializeOwned;
use serde_json::{json, Value};
use std::{cell::RefCell, fmt, path::PathBuf};

/// Core's error codes (`rpc/protocol.h`).
mod code {
	pub const WALLET: i32 = -4;
	pub const NOT_FOUND: i32 = -5;
	pub const INSUFFICIENT_FUNDS: i32 = -6;
	pub const INVALID_PARAMETER: i32 = -8;
	pub const UNLOCK_NEEDED: i32 = -13;
	pub const WALLET_NOT_FOUND: i32 = -18;
	pub const WALLET_NOT_SPECIFIED: i32 = -19;
	pub const VERIFY: i32 = -25;
	pub const REJECTED: i32 = -26;
	pub const ALREADY_IN_UTXO_SET: i32 = -27;
	pub const IN_WARMUP: i32 = -28;
	pub const METHOD_NOT_FOUND: i32 = -32601;
}

/// How to authenticate.
#[derive(Clone)]
pub enum Credentials {
	/// The file that the node writes at each start; read anew for each connection.
	CookieFile(PathBuf),
	/// User name and password.
	Password {
		/// User name.
		user: String,
		/// Password.
		password: String,
	},
}

impl fmt::Debug for Credentials {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::CookieFile(path) => write!(f, "CookieFile({})", path.display()),
			Self::Password { user, .. } => write!(f, "Password {{ user: {user} }}"),
		}
	}
}

/// A Bitcoin Core node and one of its wallets.
pub struct Core {
	url: String,
	credentials: Credentials,
	/// Dropped after a failure: the next call dials, and reads the cookie, anew.
	client: RefCell<Option<Client>>,
}

impl Core {
	/// The node at `url` (`http://host:port`) with that wallet. Nothing is dialled yet.
	pub fn new(url: &str, wallet: &str, credentials: Credentials) -> Self {
		let url = format!("{}/wallet/{wallet}", url.trim_end_matches('/'));
		Self { url, credentials, client: RefCell::new(None) }
	}

	/// The node at `url`, without a wallet: asked about its chain only.
	pub fn without_wallet(url: &str, credentials: Credentials) -> Self {
		Self { url: url.into(), credentials, client: RefCell::new(None) }
	}

	fn connect(&self) -> Result<Client, Condition> {
		let auth = match &self.credentials {
			Credentials::CookieFile(path) => {
				// A node that isn't running has no cookie: say what matters more.
				if !path.exists() {
					let detail = format!(
						"no cookie file {}: it does not run, or keeps its data elsewhere",
						path.display()
					);
					return Err(Condition::BitcoinUnreachable { detail });
				}
				Auth::CookieFile(path.clone())
			},
			Credentials::Password { user, password } => {
				Auth::UserPass(user.clone(), password.clone())
			},
		};
		Client::new(&self.url, auth).map_err(|error| match error {
			bitcoincore_rpc::Error::Io(error) => {
				Condition::BitcoinCredentials { detail: error.to_string() }
			},
			bitcoincore_rpc::Error::InvalidCookieFile => {
				Condition::BitcoinCredentials { detail: "the cookie file is malformed".into() }
			},
			other => Condition::BitcoinUnreachable { detail: other.to_string() },
		})
	}

	fn try_call<T: DeserializeOwned>(&self, method: &str, args: &[Value]) -> Result<T, Failure> {
		let mut slot = self.client.borrow_mut();
		let client = match slot.take() {
			Some(client) => client,
			None => self.connect().map_err(Failure::Condition)?,
		};
		let answer = client.call(method, args);
		match answer.map_err(|error| Failure::of(method, error)) {
			Err(Failure::Condition(condition)) => Err(Failure::Condition(condition)),
			other => {
				*slot = Some(client);
				other
			},
		}
	}

	fn call<T: DeserializeOwned>(&self, method: &str, args: &[Value]) -> Result<T, Condition> {
		self.try_call(method, args).map_err(|failure| failure.named(method))
	}

	fn call_hex(&self, method: &str, args: &[Value]) -> Result<Vec<u8>, Condition> {
		let text: String = self.call(method, args)?;
		hex::decode(text).map_err(|error| unexpected(method, error))
	}
}

/// Why a call gave nothing.
enum Failure {
	/// The connection.
	Condition(Condition),
	/// The node answered with an error.
	Refused { code: i32, message: String },
}

impl Failure {
	fn of(method: &str, error: bitcoincore_rpc::Error) -> Self {
		use jsonrpc::simple_http::Error as Http;
		let error = match error {
			bitcoincore_rpc::Error::JsonRpc(jsonrpc::Error::Rpc(error)) => {
				return Self::Refused { code: error.code, message: error.message };
			},
			bitcoincore_rpc::Error::JsonRpc(jsonrpc::Error::Transport(error)) => error,
			other => return Self::Condition(unexpected(method, other)),
		};
		Self::Condition(match error.downcast_ref::<Http>() {
			Some(Http::HttpErrorCode(401 | 403)) => {
				Condition::BitcoinCredentials { detail: "wrong user, password or cookie".into() }
			},
			_ => Condition::BitcoinUnreachable { detail: error.to_string() },
		})
	}

	/// The condition, where the caller has no special meaning for the code.
	fn named(self, method: &str) -> Condition {
		match self {
			Self::Condition(condition) => condition,
			Self::Refused { code, message: detail } => match code {
				code::IN_WARMUP => Condition::BitcoinUnreachable { detail },
				code::WALLET_NOT_FOUND | code::WALLET_NOT_SPECIFIED | code::UNLOCK_NEEDED => {
					Condition::WalletUnavailable { detail }
				},
				code::METHOD_NOT_FOUND if method.starts_with("list") => {
					Condition::WalletUnavailable { detail: "the node has no wallet".into() }
				},
				code => Condition::BitcoinError { method: method.into(), code, detail },
			},
		}
	}
}

fn unexpected(method: &str, detail: impl fmt::Display) -> Condition {
	Condition::BitcoinError { method: method.into(), code: 0, detail: detail.to_string() }
}

fn per_kvb(amount: Amount) -> FeeRate {
	FeeRate::per_kvb(amount.to_sat())
}

impl BitcoinRpc for Core {
	fn chain_info(&self) -> Result<ChainInfo, Condition> {
		let info: wire::BlockchainInfo = self.call("getblockchaininfo", &[])?;
		let phase = match info.initialblockdownload {
			true => Phase::InitialDownload,
			false => Phase::Following,
		};
		Ok(ChainInfo { network: info.chain, height: info.blocks, hash: info.bestblockhash, phase })
	}

	fn block_hash(&self, height: u32) -> Result<Option<BlockHash>, Condition> {
		match self.try_call("getblockhash", &[json!(height)]) {
			Ok(hash) => Ok(Some(hash)),
			Err(Failure::Refused { code: code::INVALID_PARAMETER, .. }) => Ok(None),
			Err(failure) => Err(failure.named("getblockhash")),
		}
	}

	fn header(&self, hash: &BlockHash) -> Result<Header, Condition> {
		let raw = self.call_hex("getblockheader", &[json!(hash), json!(false)])?;
		encode::deserialize(&raw).map_err(|error| unexpected("getblockheader", error))
	}

	fn block(&self, hash: &BlockHash) -> Result<Vec<u8>, Condition> {
		self.call_hex("getblock", &[json!(hash), json!(0)])
	}

	fn mempool_fees(&self) -> Result<MempoolFees, Condition> {
		let info: wire::MempoolInfo = self.call("getmempoolinfo", &[])?;
		Ok(MempoolFees {
			floor: per_kvb(info.mempoolminfee).max(per_kvb(info.minrelaytxfee)),
			increment: per_kvb(info.incrementalrelayfee),
		})
	}

	fn mempool_cost(&self, txid: &Txid) -> Result<Option<Amount>, Condition> {
		let method = "getmempoolentry";
		match self.try_call::<wire::MempoolEntry>(method, &[json!(txid)]) {
			Ok(entry) => Ok(Some(entry.fees.descendant)),
			Err(Failure::Refused { code: code::NOT_FOUND, .. }) => Ok(None),
			Err(failure) => Err(failure.named(method)),
		}
	}

	fn estimate_fee(&self, blocks: u16) -> Result<Option<FeeRate>, Condition> {
		let estimate: wire::FeeEstimate = self.call("estimatesmartfee", &[json!(blocks)])?;
		Ok(estimate.feerate.map(per_kvb))
	}

	fn unspent(&self) -> Result<Vec<Unspent>, Condition> {
		let listed: Vec<wire::ListedUnspent> = self.call("listunspent", &[json!(1)])?;
		Ok(listed
			.into_iter()
			.filter(|output| output.spendable && output.safe)
			.map(|output| Unspent {
				outpoint: OutPoint::new(output.txid, output.vout),
				value: output.amount,
			})
			.collect())
	}

	fn unspent_value(&self, outpoint: &OutPoint, view: View) -> Result<Option<Amount>, Condition> {
		let with_mempool = view == View::ChainAndMempool;
		let args = [json!(outpoint.txid), json!(outpoint.vout), json!(with_mempool)];
		let output: Option<wire::TxOut> = self.call("gettxout", &args)?;
		Ok(output.map(|output| output.value))
	}

	fn fund(&self, request: &FundRequest) -> Result<Unsigned, Condition> {
		let inputs: Vec<Value> =
			request.inputs.iter().map(|i| json!({ "txid": i.txid, "vout": i.vout })).collect();
		let rate = request.rate.to_per_kvb();
		let options = json!({
			"add_inputs": false,
			"changePosition": 1,
			"change_type": "bech32",
			// In sat/vB; a string keeps the three decimals that Core takes.
			"fee_rate": format!("{}.{:03}", rate / 1_000, rate % 1_000),
			"replaceable": true,
		});
		let outputs = json!([{ "data": hex::encode(&request.data) }]);
		let args = [json!(inputs), outputs, json!(0), options];
		let method = "walletcreatefundedpsbt";
		match self.try_call::<wire::FundedPsbt>(method, &args) {
			Ok(funded) => Ok(Unsigned(funded.psbt)),
			Err(Failure::Refused {
				code: code::INSUFFICIENT_FUNDS | code::WALLET,
				message: detail,
			}) => Err(Condition::WalletUnavailable { detail }),
			Err(failure) => Err(failure.named(method)),
		}
	}

	fn sign(&self, unsigned: &Unsigned) -> Result<Transaction, Condition> {
		let method = "walletprocesspsbt";
		let signed: wire::ProcessedPsbt = self.call(method, &[json!(unsigned.0)])?;
		if !signed.complete {
			let detail = "it can't sign for one of the inputs".into();
			return Err(Condition::WalletUnavailable { detail });
		}
		let method = "finalizepsbt";
		let done: wire::FinalizedPsbt = self.call(method, &[json!(signed.psbt)])?;
		match (done.complete, done.hex) {
			(true, Some(text)) => {
				encode::deserialize_hex(&text).map_err(|error| unexpected(method, error))
			},
			_ => Err(unexpected(method, "the transaction is not complete")),
		}
	}

	fn test_accept(&self, transaction: &Transaction) -> Result<Acceptance, Condition> {
		let method = "testmempoolaccept";
		let raw = encode::serialize_hex(transaction);
		// Zero: no fee ceiling of Core's. Ours is checked where the transaction is built.
		let verdicts: Vec<wire::MempoolAcceptance> =
			self.call(method, &[json!([raw]), json!(0)])?;
		let Some(verdict) = verdicts.into_iter().next() else {
			return Err(unexpected(method, "no verdict"));
		};
		if verdict.allowed == Some(true) {
			return Ok(Acceptance::Accepted);
		}
		let reason = verdict.reject_reason.or(verdict.package_error);
		Ok(Acceptance::Rejected { reason: reason.unwrap_or_else(|| "no reason given".into()) })
	}

	fn send(&self, raw: &[u8]) -> SendOutcome {
		let method = "sendrawtransaction";
		match self.try_call::<Txid>(method, &[json!(hex::encode(raw)), json!(0)]) {
			Ok(_) => SendOutcome::Accepted,
			Err(Failure::Condition(condition)) => SendOutcome::Unknown(condition),
			Err(Failure::Refused { code: code::ALREADY_IN_UTXO_SET, .. }) => {
				SendOutcome::AlreadyMined
			},
			Err(Failure::Refused { code: code::VERIFY | code::REJECTED, message: reason }) => {
				SendOutcome::Refused(Condition::TransactionRefused { reason })
			},
			Err(failure) => SendOutcome::Unknown(failure.named(method)),
		}
	}

	fn whereabouts(&self, txid: &Txid) -> Result<Whereabouts, Condition> {
		let method = "gettransaction";
		let known: wire::WalletTransaction = match self.try_call(method, &[json!(txid)]) {
			Ok(known) => known,
			// The wallet has never seen it: it was signed but not sent.
			Err(Failure::Refused { code: code::NOT_FOUND, .. }) => return Ok(Whereabouts::Nowhere),
			Err(failure) => return Err(failure.named(method)),
		};
		if known.confirmations < 0 {
			return Ok(Whereabouts::Conflicted);
		}
		if let (true, Some(hash), Some(height)) =
			(known.confirmations > 0, known.blockhash, known.blockheight)
		{
			// The wallet follows the chain with a delay: only the chain itself counts.
			if self.block_hash(height)? == Some(hash) {
				return Ok(Whereabouts::InBlock(BlockPlace { height, hash }));
			}
		}
		Ok(match self.mempool_cost(txid)? {
			Some(_) => Whereabouts::InMempool,
			None => Whereabouts::Nowhere,
		})
	}
}
