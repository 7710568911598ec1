//! What the operator decided about depth and rhythm.

use super::{BlockPlace, MinedAt, Stage};
use bitcoin::{Amount, OutPoint};

/// Whether anchors are reported to the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reporting {
	/// With the configured account.
	On,
	/// No account is configured.
	Off,
}

/// Whether the budget spreads the anchors over the year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cadence {
	/// The dearer anchors are, the further apart, between the least and the greatest interval.
	Paced,
	/// As soon as something is new: a single run. The year's budget binds all the same.
	AtOnce,
}

/// Depths and intervals. All times in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
	/// Confirmations from which an anchor is exported and the next one begins. The block itself
	/// counts as one.
	pub confirmed: u32,
	/// Confirmations from which an anchor is no longer looked at.
	pub final_: u32,
	/// Whether the budget spreads the anchors.
	pub cadence: Cadence,
	/// Least time between two anchors.
	pub min_interval: u64,
	/// Time to which the budget may stretch the interval, and after which a newer block is anchored even if
	/// the log has not grown, so that the freshness of operator heads can be shown. None: stretched as far as
	/// the budget asks for, and nothing is anchored without growth.
	pub max_interval: Option<u64>,
	/// What all anchors of a budget year may cost together.
	pub budget: Amount,
	/// Blocks that an unmined version waits before it is replaced at a higher fee.
	pub bump_after: u32,
	/// Anchors that the wallet should at least pay for: below it, a notice.
	pub low_funds: u64,
	/// The output that the first anchor must spend. None: any of the wallet's.
	pub origin: Option<OutPoint>,
	/// Pause after a failure before the same thing is tried again.
	pub retry_pause: u64,
	/// How often an unmined anchor is looked for while the tip stays the same.
	pub recheck_pause: u64,
	/// Whether anchors are reported to the chain.
	pub reporting: Reporting,
}

impl Default for Policy {
	fn default() -> Self {
		Self {
			confirmed: 6,
			final_: 100,
			cadence: Cadence::Paced,
			min_interval: 3_600,
			max_interval: Some(86_400),
			budget: Amount::from_sat(5_000_000),
			bump_after: 2,
			low_funds: 50,
			origin: None,
			retry_pause: 30,
			recheck_pause: 60,
			reporting: Reporting::Off,
		}
	}
}

impl Policy {
	/// The stage of an anchor in that block, seen from that tip.
	pub(super) fn stage_of(&self, at: MinedAt, tip: &BlockPlace) -> Stage {
		let depth = tip.height.saturating_sub(at.block.height).saturating_add(1);
		if depth >= self.final_ {
			Stage::Final(at)
		} else if depth >= self.confirmed {
			Stage::Confirmed(at)
		} else {
			Stage::Mined(at)
		}
	}
}
