//! Drives the machine: fetches what it is told, does what it asks, in order, and tells it what came of it.

use crate::{
	chain::CheckpointSource,
	condition::{Condition, Severity},
	fees::{anchor_vbytes, choose_rate, FeePolicy},
	guards::Guards,
	journal::{Journal, Store},
	list::write_list,
	machine::{
		Action, Anchor, BlockPlace, Cadence, Event, Followup, Machine, Policy, Version,
		VersionNumber, Whereabouts,
	},
	metrics::Board,
	proof::{prove, retract, write},
	rpc::BitcoinRpc,
	status::{Activity, Snapshot},
	wallet::build,
};
use bitcoin::{consensus::serialize, Amount, BlockHash};
use pantheon_primitives::{
	bitcoin::{HeaderRules, PinnedHeader, HEADER_LEN},
	GenesisHash,
};
use std::{
	collections::{BTreeMap, VecDeque},
	path::PathBuf,
	sync::{
		mpsc::{Receiver, RecvTimeoutError},
		Arc,
	},
	time::{Duration, SystemTime, UNIX_EPOCH},
};
use tracing::{debug, info, warn};

/// How often a condition that lasts is logged again.
const REMIND_AFTER: u64 = 600;
/// How often fees and funds are looked at while the tip stays the same.
const SURVEY_AFTER: u64 = 60;
/// Actions after which one round is cut off. None comes near; it keeps a mistake from spinning.
const MAX_STEPS: usize = 10_000;

/// Most headers in a report (`pallet-anchor`).
const MAX_REPORT_HEADERS: u32 = 4_032;

/// What the service works with, apart from its two nodes.
#[derive(Clone, Debug)]
pub struct Settings {
	/// The Pantheon chain.
	pub genesis: GenesisHash,
	/// Where proofs go.
	pub export_dir: PathBuf,
	/// What auditors demand of a proof.
	pub rules: HeaderRules,
	/// What the Bitcoin node must show.
	pub guards: Guards,
	/// What may be paid.
	pub fees: FeePolicy,
	/// Depths and intervals.
	pub policy: Policy,
	/// How often both nodes are looked at.
	pub poll: Duration,
}

/// When a run ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
	/// When it is asked to.
	Stopped,
	/// When the newest checkpoint of the start is anchored, confirmed and exported, or something has
	/// blocked the work for longer than the given seconds.
	AtRest {
		/// Seconds.
		patience: u64,
	},
}

/// The service.
pub struct Service<R, C, J = Journal> {
	rpc: R,
	/// A node that must agree with the first.
	second: Option<R>,
	chain: C,
	journal: J,
	/// What `/metrics` shows.
	board: Arc<Board>,
	/// The tip and the time of the last look at fees and funds.
	surveyed: Option<(BlockHash, u64)>,
	/// Whether the list of anchors is older than the journal.
	list: Freshness,
	machine: Machine,
	settings: Settings,
	until: Until,
	/// A single run anchors the checkpoint it began with and follows no newer one.
	checkpoint_known: bool,
	/// Conditions that were logged, and when.
	logged: BTreeMap<&'static str, u64>,
	blocked_since: Option<u64>,
}

/// Whether something written follows the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Freshness {
	Current,
	Behind,
}

/// Seconds since 1970.
pub fn unix_now() -> u64 {
	SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |passed| passed.as_secs())
}

impl<R: BitcoinRpc, C: CheckpointSource, J: Store> Service<R, C, J> {
	/// Takes up what the journal holds.
	pub fn new(
		rpc: R,
		chain: C,
		journal: J,
		mut settings: Settings,
		until: Until,
	) -> Result<Self, Condition> {
		if let Until::AtRest { .. } = until {
			// Whoever asks for one anchor now means now.
			settings.policy.cadence = Cadence::AtOnce;
			settings.policy.min_interval = 0;
			settings.policy.max_interval = None;
		}
		check_origin(&settings.policy, &journal.all()?)?;
		let machine = Machine::restore(settings.policy, journal.unfinished()?, journal.spent()?);
		for anchor in machine.anchors() {
			debug!(anchor = %anchor.id, stage = anchor.stage.name(), "taken up from the journal");
		}
		Ok(Self {
			rpc,
			second: None,
			chain,
			journal,
			board: Arc::default(),
			surveyed: None,
			list: Freshness::Behind,
			machine,
			settings,
			until,
			checkpoint_known: false,
			logged: BTreeMap::new(),
			blocked_since: None,
		})
	}

