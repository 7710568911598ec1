//! The proof that a checkpoint is in a Bitcoin block, and its verification.

use ::bitcoin::{hashes::Hash, Work};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use super::{
	headers::check_headers,
	payload::check_payload,
	transaction::{check_coinbase, decode_transaction, merkle_root},
	AnchorError, HeaderRules, HEADER_LEN, MAX_HEADERS, MAX_PATH,
};
use crate::checkpoint::Checkpoint;

/// Shows that a transaction with a checkpoint's payload is in a Bitcoin block, and how much work lies
/// on it. Anybody can make one; it carries no trust of its own.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct AnchorProof {
	/// The transaction without witness.
	pub transaction: Vec<u8>,
	/// Its position in the block; never 0, which is the coinbase's.
	pub position: u32,
	/// Its Merkle path, from the bottom.
	pub path: Vec<[u8; 32]>,
	/// The block's coinbase transaction without witness.
	pub coinbase: Vec<u8>,
	/// The coinbase's Merkle path, from the bottom; as long as `path`.
	pub coinbase_path: Vec<[u8; 32]>,
	/// Height of the first header, whose parent is the verifier's pinned header.
	pub first_height: u32,
	/// Which of `headers` is the block that holds the transaction.
	pub block: u32,
	/// Contiguous headers, from the pinned header's child to the newest that is shown.
	pub headers: Vec<[u8; HEADER_LEN]>,
}

/// What drives the cost of [`verify_anchor`], to be charged before it is called.
///
/// Each header and each path element costs one double SHA-256; the two transactions are hashed and
/// parsed once. Nothing else in a proof adds work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerificationCost {
	/// Headers.
	pub headers: u32,
	/// Elements of both Merkle paths.
	pub path_elements: u32,
	/// Bytes of both transactions.
	pub transaction_bytes: u32,
}

impl AnchorProof {
	/// What its verification costs at most. Numbers that don't fit are given as the greatest that do;
	/// such a proof is refused at once.
	pub fn cost(&self) -> VerificationCost {
		let count = |left: usize, right: usize| {
			u32::try_from(left.saturating_add(right)).unwrap_or(u32::MAX)
		};
		VerificationCost {
			headers: count(self.headers.len(), 0),
			path_elements: count(self.path.len(), self.coinbase_path.len()),
			transaction_bytes: count(self.transaction.len(), self.coinbase.len()),
		}
	}
}

/// Where a verified anchor is.
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
pub struct AnchoredAt {
	/// Height of the block.
	pub height: u32,
	/// The block's hash.
	pub block_hash: [u8; 32],
	/// The block's timestamp in Unix seconds, as its miner set it: loose by hours.
	pub time: u32,
	/// Blocks shown from the anchor's on, that one included.
	pub confirmations: u32,
	/// Expected number of hashes in those blocks, big-endian.
	pub work: [u8; 32],
	/// The transaction's id.
	pub txid: [u8; 32],
}

/// Checks that a checkpoint is anchored in the chain of headers after the pinned one.
///
/// Shows that the checkpoint existed before that block was mined, given that nobody else spent the
/// work that the rules demand; not that the checkpoint is the only one, and not which of two chains
/// with enough work other nodes follow.
///
/// Never panics. The work is bounded by [`AnchorProof::cost`]; lengths above [`MAX_HEADERS`],
/// [`MAX_PATH`] and [`MAX_TRANSACTION_LEN`](super::MAX_TRANSACTION_LEN) are refused unread.
pub fn verify_anchor(
	checkpoint: &Checkpoint,
	proof: &AnchorProof,
	rules: &HeaderRules,
) -> Result<AnchoredAt, AnchorError> {
	if proof.path.len() > MAX_PATH || proof.coinbase_path.len() > MAX_PATH {
		return Err(AnchorError::PathTooLong);
	}
	let (height, confirmations) = check_extent(proof, rules)?;

	let roots = proof.roots(checkpoint, height)?;
	let checked = check_headers(&proof.headers, proof.block, rules)?;
	roots.expect(&checked.header.merkle_root.to_byte_array())?;
	if checked.work < Work::from_be_bytes(rules.min_work) {
		return Err(AnchorError::TooLittleWork);
	}
	Ok(AnchoredAt {
		height,
		block_hash: checked.hash.to_byte_array(),
		time: checked.header.time,
		confirmations,
		work: checked.work.to_be_bytes(),
		txid: roots.txid,
	})
}

