//! Everything that can keep the service from its work, as named conditions.
//!
//! A condition appears, under the same name, in the log, in `pantheon-anchor status` and, where it
//! ends the program, as the exit status. Nothing stalls without one.

use bitcoin::{OutPoint, Txid};
use std::fmt;

/// What a condition means for the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
	/// Anchoring goes on; something beside it does not work.
	Notice,
	/// Nothing can be anchored until it passes. It is tried again by itself.
	Blocking,
	/// Trying again can't help or could do harm: the program ends.
	Fatal,
}

/// A named reason why something is not going on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
	/// No connection to the Bitcoin node, or it is still starting.
	BitcoinUnreachable {
		/// What the connection said.
		detail: String,
	},
	/// The Bitcoin node refused the user name, password or cookie.
	BitcoinCredentials {
		/// What was wrong.
		detail: String,
	},
	/// The Bitcoin node is on another network, or on another branch than the pinned block.
	WrongBitcoinChain {
		/// What was expected.
		expected: String,
		/// What the node has.
		found: String,
	},
	/// The Bitcoin node is still downloading the chain.
	InitialDownload {
		/// Height of its newest block.
		height: u32,
	},
	/// The newest block of the Bitcoin node is too old: it may be cut off.
	StaleTip {
		/// Height of that block.
		height: u32,
		/// Age of that block in seconds.
		age_seconds: u64,
	},
	/// The wallet is not there, not loaded or locked.
	WalletUnavailable {
		/// What the node said.
		detail: String,
	},
	/// The wallet has no confirmed output that pays for an anchor.
	OutOfFunds {
		/// Satoshi that an anchor needs (fee and the least change).
		needed: u64,
		/// Satoshi that are spendable.
		available: u64,
	},
	/// Relaying now costs more than the ceiling in the configuration allows.
	FeeCeiling {
		/// What it would take, in satoshi per 1,000 virtual bytes.
		rate: u64,
		/// The ceiling, in the same unit.
		ceiling: u64,
	},
	/// The previous anchor's change was spent by a stranger to this journal.
	SpendChainBroken {
		/// The output that should have been spent next.
		expected: OutPoint,
	},
	/// A block holds another transaction that spends the input of an anchor in flight.
	InputSpentElsewhere {
		/// The anchor's transaction.
		txid: Txid,
	},
	/// The Bitcoin node refuses the transaction.
	TransactionRefused {
		/// Its reason, as it named it.
		reason: String,
	},
	/// What the wallet built is not what was asked for. It was not sent.
	WalletMisbehaved {
		/// What was wrong with it.
		detail: String,
	},
	/// The Bitcoin node answered with an error that has no name here.
	BitcoinError {
		/// The call.
		method: String,
		/// The node's error code, zero where it had none.
		code: i32,
		/// The node's words.
		detail: String,
	},
	/// No connection to the Pantheon node.
	ChainUnreachable {
		/// What the connection said.
		detail: String,
	},
	/// The Pantheon node has no finalised checkpoint to show yet.
	NoCheckpoint {
		/// What it said.
		detail: String,
	},
	/// The Pantheon node's checkpoint does not hold under the trust file. Nothing was anchored.
	CheckpointRefused {
		/// Which check failed.
		detail: String,
	},
	/// The exported proof could not be built or written.
	ExportFailed {
		/// Why.
		detail: String,
	},
	/// The chain did not take the report of an anchor. No proof relies on it.
	ReportFailed {
		/// Why.
		detail: String,
	},
	/// The journal can't be written or read: without it nothing may be sent.
	JournalBroken {
		/// Why.
		detail: String,
	},
	/// Another process runs on this journal.
	JournalInUse {
		/// The journal's path.
		path: String,
	},
	/// The journal belongs to another chain or Bitcoin network.
	JournalOfAnotherChain {
		/// What the configuration names.
		expected: String,
		/// What the journal was made for.
		found: String,
	},
}

