//! A small world for the machine's tests: a Bitcoin chain with mempool, a journal that survives, and a driver
//! that can die between any two steps. It plays the part of the service, action by action.

use super::{
	fake_bitcoin::{digest, refused, FakeBitcoin, INCREMENT},
	Action, Anchor, AnchorId, BuildRequest, Cadence, Event, Machine, Policy, Reporting,
	SendOutcome, Spend, Version, YEAR,
};
use crate::condition::Condition;
use bitcoin::{hashes::Hash, Amount, OutPoint, Txid};
use pantheon_primitives::Checkpoint;
use std::collections::{BTreeMap, VecDeque};

pub const GENESIS: [u8; 32] = [7; 32];

pub fn checkpoint(block_number: u32, log_size: u64) -> Checkpoint {
	let mut root = [0; 32];
	root[..8].copy_from_slice(&log_size.to_be_bytes());
	let mut hash = [1; 32];
	hash[..4].copy_from_slice(&block_number.to_be_bytes());
	Checkpoint {
		genesis: GENESIS.into(),
		block_number,
		block_hash: hash.into(),
		log_size,
		log_root: root.into(),
	}
}

pub fn policy() -> Policy {
	Policy {
		confirmed: 3,
		final_: 12,
		cadence: Cadence::Paced,
		min_interval: 100,
		max_interval: None,
		// Ample: what a small one does is tested apart.
		budget: Amount::from_sat(1_000_000_000),
		bump_after: 2,
		low_funds: 50,
		origin: None,
		retry_pause: 10,
		recheck_pause: 20,
		reporting: Reporting::On,
	}
}

pub fn unreachable() -> Condition {
	Condition::BitcoinUnreachable { detail: "connection refused".into() }
}

/// The process died here.
pub struct Crash;

/// What the next sending meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextSend {
	Works,
	/// The node has it, its answer is lost.
	AnswerLost,
	/// The node refuses it for now.
	Refused,
}

#[derive(Debug)]
pub struct World {
	pub machine: Machine,
	pub policy: Policy,
	/// The ceiling of the fee, in satoshi.
	pub most: u64,
	pub journal: BTreeMap<AnchorId, Anchor>,
	pub bitcoin: FakeBitcoin,
	pub newest: Checkpoint,
	pub now: u64,
	pub reachable: Result<(), Condition>,
	pub next_send: NextSend,
	pub next_build: Result<(), Condition>,
	pub report: Result<(), Condition>,
	/// Steps until the process dies.
	pub crash_in: Option<u32>,
	pub sent: Vec<Txid>,
	pub exports: Vec<(AnchorId, Checkpoint)>,
}

impl World {
	pub fn new() -> Self {
		Self {
			machine: Machine::restore(policy(), Vec::new(), Vec::new()),
			policy: policy(),
			most: u64::MAX,
			journal: BTreeMap::new(),
			bitcoin: FakeBitcoin::new(),
			newest: checkpoint(0, 0),
			now: 1_000,
			reachable: Ok(()),
			next_send: NextSend::Works,
			next_build: Ok(()),
			report: Ok(()),
			crash_in: None,
			sent: Vec::new(),
			exports: Vec::new(),
		}
	}

	pub fn grow(&mut self, entries: u64) {
		self.newest = checkpoint(self.newest.block_number + 1, self.newest.log_size + entries);
	}

	/// One round of the service. A crash restores the machine from the journal.
	pub fn round(&mut self) {
		self.now += 5;
		let bitcoin = match &self.reachable {
			Ok(()) => Event::BitcoinUsable(self.bitcoin.tip()),
			Err(condition) => Event::BitcoinUnusable(condition.clone()),
		};
		let events = [
			bitcoin,
			Event::CostSeen(Amount::from_sat(self.bitcoin.floor)),
			Event::CheckpointAvailable(self.newest),
			Event::Tick { now: self.now },
		];
		for event in events {
			if self.drive(event).is_err() {
				self.restart();
				return;
			}
		}
	}

	pub fn restart(&mut self) {
		self.crash_in = None;
		let journalled = self.journal.values().cloned().collect();
		self.machine = Machine::restore(self.policy, journalled, Vec::new());
	}

