//! The bytes of a completeness bundle.

use super::CompletenessFormatError;
use crate::{
	bitcoin::AnchorProof,
	bundle::{read_anchor, read_finality, read_keys, write_anchor, write_finality, write_keys},
	cbor::{Reader, Unexpected, Writer},
	checkpoint::CHECKPOINT_LEN,
	file::{read_head, FileHead},
	finality::FinalityProof,
	seal::PublicKey,
	state_proof::MAX_NODES,
	Checkpoint,
};
use alloc::vec::Vec;

/// The format's version: value of key 1.
pub const COMPLETENESS_VERSION: u64 = 1;
/// Value of key 0: says what the file is.
pub const COMPLETENESS_MAGIC: &str = "pantheon-completeness";
/// Most bytes of a completeness bundle: some 17,000 single statements, or 16 full batches. A longer chain takes
/// several bundles, each over a range of positions.
pub const MAX_COMPLETENESS_LEN: usize = 64 << 20;

/// Every position of a range of an operator's chain, and what shows that there are no others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompletenessBundle {
	/// The operator's keys, first one first. The hash of the first is the operator's id.
	pub keys: Vec<PublicKey>,
	/// First position of the range.
	pub from: u64,
	/// Last position of the range.
	pub to: u64,
	/// The positions in order.
	pub positions: Vec<Positions>,
	/// The one inclusion path of all statements in the log of the checkpoint
	/// ([`crate::log::verify_multi_inclusion`]).
	pub path: Vec<[u8; 32]>,
	/// The log's state that everything leads to.
	pub checkpoint: Checkpoint,
	/// That the checkpoint's block is final. Its header holds the state root.
	pub finality: FinalityProof,
	/// That the checkpoint is in Bitcoin.
	pub anchor: Option<AnchorProof>,
	/// What the block's state holds of the operator's chain ([`crate::state_proof::verify`]).
	pub state: Vec<Vec<u8>>,
}

/// One or more positions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Positions {
	/// This many positions in a row are withheld. At least one, and what follows is disclosed.
	Withheld(u64),
	/// One position is shown.
	Disclosed(Disclosed),
}

/// A position that is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disclosed {
	/// Index of its entry in the log.
	pub index: u64,
	/// The statement.
	pub statement: Vec<u8>,
	/// Of a batch, the members that are shown; none if all are withheld.
	pub members: Option<DisclosedMembers>,
}

/// Members of a batch that are shown; the others are withheld.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisclosedMembers {
	/// Index in the batch and the bytes that stand there; indices ascend. At least one.
	pub members: Vec<(u32, Vec<u8>)>,
	/// Their one inclusion path under the batch's root.
	pub path: Vec<[u8; 32]>,
}

impl CompletenessBundle {
	/// The canonical bytes.
	pub fn encode(&self) -> Vec<u8> {
		let entries = if self.anchor.is_some() { 10 } else { 9 };
		let mut out = Writer::new();
		out.map(entries);
		out.uint(0).text(COMPLETENESS_MAGIC).uint(1).uint(COMPLETENESS_VERSION);
		out.uint(2);
		write_keys(&self.keys, &mut out);
		out.uint(3).array(2).uint(self.from).uint(self.to);
		out.uint(4).array(self.positions.len() as u64);
		for positions in &self.positions {
			positions.write(&mut out);
		}
		out.uint(5).hashes(&self.path);
		out.uint(6).bytes(&self.checkpoint.encode_canonical());
		out.uint(7);
		write_finality(&self.finality, &mut out);
		if let Some(anchor) = &self.anchor {
			out.uint(8);
			write_anchor(anchor, &mut out);
		}
		out.uint(9).array(self.state.len() as u64);
		for node in &self.state {
			out.bytes(node);
		}
		out.finish()
	}

	/// Reads canonical bytes; anything else is refused, whatever it means.
	pub fn decode(bytes: &[u8]) -> Result<Self, CompletenessFormatError> {
		if bytes.len() > MAX_COMPLETENESS_LEN {
			return Err(CompletenessFormatError::TooLarge);
		}
		let mut input = Reader::new(bytes);
		let FileHead { version, entries } = read_head(&mut input, COMPLETENESS_MAGIC)?;
		if version != COMPLETENESS_VERSION {
			return Err(CompletenessFormatError::UnknownVersion(version));
		}
		let mut parts = Parts::default();
		for _ in 0..entries {
			parts.read_entry(&mut input)?;
		}
		input.end().map_err(|_| CompletenessFormatError::TrailingBytes)?;
		let bundle = parts.into_bundle().ok_or(CompletenessFormatError::Malformed)?;
		if bundle.from > bundle.to {
			let (from, to) = (bundle.from, bundle.to);
			return Err(CompletenessFormatError::RangeBackwards { from, to });
		}
		if !bundle.has_one_form() || bundle.encode() != bytes {
			return Err(CompletenessFormatError::NotCanonical);
		}
		Ok(bundle)
	}

