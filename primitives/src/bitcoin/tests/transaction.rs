//! Transactions without witness, the coinbase, and Merkle paths.

use super::*;
use crate::bitcoin::transaction::{check_coinbase, decode_transaction, merkle_node, merkle_root};
use ::bitcoin::{
	consensus::{deserialize, serialize},
	hashes::{sha256d, Hash},
	merkle_tree, ScriptBuf, Transaction, TxOut, Witness,
};

fn parsed(bytes: &[u8]) -> Transaction {
	deserialize(bytes).expect("a transaction")
}

fn verify_transaction(transaction: Vec<u8>) -> Result<AnchoredAt, AnchorError> {
	let shape = AnchorShape::default();
	let proof = shape.build_with_transaction(transaction);
	verify_anchor(&sample_checkpoint(), &proof, &shape.rules())
}

fn anchor() -> Vec<u8> {
	anchor_transaction(vec![payload_script(&sample_checkpoint())], 0)
}

#[test]
fn transaction_of_64_bytes_is_refused() {
	let mut small = parsed(&anchor());
	small.output = vec![TxOut {
		value: ::bitcoin::Amount::ZERO,
		script_pubkey: ScriptBuf::from(vec![0x6a; 4]),
	}];
	let small = serialize(&small);
	assert_eq!(small.len(), 64);
	assert_eq!(verify_transaction(small), Err(AnchorError::TransactionIs64Bytes));
}

#[test]
fn witness_is_refused_and_stripped() {
	let mut with_witness = parsed(&anchor());
	with_witness.input[0].witness = Witness::from_slice(&[[7; 71]]);
	let with_witness = serialize(&with_witness);
	assert_eq!(strip_witness(&with_witness), Ok(anchor()));
	assert_eq!(strip_witness(&anchor()), Ok(anchor()));
	assert_eq!(strip_witness(&anchor()[1..]), Err(BuildError::TransactionMalformed));
	assert_eq!(verify_transaction(with_witness), Err(AnchorError::TransactionMalformed));
}

#[test]
fn anything_but_the_canonical_form_is_refused() {
	let good = anchor();
	let mut trailing = good.clone();
	trailing.push(0);
	let truncated = good[..good.len() - 1].to_vec();
	// The input count 1 as a three-byte number.
	let non_minimal = [&good[..4], &[0xfd, 1, 0], &good[5..]].concat();
	let mut no_output = parsed(&good);
	no_output.output.clear();
	let mut no_input = parsed(&good);
	no_input.input.clear();
	let too_long = anchor_transaction(
		vec![payload_script(&sample_checkpoint())],
		u32::try_from(MAX_TRANSACTION_LEN).expect("fits"),
	);
	for bad in [
		trailing,
		truncated,
		non_minimal,
		serialize(&no_output),
		serialize(&no_input),
		too_long,
		Vec::new(),
	] {
		assert_eq!(verify_transaction(bad), Err(AnchorError::TransactionMalformed));
	}
}

#[test]
fn id_is_the_hash_of_the_bytes() {
	let (transaction, id) = decode_transaction(&anchor()).expect("canonical");
	assert_eq!(transaction.compute_txid().to_byte_array(), id);
}

#[test]
fn coinbase_states_the_height_as_core_writes_it() {
	// One opcode up to 16, then the shortest signed number.
	let scripts: [(u32, &[u8]); 9] = [
		(0, &[0x00]),
		(1, &[0x51]),
		(16, &[0x60]),
		(17, &[0x01, 0x11]),
		(127, &[0x01, 0x7f]),
		(128, &[0x02, 0x80, 0x00]),
		(255, &[0x02, 0xff, 0x00]),
		(840_000, &[0x03, 0x40, 0xd1, 0x0c]),
		(8_388_608, &[0x04, 0x00, 0x00, 0x80, 0x00]),
	];
	for (height, script) in scripts {
		let mut coinbase = parsed(&coinbase_transaction(height));
		coinbase.input[0].script_sig = ScriptBuf::from([script, b"/pool/"].concat());
		let coinbase = serialize(&coinbase);
		assert_eq!(check_coinbase(&coinbase, height), Ok(txid(&coinbase)));
		for other in [height + 1, height + 256, height ^ 0x8000_0000] {
			assert_eq!(check_coinbase(&coinbase, other), Err(AnchorError::CoinbaseHeight));
		}
	}
}

#[test]
fn coinbase_that_is_none_is_refused() {
	let good = parsed(&coinbase_transaction(700));
	let mut spends = good.clone();
	spends.input[0].previous_output.vout = 0;
	let mut two_inputs = good.clone();
	two_inputs.input.push(good.input[0].clone());
	let mut witness = good.clone();
	witness.input[0].witness = Witness::from_slice(&[[0; 32]]);
	let mut of_64 = good.clone();
	of_64.input[0].script_sig = ScriptBuf::from(vec![0x02, 0xbc, 0x02]);
	of_64.output[0].script_pubkey = ScriptBuf::from(vec![0x51]);
	assert_eq!(serialize(&of_64).len(), 64);
	for bad in [spends, two_inputs, witness, of_64] {
		let verdict = check_coinbase(&serialize(&bad), 700);
		assert_eq!(verdict, Err(AnchorError::CoinbaseMalformed));
	}
	assert_eq!(check_coinbase(&[], 700), Err(AnchorError::CoinbaseMalformed));
}

