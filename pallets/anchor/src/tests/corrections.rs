//! What a correction replaces, and what it takes: more work, under the rules set at genesis, on a branch
//! that does not hold what was reported.

use crate::{mock::*, AnchorCount, Anchors, Event, KnownHeaders, MAX_ANCHORS};
use frame_support::{assert_noop, assert_ok};
use pantheon_primitives::{
	bitcoin::{
		payload_script,
		test_helpers::{
			hard_pin, mine, proofs_in_one_chain, spending_transaction, txid, AnchorShape, EASY_BITS,
		},
		AnchorProof, AnchoredAt, OutPoint, PinnedHeader, Txid,
	},
	Checkpoint,
};
use sp_runtime::DispatchError;

/// Blocks before the anchor's in what is reported first: it is at height 3.
const REPORTED: u32 = 2;

/// The anchor with so many blocks before it and from it on. Branches with another number before part
/// from the one reported at the lower of the two anchors' heights.
fn branch(checkpoint: &Checkpoint, blocks_before: u32, confirmations: u32) -> AnchorProof {
	AnchorShape { blocks_before, confirmations, ..Default::default() }.build(checkpoint)
}

/// A checkpoint whose anchor was reported at height 3 with six blocks.
fn reported(chain: &mut Chain) -> Checkpoint {
	let checkpoint = chain.block(3);
	assert_ok!(report(checkpoint, branch(&checkpoint, REPORTED, 6)));
	checkpoint
}

fn place(number: u64) -> AnchoredAt {
	Anchors::<Test>::get(number).unwrap().bitcoin
}

#[test]
fn more_work_moves_an_anchor() {
	build_and_execute(|chain| {
		let checkpoint = reported(chain);
		let (from, known) = (place(0), KnownHeaders::<Test>::get());
		let moved = branch(&checkpoint, 4, 7);
		assert_ok!(correct(0, moved.clone()));

		let to = place(0);
		assert_eq!((to.height, to.confirmations), (5, 7));
		assert_ne!(to.block_hash, from.block_hash);
		assert_eq!(Anchors::<Test>::get(0).unwrap().checkpoint, checkpoint);
		assert_eq!(AnchorCount::<Test>::get(), 1);
		assert_eq!(events().last(), Some(&Event::Corrected { number: 0, from, to }));
		// Later reports start from the new block and no longer from the one that is gone.
		assert_eq!(KnownHeaders::<Test>::get().to_vec(), vec![anchor_header(&moved)]);
		let next = chain.block(1);
		assert_noop!(report(next, proof_after(known[0], &next)), Error::UnknownBitcoinHeader);
		assert_ok!(report(next, proof_after(anchor_header(&moved), &next)));
	});
}

/// Every branch with the anchor at heights 1 to 8 and 6 to 12 blocks, against the rule in words.
#[test]
fn less_or_equal_work_is_refused() {
	let mut accepted = 0;
	for before in 0..8 {
		for confirmations in 6..=12 {
			build_and_execute(|chain| {
				let checkpoint = reported(chain);
				let top = before + confirmations;
				let later = (before + 1).max(REPORTED + 1);
				let result = correct(0, branch(&checkpoint, before, confirmations));
				// Each block of regtest counts the same.
				if top + 1 - later > 6 {
					assert_ok!(result);
					assert_eq!(place(0).height, before + 1);
					accepted += 1;
				} else {
					assert_eq!(result, Err(Error::NotMoreWork.into()), "{before} {confirmations}");
					assert_eq!(place(0).height, REPORTED + 1);
				}
			});
		}
	}
	// At heights 1 and 2 the blocks below height 3 don't count: 9 and more, 8 and more blocks.
	assert_eq!(accepted, 4 + 5 + 6 * 6);
}

#[test]
fn the_same_block_counts_anew_only_when_it_is_deeper() {
	build_and_execute(|chain| {
		let checkpoint = reported(chain);
		let known = KnownHeaders::<Test>::get();
		assert_noop!(correct(0, branch(&checkpoint, REPORTED, 6)), Error::NotMoreWork);
		assert_ok!(correct(0, branch(&checkpoint, REPORTED, 9)));
		assert_eq!((place(0).height, place(0).confirmations), (3, 9));
		assert_eq!(KnownHeaders::<Test>::get(), known);
		// And now moving it takes more than nine.
		assert_noop!(correct(0, branch(&checkpoint, 4, 9)), Error::NotMoreWork);
		assert_ok!(correct(0, branch(&checkpoint, 4, 10)));
	});
}

