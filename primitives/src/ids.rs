//! One type per identifier, so that a leaf is never taken for a record id.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::{fmt, str::FromStr};
use scale_info::TypeInfo;

/// A text that is not 64 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected 64 hexadecimal digits")]
pub struct ParseIdError;

macro_rules! id {
	($(#[$doc:meta])* $name:ident) => {
		$(#[$doc])*
		#[derive(
			Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode,
			DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
		)]
		pub struct $name([u8; 32]);

		impl $name {
			/// Wraps the 32 bytes.
			pub const fn new(bytes: [u8; 32]) -> Self {
				Self(bytes)
			}

			/// The 32 bytes.
			pub const fn as_bytes(&self) -> &[u8; 32] {
				&self.0
			}

			/// The 32 bytes, by value.
			pub const fn into_bytes(self) -> [u8; 32] {
				self.0
			}
		}

		impl From<[u8; 32]> for $name {
			fn from(bytes: [u8; 32]) -> Self {
				Self(bytes)
			}
		}

		impl AsRef<[u8]> for $name {
			fn as_ref(&self) -> &[u8] {
				&self.0
			}
		}

		impl fmt::Display for $name {
			fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
				self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
			}
		}

		impl fmt::Debug for $name {
			fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
				write!(f, concat!(stringify!($name), "({})"), self)
			}
		}

		impl FromStr for $name {
			type Err = ParseIdError;

			fn from_str(text: &str) -> Result<Self, Self::Err> {
				let mut bytes = [0; 32];
				hex::decode_to_slice(text, &mut bytes).map_err(|_| ParseIdError)?;
				Ok(Self(bytes))
			}
		}
	};
}

id! {
	/// Hash of a chain's genesis block: which log a record is for.
	GenesisHash
}
id! {
	/// Hash of a block of a Pantheon chain (BLAKE2b-256 of its header).
	BlockHash
}
id! {
	/// SHA-256 of an operator's first ML-DSA-65 public key.
	OperatorId
}
id! {
	/// SHA-256 of a record's canonical bytes. Every link between records names one.
	RecordId
}
id! {
	/// SHA-256 of a statement's bytes.
	StatementDigest
}
id! {
	/// RFC 9162 leaf hash, in a log or in a batch tree.
	LeafHash
}
id! {
	/// RFC 9162 tree head hash, of a log or of a batch tree.
	LogRoot
}
id! {
	/// Any other SHA-256: a commitment, a manifest, a key.
	Digest32
}
