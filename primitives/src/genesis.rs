//! A chain's genesis from its storage: the block hash that names the chain, and its first authorities.
//!
//! For whoever makes a trust file from a chain specification and has no node and no runtime at hand. The
//! trie is Substrate's: radix 16, BLAKE2b-256, state version 1 (values above 32 bytes stand for
//! themselves by their hash), as every Pantheon runtime asks for with `system_version: 1`.

use crate::{finality::AuthorityKey, GenesisHash};
use alloc::{collections::BTreeMap, vec, vec::Vec};
use blake2::{digest::consts::U32, Blake2b, Digest};
use codec::{Compact, DecodeAll, Encode};

/// Storage key of `Grandpa::Authorities`: both names by twox-128.
pub const GRANDPA_AUTHORITIES_KEY: [u8; 32] = [
	0x5f, 0x9c, 0xc4, 0x5b, 0x7a, 0x00, 0xc5, 0x89, 0x93, 0x61, 0xe1, 0xc6, 0x09, 0x96, 0x78, 0xdc,
	0x5e, 0x06, 0x21, 0xc4, 0x86, 0x9a, 0xa6, 0x0c, 0x02, 0xbe, 0x9a, 0xdc, 0xc9, 0x8a, 0x0d, 0x1d,
];

/// What every key of a default child trie has in front, in the main trie.
const DEFAULT_CHILD_PREFIX: &[u8] = b":child_storage:default:";
/// Longest value that stands in a node itself (state version 1).
const MAX_INLINE_VALUE: usize = 32;

/// Keys and values of a trie.
pub type Storage = BTreeMap<Vec<u8>, Vec<u8>>;

/// A genesis state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GenesisState {
	/// The main trie.
	pub top: Storage,
	/// The default child tries by their names, without the common prefix.
	pub children: BTreeMap<Vec<u8>, Storage>,
}

/// The state names no authorities to start with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the genesis state has no GRANDPA authorities")]
pub struct NoAuthorities;

impl GenesisState {
	/// Hash of block 0: the header with this state's root, no parent, no extrinsics and no digest.
	pub fn hash(&self) -> GenesisHash {
		let header =
			([0u8; 32], Compact(0u32), self.root(), trie_root(&Storage::new()), Compact(0u32));
		blake2_256(&header.encode()).into()
	}

	/// The state's root: child tries stand in the main trie by their roots.
	fn root(&self) -> [u8; 32] {
		let mut top = self.top.clone();
		for (name, child) in &self.children {
			top.insert([DEFAULT_CHILD_PREFIX, name].concat(), trie_root(child).to_vec());
		}
		trie_root(&top)
	}

	/// The GRANDPA authorities of set 0, as `pallet-grandpa` stores them.
	pub fn authorities(&self) -> Result<Vec<(AuthorityKey, u64)>, NoAuthorities> {
		let stored = self.top.get(GRANDPA_AUTHORITIES_KEY.as_slice()).ok_or(NoAuthorities)?;
		let authorities = Vec::<(AuthorityKey, u64)>::decode_all(&mut stored.as_slice())
			.map_err(|_| NoAuthorities)?;
		if authorities.is_empty() {
			return Err(NoAuthorities);
		}
		Ok(authorities)
	}
}

fn blake2_256(bytes: &[u8]) -> [u8; 32] {
	Blake2b::<U32>::digest(bytes).into()
}

/// Root of the trie with these keys and values.
fn trie_root(storage: &Storage) -> [u8; 32] {
	let leaves: Vec<(Vec<u8>, &[u8])> =
		storage.iter().map(|(key, value)| (nibbles(key), value.as_slice())).collect();
	blake2_256(&node(&leaves, 0))
}

fn nibbles(key: &[u8]) -> Vec<u8> {
	key.iter().flat_map(|byte| [byte >> 4, byte & 15]).collect()
}

/// The encoded node over sorted leaves that agree in their first `depth` nibbles.
///
/// Recursion is as deep as keys are prefixes of each other: d levels need d² / 4 bytes of keys.
fn node(leaves: &[(Vec<u8>, &[u8])], depth: usize) -> Vec<u8> {
	let Some(((first, value), rest)) = leaves.split_first() else { return vec![0] };
	let tail = |key: &'_ [u8], from: usize| key.get(from..).unwrap_or_default().to_vec();
	if rest.is_empty() {
		return with_value(Prefix::LEAF, &tail(first, depth), Some(value), &[]);
	}
	// Sorted, so the first and the last share the least.
	let last = rest.last().map_or(first, |(key, _)| key);
	let common = first.iter().zip(last).skip(depth).take_while(|(a, b)| a == b).count();
	let fork = depth.saturating_add(common);
	let partial = first.get(depth..fork).unwrap_or_default();
	let (own, below) = if first.len() == fork { (Some(*value), rest) } else { (None, leaves) };
	let mut bitmap = 0u16;
	let mut children = Vec::new();
	for group in below.chunk_by(|(a, _), (b, _)| a.get(fork) == b.get(fork)) {
		let nibble = group.first().and_then(|(key, _)| key.get(fork)).copied().unwrap_or_default();
		bitmap |= 1u16.checked_shl(nibble.into()).unwrap_or_default();
		let child = node(group, fork.saturating_add(1));
		// A node shorter than a hash stands for itself.
		let reference = if child.len() < 32 { child } else { blake2_256(&child).to_vec() };
		children.extend(reference.encode());
	}
	with_value(Prefix::BRANCH, partial, own, &[bitmap.to_le_bytes().as_slice(), &children].concat())
}

