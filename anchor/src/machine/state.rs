//! What the machine knows about each anchor.

use bitcoin::{Amount, BlockHash, OutPoint, Txid};
use pantheon_primitives::Checkpoint;
use std::fmt;

/// An anchor's number in this journal: 1, 2, 3 … in the order of the spend chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AnchorId(u64);

impl AnchorId {
	/// Wraps a number.
	pub const fn new(number: u64) -> Self {
		Self(number)
	}

	/// The number.
	pub const fn get(self) -> u64 {
		self.0
	}

	/// The next anchor's.
	pub const fn next(self) -> Self {
		Self(self.0.saturating_add(1))
	}
}

impl fmt::Display for AnchorId {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		self.0.fmt(f)
	}
}

/// Which of an anchor's transactions: 0 is the first, each replacement is one higher.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VersionNumber(u32);

impl VersionNumber {
	/// The first version of every anchor.
	pub const FIRST: Self = Self(0);

	/// Wraps a number.
	pub const fn new(number: u32) -> Self {
		Self(number)
	}

	/// The number.
	pub const fn get(self) -> u32 {
		self.0
	}

	/// The number of the version after it.
	pub const fn next(self) -> Self {
		Self(self.0.saturating_add(1))
	}
}

/// A signed transaction that anchors a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
	/// Its number within the anchor.
	pub number: VersionNumber,
	/// What it commits to.
	pub checkpoint: Checkpoint,
	/// Its id (without witnesses, so the signature's bytes don't matter).
	pub txid: Txid,
	/// The signed transaction, in Bitcoin's serialisation. Sent again byte by byte.
	pub raw: Vec<u8>,
	/// The outputs it spends. The first is the spend chain's.
	pub inputs: Vec<OutPoint>,
	/// The output with the change: what the next anchor spends.
	pub change: OutPoint,
	/// The change, in satoshi.
	pub change_value: Amount,
	/// The fee, in satoshi.
	pub fee: Amount,
	/// Height of the tip when it was built: how long it has been waiting for a block. None where a journal of
	/// layout 1 did not say.
	pub built_at_height: Option<u32>,
}

impl Version {
	/// The output of the spend chain that it spends: the previous anchor's change, or the chain's origin.
	pub fn chain_input(&self) -> Option<&OutPoint> {
		self.inputs.first()
	}
}

/// A block of the Bitcoin chain by height and hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockPlace {
	/// Height, zero for the genesis block.
	pub height: u32,
	/// Hash of the block.
	pub hash: BlockHash,
}

/// Where a version stands in a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MinedAt {
	/// The version that the block holds.
	pub version: VersionNumber,
	/// The block.
	pub block: BlockPlace,
}

/// How far an anchor has come.
///
/// Forward: pending → prepared → broadcast → mined → confirmed → final. A lost block leads from mined or
/// confirmed back to broadcast; nothing leads back from broadcast to prepared, or out of final.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
	/// A checkpoint is chosen, no transaction exists. Never journalled: after a crash the newest
	/// checkpoint is chosen anew, and it covers this one.
	Pending {
		/// The checkpoint to anchor.
		checkpoint: Checkpoint,
	},
	/// A signed transaction stands in the journal. It may or may not have been sent.
	Prepared,
	/// A node has accepted at least one version.
	Broadcast,
	/// A block holds a version.
	Mined(MinedAt),
	/// A block holds a version, with as many blocks as the policy asks for to call it confirmed.
	Confirmed(MinedAt),
	/// So deep that it is not looked at again.
	Final(MinedAt),
}

impl Stage {
	/// The name in the journal, the log and `status`.
	pub fn name(&self) -> &'static str {
		match self {
			Self::Pending { .. } => "pending",
			Self::Prepared => "prepared",
			Self::Broadcast => "broadcast",
			Self::Mined(_) => "mined",
			Self::Confirmed(_) => "confirmed",
			Self::Final(_) => "final",
		}
	}

	/// The block, where one holds the anchor.
	pub fn mined_at(&self) -> Option<&MinedAt> {
		match self {
			Self::Mined(at) | Self::Confirmed(at) | Self::Final(at) => Some(at),
			_ => None,
		}
	}

	/// Confirmed or final: the next anchor may spend its change.
	pub fn is_settled(&self) -> bool {
		matches!(self, Self::Confirmed(_) | Self::Final(_))
	}
}

/// Whether something that follows a confirmed anchor has been done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Followup {
	/// Not yet.
	#[default]
	Open,
	/// Done for the block that holds the anchor now.
	Done,
}

/// One anchor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
	/// Its number.
	pub id: AnchorId,
	/// How far it has come.
	pub stage: Stage,
	/// Every version that was ever journalled, oldest first: any of them may be mined.
	pub versions: Vec<Version>,
	/// Whether the proof has been exported.
	pub export: Followup,
	/// Whether the chain has taken the report.
	pub report: Followup,
	/// When its first version was journalled, seconds since 1970.
	pub prepared_at: u64,
}

impl Anchor {
	/// The most that it may cost: the fee of the version that a block holds, else the highest fee of any
	/// version, since any of them may be mined.
	pub fn cost(&self) -> Amount {
		let highest = || self.versions.iter().map(|v| v.fee).max().unwrap_or(Amount::ZERO);
		let mined = self.stage.mined_at().and_then(|at| self.version(at.version));
		mined.map_or_else(highest, |version| version.fee)
	}

	/// Whether a transaction stands in the journal and no block holds one.
	pub fn is_waiting(&self) -> bool {
		matches!(self.stage, Stage::Prepared | Stage::Broadcast)
	}

	/// The version with this number.
	pub fn version(&self, number: VersionNumber) -> Option<&Version> {
		self.versions.iter().find(|v| v.number == number)
	}

	/// The newest version: the one to send.
	pub fn newest_version(&self) -> Option<&Version> {
		self.versions.last()
	}

	/// The version that a block holds, else the newest one.
	pub fn effective_version(&self) -> Option<&Version> {
		match self.stage.mined_at() {
			Some(at) => self.version(at.version),
			None => self.newest_version(),
		}
	}

	/// What it anchors.
	pub fn checkpoint(&self) -> Option<&Checkpoint> {
		match &self.stage {
			Stage::Pending { checkpoint } => Some(checkpoint),
			_ => self.effective_version().map(|v| &v.checkpoint),
		}
	}
}
