//! Errors with fixed JSON-RPC codes.

use jsonrpsee::types::ErrorObjectOwned;

/// Why a method gave no answer. The codes are part of the interface and never reused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuditError {
	/// The log holds no such entry or member. Code -33001.
	#[error("the log holds no such entry")]
	UnknownEntry,
	/// The log has not grown to that size yet. Code -33002.
	#[error("the log holds {size} finalised entries, fewer than {asked}")]
	FutureSize {
		/// The size asked for.
		asked: u64,
		/// The size now.
		size: u64,
	},
	/// More was asked for than one answer may hold, or a range runs backwards. Code -33003.
	#[error("the range is backwards or holds more than {most} items")]
	RangeTooLarge {
		/// Most items in one answer.
		most: u64,
	},
	/// The node keeps no GRANDPA justification for that block. Code -33004.
	#[error("no justification is kept for that block")]
	NoJustification,
	/// The log store is still reading blocks. Code -33005.
	#[error("the log store is catching up: at block {at} of {finalized}")]
	NotReady {
		/// The last block in the store.
		at: u32,
		/// The finalised block.
		finalized: u32,
	},
	/// The store failed; the node's log says how. Code -33006.
	#[error("the log store failed")]
	Internal,
}

impl AuditError {
	/// The fixed JSON-RPC error code.
	pub const fn code(&self) -> i32 {
		match self {
			Self::UnknownEntry => -33001,
			Self::FutureSize { .. } => -33002,
			Self::RangeTooLarge { .. } => -33003,
			Self::NoJustification => -33004,
			Self::NotReady { .. } => -33005,
			Self::Internal => -33006,
		}
	}
}

impl From<AuditError> for ErrorObjectOwned {
	fn from(error: AuditError) -> Self {
		ErrorObjectOwned::owned(error.code(), error.to_string(), None::<()>)
	}
}
