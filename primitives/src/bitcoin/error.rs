//! Why an anchor was refused.

use core::fmt;

/// The rule that an anchor proof breaks. An `index` counts the proof's headers from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnchorError {
	/// The transaction is not in canonical form without witness, or is longer than a block may be.
	TransactionMalformed,
	/// The transaction is 64 bytes long, so it could be an inner node of the block's Merkle tree.
	TransactionIs64Bytes,
	/// No output is an OP_RETURN.
	PayloadMissing,
	/// More than one output is an OP_RETURN.
	SeveralPayloads,
	/// The OP_RETURN output is not a Pantheon payload.
	WrongMagic,
	/// The payload commits to another checkpoint.
	PayloadMismatch,
	/// A Merkle path is longer than any block's.
	PathTooLong,
	/// The transaction's path and position don't lead to the block's Merkle root.
	WrongPath,
	/// The coinbase transaction is not in canonical form, or is not a coinbase.
	CoinbaseMalformed,
	/// The coinbase's path has another length than the transaction's, or another root.
	CoinbasePath,
	/// The height in the coinbase is not the block's height.
	CoinbaseHeight,
	/// The proof has no header.
	NoHeaders,
	/// More headers than [`MAX_HEADERS`](super::MAX_HEADERS).
	TooManyHeaders,
	/// The headers don't start at the height after the pinned header, or run past the last height.
	WrongHeight,
	/// The named block is not among the headers.
	BlockOutOfRange,
	/// A header can't be read.
	HeaderMalformed {
		/// Which header.
		index: u32,
	},
	/// A header does not name its predecessor; for the first, the pinned header.
	HeadersNotLinked {
		/// Which header.
		index: u32,
	},
	/// A header declares another difficulty than the network's rules demand.
	WrongDifficulty {
		/// Which header.
		index: u32,
	},
	/// A header's difficulty is below the verifier's floor.
	DifficultyBelowFloor {
		/// Which header.
		index: u32,
	},
	/// A header's hash is above its target.
	ProofOfWork {
		/// Which header.
		index: u32,
	},
	/// The verifier's own pinned header is not one of the network: a mistake in the rules.
	PinnedHeader,
	/// Fewer blocks from the anchor's on than demanded.
	TooFewConfirmations {
		/// What the proof shows.
		found: u32,
		/// What the rules demand.
		required: u32,
	},
	/// Less work in the anchor's block and those on top than demanded.
	TooLittleWork,
}

impl fmt::Display for AnchorError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::TransactionMalformed => {
				f.write_str("the anchor transaction is not in canonical form without witness")
			},
			Self::TransactionIs64Bytes => {
				f.write_str("the anchor transaction is 64 bytes long, like an inner Merkle node")
			},
			Self::PayloadMissing => f.write_str("the anchor transaction has no OP_RETURN output"),
			Self::SeveralPayloads => {
				f.write_str("the anchor transaction has more than one OP_RETURN output")
			},
			Self::WrongMagic => f.write_str("the OP_RETURN output is not a Pantheon payload"),
			Self::PayloadMismatch => {
				f.write_str("the anchor transaction commits to another checkpoint")
			},
			Self::PathTooLong => f.write_str("a Merkle path is longer than any block's"),
			Self::WrongPath => {
				f.write_str("the anchor transaction is not in the block at this position")
			},
			Self::CoinbaseMalformed => f.write_str("the coinbase transaction is not one"),
			Self::CoinbasePath => {
				f.write_str("the coinbase is not in the block at the same depth as the anchor")
			},
			Self::CoinbaseHeight => {
				f.write_str("the coinbase states another height than the headers show")
			},
			Self::NoHeaders => f.write_str("the proof has no Bitcoin header"),
			Self::TooManyHeaders => {
				write!(f, "the proof has more than {} Bitcoin headers", super::MAX_HEADERS)
			},
			Self::WrongHeight => {
				f.write_str("the headers don't start at the height after the pinned header")
			},
			Self::BlockOutOfRange => f.write_str("the anchor's block is not among the headers"),
			Self::HeaderMalformed { index } => write!(f, "header {index} can't be read"),
			Self::HeadersNotLinked { index: 0 } => {
				f.write_str("header 0 does not follow the pinned header")
			},
			Self::HeadersNotLinked { index } => {
				write!(f, "header {index} does not follow the one before it")
			},
			Self::WrongDifficulty { index } => {
				write!(
					f,
					"header {index} declares a difficulty that the network's rules don't give"
				)
			},
			Self::DifficultyBelowFloor { index } => {
				write!(f, "header {index} is easier than the verifier's floor")
			},
			Self::ProofOfWork { index } => {
				write!(f, "header {index} does not have the proof of work that its target demands")
			},
			Self::PinnedHeader => {
				f.write_str("the verifier's pinned header can't be one of this Bitcoin network")
			},
			Self::TooFewConfirmations { found, required } => {
				write!(f, "{found} confirmations, and {required} are demanded")
			},
			Self::TooLittleWork => {
				f.write_str("less proof of work on the anchor than the verifier demands")
			},
		}
	}
}

impl core::error::Error for AnchorError {}
