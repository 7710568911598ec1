//! The record: the statement of one action. Format: `docs/formats/record.md`.

use crate::{
	cbor::{Reader, Unexpected, Writer},
	hash::sha256,
	Digest32, GenesisHash, LogRoot, OperatorId, RecordId,
};
use alloc::{string::String, vec::Vec};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

pub use crate::kind::{Kind, KindMask};

/// The record format's version: value of key 1.
pub const RECORD_VERSION: u64 = 1;
/// Most lineage links that a record may carry.
pub const MAX_PARENTS: usize = 8;
/// Most bytes of a payload locator.
pub const MAX_LOCATOR: usize = 128;
/// Most members of one batch.
pub const MAX_BATCH_MEMBERS: u32 = 16_384;

/// What a batch record commits to.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct BatchCommitment {
	/// Number of members, at least 1 and at most [`MAX_BATCH_MEMBERS`].
	pub count: u32,
	/// RFC 9162 root over the members' leaves.
	pub root: LogRoot,
	/// The kinds that occur among the members.
	pub kinds: KindMask,
}

/// The statement of one action. Field numbers are the CBOR map keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
	/// 2: genesis hash of the chain whose log this record is for; it can't be replayed on another.
	pub log: GenesisHash,
	/// 3: who seals.
	pub operator: OperatorId,
	/// 4: position in the operator chain, from 0; of a member, its batch's position.
	pub sequence: u64,
	/// 5: position in the batch; only in members.
	pub index: Option<u32>,
	/// 6: id of the record before this one; none in the first record and in members.
	pub previous: Option<RecordId>,
	/// 7: the operator's clock, milliseconds since 1970. Claimed, not proven.
	pub time_ms: u64,
	/// 8: what the record states.
	pub kind: Kind,
	/// 9: digest of the model's manifest.
	pub model: Option<Digest32>,
	/// 10: salted commitment to what went in.
	pub input: Option<Digest32>,
	/// 11: salted commitment to what came out.
	pub output: Option<Digest32>,
	/// 12: digest of the policy that was in force.
	pub policy: Option<Digest32>,
	/// 13: who permitted it: an id.
	pub authority: Option<Digest32>,
	/// 14: the intent that this record answers.
	pub intent: Option<RecordId>,
	/// 15: lineage, at most [`MAX_PARENTS`] distinct ids.
	pub parents: Vec<RecordId>,
	/// 16: where the operator keeps the payload, at most [`MAX_LOCATOR`] bytes of UTF-8.
	pub locator: Option<String>,
	/// 17: the members; exactly in records of kind batch.
	pub batch: Option<BatchCommitment>,
}

/// Why bytes or fields are not a record.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
	/// No kind has this number.
	#[error("record kind {0} is not known")]
	UnknownKind(u8),
	/// The kind is reserved and not accepted yet.
	#[error("records of kind {} are not accepted yet", .0.name())]
	ReservedKind(Kind),
	/// More than [`MAX_PARENTS`] parents.
	#[error("a record names at most {MAX_PARENTS} parents")]
	TooManyParents,
	/// A parent stands twice.
	#[error("a parent is named twice")]
	DuplicateParent,
	/// The locator is longer than [`MAX_LOCATOR`] bytes.
	#[error("the locator is longer than {MAX_LOCATOR} bytes")]
	LocatorTooLong,
	/// The locator is not UTF-8.
	#[error("the locator is not UTF-8")]
	LocatorNotUtf8,
	/// A record after the first names no previous record.
	#[error("the previous record is not named")]
	PreviousMissing,
	/// The first record, or a member, names a previous record.
	#[error("a first record or batch member names no previous record")]
	PreviousUnexpected,
	/// An outcome, denial or approval names no intent.
	#[error("the intent that this record answers is not named")]
	IntentMissing,
	/// A record of another kind names an intent.
	#[error("a record of this kind names no intent")]
	IntentUnexpected,
	/// A batch record without its commitment.
	#[error("a batch record lacks count, root and kinds")]
	BatchMissing,
	/// Another record with a batch commitment.
	#[error("only a batch record carries count, root and kinds")]
	BatchUnexpected,
	/// A batch of nothing.
	#[error("a batch has at least one member")]
	EmptyBatch,
	/// More than [`MAX_BATCH_MEMBERS`] members.
	#[error("a batch has at most {MAX_BATCH_MEMBERS} members")]
	BatchTooLarge,
	/// The kind mask is empty or names a kind that no batch may hold.
	#[error("the batch's kind mask is empty or names a kind no batch may hold")]
	BatchKindMask,
	/// A batch record carries a member index.
	#[error("only a batch member carries an index")]
	IndexUnexpected,
	/// A kind that no batch may hold, in a member.
	#[error("a record of kind {} cannot be a batch member", .0.name())]
	NotAMemberKind(Kind),
	/// The format's version is not the one known here.
	#[error("record version {0} is not known")]
	UnknownVersion(u64),
	/// A mandatory key is absent.
	#[error("field {0} is missing")]
	MissingField(u8),
	/// Valid CBOR, but not in the one canonical form.
	#[error("the bytes are not the canonical encoding")]
	NotCanonical,
	/// Not the CBOR of a record.
	#[error("the bytes are not a record")]
	Malformed,
}