impl Condition {
	/// The name in logs and in `status --json`. Names never change their meaning.
	pub fn name(&self) -> &'static str {
		match self {
			Self::BitcoinUnreachable { .. } => "bitcoin-unreachable",
			Self::BitcoinCredentials { .. } => "bitcoin-credentials",
			Self::WrongBitcoinChain { .. } => "wrong-bitcoin-chain",
			Self::InitialDownload { .. } => "initial-download",
			Self::StaleTip { .. } => "stale-tip",
			Self::WalletUnavailable { .. } => "wallet-unavailable",
			Self::OutOfFunds { .. } => "out-of-funds",
			Self::FeeCeiling { .. } => "fee-ceiling",
			Self::SpendChainBroken { .. } => "spend-chain-broken",
			Self::InputSpentElsewhere { .. } => "input-spent-elsewhere",
			Self::TransactionRefused { .. } => "transaction-refused",
			Self::WalletMisbehaved { .. } => "wallet-misbehaved",
			Self::BitcoinError { .. } => "bitcoin-error",
			Self::ChainUnreachable { .. } => "chain-unreachable",
			Self::NoCheckpoint { .. } => "no-checkpoint",
			Self::CheckpointRefused { .. } => "checkpoint-refused",
			Self::ExportFailed { .. } => "export-failed",
			Self::ReportFailed { .. } => "report-failed",
			Self::JournalBroken { .. } => "journal-broken",
			Self::JournalInUse { .. } => "journal-in-use",
			Self::JournalOfAnotherChain { .. } => "journal-of-another-chain",
		}
	}

	/// The exit status that stands for the condition. The table is in `docs/guides/run-the-anchor.md`;
	/// 0 to 2 mean success, an unforeseen error, and wrong usage or configuration.
	pub fn exit_code(&self) -> u8 {
		match self {
			Self::BitcoinUnreachable { .. } => 10,
			Self::BitcoinCredentials { .. } => 11,
			Self::WrongBitcoinChain { .. } => 12,
			Self::InitialDownload { .. } => 13,
			Self::StaleTip { .. } => 14,
			Self::WalletUnavailable { .. } => 15,
			Self::OutOfFunds { .. } => 16,
			Self::FeeCeiling { .. } => 17,
			Self::SpendChainBroken { .. } => 18,
			Self::InputSpentElsewhere { .. } => 19,
			Self::TransactionRefused { .. } => 20,
			Self::WalletMisbehaved { .. } => 21,
			Self::BitcoinError { .. } => 22,
			Self::ChainUnreachable { .. } => 30,
			Self::NoCheckpoint { .. } => 31,
			Self::CheckpointRefused { .. } => 32,
			Self::ExportFailed { .. } => 40,
			Self::ReportFailed { .. } => 41,
			Self::JournalBroken { .. } => 50,
			Self::JournalInUse { .. } => 51,
			Self::JournalOfAnotherChain { .. } => 52,
		}
	}

	/// What it means for the service.
	pub fn severity(&self) -> Severity {
		match self {
			Self::ReportFailed { .. } | Self::ExportFailed { .. } => Severity::Notice,
			Self::WrongBitcoinChain { .. }
			| Self::JournalBroken { .. }
			| Self::JournalInUse { .. }
			| Self::JournalOfAnotherChain { .. } => Severity::Fatal,
			_ => Severity::Blocking,
		}
	}

	/// What the person who runs the service can do.
	pub fn remedy(&self) -> &'static str {
		match self {
			Self::BitcoinUnreachable { .. } => "start bitcoind, or correct bitcoin.url",
			Self::BitcoinCredentials { .. } => {
				"correct bitcoin.cookie_file, or bitcoin.user and PANTHEON_ANCHOR_BITCOIN_PASSWORD"
			},
			Self::WrongBitcoinChain { .. } => {
				"point bitcoin.url at a node of the trust file's network and branch"
			},
			Self::InitialDownload { .. } => "wait until the Bitcoin node has caught up",
			Self::StaleTip { .. } => "check the network connection of the Bitcoin node",
			Self::WalletUnavailable { .. } => {
				"create, load or unlock the wallet that bitcoin.wallet names"
			},
			Self::OutOfFunds { .. } => "send bitcoin to the wallet and let it confirm",
			Self::FeeCeiling { .. } => "wait for lower fees, or raise fees.max_sat_per_vbyte",
			Self::SpendChainBroken { .. } | Self::InputSpentElsewhere { .. } => {
				"use the wallet for nothing else; to begin a new spend chain, move the journal aside"
			},
			Self::TransactionRefused { .. } => "see the reason; it is tried again by itself",
			Self::WalletMisbehaved { .. } | Self::BitcoinError { .. } => {
				"see the log of the Bitcoin node"
			},
			Self::ChainUnreachable { .. } => "start the Pantheon node, or correct chain.url",
			Self::NoCheckpoint { .. } => "wait until the chain has finalised a block",
			Self::CheckpointRefused { .. } => {
				"check that chain.url and trust_file are of the same chain"
			},
			Self::ExportFailed { .. } => "see the reason; it is tried again by itself",
			Self::ReportFailed { .. } => "nothing need be done: no proof relies on the report",
			Self::JournalBroken { .. } => "mend the disk or the file; nothing is sent without journal",
			Self::JournalInUse { .. } => "stop the other pantheon-anchor first",
			Self::JournalOfAnotherChain { .. } => "name another file as journal",
		}
	}
}