	fn drive(&mut self, event: Event) -> Result<(), Crash> {
		let mut queue = VecDeque::from(self.machine.handle(event));
		let mut steps = 0;
		while let Some(action) = queue.pop_front() {
			steps += 1;
			assert!(steps < 1_000, "the machine spins");
			self.step()?;
			let answer = self.perform(action);
			self.step()?;
			if let Some(event) = answer {
				queue.extend(self.machine.handle(event));
			}
		}
		Ok(())
	}

	fn step(&mut self) -> Result<(), Crash> {
		match &mut self.crash_in {
			Some(0) => Err(Crash),
			Some(left) => {
				*left -= 1;
				Ok(())
			},
			None => Ok(()),
		}
	}

	fn perform(&mut self, action: Action) -> Option<Event> {
		Some(match action {
			Action::Persist(anchor) => {
				if let Some(before) = self.journal.get(&anchor.id) {
					let kept = &anchor.versions[..before.versions.len()];
					assert_eq!(kept, before.versions, "a journalled version never changes");
				}
				self.journal.insert(anchor.id, *anchor);
				return None;
			},
			Action::BuildAndSign { anchor, request } => {
				let before = self.machine.anchors().iter().filter(|a| a.id < anchor);
				assert!(before.into_iter().all(|a| a.stage.is_settled()), "one in flight");
				match self.next_build.clone().and_then(|()| self.build(anchor, request)) {
					Ok(version) => Event::Built { anchor, version },
					Err(condition) => Event::BuildFailed { anchor, condition },
				}
			},
			Action::Send { anchor, version } => {
				let journalled = &self.journal[&anchor];
				assert_eq!(
					journalled.version(version.number),
					Some(&*version),
					"journalled before it is sent"
				);
				self.sent.push(version.txid);
				let outcome = self.send(&version);
				Event::SendResult { anchor, version: version.number, outcome }
			},
			Action::Recheck { anchor, versions } => match &self.reachable {
				Err(condition) => Event::LocateFailed(condition.clone()),
				Ok(()) => Event::Located {
					anchor,
					tip: self.bitcoin.tip(),
					whereabouts: versions
						.iter()
						.map(|v| (v.number, self.bitcoin.whereabouts(v)))
						.collect(),
				},
			},
			Action::Export(anchor) => {
				let at = anchor.stage.mined_at().expect("only what is mined is exported");
				let (hash, txs) = &self.bitcoin.blocks[at.block.height as usize];
				let version = anchor.effective_version().expect("a mined anchor has one");
				assert_eq!(*hash, at.block.hash, "exported from the best chain");
				assert!(txs.iter().any(|t| t.txid == version.txid));
				self.exports.push((anchor.id, version.checkpoint));
				Event::Exported { anchor: anchor.id, result: Ok(()) }
			},
			Action::Report(anchor) => {
				Event::Reported { anchor: anchor.id, result: self.report.clone() }
			},
		})
	}

	fn build(&mut self, anchor: AnchorId, request: BuildRequest) -> Result<Version, Condition> {
		let number = self.bitcoin.number();
		let (input, replaced) = match &request.spend {
			// The wallet holds one output; a build that was never journalled takes it again.
			Spend::FromWallet => (OutPoint::new(Txid::from_byte_array(digest(0xaa, 0)), 0), None),
			Spend::Chain(outpoint) => (*outpoint, None),
			Spend::Replacing(versions) => {
				let input = versions[0].inputs[0];
				assert!(versions.iter().all(|v| v.inputs[0] == input), "they share the input");
				let paid = versions.iter().map(|v| v.fee.to_sat()).max();
				let evicted: u64 = self.bitcoin.conflicts(&input).iter().map(|t| t.fee).sum();
				(input, paid.map(|fee| fee.max(evicted) + INCREMENT))
			},
		};
		let funded_by_wallet = input.txid.to_byte_array()[31] == 0xaa;
		let confirmed = self.bitcoin.mined().contains(&input.txid);
		assert!(funded_by_wallet || confirmed, "only what is mined is built upon");
		let fee = replaced.unwrap_or(0).max(self.bitcoin.floor);
		if fee > self.most {
			return Err(Condition::FeeCeiling { rate: fee, ceiling: self.most });
		}
		if fee > request.limit.to_sat() {
			let (needed, left) = (fee, request.limit.to_sat());
			return Err(Condition::BudgetSpent { needed, left });
		}
		let this_year = |a: &&Anchor| a.id != anchor && a.prepared_at + YEAR > self.now;
		let others = self.journal.values().filter(this_year).map(|a| a.cost().to_sat());
		assert!(others.sum::<u64>() + fee <= self.policy.budget.to_sat(), "within the budget");
		let txid = Txid::from_byte_array(digest(0xcc, number));
		let BuildRequest { number: version, checkpoint, height, .. } = request;
		Ok(Version {
			number: version,
			checkpoint,
			txid,
			raw: number.to_be_bytes().to_vec(),
			inputs: vec![input],
			change: OutPoint::new(txid, 1),
			change_value: Amount::from_sat(10_000),
			fee: Amount::from_sat(fee),
			built_at_height: Some(height),
		})
	}

