//! What the service asks of a Bitcoin node, and nothing more: a trait of our own, so that another client
//! or another node costs a day. [`Core`] implements it for Bitcoin Core.
//!
//! Trust: the node is believed about which chain has most work and what its mempool holds. It is not
//! believed about transactions it builds (`wallet.rs` checks each one) nor about proofs (`proof.rs` checks
//! each one as an auditor would).

mod core;
mod wire;

pub use self::core::{Core, Credentials};

use crate::{
	condition::Condition,
	machine::{SendOutcome, Whereabouts},
};
use bitcoin::{block::Header, Amount, BlockHash, OutPoint, Transaction, Txid};

/// A fee rate in satoshi per 1,000 virtual bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FeeRate(u64);

impl FeeRate {
	/// 1 sat/vB: what every node relays, whatever its version.
	pub const RELAYED_EVERYWHERE: Self = Self(1_000);

	/// The lowest rate at which that many virtual bytes pay this fee.
	pub fn of(fee: Amount, vbytes: u64) -> Self {
		Self(fee.to_sat().saturating_mul(1_000).div_ceil(vbytes.max(1)))
	}

	/// The two together.
	pub const fn plus(self, other: Self) -> Self {
		Self(self.0.saturating_add(other.0))
	}

	/// From satoshi per 1,000 virtual bytes.
	pub const fn per_kvb(satoshi: u64) -> Self {
		Self(satoshi)
	}

	/// Satoshi per 1,000 virtual bytes.
	pub const fn to_per_kvb(self) -> u64 {
		self.0
	}

	/// The fee of a transaction of that many virtual bytes, rounded up.
	pub fn fee(self, vbytes: u64) -> Amount {
		Amount::from_sat(self.0.saturating_mul(vbytes).div_ceil(1_000))
	}
}

/// What the mempool asks for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MempoolFees {
	/// The lowest rate that it takes.
	pub floor: FeeRate,
	/// What a replacement must pay for its own size, beyond the fees of what it replaces.
	pub increment: FeeRate,
}

/// Which spendings of an output count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
	/// Those in blocks.
	Chain,
	/// Those in the mempool too.
	ChainAndMempool,
}

/// The node's view of its chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainInfo {
	/// Core's name for the network: `main`, `signet`, `regtest`, `test` …
	pub network: String,
	/// Height of the newest block.
	pub height: u32,
	/// Its hash.
	pub hash: BlockHash,
	/// Whether the node is still downloading the chain.
	pub phase: Phase,
}

/// Whether a node has caught up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
	/// Still downloading the chain.
	InitialDownload,
	/// Following the tip.
	Following,
}

/// An output of the wallet that can be spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unspent {
	/// The output.
	pub outpoint: OutPoint,
	/// Its value.
	pub value: Amount,
}

/// What the wallet is to build: these inputs, one data output, one change output after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FundRequest {
	/// The inputs, all of them, in order.
	pub inputs: Vec<OutPoint>,
	/// What the data output carries.
	pub data: Vec<u8>,
	/// The fee rate.
	pub rate: FeeRate,
}

/// A transaction that the wallet built and has not signed: its PSBT in base64, handed back as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsigned(pub(crate) String);

/// The node's judgement on a transaction, without taking it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Acceptance {
	/// Its mempool would take it.
	Accepted,
	/// It would not.
	Rejected {
		/// The node's reason.
		reason: String,
	},
}

/// The calls. Every error is a named condition.
pub trait BitcoinRpc {
	/// Network and tip.
	fn chain_info(&self) -> Result<ChainInfo, Condition>;
	/// Hash of the best chain's block at that height; none above the tip.
	fn block_hash(&self, height: u32) -> Result<Option<BlockHash>, Condition>;
	/// A block's header.
	fn header(&self, hash: &BlockHash) -> Result<Header, Condition>;
	/// A whole block, serialised.
	fn block(&self, hash: &BlockHash) -> Result<Vec<u8>, Condition>;
	/// What the node's mempool asks for now.
	fn mempool_fees(&self) -> Result<MempoolFees, Condition>;
	/// The fees of a transaction in the mempool and of everything there that spends from it; none where the
	/// mempool doesn't hold it.
	fn mempool_cost(&self, txid: &Txid) -> Result<Option<Amount>, Condition>;
	/// What confirms within that many blocks; none where the node has no data.
	fn estimate_fee(&self, blocks: u16) -> Result<Option<FeeRate>, Condition>;
	/// The wallet's confirmed, spendable outputs.
	fn unspent(&self) -> Result<Vec<Unspent>, Condition>;
	/// Value of an output that exists and is unspent in that view; none otherwise.
	fn unspent_value(&self, outpoint: &OutPoint, view: View) -> Result<Option<Amount>, Condition>;
	/// Builds an unsigned transaction.
	fn fund(&self, request: &FundRequest) -> Result<Unsigned, Condition>;
	/// Signs it with the wallet's keys, completely.
	fn sign(&self, unsigned: &Unsigned) -> Result<Transaction, Condition>;
	/// Asks whether the mempool would take it.
	fn test_accept(&self, transaction: &Transaction) -> Result<Acceptance, Condition>;
	/// Sends it. Sending one again that the node has is a success.
	fn send(&self, raw: &[u8]) -> SendOutcome;
	/// Where a transaction of the wallet is.
	fn whereabouts(&self, txid: &Txid) -> Result<Whereabouts, Condition>;
}
