//! Proof that a chain's state holds a value: Substrate's base-16 Merkle-Patricia trie over BLAKE2b-256.
//! Format: `docs/formats/completeness.md`.
//!
//! A proof is the encoded nodes on the way from the state root to the key, each named by the hash that the
//! one before holds, and last the value if the trie keeps only its hash (state version 1 does so from 33
//! bytes on). Nodes below 32 bytes stand inside their parents. The walk needs no host function and no
//! store; what a node says of other keys is not looked at.

use alloc::{collections::BTreeMap, vec::Vec};
use blake2::{digest::consts::U32, Blake2b, Digest};
use codec::{Compact, Decode};

/// Most nodes of a proof: one per nibble of the longest key that is asked for here, root and value.
pub const MAX_NODES: usize = 130;

const HASH_LEN: usize = 32;
const BITMAP_LEN: usize = 2;

/// Why a state is not shown to hold a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StateProofError {
	/// The first node is another than the state root names: it's the state of another block.
	#[error("the state proof is not of this block's state")]
	OtherState,
	/// A node is another than the one before it names.
	#[error("node {index} of the state proof is not the one that the trie names")]
	OtherNode {
		/// Which, from 0.
		index: usize,
	},
	/// A node does not decode.
	#[error("node {index} of the state proof is malformed")]
	Malformed {
		/// Which, from 0.
		index: usize,
	},
	/// The way to the key ends before the key does: the state holds nothing there, or the proof is for
	/// another key.
	#[error("the state proof does not lead to the key: it is for another one, or the state has no value there")]
	OtherKey,
	/// A node on the way is not there.
	#[error("the state proof ends before the value")]
	Incomplete,
	/// Nodes that the way does not touch.
	#[error("the state proof carries nodes that nothing needs")]
	UnusedNodes,
	/// More than [`MAX_NODES`].
	#[error("a state proof has at most {MAX_NODES} nodes")]
	TooManyNodes,
}

/// BLAKE2b-256, the hash of the state's trie.
fn blake2_256(bytes: &[u8]) -> [u8; HASH_LEN] {
	Blake2b::<U32>::digest(bytes).into()
}

/// The value that the state with this root holds under `key`, shown by `nodes`: all of them, root first, in
/// the order in which the way to the key meets them.
///
/// The work is one hash for each node.
pub fn verify<'a>(
	root: &[u8; 32],
	key: &[u8],
	nodes: &'a [Vec<u8>],
) -> Result<&'a [u8], StateProofError> {
	if nodes.len() > MAX_NODES {
		return Err(StateProofError::TooManyNodes);
	}
	let mut rest = nodes.iter().enumerate();
	let value = walk(root, key, |hash| {
		let (index, node) = rest.next().ok_or(StateProofError::Incomplete)?;
		if &blake2_256(node) != hash {
			return Err(match index {
				0 => StateProofError::OtherState,
				_ => StateProofError::OtherNode { index },
			});
		}
		Ok((index, node.as_slice()))
	})?;
	rest.next().is_none().then_some(value).ok_or(StateProofError::UnusedNodes)
}

/// Picks the nodes that [`verify`] wants out of a node's answer (`state_getReadProof`), which is in any order
/// and may hold more.
pub fn arrange(
	root: &[u8; 32],
	key: &[u8],
	nodes: &[Vec<u8>],
) -> Result<Vec<Vec<u8>>, StateProofError> {
	let by_hash: BTreeMap<_, _> =
		nodes.iter().map(|node| (blake2_256(node), node.as_slice())).collect();
	let mut picked = Vec::new();
	walk(root, key, |hash| {
		let node = *by_hash.get(hash).ok_or(match picked.len() {
			0 => StateProofError::OtherState,
			_ => StateProofError::Incomplete,
		})?;
		picked.push(node.to_vec());
		Ok((picked.len().saturating_sub(1), node))
	})?;
	Ok(picked)
}

/// Walks from the root to the value. `fetch` gives the node, or the value, with this hash, and its number for
/// errors. Each step but the last takes a nibble of the key, so the walk ends.
fn walk<'a>(
	root: &[u8; 32],
	key: &[u8],
	mut fetch: impl FnMut(&[u8; 32]) -> Result<(usize, &'a [u8]), StateProofError>,
) -> Result<&'a [u8], StateProofError> {
	let mut rest = Nibbles { bytes: key, at: 0 };
	let (mut index, mut bytes) = fetch(root)?;
	loop {
		let malformed = StateProofError::Malformed { index };
		let mut input = Input(bytes);
		let node = Node::read(&mut input).ok_or(malformed)?;
		if !input.0.is_empty() {
			return Err(malformed);
		}
		rest = rest.after(node.partial).ok_or(StateProofError::OtherKey)?;
		let Some((nibble, deeper)) = rest.split_first() else {
			return match node.value.ok_or(StateProofError::OtherKey)? {
				Value::Inline(value) => Ok(value),
				Value::Hashed(hash) => fetch(&hash).map(|(_, value)| value),
			};
		};
		rest = deeper;
		let child = node.children.get(usize::from(nibble)).copied().flatten();
		match child.ok_or(StateProofError::OtherKey)? {
			Child::Hashed(hash) => (index, bytes) = fetch(&hash)?,
			Child::Inline(node) => bytes = node,
		}
	}
}

/// A string of half-bytes, high half first, from half-byte `at` on.
#[derive(Clone, Copy)]
struct Nibbles<'a> {
	bytes: &'a [u8],
	at: usize,
}

