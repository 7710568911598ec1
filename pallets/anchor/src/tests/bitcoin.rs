//! Proofs that don't hold: each breaks one rule of the Bitcoin side, is refused under that rule's name,
//! and changes nothing.

use crate::{mock::*, MAX_HEADERS, MAX_TRANSACTION_BYTES};
use frame_support::{assert_noop, assert_ok};
use pantheon_primitives::bitcoin::{
	payload_script,
	test_helpers::{
		anchor_transaction, coinbase_transaction, hard_pin, mine, txid, AnchorShape, HARD_BITS,
	},
	AnchorProof, PinnedHeader,
};
use sp_runtime::DispatchError;

/// Reports a proof that `spoil` changed, on a chain pinned to a header with some difficulty.
fn refused(spoil: impl FnOnce(&mut AnchorProof), error: Error) {
	execute_with(pinned_to(hard_pin()), |chain| {
		let checkpoint = chain.block(3);
		let good = proof_after(hard_pin(), &checkpoint);
		let mut bad = good.clone();
		spoil(&mut bad);
		assert_noop!(report(checkpoint, bad), error);
		assert_ok!(report(checkpoint, good));
	});
}

/// Reports a proof with this transaction.
fn refused_transaction(
	transaction: impl FnOnce(&pantheon_primitives::Checkpoint) -> Vec<u8>,
	error: Error,
) {
	build_and_execute(|chain| {
		let checkpoint = chain.block(3);
		let transaction = transaction(&checkpoint);
		let proof = AnchorShape::default().build_with_transaction(transaction);
		assert_noop!(report(checkpoint, proof), error);
	});
}

#[test]
fn wrong_magic() {
	refused_transaction(
		|checkpoint| {
			let mut script = payload_script(checkpoint);
			script[2] ^= 1;
			anchor_transaction(vec![script], 0)
		},
		Error::WrongMagic,
	);
}

#[test]
fn payload_missing_doubled_or_of_another_checkpoint() {
	refused_transaction(|_| anchor_transaction(vec![], 0), Error::PayloadMissing);
	refused_transaction(
		|checkpoint| anchor_transaction(vec![payload_script(checkpoint); 2], 0),
		Error::SeveralPayloads,
	);
	refused_transaction(
		|checkpoint| {
			let mut other = *checkpoint;
			other.block_hash = [1; 32].into();
			anchor_transaction(vec![payload_script(&other)], 0)
		},
		Error::PayloadMismatch,
	);
}

#[test]
fn sixty_four_byte_transaction() {
	refused_transaction(
		|_| {
			// A form with which a transaction has exactly the length of an inner node's preimage.
			let mut transaction = vec![2, 0, 0, 0, 1];
			transaction.extend([0x44; 32]);
			transaction.extend([0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 1]);
			transaction.extend([0; 8]);
			transaction.extend([4, 0x6a, 2, 1, 1, 0, 0, 0, 0]);
			assert_eq!(transaction.len(), 64);
			transaction
		},
		Error::TransactionIs64Bytes,
	);
}

#[test]
fn malformed_transactions() {
	refused_transaction(|_| vec![], Error::TransactionMalformed);
	refused_transaction(
		|checkpoint| [anchor_transaction(vec![payload_script(checkpoint)], 0), vec![0]].concat(),
		Error::TransactionMalformed,
	);
}

#[test]
fn wrong_path_or_position() {
	refused(|proof| proof.path[1][0] ^= 1, Error::WrongPath);
	refused(|proof| proof.position = 3, Error::WrongPath);
	refused(|proof| proof.position = 0, Error::WrongPath);
	refused(|proof| proof.path = vec![[0; 32]; 33], Error::PathTooLong);
}

#[test]
fn wrong_coinbase() {
	refused(|proof| proof.coinbase_path[1][0] ^= 1, Error::CoinbasePath);
	refused(|proof| proof.coinbase_path.truncate(2), Error::CoinbasePath);
	refused(|proof| proof.coinbase = coinbase_transaction(9), Error::CoinbaseHeight);
	refused(|proof| proof.coinbase.clone_from(&proof.transaction), Error::CoinbaseMalformed);
}

