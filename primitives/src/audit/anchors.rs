//! The anchors: claims first, then the log's own checkpoints, then Bitcoin's headers.

use super::{
	finding::{fail, Finding},
	Position, Rule,
};
use crate::{
	bitcoin::{work_since, AnchorProof, AnchoredAt, HeaderChain, HeaderRules, HEADER_LEN},
	Checkpoint, GenesisHash,
};
use alloc::{collections::BTreeMap, vec::Vec};

/// Somebody says that a checkpoint is in a Bitcoin block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnchorClaim {
	/// What is anchored.
	pub checkpoint: Checkpoint,
	/// Height of the Bitcoin block.
	pub height: u32,
	/// Transactions and paths. Its headers are not looked at: the auditor follows Bitcoin's once.
	pub proof: AnchorProof,
}

/// An anchor that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anchored {
	/// What is anchored.
	pub checkpoint: Checkpoint,
	/// Where, and under how much.
	pub at: AnchoredAt,
}

struct Pending {
	claim: AnchorClaim,
	/// Where it was found, with the work in all headers before it.
	found: Option<(AnchoredAt, [u8; 32])>,
}

pub(super) struct Anchors {
	genesis: GenesisHash,
	rules: HeaderRules,
	chain: HeaderChain,
	claims: Vec<Pending>,
	by_block: BTreeMap<u32, Vec<usize>>,
	by_height: BTreeMap<u32, Vec<usize>>,
}

impl Anchors {
	pub(super) fn new(genesis: GenesisHash, rules: &HeaderRules) -> Result<Self, Finding> {
		let chain = HeaderChain::new(rules.network, &rules.pinned)
			.map_err(|error| at_height(rules.pinned.height)(fail(Rule::BitcoinHeader)(error)))?;
		Ok(Self {
			genesis,
			rules: *rules,
			chain,
			claims: Vec::new(),
			by_block: BTreeMap::new(),
			by_height: BTreeMap::new(),
		})
	}

	pub(super) fn claim(&mut self, claim: &AnchorClaim) -> Result<(), Finding> {
		let number = self.claims.len();
		if claim.checkpoint.genesis != self.genesis {
			let why = "the anchored checkpoint is of another chain";
			return Err(of_anchor(number)(Finding::new(Rule::AnchorCheckpoint, why)));
		}
		self.by_block.entry(claim.checkpoint.block_number).or_default().push(number);
		self.by_height.entry(claim.height).or_default().push(number);
		self.claims.push(Pending { claim: claim.clone(), found: None });
		Ok(())
	}

	/// A block of the log has ended: anchors of it must be of this checkpoint.
	pub(super) fn block(&mut self, checkpoint: &Checkpoint) -> Result<(), Finding> {
		for number in self.by_block.remove(&checkpoint.block_number).unwrap_or_default() {
			if self.claims.get(number).is_none_or(|anchor| anchor.claim.checkpoint != *checkpoint) {
				let why = "the anchored checkpoint is not the log's at this block";
				let mut finding = of_anchor(number)(Finding::new(Rule::AnchorCheckpoint, why));
				finding.position.block = Some(checkpoint.block_number);
				return Err(finding);
			}
		}
		Ok(())
	}

	/// No block follows.
	pub(super) fn end_of_blocks(&mut self, last: u32) -> Result<(), Finding> {
		let left = self.by_block.pop_first();
		match left.as_ref().and_then(|(block, numbers)| Some((block, numbers.first()?))) {
			None => Ok(()),
			Some((block, number)) => {
				let why =
					format_args!("it anchors block {block}, and the last block given is {last}");
				Err(of_anchor(*number)(Finding::new(Rule::AnchorCheckpoint, why)))
			},
		}
	}

	/// Follows Bitcoin's next header, and looks for the anchors in its block.
	pub(super) fn header(&mut self, header: &[u8; HEADER_LEN]) -> Result<(), Finding> {
		let work_before = self.chain.work();
		let next = self.chain.height().saturating_add(1);
		let at = self
			.chain
			.follow(header)
			.map_err(|error| at_height(next)(fail(Rule::BitcoinHeader)(error)))?;
		for number in self.by_height.remove(&at.height).unwrap_or_default() {
			let Some(anchor) = self.claims.get_mut(number) else { continue };
			let claim = &anchor.claim;
			let txid = claim
				.proof
				.verify_in_block(&claim.checkpoint, at.height, &at.merkle_root)
				.map_err(|error| {
				at_height(at.height)(of_anchor(number)(fail(Rule::Anchor)(error)))
			})?;
			let at = AnchoredAt {
				height: at.height,
				block_hash: at.hash,
				time: at.time,
				confirmations: 0,
				work: [0; 32],
				txid,
			};
			anchor.found = Some((at, work_before));
		}
		Ok(())
	}

	/// No header follows: every anchor after the pinned header must have been found, deep enough.
	pub(super) fn end(&mut self) -> Result<(), Finding> {
		let (tip, work) = (self.chain.height(), self.chain.work());
		for (number, anchor) in self.claims.iter_mut().enumerate() {
			let height = anchor.claim.height;
			if height <= self.rules.pinned.height {
				continue;
			}
			let fail = |rule, why: &dyn core::fmt::Display| {
				at_height(height)(of_anchor(number)(Finding::new(rule, why)))
			};
			let Some((at, before)) = &mut anchor.found else {
				let why = format_args!(
					"it is said to be at height {height}, and the headers end at {tip}"
				);
				return Err(fail(Rule::Anchor, &why));
			};
			at.confirmations = tip.saturating_sub(height).saturating_add(1);
			at.work = work_since(&work, before);
			if at.confirmations < self.rules.min_confirmations {
				let why = format_args!(
					"{} blocks are on it, its own included, and the trust file asks for {}",
					at.confirmations, self.rules.min_confirmations
				);
				return Err(fail(Rule::AnchorDepth, &why));
			}
			if at.work < self.rules.min_work {
				let why = "less work lies on it than the trust file asks for";
				return Err(fail(Rule::AnchorDepth, &why));
			}
		}
		Ok(())
	}

	pub(super) fn holding(&self) -> Vec<Anchored> {
		let found = self.claims.iter().filter_map(|anchor| {
			let (at, _) = anchor.found?;
			Some(Anchored { checkpoint: anchor.claim.checkpoint, at })
		});
		let mut holding: Vec<_> = found.collect();
		holding.sort_by_key(|anchor| anchor.checkpoint.block_number);
		holding
	}

	pub(super) fn before_pin(&self) -> u64 {
		let pin = self.rules.pinned.height;
		self.claims.iter().filter(|anchor| anchor.claim.height <= pin).count() as u64
	}

	pub(super) fn height(&self) -> u32 {
		self.chain.height()
	}
}

fn of_anchor(number: usize) -> impl Fn(Finding) -> Finding {
	move |mut finding| {
		finding.position = Position { anchor: Some(number as u64), ..finding.position };
		finding
	}
}

fn at_height(height: u32) -> impl Fn(Finding) -> Finding {
	move |mut finding| {
		finding.position = Position { bitcoin_height: Some(height), ..finding.position };
		finding
	}
}
