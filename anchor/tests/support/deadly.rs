//! A Bitcoin client and a journal whose process dies at a chosen point.

use bitcoin::{Amount, BlockHash, OutPoint, Transaction, Txid};
use pantheon_anchor::{
	condition::Condition,
	journal::{Heartbeat, Journal, JournalError, Store},
	machine::{Anchor, SendOutcome, Spending, Whereabouts},
	rpc::{
		Acceptance, BitcoinRpc, ChainInfo, Core, FeeRate, FundRequest, MempoolFees, Unsigned,
		Unspent, View,
	},
};
use std::{cell::Cell, fmt, process::Command, str::FromStr, thread, time::Duration};

/// Where the process dies, as [`Point`] writes it.
pub const CRASH_AT: &str = "PANTHEON_TEST_CRASH_AT";

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
	/// A write to the journal.
	Write,
	/// A transaction sent.
	Send,
	/// A transaction signed.
	Sign,
}

/// Before or after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
	Before,
	After,
}

/// A row of the table: before or after the n-th step of that kind, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
	pub when: When,
	pub step: Step,
	pub nth: u32,
}

impl fmt::Display for Point {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(f, "{:?} {:?} {}", self.when, self.step, self.nth)
	}
}

impl FromStr for Point {
	type Err = String;

	fn from_str(text: &str) -> Result<Self, String> {
		let words: Vec<&str> = text.split(' ').collect();
		let [when, step, nth] = words[..] else { return Err(text.into()) };
		let when = match when {
			"Before" => When::Before,
			"After" => When::After,
			_ => return Err(text.into()),
		};
		let step = match step {
			"Write" => Step::Write,
			"Send" => Step::Send,
			"Sign" => Step::Sign,
			_ => return Err(text.into()),
		};
		Ok(Self { when, step, nth: nth.parse().map_err(|_| text.to_owned())? })
	}
}

/// Counts steps and dies by SIGKILL at the chosen one.
pub struct Doom {
	point: Point,
	step: Step,
	done: Cell<u32>,
}

impl Doom {
	pub fn new(point: Point, step: Step) -> Self {
		Self { point, step, done: Cell::new(0) }
	}

	fn around<T>(&self, work: impl FnOnce() -> T) -> T {
		self.done.set(self.done.get() + 1);
		self.die(When::Before);
		let result = work();
		self.die(When::After);
		result
	}

	fn die(&self, when: When) {
		if self.point == (Point { when, step: self.step, nth: self.done.get() }) {
			let me = std::process::id().to_string();
			Command::new("kill").args(["-KILL", &me]).status().expect("kill runs");
			thread::sleep(Duration::from_secs(60));
		}
	}
}

/// A journal, until it is time to die.
pub struct DeadlyJournal {
	pub journal: Journal,
	pub writes: Doom,
}

impl Store for DeadlyJournal {
	fn persist(&self, anchor: &Anchor) -> Result<(), JournalError> {
		self.writes.around(|| self.journal.persist(anchor))
	}
	fn all(&self) -> Result<Vec<Anchor>, JournalError> {
		self.journal.all()
	}
	fn unfinished(&self) -> Result<Vec<Anchor>, JournalError> {
		self.journal.unfinished()
	}
	fn spent(&self) -> Result<Vec<Spending>, JournalError> {
		self.journal.spent()
	}
	fn beat(&self, beat: &Heartbeat) -> Result<(), JournalError> {
		self.journal.beat(beat)
	}
}

/// Core, until it is time to die.
pub struct Deadly {
	pub core: Core,
	pub sends: Doom,
	pub signs: Doom,
}

impl BitcoinRpc for Deadly {
	fn chain_info(&self) -> Result<ChainInfo, Condition> {
		self.core.chain_info()
	}
	fn block_hash(&self, height: u32) -> Result<Option<BlockHash>, Condition> {
		self.core.block_hash(height)
	}
	fn header(&self, hash: &BlockHash) -> Result<bitcoin::block::Header, Condition> {
		self.core.header(hash)
	}
	fn block(&self, hash: &BlockHash) -> Result<Vec<u8>, Condition> {
		self.core.block(hash)
	}
	fn mempool_fees(&self) -> Result<MempoolFees, Condition> {
		self.core.mempool_fees()
	}
	fn mempool_cost(&self, txid: &Txid) -> Result<Option<Amount>, Condition> {
		self.core.mempool_cost(txid)
	}
	fn estimate_fee(&self, blocks: u16) -> Result<Option<FeeRate>, Condition> {
		self.core.estimate_fee(blocks)
	}
	fn unspent(&self) -> Result<Vec<Unspent>, Condition> {
		self.core.unspent()
	}
	fn unspent_value(&self, outpoint: &OutPoint, view: View) -> Result<Option<Amount>, Condition> {
		self.core.unspent_value(outpoint, view)
	}
	fn fund(&self, request: &FundRequest) -> Result<Unsigned, Condition> {
		self.core.fund(request)
	}
	fn sign(&self, unsigned: &Unsigned) -> Result<Transaction, Condition> {
		self.signs.around(|| self.core.sign(unsigned))
	}
	fn test_accept(&self, transaction: &Transaction) -> Result<Acceptance, Condition> {
		self.core.test_accept(transaction)
	}
	fn send(&self, raw: &[u8]) -> SendOutcome {
		self.sends.around(|| self.core.send(raw))
	}
	fn whereabouts(&self, txid: &Txid) -> Result<Whereabouts, Condition> {
		self.core.whereabouts(txid)
	}
}
