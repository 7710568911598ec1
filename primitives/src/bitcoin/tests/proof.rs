//! Whole proofs, and every way in which one is refused.

use super::*;

#[test]
fn sample_says_where_the_anchor_is() {
	let shape = AnchorShape::default();
	let proof = shape.build(&sample_checkpoint());
	let at = verify_anchor(&sample_checkpoint(), &proof, &shape.rules()).expect("valid");
	let header = proof.headers[2];
	let mut work = [0; 32];
	work[31] = 12;
	assert_eq!(
		at,
		AnchoredAt {
			height: 3,
			block_hash: txid(&header),
			time: u32::from_le_bytes(header[68..72].try_into().expect("4 bytes")),
			confirmations: 6,
			work,
			txid: txid(&proof.transaction),
		}
	);
}

#[test]
fn every_shape_verifies() {
	for blocks_before in [0, 1, 7] {
		for confirmations in [1, 2, 9] {
			for path_len in [1, 2, 13, 32] {
				let pinned = PinnedHeader { height: 2013, ..genesis_pin(BitcoinNetwork::Regtest) };
				let shape =
					AnchorShape { pinned, blocks_before, confirmations, path_len, padding: 300 };
				let proof = shape.build(&sample_checkpoint());
				let at = verify_anchor(&sample_checkpoint(), &proof, &shape.rules());
				assert_eq!(at.map(|at| at.height), Ok(2014 + blocks_before));
			}
		}
	}
}

#[test]
fn scale_form_is_read_back() {
	use codec::{DecodeAll, Encode};
	let proof = AnchorShape::default().build(&sample_checkpoint());
	let encoded = proof.encode();
	assert_eq!(AnchorProof::decode_all(&mut encoded.as_slice()), Ok(proof));
	assert!(AnchorProof::decode_all(&mut &encoded[..encoded.len() - 1]).is_err());
}

#[test]
fn too_few_confirmations_are_refused() {
	let shape = AnchorShape { confirmations: 6, ..Default::default() };
	let proof = shape.build(&sample_checkpoint());
	let mut rules = shape.rules();
	rules.min_confirmations = 7;
	let verdict = verify_anchor(&sample_checkpoint(), &proof, &rules);
	assert_eq!(verdict, Err(AnchorError::TooFewConfirmations { found: 6, required: 7 }));
}

#[test]
fn headers_before_the_anchor_do_not_count() {
	let verdict = verify_sample(|proof, rules| {
		rules.min_confirmations = 6;
		proof.headers.pop();
	});
	assert_eq!(verdict, Err(AnchorError::TooFewConfirmations { found: 5, required: 6 }));
}

#[test]
fn too_little_work_is_refused() {
	// Six headers at regtest's difficulty are twelve expected hashes.
	for (least, enough) in [(12, true), (13, false)] {
		let verdict = verify_sample(|_, rules| rules.min_work[31] = least);
		assert_eq!(verdict.is_ok(), enough);
		if !enough {
			assert_eq!(verdict, Err(AnchorError::TooLittleWork));
		}
	}
	let verdict = verify_sample(|_, rules| rules.min_work = [0xff; 32]);
	assert_eq!(verdict, Err(AnchorError::TooLittleWork));
}

#[test]
fn work_below_the_anchor_does_not_count() {
	let shape = AnchorShape { blocks_before: 50, confirmations: 1, ..Default::default() };
	let proof = shape.build(&sample_checkpoint());
	let mut rules = shape.rules();
	rules.min_work[31] = 3;
	let verdict = verify_anchor(&sample_checkpoint(), &proof, &rules);
	assert_eq!(verdict, Err(AnchorError::TooLittleWork));
}

#[test]
fn wrong_paths_are_refused() {
	let changes: [fn(&mut AnchorProof); 8] = [
		|proof| proof.path[1] = [0; 32],
		|proof| proof.position = 0,
		|proof| proof.position = 2,
		// The same directions, and a bit beyond the path.
		|proof| proof.position = 0b1001,
		|proof| proof.position |= 1 << 31,
		|proof| proof.path.swap(0, 1),
		|proof| {
			proof.path.pop();
			proof.coinbase_path.pop();
		},
		|proof| {
			proof.path.push([0; 32]);
			proof.coinbase_path.push([0; 32]);
		},
	];
	for change in changes {
		let verdict = verify_sample(|proof, _| change(proof));
		assert_eq!(verdict, Err(AnchorError::WrongPath));
	}
}

#[test]
fn transaction_of_another_block_is_refused() {
	for block in [0, 1, 3] {
		let verdict = verify_sample(|proof, rules| {
			proof.block = block;
			proof.coinbase = coinbase_transaction(1 + block);
			rules.min_confirmations = 1;
		});
		assert_eq!(verdict, Err(AnchorError::WrongPath));
	}
}

#[test]
fn wrong_coinbases_are_refused() {
	type Change = fn(&mut AnchorProof);
	let changes: [(Change, AnchorError); 7] = [
		(|proof| proof.coinbase_path[2] = [0; 32], AnchorError::CoinbasePath),
		(|proof| proof.coinbase_path.truncate(2), AnchorError::CoinbasePath),
		(|proof| proof.coinbase_path.push([0; 32]), AnchorError::CoinbasePath),
		(|proof| proof.coinbase_path.clear(), AnchorError::CoinbasePath),
		(|proof| proof.coinbase = coinbase_transaction(4), AnchorError::CoinbaseHeight),
		(|proof| proof.coinbase = proof.transaction.clone(), AnchorError::CoinbaseMalformed),
		(|proof| proof.coinbase.clear(), AnchorError::CoinbaseMalformed),
	];
	for (change, error) in changes {
		assert_eq!(verify_sample(|proof, _| change(proof)), Err(error));
	}
	// A coinbase for the right height that is not the block's.
	let verdict = verify_sample(|proof, _| {
		let last = proof.coinbase.len() - 5;
		proof.coinbase[last] ^= 1;
	});
	assert_eq!(verdict, Err(AnchorError::CoinbasePath));
}

