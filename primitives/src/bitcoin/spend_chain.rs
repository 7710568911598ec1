//! The spend chain: each anchor spends the change of the one before, from an origin that the auditor
//! knows. So the anchors of a log form one line that Bitcoin itself keeps from forking, and a missing
//! anchor, or a second log beside the first, is there for anyone to see.
//!
//! [`SpendChainCheck`] takes the anchors in any order, from anybody; it trusts the origin, the genesis
//! hash and the [`HeaderRules`], all three from the auditor's trust file. Rules:
//! `docs/formats/spend-chain.md`.

use ::bitcoin::{hashes::Hash, Transaction};
use alloc::{
	collections::{BTreeMap, BTreeSet},
	vec::Vec,
};

use super::{
	branch::header_hash, payload::read_one_payload, transaction::decode_transaction, verify_anchor,
	AnchorError, AnchorOrigin, AnchorProof, AnchoredAt, HeaderRules, OutPoint, Txid, HEADER_LEN,
};
use crate::{checkpoint::Checkpoint, GenesisHash};

/// What an anchor transaction spends and leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnchorSpend {
	/// The transaction's id.
	pub txid: Txid,
	/// The commitment that it carries.
	pub commitment: [u8; 32],
	/// The outputs that it spends. One belongs to the chain, the others pay for fees.
	pub inputs: Vec<OutPoint>,
	/// Its one output without data: what the next anchor spends.
	pub change: OutPoint,
	/// What that output holds, in satoshi.
	pub change_value: u64,
}

impl AnchorSpend {
	/// Reads a transaction without witness.
	pub fn read(transaction: &[u8]) -> Result<Self, LinkError> {
		let (transaction, txid) = decode_transaction(transaction)?;
		let txid = Txid::new(txid);
		let commitment = read_one_payload(&transaction)?;
		let (change, change_value) = change(&transaction, txid)?;
		let inputs = transaction.input.iter().map(|input| {
			let spent = input.previous_output;
			OutPoint { txid: Txid::new(spent.txid.to_byte_array()), vout: spent.vout }
		});
		Ok(Self { txid, commitment, inputs: inputs.collect(), change, change_value })
	}
}

/// The one output that is no OP_RETURN. With two, the chain could fork without anybody spending twice.
fn change(transaction: &Transaction, txid: Txid) -> Result<(OutPoint, u64), LinkError> {
	let mut outputs = (0u32..)
		.zip(&transaction.output)
		.filter(|(_, output)| !output.script_pubkey.is_op_return());
	let (vout, output) = outputs.next().ok_or(LinkError::NoChange)?;
	if outputs.next().is_some() {
		return Err(LinkError::SeveralChanges);
	}
	Ok((OutPoint { txid, vout }, output.value.to_sat()))
}

/// Why an anchor can't be a link of any spend chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LinkError {
	/// It is not shown to be in Bitcoin, or is no anchor of its checkpoint.
	#[error("{0}")]
	Anchor(#[from] AnchorError),
	/// The transaction leaves nothing that a next anchor could spend.
	#[error("the transaction has no output besides its OP_RETURN, so no anchor can follow it")]
	NoChange,
	/// The transaction leaves several outputs, so that two anchors could follow it.
	#[error("the transaction has several outputs besides its OP_RETURN, so the chain could fork")]
	SeveralChanges,
	/// The checkpoint is of another Pantheon chain.
	#[error("the checkpoint is of the chain with genesis {0}")]
	OtherLog(GenesisHash),
}