/// The four transactions of Bitcoin's block 100,000.
#[test]
fn paths_lead_to_the_root_of_a_known_block() {
	let txids = [
		"8c14f0db3df150123e6f3dbbf30f8b955a8249b62ac1d1ff16284aefa3d06d87",
		"fff2525b8931402dd09222c50775608f75787bd2b87e56995a7bdd30f79702c4",
		"6359f0868171b1d194cbee1af2f16ea598ae8fad666d9b012c8ed2b79a236ec4",
		"e9a66845e05d5abc0ad04ec80f774a7e585c6e8db975962d069a522137b80c1d",
	]
	.map(reversed);
	let root = reversed("f3e94742aca4b5ef85488dc37c06c3282295ffec960994b2c0d5ac2a25a95766");
	for (position, id) in (0u32..).zip(txids) {
		let path = merkle_path(&txids, position).expect("in range");
		assert_eq!(merkle_root(id, position, &path), Some(root));
	}
	assert_eq!(merkle_path(&txids, 4), None);
	assert_eq!(merkle_path(&[], 0), None);
}

/// Every position of every block size up to 40 has a path to the root that the bitcoin crate
/// computes, and no other position of the same path length leads there.
#[test]
fn exactly_the_real_positions_verify() {
	for size in 1u32..=40 {
		let txids: Vec<[u8; 32]> = (0..size).map(|n| txid(&n.to_le_bytes())).collect();
		let hashes = txids.iter().map(|id| sha256d::Hash::from_byte_array(*id));
		let root = merkle_tree::calculate_root(hashes).expect("not empty").to_byte_array();
		for (position, id) in (0u32..).zip(&txids) {
			let path = merkle_path(&txids, position).expect("in range");
			for claimed in 0..(1 << path.len()) + 2 {
				let reached = merkle_root(*id, claimed, &path);
				assert_eq!(
					reached == Some(root),
					claimed == position,
					"{size} {position} {claimed}"
				);
			}
		}
	}
}

/// A block of three pairs its last transaction with itself, so position 3 would exist twice.
#[test]
fn duplicated_last_transaction_has_one_position() {
	let transaction = anchor();
	let coinbase = coinbase_transaction(1);
	let txids = [txid(&coinbase), [5; 32], txid(&transaction)];
	let root = merkle_node(&merkle_node(&txids[0], &txids[1]), &merkle_node(&txids[2], &txids[2]));
	let pinned = genesis_pin(BitcoinNetwork::Regtest);
	let mut proof = AnchorProof {
		transaction,
		position: 2,
		path: merkle_path(&txids, 2).expect("in range"),
		coinbase,
		coinbase_path: merkle_path(&txids, 0).expect("in range"),
		first_height: 1,
		block: 0,
		headers: vec![mine(&pinned.header, root)],
	};
	let rules = AnchorShape { confirmations: 1, ..Default::default() }.rules();
	assert!(verify_anchor(&sample_checkpoint(), &proof, &rules).is_ok());
	proof.position = 3;
	let verdict = verify_anchor(&sample_checkpoint(), &proof, &rules);
	assert_eq!(verdict, Err(AnchorError::WrongPath));
}

/// CVE-2017-12842: a mined transaction of 64 bytes whose second half is the id of a transaction that
/// was never mined. As an inner node it gives that one a path to the root, one level too deep.
#[test]
fn transaction_below_the_leaves_is_refused() {
	let never_mined = anchor();
	let mut mined = [0x77; 64];
	mined[32..].copy_from_slice(&txid(&never_mined));
	let coinbase = coinbase_transaction(1);
	let root = merkle_node(&txid(&coinbase), &txid(&mined));
	let pinned = genesis_pin(BitcoinNetwork::Regtest);
	let mut proof = AnchorProof {
		transaction: never_mined,
		position: 0b11,
		path: vec![[0x77; 32], txid(&coinbase)],
		coinbase_path: vec![txid(&mined)],
		coinbase,
		first_height: 1,
		block: 0,
		headers: vec![mine(&pinned.header, root)],
	};
	assert_eq!(merkle_root(txid(&proof.transaction), 0b11, &proof.path), Some(root));
	let rules = AnchorShape { confirmations: 1, ..Default::default() }.rules();
	let verdict = verify_anchor(&sample_checkpoint(), &proof, &rules);
	assert_eq!(verdict, Err(AnchorError::CoinbasePath));
	// Nor does lengthening the coinbase's path help.
	proof.coinbase_path.push([0; 32]);
	let verdict = verify_anchor(&sample_checkpoint(), &proof, &rules);
	assert_eq!(verdict, Err(AnchorError::CoinbasePath));
}
