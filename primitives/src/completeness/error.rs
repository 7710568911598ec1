//! Why bytes are not a completeness bundle, and why one does not hold.

use crate::{
	bitcoin::AnchorError,
	cbor::Unexpected,
	finality::{FinalityError, HeaderError},
	log::LogProofError,
	report::Step,
	seal::SealError,
	state_proof::StateProofError,
};
use alloc::string::String;

use super::format::{COMPLETENESS_MAGIC, MAX_COMPLETENESS_LEN};

/// Why bytes are not a completeness bundle.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CompletenessFormatError {
	/// Not the CBOR of a completeness bundle: cut off, overlong, or something else.
	#[error("the file is not a {COMPLETENESS_MAGIC} bundle, or it is damaged or cut off")]
	Malformed,
	/// A version that is not known here.
	#[error("{COMPLETENESS_MAGIC} version {0} is not known")]
	UnknownVersion(u64),
	/// Valid CBOR, but not in the one canonical form.
	#[error("the file is not in canonical form")]
	NotCanonical,
	/// More than [`MAX_COMPLETENESS_LEN`] bytes.
	#[error("a completeness bundle has at most {MAX_COMPLETENESS_LEN} bytes")]
	TooLarge,
	/// More bytes follow the bundle.
	#[error("bytes follow the bundle")]
	TrailingBytes,
	/// A key cannot be read.
	#[error("a key of the operator is malformed: {0}")]
	Key(#[from] SealError),
	/// The range ends before it begins.
	#[error("the range runs backwards: from {from} to {to}")]
	RangeBackwards {
		/// Its first position.
		from: u64,
		/// Its last position.
		to: u64,
	},
}

impl From<Unexpected> for CompletenessFormatError {
	fn from(_: Unexpected) -> Self {
		Self::Malformed
	}
}

/// Why a completeness bundle does not hold. Positions are sequences of the operator's chain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs)] // The fields are what the messages name.
pub enum CompletenessError {
	#[error("{0}")]
	Format(#[from] CompletenessFormatError),
	#[error("position {position}: {source}")]
	Statement { position: u64, source: SealError },
	#[error("position {position}: a batch member is not sealed by itself")]
	BareMember { position: u64 },
	#[error("position {position}: the statement is another operator's")]
	OtherOperator { position: u64 },
	#[error("{0}")]
	OtherChain(String),
	#[error("position {expected} is missing: the next statement is number {found}")]
	Gap { expected: u64, found: u64 },
	#[error("position {found} stands again where {expected} is due")]
	Repeated { expected: u64, found: u64 },
	#[error("the bundle says that it covers positions {from} to {to}, and ends before {next}")]
	CutShort { from: u64, to: u64, next: u64 },
	#[error("the bundle says that it covers positions {from} to {to}, and goes on after it")]
	Overlong { from: u64, to: u64 },
	#[error("position {position} does not name the record before it")]
	OtherPrevious { position: u64 },
	#[error("position {position} stands in the log before the one that precedes it")]
	LogOrder { position: u64 },
	#[error("position {position} is no batch, and members of it are shown")]
	NoBatch { position: u64 },
	#[error("position {position}: the batch has {count} members, and member {index} is shown")]
	MemberBeyondBatch { position: u64, index: u32, count: u32 },
	#[error("position {position}: the members of the batch: {source}")]
	Members { position: u64, source: LogProofError },
	#[error("position {position}: {source}")]
	Seal { position: u64, source: SealError },
	#[error("the statements in the log: {0}")]
	Included(LogProofError),
	#[error("the block header is malformed: {0}")]
	Header(#[from] HeaderError),
	#[error("the header's hash is not the checkpoint's block hash")]
	OtherHeader,
	#[error("{0}")]
	State(#[from] StateProofError),
	#[error("what the state holds of the operator is not a chain's head")]
	HeadMalformed,
	#[error("position {to} is beyond the chain, which has {length} positions at that block")]
	BeyondHead { to: u64, length: u64 },
	#[error("position {position} is not the chain's head: its end is cut off or exchanged")]
	OtherHead { position: u64 },
	#[error("{0}")]
	Finality(#[from] FinalityError),
	#[error("{0}")]
	Anchor(#[from] AnchorError),
}

impl CompletenessError {
	/// The step of the verification that fails so.
	pub fn step(&self) -> Step {
		match self {
			Self::Format(_) => Step::Decode,
			Self::OtherOperator { .. } => Step::Key,
			Self::Statement { .. } | Self::BareMember { .. } | Self::Seal { .. } => Step::Sealed,
			Self::OtherChain(_) => Step::Chain,
			Self::Gap { .. }
			| Self::Repeated { .. }
			| Self::CutShort { .. }
			| Self::Overlong { .. } => Step::Numbered,
			Self::OtherPrevious { .. } | Self::LogOrder { .. } => Step::Linked,
			Self::NoBatch { .. } | Self::MemberBeyondBatch { .. } | Self::Members { .. } => {
				Step::Member
			},
			Self::Included(_) => Step::Included,
			Self::Header(_)
			| Self::OtherHeader
			| Self::State(_)
			| Self::HeadMalformed
			| Self::BeyondHead { .. }
			| Self::OtherHead { .. } => Step::Head,
			Self::Finality(_) => Step::Finalised,
			Self::Anchor(_) => Step::Anchored,
		}
	}
}
