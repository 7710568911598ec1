//! The audit: a whole log computed anew, from block 0 on, and compared with what finalised headers and
//! Bitcoin say of it. Needs no state of the chain, no log store and nobody's word.
//!
//! [`Auditor`] is a state machine: [`Event`]s go in, in the order of the chain, and the first [`Finding`]
//! comes out. It does no I/O and has no clock. What it keeps grows with the operators, their open intents
//! and the anchors, never with blocks, entries or Bitcoin headers.
//!
//! What it shows under a trust file, once it has taken [`Event::End`] without a finding: every entry of
//! the log up to the last block is a statement sealed by its operator's key; each operator's entries are
//! numbered without gaps and each names the one before; batches hold the members that were sealed; single
//! outcomes, denials and approvals answer open intents; every header carries the size and root that follow
//! from the entries; the last block is final; every anchor named is in Bitcoin under enough work.
//! What it can't show: that batch members keep their rules, for the chain holds their hashes only.
//! `docs/formats/audit-export.md` lists the rules in words.

mod anchors;
mod extract;
mod files;
mod finality;
mod finding;
mod operators;
#[cfg(any(test, feature = "test-helpers"))]
pub mod test_helpers;

pub use anchors::{AnchorClaim, Anchored};
pub use extract::{find_anchor, find_correction, find_entry, Wanted};
pub use files::{BlockEntry, BlockItem, ItemError, MAX_ITEM_LEN};
pub use finding::{Finding, Position, Rule};
pub use operators::OperatorSummary;

use crate::{
	bitcoin::HEADER_LEN, finality::Header, hash::SoftwareSha256, log::CompactLog,
	log::Entry as LogEntry, seal::Statement, trust::TrustFile, Checkpoint, GenesisHash, LeafHash,
	LogDigest, PublicKey,
};
use anchors::Anchors;
use finality::Finality;
use finding::fail;
use operators::Operators;

