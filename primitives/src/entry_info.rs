//! What the runtime tells of the entries of one block and of an operator.

use crate::{log::Entry, ChainHead, LogRoot, OperatorId, RecordId};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// One entry that a block appended, with what an index needs of it.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct EntryInfo {
	/// What the log holds.
	pub entry: Entry,
	/// Whose chain it continues.
	pub operator: OperatorId,
	/// Its position in that chain.
	pub sequence: u64,
	/// Id of the record.
	pub record: RecordId,
	/// Number of the record's kind.
	pub kind: u8,
	/// For batches, what they hold.
	pub batch: Option<EntryBatch>,
	/// Number of the extrinsic in the block body. The leaves of a batch are the last `32 * count` bytes
	/// of that extrinsic; they're to be checked against `root`.
	pub extrinsic_index: u32,
}

/// Count and root of a batch's members.
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
pub struct EntryBatch {
	/// Number of members.
	pub count: u32,
	/// RFC 9162 root over the members' leaves.
	pub root: LogRoot,
}

/// Whether an operator may seal.
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
pub enum OperatorStatus {
	/// Registered, with a key.
	#[codec(index = 0)]
	Active,
	/// Left the registry; a tombstone keeps its chain from starting again.
	#[codec(index = 1)]
	Retired,
}

/// An operator as the chain knows it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct OperatorState {
	/// The account that registered it and holds its deposit.
	pub owner: [u8; 32],
	/// The ML-DSA-65 public key; none once retired.
	pub key: Option<Vec<u8>>,
	/// Whether it may seal.
	pub status: OperatorStatus,
	/// Where its chain stands.
	pub chain: ChainHead,
	/// Intents that no outcome or denial has closed.
	pub open_intents: u32,
}