/// First bits of a node: which, and how many of the byte's low bits count nibbles.
struct Prefix {
	without: (u8, u32),
	inline: (u8, u32),
	hashed: (u8, u32),
}

impl Prefix {
	const LEAF: Self =
		Self { without: (0b01 << 6, 6), inline: (0b01 << 6, 6), hashed: (0b001 << 5, 5) };
	const BRANCH: Self =
		Self { without: (0b10 << 6, 6), inline: (0b11 << 6, 6), hashed: (0b0001 << 4, 4) };
}

/// Head, partial key, a branch's bitmap, value, a branch's children.
fn with_value(prefix: Prefix, partial: &[u8], value: Option<&[u8]>, branch: &[u8]) -> Vec<u8> {
	let ((bits, count_bits), value) = match value {
		None => (prefix.without, vec![]),
		Some(value) if value.len() > MAX_INLINE_VALUE => {
			(prefix.hashed, blake2_256(value).to_vec())
		},
		Some(value) => (prefix.inline, value.encode()),
	};
	let (bitmap, children) = branch.split_at_checked(2).unwrap_or_default();
	let mut out = head(bits, count_bits, partial.len());
	out.extend(pack(partial));
	out.extend(bitmap);
	out.extend(value);
	out.extend(children);
	out
}

/// The node's kind with its number of nibbles: as much as fits into the first byte, the rest in further
/// ones, of which all but the last are 255.
fn head(bits: u8, count_bits: u32, nibbles: usize) -> Vec<u8> {
	let most =
		usize::from(u8::MAX.checked_shr(8u32.saturating_sub(count_bits)).unwrap_or_default());
	let byte = |count: usize| u8::try_from(count).unwrap_or(u8::MAX);
	let Some(mut rest) = nibbles.checked_sub(most) else { return vec![bits | byte(nibbles)] };
	let mut out = vec![bits | byte(most)];
	while let Some(less) = rest.checked_sub(usize::from(u8::MAX)) {
		out.push(u8::MAX);
		rest = less;
	}
	out.push(byte(rest));
	out
}

/// Two nibbles a byte; of an odd number, the first stands alone.
fn pack(nibbles: &[u8]) -> Vec<u8> {
	let odd = nibbles.len() & 1;
	let (alone, pairs) = nibbles.split_at_checked(odd).unwrap_or_default();
	let pairs = pairs.chunks_exact(2).map(|pair| match pair {
		[high, low] => (high << 4) | low,
		_ => 0,
	});
	alone.iter().copied().chain(pairs).collect()
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;
	use sp_runtime::{
		generic,
		traits::{BlakeTwo256, Hash, Header as _},
		StateVersion,
	};

	fn reference(storage: &Storage) -> [u8; 32] {
		let pairs = storage.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
		BlakeTwo256::trie_root(pairs, StateVersion::V1).0
	}

	fn storage() -> impl Strategy<Value = Storage> {
		// Few distinct bytes make long common prefixes; lengths reach over the limits of heads and values.
		let byte = prop_oneof![Just(0u8), Just(0x0f), Just(0xf0), any::<u8>()];
		let key = proptest::collection::vec(byte, 0..160);
		let value = proptest::collection::vec(any::<u8>(), 0..70);
		proptest::collection::btree_map(key, value, 0..40)
	}

	proptest! {
		#[test]
		fn the_root_is_the_one_of_the_chains_client(storage in storage()) {
			prop_assert_eq!(trie_root(&storage), reference(&storage));
		}
	}

	#[test]
	fn keys_of_every_length_give_the_right_root() {
		for length in [0, 1, 15, 16, 30, 31, 32, 33, 63, 64, 158, 159, 160, 286, 287, 300] {
			let mut storage = Storage::new();
			storage.insert(vec![0xab; length], vec![7; 33]);
			assert_eq!(trie_root(&storage), reference(&storage), "{length}");
			storage.insert(vec![0xab; length + 1], vec![]);
			assert_eq!(trie_root(&storage), reference(&storage), "{length}");
		}
	}

	#[test]
	fn the_genesis_hash_is_that_of_the_header() {
		let child: Storage = [(vec![1, 2], vec![3; 40])].into();
		let mut state = GenesisState::default();
		state.top.insert(b":code".to_vec(), vec![9; 1000]);
		state.children.insert(b"crowdloan".to_vec(), child.clone());

		let mut top = state.top.clone();
		top.insert(b":child_storage:default:crowdloan".to_vec(), reference(&child).to_vec());
		let header = generic::Header::<u32, BlakeTwo256>::new(
			0,
			reference(&Storage::new()).into(),
			reference(&top).into(),
			Default::default(),
			Default::default(),
		);
		assert_eq!(state.hash().into_bytes(), header.hash().0);
	}

	#[test]
	fn authorities_are_read_where_the_pallet_stores_them() {
		let key = [b"Grandpa".as_slice(), b"Authorities"].map(sp_crypto_hashing::twox_128).concat();
		assert_eq!(key, GRANDPA_AUTHORITIES_KEY);
		let mut state = GenesisState::default();
		assert_eq!(state.authorities(), Err(NoAuthorities));
		let set = vec![(AuthorityKey([1; 32]), 1u64), (AuthorityKey([2; 32]), 3)];
		state.top.insert(key.clone(), set.encode());
		assert_eq!(state.authorities(), Ok(set.clone()));
		state.top.insert(key.clone(), [set.encode(), vec![0]].concat());
		assert_eq!(state.authorities(), Err(NoAuthorities));
		state.top.insert(key, Vec::<(AuthorityKey, u64)>::new().encode());
		assert_eq!(state.authorities(), Err(NoAuthorities));
	}
}