impl From<Unexpected> for RecordError {
	fn from(_: Unexpected) -> Self {
		Self::Malformed
	}
}

impl Record {
	/// A record of `kind` with every optional field empty.
	pub fn new(
		log: GenesisHash,
		operator: OperatorId,
		head: &crate::ChainHead,
		kind: Kind,
		time_ms: u64,
	) -> Self {
		Self {
			log,
			operator,
			sequence: head.next_sequence,
			index: None,
			previous: head.head,
			time_ms,
			kind,
			model: None,
			input: None,
			output: None,
			policy: None,
			authority: None,
			intent: None,
			parents: Vec::new(),
			locator: None,
			batch: None,
		}
	}

	/// Checks the rules that concern the record alone.
	pub fn validate(&self) -> Result<(), RecordError> {
		if self.kind.is_reserved() {
			return Err(RecordError::ReservedKind(self.kind));
		}
		match (self.index, self.previous) {
			(Some(_), _) if self.kind == Kind::Batch => return Err(RecordError::IndexUnexpected),
			(Some(_), Some(_)) => return Err(RecordError::PreviousUnexpected),
			(Some(_), None) => {},
			(None, Some(_)) if self.sequence == 0 => return Err(RecordError::PreviousUnexpected),
			(None, None) if self.sequence != 0 => return Err(RecordError::PreviousMissing),
			(None, _) => {},
		}
		match (self.kind.answers_intent(), self.intent) {
			(true, None) => return Err(RecordError::IntentMissing),
			(false, Some(_)) => return Err(RecordError::IntentUnexpected),
			_ => {},
		}
		if self.parents.len() > MAX_PARENTS {
			return Err(RecordError::TooManyParents);
		}
		let mut rest = self.parents.as_slice();
		while let Some((parent, others)) = rest.split_first() {
			if others.contains(parent) {
				return Err(RecordError::DuplicateParent);
			}
			rest = others;
		}
		if self.locator.as_ref().is_some_and(|locator| locator.len() > MAX_LOCATOR) {
			return Err(RecordError::LocatorTooLong);
		}
		match (self.kind, &self.batch) {
			(Kind::Batch, None) => Err(RecordError::BatchMissing),
			(Kind::Batch, Some(batch)) => batch.validate(),
			(_, Some(_)) => Err(RecordError::BatchUnexpected),
			(_, None) => Ok(()),
		}
	}

	/// The canonical bytes.
	pub fn encode(&self) -> Vec<u8> {
		let digests = [
			(9, self.model),
			(10, self.input),
			(11, self.output),
			(12, self.policy),
			(13, self.authority),
		];
		// version, log, operator, sequence, time and kind are always there.
		let optional = [
			self.index.is_some(),
			self.previous.is_some(),
			self.intent.is_some(),
			!self.parents.is_empty(),
			self.locator.is_some(),
			self.batch.is_some(),
		];
		let present =
			optional.into_iter().chain(digests.iter().map(|(_, digest)| digest.is_some()));
		let entries = present.filter(|present| *present).fold(6u64, |n, _| n.saturating_add(1));

		let mut out = Writer::new();
		out.map(entries).uint(1).uint(RECORD_VERSION);
		out.uint(2).bytes(self.log.as_ref());
		out.uint(3).bytes(self.operator.as_ref());
		out.uint(4).uint(self.sequence);
		if let Some(index) = self.index {
			out.uint(5).uint(index.into());
		}
		if let Some(previous) = &self.previous {
			out.uint(6).bytes(previous.as_ref());
		}
		out.uint(7).uint(self.time_ms);
		out.uint(8).uint(self.kind.as_u8().into());
		for (key, digest) in digests {
			if let Some(digest) = digest {
				out.uint(key).bytes(digest.as_ref());
			}
		}
		if let Some(intent) = &self.intent {
			out.uint(14).bytes(intent.as_ref());
		}
		if !self.parents.is_empty() {
			out.uint(15).array(self.parents.len() as u64);
			for parent in &self.parents {
				out.bytes(parent.as_ref());
			}
		}
		if let Some(locator) = &self.locator {
			out.uint(16).text(locator);
		}
		if let Some(batch) = &self.batch {
			out.uint(17).array(3);
			out.uint(batch.count.into()).bytes(batch.root.as_ref()).uint(batch.kinds.bits());
		}
		out.finish()
	}