	/// Whether nothing is written in two parts or as an empty one.
	fn has_one_form(&self) -> bool {
		let mut after_withheld = false;
		self.positions.iter().all(|positions| match positions {
			Positions::Withheld(count) => {
				*count > 0 && !core::mem::replace(&mut after_withheld, true)
			},
			Positions::Disclosed(shown) => {
				after_withheld = false;
				shown.members.as_ref().is_none_or(|shown| !shown.members.is_empty())
			},
		})
	}
}

impl Positions {
	fn write(&self, out: &mut Writer) {
		match self {
			Self::Withheld(count) => {
				out.array(1).uint(*count);
			},
			Self::Disclosed(shown) => {
				out.array(if shown.members.is_some() { 4 } else { 2 });
				out.uint(shown.index).bytes(&shown.statement);
				if let Some(DisclosedMembers { members, path }) = &shown.members {
					out.array(members.len() as u64);
					for (index, record) in members {
						out.array(2).uint((*index).into()).bytes(record);
					}
					out.hashes(path);
				}
			},
		}
	}

	fn read(input: &mut Reader<'_>) -> Result<Self, Unexpected> {
		let items = input.array()?;
		match items {
			1 => return Ok(Self::Withheld(input.uint()?)),
			2 | 4 => {},
			_ => return Err(Unexpected),
		}
		let (index, statement) = (input.uint()?, input.bytes()?.into());
		let mut members = None;
		if items == 4 {
			let mut shown = Vec::new();
			for _ in 0..input.array()? {
				input.array_of(2)?;
				shown.push((input.u32()?, input.bytes()?.into()));
			}
			members = Some(DisclosedMembers { members: shown, path: input.hashes()? });
		}
		Ok(Self::Disclosed(Disclosed { index, statement, members }))
	}
}

/// The map as it is read, before it's known to be whole.
#[derive(Default)]
struct Parts {
	keys: Option<Vec<PublicKey>>,
	range: Option<(u64, u64)>,
	positions: Vec<Positions>,
	path: Option<Vec<[u8; 32]>>,
	checkpoint: Option<Checkpoint>,
	finality: Option<FinalityProof>,
	anchor: Option<AnchorProof>,
	state: Option<Vec<Vec<u8>>>,
}

impl Parts {
	fn read_entry(&mut self, input: &mut Reader<'_>) -> Result<(), CompletenessFormatError> {
		match input.uint()? {
			2 => self.keys = Some(read_keys::<CompletenessFormatError>(input)?),
			3 => {
				input.array_of(2)?;
				self.range = Some((input.uint()?, input.uint()?));
			},
			4 => {
				for _ in 0..input.array()? {
					self.positions.push(Positions::read(input)?);
				}
			},
			5 => self.path = Some(input.hashes()?),
			6 => {
				let bytes = input.fixed::<CHECKPOINT_LEN>()?;
				self.checkpoint = Checkpoint::decode_canonical(&bytes);
			},
			7 => self.finality = Some(read_finality(input)?),
			8 => self.anchor = Some(read_anchor(input)?),
			9 => {
				let count = input.array()?;
				if count > MAX_NODES as u64 {
					return Err(CompletenessFormatError::Malformed);
				}
				let mut nodes = Vec::new();
				for _ in 0..count {
					nodes.push(input.bytes()?.into());
				}
				self.state = Some(nodes);
			},
			_ => return Err(CompletenessFormatError::Malformed),
		}
		Ok(())
	}

	fn into_bundle(self) -> Option<CompletenessBundle> {
		let (from, to) = self.range?;
		Some(CompletenessBundle {
			keys: self.keys?,
			from,
			to,
			positions: self.positions,
			path: self.path?,
			checkpoint: self.checkpoint?,
			finality: self.finality?,
			anchor: self.anchor,
			state: self.state?,
		})
	}
}
