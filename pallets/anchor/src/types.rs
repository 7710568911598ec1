//! What is kept of anchors, and the bounds on what a report may carry.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use pantheon_primitives::{
	bitcoin::{AnchoredAt, BitcoinNetwork, HeaderRules, PinnedHeader},
	Checkpoint,
};
use scale_info::TypeInfo;

/// Most Bitcoin headers in one report: two difficulty periods, four weeks of blocks.
pub const MAX_HEADERS: u32 = 4_032;

/// Most bytes of a report's two transactions together: one standard transaction at its largest.
pub const MAX_TRANSACTION_BYTES: u32 = 100_000;

/// Headers of accepted anchors that later reports may start from, beside the pinned one.
pub const MAX_KNOWN_HEADERS: u32 = 16;

/// Anchors that stay in state.
pub const MAX_ANCHORS: u64 = 64;

/// Blocks whose number this divides are landmarks: consistency proofs lead to the log at the newest
/// landmark or the one before. (The log at the newest block won't do: whoever makes a proof doesn't
/// know which block will take it in.)
pub const LANDMARK_INTERVAL: u32 = 256;

/// What the chain demands of the Bitcoin side of an anchor. Set at genesis.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct AnchorRules {
	/// The Bitcoin network.
	pub network: BitcoinNetwork,
	/// A header of that network that the chain trusts from its genesis.
	pub pinned: PinnedHeader,
	/// Easiest target that any header may have, in compact form; none for no floor besides the
	/// network's rules.
	pub max_target: Option<u32>,
	/// Least number of blocks from the anchor's on, that one included.
	pub min_confirmations: u32,
}

impl AnchorRules {
	/// The rules for a proof that starts after `pinned`.
	///
	/// No least work is asked for on top of the floor: difficulty floor and confirmations already say how
	/// much work there is at least.
	pub const fn starting_after(&self, pinned: PinnedHeader) -> HeaderRules {
		HeaderRules {
			network: self.network,
			pinned,
			min_confirmations: self.min_confirmations,
			min_work: [0; 32],
			max_target: self.max_target,
		}
	}
}

/// An accepted anchor.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Anchor {
	/// What was anchored.
	pub checkpoint: Checkpoint,
	/// Where.
	pub bitcoin: AnchoredAt,
}
