//! Items of the export files: one block, one anchor. Format: `docs/formats/audit-export.md`.

use super::{AnchorClaim, Auditor, Event, Finding};
use crate::{
	bitcoin::AnchorProof,
	cbor::{Reader, Unexpected, Writer},
	Checkpoint, LeafHash,
};
use alloc::vec::Vec;

/// Most bytes of one item: a full block's statements and member leaves are a sixth of it.
pub const MAX_ITEM_LEN: usize = 64 << 20;

/// The bytes are not an item of an export file in its one canonical form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an item of an audit export in canonical form")]
pub struct ItemError;

impl From<Unexpected> for ItemError {
	fn from(_: Unexpected) -> Self {
		Self
	}
}

/// A block with what an audit needs of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BlockItem {
	/// SCALE bytes of the header.
	pub header: Vec<u8>,
	/// SCALE bytes of its GRANDPA justification; empty for most blocks.
	pub justification: Vec<u8>,
	/// Public keys of operators whose first entry is here.
	pub keys: Vec<Vec<u8>>,
	/// The entries that it appended to the log.
	pub entries: Vec<BlockEntry>,
}

/// An entry with what it was made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BlockEntry {
	/// The statement's bytes.
	pub statement: Vec<u8>,
	/// Leaves of a batch's members.
	pub members: Vec<LeafHash>,
}

impl BlockItem {
	/// The canonical bytes.
	pub fn encode(&self) -> Vec<u8> {
		let mut out = Writer::new();
		out.array(4).bytes(&self.header).bytes(&self.justification);
		out.array(self.keys.len() as u64);
		for key in &self.keys {
			out.bytes(key);
		}
		out.array(self.entries.len() as u64);
		for entry in &self.entries {
			let members: Vec<[u8; 32]> =
				entry.members.iter().map(|leaf| leaf.into_bytes()).collect();
			out.array(2).bytes(&entry.statement).hashes(&members);
		}
		out.finish()
	}

	/// Reads [`Self::encode`], and nothing else.
	pub fn decode(bytes: &[u8]) -> Result<Self, ItemError> {
		if bytes.len() > MAX_ITEM_LEN {
			return Err(ItemError);
		}
		let mut input = Reader::new(bytes);
		input.array_of(4)?;
		let mut item = Self {
			header: input.bytes()?.into(),
			justification: input.bytes()?.into(),
			..Self::default()
		};
		for _ in 0..input.array()? {
			item.keys.push(input.bytes()?.into());
		}
		for _ in 0..input.array()? {
			input.array_of(2)?;
			let statement = input.bytes()?.into();
			let members = input.hashes()?.into_iter().map(LeafHash::new).collect();
			item.entries.push(BlockEntry { statement, members });
		}
		input.end()?;
		(item.encode() == bytes).then_some(item).ok_or(ItemError)
	}
}

impl AnchorClaim {
	/// The canonical bytes. The proof's headers stay out: they're in a file of their own.
	pub fn encode(&self) -> Vec<u8> {
		let mut out = Writer::new();
		out.array(7).bytes(&self.checkpoint.encode_canonical()).uint(self.height.into());
		out.bytes(&self.proof.transaction).uint(self.proof.position.into());
		out.hashes(&self.proof.path).bytes(&self.proof.coinbase);
		out.hashes(&self.proof.coinbase_path);
		out.finish()
	}

	/// Reads [`Self::encode`], and nothing else.
	pub fn decode(bytes: &[u8]) -> Result<Self, ItemError> {
		if bytes.len() > MAX_ITEM_LEN {
			return Err(ItemError);
		}
		let mut input = Reader::new(bytes);
		input.array_of(7)?;
		let checkpoint = Checkpoint::decode_canonical(&input.fixed()?).ok_or(ItemError)?;
		let height = input.u32()?;
		let proof = AnchorProof {
			transaction: input.bytes()?.into(),
			position: input.u32()?,
			path: input.hashes()?,
			coinbase: input.bytes()?.into(),
			coinbase_path: input.hashes()?,
			first_height: 0,
			block: 0,
			headers: Vec::new(),
		};
		input.end()?;
		let claim = Self { checkpoint, height, proof };
		(claim.encode() == bytes).then_some(claim).ok_or(ItemError)
	}
}

impl Auditor {
	/// Takes a whole block: the events that it stands for, in their order.
	pub fn block(&mut self, block: &BlockItem) -> Result<(), Finding> {
		self.apply(Event::Header(&block.header))?;
		if !block.justification.is_empty() {
			self.apply(Event::Justification(&block.justification))?;
		}
		for key in &block.keys {
			self.apply(Event::Key(key))?;
		}
		for BlockEntry { statement, members } in &block.entries {
			self.apply(Event::Entry { statement, members })?;
		}
		self.apply(Event::BlockEnd)
	}
}