#[test]
fn headers_that_dont_link() {
	refused(
		|proof| {
			let fourth = proof.headers.remove(4);
			proof.headers.push(fourth);
		},
		Error::HeadersNotLinked,
	);
	refused(|proof| proof.headers.swap(5, 6), Error::HeadersNotLinked);
	// At the right height, but of another chain than the pinned header's.
	refused(
		|proof| {
			let stranger = mine(&hard_pin().header, [1; 32]);
			proof.headers[0] = mine(&stranger, [2; 32]);
		},
		Error::HeadersNotLinked,
	);
}

#[test]
fn an_easy_target_declared_by_the_header_itself() {
	execute_with(pinned_to(hard_pin()), |chain| {
		let checkpoint = chain.block(3);
		// Headers that link to the pinned one, and whose own target is easy.
		let mut pin = hard_pin().header;
		pin[72..76].copy_from_slice(&first_block().header[72..76]);
		let easy = PinnedHeader { height: 0, header: pin };
		let mut proof = proof_after(easy, &checkpoint);
		let mut parent = hard_pin().header;
		for header in &mut proof.headers {
			// Relinked, and mined at the easy target.
			header[4..36].copy_from_slice(&txid(&parent));
			while txid(header)[31] > 0x7f {
				header[76] = header[76].wrapping_add(1);
			}
			parent = *header;
		}
		assert_noop!(report(checkpoint, proof), Error::WrongDifficulty);
	});
}

#[test]
fn a_target_below_the_floor() {
	// The pinned header itself is easier than the floor allows.
	let config = crate::GenesisConfig { max_target: Some(HARD_BITS), ..regtest() };
	execute_with(config, |chain| {
		let checkpoint = chain.block(3);
		assert_noop!(report(checkpoint, proof_of(&checkpoint)), Error::DifficultyBelowFloor);
	});
	let config = crate::GenesisConfig { max_target: Some(HARD_BITS), ..pinned_to(hard_pin()) };
	execute_with(config, |chain| {
		let checkpoint = chain.block(3);
		assert_ok!(report(checkpoint, proof_after(hard_pin(), &checkpoint)));
	});
}

#[test]
fn no_proof_of_work() {
	// The last header, so that no link breaks before its work is looked at.
	refused(
		|proof| {
			let last = proof.headers.last_mut().unwrap();
			last[76] = last[76].wrapping_add(1);
		},
		Error::ProofOfWork,
	);
}

#[test]
fn too_few_headers_on_top() {
	build_and_execute(|chain| {
		let checkpoint = chain.block(3);
		let shape = AnchorShape { confirmations: 5, ..Default::default() };
		assert_noop!(report(checkpoint, shape.build(&checkpoint)), Error::TooFewConfirmations);
		let mut none = proof_of(&checkpoint);
		none.headers.clear();
		assert_noop!(report(checkpoint, none), Error::NoHeaders);
		let mut beyond = proof_of(&checkpoint);
		beyond.block = 8;
		assert_noop!(report(checkpoint, beyond.clone()), Error::BlockOutOfRange);
		beyond.block = u32::MAX;
		assert_noop!(report(checkpoint, beyond), Error::BlockOutOfRange);
	});
}

#[test]
fn bounds_hold_before_any_work() {
	build_and_execute(|chain| {
		let checkpoint = chain.block(3);
		let mut many = proof_of(&checkpoint);
		many.headers.resize(MAX_HEADERS as usize + 1, [0; 80]);
		assert_noop!(report(checkpoint, many), Error::TooManyHeaders);
		let mut long = proof_of(&checkpoint);
		long.transaction.resize(MAX_TRANSACTION_BYTES as usize, 0);
		assert_noop!(report(checkpoint, long), Error::TransactionTooLong);
	});
}

#[test]
fn every_flipped_byte_is_refused() {
	execute_with(pinned_to(hard_pin()), |chain| {
		let checkpoint = chain.block(3);
		let good = proof_after(hard_pin(), &checkpoint);
		let mut tried = 0;
		let mut flip = |change: &dyn Fn(&mut AnchorProof)| {
			let mut bad = good.clone();
			change(&mut bad);
			let result = report(checkpoint, bad);
			assert!(matches!(result, Err(DispatchError::Module(_))), "{result:?}");
			tried += 1;
		};
		for index in 0..good.transaction.len() {
			flip(&|proof| proof.transaction[index] ^= 1);
		}
		for index in 0..good.coinbase.len() {
			flip(&|proof| proof.coinbase[index] ^= 1);
		}
		for header in 0..good.headers.len() {
			for index in 0..80 {
				flip(&|proof| proof.headers[header][index] ^= 1);
			}
		}
		assert!(tried > 700);
	});
}