	/// With a second node, which must agree with the first before anything is built, sent or concluded.
	pub fn with_second(mut self, second: Option<R>) -> Self {
		self.second = second;
		self
	}

	/// Shows its metrics there.
	pub fn with_board(mut self, board: Arc<Board>) -> Self {
		self.board = board;
		self
	}

	/// The machine's view.
	pub fn machine(&self) -> &Machine {
		&self.machine
	}

	/// Runs until it is stopped, or done, or can't go on. The error is the condition that ended it.
	pub fn run(&mut self, stop: &Receiver<()>) -> Result<(), Condition> {
		let result = loop {
			if let Err(condition) = self.round(unix_now()) {
				break Err(condition);
			}
			if let Until::AtRest { patience } = self.until {
				if self.machine.is_at_rest() {
					info!("nothing left to do");
					break Ok(());
				}
				if let Some(condition) = self.lost_patience(unix_now(), patience) {
					break Err(condition);
				}
			}
			match stop.recv_timeout(self.settings.poll) {
				Err(RecvTimeoutError::Timeout) => {},
				_ => {
					info!("asked to stop");
					break Ok(());
				},
			}
		};
		if let Err(condition) = &result {
			warn!(condition = condition.name(), remedy = condition.remedy(), "{condition}");
		}
		self.beat(unix_now(), Activity::Ended)?;
		result
	}

	/// Looks at both nodes once and does what follows. An error is fatal.
	pub fn round(&mut self, now: u64) -> Result<(), Condition> {
		let tip = self.settings.guards.check_both(&self.rpc, self.second.as_ref(), now);
		let mut events = match &tip {
			Ok(tip) => self.survey(tip, now),
			Err(_) => Vec::new(),
		};
		events.push(match tip {
			Ok(tip) => Event::BitcoinUsable(tip),
			Err(condition) => Event::BitcoinUnusable(condition),
		});
		let chain = match (self.until, self.checkpoint_known) {
			(Until::AtRest { .. }, true) => None,
			_ => Some(match self.chain.newest() {
				Ok(checkpoint) => {
					self.checkpoint_known = true;
					Event::CheckpointAvailable(checkpoint)
				},
				Err(condition) => Event::ChainUnavailable(condition),
			}),
		};
		events.extend(chain);
		events.push(Event::Tick { now });
		let mut queue = VecDeque::new();
		for event in events {
			queue.extend(self.machine.handle(event));
		}
		self.work_off(queue)?;
		if let Some(event) = self.write_list()? {
			let follows = self.machine.handle(event);
			self.work_off(follows.into())?;
		}
		self.log_conditions(now);
		self.beat(now, Activity::Running)?;
		let fatal = self.machine.conditions().find(|c| c.severity() == Severity::Fatal);
		fatal.cloned().map_or(Ok(()), Err)
	}

	/// Does what is asked for, and what that leads to.
	fn work_off(&mut self, mut queue: VecDeque<Action>) -> Result<(), Condition> {
		for _ in 0..MAX_STEPS {
			let Some(action) = queue.pop_front() else { break };
			if let Some(event) = self.perform(action)? {
				queue.extend(self.machine.handle(event));
			}
		}
		Ok(())
	}

