//! What reaches the machine and what it asks for.

use super::{Anchor, AnchorId, BlockPlace, Version, VersionNumber};
use crate::condition::Condition;
use bitcoin::{Amount, OutPoint};
use pantheon_primitives::Checkpoint;

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
	/// Time has passed. `now` is seconds since 1970; a clock that jumps back only delays.
	Tick {
		/// The time.
		now: u64,
	},
	/// What an anchor would cost at the fees of now. The cadence follows it.
	CostSeen(Amount),
	/// What the wallet holds for further anchors.
	FundsSeen(Amount),
	/// The list of all anchors was written anew.
	Listed(Result<(), Condition>),
	/// The chain has a finalised checkpoint, checked under the trust file.
	CheckpointAvailable(Checkpoint),
	/// The chain could not be read.
	ChainUnavailable(Condition),
	/// The Bitcoin node passed every guard and has this tip.
	BitcoinUsable(BlockPlace),
	/// The Bitcoin node did not pass: nothing is built, sent or concluded from it.
	BitcoinUnusable(Condition),
	/// Answer to [`Action::BuildAndSign`]: signed, not yet sent.
	Built {
		/// The anchor.
		anchor: AnchorId,
		/// The transaction.
		version: Version,
	},
	/// Answer to [`Action::BuildAndSign`]: it could not be built.
	BuildFailed {
		/// The anchor.
		anchor: AnchorId,
		/// Why.
		condition: Condition,
	},
	/// Answer to [`Action::Send`].
	SendResult {
		/// The anchor.
		anchor: AnchorId,
		/// The version that was sent.
		version: VersionNumber,
		/// What came of it.
		outcome: SendOutcome,
	},
	/// Answer to [`Action::Recheck`].
	Located {
		/// The anchor.
		anchor: AnchorId,
		/// The tip for which the answer holds.
		tip: BlockPlace,
		/// Where each version is, in the order asked for.
		whereabouts: Vec<(VersionNumber, Whereabouts)>,
	},
	/// Answer to [`Action::Recheck`]: no answer could be had.
	LocateFailed(Condition),
	/// Answer to [`Action::Export`].
	Exported {
		/// The anchor.
		anchor: AnchorId,
		/// Whether the file is in place.
		result: Result<(), Condition>,
	},
	/// Answer to [`Action::Report`].
	Reported {
		/// The anchor.
		anchor: AnchorId,
		/// Whether the chain took it.
		result: Result<(), Condition>,
	},
}

/// What came of sending a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SendOutcome {
	/// It is in the node's mempool now (or was before).
	Accepted,
	/// A block holds it already.
	AlreadyMined,
	/// The node refused it.
	Refused(Condition),
	/// No answer: the node may or may not have it.
	Unknown(Condition),
}

/// Where a transaction is, by the node's account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whereabouts {
	/// In this block of the best chain.
	InBlock(BlockPlace),
	/// In the mempool.
	InMempool,
	/// Neither in a block nor in the mempool.
	Nowhere,
	/// A block of the best chain spends its input otherwise.
	Conflicted,
}

/// What a transaction spends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spend {
	/// Any confirmed output of the wallet: the spend chain begins, and nobody has named its origin.
	FromWallet,
	/// This output of the spend chain: the previous anchor's change, or the origin that the trust file names.
	Chain(OutPoint),
	/// The inputs of these versions, which it replaces: it must pay more than each of them.
	Replacing(Vec<Version>),
}

/// A transaction to be built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuildRequest {
	/// The number it gets.
	pub number: VersionNumber,
	/// What it commits to.
	pub checkpoint: Checkpoint,
	/// What it spends.
	pub spend: Spend,
	/// What is left of the year's budget for this anchor: the fee must not exceed it.
	pub limit: Amount,
	/// Height of the tip.
	pub height: u32,
}

/// Something to do. Actions of one answer are done in order; if [`Action::Persist`] fails, nothing after
/// it may be done. Every other action is answered by the event that names it, whatever happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
	/// Write the anchor to the journal, durably. The commit point: comes before each first sending.
	Persist(Box<Anchor>),
	/// Build and sign a transaction; don't send it.
	BuildAndSign {
		/// For this anchor.
		anchor: AnchorId,
		/// What.
		request: BuildRequest,
	},
	/// Send a journalled version, the very bytes.
	Send {
		/// The anchor.
		anchor: AnchorId,
		/// The version.
		version: Box<Version>,
	},
	/// Find out where the anchor's versions are.
	Recheck {
		/// The anchor.
		anchor: AnchorId,
		/// Its versions.
		versions: Vec<Version>,
	},
	/// Build, check and write the proof of a confirmed anchor.
	Export(Box<Anchor>),
	/// Report a confirmed, exported anchor to the chain.
	Report(Box<Anchor>),
}