impl fmt::Display for Condition {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::BitcoinUnreachable { detail } => {
				write!(f, "the Bitcoin node can't be reached: {detail}")
			},
			Self::BitcoinCredentials { detail } => {
				write!(f, "the Bitcoin node refuses the credentials: {detail}")
			},
			Self::WrongBitcoinChain { expected, found } => {
				write!(
					f,
					"the Bitcoin node is on another chain: expected {expected}, found {found}"
				)
			},
			Self::InitialDownload { height } => {
				write!(f, "the Bitcoin node is still downloading the chain (block {height})")
			},
			Self::StaleTip { height, age_seconds } => {
				write!(f, "the Bitcoin node's newest block, {height}, is {age_seconds} s old")
			},
			Self::WalletUnavailable { detail } => write!(f, "the wallet can't be used: {detail}"),
			Self::OutOfFunds { needed, available } => {
				write!(f, "out of funds: an anchor needs {needed} sat, {available} are spendable")
			},
			Self::FeeCeiling { rate, ceiling } => {
				write!(f, "fees are at {rate} sat/kvB, above the ceiling of {ceiling}")
			},
			Self::SpendChainBroken { expected } => {
				write!(f, "the previous anchor's change {expected} is no longer there to spend")
			},
			Self::InputSpentElsewhere { txid } => {
				write!(
					f,
					"a block holds another transaction that spends the input of anchor {txid}"
				)
			},
			Self::TransactionRefused { reason } => {
				write!(f, "the Bitcoin node refuses the anchor transaction: {reason}")
			},
			Self::WalletMisbehaved { detail } => {
				write!(f, "the wallet did not build what was asked for: {detail}")
			},
			Self::BitcoinError { method, code, detail } => {
				write!(f, "the Bitcoin node failed at {method} (code {code}): {detail}")
			},
			Self::ChainUnreachable { detail } => {
				write!(f, "the Pantheon node can't be reached: {detail}")
			},
			Self::NoCheckpoint { detail } => {
				write!(f, "the Pantheon node has no finalised checkpoint yet: {detail}")
			},
			Self::CheckpointRefused { detail } => {
				write!(f, "the Pantheon node's checkpoint is refused: {detail}")
			},
			Self::ExportFailed { detail } => write!(f, "the proof was not exported: {detail}"),
			Self::ReportFailed { detail } => {
				write!(f, "the anchor was not reported to the chain: {detail}")
			},
			Self::JournalBroken { detail } => write!(f, "the journal can't be used: {detail}"),
			Self::JournalInUse { path } => {
				write!(f, "another pantheon-anchor runs on the journal {path}")
			},
			Self::JournalOfAnotherChain { expected, found } => {
				write!(f, "the journal belongs to {found}, the configuration names {expected}")
			},
		}
	}
}

impl std::error::Error for Condition {}
