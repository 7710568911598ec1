//! Takes in what was built and sent, and where transactions are: the answers of the Bitcoin side.

use super::*;

impl Machine {
	/// A transaction was built and signed: the commit point. It is journalled, then sent.
	pub(super) fn prepare(&mut self, id: AnchorId, version: Version, actions: &mut Vec<Action>) {
		self.asked.remove(&Asked::Build(id));
		self.succeed(self.build_topic(id));
		let now = self.now.unwrap_or_default();
		let Some(anchor) = self.anchors.iter_mut().find(|a| a.id == id) else { return };
		let expected =
			anchor.newest_version().map_or(VersionNumber::FIRST, |newest| newest.number.next());
		if version.number != expected {
			return;
		}
		match anchor.stage {
			Stage::Pending { .. } => {
				anchor.stage = Stage::Prepared;
				anchor.prepared_at = now;
			},
			Stage::Prepared | Stage::Broadcast => {},
			// A block came in meanwhile: what was built is forgotten, and nobody has seen it.
			_ => return,
		}
		anchor.versions.push(version.clone());
		self.refusals.remove(&id);
		self.lost_at.remove(&id);
		self.asked.insert(Asked::Send(id));
		actions.push(Action::Persist(Box::new(anchor.clone())));
		actions.push(Action::Send { anchor: id, version: Box::new(version) });
	}

	pub(super) fn take_send_result(
		&mut self,
		id: AnchorId,
		outcome: SendOutcome,
		actions: &mut Vec<Action>,
	) {
		self.asked.remove(&Asked::Send(id));
		let topic = Topic::Send(id);
		match outcome {
			SendOutcome::Accepted => {
				self.succeed(topic);
				self.refusals.remove(&id);
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
			// Stays where it is: the next recheck shows whether the node has it after all. Refused again, it
			// is replaced by one that pays more.
			SendOutcome::Refused(condition) => {
				let times = self.refusals.entry(id).or_default();
				*times = times.saturating_add(1);
				self.fail(topic, condition);
			},
			SendOutcome::Unknown(condition) => self.lose_bitcoin(condition),
		}
	}

	/// Takes in where an anchor's versions are, and sends again what is nowhere.
	pub(super) fn locate(
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
		let Some(index) = self.anchors.iter().position(|a| a.id == id) else { return };
		let mined = whereabouts.iter().find_map(|(version, at)| match at {
			Whereabouts::InBlock(block) => Some(MinedAt { version: *version, block: *block }),
			_ => None,
		});
		let in_mempool = whereabouts.iter().any(|(_, at)| *at == Whereabouts::InMempool);
		let policy = self.policy;
		let Some(anchor) = self.anchors.get_mut(index) else { return };
		if matches!(anchor.stage, Stage::Final(_) | Stage::Pending { .. }) {
			return;
		}
		let stage = match mined {
			Some(at) => policy.stage_of(at, &tip),
			// Back, if a block was lost; the versions are what they were.
			None if anchor.stage.mined_at().is_some() || in_mempool => Stage::Broadcast,
			None => anchor.stage,
		};
		if stage != anchor.stage {
			if stage.mined_at().is_none() && anchor.stage.mined_at().is_some() {
				self.lost_at.insert(id, tip.height);
			}
			if stage.mined_at() != anchor.stage.mined_at() {
				anchor.export = Followup::Open;
				anchor.report = Followup::Open;
			}
			anchor.stage = stage;
			actions.push(Action::Persist(Box::new(anchor.clone())));
		}
		if mined.is_some() {
			self.refusals.remove(&id);
			for topic in [Topic::Bump(id), Topic::Send(id), Topic::Conflict(id)] {
				self.succeed(topic);
			}
			self.drop_finished();
			return;
		}
		if in_mempool {
			// The pause stays: a newer version that the node refused is not pressed on it at each look.
			self.conditions.remove(&Topic::Send(id));
			self.succeed(Topic::Conflict(id));
		}
		if self.front(&tip) == Some(index) {
			self.send_again(index, whereabouts, actions);
		}
	}

	/// Sends the newest usable version that is nowhere. Where an older one waits in the mempool, the newest is
	/// a replacement that was journalled and did not arrive.
	fn send_again(
		&mut self,
		index: usize,
		whereabouts: &[(VersionNumber, Whereabouts)],
		actions: &mut Vec<Action>,
	) {
		let Some(id) = self.anchors.get(index).map(|a| a.id) else { return };
		let now = self.now.unwrap_or_default();
		let place = |version: &Version| {
			whereabouts.iter().find(|(number, _)| *number == version.number).map(|(_, at)| *at)
		};
		let mut usable: Vec<(Version, Option<Whereabouts>)> =
			self.usable_versions(index).map(|v| (v.clone(), place(v))).collect();
		let Some((newest, newest_at)) = usable.pop() else {
			// What they spent does not exist any more: none of them is in conflict, and a new one is built.
			self.succeed(Topic::Conflict(id));
			return;
		};
		match newest_at {
			// It was built while the question was under way: ask again.
			None => {
				self.checks.remove(&id);
				return;
			},
			Some(Whereabouts::InMempool) => return,
			_ => {},
		}
		let at = |what| usable.iter().any(|(_, at)| *at == Some(what));
		let sendable = match newest_at {
			Some(Whereabouts::Nowhere) => Some(newest.clone()),
			_ if at(Whereabouts::InMempool) => return,
			_ => usable
				.iter()
				.rev()
				.find(|(_, at)| *at == Some(Whereabouts::Nowhere))
				.map(|(v, _)| v.clone()),
		};
		match sendable {
			Some(version) => {
				self.succeed(Topic::Conflict(id));
				if self.may_try(Topic::Send(id), now) && self.asked.insert(Asked::Send(id)) {
					actions.push(Action::Send { anchor: id, version: Box::new(version) });
				}
			},
			None => {
				let txid = newest.txid;
				self.fail(Topic::Conflict(id), Condition::InputSpentElsewhere { txid });
			},
		}
	}
}
