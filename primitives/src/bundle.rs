//! The proof bundle: the one file that an auditor needs besides a trust file.
//! Format: `docs/formats/proof-bundle.md`.

use crate::{
	bitcoin::AnchorProof,
	cbor::{chunks, Reader, Unexpected, Writer},
	checkpoint::CHECKPOINT_LEN,
	file::{read_head, FileHead},
	finality::{FinalityProof, Handoff, MAX_HANDOFFS},
	seal::{PublicKey, SealError},
	Checkpoint,
};
use alloc::vec::Vec;

/// The bundle format's version: value of key 1.
pub const BUNDLE_VERSION: u64 = 1;
/// Value of key 0: says what the file is.
pub const BUNDLE_MAGIC: &str = "pantheon-proof";
/// Most keys in an operator's history. One, until keys can be rotated.
pub const MAX_KEYS: u64 = 1;
/// Most bytes of a bundle; the greater part of a long one is Bitcoin headers.
pub const MAX_BUNDLE_LEN: usize = 32 << 20;

/// A batch member's record and its path in the batch tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberProof {
	/// The member's canonical bytes.
	pub record: Vec<u8>,
	/// Its inclusion path under the batch's root.
	pub path: Vec<[u8; 32]>,
}

/// An entry's place in the log of the checkpoint's size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inclusion {
	/// The entry's index.
	pub index: u64,
	/// Its inclusion path.
	pub path: Vec<[u8; 32]>,
}

/// The intent that the proven outcome, denial or approval answers, in the same log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PairedIntent {
	/// The intent's statement, or its batch's.
	pub statement: Vec<u8>,
	/// The intent, if it's a batch member.
	pub member: Option<MemberProof>,
	/// The statement's place in the log.
	pub inclusion: Inclusion,
}

/// The proof of one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProofBundle {
	/// The record's statement, or its batch's.
	pub statement: Vec<u8>,
	/// The operator's keys, first one first.
	pub keys: Vec<PublicKey>,
	/// The record, if it's a batch member.
	pub member: Option<MemberProof>,
	/// The statement's place in the log.
	pub inclusion: Inclusion,
	/// The log's state that everything leads to.
	pub checkpoint: Checkpoint,
	/// That the checkpoint's block is final.
	pub finality: FinalityProof,
	/// That the checkpoint is in Bitcoin.
	pub anchor: Option<AnchorProof>,
	/// The answered intent.
	pub intent: Option<PairedIntent>,
}

/// Why bytes are not a proof bundle.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BundleError {
	/// Not the CBOR of a bundle: cut off, overlong, or something else.
	#[error("the file is not a proof bundle, or it is damaged or cut off")]
	Malformed,
	/// A version that is not known here.
	#[error("proof bundle version {0} is not known")]
	UnknownVersion(u64),
	/// Valid CBOR, but not in the one canonical form.
	#[error("the file is not in canonical form")]
	NotCanonical,
	/// More than [`MAX_BUNDLE_LEN`] bytes.
	#[error("a proof bundle has at most {MAX_BUNDLE_LEN} bytes")]
	TooLarge,
	/// More bytes follow the bundle.
	#[error("bytes follow the bundle")]
	TrailingBytes,
	/// A key cannot be read.
	#[error("a key of the operator is malformed: {0}")]
	Key(#[from] SealError),
}

impl From<Unexpected> for BundleError {
	fn from(_: Unexpected) -> Self {
		Self::Malformed
	}
}

impl ProofBundle {
	/// The canonical bytes.
	pub fn encode(&self) -> Vec<u8> {
		let optional = [self.member.is_some(), self.anchor.is_some(), self.intent.is_some()];
		let entries = optional.into_iter().filter(|is| *is).fold(7u64, |n, _| n.saturating_add(1));
		let mut out = Writer::new();
		out.map(entries);
		out.uint(0).text(BUNDLE_MAGIC).uint(1).uint(BUNDLE_VERSION);
		out.uint(2).bytes(&self.statement);
		out.uint(3);
		write_keys(&self.keys, &mut out);
		if let Some(member) = &self.member {
			out.uint(4);
			member.write(&mut out);
		}
		out.uint(5);
		self.inclusion.write(&mut out);
		out.uint(6).bytes(&self.checkpoint.encode_canonical());
		out.uint(7);
		write_finality(&self.finality, &mut out);
		if let Some(anchor) = &self.anchor {
			out.uint(8);
			write_anchor(anchor, &mut out);
		}
		if let Some(intent) = &self.intent {
			out.uint(9).array(3).bytes(&intent.statement);
			match &intent.member {
				Some(member) => member.write(&mut out),
				None => {
					out.array(0);
				},
			}
			intent.inclusion.write(&mut out);
		}
		out.finish()
	}

	/// Reads canonical bytes; anything else is refused, whatever it means.
	pub fn decode(bytes: &[u8]) -> Result<Self, BundleError> {
		if bytes.len() > MAX_BUNDLE_LEN {
			return Err(BundleError::TooLarge);
		}
		let mut input = Reader::new(bytes);
		let FileHead { version, entries } = read_head(&mut input, BUNDLE_MAGIC)?;
		if version != BUNDLE_VERSION {
			return Err(BundleError::UnknownVersion(version));
		}
		let mut parts = Parts::default();
		for _ in 0..entries {
			parts.read_entry(&mut input)?;
		}
		input.end().map_err(|_| BundleError::TrailingBytes)?;
		let bundle = parts.into_bundle().ok_or(BundleError::Malformed)?;
		if bundle.encode() != bytes {
			return Err(BundleError::NotCanonical);
		}
		Ok(bundle)
	}
}

