//! Making proofs from blocks as a node gives them.

use super::*;
use ::bitcoin::{
	consensus::{deserialize, serialize},
	hashes::Hash,
	Block, Transaction, Witness,
};

/// A regtest chain whose third block holds the sample's anchor at position 3 of 6, as whole blocks
/// with witnesses.
fn chain() -> (Vec<Vec<u8>>, Vec<[u8; HEADER_LEN]>, [u8; 32]) {
	let mut headers: Vec<[u8; HEADER_LEN]> = Vec::new();
	let mut blocks = Vec::new();
	let pinned = genesis_pin(BitcoinNetwork::Regtest);
	let anchor = anchor_transaction(vec![payload_script(&sample_checkpoint())], 0);
	for height in 1..=8 {
		let mut transactions = vec![coinbase_transaction(height)];
		for other in 1..=5 {
			transactions.push(anchor_transaction(vec![], 10 * height + other));
		}
		if height == 3 {
			transactions[3] = anchor.clone();
		}
		let mut txdata: Vec<Transaction> =
			transactions.iter().map(|tx| deserialize(tx).expect("a transaction")).collect();
		for tx in &mut txdata {
			tx.input[0].witness = Witness::from_slice(&[[9; 32]]);
		}
		let root =
			::bitcoin::merkle_tree::calculate_root(txdata.iter().map(|tx| tx.compute_txid()))
				.expect("not empty")
				.to_byte_array();
		let header = mine(headers.last().unwrap_or(&pinned.header), root);
		headers.push(header);
		let header = deserialize(&header).expect("a header");
		blocks.push(serialize(&Block { header, txdata }));
	}
	(blocks, headers, txid(&anchor))
}

#[test]
fn built_proof_verifies() {
	let (blocks, headers, id) = chain();
	let proof = AnchorProof::build(&blocks[2], &id, 1, headers).expect("in the block");
	assert_eq!((proof.position, proof.block, proof.path.len()), (3, 2, 3));
	let rules = AnchorShape::default().rules();
	let at = verify_anchor(&sample_checkpoint(), &proof, &rules).expect("valid");
	assert_eq!((at.height, at.confirmations, at.txid), (3, 6, id));
}

#[test]
fn wrong_parts_are_named() {
	let (blocks, headers, id) = chain();
	let build = |block: &[u8], id: &[u8; 32], headers: &[[u8; HEADER_LEN]]| {
		AnchorProof::build(block, id, 1, headers.to_vec()).map(|_| ())
	};
	assert_eq!(build(&blocks[1], &id, &headers), Err(BuildError::NotInBlock));
	assert_eq!(build(&blocks[2], &id, &headers[3..]), Err(BuildError::BlockNotInHeaders));
	assert_eq!(build(&blocks[2][1..], &id, &headers), Err(BuildError::BlockMalformed));
	let coinbase = txid(&coinbase_transaction(3));
	assert_eq!(build(&blocks[2], &coinbase, &headers), Err(BuildError::IsCoinbase));
	let mut other_root = blocks[2].clone();
	other_root[40] ^= 1;
	assert_eq!(build(&other_root, &id, &headers), Err(BuildError::BlockMalformed));
}