/// What the auditor is told, in this order: anchors; for each block from 0 on its header, its
/// justification if there is one, new keys, entries, its end; Bitcoin headers; the end.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
	/// Somebody says that a checkpoint is in Bitcoin. All of them before the first block.
	Anchor(&'a AnchorClaim),
	/// SCALE bytes of the next block's header.
	Header(&'a [u8]),
	/// SCALE bytes of the GRANDPA justification of that block.
	Justification(&'a [u8]),
	/// Public key of an operator whose first entry is in that block.
	Key(&'a [u8]),
	/// The next entry that the block appended.
	Entry {
		/// The statement's bytes.
		statement: &'a [u8],
		/// Leaves of a batch's members; none for a single record.
		members: &'a [LeafHash],
	},
	/// That was the block.
	BlockEnd,
	/// The next Bitcoin header after the trust file's pinned one. After the last block.
	BitcoinHeader(&'a [u8; HEADER_LEN]),
	/// Nothing follows.
	End,
}

/// What an audit without a finding has shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
	/// The last block with the log as it was then: final.
	pub checkpoint: Checkpoint,
	/// Number of the authority set that finalised it.
	pub set_id: u64,
	/// Authorities of that set.
	pub authorities: usize,
	/// Members of all batches.
	pub members: u64,
	/// Operators with entries.
	pub operators: u64,
	/// Single intents that nothing has closed.
	pub open_intents: u64,
	/// Anchors that hold, oldest checkpoint first.
	pub anchored: alloc::vec::Vec<Anchored>,
	/// Anchors in blocks at or before the pinned Bitcoin header, which can't be checked under this trust file.
	pub anchors_before_pin: u64,
	/// Height of the newest Bitcoin header.
	pub bitcoin_height: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd)]
enum Stage {
	Anchors,
	BetweenBlocks,
	InBlock,
	Bitcoin,
	Ended,
}

/// A block whose entries are being taken in.
struct OpenBlock {
	header: Header,
	log: LogDigest,
}

/// Computes a log anew. See the module's documentation.
pub struct Auditor {
	genesis: GenesisHash,
	stage: Stage,
	last: Option<Checkpoint>,
	open: Option<OpenBlock>,
	log: CompactLog,
	members: u64,
	operators: Operators,
	finality: Finality,
	anchors: Anchors,
	found: Option<Finding>,
}

impl Auditor {
	/// Starts at the beginning of the log of the chain that `trust` names.
	///
	/// Fails if the trust file's pinned Bitcoin header can't be one of its network.
	pub fn new(trust: &TrustFile) -> Result<Self, Finding> {
		Ok(Self {
			genesis: trust.genesis,
			stage: Stage::Anchors,
			last: None,
			open: None,
			log: CompactLog::default(),
			members: 0,
			operators: Operators::default(),
			finality: Finality::new(&trust.authorities),
			anchors: Anchors::new(trust.genesis, &trust.bitcoin)?,
			found: None,
		})
	}

	/// Takes the next event. After the first finding nothing more is looked at: the same one is given
	/// again.
	pub fn apply(&mut self, event: Event<'_>) -> Result<(), Finding> {
		if let Some(found) = &self.found {
			return Err(found.clone());
		}
		let result = self.step(event).map_err(|finding| self.locate(finding));
		self.found = result.as_ref().err().cloned();
		result
	}

	/// Entries taken in so far.
	pub fn entries(&self) -> u64 {
		self.log.size()
	}

	/// The last block that was taken in whole.
	pub fn checkpoint(&self) -> Option<&Checkpoint> {
		self.last.as_ref()
	}

	/// Where the operators' chains stand, in the order of their ids.
	pub fn operators(&self) -> impl Iterator<Item = OperatorSummary> + '_ {
		self.operators.summaries()
	}

	/// What was shown; none before [`Event::End`], or after a finding.
	pub fn summary(&self) -> Option<Summary> {
		if self.stage != Stage::Ended || self.found.is_some() {
			return None;
		}
		let set = self.finality.set()?;
		Some(Summary {
			checkpoint: self.last?,
			set_id: set.id,
			authorities: set.authorities.len(),
			members: self.members,
			operators: self.operators.count(),
			open_intents: self.operators.open_intents(),
			anchored: self.anchors.holding(),
			anchors_before_pin: self.anchors.before_pin(),
			bitcoin_height: self.anchors.height(),
		})
	}

	fn step(&mut self, event: Event<'_>) -> Result<(), Finding> {
		match (event, self.stage) {
			(Event::Anchor(claim), Stage::Anchors) => self.anchors.claim(claim),
			(Event::Header(bytes), Stage::Anchors | Stage::BetweenBlocks) => self.header(bytes),
			(Event::Justification(bytes), Stage::InBlock) => {
				let header = &self.open()?.header;
				let (hash, number) = (header.hash(), header.number());
				self.finality.justify(&hash, number, bytes)
			},
			(Event::Key(bytes), Stage::InBlock) => {
				let key = PublicKey::from_bytes(bytes).map_err(fail(Rule::Key))?;
				self.operators.introduce(key)
			},
			(Event::Entry { statement, members }, Stage::InBlock) => self.entry(statement, members),
			(Event::BlockEnd, Stage::InBlock) => self.close(),
			(Event::BitcoinHeader(header), Stage::BetweenBlocks | Stage::Bitcoin) => {
				self.leave_blocks()?;
				self.anchors.header(header)
			},
			(Event::End, Stage::BetweenBlocks | Stage::Bitcoin) => {
				self.leave_blocks()?;
				self.anchors.end()?;
				self.stage = Stage::Ended;
				Ok(())
			},
			_ => Err(Finding::new(Rule::Order, "this does not follow on what came before")),
		}
	}

	fn open(&self) -> Result<&OpenBlock, Finding> {
		self.open.as_ref().ok_or_else(|| Finding::new(Rule::Order, "no block is open"))
	}

	fn header(&mut self, bytes: &[u8]) -> Result<(), Finding> {
		let header = Header::decode(bytes).map_err(fail(Rule::Header))?;
		let log = match &self.last {
			None => {
				if header.hash().as_bytes() != self.genesis.as_bytes() {
					let why = "block 0 is not the one that the trust file names";
					return Err(Finding::new(Rule::Genesis, why));
				}
				// Genesis is made without running a block.
				LogDigest { size: 0, root: self.log.root::<SoftwareSha256>() }
			},
			Some(last) => {
				if header.parent() != last.block_hash {
					let why = "the header does not name the block before it";
					return Err(Finding::new(Rule::Parent, why));
				}
				if last.block_number.checked_add(1) != Some(header.number()) {
					return Err(Finding::new(Rule::BlockNumber, "the header has another number"));
				}
				header.log_digest().ok_or_else(|| {
					Finding::new(Rule::HeaderDigest, "the header carries no single log digest")
				})?
			},
		};
		self.finality.begin();
		self.open = Some(OpenBlock { header, log });
		self.stage = Stage::InBlock;
		Ok(())
	}

	fn entry(&mut self, bytes: &[u8], members: &[LeafHash]) -> Result<(), Finding> {
		let statement = Statement::decode(bytes).map_err(fail(Rule::Statement))?;
		let record = statement.record();
		let (operator, sequence) = (record.operator, record.sequence);
		let index = self.log.size();
		let at_position = |mut finding: Finding| {
			finding.position.entry = Some(index);
			finding.position.operator = Some((operator, sequence));
			finding
		};
		if record.log != self.genesis {
			let why = "the record is for the log of another chain";
			return Err(at_position(Finding::new(Rule::Log, why)));
		}
		self.operators.take(&statement, members).map_err(at_position)?;
		let leaf = LogEntry::statement(statement.digest()).leaf_hash::<SoftwareSha256>();
		self.log
			.append::<SoftwareSha256>(leaf)
			.ok_or_else(|| Finding::new(Rule::LogSize, "the log is full"))?;
		self.members = self.members.saturating_add(members.len() as u64);
		Ok(())
	}

	fn close(&mut self) -> Result<(), Finding> {
		let OpenBlock { header, log } = self.open()?;
		let checkpoint = Checkpoint {
			genesis: self.genesis,
			block_number: header.number(),
			block_hash: header.hash(),
			log_size: log.size,
			log_root: log.root,
		};
		if self.log.size() != log.size {
			let why = format_args!(
				"the header says that the log has {} entries, and {} were found",
				log.size,
				self.log.size()
			);
			return Err(Finding::new(Rule::LogSize, why));
		}
		if self.log.root::<SoftwareSha256>() != log.root {
			let why = "the entries do not give the root in the header";
			return Err(Finding::new(Rule::LogRoot, why));
		}
		let next = header.next_authorities();
		self.finality.close(next)?;
		self.anchors.block(&checkpoint)?;
		self.open = None;
		self.last = Some(checkpoint);
		self.stage = Stage::BetweenBlocks;
		Ok(())
	}

	fn leave_blocks(&mut self) -> Result<(), Finding> {
		if self.stage == Stage::Bitcoin {
			return Ok(());
		}
		let number = self.last.as_ref().map_or(0, |last| last.block_number);
		self.finality.end(number)?;
		self.anchors.end_of_blocks(number)?;
		self.stage = Stage::Bitcoin;
		Ok(())
	}

	/// Adds where in the chain the auditor stands.
	fn locate(&self, mut finding: Finding) -> Finding {
		let position = &mut finding.position;
		if matches!(self.stage, Stage::BetweenBlocks | Stage::InBlock) && position.anchor.is_none()
		{
			let next = self.last.as_ref().map_or(0, |last| last.block_number.saturating_add(1));
			position.block.get_or_insert(next);
		} else if self.stage == Stage::Anchors && finding.rule.is_of_blocks() {
			position.block.get_or_insert(0);
		}
		if finding.rule == Rule::Statement {
			position.entry.get_or_insert(self.log.size());
		}
		finding
	}
}