#[test]
fn coinbase_as_the_anchor_is_refused() {
	// A miner may put the payload into the coinbase itself; then nothing fixes the tree's depth.
	let verdict = verify_sample(|proof, _| {
		proof.position = 0;
		proof.path = proof.coinbase_path.clone();
	});
	assert_eq!(verdict, Err(AnchorError::WrongPath));
}

#[test]
fn headers_must_start_at_the_pinned_height() {
	for first_height in [0, 2, u32::MAX] {
		let verdict = verify_sample(|proof, _| proof.first_height = first_height);
		assert_eq!(verdict, Err(AnchorError::WrongHeight));
	}
	let verdict = verify_sample(|_, rules| rules.pinned.height = u32::MAX);
	assert_eq!(verdict, Err(AnchorError::WrongHeight));
	// Both moved: then the coinbase's height gives it away.
	let verdict = verify_sample(|proof, rules| {
		proof.first_height = 101;
		rules.pinned.height = 100;
	});
	assert_eq!(verdict, Err(AnchorError::CoinbaseHeight));
}

#[test]
fn block_must_be_among_the_headers() {
	for block in [8, 9, u32::MAX] {
		let verdict = verify_sample(|proof, _| proof.block = block);
		assert_eq!(verdict, Err(AnchorError::BlockOutOfRange));
	}
	let verdict = verify_sample(|proof, _| proof.headers.clear());
	assert_eq!(verdict, Err(AnchorError::NoHeaders));
}

#[test]
fn oversized_proofs_are_refused_unread() {
	let verdict = verify_sample(|proof, _| proof.headers = vec![[0; HEADER_LEN]; MAX_HEADERS + 1]);
	assert_eq!(verdict, Err(AnchorError::TooManyHeaders));
	let verdict = verify_sample(|proof, _| proof.path = vec![[0; 32]; MAX_PATH + 1]);
	assert_eq!(verdict, Err(AnchorError::PathTooLong));
	let verdict = verify_sample(|proof, _| proof.coinbase_path = vec![[0; 32]; MAX_PATH + 1]);
	assert_eq!(verdict, Err(AnchorError::PathTooLong));
}

#[test]
fn headers_of_a_self_mined_chain_are_refused() {
	// Somebody's own chain, from a first block that the verifier does not know.
	let mut own = AnchorShape::default();
	own.pinned.header = mine(&own.pinned.header, [7; 32]);
	let proof = own.build(&sample_checkpoint());
	assert!(verify_anchor(&sample_checkpoint(), &proof, &own.rules()).is_ok());
	let verdict = verify_anchor(&sample_checkpoint(), &proof, &AnchorShape::default().rules());
	assert_eq!(verdict, Err(AnchorError::HeadersNotLinked { index: 0 }));
}

#[test]
fn proof_of_another_network_is_refused() {
	let verdict = verify_sample(|_, rules| {
		rules.network = BitcoinNetwork::Mainnet;
		rules.pinned = genesis_pin(BitcoinNetwork::Mainnet);
	});
	assert_eq!(verdict, Err(AnchorError::HeadersNotLinked { index: 0 }));
	// Even if the verifier pinned the wrong network's header.
	let verdict = verify_sample(|_, rules| rules.network = BitcoinNetwork::Mainnet);
	assert_eq!(verdict, Err(AnchorError::PinnedHeader));
}

#[test]
fn cost_counts_what_is_hashed() {
	let shape = AnchorShape { padding: 100, ..Default::default() };
	let proof = shape.build(&sample_checkpoint());
	let cost = proof.cost();
	assert_eq!(cost.headers, 8);
	assert_eq!(cost.path_elements, 6);
	let transactions = proof.transaction.len() + proof.coinbase.len();
	assert_eq!(cost.transaction_bytes as usize, transactions);
}

/// Every message is its own sentence, so that a reader can tell the rules apart.
#[test]
fn messages_are_distinct() {
	let errors = [
		AnchorError::TransactionMalformed,
		AnchorError::TransactionIs64Bytes,
		AnchorError::PayloadMissing,
		AnchorError::SeveralPayloads,
		AnchorError::WrongMagic,
		AnchorError::PayloadMismatch,
		AnchorError::PathTooLong,
		AnchorError::WrongPath,
		AnchorError::CoinbaseMalformed,
		AnchorError::CoinbasePath,
		AnchorError::CoinbaseHeight,
		AnchorError::NoHeaders,
		AnchorError::TooManyHeaders,
		AnchorError::WrongHeight,
		AnchorError::BlockOutOfRange,
		AnchorError::HeaderMalformed { index: 1 },
		AnchorError::HeadersNotLinked { index: 1 },
		AnchorError::WrongDifficulty { index: 1 },
		AnchorError::DifficultyBelowFloor { index: 1 },
		AnchorError::ProofOfWork { index: 1 },
		AnchorError::PinnedHeader,
		AnchorError::TooFewConfirmations { found: 1, required: 2 },
		AnchorError::TooLittleWork,
	];
	let messages: std::collections::BTreeSet<_> =
		errors.iter().map(std::string::ToString::to_string).collect();
	assert_eq!(messages.len(), errors.len());
}
