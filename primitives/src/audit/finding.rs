//! What is wrong, and where.

use crate::OperatorId;
use alloc::{boxed::Box, string::ToString};
use core::fmt;

/// The rule that does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Rule {
	/// What was told does not come in the right order.
	Order,
	/// A block header can't be read.
	Header,
	/// Block 0 is the trust file's.
	Genesis,
	/// A header names the block before it.
	Parent,
	/// Blocks are numbered without gaps.
	BlockNumber,
	/// A header carries one log digest.
	HeaderDigest,
	/// A key is given once, before its operator's first entry.
	Key,
	/// An entry is a statement in its one canonical form.
	Statement,
	/// A record is for this chain's log.
	Log,
	/// An operator's entries are numbered without gaps.
	Sequence,
	/// A record names the one before it.
	Previous,
	/// The seal is the operator's over this record.
	Seal,
	/// A batch's members are the ones that were sealed.
	BatchRoot,
	/// Single outcomes, denials and approvals answer an open intent.
	Pairing,
	/// The log has as many entries as the header says.
	LogSize,
	/// The entries give the root in the header.
	LogRoot,
	/// A change of authorities is final under the set before it.
	Handoff,
	/// The chain's authorities are those of the trust file.
	Authorities,
	/// The last block is final.
	Finality,
	/// An anchor is of a checkpoint of this log.
	AnchorCheckpoint,
	/// A Bitcoin header follows from the pinned one.
	BitcoinHeader,
	/// An anchor's transaction is in the Bitcoin block.
	Anchor,
	/// Enough blocks and work lie on an anchor.
	AnchorDepth,
}

impl Rule {
	/// Its name in reports.
	pub const fn name(self) -> &'static str {
		match self {
			Self::Order => "order",
			Self::Header => "header",
			Self::Genesis => "genesis",
			Self::Parent => "parent",
			Self::BlockNumber => "block-number",
			Self::HeaderDigest => "header-digest",
			Self::Key => "key",
			Self::Statement => "statement",
			Self::Log => "log",
			Self::Sequence => "sequence",
			Self::Previous => "previous",
			Self::Seal => "seal",
			Self::BatchRoot => "batch-root",
			Self::Pairing => "pairing",
			Self::LogSize => "log-size",
			Self::LogRoot => "log-root",
			Self::Handoff => "handoff",
			Self::Authorities => "authorities",
			Self::Finality => "finality",
			Self::AnchorCheckpoint => "anchor-checkpoint",
			Self::BitcoinHeader => "bitcoin-header",
			Self::Anchor => "anchor",
			Self::AnchorDepth => "anchor-depth",
		}
	}

	/// Whether it is about a block's header.
	pub(super) const fn is_of_blocks(self) -> bool {
		matches!(self, Self::Header | Self::Genesis)
	}
}

/// Where it is; what does not apply is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
	/// Number of the block.
	pub block: Option<u32>,
	/// Index in the log.
	pub entry: Option<u64>,
	/// Operator and position in its chain.
	pub operator: Option<(OperatorId, u64)>,
	/// Which anchor, from 0 in the order given.
	pub anchor: Option<u64>,
	/// Height in Bitcoin.
	pub bitcoin_height: Option<u32>,
}

impl fmt::Display for Position {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		let mut before = "";
		let mut part = |f: &mut fmt::Formatter<'_>, text: fmt::Arguments<'_>| {
			let written = write!(f, "{before}{text}");
			before = ", ";
			written
		};
		if let Some(block) = self.block {
			part(f, format_args!("block {block}"))?;
		}
		if let Some(entry) = self.entry {
			part(f, format_args!("entry {entry}"))?;
		}
		if let Some((operator, sequence)) = self.operator {
			part(f, format_args!("operator {operator} sequence {sequence}"))?;
		}
		if let Some(anchor) = self.anchor {
			part(f, format_args!("anchor {anchor}"))?;
		}
		if let Some(height) = self.bitcoin_height {
			part(f, format_args!("Bitcoin height {height}"))?;
		}
		if before.is_empty() {
			f.write_str("the whole")?;
		}
		Ok(())
	}
}

/// The first thing that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{position}: rule {}: {reason}", .rule.name())]
pub struct Finding {
	/// Where.
	pub position: Position,
	/// Which rule.
	pub rule: Rule,
	/// Why, in words.
	pub reason: Box<str>,
}

impl Finding {
	/// Somewhere; the auditor adds where it stands.
	pub(super) fn new(rule: Rule, reason: impl ToString) -> Self {
		Self { position: Position::default(), rule, reason: reason.to_string().into() }
	}
}

/// Turns an error into a finding.
pub(super) fn fail<E: ToString>(rule: Rule) -> impl Fn(E) -> Finding {
	move |error| Finding::new(rule, error)
}
