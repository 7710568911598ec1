//! The little of deterministic CBOR (RFC 8949 §4.2) that Pantheon's formats use.
//!
//! Writing cannot fail (the sink is a `Vec`). Reading is lenient here and made strict by the callers:
//! each decoder re-encodes what it read and compares, so exactly one byte string decodes to a value.

use alloc::vec::Vec;
use minicbor::{Decoder, Encoder};

/// A CBOR writer into memory.
pub(crate) struct Writer(Encoder<Vec<u8>>);

impl Writer {
	pub(crate) fn new() -> Self {
		Self(Encoder::new(Vec::new()))
	}

	pub(crate) fn finish(self) -> Vec<u8> {
		self.0.into_writer()
	}

	pub(crate) fn map(&mut self, entries: u64) -> &mut Self {
		let _ = self.0.map(entries);
		self
	}

	pub(crate) fn array(&mut self, items: u64) -> &mut Self {
		let _ = self.0.array(items);
		self
	}

	pub(crate) fn uint(&mut self, value: u64) -> &mut Self {
		let _ = self.0.u64(value);
		self
	}

	pub(crate) fn int(&mut self, value: i64) -> &mut Self {
		let _ = self.0.i64(value);
		self
	}

	pub(crate) fn bytes(&mut self, value: &[u8]) -> &mut Self {
		let _ = self.0.bytes(value);
		self
	}

	pub(crate) fn text(&mut self, value: &str) -> &mut Self {
		let _ = self.0.str(value);
		self
	}

	pub(crate) fn tag(&mut self, tag: u64) -> &mut Self {
		let _ = self.0.tag(minicbor::data::Tag::new(tag));
		self
	}

	pub(crate) fn null(&mut self) -> &mut Self {
		let _ = self.0.null();
		self
	}

	/// A byte string holding the items one after the other.
	pub(crate) fn hashes(&mut self, hashes: &[[u8; 32]]) -> &mut Self {
		self.bytes(&hashes.concat())
	}
}

/// The input is not the CBOR that was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unexpected;

impl From<minicbor::decode::Error> for Unexpected {
	fn from(_: minicbor::decode::Error) -> Self {
		Self
	}
}

/// A CBOR reader over a slice.
pub(crate) struct Reader<'a>(Decoder<'a>);

impl<'a> Reader<'a> {
	pub(crate) fn new(input: &'a [u8]) -> Self {
		Self(Decoder::new(input))
	}

	pub(crate) fn map(&mut self) -> Result<u64, Unexpected> {
		self.0.map()?.ok_or(Unexpected)
	}

	pub(crate) fn array(&mut self) -> Result<u64, Unexpected> {
		self.0.array()?.ok_or(Unexpected)
	}

	/// Reads the head of an array that must hold exactly `items`.
	pub(crate) fn array_of(&mut self, items: u64) -> Result<(), Unexpected> {
		(self.array()? == items).then_some(()).ok_or(Unexpected)
	}

	pub(crate) fn uint(&mut self) -> Result<u64, Unexpected> {
		Ok(self.0.u64()?)
	}

	pub(crate) fn u32(&mut self) -> Result<u32, Unexpected> {
		Ok(self.0.u32()?)
	}

	pub(crate) fn int(&mut self) -> Result<i64, Unexpected> {
		Ok(self.0.i64()?)
	}

	pub(crate) fn bytes(&mut self) -> Result<&'a [u8], Unexpected> {
		Ok(self.0.bytes()?)
	}

	pub(crate) fn fixed<const N: usize>(&mut self) -> Result<[u8; N], Unexpected> {
		self.bytes()?.try_into().map_err(|_| Unexpected)
	}

	pub(crate) fn hashes(&mut self) -> Result<Vec<[u8; 32]>, Unexpected> {
		chunks(self.bytes()?)
	}

	pub(crate) fn text(&mut self) -> Result<&'a str, Unexpected> {
		Ok(self.0.str()?)
	}

	pub(crate) fn tag(&mut self, tag: u64) -> Result<(), Unexpected> {
		(self.0.tag()?.as_u64() == tag).then_some(()).ok_or(Unexpected)
	}

	pub(crate) fn null(&mut self) -> Result<(), Unexpected> {
		Ok(self.0.null()?)
	}

	/// Ends the reading: nothing may be left.
	pub(crate) fn end(&self) -> Result<(), Unexpected> {
		(self.0.position() == self.0.input().len()).then_some(()).ok_or(Unexpected)
	}
}

/// Cuts `bytes` into pieces of `N`; the length must be a multiple.
pub(crate) fn chunks<const N: usize>(bytes: &[u8]) -> Result<Vec<[u8; N]>, Unexpected> {
	let pieces = bytes.chunks_exact(N);
	if !pieces.remainder().is_empty() {
		return Err(Unexpected);
	}
	pieces.map(|piece| piece.try_into().map_err(|_| Unexpected)).collect()
}