impl MemberProof {
	fn write(&self, out: &mut Writer) {
		out.array(2).bytes(&self.record).hashes(&self.path);
	}

	fn read(input: &mut Reader<'_>) -> Result<Self, Unexpected> {
		input.array_of(2)?;
		Ok(Self { record: input.bytes()?.into(), path: input.hashes()? })
	}

	/// An empty array stands for none.
	fn read_optional(input: &mut Reader<'_>) -> Result<Option<Self>, Unexpected> {
		match input.array()? {
			0 => Ok(None),
			2 => Ok(Some(Self { record: input.bytes()?.into(), path: input.hashes()? })),
			_ => Err(Unexpected),
		}
	}
}

impl Inclusion {
	fn write(&self, out: &mut Writer) {
		out.array(2).uint(self.index).hashes(&self.path);
	}

	fn read(input: &mut Reader<'_>) -> Result<Self, Unexpected> {
		input.array_of(2)?;
		Ok(Self { index: input.uint()?, path: input.hashes()? })
	}
}

pub(crate) fn write_keys(keys: &[PublicKey], out: &mut Writer) {
	out.array(keys.len() as u64);
	for key in keys {
		out.bytes(key.as_bytes());
	}
}

/// An operator's key history: one key at least.
pub(crate) fn read_keys<E: From<Unexpected> + From<SealError>>(
	input: &mut Reader<'_>,
) -> Result<Vec<PublicKey>, E> {
	let count = input.array()?;
	if count == 0 || count > MAX_KEYS {
		return Err(Unexpected.into());
	}
	let mut keys = Vec::new();
	for _ in 0..count {
		keys.push(PublicKey::from_bytes(input.bytes()?)?);
	}
	Ok(keys)
}

pub(crate) fn write_finality(finality: &FinalityProof, out: &mut Writer) {
	out.array(3).bytes(&finality.header).bytes(&finality.justification);
	out.array(finality.handoffs.len() as u64);
	for handoff in &finality.handoffs {
		out.array(2).bytes(&handoff.header).bytes(&handoff.justification);
	}
}

pub(crate) fn read_finality(input: &mut Reader<'_>) -> Result<FinalityProof, Unexpected> {
	input.array_of(3)?;
	let (header, justification) = (input.bytes()?.into(), input.bytes()?.into());
	let count = input.array()?;
	if count > MAX_HANDOFFS as u64 {
		return Err(Unexpected);
	}
	let mut handoffs = Vec::new();
	for _ in 0..count {
		input.array_of(2)?;
		handoffs
			.push(Handoff { header: input.bytes()?.into(), justification: input.bytes()?.into() });
	}
	Ok(FinalityProof { header, justification, handoffs })
}

pub(crate) fn write_anchor(anchor: &AnchorProof, out: &mut Writer) {
	out.array(8);
	out.bytes(&anchor.transaction).uint(anchor.position.into()).hashes(&anchor.path);
	out.bytes(&anchor.coinbase).hashes(&anchor.coinbase_path);
	out.uint(anchor.first_height.into()).uint(anchor.block.into());
	out.bytes(&anchor.headers.concat());
}

pub(crate) fn read_anchor(input: &mut Reader<'_>) -> Result<AnchorProof, Unexpected> {
	input.array_of(8)?;
	Ok(AnchorProof {
		transaction: input.bytes()?.into(),
		position: input.u32()?,
		path: input.hashes()?,
		coinbase: input.bytes()?.into(),
		coinbase_path: input.hashes()?,
		first_height: input.u32()?,
		block: input.u32()?,
		headers: chunks(input.bytes()?)?,
	})
}

/// The map as it is read, before it's known to be whole.
#[derive(Default)]
struct Parts {
	statement: Option<Vec<u8>>,
	keys: Vec<PublicKey>,
	member: Option<MemberProof>,
	inclusion: Option<Inclusion>,
	checkpoint: Option<Checkpoint>,
	finality: Option<FinalityProof>,
	anchor: Option<AnchorProof>,
	intent: Option<PairedIntent>,
}

impl Parts {
	fn read_entry(&mut self, input: &mut Reader<'_>) -> Result<(), BundleError> {
		match input.uint()? {
			2 => self.statement = Some(input.bytes()?.into()),
			3 => self.keys = read_keys::<BundleError>(input)?,
			4 => self.member = Some(MemberProof::read(input)?),
			5 => self.inclusion = Some(Inclusion::read(input)?),
			6 => {
				let bytes = input.fixed::<CHECKPOINT_LEN>()?;
				self.checkpoint = Checkpoint::decode_canonical(&bytes);
			},
			7 => self.finality = Some(read_finality(input)?),
			8 => self.anchor = Some(read_anchor(input)?),
			9 => {
				input.array_of(3)?;
				self.intent = Some(PairedIntent {
					statement: input.bytes()?.into(),
					member: MemberProof::read_optional(input)?,
					inclusion: Inclusion::read(input)?,
				});
			},
			_ => return Err(BundleError::Malformed),
		}
		Ok(())
	}

	fn into_bundle(self) -> Option<ProofBundle> {
		Some(ProofBundle {
			statement: self.statement?,
			keys: self.keys,
			member: self.member,
			inclusion: self.inclusion?,
			checkpoint: self.checkpoint?,
			finality: self.finality?,
			anchor: self.anchor,
			intent: self.intent,
		})
	}
}