	/// Does one thing and says what came of it. Only a failing journal is an error: nothing may follow it.
	fn perform(&mut self, action: Action) -> Result<Option<Event>, Condition> {
		Ok(Some(match action {
			Action::Persist(anchor) => {
				self.journal.persist(&anchor)?;
				self.list = Freshness::Behind;
				let txid = anchor.effective_version().map(|v| v.txid.to_string());
				let height = anchor.stage.mined_at().map(|at| at.block.height);
				let stage = anchor.stage.name();
				let version = anchor.effective_version().map(|v| v.number.get());
				let fee = anchor.effective_version().map(|v| v.fee.to_sat());
				info!(anchor = %anchor.id, stage, version, txid, fee, height, "anchor journalled");
				return Ok(None);
			},
			Action::BuildAndSign { anchor, request } => {
				match build(&self.rpc, &self.settings.fees, &request) {
					Ok(version) => Event::Built { anchor, version },
					Err(condition) => Event::BuildFailed { anchor, condition },
				}
			},
			Action::Send { anchor, version } => {
				let outcome = self.rpc.send(&version.raw);
				debug!(%anchor, txid = %version.txid, ?outcome, "sent");
				Event::SendResult { anchor, version: version.number, outcome }
			},
			Action::Recheck { anchor, versions } => match self.locate(&versions) {
				Ok((tip, whereabouts)) => Event::Located { anchor, tip, whereabouts },
				Err(condition) => Event::LocateFailed(condition),
			},
			Action::Export(anchor) => {
				let Settings { rules, policy, export_dir, .. } = &self.settings;
				let written = prove(&self.rpc, &anchor, rules, policy.final_)
					.and_then(|proven| write(export_dir, &proven).map(|path| (path, proven)))
					.and_then(|done| retract(export_dir, &anchor).map(|()| done));
				let result = written.map(|(path, proven)| {
					let (height, deep) = (proven.at.height, proven.at.confirmations);
					info!(anchor = %anchor.id, height, deep, path = %path.display(), "proof exported");
				});
				Event::Exported { anchor: anchor.id, result }
			},
			Action::Report(anchor) => {
				let depth = self.settings.policy.final_;
				let proven = self
					.report_rules(&anchor)
					.and_then(|rules| prove(&self.rpc, &anchor, &rules, depth));
				let result = match proven {
					Ok(proven) => self.chain.report(&proven.file.checkpoint, &proven.file.proof),
					Err(condition) => {
						Err(Condition::ReportFailed { detail: condition.to_string() })
					},
				};
				if result.is_ok() {
					info!(anchor = %anchor.id, "reported to the chain");
				}
				Event::Reported { anchor: anchor.id, result }
			},
		}))
	}

	/// What an anchor would cost and what the wallet holds, at each new tip and now and then. Where the node
	/// doesn't answer, what was known stays: the failure shows where it matters, at building.
	fn survey(&mut self, tip: &BlockPlace, now: u64) -> Vec<Event> {
		let recent = |(hash, at): &(BlockHash, u64)| {
			*hash == tip.hash && now.checked_sub(*at).is_some_and(|age| age < SURVEY_AFTER)
		};
		if self.surveyed.as_ref().is_some_and(recent) {
			return Vec::new();
		}
		self.surveyed = Some((tip.hash, now));
		let vbytes = anchor_vbytes();
		let mut events = Vec::new();
		if let Ok(rate) = choose_rate(&self.rpc, &self.settings.fees, vbytes) {
			events.push(Event::CostSeen(rate.fee(vbytes)));
		}
		if let Ok(unspent) = self.rpc.unspent() {
			// The change of what is in flight is not confirmed, but it is ours.
			let newest = self.machine.anchors().last().and_then(Anchor::effective_version);
			let change = newest.map(|v| (v.change, v.change_value));
			let others = unspent.iter().filter(|u| change.is_none_or(|(c, _)| u.outpoint != c));
			let others: Amount = others.map(|u| u.value).sum();
			events.push(Event::FundsSeen(others + change.map_or(Amount::ZERO, |(_, value)| value)));
		}
		events
	}

	/// Writes the list of all anchors where it is behind the journal. A failure is a notice.
	fn write_list(&mut self) -> Result<Option<Event>, Condition> {
		if self.list == Freshness::Current {
			return Ok(None);
		}
		let anchors = self.journal.all()?;
		let Settings { export_dir, genesis, rules, .. } = &self.settings;
		let written = write_list(export_dir, genesis, rules.network, &anchors);
		if written.is_ok() {
			self.list = Freshness::Current;
		}
		Ok(Some(Event::Listed(written)))
	}