#[test]
fn a_correction_is_undone_only_by_more_work_again() {
	build_and_execute(|chain| {
		let checkpoint = reported(chain);
		assert_ok!(correct(0, branch(&checkpoint, 4, 7)));
		// The first branch reaches height 8, the second 11.
		for confirmations in 6..=9 {
			let back = branch(&checkpoint, REPORTED, confirmations);
			assert_noop!(correct(0, back), Error::NotMoreWork);
		}
		assert_ok!(correct(0, branch(&checkpoint, REPORTED, 10)));
		assert_eq!(place(0).height, 3);
	});
}

#[test]
fn another_checkpoint_never_takes_its_place() {
	build_and_execute(|chain| {
		let older = chain.block(2);
		let checkpoint = reported(chain);
		let newer = chain.block(2);
		for other in [older, newer] {
			assert_noop!(correct(0, branch(&other, 4, 20)), Error::PayloadMismatch);
		}
		assert_eq!(Anchor::last_anchor().unwrap().checkpoint, checkpoint);
	});
}

/// Two transactions with the checkpoint in one chain of blocks, the second one five blocks later.
fn twice_in_one_chain(checkpoint: &Checkpoint) -> [AnchorProof; 2] {
	let transaction = |spent| {
		let spent = OutPoint { txid: Txid::new([spent; 32]), vout: 0 };
		spending_transaction(&[spent], vec![payload_script(checkpoint)], 1)
	};
	let mut blocks = vec![vec![]; 20];
	blocks[2].push(transaction(1));
	blocks[7].push(transaction(2));
	let mut proofs = proofs_in_one_chain(&first_block(), &blocks, 6).into_iter();
	[proofs.next().unwrap(), proofs.next().unwrap()]
}

#[test]
fn what_still_stands_is_not_moved() {
	build_and_execute(|chain| {
		let checkpoint = chain.block(3);
		let [first, mut second] = twice_in_one_chain(&checkpoint);
		assert_ok!(report(checkpoint, first));
		// Anybody can anchor the same checkpoint again later. With whatever work on top, that corrects nothing.
		let mut parent = *second.headers.last().unwrap();
		for number in 0..30 {
			parent = mine(&parent, [number; 32]);
			second.headers.push(parent);
		}
		assert_noop!(correct(0, second.clone()), Error::StillInBitcoin);
		// It's another anchor.
		assert_ok!(report(checkpoint, second));
	});
}

#[test]
fn an_anchor_is_not_moved_onto_one_that_is_kept() {
	build_and_execute(|chain| {
		let checkpoint = reported(chain);
		let other = AnchorShape { padding: 1, ..Default::default() };
		assert_ok!(report(checkpoint, other.build(&checkpoint)));
		let onto = AnchorShape { blocks_before: 4, confirmations: 9, ..other }.build(&checkpoint);
		assert_noop!(correct(0, onto.clone()), Error::AlreadyReported);
		assert_ok!(correct(1, onto));
	});
}

#[test]
fn headers_must_show_what_took_the_blocks_place() {
	build_and_execute(|chain| {
		// Reported at height 10.
		let checkpoint = chain.block(3);
		assert_ok!(report(checkpoint, branch(&checkpoint, 9, 6)));
		// Ends at height 9.
		assert_noop!(correct(0, branch(&checkpoint, 0, 9)), Error::ReplacedBlockNotShown);
		// Starts above: on top of the very block that was reported.
		let above = AnchorShape {
			pinned: anchor_header(&branch(&checkpoint, 9, 6)),
			confirmations: 30,
			..Default::default()
		};
		assert_noop!(correct(0, above.build(&checkpoint)), Error::ReplacedBlockNotShown);
	});
}

#[test]
fn easy_headers_are_no_work() {
	execute_with(pinned_to(hard_pin()), |chain| {
		let checkpoint = chain.block(3);
		assert_ok!(report(checkpoint, proof_after(hard_pin(), &checkpoint)));
		let shape = AnchorShape { pinned: hard_pin(), blocks_before: 4, ..Default::default() };
		let honest = shape.build(&checkpoint);
		assert_noop!(correct(0, honest.clone()), Error::NotMoreWork);
		// More blocks on top, which declare an easy target for themselves.
		let mut cheap = honest.clone();
		for _ in 0..20 {
			let mut header = mine(cheap.headers.last().unwrap(), [1; 32]);
			header[72..76].copy_from_slice(&EASY_BITS.to_le_bytes());
			while txid(&header)[31] > 0x7f {
				header[76] = header[76].wrapping_add(1);
			}
			cheap.headers.push(header);
		}
		assert_noop!(correct(0, cheap), Error::WrongDifficulty);
		// One more at the difficulty demanded is more work.
		let mut longer = honest;
		longer.headers.push(mine(longer.headers.last().unwrap(), [1; 32]));
		assert_ok!(correct(0, longer));
	});
}

