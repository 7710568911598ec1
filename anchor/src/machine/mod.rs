//! The life of an anchor, as a pure state machine: events in, actions out; no I/O, no clock.
//!
//! A restart after a crash is no special case. [`Machine::restore`] takes what the journal holds and then
//! waits for the same events as a machine that never stopped: the first usable tip makes it ask where each
//! unfinished anchor is, and the answer, not a guess about the crash, decides what happens next.
//!
//! What always holds (each is checked by `schedules.rs`, over random events and crashes):
//! 1. A version is journalled before it is sent, and a journalled version's bytes never change.
//! 2. At most one anchor is unsettled: the next begins when the one before is confirmed.
//! 3. Two anchors never spend the same output; versions of one anchor share their first input.
//! 4. An anchor's checkpoint never covers less of the log than the one before.
//! 5. Whatever stops the work stands in [`Machine::conditions`].

mod event;
mod policy;
#[cfg(test)]
mod schedules;
mod state;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod world;

pub use event::{Action, Event, SendOutcome, Spend, Whereabouts};
pub use policy::{Policy, Reporting};
pub use state::{Anchor, AnchorId, BlockPlace, Followup, MinedAt, Stage, Version, VersionNumber};

use crate::condition::Condition;
use bitcoin::BlockHash;
use pantheon_primitives::Checkpoint;
use std::collections::{BTreeMap, BTreeSet};

/// What a condition is about: a new one replaces the one on the same topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Topic {
	Bitcoin,
	Build,
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
}

