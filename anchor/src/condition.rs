//! Everything that can keep the service from its work, as named conditions.
//!
//! A condition appears, under the same name, in the log, in the metrics, in `pantheon-anchor status` and,
//! where it ends the program, as the exit status. Nothing stalls without one.

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
	/// Relaying, or replacing what waits too long, costs more than the ceilings in the configuration allow.
	FeeCeiling {
		/// What it would take, in satoshi per 1,000 virtual bytes.
		rate: u64,
		/// The ceiling, in the same unit.
		ceiling: u64,
	},
	/// The year's budget does not cover the next transaction.
	BudgetSpent {
		/// What it would cost, in satoshi.
		needed: u64,
		/// What is left, in satoshi.
		left: u64,
	},
	/// The two Bitcoin nodes do not have the same chain.
	NodesDisagree {
		/// The height up to which they should agree.
		height: u32,
		/// The first node's block there.
		first: String,
		/// The second node's block there.
		second: String,
	},
	/// The second Bitcoin node can't be asked, or is not fit to be compared with.
	SecondNodeUnusable {
		/// What is wrong with it.
		detail: String,
	},
	/// The journal's spend chain begins elsewhere than the trust file says.
	OriginMismatch {
		/// The trust file's origin.
		expected: String,
		/// What the first anchor spends.
		found: String,
	},
	/// The wallet pays for few more anchors at the fees of now.
	FundsLow {
		/// Satoshi at hand.
		available: u64,
		/// How many anchors that is.
		anchors: u64,
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
	/// There is no journal to read yet.
	NoJournal {
		/// Where it would be.
		path: String,
	},
}

impl Condition {
	/// Every name, in the order of the exit statuses: the metrics show those too that don't hold.
	pub const NAMES: [&'static str; 27] = [
		"bitcoin-unreachable",
		"bitcoin-credentials",
		"wrong-bitcoin-chain",
		"initial-download",
		"stale-tip",
		"wallet-unavailable",
		"out-of-funds",
		"fee-ceiling",
		"spend-chain-broken",
		"input-spent-elsewhere",
		"transaction-refused",
		"wallet-misbehaved",
		"bitcoin-error",
		"budget-spent",
		"nodes-disagree",
		"second-node-unusable",
		"origin-mismatch",
		"chain-unreachable",
		"no-checkpoint",
		"checkpoint-refused",
		"export-failed",
		"report-failed",
		"funds-low",
		"journal-broken",
		"journal-in-use",
		"journal-of-another-chain",
		"no-journal",
	];

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
			Self::BudgetSpent { .. } => "budget-spent",
			Self::NodesDisagree { .. } => "nodes-disagree",
			Self::SecondNodeUnusable { .. } => "second-node-unusable",
			Self::OriginMismatch { .. } => "origin-mismatch",
			Self::FundsLow { .. } => "funds-low",
			Self::ChainUnreachable { .. } => "chain-unreachable",
			Self::NoCheckpoint { .. } => "no-checkpoint",
			Self::CheckpointRefused { .. } => "checkpoint-refused",
			Self::ExportFailed { .. } => "export-failed",
			Self::ReportFailed { .. } => "report-failed",
			Self::JournalBroken { .. } => "journal-broken",
			Self::JournalInUse { .. } => "journal-in-use",
			Self::JournalOfAnotherChain { .. } => "journal-of-another-chain",
			Self::NoJournal { .. } => "no-journal",
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
			Self::BudgetSpent { .. } => 23,
			Self::NodesDisagree { .. } => 24,
			Self::SecondNodeUnusable { .. } => 25,
			Self::OriginMismatch { .. } => 26,
			Self::FundsLow { .. } => 42,
			Self::ChainUnreachable { .. } => 30,
			Self::NoCheckpoint { .. } => 31,
			Self::CheckpointRefused { .. } => 32,
			Self::ExportFailed { .. } => 40,
			Self::ReportFailed { .. } => 41,
			Self::JournalBroken { .. } => 50,
			Self::JournalInUse { .. } => 51,
			Self::JournalOfAnotherChain { .. } => 52,
			Self::NoJournal { .. } => 53,
		}
	}

	/// What it means for the service.
	pub fn severity(&self) -> Severity {
		match self {
			Self::ReportFailed { .. } | Self::ExportFailed { .. } | Self::FundsLow { .. } => {
				Severity::Notice
			},
			Self::WrongBitcoinChain { .. }
			| Self::OriginMismatch { .. }
			| Self::JournalBroken { .. }
			| Self::JournalInUse { .. }
			| Self::JournalOfAnotherChain { .. }
			| Self::NoJournal { .. } => Severity::Fatal,
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
			Self::FeeCeiling { .. } => {
				"wait for lower fees, or raise fees.max_sat_per_vbyte or fees.max_sat_per_transaction"
			},
			Self::BudgetSpent { .. } => "raise fees.max_sat_per_year, or wait for the next budget year",
			Self::NodesDisagree { .. } => {
				"find out which node is on the wrong branch; bitcoin.pinned_block keeps the first on one"
			},
			Self::SecondNodeUnusable { .. } => {
				"start the second node or let it catch up, or take bitcoin.second out"
			},
			Self::OriginMismatch { .. } => {
				"use the trust file or the journal that belongs to this spend chain"
			},
			Self::FundsLow { .. } => "send bitcoin to the wallet before it runs out",
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
			Self::NoJournal { .. } => {
				"begin with `pantheon-anchor run`, which makes it; if it lies elsewhere, correct `journal` in the configuration"
			},
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
			Self::BudgetSpent { needed, left, .. } => {
				write!(f, "the year's budget is spent: {needed} sat are needed, {left} are left")
			},
			Self::NodesDisagree { height, first, second } => {
				write!(
					f,
					"the two Bitcoin nodes disagree about block {height}: {first} and {second}"
				)
			},
			Self::SecondNodeUnusable { detail } => {
				write!(f, "the second Bitcoin node can't be compared with: {detail}")
			},
			Self::OriginMismatch { expected, found } => {
				write!(
					f,
					"the journal's spend chain begins at {found}, the trust file's at {expected}"
				)
			},
			Self::FundsLow { available, anchors } => {
				write!(f, "{available} sat are left: {anchors} anchors at the fees of now")
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
			Self::NoJournal { path } => write!(f, "there is no journal at {path} yet"),
		}
	}
}

