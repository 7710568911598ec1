//! Transactions without witness, the coinbase, and Merkle paths in a block.

use ::bitcoin::{
	consensus::{deserialize, serialize},
	hashes::{sha256d, Hash, HashEngine},
	script::Builder,
	Transaction,
};

use super::AnchorError;

/// Longest transaction that is read: a block holds at most a million bytes without witnesses.
pub const MAX_TRANSACTION_LEN: usize = 1_000_000;
/// Longest Merkle path that is read; positions are 32 bits.
pub const MAX_PATH: usize = 32;
/// Length of an inner node's preimage, which no transaction may have (CVE-2017-12842).
const INNER_NODE_LEN: usize = 64;

/// Reads a transaction that is exactly its own serialisation without witness, so that the hash of
/// the bytes is the transaction's id.
fn decode_stripped(bytes: &[u8]) -> Option<Transaction> {
	if bytes.len() > MAX_TRANSACTION_LEN {
		return None;
	}
	let transaction: Transaction = deserialize(bytes).ok()?;
	let has_witness = transaction.input.iter().any(|input| !input.witness.is_empty());
	// No input at all would be written back in the witness form.
	if has_witness || transaction.input.is_empty() || transaction.output.is_empty() {
		return None;
	}
	(serialize(&transaction) == bytes).then_some(transaction)
}

/// Reads the anchor transaction and its id.
pub(super) fn decode_transaction(bytes: &[u8]) -> Result<(Transaction, [u8; 32]), AnchorError> {
	if bytes.len() == INNER_NODE_LEN {
		return Err(AnchorError::TransactionIs64Bytes);
	}
	let transaction = decode_stripped(bytes).ok_or(AnchorError::TransactionMalformed)?;
	Ok((transaction, sha256d::Hash::hash(bytes).to_byte_array()))
}

/// Checks that these bytes are a coinbase that states `height` as BIP 34 has it; gives its id.
pub(super) fn check_coinbase(bytes: &[u8], height: u32) -> Result<[u8; 32], AnchorError> {
	if bytes.len() == INNER_NODE_LEN {
		return Err(AnchorError::CoinbaseMalformed);
	}
	let transaction = decode_stripped(bytes).ok_or(AnchorError::CoinbaseMalformed)?;
	let [input] = transaction.input.as_slice() else {
		return Err(AnchorError::CoinbaseMalformed);
	};
	if !input.previous_output.is_null() {
		return Err(AnchorError::CoinbaseMalformed);
	}
	let stated = Builder::new().push_int(i64::from(height)).into_script();
	if !input.script_sig.as_bytes().starts_with(stated.as_bytes()) {
		return Err(AnchorError::CoinbaseHeight);
	}
	Ok(sha256d::Hash::hash(bytes).to_byte_array())
}

/// An inner node of a block's Merkle tree.
pub(super) fn merkle_node(left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
	let mut engine = sha256d::Hash::engine();
	engine.input(left);
	engine.input(right);
	sha256d::Hash::from_engine(engine).to_byte_array()
}

/// The root that a path from the leaf at this position leads to. None if the position does not fit
/// the path's length, or is one of the positions that exist only because Bitcoin pairs the last node
/// of an odd row with itself (CVE-2012-2459).
pub(super) fn merkle_root(leaf: [u8; 32], position: u32, path: &[[u8; 32]]) -> Option<[u8; 32]> {
	let mut node = leaf;
	let mut index = position;
	for sibling in path {
		let is_right = index & 1 == 1;
		if is_right && *sibling == node {
			return None;
		}
		node = if is_right { merkle_node(sibling, &node) } else { merkle_node(&node, sibling) };
		index >>= 1;
	}
	(index == 0).then_some(node)
}