impl<'a> Nibbles<'a> {
	fn get(&self, ahead: usize) -> Option<u8> {
		let at = self.at.saturating_add(ahead);
		let byte = self.bytes.get(at / 2)?;
		Some(if at.is_multiple_of(2) { byte >> 4 } else { byte & 0x0f })
	}

	fn split_first(self) -> Option<(u8, Self)> {
		let first = self.get(0)?;
		Some((first, Self { at: self.at.saturating_add(1), ..self }))
	}

	/// What follows `prefix`; none if that's not how these begin.
	fn after(self, prefix: Nibbles<'_>) -> Option<Nibbles<'a>> {
		let (mut rest, mut prefix) = (self, prefix);
		while let Some((expected, longer)) = prefix.split_first() {
			let (found, shorter) = rest.split_first()?;
			if found != expected {
				return None;
			}
			(rest, prefix) = (shorter, longer);
		}
		Some(rest)
	}
}

#[derive(Clone, Copy)]
enum Child<'a> {
	Hashed([u8; HASH_LEN]),
	Inline(&'a [u8]),
}

enum Value<'a> {
	Hashed([u8; HASH_LEN]),
	Inline(&'a [u8]),
}

/// How a node's first bits say that it holds a value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holds {
	Nothing,
	Inline,
	Hashed,
}

/// A node of the trie, in sp-trie's encoding.
struct Node<'a> {
	partial: Nibbles<'a>,
	value: Option<Value<'a>>,
	children: [Option<Child<'a>>; 16],
}

impl<'a> Node<'a> {
	fn read(input: &mut Input<'a>) -> Option<Self> {
		let first = input.byte()?;
		// Bits 7 and 6; where both are 0, the ones after them. What is left counts nibbles.
		let (has_children, holds, mask) = match first >> 6 {
			0b01 => (false, Holds::Inline, 0b0011_1111),
			0b10 => (true, Holds::Nothing, 0b0011_1111),
			0b11 => (true, Holds::Inline, 0b0011_1111),
			_ if first >> 5 == 0b001 => (false, Holds::Hashed, 0b0001_1111),
			_ if first >> 4 == 0b0001 => (true, Holds::Hashed, 0b0000_1111),
			// The empty trie and the escape of compact proofs: nothing that leads to a value.
			_ => return None,
		};
		let partial = input.partial(first & mask, mask)?;
		let bitmap = if has_children { input.bitmap()? } else { 0 };
		let value = match holds {
			Holds::Nothing => None,
			Holds::Inline => Some(Value::Inline(input.sized()?)),
			Holds::Hashed => Some(Value::Hashed(input.hash()?)),
		};
		let mut children = [None; 16];
		for (nibble, child) in children.iter_mut().enumerate() {
			if bitmap.checked_shr(u32::try_from(nibble).ok()?)? & 1 == 1 {
				let bytes = input.sized()?;
				*child = Some(match <[u8; HASH_LEN]>::try_from(bytes) {
					Ok(hash) => Child::Hashed(hash),
					Err(_) => Child::Inline(bytes),
				});
			}
		}
		Some(Self { partial, value, children })
	}
}

/// What is left of a node's bytes.
struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
	fn take(&mut self, count: usize) -> Option<&'a [u8]> {
		let (taken, rest) = self.0.split_at_checked(count)?;
		self.0 = rest;
		Some(taken)
	}

	fn byte(&mut self) -> Option<u8> {
		self.take(1)?.first().copied()
	}

	fn hash(&mut self) -> Option<[u8; HASH_LEN]> {
		self.take(HASH_LEN)?.try_into().ok()
	}

	/// Bytes behind their SCALE length.
	fn sized(&mut self) -> Option<&'a [u8]> {
		let length = Compact::<u32>::decode(&mut self.0).ok()?.0;
		self.take(usize::try_from(length).ok()?)
	}

	/// Which children there are; a branch has one at least.
	fn bitmap(&mut self) -> Option<u16> {
		let bytes = self.take(BITMAP_LEN)?.try_into().ok()?;
		Some(u16::from_le_bytes(bytes)).filter(|bitmap| *bitmap != 0)
	}

	/// The part of the key that the node covers. Its length in nibbles stands in the first byte, and if all
	/// those bits are set, goes on in bytes until one is not 255. An odd part begins with a zero half-byte.
	fn partial(&mut self, count: u8, mask: u8) -> Option<Nibbles<'a>> {
		let mut nibbles = usize::from(count);
		if count == mask {
			loop {
				let more = self.byte()?;
				nibbles = nibbles.checked_add(usize::from(more))?;
				if more != u8::MAX {
					break;
				}
			}
		}
		let bytes = self.take(nibbles.div_ceil(2))?;
		let partial = Nibbles { bytes, at: nibbles % 2 };
		let padded = nibbles % 2 == 1 && bytes.first().is_some_and(|first| first >> 4 != 0);
		(!padded).then_some(partial)
	}
}

/// A state made by hand, for the tests of other crates.
#[cfg(any(test, feature = "test-helpers"))]
pub mod test_helpers {
	use super::*;

	/// The state that holds `value` under `key` and nothing else: its root, and the proof of that.
	///
	/// `key` is 16 to 142 bytes long, `value` at least 33.
	pub fn lone_value(key: &[u8], value: &[u8]) -> ([u8; 32], Vec<Vec<u8>>) {
		// A leaf with a hashed value; the count of nibbles goes on in a second byte.
		let nibbles = u8::try_from(key.len() * 2 - 31).expect("one more byte");
		let leaf = [&[0x3f, nibbles][..], key, &blake2_256(value)].concat();
		(blake2_256(&leaf), alloc::vec![leaf, value.to_vec()])
	}
}
