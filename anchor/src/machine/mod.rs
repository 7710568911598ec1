//! The life of an anchor, as a pure state machine: events in, actions out; no I/O, no clock.
//!
//! A restart after a crash is no special case. [`Machine::restore`] takes what the journal holds and then
//! waits for the same events as a machine that never stopped: the first usable tip makes it ask where each
//! unfinished anchor is, and the answer, not a guess about the crash, decides what happens next.
//!
//! What always holds (each is checked by `schedules.rs`, over random events and crashes):
//! 1. A version is journalled before it is sent, and a journalled version's bytes never change.
//! 2. One anchor is in flight: the next begins when the one before is confirmed. Should a reorganisation
//!    unsettle several, only the first of them is worked on; the others wait for it.
//! 3. Each version spends the change of a version of the anchor before, so that at most one version of each
//!    anchor can ever be mined; versions that replace one another share that input.
//! 4. An anchor's checkpoint never covers less of the log than the one before.
//! 5. No version is built that the year's budget doesn't cover.
//! 6. Whatever stops the work stands in [`Machine::conditions`].
//!
//! Parts: `advance` here decides what is due, `begin.rs` begins anchors and replaces transactions that wait
//! too long, `locate.rs` takes in where transactions are.

mod begin;
mod budget;
mod event;
#[cfg(test)]
mod fake_bitcoin;
mod locate;
mod policy;
#[cfg(test)]
mod schedules;
mod state;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod world;

pub use budget::{BudgetYear, Spending, YEAR};
pub use event::{Action, BuildRequest, Event, SendOutcome, Spend, Whereabouts};
pub use policy::{Cadence, Policy, Reporting};
pub use state::{Anchor, AnchorId, BlockPlace, Followup, MinedAt, Stage, Version, VersionNumber};

use crate::condition::Condition;
use bitcoin::{Amount, BlockHash};
use pantheon_primitives::Checkpoint;
use std::collections::{BTreeMap, BTreeSet};

/// A refused report waits this many times as long as anything else before it is tried again.
const REPORT_PATIENCE: u64 = 20;

/// What a condition is about: a new one replaces the one on the same topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Topic {
	Bitcoin,
	Funds,
	List,
	Build,
	Bump(AnchorId),
	Send(AnchorId),
	Conflict(AnchorId),
	Chain,
	Export(AnchorId),
	Report(AnchorId),
}

/// A question that has been asked and not been answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Asked {
	Build(AnchorId),
	Send(AnchorId),
	Recheck(AnchorId),
	Export(AnchorId),
	Report(AnchorId),
}

/// When and for which tip an anchor was last located.
#[derive(Clone, Copy, Debug)]
struct Check {
	tip: BlockHash,
	at: u64,
}

/// The machine.
#[derive(Debug)]
pub struct Machine {
	policy: Policy,
	/// Unfinished anchors and the newest final one, in the order of the spend chain.
	anchors: Vec<Anchor>,
	newest: Option<Checkpoint>,
	tip: Option<BlockPlace>,
	now: Option<u64>,
	checks: BTreeMap<AnchorId, Check>,
	asked: BTreeSet<Asked>,
	/// Last failed attempt per topic: tried again after the policy's pause.
	failed_at: BTreeMap<Topic, u64>,
	conditions: BTreeMap<Topic, Condition>,
	/// Height at which a block that held the anchor was lost: it waits anew from there.
	lost_at: BTreeMap<AnchorId, u32>,
	/// How often in a row the node refused the anchor's newest version.
	refusals: BTreeMap<AnchorId, u32>,
	/// The fees of anchors that are no longer in `anchors`.
	spent: Vec<Spending>,
	/// What an anchor would cost now.
	cost: Option<Amount>,
	/// What the wallet holds for further anchors.
	funds: Option<Amount>,
}