#[test]
fn a_floor_holds_for_corrections_too() {
	let config = crate::GenesisConfig { max_target: Some(EASY_BITS), ..regtest() };
	execute_with(config, |chain| {
		let checkpoint = reported(chain);
		crate::Rules::<Test>::mutate(|rules| {
			rules.as_mut().unwrap().max_target = Some(0x1f00_ffff)
		});
		assert_noop!(correct(0, branch(&checkpoint, 4, 9)), Error::DifficultyBelowFloor);
		crate::Rules::<Test>::mutate(|rules| rules.as_mut().unwrap().min_confirmations = 10);
		assert_noop!(correct(0, branch(&checkpoint, 4, 9)), Error::TooFewConfirmations);
	});
}

#[test]
fn a_spoilt_proof_corrects_nothing() {
	execute_with(pinned_to(hard_pin()), |chain| {
		let checkpoint = chain.block(3);
		assert_ok!(report(checkpoint, proof_after(hard_pin(), &checkpoint)));
		let shape = AnchorShape {
			pinned: hard_pin(),
			blocks_before: 3,
			confirmations: 8,
			..Default::default()
		};
		let good = shape.build(&checkpoint);
		let refused = |spoil: &dyn Fn(&mut AnchorProof), error: Error| {
			let mut bad = good.clone();
			spoil(&mut bad);
			assert_noop!(correct(0, bad), error);
		};
		refused(&|proof| proof.path[1][0] ^= 1, Error::WrongPath);
		refused(&|proof| proof.coinbase_path[1][0] ^= 1, Error::CoinbasePath);
		refused(&|proof| proof.headers.swap(5, 6), Error::HeadersNotLinked);
		refused(&|proof| proof.headers[4][76] ^= 1, Error::ProofOfWork);
		refused(&|proof| proof.block += 1, Error::CoinbaseHeight);
		refused(&|proof| proof.first_height = 7, Error::UnknownBitcoinHeader);
		refused(&|proof| proof.headers.resize(5_000, [0; 80]), Error::TooManyHeaders);
		refused(&|proof| proof.transaction.resize(100_000, 0), Error::TransactionTooLong);
		assert_ok!(correct(0, good));
	});
}

#[test]
fn only_kept_anchors_can_be_corrected() {
	build_and_execute(|chain| {
		let first = reported(chain);
		assert_noop!(correct(1, branch(&first, 4, 9)), Error::UnknownAnchor);
		for _ in 0..MAX_ANCHORS {
			let checkpoint = chain.block(1);
			assert_ok!(report(checkpoint, proof_of(&checkpoint)));
		}
		assert_noop!(correct(0, branch(&first, 4, 9)), Error::UnknownAnchor);
		// The oldest that is kept, long after its header has left the ring of starts.
		let oldest = Anchors::<Test>::get(1).unwrap().checkpoint;
		let known = KnownHeaders::<Test>::get();
		let moved = branch(&oldest, 4, 9);
		assert_ok!(correct(1, moved.clone()));
		assert_eq!(place(1).height, 5);
		let header: PinnedHeader = anchor_header(&moved);
		assert_eq!(KnownHeaders::<Test>::get().to_vec(), [&known[1..], &[header][..]].concat());
	});
}

#[test]
fn only_the_anchor_origin_corrects() {
	build_and_execute(|chain| {
		let checkpoint = reported(chain);
		for origin in
			[RuntimeOrigin::root(), RuntimeOrigin::none(), RuntimeOrigin::signed(STRANGER)]
		{
			assert_noop!(
				Anchor::correct(origin, 0, branch(&checkpoint, 4, 9)),
				DispatchError::BadOrigin
			);
		}
	});
}

#[test]
fn a_chain_without_a_network_corrects_nothing() {
	execute_with(Default::default(), |chain| {
		let checkpoint = chain.block(1);
		assert_noop!(correct(0, branch(&checkpoint, 4, 9)), Error::NotConfigured);
	});
}
