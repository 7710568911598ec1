//! Checkpoints: a log's size and root at a block, as anchored in Bitcoin and as carried in headers.

use crate::{hash::sha256, BlockHash, GenesisHash, LogRoot};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Length of [`Checkpoint::encode_canonical`].
pub const CHECKPOINT_LEN: usize = 112;
/// What stands before the canonical bytes when they're committed to.
pub const CHECKPOINT_DOMAIN: &[u8] = b"pantheon/checkpoint/v1\n";
/// Consensus engine id of the header digest item that carries a [`LogDigest`].
pub const LOG_ENGINE_ID: [u8; 4] = *b"PNLG";
/// Version byte in front of a [`LogDigest`] in the header.
pub const LOG_DIGEST_VERSION: u8 = 1;

/// A log's state at the end of a block.
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
pub struct Checkpoint {
	/// The chain.
	pub genesis: GenesisHash,
	/// The block's number.
	pub block_number: u32,
	/// The block's hash; fixes the whole state, operator heads included.
	pub block_hash: BlockHash,
	/// Entries in the log after the block.
	pub log_size: u64,
	/// The log's root over those entries.
	pub log_root: LogRoot,
}

impl Checkpoint {
	/// genesis ‖ number (u64, big-endian) ‖ block hash ‖ size (u64, big-endian) ‖ root.
	pub fn encode_canonical(&self) -> [u8; CHECKPOINT_LEN] {
		let number = u64::from(self.block_number).to_be_bytes();
		let size = self.log_size.to_be_bytes();
		let parts = self.genesis.as_bytes().iter().chain(&number).chain(self.block_hash.as_bytes());
		let parts = parts.chain(&size).chain(self.log_root.as_bytes());
		let mut out = [0; CHECKPOINT_LEN];
		out.iter_mut().zip(parts).for_each(|(to, from)| *to = *from);
		out
	}

	/// Reads [`Self::encode_canonical`]; none if the block number does not fit a block number.
	pub fn decode_canonical(bytes: &[u8; CHECKPOINT_LEN]) -> Option<Self> {
		let mut rest = bytes.as_slice();
		let mut take = |length: usize| {
			let (head, tail) = rest.split_at_checked(length)?;
			rest = tail;
			Some(head)
		};
		let genesis: [u8; 32] = take(32)?.try_into().ok()?;
		let number = u64::from_be_bytes(take(8)?.try_into().ok()?);
		let block_hash: [u8; 32] = take(32)?.try_into().ok()?;
		let log_size = u64::from_be_bytes(take(8)?.try_into().ok()?);
		let log_root: [u8; 32] = take(32)?.try_into().ok()?;
		Some(Self {
			genesis: genesis.into(),
			block_number: number.try_into().ok()?,
			block_hash: block_hash.into(),
			log_size,
			log_root: log_root.into(),
		})
	}

	/// What a Bitcoin transaction carries: SHA-256([`CHECKPOINT_DOMAIN`] ‖ canonical bytes).
	pub fn commitment(&self) -> [u8; 32] {
		sha256(&[CHECKPOINT_DOMAIN, &self.encode_canonical()].concat())
	}
}

/// A log's size and root, as every header's digest carries them.
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
pub struct LogDigest {
	/// Entries in the log after the block.
	pub size: u64,
	/// The log's root over those entries.
	pub root: LogRoot,
}

impl LogDigest {
	/// The digest item's payload: version byte ‖ SCALE.
	pub fn encode_digest(&self) -> Vec<u8> {
		(LOG_DIGEST_VERSION, self).encode()
	}

	/// Reads a digest item's payload; none if it has another version or length.
	pub fn decode_digest(payload: &[u8]) -> Option<Self> {
		let mut rest = payload;
		let (version, digest) = <(u8, Self)>::decode(&mut rest).ok()?;
		(version == LOG_DIGEST_VERSION && rest.is_empty()).then_some(digest)
	}
}