/// What the proof's two transactions and paths lead to.
struct Roots {
	txid: [u8; 32],
	transaction: [u8; 32],
	coinbase: Option<[u8; 32]>,
}

impl Roots {
	fn expect(&self, root: &[u8; 32]) -> Result<(), AnchorError> {
		if self.transaction != *root {
			return Err(AnchorError::WrongPath);
		}
		if self.coinbase.as_ref() != Some(root) {
			return Err(AnchorError::CoinbasePath);
		}
		Ok(())
	}
}

impl AnchorProof {
	/// That the transaction carries the checkpoint and is in the block with this Merkle root, whose
	/// header was checked elsewhere to be at `height`; gives the transaction's id. For whoever follows
	/// all headers once ([`HeaderChain`](super::HeaderChain)): the proof's own headers are not looked at.
	pub fn verify_in_block(
		&self,
		checkpoint: &Checkpoint,
		height: u32,
		merkle_root: &[u8; 32],
	) -> Result<[u8; 32], AnchorError> {
		if self.path.len() > MAX_PATH || self.coinbase_path.len() > MAX_PATH {
			return Err(AnchorError::PathTooLong);
		}
		let roots = self.roots(checkpoint, height)?;
		roots.expect(merkle_root)?;
		Ok(roots.txid)
	}

	/// Reads both transactions and follows their paths, which must not be longer than [`MAX_PATH`].
	fn roots(&self, checkpoint: &Checkpoint, height: u32) -> Result<Roots, AnchorError> {
		let (transaction, txid) = decode_transaction(&self.transaction)?;
		check_payload(&transaction, checkpoint)?;
		let coinbase_id = check_coinbase(&self.coinbase, height)?;
		// Position 0 is the coinbase's: as the anchor it would vouch for its own depth.
		if self.position == 0 {
			return Err(AnchorError::WrongPath);
		}
		// The coinbase pins the tree's depth: an inner node passed off as a transaction, or the reverse,
		// would need a coinbase at the wrong depth as well (CVE-2017-12842).
		if self.coinbase_path.len() != self.path.len() {
			return Err(AnchorError::CoinbasePath);
		}
		Ok(Roots {
			txid,
			transaction: merkle_root(txid, self.position, &self.path)
				.ok_or(AnchorError::WrongPath)?,
			coinbase: merkle_root(coinbase_id, 0, &self.coinbase_path),
		})
	}
}

/// The anchor block's height and confirmations, from the numbers alone.
fn check_extent(proof: &AnchorProof, rules: &HeaderRules) -> Result<(u32, u32), AnchorError> {
	if proof.headers.is_empty() {
		return Err(AnchorError::NoHeaders);
	}
	if proof.headers.len() > MAX_HEADERS {
		return Err(AnchorError::TooManyHeaders);
	}
	let count = u32::try_from(proof.headers.len()).map_err(|_| AnchorError::TooManyHeaders)?;
	if rules.pinned.height.checked_add(1) != Some(proof.first_height) {
		return Err(AnchorError::WrongHeight);
	}
	let confirmations = match count.checked_sub(proof.block) {
		Some(confirmations) if confirmations > 0 => confirmations,
		_ => return Err(AnchorError::BlockOutOfRange),
	};
	if confirmations < rules.min_confirmations {
		return Err(AnchorError::TooFewConfirmations {
			found: confirmations,
			required: rules.min_confirmations,
		});
	}
	let height = proof.first_height.checked_add(proof.block).ok_or(AnchorError::WrongHeight)?;
	Ok((height, confirmations))
}