impl std::error::Error for Condition {}

#[cfg(test)]
mod tests {
	use super::Condition;
	use std::collections::BTreeSet;

	/// The guide's table, the help text and the metrics are made from names; none may be missing.
	#[test]
	fn every_name_is_unique_and_stands_in_the_guide_and_the_source() {
		let unique: BTreeSet<_> = Condition::NAMES.iter().collect();
		assert_eq!(unique.len(), Condition::NAMES.len());
		let guide = include_str!("../../docs/guides/run-the-anchor.md");
		let help = include_str!("main.rs");
		let source = include_str!("condition.rs");
		// From the first match to the second: the arms of `name`.
		let (_, arms) = source.split_once("pub fn name(&self)").expect("is there");
		let (arms, codes) = arms.split_once("pub fn exit_code(&self)").expect("comes after it");
		assert_eq!(arms.matches("=> \"").count(), Condition::NAMES.len());
		for name in Condition::NAMES {
			assert!(arms.contains(&format!("=> \"{name}\"")), "{name}");
			assert!(guide.contains(&format!("`{name}`")), "the guide does not name {name}");
			assert!(help.contains(name), "the help does not name {name}");
			let variant = arms
				.lines()
				.find(|line| line.contains(&format!("\"{name}\"")))
				.and_then(|line| line.trim().split(' ').next())
				.expect("an arm");
			let code = codes
				.lines()
				.find(|line| line.contains(&format!("{variant} {{ .. }} => ")))
				.and_then(|line| line.trim().trim_end_matches(',').rsplit(' ').next())
				.expect("a code");
			assert!(
				guide.contains(&format!("| {code} | `{name}`")),
				"the guide's status of {name}"
			);
			assert!(help.contains(&format!("{code} {name}")), "the help's status of {name}");
		}
	}
}