	fn send(&mut self, version: &Version) -> SendOutcome {
		if let Err(condition) = &self.reachable {
			return SendOutcome::Unknown(condition.clone());
		}
		match std::mem::replace(&mut self.next_send, NextSend::Works) {
			NextSend::Works => self.bitcoin.send(version),
			NextSend::AnswerLost => {
				self.bitcoin.send(version);
				SendOutcome::Unknown(unreachable())
			},
			NextSend::Refused => refused("min relay fee not met"),
		}
	}

	/// All faults gone: mines and runs until nothing is left to do.
	pub fn settle(&mut self) {
		self.crash_in = None;
		self.reachable = Ok(());
		self.next_build = Ok(());
		self.report = Ok(());
		self.most = u64::MAX;
		self.policy.budget = policy().budget;
		self.restart();
		for _ in 0..400 {
			self.now += 40;
			self.round();
			self.bitcoin.mine();
			let settled = self.journal.values().all(|a| a.stage.is_settled());
			// A report that was refused is no hindrance to rest, but is still to be tried again.
			if self.machine.is_at_rest() && settled && self.machine.conditions().next().is_none() {
				break;
			}
		}
	}

	/// What must hold in every state.
	pub fn check(&self) {
		let anchors: Vec<&Anchor> = self.journal.values().collect();
		for (index, anchor) in anchors.iter().enumerate() {
			assert_eq!(anchor.id.get(), index as u64 + 1, "numbers have no gap");
		}
		for pair in anchors.windows(2) {
			let (parent, child) = (&pair[0], &pair[1]);
			for version in &child.versions {
				let spent = version.inputs[0];
				assert!(
					parent.versions.iter().any(|v| v.change == spent),
					"each anchor spends the previous one's change"
				);
			}
			let covered = |a: &Anchor| a.checkpoint().expect("journalled").log_size;
			assert!(covered(parent) <= covered(child), "no anchor covers less");
		}
		let mined = self.bitcoin.mined();
		for anchor in anchors {
			for pair in anchor.versions.windows(2) {
				let (old, new) = (&pair[0].checkpoint, &pair[1].checkpoint);
				assert!(old.log_size <= new.log_size, "replaced with a newer root");
				let same_input = pair[0].inputs[0] == pair[1].inputs[0];
				assert!(!same_input || pair[0].fee < pair[1].fee, "at a higher fee");
			}
			let count = anchor.versions.iter().filter(|v| mined.contains(&v.txid)).count();
			assert!(count <= 1, "at most one version is mined");
		}
	}

	/// What must hold when everything has settled.
	pub fn check_settled(&self) {
		self.check();
		assert!(self.machine.is_at_rest(), "{:#?}", self.machine);
		let last = self.journal.values().last();
		assert_eq!(
			last.map_or(0, |a| a.checkpoint().expect("journalled").log_size),
			self.newest.log_size,
			"the newest checkpoint is anchored"
		);
		let mut mined = self.bitcoin.mined();
		mined.sort();
		let mut journalled: Vec<Txid> = self
			.journal
			.values()
			.map(|a| a.effective_version().expect("journalled").txid)
			.collect();
		journalled.sort();
		assert_eq!(
			mined, journalled,
			"each anchor stands in the chain exactly once, and nothing else"
		);
		for anchor in self.journal.values() {
			let checkpoint = *anchor.checkpoint().expect("journalled");
			assert!(self.exports.contains(&(anchor.id, checkpoint)));
		}
		let conditions: Vec<_> = self.machine.conditions().collect();
		assert!(conditions.is_empty(), "{conditions:?}");
	}
}
