//! Why an anchor was refused.

/// The rule that an anchor proof breaks. An `index` counts the proof's headers from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnchorError {
	/// The transaction is not in canonical form without witness, or is longer than a block may be.
	#[error("the anchor transaction is not in canonical form without witness")]
	TransactionMalformed,
	/// The transaction is 64 bytes long, so it could be an inner node of the block's Merkle tree.
	#[error("the anchor transaction is 64 bytes long, like an inner Merkle node")]
	TransactionIs64Bytes,
	/// No output is an OP_RETURN.
	#[error("the anchor transaction has no OP_RETURN output")]
	PayloadMissing,
	/// More than one output is an OP_RETURN.
	#[error("the anchor transaction has more than one OP_RETURN output")]
	SeveralPayloads,
	/// The OP_RETURN output is not a Pantheon payload.
	#[error("the OP_RETURN output is not a Pantheon payload")]
	WrongMagic,
	/// The payload commits to another checkpoint.
	#[error("the anchor transaction commits to another checkpoint")]
	PayloadMismatch,
	/// A Merkle path is longer than any block's.
	#[error("a Merkle path is longer than any block's")]
	PathTooLong,
	/// The transaction's path and position don't lead to the block's Merkle root.
	#[error("the anchor transaction is not in the block at this position")]
	WrongPath,
	/// The coinbase transaction is not in canonical form, or is not a coinbase.
	#[error("the coinbase transaction is not one")]
	CoinbaseMalformed,
	/// The coinbase's path has another length than the transaction's, or another root.
	#[error("the coinbase is not in the block at the same depth as the anchor transaction")]
	CoinbasePath,
	/// The height in the coinbase is not the block's height.
	#[error("the coinbase states another height than the headers show")]
	CoinbaseHeight,
	/// The proof has no header.
	#[error("the proof has no Bitcoin header")]
	NoHeaders,
	/// More headers than [`MAX_HEADERS`](super::MAX_HEADERS).
	#[error("the proof has more than {} Bitcoin headers", super::MAX_HEADERS)]
	TooManyHeaders,
	/// The headers don't start at the height after the pinned header, or run past the last height.
	#[error("the headers don't start at the height after the pinned header")]
	WrongHeight,
	/// The named block is not among the headers.
	#[error("the anchor's block is not among the headers")]
	BlockOutOfRange,
	/// A header can't be read.
	#[error("header {index} can't be read")]
	HeaderMalformed {
		/// Which header.
		index: u32,
	},
	/// A header does not name its predecessor; for the first, the pinned header.
	#[error("header {index} does not follow the one before it (header 0: the pinned one)")]
	HeadersNotLinked {
		/// Which header.
		index: u32,
	},
	/// A header declares another difficulty than the network's rules demand.
	#[error("header {index} declares a difficulty that the network's rules don't give")]
	WrongDifficulty {
		/// Which header.
		index: u32,
	},
	/// A header's difficulty is below the verifier's floor.
	#[error("header {index} is easier than the verifier's floor")]
	DifficultyBelowFloor {
		/// Which header.
		index: u32,
	},
	/// A header's hash is above its target.
	#[error("header {index} does not have the proof of work that its target demands")]
	ProofOfWork {
		/// Which header.
		index: u32,
	},
	/// The verifier's own pinned header is not one of the network: a mistake in the rules.
	#[error("the verifier's pinned header can't be one of this Bitcoin network")]
	PinnedHeader,
	/// Fewer blocks from the anchor's on than demanded.
	#[error("{found} confirmations, and {required} are demanded")]
	TooFewConfirmations {
		/// What the proof shows.
		found: u32,
		/// What the rules demand.
		required: u32,
	},
	/// Less work in the anchor's block and those on top than demanded.
	#[error("less proof of work on the anchor than the verifier demands")]
	TooLittleWork,
}
