//! What the state says of an operator's chain.

use crate::{ChainHead, OperatorId};
use alloc::vec::Vec;
use codec::{Decode, DecodeAll, Encode};

/// twox128("Operators") ‖ twox128("Chains"): where the registry of the Layer 1 keeps the chains.
const CHAINS: [u8; 32] = [
	0x34, 0xa0, 0xa3, 0xfb, 0xf1, 0x4e, 0x6c, 0x92, 0x45, 0x6c, 0xa7, 0xbd, 0x91, 0xd5, 0x9a, 0x57,
	0x3a, 0xb3, 0x32, 0x80, 0xea, 0x85, 0xd3, 0x27, 0x59, 0xb5, 0x92, 0x78, 0xc6, 0xbf, 0x83, 0xc1,
];

/// The key under which the state keeps the chain of `operator`.
pub fn chain_key(operator: &OperatorId) -> Vec<u8> {
	// The map's hasher is `Identity`.
	[CHAINS, operator.into_bytes()].concat()
}

/// An operator's chain as the state keeps it (`pallet_operators::ChainState`). Of an operator that has left
/// the registry it stays as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct ChainRecord {
	/// Next sequence and last record.
	pub head: ChainHead,
	/// Intents outside batches that no outcome or denial has closed.
	pub open_intents: u32,
}

impl ChainRecord {
	/// Reads the state's value, all of it; none if it is not one.
	pub fn read(value: &[u8]) -> Option<Self> {
		let record = Self::decode_all(&mut &*value).ok()?;
		let begun = record.head.next_sequence != 0;
		(record.head.head.is_some() == begun).then_some(record)
	}
}
