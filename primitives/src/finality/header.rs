//! A Substrate block header: just enough of it to hash it and to read its digest.

use super::AuthorityKey;
use crate::{checkpoint::LOG_ENGINE_ID, BlockHash, LogDigest};
use alloc::vec::Vec;
use blake2::{digest::consts::U32, Blake2b, Digest};
use codec::{Compact, Decode, Encode};

/// Consensus engine id of GRANDPA.
const GRANDPA_ENGINE_ID: [u8; 4] = *b"FRNK";

/// The bytes are not a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a SCALE-encoded block header")]
pub struct HeaderError;

/// One item of a header's digest (sp-runtime's `DigestItem`).
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
enum DigestItem {
	#[codec(index = 6)]
	PreRuntime([u8; 4], Vec<u8>),
	#[codec(index = 4)]
	Consensus([u8; 4], Vec<u8>),
	#[codec(index = 5)]
	Seal([u8; 4], Vec<u8>),
	#[codec(index = 0)]
	Other(Vec<u8>),
	#[codec(index = 8)]
	RuntimeEnvironmentUpdated,
}

/// The part of GRANDPA's consensus log that concerns the authorities.
#[derive(Decode)]
enum GrandpaLog {
	#[codec(index = 1)]
	ScheduledChange { next_authorities: Vec<(AuthorityKey, u64)>, delay: u32 },
}

#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
struct Fields {
	parent: BlockHash,
	number: Compact<u32>,
	state_root: [u8; 32],
	extrinsics_root: [u8; 32],
	digest: Vec<DigestItem>,
}

/// A block header with 32-bit numbers and BLAKE2b-256 hashes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
	fields: Fields,
	hash: BlockHash,
}

impl Header {
	/// Reads SCALE bytes, all of them.
	pub fn decode(bytes: &[u8]) -> Result<Self, HeaderError> {
		let mut rest = bytes;
		let fields = Fields::decode(&mut rest).map_err(|_| HeaderError)?;
		if !rest.is_empty() || fields.encode() != bytes {
			return Err(HeaderError);
		}
		Ok(Self { fields, hash: hash(bytes) })
	}

	/// The block's hash.
	pub fn hash(&self) -> BlockHash {
		self.hash
	}

	/// The parent block's hash.
	pub fn parent(&self) -> BlockHash {
		self.fields.parent
	}

	/// The block's number.
	pub fn number(&self) -> u32 {
		self.fields.number.0
	}

	/// Root of the state after the block.
	pub fn state_root(&self) -> [u8; 32] {
		self.fields.state_root
	}

	/// The log's size and root after the block; none unless the digest carries exactly one.
	pub fn log_digest(&self) -> Option<LogDigest> {
		let mut items = self.consensus_items(LOG_ENGINE_ID);
		let digest = LogDigest::decode_digest(items.next()?)?;
		items.next().is_none().then_some(digest)
	}

	/// The authorities that take over after this block; none if it schedules no change, or a delayed one
	/// (which no Pantheon runtime makes).
	pub fn next_authorities(&self) -> Option<Vec<(AuthorityKey, u64)>> {
		self.consensus_items(GRANDPA_ENGINE_ID).find_map(|payload| {
			let GrandpaLog::ScheduledChange { next_authorities, delay } =
				GrandpaLog::decode(&mut &*payload).ok()?;
			(delay == 0).then_some(next_authorities)
		})
	}

	fn consensus_items(&self, engine: [u8; 4]) -> impl Iterator<Item = &[u8]> {
		self.fields.digest.iter().filter_map(move |item| match item {
			DigestItem::Consensus(id, payload) if *id == engine => Some(payload.as_slice()),
			_ => None,
		})
	}
}

fn hash(bytes: &[u8]) -> BlockHash {
	let digest: [u8; 32] = Blake2b::<U32>::digest(bytes).into();
	digest.into()
}

/// Headers inside a justification: read with the rest, hashed from their re-encoding.
impl Decode for Header {
	fn decode<I: codec::Input>(input: &mut I) -> Result<Self, codec::Error> {
		let fields = Fields::decode(input)?;
		let hash = hash(&fields.encode());
		Ok(Self { fields, hash })
	}
}
