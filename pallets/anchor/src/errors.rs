//! How the rules of the Bitcoin side become errors of the pallet: one to one.

use crate::{Config, Error};
use pantheon_primitives::bitcoin::AnchorError;

impl<T: Config> From<AnchorError> for Error<T> {
	fn from(error: AnchorError) -> Self {
		match error {
			AnchorError::TransactionMalformed => Self::TransactionMalformed,
			AnchorError::TransactionIs64Bytes => Self::TransactionIs64Bytes,
			AnchorError::PayloadMissing => Self::PayloadMissing,
			AnchorError::SeveralPayloads => Self::SeveralPayloads,
			AnchorError::WrongMagic => Self::WrongMagic,
			AnchorError::PayloadMismatch => Self::PayloadMismatch,
			AnchorError::PathTooLong => Self::PathTooLong,
			AnchorError::WrongPath => Self::WrongPath,
			AnchorError::CoinbaseMalformed => Self::CoinbaseMalformed,
			AnchorError::CoinbasePath => Self::CoinbasePath,
			AnchorError::CoinbaseHeight => Self::CoinbaseHeight,
			AnchorError::NoHeaders => Self::NoHeaders,
			AnchorError::TooManyHeaders => Self::TooManyHeaders,
			AnchorError::WrongHeight => Self::UnknownBitcoinHeader,
			AnchorError::BlockOutOfRange => Self::BlockOutOfRange,
			AnchorError::HeaderMalformed { .. } => Self::HeaderMalformed,
			AnchorError::HeadersNotLinked { .. } => Self::HeadersNotLinked,
			AnchorError::WrongDifficulty { .. } => Self::WrongDifficulty,
			AnchorError::DifficultyBelowFloor { .. } => Self::DifficultyBelowFloor,
			AnchorError::ProofOfWork { .. } => Self::ProofOfWork,
			AnchorError::PinnedHeader => Self::BadPin,
			AnchorError::TooFewConfirmations { .. } => Self::TooFewConfirmations,
			AnchorError::TooLittleWork => Self::TooLittleWork,
		}
	}
}
