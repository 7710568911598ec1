//! Bitcoin Core's answers, with the fields that are used. Core adds fields over the years; none of
//! these has changed its meaning since version 24.

use bitcoin::{Amount, BlockHash, Txid};
use serde::Deserialize;

#[derive(Deserialize)]
pub struct BlockchainInfo {
	pub chain: String,
	pub blocks: u32,
	pub bestblockhash: BlockHash,
	pub initialblockdownload: bool,
}

#[derive(Deserialize)]
pub struct MempoolInfo {
	/// BTC per 1,000 virtual bytes.
	#[serde(with = "bitcoin::amount::serde::as_btc")]
	pub mempoolminfee: Amount,
	#[serde(with = "bitcoin::amount::serde::as_btc")]
	pub minrelaytxfee: Amount,
	#[serde(with = "bitcoin::amount::serde::as_btc")]
	pub incrementalrelayfee: Amount,
}

#[derive(Deserialize)]
pub struct MempoolEntry {
	pub fees: MempoolEntryFees,
}

#[derive(Deserialize)]
pub struct MempoolEntryFees {
	/// With those of its descendants in the mempool.
	#[serde(with = "bitcoin::amount::serde::as_btc")]
	pub descendant: Amount,
}

#[derive(Deserialize)]
pub struct FeeEstimate {
	/// BTC per 1,000 virtual bytes; absent where the node has no data.
	#[serde(default, with = "bitcoin::amount::serde::as_btc::opt")]
	pub feerate: Option<Amount>,
}

#[derive(Deserialize)]
pub struct ListedUnspent {
	pub txid: Txid,
	pub vout: u32,
	#[serde(with = "bitcoin::amount::serde::as_btc")]
	pub amount: Amount,
	pub spendable: bool,
	pub safe: bool,
}

#[derive(Deserialize)]
pub struct TxOut {
	#[serde(with = "bitcoin::amount::serde::as_btc")]
	pub value: Amount,
}

#[derive(Deserialize)]
pub struct FundedPsbt {
	pub psbt: String,
}

#[derive(Deserialize)]
pub struct ProcessedPsbt {
	pub psbt: String,
	pub complete: bool,
}

#[derive(Deserialize)]
pub struct FinalizedPsbt {
	pub hex: Option<String>,
	pub complete: bool,
}

#[derive(Deserialize)]
pub struct MempoolAcceptance {
	pub allowed: Option<bool>,
	#[serde(rename = "reject-reason")]
	pub reject_reason: Option<String>,
	#[serde(rename = "package-error")]
	pub package_error: Option<String>,
}

#[derive(Deserialize)]
pub struct WalletTransaction {
	/// Negative: conflicts with a transaction that many blocks deep.
	pub confirmations: i64,
	pub blockhash: Option<BlockHash>,
	pub blockheight: Option<u32>,
}