/// Why anchors don't form one spend chain. An index counts the anchors in the order in which they were
/// given, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SpendChainError {
	/// No anchor was given.
	#[error("there are no anchors")]
	Empty,
	/// An anchor is not one.
	#[error("anchor {index}: {error}")]
	Link {
		/// Which anchor.
		index: usize,
		/// Why not.
		error: LinkError,
	},
	/// An anchor's block is not in the chain of headers that leads to the highest anchor.
	#[error("anchor {index} is in a block of another branch of Bitcoin than the highest anchor's")]
	OtherBranch {
		/// Which anchor.
		index: usize,
	},
	/// Two anchors spend the same output. Only one of them can be in Bitcoin.
	#[error("fork: anchors {first} and {second} both spend {output}")]
	Fork {
		/// The output.
		output: OutPoint,
		/// One anchor.
		first: usize,
		/// Another one.
		second: usize,
	},
	/// No anchor that was given spends this output, and a later one spends something else.
	#[error("missing: no anchor given spends {after}, and anchor {next} comes later")]
	Missing {
		/// The change of the last anchor before the gap, or the origin.
		after: OutPoint,
		/// The first anchor after the gap. (Or one outside the chain: without the missing
		/// transactions nobody can tell.)
		next: usize,
	},
	/// An anchor of this log that is not in its spend chain: it is not later than the chain's last anchor, so
	/// nothing that is missing could lead to it.
	#[error("outside: anchor {index} spends nothing of the chain from its origin on")]
	Outside {
		/// Which anchor.
		index: usize,
	},
	/// An anchor is shown in a block before the one whose change it spends, which Bitcoin does not allow.
	#[error("anchor {index} is in Bitcoin before the anchor whose change it spends")]
	Order {
		/// Which anchor.
		index: usize,
	},
	/// An anchor's checkpoint is older than the one before it in the chain.
	#[error("anchor {index} has an older checkpoint than the anchor before it")]
	WentBack {
		/// Which anchor.
		index: usize,
	},
	/// An anchor's checkpoint contradicts the one before it: same block or log size, different content.
	#[error("a second log: anchor {index} contradicts the checkpoint of the anchor before it")]
	SecondLog {
		/// Which anchor.
		index: usize,
	},
}

/// An anchor in its place in the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChainedAnchor {
	/// Which of the given anchors, from 0.
	pub index: usize,
	/// What it commits to.
	pub checkpoint: Checkpoint,
	/// Where it is in Bitcoin.
	pub at: AnchoredAt,
	/// Its position in that block.
	pub position: u32,
	/// What it spends and leaves.
	pub spend: AnchorSpend,
}

/// All anchors of a log from its origin on, without a gap.
///
/// It ends at [`Self::tip`]. Whether that output has been spent since is a question to a Bitcoin node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpendChain {
	/// Where it begins.
	pub origin: AnchorOrigin,
	/// The anchors, first one first; at least one.
	pub anchors: Vec<ChainedAnchor>,
	/// The last anchor's change, which the next anchor will spend.
	pub tip: OutPoint,
}

/// Collects anchors one by one and then orders them.
pub struct SpendChainCheck<'a> {
	genesis: GenesisHash,
	origin: AnchorOrigin,
	rules: &'a HeaderRules,
	given: usize,
	anchors: Vec<ChainedAnchor>,
	/// Transaction and block of each.
	known: BTreeSet<([u8; 32], [u8; 32])>,
	/// The headers that lead to the highest anchor's block, that one included.
	branch: Vec<[u8; HEADER_LEN]>,
}

impl<'a> SpendChainCheck<'a> {
	/// For the log of the chain with this genesis.
	pub const fn new(genesis: GenesisHash, origin: AnchorOrigin, rules: &'a HeaderRules) -> Self {
		Self {
			genesis,
			origin,
			rules,
			given: 0,
			anchors: Vec::new(),
			known: BTreeSet::new(),
			branch: Vec::new(),
		}
	}

	/// Verifies an anchor by itself. One that was given before is passed over.
	///
	/// Costs what [`verify_anchor`] costs.
	pub fn add(&mut self, checkpoint: &Checkpoint, proof: &AnchorProof) -> Result<(), LinkError> {
		let index = self.given;
		self.given = index.saturating_add(1);
		if checkpoint.genesis != self.genesis {
			return Err(LinkError::OtherLog(checkpoint.genesis));
		}
		let at = verify_anchor(checkpoint, proof, self.rules)?;
		let spend = AnchorSpend::read(&proof.transaction)?;
		if !self.known.insert((at.txid, at.block_hash)) {
			return Ok(());
		}
		let through = usize::try_from(proof.block).unwrap_or(usize::MAX).saturating_add(1);
		if through > self.branch.len() {
			self.branch = proof.headers.iter().take(through).copied().collect();
		}
		let (checkpoint, position) = (*checkpoint, proof.position);
		self.anchors.push(ChainedAnchor { index, checkpoint, at, position, spend });
		Ok(())
	}