impl Machine {
	/// A machine over what the journal holds: the unfinished anchors and the newest final one, and what the
	/// others cost.
	pub fn restore(policy: Policy, mut journalled: Vec<Anchor>, spent: Vec<Spending>) -> Self {
		journalled.sort_by_key(|a| a.id);
		Self {
			policy,
			anchors: journalled,
			lost_at: BTreeMap::new(),
			refusals: BTreeMap::new(),
			spent,
			cost: None,
			funds: None,
			newest: None,
			tip: None,
			now: None,
			checks: BTreeMap::new(),
			asked: BTreeSet::new(),
			failed_at: BTreeMap::new(),
			conditions: BTreeMap::new(),
		}
	}

	/// The anchors that the machine looks after, oldest first.
	pub fn anchors(&self) -> &[Anchor] {
		&self.anchors
	}

	/// Everything that stands in the way now.
	pub fn conditions(&self) -> impl Iterator<Item = &Condition> {
		self.conditions.values()
	}

	/// The tip of the Bitcoin chain; none while the node is not usable.
	pub fn tip(&self) -> Option<&BlockPlace> {
		self.tip.as_ref()
	}

	/// The newest checkpoint of the chain that was accepted; none before the first.
	pub fn newest(&self) -> Option<&Checkpoint> {
		self.newest.as_ref()
	}

	/// What an anchor would cost now, by the node's last answer.
	pub fn cost(&self) -> Option<Amount> {
		self.cost
	}

	/// What the wallet holds for further anchors, by the node's last answer.
	pub fn funds(&self) -> Option<Amount> {
		self.funds
	}

	/// The budget year that goes on; none before the first tick.
	pub fn budget(&self) -> Option<BudgetYear> {
		self.now.map(|now| self.budget_at(now))
	}

	/// Seconds between two anchors as they are paced now; none before the first tick.
	pub fn interval(&self) -> Option<u64> {
		self.now.map(|now| self.interval_at(now))
	}

	/// Whether all that is known is anchored, confirmed and exported, and reported or refused: a
	/// single run (`--once`) ends here.
	pub fn is_at_rest(&self) -> bool {
		let wants_none = self.newest.as_ref().is_some_and(|c| !self.is_news(c));
		let settled = |a: &Anchor| {
			let reported = a.report == Followup::Done
				|| self.policy.reporting == Reporting::Off
				|| self.failed_at.contains_key(&Topic::Report(a.id));
			a.stage.is_settled() && a.export == Followup::Done && reported
		};
		wants_none && self.anchors.iter().all(settled)
	}

	/// Takes an event, answers what to do.
	pub fn handle(&mut self, event: Event) -> Vec<Action> {
		let mut actions = Vec::new();
		match event {
			Event::Tick { now } => self.now = Some(now),
			Event::CostSeen(cost) => {
				self.cost = Some(cost);
				self.judge_funds();
			},
			Event::FundsSeen(funds) => {
				self.funds = Some(funds);
				self.judge_funds();
			},
			Event::Listed(Ok(())) => self.succeed(Topic::List),
			Event::Listed(Err(condition)) => self.fail(Topic::List, condition),
			Event::CheckpointAvailable(checkpoint) => self.take_checkpoint(checkpoint),
			Event::ChainUnavailable(condition) => self.fail(Topic::Chain, condition),
			Event::BitcoinUsable(tip) => {
				self.tip = Some(tip);
				self.succeed(Topic::Bitcoin);
			},
			Event::BitcoinUnusable(condition) => self.lose_bitcoin(condition),
			Event::Built { anchor, version } => self.prepare(anchor, version, &mut actions),
			Event::BuildFailed { anchor, condition } => {
				self.asked.remove(&Asked::Build(anchor));
				// One that a block holds by now needs no replacement.
				let waits = |a: &Anchor| a.id == anchor && a.stage.mined_at().is_none();
				if self.anchors.iter().any(waits) {
					self.fail(self.build_topic(anchor), condition);
				}
			},
			Event::SendResult { anchor, version: _, outcome } => {
				self.take_send_result(anchor, outcome, &mut actions)
			},
			Event::Located { anchor, tip, whereabouts } => {
				self.locate(anchor, tip, &whereabouts, &mut actions)
			},
			Event::LocateFailed(condition) => {
				self.asked.retain(|a| !matches!(a, Asked::Recheck(_)));
				self.lose_bitcoin(condition);
			},
			Event::Exported { anchor, result } => {
				self.asked.remove(&Asked::Export(anchor));
				self.follow_up(anchor, Topic::Export(anchor), result, &mut actions);
			},
			Event::Reported { anchor, result } => {
				self.asked.remove(&Asked::Report(anchor));
				self.follow_up(anchor, Topic::Report(anchor), result, &mut actions);
			},
		}
		self.advance(&mut actions);
		actions
	}

