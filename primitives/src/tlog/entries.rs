//! Entry bundles: entries one after the other, each behind its length in two bytes, big-endian.

use super::TILE_WIDTH;
use crate::log::Entry;
use alloc::vec::Vec;
use codec::{DecodeAll, Encode};

/// Bytes of an entry: tag ‖ digest.
pub const ENTRY_LEN: u16 = 33;
/// Bytes of the length before each.
const PREFIX_LEN: usize = 2;

/// Why bytes are no bundle of entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EntriesError {
	/// The bytes end within an entry.
	#[error("the bundle is cut off")]
	Truncated,
	/// An entry of another length than [`ENTRY_LEN`].
	#[error("an entry has {ENTRY_LEN} bytes, not {0}")]
	EntryLength(u16),
	/// A tag that is not known.
	#[error("entry {0} of the bundle has an unknown tag")]
	UnknownTag(usize),
	/// No entry, or more than [`TILE_WIDTH`].
	#[error("a bundle holds 1 to {TILE_WIDTH} entries")]
	Count,
}

/// The bundle that holds these entries.
pub fn encode_entries(entries: &[Entry]) -> Vec<u8> {
	entries
		.iter()
		.flat_map(|entry| [&ENTRY_LEN.to_be_bytes()[..], &entry.encode()].concat())
		.collect()
}

/// Reads [`encode_entries`], with nothing after it.
///
/// Errors: see [`EntriesError`].
pub fn decode_entries(mut bytes: &[u8]) -> Result<Vec<Entry>, EntriesError> {
	let mut entries = Vec::new();
	while !bytes.is_empty() {
		if entries.len() == usize::from(TILE_WIDTH) {
			return Err(EntriesError::Count);
		}
		let (prefix, rest) =
			bytes.split_first_chunk::<PREFIX_LEN>().ok_or(EntriesError::Truncated)?;
		let length = u16::from_be_bytes(*prefix);
		if length != ENTRY_LEN {
			return Err(EntriesError::EntryLength(length));
		}
		let (entry, rest) = rest.split_at_checked(length.into()).ok_or(EntriesError::Truncated)?;
		let entry = Entry::decode_all(&mut &*entry);
		entries.push(entry.map_err(|_| EntriesError::UnknownTag(entries.len()))?);
		bytes = rest;
	}
	if entries.is_empty() {
		return Err(EntriesError::Count);
	}
	Ok(entries)
}