	/// Reads canonical bytes; anything else is refused, whatever it means.
	pub fn decode(bytes: &[u8]) -> Result<Self, RecordError> {
		let fields = Fields::read(bytes)?;
		let record = fields.into_record()?;
		record.validate()?;
		if record.encode() != bytes {
			return Err(RecordError::NotCanonical);
		}
		Ok(record)
	}

	/// SHA-256 of the canonical bytes.
	pub fn id(&self) -> RecordId {
		sha256(&self.encode()).into()
	}
}

impl BatchCommitment {
	fn validate(&self) -> Result<(), RecordError> {
		if self.count == 0 {
			Err(RecordError::EmptyBatch)
		} else if self.count > MAX_BATCH_MEMBERS {
			Err(RecordError::BatchTooLarge)
		} else if self.kinds == KindMask::EMPTY || !self.kinds.is_subset_of(KindMask::members()) {
			Err(RecordError::BatchKindMask)
		} else {
			Ok(())
		}
	}
}

/// The map as it is read, before it's known to be whole.
#[derive(Default)]
struct Fields {
	version: Option<u64>,
	log: Option<[u8; 32]>,
	operator: Option<[u8; 32]>,
	sequence: Option<u64>,
	index: Option<u32>,
	previous: Option<[u8; 32]>,
	time_ms: Option<u64>,
	kind: Option<u64>,
	model: Option<[u8; 32]>,
	input: Option<[u8; 32]>,
	output: Option<[u8; 32]>,
	policy: Option<[u8; 32]>,
	authority: Option<[u8; 32]>,
	intent: Option<[u8; 32]>,
	parents: Vec<RecordId>,
	locator: Option<String>,
	batch: Option<BatchCommitment>,
}

impl Fields {
	fn read(bytes: &[u8]) -> Result<Self, RecordError> {
		let mut input = Reader::new(bytes);
		let mut fields = Self::default();
		for _ in 0..input.map()? {
			match input.uint()? {
				1 => fields.version = Some(input.uint()?),
				2 => fields.log = Some(input.fixed()?),
				3 => fields.operator = Some(input.fixed()?),
				4 => fields.sequence = Some(input.uint()?),
				5 => fields.index = Some(input.u32()?),
				6 => fields.previous = Some(input.fixed()?),
				7 => fields.time_ms = Some(input.uint()?),
				8 => fields.kind = Some(input.uint()?),
				9 => fields.model = Some(input.fixed()?),
				10 => fields.input = Some(input.fixed()?),
				11 => fields.output = Some(input.fixed()?),
				12 => fields.policy = Some(input.fixed()?),
				13 => fields.authority = Some(input.fixed()?),
				14 => fields.intent = Some(input.fixed()?),
				15 => {
					let count = input.array()?;
					if count > MAX_PARENTS as u64 {
						return Err(RecordError::TooManyParents);
					}
					for _ in 0..count {
						fields.parents.push(input.fixed()?.into());
					}
				},
				16 => fields.locator = Some(input.text()?.into()),
				17 => {
					input.array_of(3)?;
					fields.batch = Some(BatchCommitment {
						count: input.u32()?,
						root: input.fixed()?.into(),
						kinds: KindMask::from_bits(input.uint()?),
					});
				},
				_ => return Err(RecordError::Malformed),
			}
		}
		input.end()?;
		Ok(fields)
	}

	fn into_record(self) -> Result<Record, RecordError> {
		let missing = RecordError::MissingField;
		match self.version {
			Some(RECORD_VERSION) => {},
			Some(version) => return Err(RecordError::UnknownVersion(version)),
			None => return Err(missing(1)),
		}
		let kind = self.kind.ok_or(missing(8))?;
		let kind = u8::try_from(kind).map_err(|_| RecordError::UnknownKind(u8::MAX))?;
		let record = Record {
			log: self.log.ok_or(missing(2))?.into(),
			operator: self.operator.ok_or(missing(3))?.into(),
			sequence: self.sequence.ok_or(missing(4))?,
			index: self.index,
			previous: self.previous.map(Into::into),
			time_ms: self.time_ms.ok_or(missing(7))?,
			kind: Kind::from_u8(kind).ok_or(RecordError::UnknownKind(kind))?,
			model: self.model.map(Into::into),
			input: self.input.map(Into::into),
			output: self.output.map(Into::into),
			policy: self.policy.map(Into::into),
			authority: self.authority.map(Into::into),
			intent: self.intent.map(Into::into),
			parents: self.parents,
			locator: self.locator,
			batch: self.batch,
		};
		Ok(record)
	}
}