	/// Asks for everything that is due. The only place where work begins.
	fn advance(&mut self, actions: &mut Vec<Action>) {
		let (Some(now), Some(tip)) = (self.now, self.tip) else { return };
		// In the order of the spend chain: a child's place depends on its parent's.
		for anchor in &self.anchors {
			if !anchor.versions.is_empty()
				&& self.check_is_due(anchor, &tip, now)
				&& !self.asked.contains(&Asked::Send(anchor.id))
				&& self.asked.insert(Asked::Recheck(anchor.id))
			{
				actions
					.push(Action::Recheck { anchor: anchor.id, versions: anchor.versions.clone() });
			}
		}
		for anchor in &self.anchors {
			if !self.is_settled_under(anchor, &tip) {
				continue;
			}
			if anchor.export == Followup::Open {
				if self.may_try(Topic::Export(anchor.id), now)
					&& self.asked.insert(Asked::Export(anchor.id))
				{
					actions.push(Action::Export(Box::new(anchor.clone())));
				}
			} else if self.policy.reporting == Reporting::On
				&& anchor.report == Followup::Open
				&& self.may_try(Topic::Report(anchor.id), now)
				&& self.asked.insert(Asked::Report(anchor.id))
			{
				actions.push(Action::Report(Box::new(anchor.clone())));
			}
		}
		match self.front(&tip) {
			None => self.begin(now, &tip, actions),
			Some(front) => self.replace(front, now, &tip, actions),
		}
	}

	/// The first anchor that has a transaction and is not settled: the one that is worked on.
	fn front(&self, tip: &BlockPlace) -> Option<usize> {
		let unsettled = |a: &Anchor| !a.versions.is_empty() && !self.is_settled_under(a, tip);
		self.anchors.iter().position(unsettled)
	}

	/// Whether an anchor is settled by what was found under this very tip. What was true under another one
	/// may no longer be: nothing is exported or built upon before it was looked at again.
	fn is_settled_under(&self, anchor: &Anchor, tip: &BlockPlace) -> bool {
		match anchor.stage {
			Stage::Final(_) => true,
			Stage::Confirmed(_) => {
				self.checks.get(&anchor.id).is_some_and(|check| check.tip == tip.hash)
			},
			_ => false,
		}
	}

	fn check_is_due(&self, anchor: &Anchor, tip: &BlockPlace, now: u64) -> bool {
		if matches!(anchor.stage, Stage::Final(_) | Stage::Pending { .. }) {
			return false;
		}
		let Some(check) = self.checks.get(&anchor.id) else { return true };
		let unmined = anchor.stage.mined_at().is_none();
		let old = now.checked_sub(check.at).is_none_or(|age| age >= self.policy.recheck_pause);
		check.tip != tip.hash || (unmined && old)
	}

	fn may_try(&self, topic: Topic, now: u64) -> bool {
		let Some(failed) = self.failed_at.get(&topic) else { return true };
		// A report that the chain refuses costs a fee, and nothing waits for it.
		let times = if matches!(topic, Topic::Report(_)) { REPORT_PATIENCE } else { 1 };
		let pause = self.policy.retry_pause.saturating_mul(times);
		now.checked_sub(*failed).is_none_or(|passed| passed >= pause)
	}

	fn fail(&mut self, topic: Topic, condition: Condition) {
		self.failed_at.insert(topic, self.now.unwrap_or_default());
		self.conditions.insert(topic, condition);
	}

