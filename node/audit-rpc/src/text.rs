//! Bytes as lower-case hex text.

use serde::{de::Error as _, Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, str::FromStr};

/// Why a text is not the hex that was expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HexError {
	/// Upper case, `0x`, an odd number of digits, or no hex at all: one value has one text.
	#[error("not lower-case hex")]
	NotLowerHex,
	/// Not 32 bytes.
	#[error("expected 64 hex digits, got {0}")]
	Length(usize),
}

fn decode(text: &str) -> Result<Vec<u8>, HexError> {
	if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
		return Err(HexError::NotLowerHex);
	}
	hex::decode(text).map_err(|_| HexError::NotLowerHex)
}

/// 32 bytes: an identifier, a leaf hash, a root or a node of the tree.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct HexDigest(pub [u8; 32]);

impl From<[u8; 32]> for HexDigest {
	fn from(bytes: [u8; 32]) -> Self {
		Self(bytes)
	}
}

impl From<HexDigest> for [u8; 32] {
	fn from(digest: HexDigest) -> Self {
		digest.0
	}
}

impl fmt::Display for HexDigest {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(&hex::encode(self.0))
	}
}

impl fmt::Debug for HexDigest {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		fmt::Display::fmt(self, f)
	}
}

impl FromStr for HexDigest {
	type Err = HexError;

	fn from_str(text: &str) -> Result<Self, HexError> {
		let bytes = decode(text)?;
		bytes.try_into().map(Self).map_err(|_| HexError::Length(text.len()))
	}
}

impl Serialize for HexDigest {
	fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
		serializer.collect_str(self)
	}
}

impl<'de> Deserialize<'de> for HexDigest {
	fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
		String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
	}
}

/// Any number of bytes.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct HexBytes(pub Vec<u8>);

impl From<Vec<u8>> for HexBytes {
	fn from(bytes: Vec<u8>) -> Self {
		Self(bytes)
	}
}

impl fmt::Debug for HexBytes {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(&hex::encode(&self.0))
	}
}

impl Serialize for HexBytes {
	fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
		serializer.serialize_str(&hex::encode(&self.0))
	}
}

impl<'de> Deserialize<'de> for HexBytes {
	fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
		decode(&String::deserialize(deserializer)?).map(Self).map_err(D::Error::custom)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn one_text_per_digest() {
		let digest = HexDigest([0xab; 32]);
		let json = serde_json::to_string(&digest).unwrap();
		assert_eq!(json, format!("\"{}\"", "ab".repeat(32)));
		assert_eq!(serde_json::from_str::<HexDigest>(&json).unwrap(), digest);
		assert_eq!("AB".repeat(32).parse::<HexDigest>(), Err(HexError::NotLowerHex));
		assert_eq!("ab".repeat(31).parse::<HexDigest>(), Err(HexError::Length(62)));
		assert_eq!(
			format!("0x{}", "ab".repeat(31)).parse::<HexDigest>(),
			Err(HexError::NotLowerHex)
		);
	}
}
