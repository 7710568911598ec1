//! What an extrinsic carries of a record: its fields in SCALE. The runtime writes the canonical bytes
//! from them itself, so consensus holds an encoder and no CBOR parser.

use crate::{
	record::RecordError, BatchCommitment, Digest32, GenesisHash, Kind, KindMask, LogRoot,
	OperatorId, Record, RecordId,
};
use alloc::{string::String, vec::Vec};
use codec::{Decode, DecodeWithMemTracking, Encode};
use scale_info::TypeInfo;

/// A [`Record`] that may still break its rules; meanings and units are the same.
///
/// `kind`, `locator` and the kind mask are raw, so that bad ones get an error that names the rule
/// instead of failing to decode.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
#[allow(missing_docs)]
pub struct SubmittedRecord {
	pub log: GenesisHash,
	pub operator: OperatorId,
	pub sequence: u64,
	pub previous: Option<RecordId>,
	pub time_ms: u64,
	pub kind: u8,
	pub model: Option<Digest32>,
	pub input: Option<Digest32>,
	pub output: Option<Digest32>,
	pub policy: Option<Digest32>,
	pub authority: Option<Digest32>,
	pub intent: Option<RecordId>,
	pub parents: Vec<RecordId>,
	pub locator: Option<Vec<u8>>,
	pub batch: Option<SubmittedBatch>,
}

/// A [`BatchCommitment`] that may still break its rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
#[allow(missing_docs)]
pub struct SubmittedBatch {
	pub count: u32,
	pub root: LogRoot,
	pub kinds: u64,
}

impl TryFrom<SubmittedRecord> for Record {
	type Error = RecordError;

	/// The record, once every rule of [`Record::validate`] holds.
	fn try_from(fields: SubmittedRecord) -> Result<Self, Self::Error> {
		let kind = Kind::from_u8(fields.kind).ok_or(RecordError::UnknownKind(fields.kind))?;
		let record = Record {
			log: fields.log,
			operator: fields.operator,
			sequence: fields.sequence,
			index: None,
			previous: fields.previous,
			time_ms: fields.time_ms,
			kind,
			model: fields.model,
			input: fields.input,
			output: fields.output,
			policy: fields.policy,
			authority: fields.authority,
			intent: fields.intent,
			parents: fields.parents,
			locator: fields
				.locator
				.map(|bytes| String::from_utf8(bytes).map_err(|_| RecordError::LocatorNotUtf8))
				.transpose()?,
			batch: fields.batch.map(|batch| BatchCommitment {
				count: batch.count,
				root: batch.root,
				kinds: KindMask::from_bits(batch.kinds),
			}),
		};
		record.validate()?;
		Ok(record)
	}
}

impl From<&Record> for SubmittedRecord {
	/// The fields of a record that is not a batch member (members are never submitted one by one).
	fn from(record: &Record) -> Self {
		Self {
			log: record.log,
			operator: record.operator,
			sequence: record.sequence,
			previous: record.previous,
			time_ms: record.time_ms,
			kind: record.kind.as_u8(),
			model: record.model,
			input: record.input,
			output: record.output,
			policy: record.policy,
			authority: record.authority,
			intent: record.intent,
			parents: record.parents.clone(),
			locator: record.locator.as_ref().map(|locator| locator.as_bytes().to_vec()),
			batch: record.batch.map(|batch| SubmittedBatch {
				count: batch.count,
				root: batch.root,
				kinds: batch.kinds.bits(),
			}),
		}
	}
}
