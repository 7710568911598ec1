//! What the log holds: a tag that the runtime chose, and a digest.

use crate::{hash::Sha256, LeafHash, RecordId, StatementDigest};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// What an entry's digest is of. Written by the runtime, never by a submitter; append-only.
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
#[repr(u8)]
pub enum EntryTag {
	/// A statement.
	#[codec(index = 0)]
	Statement = 0,
	/// The checkpoint of an application chain's log.
	#[codec(index = 1)]
	L2Checkpoint = 1,
}

/// One entry of the log: tag ‖ digest, 33 bytes.
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
pub struct Entry {
	/// What the digest is of.
	pub tag: EntryTag,
	/// SHA-256 of the thing itself.
	pub digest: [u8; 32],
}

impl Entry {
	/// The entry of a statement.
	pub const fn statement(digest: StatementDigest) -> Self {
		Self { tag: EntryTag::Statement, digest: digest.into_bytes() }
	}

	/// RFC 9162 leaf hash: SHA-256(0x00 ‖ tag ‖ digest).
	pub fn leaf_hash<H: Sha256>(&self) -> LeafHash {
		let mut input = [0; 34];
		let bytes = core::iter::once(self.tag as u8).chain(self.digest);
		input.iter_mut().skip(1).zip(bytes).for_each(|(to, from)| *to = from);
		H::sha256(&input).into()
	}
}

/// A member's leaf in its batch tree: SHA-256(0x00 ‖ record id).
pub fn member_leaf<H: Sha256>(id: &RecordId) -> LeafHash {
	let mut input = [0; 33];
	input.iter_mut().skip(1).zip(id.as_bytes()).for_each(|(to, from)| *to = *from);
	H::sha256(&input).into()
}
