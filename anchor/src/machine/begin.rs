//! Begins anchors, in the rhythm that the budget allows, and replaces transactions that wait too long.

use super::*;

/// Times that a node refuses a version before it is replaced: the first may be a passing trouble.
const REFUSALS: u32 = 2;

impl Machine {
	/// Begins the next anchor, or goes on with a pending one. Every anchor that has a transaction is settled.
	pub(super) fn begin(&mut self, now: u64, tip: &BlockPlace, actions: &mut Vec<Action>) {
		let Some(newest) = self.newest else { return };
		let is_pending = |a: &Anchor| matches!(a.stage, Stage::Pending { .. });
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
		let Some(spend) = self.chain_output(self.anchors.len().saturating_sub(1)) else { return };
		let retry = self.may_try(Topic::Build, now);
		let limit = self.budget_at(now).left;
		let Some(anchor) = self.anchors.last_mut() else { return };
		if retry && self.asked.insert(Asked::Build(anchor.id)) {
			anchor.stage = Stage::Pending { checkpoint: newest };
			let number = VersionNumber::FIRST;
			let height = tip.height;
			let request = BuildRequest { number, checkpoint: newest, spend, limit, height };
			actions.push(Action::BuildAndSign { anchor: anchor.id, request });
		}
	}

	/// Replaces the transaction of the anchor in flight, with the newest checkpoint: where it has waited too
	/// long, where the node won't have it, or where a reorganisation has put another version of its parent
	/// into the chain, so that what it spends does not exist any more.
	pub(super) fn replace(
		&mut self,
		front: usize,
		now: u64,
		tip: &BlockPlace,
		actions: &mut Vec<Action>,
	) {
		let Some(anchor) = self.anchors.get(front) else { return };
		let id = anchor.id;
		let looked_at = self.checks.get(&id).is_some_and(|check| check.tip == tip.hash);
		let busy = [Asked::Recheck(id), Asked::Send(id), Asked::Build(id)];
		if !anchor.is_waiting()
			|| !looked_at
			|| self.conditions.contains_key(&Topic::Conflict(id))
			|| busy.iter().any(|asked| self.asked.contains(asked))
			|| !self.may_try(Topic::Bump(id), now)
		{
			return;
		}
		let Some(last) = anchor.newest_version() else { return };
		let usable: Vec<Version> = self.usable_versions(front).cloned().collect();
		let refused = self.refusals.get(&id).is_some_and(|times| *times >= REFUSALS);
		let spend = match usable.last() {
			None => self.chain_output(front),
			Some(newest) => {
				let since = newest.built_at_height.max(self.lost_at.get(&id).copied());
				let waited = since
					.is_none_or(|since| tip.height.saturating_sub(since) >= self.policy.bump_after);
				(waited || refused).then_some(Spend::Replacing(usable))
			},
		};
		let Some(spend) = spend else { return };
		// A node that lags behind may know less than what is already committed to; and an anchor that a deep
		// reorganisation has brought back must not come to cover more than the one after it.
		let is_last =
			self.anchors.iter().skip(front.saturating_add(1)).all(|a| a.versions.is_empty());
		let newer = self.newest.filter(|c| {
			is_last
				&& c.block_number > last.checkpoint.block_number
				&& c.log_size >= last.checkpoint.log_size
		});
		// The anchor's own cost so far is part of what is spent, and is given back by the replacement.
		let left = self.budget_at(now).left;
		let request = BuildRequest {
			number: last.number.next(),
			checkpoint: newer.unwrap_or(last.checkpoint),
			spend,
			limit: left.checked_add(anchor.cost()).unwrap_or(Amount::MAX_MONEY),
			height: tip.height,
		};
		self.asked.insert(Asked::Build(id));
		actions.push(Action::BuildAndSign { anchor: id, request });
	}

	/// The anchor before the one at this index; none where there is none, or where it is final and no longer
	/// looked at.
	fn parent(&self, index: usize) -> Option<&Anchor> {
		let before = self.anchors.get(index.checked_sub(1)?)?;
		(Some(before.id.next()) == self.anchors.get(index).map(|a| a.id)).then_some(before)
	}

	/// The output of the spend chain that the anchor at this index spends: its parent's change.
	fn chain_output(&self, index: usize) -> Option<Spend> {
		if self.anchors.get(index)?.id == AnchorId::new(1) {
			return Some(self.policy.origin.map_or(Spend::FromWallet, Spend::Chain));
		}
		// Every journalled anchor has a version.
		Some(Spend::Chain(self.parent(index)?.effective_version()?.change))
	}

	/// The versions of an anchor whose input exists in the chain as it is: those that spend the change of the
	/// parent's version that is mined. A parent that is no longer looked at is final.
	pub(super) fn usable_versions(&self, index: usize) -> impl Iterator<Item = &Version> {
		let change = self.parent(index).and_then(Anchor::effective_version).map(|v| v.change);
		let versions = self.anchors.get(index).map(|a| a.versions.as_slice()).unwrap_or_default();
		versions.iter().filter(move |v| change.is_none_or(|c| v.chain_input() == Some(&c)))
	}

	/// What a failed build is about: the next anchor, or a replacement.
	pub(super) fn build_topic(&self, id: AnchorId) -> Topic {
		match self.anchors.iter().find(|a| a.id == id) {
			Some(anchor) if !anchor.versions.is_empty() => Topic::Bump(id),
			_ => Topic::Build,
		}
	}

	/// Whether the checkpoint covers anything that the last anchor does not.
	pub(super) fn is_news(&self, checkpoint: &Checkpoint) -> bool {
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
		(self.is_news(checkpoint) && passed(self.interval_at(now)))
			|| (moved && self.policy.max_interval.is_some_and(passed))
	}

	pub(super) fn budget_at(&self, now: u64) -> BudgetYear {
		let live = self
			.anchors
			.iter()
			.filter(|a| !a.versions.is_empty())
			.map(|a| Spending { at: a.prepared_at, fee: a.cost() });
		BudgetYear::of(self.spent.iter().copied().chain(live), self.policy.budget, now)
	}

	/// Seconds between two anchors, as the budget allows.
	pub(super) fn interval_at(&self, now: u64) -> u64 {
		let Policy { cadence, min_interval, max_interval, .. } = self.policy;
		match (cadence, self.cost) {
			(Cadence::Paced, Some(cost)) => {
				let most = max_interval.unwrap_or(YEAR).max(min_interval);
				self.budget_at(now).pace(now, cost).clamp(min_interval, most)
			},
			_ => min_interval,
		}
	}
}
