//! Making proofs from a node's blocks. Whoever makes one runs [`verify_anchor`](super::verify_anchor)
//! over it before handing it out.

use ::bitcoin::{
	consensus::{deserialize, serialize},
	hashes::Hash,
	Block, Transaction,
};
use alloc::vec::Vec;

use super::{transaction::merkle_node, AnchorProof, OutPoint, HEADER_LEN};

/// Why no proof could be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
	/// The block can't be read, or its transactions don't give its Merkle root.
	#[error("the block can't be read")]
	BlockMalformed,
	/// The transaction can't be read.
	#[error("the transaction can't be read")]
	TransactionMalformed,
	/// The transaction is not in the block.
	#[error("the transaction is not in the block")]
	NotInBlock,
	/// The transaction is the block's coinbase, which can't be an anchor.
	#[error("the transaction is the block's coinbase")]
	IsCoinbase,
	/// The block's header is not among the headers.
	#[error("the block's header is not among the headers")]
	BlockNotInHeaders,
}

/// The transaction without its witness, as its id is computed over.
pub fn strip_witness(transaction: &[u8]) -> Result<Vec<u8>, BuildError> {
	let transaction = deserialize(transaction).map_err(|_| BuildError::TransactionMalformed)?;
	Ok(serialize_stripped(transaction))
}

fn serialize_stripped(mut transaction: Transaction) -> Vec<u8> {
	transaction.input.iter_mut().for_each(|input| input.witness.clear());
	serialize(&transaction)
}

/// The transaction of a whole block that spends this output, without its witness.
///
/// For following outputs on a node that is believed about its blocks: neither the block's work nor the
/// spender's signatures are checked.
pub fn spender_in_block(block: &[u8], output: &OutPoint) -> Result<Option<Vec<u8>>, BuildError> {
	let block: Block = deserialize(block).map_err(|_| BuildError::BlockMalformed)?;
	let spends = |transaction: &Transaction| {
		transaction.input.iter().any(|input| {
			let spent = input.previous_output;
			(spent.txid.as_byte_array(), spent.vout) == (output.txid.as_bytes(), output.vout)
		})
	};
	Ok(block.txdata.into_iter().find(spends).map(serialize_stripped))
}

/// The Merkle path, from the bottom, of the transaction at this position in a block with these
/// transaction ids. None if there is no such position.
pub fn merkle_path(txids: &[[u8; 32]], position: u32) -> Option<Vec<[u8; 32]>> {
	let mut index = usize::try_from(position).ok()?;
	txids.get(index)?;
	let mut row = txids.to_vec();
	let mut path = Vec::new();
	while row.len() > 1 {
		// The last node of an odd row is its own sibling.
		path.push(*row.get(index ^ 1).or(row.last())?);
		row = row
			.chunks(2)
			.filter_map(|pair| Some(merkle_node(pair.first()?, pair.last()?)))
			.collect();
		index >>= 1;
	}
	Some(path)
}

impl AnchorProof {
	/// Makes the proof for the transaction with this id, from the whole block that holds it and the
	/// contiguous headers that start at `first_height` and reach to the newest to be shown.
	pub fn build(
		block: &[u8],
		txid: &[u8; 32],
		first_height: u32,
		headers: Vec<[u8; HEADER_LEN]>,
	) -> Result<Self, BuildError> {
		let block: Block = deserialize(block).map_err(|_| BuildError::BlockMalformed)?;
		if !block.check_merkle_root() {
			return Err(BuildError::BlockMalformed);
		}
		let txids: Vec<[u8; 32]> =
			block.txdata.iter().map(|tx| tx.compute_txid().to_byte_array()).collect();
		let (position, transaction) = (0u32..)
			.zip(&block.txdata)
			.zip(&txids)
			.find_map(|((position, tx), id)| (id == txid).then_some((position, tx)))
			.ok_or(BuildError::NotInBlock)?;
		if position == 0 {
			return Err(BuildError::IsCoinbase);
		}
		let coinbase = block.txdata.first().ok_or(BuildError::BlockMalformed)?;
		let header = serialize(&block.header);
		let number = headers
			.iter()
			.position(|candidate| candidate.as_slice() == header)
			.and_then(|index| u32::try_from(index).ok())
			.ok_or(BuildError::BlockNotInHeaders)?;
		Ok(Self {
			transaction: serialize_stripped(transaction.clone()),
			position,
			path: merkle_path(&txids, position).ok_or(BuildError::NotInBlock)?,
			coinbase: serialize_stripped(coinbase.clone()),
			coinbase_path: merkle_path(&txids, 0).ok_or(BuildError::BlockMalformed)?,
			first_height,
			block: number,
			headers,
		})
	}
}
