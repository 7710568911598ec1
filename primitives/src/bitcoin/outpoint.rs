//! Transaction ids and outputs by name, as people and block explorers write them.

use ::bitcoin::hashes::{sha256d, Hash};
use core::{fmt, str::FromStr};

/// Id of a Bitcoin transaction: SHA256d of its bytes without witness.
///
/// Written in reverse, as every wallet and block explorer does; kept as hashed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Txid([u8; 32]);

impl Txid {
	/// From the bytes as they were hashed.
	pub const fn new(internal: [u8; 32]) -> Self {
		Self(internal)
	}

	/// Of a transaction without witness.
	pub fn of(transaction: &[u8]) -> Self {
		Self(sha256d::Hash::hash(transaction).to_byte_array())
	}

	/// The bytes as they were hashed.
	pub const fn as_bytes(&self) -> &[u8; 32] {
		&self.0
	}
}

impl fmt::Display for Txid {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		self.0.iter().rev().try_for_each(|byte| write!(f, "{byte:02x}"))
	}
}

impl fmt::Debug for Txid {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(f, "Txid({self})")
	}
}

/// One output of a transaction, written `txid:output`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OutPoint {
	/// The transaction.
	pub txid: Txid,
	/// Which of its outputs, from 0.
	pub vout: u32,
}

impl fmt::Display for OutPoint {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(f, "{}:{}", self.txid, self.vout)
	}
}

impl fmt::Debug for OutPoint {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(f, "OutPoint({self})")
	}
}

/// A text that is not `txid:output`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected txid:output: 64 lower-case hexadecimal digits, a colon and a decimal number")]
pub struct ParseOutPointError;

impl FromStr for OutPoint {
	type Err = ParseOutPointError;

	/// Takes only what [`Display`](fmt::Display) writes. The null output, which coinbases name, is refused:
	/// no transaction made it.
	fn from_str(text: &str) -> Result<Self, Self::Err> {
		let (txid, vout) = text.split_once(':').ok_or(ParseOutPointError)?;
		let mut bytes = [0; 32];
		hex::decode_to_slice(txid, &mut bytes).map_err(|_| ParseOutPointError)?;
		bytes.reverse();
		let decimal = vout.bytes().all(|digit| digit.is_ascii_digit())
			&& (vout == "0" || !vout.starts_with('0'));
		let lower = !txid.bytes().any(|digit| digit.is_ascii_uppercase());
		let vout: u32 = vout.parse().map_err(|_| ParseOutPointError)?;
		let null = bytes == [0; 32] && vout == u32::MAX;
		if decimal && lower && !null {
			Ok(Self { txid: Txid(bytes), vout })
		} else {
			Err(ParseOutPointError)
		}
	}
}

/// The output that the first anchor of a log spends: where its spend chain begins. Part of what an
/// auditor chooses to trust.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AnchorOrigin(pub OutPoint);

impl fmt::Display for AnchorOrigin {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		self.0.fmt(f)
	}
}

impl FromStr for AnchorOrigin {
	type Err = ParseOutPointError;

	fn from_str(text: &str) -> Result<Self, Self::Err> {
		text.parse().map(Self)
	}
}
