//! How the rules of the format become errors of the pallet: one to one.

use crate::{Config, Error};
use pallet_operators::NoActiveKey;
use pantheon_primitives::{chain::ChainError, record::RecordError, seal::SealError};

impl<T: Config> From<RecordError> for Error<T> {
	fn from(error: RecordError) -> Self {
		match error {
			RecordError::UnknownKind(_) => Self::UnknownKind,
			RecordError::ReservedKind(_) => Self::ReservedKind,
			RecordError::TooManyParents => Self::TooManyParents,
			RecordError::DuplicateParent => Self::DuplicateParent,
			RecordError::LocatorTooLong => Self::LocatorTooLong,
			RecordError::LocatorNotUtf8 => Self::LocatorNotUtf8,
			RecordError::PreviousMissing => Self::PreviousMissing,
			RecordError::PreviousUnexpected => Self::PreviousUnexpected,
			RecordError::IntentMissing => Self::IntentMissing,
			RecordError::IntentUnexpected => Self::IntentUnexpected,
			RecordError::BatchMissing => Self::BatchMissing,
			RecordError::BatchUnexpected => Self::BatchUnexpected,
			RecordError::EmptyBatch => Self::EmptyBatch,
			RecordError::BatchTooLarge => Self::BatchTooLarge,
			RecordError::BatchKindMask => Self::BatchKindMask,
			// The rest is about bytes or batch members, of which an extrinsic carries neither.
			_ => Self::RecordInvalid,
		}
	}
}

impl<T: Config> From<ChainError> for Error<T> {
	fn from(error: ChainError) -> Self {
		match error {
			ChainError::SequenceGap => Self::SequenceGap,
			ChainError::SequenceRepeated => Self::SequenceRepeated,
			ChainError::PreviousMismatch => Self::PreviousMismatch,
			ChainError::ChainFull => Self::ChainFull,
		}
	}
}

impl<T: Config> From<SealError> for Error<T> {
	fn from(error: SealError) -> Self {
		match error {
			SealError::SignatureLength => Self::SignatureLength,
			SealError::StatementTooLarge => Self::StatementTooLarge,
			SealError::Record(error) => error.into(),
			_ => Self::SignatureInvalid,
		}
	}
}

impl<T: Config> From<NoActiveKey> for Error<T> {
	fn from(error: NoActiveKey) -> Self {
		match error {
			NoActiveKey::Unknown => Self::UnknownOperator,
			NoActiveKey::Retired => Self::OperatorRetired,
			// Under bytes that are no key, no seal verifies.
			NoActiveKey::Invalid => Self::SignatureInvalid,
		}
	}
}