	fn succeed(&mut self, topic: Topic) {
		self.failed_at.remove(&topic);
		self.conditions.remove(&topic);
	}

	/// Says in time that the wallet runs dry.
	fn judge_funds(&mut self) {
		let (Some(cost), Some(funds)) = (self.cost, self.funds) else { return };
		let anchors = funds.to_sat() / cost.to_sat().max(1);
		match anchors < self.policy.low_funds {
			true => {
				let available = funds.to_sat();
				self.conditions.insert(Topic::Funds, Condition::FundsLow { available, anchors });
			},
			false => self.succeed(Topic::Funds),
		}
	}

	/// Without a node nothing is known about any tip.
	fn lose_bitcoin(&mut self, condition: Condition) {
		self.tip = None;
		self.fail(Topic::Bitcoin, condition);
	}

	fn take_checkpoint(&mut self, checkpoint: Checkpoint) {
		let anchored = self.anchors.iter().rev().find_map(|a| a.checkpoint());
		let known = self.newest.as_ref().into_iter().chain(anchored);
		let mut older = false;
		for other in known {
			if checkpoint.genesis != other.genesis {
				let detail =
					format!("it is of chain {}, not {}", checkpoint.genesis, other.genesis);
				return self.fail(Topic::Chain, Condition::CheckpointRefused { detail });
			}
			// The log only grows. A node that shows less at a later block shows another log.
			if checkpoint.block_number >= other.block_number && checkpoint.log_size < other.log_size
			{
				let detail = format!(
					"block {} has {} entries, the earlier block {} had {}",
					checkpoint.block_number,
					checkpoint.log_size,
					other.block_number,
					other.log_size,
				);
				return self.fail(Topic::Chain, Condition::CheckpointRefused { detail });
			}
			older |= checkpoint.block_number < other.block_number;
		}
		self.succeed(Topic::Chain);
		// A node that lags behind is no fault; after a restart it is better than nothing.
		if !older || self.newest.is_none() {
			self.newest = Some(checkpoint);
		}
	}

	fn follow_up(
		&mut self,
		id: AnchorId,
		topic: Topic,
		result: Result<(), Condition>,
		actions: &mut Vec<Action>,
	) {
		// An answer may come after its anchor was finished and forgotten.
		if !self.anchors.iter().any(|a| a.id == id) {
			return;
		}
		if let Err(condition) = result {
			return self.fail(topic, condition);
		}
		self.succeed(topic);
		let Some(anchor) = self.anchors.iter_mut().find(|a| a.id == id) else { return };
		if !anchor.stage.is_settled() {
			return;
		}
		match topic {
			Topic::Export(_) => anchor.export = Followup::Done,
			_ => anchor.report = Followup::Done,
		}
		actions.push(Action::Persist(Box::new(anchor.clone())));
		self.drop_finished();
	}

	/// Forgets final, exported anchors, except the newest: its change is what the next one spends, and which of
	/// its versions is mined says which of the next one's can be. An anchor that the chain has not taken by then
	/// is not reported any more, for a newer one covers it. The journal keeps them all.
	fn drop_finished(&mut self) {
		let finished =
			|a: &Anchor| matches!(a.stage, Stage::Final(_)) && a.export == Followup::Done;
		let is_final = |a: &Anchor| matches!(a.stage, Stage::Final(_));
		while matches!(&self.anchors[..], [first, second, ..] if finished(first) && is_final(second))
		{
			let gone = self.anchors.remove(0);
			self.spent.push(Spending { at: gone.prepared_at, fee: gone.cost() });
			let id = gone.id;
			self.checks.remove(&id);
			self.refusals.remove(&id);
			self.lost_at.remove(&id);
			for topic in [
				Topic::Bump(id),
				Topic::Send(id),
				Topic::Conflict(id),
				Topic::Export(id),
				Topic::Report(id),
			] {
				self.succeed(topic);
			}
		}
	}
}