	/// Puts the anchors in their order, if they are one chain from the origin on.
	pub fn finish(self) -> Result<SpendChain, SpendChainError> {
		if self.anchors.is_empty() {
			return Err(SpendChainError::Empty);
		}
		self.check_branch()?;
		let mut spenders: BTreeMap<OutPoint, usize> = BTreeMap::new();
		for (place, anchor) in self.anchors.iter().enumerate() {
			for input in &anchor.spend.inputs {
				if let Some(other) = spenders.insert(*input, place) {
					let first = self.anchors.get(other).map_or(other, |other| other.index);
					let second = anchor.index;
					return Err(SpendChainError::Fork { output: *input, first, second });
				}
			}
		}

		let mut left: Vec<Option<ChainedAnchor>> = self.anchors.into_iter().map(Some).collect();
		let mut anchors = Vec::with_capacity(left.len());
		let mut tip = self.origin.0;
		while let Some(anchor) =
			spenders.get(&tip).and_then(|place| left.get_mut(*place)).and_then(Option::take)
		{
			tip = anchor.spend.change;
			anchors.push(anchor);
		}
		let left: Vec<ChainedAnchor> = left.into_iter().flatten().collect();
		if let Some(first) = first_of(&left) {
			let last = anchors.last().map(place);
			return Err(match last {
				Some(last) if place(first) <= last => {
					SpendChainError::Outside { index: first.index }
				},
				_ => SpendChainError::Missing { after: tip, next: first.index },
			});
		}
		anchors
			.iter()
			.zip(anchors.iter().skip(1))
			.try_for_each(|(before, after)| follows(before, after))?;
		Ok(SpendChain { origin: self.origin, anchors, tip })
	}

	/// All blocks are in one chain of headers. (Headers on top of an anchor's block may differ: the newest
	/// ones at the time of an export may have been reorganised away since.)
	fn check_branch(&self) -> Result<(), SpendChainError> {
		for anchor in &self.anchors {
			let header = anchor
				.at
				.height
				.checked_sub(self.rules.pinned.height)
				.and_then(|above| above.checked_sub(1))
				.and_then(|number| self.branch.get(usize::try_from(number).ok()?));
			if header.map(header_hash) != Some(anchor.at.block_hash) {
				return Err(SpendChainError::OtherBranch { index: anchor.index });
			}
		}
		Ok(())
	}
}

/// Checks anchors that are all at hand, given in any order.
pub fn verify<'p>(
	genesis: GenesisHash,
	origin: AnchorOrigin,
	anchors: impl IntoIterator<Item = (&'p Checkpoint, &'p AnchorProof)>,
	rules: &HeaderRules,
) -> Result<SpendChain, SpendChainError> {
	let mut check = SpendChainCheck::new(genesis, origin, rules);
	for (index, (checkpoint, proof)) in anchors.into_iter().enumerate() {
		check.add(checkpoint, proof).map_err(|error| SpendChainError::Link { index, error })?;
	}
	check.finish()
}

/// Where in Bitcoin: block, then position in it.
const fn place(anchor: &ChainedAnchor) -> (u32, u32) {
	(anchor.at.height, anchor.position)
}

/// The earliest anchor in Bitcoin.
fn first_of(anchors: &[ChainedAnchor]) -> Option<&ChainedAnchor> {
	anchors.iter().min_by_key(|anchor| place(anchor))
}

/// What must hold between an anchor and the next.
fn follows(before: &ChainedAnchor, after: &ChainedAnchor) -> Result<(), SpendChainError> {
	let index = after.index;
	if place(after) <= place(before) {
		return Err(SpendChainError::Order { index });
	}
	let (old, new) = (&before.checkpoint, &after.checkpoint);
	if new.block_number < old.block_number || new.log_size < old.log_size {
		return Err(SpendChainError::WentBack { index });
	}
	let same_block = new.block_number == old.block_number && new != old;
	let same_size = new.log_size == old.log_size && new.log_root != old.log_root;
	if same_block || same_size {
		return Err(SpendChainError::SecondLog { index });
	}
	Ok(())
}