impl Machine {
	/// A machine over what the journal holds: the unfinished anchors and the newest final one.
	pub fn restore(policy: Policy, mut journalled: Vec<Anchor>) -> Self {
		journalled.sort_by_key(|a| a.id);
		Self {
			policy,
			anchors: journalled,
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
				self.fail(Topic::Build, condition);
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
		// In the order of the spend chain: a child can't be sent before its parent.
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
		self.begin(now, &tip, actions);
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

	/// Begins the next anchor, or goes on with a pending one.
	fn begin(&mut self, now: u64, tip: &BlockPlace, actions: &mut Vec<Action>) {
		let Some(newest) = self.newest else { return };
		let is_pending = |a: &Anchor| matches!(a.stage, Stage::Pending { .. });
		// A pending anchor waits for its parent too: a reorganisation may have unsettled it meanwhile.
		let mut others = self.anchors.iter().filter(|a| !is_pending(a));
		if !others.all(|a| self.is_settled_under(a, tip)) {
			return;
		}
		if !self.anchors.last().is_some_and(is_pending) {
			if !self.is_due(&newest, now) {
				return;
			}
			let id = self.anchors.last().map_or(AnchorId::new(1), |a| a.id.next());
			self.anchors.push(Anchor {
				id,
				stage: Stage::Pending { checkpoint: newest },
				versions: Vec::new(),
				export: Followup::Open,
				report: Followup::Open,
				prepared_at: now,
			});
		}
		let spend = match self.anchors.iter().rev().nth(1).map(Anchor::effective_version) {
			None => Spend::FromWallet,
			Some(Some(version)) => Spend::Previous(version.change),
			// Every journalled anchor has a version.
			Some(None) => return,
		};
		let retry = self.may_try(Topic::Build, now);
		let Some(anchor) = self.anchors.last_mut() else { return };
		if retry && self.asked.insert(Asked::Build(anchor.id)) {
			anchor.stage = Stage::Pending { checkpoint: newest };
			actions.push(Action::BuildAndSign { anchor: anchor.id, checkpoint: newest, spend });
		}
	}

	/// Whether the checkpoint covers anything that the last anchor does not.
	fn is_news(&self, checkpoint: &Checkpoint) -> bool {
		let last = self.anchors.iter().rev().find_map(|a| match a.stage {
			Stage::Pending { .. } => None,
			_ => a.checkpoint(),
		});
		match last {
			None => checkpoint.log_size > 0,
			Some(last) => checkpoint.log_size > last.log_size,
		}
	}

	/// Whether it is time to anchor the checkpoint.
	fn is_due(&self, checkpoint: &Checkpoint, now: u64) -> bool {
		let Some(last) = self.anchors.last() else { return self.is_news(checkpoint) };
		// A start that lies in the future means that the clock was set back: don't wait for it.
		let passed =
			|interval: u64| now.checked_sub(last.prepared_at).is_none_or(|s| s >= interval);
		let moved = last.checkpoint().is_some_and(|c| checkpoint.block_number > c.block_number);
		(self.is_news(checkpoint) && passed(self.policy.min_interval))
			|| (moved && self.policy.max_interval.is_some_and(passed))
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
		now.checked_sub(*failed).is_none_or(|passed| passed >= self.policy.retry_pause)
	}

	fn fail(&mut self, topic: Topic, condition: Condition) {
		self.failed_at.insert(topic, self.now.unwrap_or_default());
		self.conditions.insert(topic, condition);
	}

	fn succeed(&mut self, topic: Topic) {
		self.failed_at.remove(&topic);
		self.conditions.remove(&topic);
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

	fn prepare(&mut self, id: AnchorId, version: Version, actions: &mut Vec<Action>) {
		self.asked.remove(&Asked::Build(id));
		self.succeed(Topic::Build);
		let now = self.now.unwrap_or_default();
		let Some(anchor) = self.anchors.iter_mut().find(|a| a.id == id) else { return };
		if !matches!(anchor.stage, Stage::Pending { .. }) {
			return;
		}
		anchor.stage = Stage::Prepared;
		anchor.prepared_at = now;
		anchor.versions.push(version.clone());
		self.asked.insert(Asked::Send(id));
		actions.push(Action::Persist(Box::new(anchor.clone())));
		actions.push(Action::Send { anchor: id, version: Box::new(version) });
	}

	fn take_send_result(&mut self, id: AnchorId, outcome: SendOutcome, actions: &mut Vec<Action>) {
		self.asked.remove(&Asked::Send(id));
		let topic = Topic::Send(id);
		match outcome {
			SendOutcome::Accepted => {
				self.succeed(topic);
				let Some(anchor) = self.anchors.iter_mut().find(|a| a.id == id) else { return };
				if anchor.stage == Stage::Prepared {
					anchor.stage = Stage::Broadcast;
					actions.push(Action::Persist(Box::new(anchor.clone())));
				}
			},
			// The recheck, due at once, finds the block; or doesn't yet, where the wallet lags behind the
			// chain. So it is not sent again before the pause has passed.
			SendOutcome::AlreadyMined => {
				self.succeed(topic);
				self.failed_at.insert(topic, self.now.unwrap_or_default());
				self.checks.remove(&id);
			},
			// Stays where it is: the next recheck shows whether the node has it after all.
			SendOutcome::Refused(condition) => self.fail(topic, condition),
			SendOutcome::Unknown(condition) => self.lose_bitcoin(condition),
		}
	}

	fn locate(
		&mut self,
		id: AnchorId,
		tip: BlockPlace,
		whereabouts: &[(VersionNumber, Whereabouts)],
		actions: &mut Vec<Action>,
	) {
		self.asked.remove(&Asked::Recheck(id));
		let now = self.now.unwrap_or_default();
		self.checks.insert(id, Check { tip: tip.hash, at: now });
		// A block that came in meanwhile is the tip from now on, for the other anchors too.
		self.tip = self.tip.map(|_| tip);
		let may_send = self.may_try(Topic::Send(id), now);
		let Some(anchor) = self.anchors.iter_mut().find(|a| a.id == id) else { return };
		if matches!(anchor.stage, Stage::Final(_) | Stage::Pending { .. }) {
			return;
		}
		let mined = whereabouts.iter().find_map(|(version, at)| match at {
			Whereabouts::InBlock(block) => Some(MinedAt { version: *version, block: *block }),
			_ => None,
		});
		let found = |what: Whereabouts| whereabouts.iter().any(|(_, at)| *at == what);
		let stage = match mined {
			Some(at) => self.policy.stage_of(at, &tip),
			// Back, if a block was lost; the versions are what they were.
			None if anchor.stage.mined_at().is_some() || found(Whereabouts::InMempool) => {
				Stage::Broadcast
			},
			None => anchor.stage,
		};
		if stage != anchor.stage {
			if stage.mined_at() != anchor.stage.mined_at() {
				anchor.export = Followup::Open;
				anchor.report = Followup::Open;
			}
			anchor.stage = stage;
			actions.push(Action::Persist(Box::new(anchor.clone())));
		}
		if mined.is_some() || found(Whereabouts::InMempool) {
			self.succeed(Topic::Send(id));
			self.succeed(Topic::Conflict(id));
			self.drop_finished();
			return;
		}
		let sendable = whereabouts
			.iter()
			.rev()
			.find(|(_, at)| *at == Whereabouts::Nowhere)
			.and_then(|(number, _)| anchor.version(*number).cloned());
		match sendable {
			Some(version) => {
				self.succeed(Topic::Conflict(id));
				if may_send && self.asked.insert(Asked::Send(id)) {
					actions.push(Action::Send { anchor: id, version: Box::new(version) });
				}
			},
			None => {
				if let Some(txid) = anchor.newest_version().map(|v| v.txid) {
					self.fail(Topic::Conflict(id), Condition::InputSpentElsewhere { txid });
				}
			},
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

	/// Forgets final, exported anchors, except the newest: its change is what the next one spends. An anchor
	/// that the chain has not taken by then is not reported any more, for a newer one covers it. The journal
	/// keeps them all.
	fn drop_finished(&mut self) {
		let finished =
			|a: &Anchor| matches!(a.stage, Stage::Final(_)) && a.export == Followup::Done;
		while matches!(&self.anchors[..], [first, second, ..] if finished(first) && !second.versions.is_empty())
		{
			let gone = self.anchors.remove(0).id;
			self.checks.remove(&gone);
			for topic in
				[Topic::Send(gone), Topic::Conflict(gone), Topic::Export(gone), Topic::Report(gone)]
			{
				self.succeed(topic);
			}
		}
	}
}
