//! A small world for the machine's tests: a Bitcoin chain with mempool, a journal that survives, and a driver
//! that can die between any two steps. It plays the part of the service, action by action.

use super::{
	Action, Anchor, AnchorId, BlockPlace, Event, Machine, Policy, Reporting, SendOutcome, Spend,
	Version, VersionNumber, Whereabouts,
};
use crate::condition::Condition;
use bitcoin::{hashes::Hash, Amount, BlockHash, OutPoint, Txid};
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
		min_interval: 100,
		max_interval: None,
		retry_pause: 10,
		recheck_pause: 20,
		reporting: Reporting::On,
	}
}

fn digest(tag: u8, number: u64) -> [u8; 32] {
	let mut out = [tag; 32];
	out[..8].copy_from_slice(&number.to_le_bytes());
	out
}

pub fn unreachable() -> Condition {
	Condition::BitcoinUnreachable { detail: "connection refused".into() }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tx {
	pub txid: Txid,
	pub input: OutPoint,
}

/// Blocks and mempool. Block 0 is the genesis block; its hash changes with each branch.
#[derive(Debug)]
pub struct FakeBitcoin {
	pub blocks: Vec<(BlockHash, Vec<Tx>)>,
	pub mempool: Vec<Tx>,
	next: u64,
}

impl FakeBitcoin {
	fn new() -> Self {
		let mut out = Self { blocks: Vec::new(), mempool: Vec::new(), next: 0 };
		out.mine_empty(10);
		out
	}

	fn number(&mut self) -> u64 {
		self.next += 1;
		self.next
	}

	pub fn tip(&self) -> BlockPlace {
		let (hash, _) = self.blocks.last().expect("there is a genesis block");
		BlockPlace { height: self.blocks.len() as u32 - 1, hash: *hash }
	}

	pub fn mine_empty(&mut self, count: usize) {
		for _ in 0..count {
			let hash = BlockHash::from_byte_array(digest(0xbb, self.number()));
			self.blocks.push((hash, Vec::new()));
		}
	}

	pub fn mine(&mut self) {
		self.mine_empty(1);
		let txs = std::mem::take(&mut self.mempool);
		self.blocks.last_mut().expect("just mined").1 = txs;
	}

	/// Replaces the last `depth` blocks by one empty block more; their transactions become unmined.
	pub fn reorg(&mut self, depth: usize) {
		let mut back = Vec::new();
		for _ in 0..depth.min(self.blocks.len() - 2) {
			let (_, txs) = self.blocks.pop().expect("never down to nothing");
			back.splice(0..0, txs);
		}
		let count = depth + 1;
		back.append(&mut self.mempool);
		self.mempool = back;
		self.mine_empty(count);
	}

	fn all(&self) -> impl Iterator<Item = &Tx> {
		self.blocks.iter().flat_map(|(_, txs)| txs).chain(&self.mempool)
	}

	pub fn mined(&self) -> Vec<Txid> {
		self.blocks.iter().flat_map(|(_, txs)| txs).map(|tx| tx.txid).collect()
	}

	fn whereabouts(&self, tx: &Version) -> Whereabouts {
		for (height, (hash, txs)) in self.blocks.iter().enumerate() {
			if txs.iter().any(|t| t.txid == tx.txid) {
				return Whereabouts::InBlock(BlockPlace { height: height as u32, hash: *hash });
			}
			if txs.iter().any(|t| t.input == tx.inputs[0]) {
				return Whereabouts::Conflicted;
			}
		}
		match self.mempool.iter().any(|t| t.txid == tx.txid) {
			true => Whereabouts::InMempool,
			false => Whereabouts::Nowhere,
		}
	}

	fn send(&mut self, tx: &Version) -> SendOutcome {
		match self.whereabouts(tx) {
			Whereabouts::InBlock(_) => return SendOutcome::AlreadyMined,
			Whereabouts::InMempool => return SendOutcome::Accepted,
			Whereabouts::Conflicted => return refused("bad-txns-inputs-missingorspent"),
			Whereabouts::Nowhere => {},
		}
		let input = tx.inputs[0];
		if self.mempool.iter().any(|t| t.input == input) {
			return refused("txn-mempool-conflict");
		}
		let funded_by_wallet = input.txid.to_byte_array()[31] == 0xaa;
		if !funded_by_wallet && !self.all().any(|t| t.txid == input.txid) {
			return refused("bad-txns-inputs-missingorspent");
		}
		self.mempool.push(Tx { txid: tx.txid, input });
		SendOutcome::Accepted
	}
}

fn refused(reason: &str) -> SendOutcome {
	SendOutcome::Refused(Condition::TransactionRefused { reason: reason.into() })
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
			machine: Machine::restore(policy(), Vec::new()),
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
		let events =
			[bitcoin, Event::CheckpointAvailable(self.newest), Event::Tick { now: self.now }];
		for event in events {
			if self.drive(event).is_err() {
				self.restart();
				return;
			}
		}
	}

	pub fn restart(&mut self) {
		self.crash_in = None;
		self.machine = Machine::restore(policy(), self.journal.values().cloned().collect());
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
			Action::BuildAndSign { anchor, checkpoint, spend } => {
				let others = self.machine.anchors().iter().filter(|a| a.id != anchor);
				assert!(others.into_iter().all(|a| a.stage.is_settled()), "one in flight");
				if let Err(condition) = self.next_build.clone() {
					return Some(Event::BuildFailed { anchor, condition });
				}
				Event::Built { anchor, version: self.build(checkpoint, spend) }
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

	fn build(&mut self, checkpoint: Checkpoint, spend: Spend) -> Version {
		let number = self.bitcoin.number();
		let input = match spend {
			// The wallet holds one output; a build that was never journalled takes it again.
			Spend::FromWallet => OutPoint::new(Txid::from_byte_array(digest(0xaa, 0)), 0),
			Spend::Previous(outpoint) => outpoint,
		};
		let txid = Txid::from_byte_array(digest(0xcc, number));
		Version {
			number: VersionNumber::FIRST,
			checkpoint,
			txid,
			raw: number.to_be_bytes().to_vec(),
			inputs: vec![input],
			change: OutPoint::new(txid, 1),
			change_value: Amount::from_sat(10_000),
			fee: Amount::from_sat(157),
		}
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
			let spent = child.versions[0].inputs[0];
			assert!(
				parent.versions.iter().any(|v| v.change == spent),
				"each anchor spends the previous one's change"
			);
			let covered = |a: &Anchor| a.checkpoint().expect("journalled").log_size;
			assert!(covered(parent) < covered(child), "each anchor covers more");
		}
		let mined = self.bitcoin.mined();
		for anchor in anchors {
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