	fn locate(
		&self,
		versions: &[Version],
	) -> Result<(BlockPlace, Vec<(VersionNumber, Whereabouts)>), Condition> {
		// The tip first: a block that comes in between is found at the next round.
		let info = self.rpc.chain_info()?;
		let whereabouts = versions
			.iter()
			.map(|version| Ok((version.number, self.rpc.whereabouts(&version.txid)?)))
			.collect::<Result<_, Condition>>()?;
		Ok((BlockPlace { height: info.height, hash: info.hash }, whereabouts))
	}

	/// The rules under which the chain checks a report: it takes few headers, so that once the pinned one is
	/// far, the report starts from the last reported anchor's block, which the chain knows.
	fn report_rules(&self, anchor: &Anchor) -> Result<HeaderRules, Condition> {
		let rules = self.settings.rules;
		let height = |a: &Anchor| a.stage.mined_at().map(|at| at.block.height);
		let top = height(anchor).map(|h| h.saturating_add(self.settings.policy.final_));
		if top.is_none_or(|top| top.saturating_sub(rules.pinned.height) <= MAX_REPORT_HEADERS) {
			return Ok(rules);
		}
		let anchors = self.journal.all()?;
		let last = anchors
			.iter()
			.filter(|a| a.id < anchor.id && a.report == Followup::Done)
			.filter_map(|a| a.stage.mined_at())
			.next_back();
		let Some(last) = last else { return Ok(rules) };
		let header: [u8; HEADER_LEN] = serialize(&self.rpc.header(&last.block.hash)?)
			.try_into()
			.map_err(|_| Condition::ReportFailed { detail: "a header is malformed".into() })?;
		Ok(HeaderRules { pinned: PinnedHeader { height: last.block.height, header }, ..rules })
	}

	/// The first condition that blocks, once it has lasted too long for a single run.
	fn lost_patience(&mut self, now: u64, patience: u64) -> Option<Condition> {
		let Some(condition) =
			self.machine.conditions().find(|c| c.severity() >= Severity::Blocking).cloned()
		else {
			self.blocked_since = None;
			return None;
		};
		let since = *self.blocked_since.get_or_insert(now);
		(now.saturating_sub(since) >= patience).then_some(condition)
	}

	/// Logs each condition when it begins, now and then while it lasts, and when it has passed.
	fn log_conditions(&mut self, now: u64) {
		let mut passed = std::mem::take(&mut self.logged);
		for condition in self.machine.conditions() {
			let name = condition.name();
			let last = passed.remove(name);
			if last.is_none_or(|at| now.saturating_sub(at) >= REMIND_AFTER) {
				warn!(condition = name, remedy = condition.remedy(), "{condition}");
				self.logged.insert(name, now);
			} else if let Some(at) = last {
				self.logged.insert(name, at);
			}
		}
		for name in passed.into_keys() {
			info!(condition = name, "passed");
		}
	}

	fn beat(&self, now: u64, activity: Activity) -> Result<(), Condition> {
		let silent_after = self.settings.poll.as_secs().saturating_mul(3).saturating_add(60);
		let network = self.settings.rules.network.name();
		let budget = self.settings.policy.budget;
		let snapshot = Snapshot::of(&self.machine, network, activity, silent_after, budget);
		self.board.show(&snapshot, &self.machine, now);
		Ok(self.journal.beat(&snapshot.beat(now))?)
	}
}

/// The journal's first anchor spends the trust file's origin, where that names one.
fn check_origin(policy: &Policy, anchors: &[Anchor]) -> Result<(), Condition> {
	let begins = anchors.first().and_then(|a| a.versions.first()).and_then(Version::chain_input);
	match (policy.origin, begins) {
		(Some(origin), Some(begins)) if origin != *begins => Err(Condition::OriginMismatch {
			expected: origin.to_string(),
			found: begins.to_string(),
		}),
		_ => Ok(()),
	}
}
