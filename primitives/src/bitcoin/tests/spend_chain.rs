//! The spend chain: what is accepted, and each way to break it.

use super::*;
use crate::bitcoin::spend_chain::{
	verify, AnchorSpend, LinkError, SpendChain, SpendChainCheck, SpendChainError,
};
use crate::{checkpoint::Checkpoint, BlockHash, GenesisHash, LogRoot};
use proptest::prelude::*;

fn genesis() -> GenesisHash {
	sample_checkpoint().genesis
}

fn output(number: u8, vout: u32) -> OutPoint {
	OutPoint { txid: Txid::new([number; 32]), vout }
}

fn origin() -> AnchorOrigin {
	AnchorOrigin(output(0xa0, 1))
}

/// The n-th checkpoint of one log.
fn checkpoint(number: u8) -> Checkpoint {
	Checkpoint {
		block_number: 100 + u32::from(number),
		block_hash: BlockHash::new([number; 32]),
		log_size: 10 * u64::from(number),
		log_root: LogRoot::new([number; 32]),
		..sample_checkpoint()
	}
}

/// An anchor transaction as the service makes it: data, then change.
fn anchor(checkpoint: &Checkpoint, spends: &[OutPoint]) -> Vec<u8> {
	spending_transaction(spends, vec![payload_script(checkpoint)], 1)
}

fn change_of(transaction: &[u8]) -> OutPoint {
	AnchorSpend::read(transaction).expect("an anchor").change
}

fn rules() -> HeaderRules {
	HeaderRules { min_confirmations: 2, ..AnchorShape::default().rules() }
}

/// Checkpoints with their transactions, in one chain from the origin.
fn chained(count: u8) -> Vec<(Checkpoint, Vec<u8>)> {
	let mut tip = origin().0;
	(1..=count)
		.map(|number| {
			let checkpoint = checkpoint(number);
			let transaction = anchor(&checkpoint, &[tip]);
			tip = change_of(&transaction);
			(checkpoint, transaction)
		})
		.collect()
}

/// Proves each anchor, in a block of its own, in this order, with empty blocks between and after.
fn prove(anchors: &[(Checkpoint, Vec<u8>)]) -> Vec<(Checkpoint, AnchorProof)> {
	let mut blocks = Vec::new();
	for (_, transaction) in anchors {
		blocks.push(vec![transaction.clone()]);
		blocks.push(vec![]);
	}
	let proofs = proofs_in_one_chain(&rules().pinned, &blocks, 2);
	anchors.iter().map(|(checkpoint, _)| *checkpoint).zip(proofs).collect()
}

fn check(anchors: &[(Checkpoint, AnchorProof)]) -> Result<SpendChain, SpendChainError> {
	verify(genesis(), origin(), anchors.iter().map(|(one, proof)| (one, proof)), &rules())
}

#[test]
fn a_chain_is_followed_to_its_tip() {
	let anchors = prove(&chained(3));
	let chain = check(&anchors).expect("it is whole");
	assert_eq!(chain.origin, origin());
	assert_eq!(chain.anchors.len(), 3);
	let mut spends = origin().0;
	for (link, (checkpoint, proof)) in chain.anchors.iter().zip(&anchors) {
		assert_eq!(link.checkpoint, *checkpoint);
		assert_eq!(link.at.txid, txid(&proof.transaction));
		assert_eq!(link.spend.inputs, vec![spends]);
		assert_eq!(link.spend.change_value, 99_000);
		assert_eq!(link.spend.commitment, checkpoint.commitment());
		spends = link.spend.change;
	}
	assert_eq!(chain.tip, spends);
	// Data first, then change: as the service has it.
	assert_eq!(spends.vout, 1);
}

#[test]
fn change_is_the_one_output_without_data_wherever_it_stands() {
	let script = payload_script(&checkpoint(1));
	let spend = AnchorSpend::read(&anchor_transaction(vec![script.clone()], 0)).expect("an anchor");
	assert_eq!(spend.change.vout, 0);
	assert_eq!(spend.inputs, vec![output(0x44, 1)]);
	let none = spending_transaction(&[origin().0], vec![script.clone()], 0);
	assert_eq!(AnchorSpend::read(&none), Err(LinkError::NoChange));
	let two = spending_transaction(&[origin().0], vec![script.clone()], 2);
	assert_eq!(AnchorSpend::read(&two), Err(LinkError::SeveralChanges));
	let plain = spending_transaction(&[origin().0], vec![], 1);
	assert_eq!(AnchorSpend::read(&plain), Err(AnchorError::PayloadMissing.into()));
	let doubled = spending_transaction(&[origin().0], vec![script; 2], 1);
	assert_eq!(AnchorSpend::read(&doubled), Err(AnchorError::SeveralPayloads.into()));
}

#[test]
fn two_anchors_in_one_block_are_told_apart_by_position() {
	let anchors = chained(2);
	let transactions: Vec<_> = anchors.iter().map(|(_, transaction)| transaction.clone()).collect();
	let proven = |blocks: &[Vec<Vec<u8>>]| {
		let proofs = proofs_in_one_chain(&rules().pinned, blocks, 2);
		proofs
			.into_iter()
			.map(|proof| {
				let of = anchors.iter().find(|(_, tx)| *tx == proof.transaction).expect("known");
				(of.0, proof)
			})
			.collect::<Vec<_>>()
	};
	let backwards: Vec<_> = transactions.iter().rev().cloned().collect();
	assert!(check(&proven(&[transactions, vec![]])).is_ok());
	// Bitcoin allows neither: given first is the one that spends, in front of what it spends.
	let order = Err(SpendChainError::Order { index: 0 });
	assert_eq!(check(&proven(&[backwards.clone(), vec![]])), order);
	let apart: Vec<_> = backwards.into_iter().map(|transaction| vec![transaction]).collect();
	assert_eq!(check(&proven(&[apart, vec![vec![]]].concat())), order);
}

#[test]
fn nothing_given_is_no_chain() {
	assert_eq!(check(&[]), Err(SpendChainError::Empty));
}

#[test]
fn another_origin_is_another_chain() {
	let anchors = prove(&chained(2));
	let other = AnchorOrigin(output(0xa0, 0));
	let found = verify(genesis(), other, anchors.iter().map(|(one, proof)| (one, proof)), &rules());
	assert_eq!(found, Err(SpendChainError::Missing { after: other.0, next: 0 }));
}

#[test]
fn a_second_chain_beside_the_first_is_outside() {
	let mut anchors = chained(2);
	// Another log's anchor, between the two, from an output of its own.
	let second = Checkpoint { log_root: LogRoot::new([9; 32]), ..checkpoint(1) };
	let beside = anchor(&second, &[output(0xb0, 0)]);
	anchors.insert(1, (second, beside));
	assert_eq!(check(&prove(&anchors)), Err(SpendChainError::Outside { index: 1 }));
	// After the last one it might as well be the other side of a gap.
	anchors.swap(1, 2);
	let tip = change_of(&anchors[1].1);
	assert_eq!(check(&prove(&anchors)), Err(SpendChainError::Missing { after: tip, next: 2 }));
}

#[test]
fn a_chain_that_is_taken_in_by_the_first_is_outside_too() {
	let first = chained(1).remove(0);
	let beside = (checkpoint(2), anchor(&checkpoint(2), &[output(0xb0, 0)]));
	let both = [change_of(&first.1), change_of(&beside.1)];
	let merged = (checkpoint(3), anchor(&checkpoint(3), &both));
	let found = check(&prove(&[first, beside, merged]));
	assert_eq!(found, Err(SpendChainError::Outside { index: 1 }));
}

#[test]
fn a_fork_needs_two_spends_of_one_output() {
	let mut anchors = chained(2);
	let tip = change_of(&anchors[0].1);
	anchors.push((checkpoint(3), anchor(&checkpoint(3), &[output(0xb0, 0), tip])));
	let fork = SpendChainError::Fork { output: tip, first: 1, second: 2 };
	assert_eq!(check(&prove(&anchors)), Err(fork));
}

#[test]
fn blocks_of_two_branches_are_refused() {
	let anchors = chained(2);
	let mut proven = prove(&anchors);
	// The second anchor again, on a branch that does not hold the first.
	let blocks = [vec![], vec![], vec![], vec![anchors[1].1.clone()], vec![]];
	proven[1].1 = proofs_in_one_chain(&rules().pinned, &blocks, 2).remove(0);
	assert_eq!(check(&proven), Err(SpendChainError::OtherBranch { index: 0 }));
}

#[test]
fn headers_on_top_may_have_been_reorganised_away() {
	let anchors = chained(2);
	let mut proven = prove(&anchors);
	// The first anchor was exported with a newest block that is not in the chain now.
	let block = proven[0].1.block as usize;
	let stale = mine(&proven[0].1.headers[block], [0x77; 32]);
	proven[0].1.headers.truncate(block + 1);
	proven[0].1.headers.push(stale);
	assert!(check(&proven).is_ok());
}

#[test]
fn checkpoints_go_forward_and_agree() {
	let second = |change: fn(&mut Checkpoint)| {
		let first = chained(1).remove(0);
		let mut checkpoint = checkpoint(2);
		change(&mut checkpoint);
		let transaction = anchor(&checkpoint, &[change_of(&first.1)]);
		check(&prove(&[first, (checkpoint, transaction)])).map(|chain| chain.anchors.len())
	};
	assert_eq!((checkpoint(1).block_number, checkpoint(1).log_size), (101, 10));
	assert_eq!(second(|_| ()), Ok(2));
	// Nothing new since: the same log at a later block, or the very same checkpoint again.
	assert_eq!(second(|new| (new.log_size, new.log_root) = (10, LogRoot::new([1; 32]))), Ok(2));
	assert_eq!(second(|new| *new = checkpoint(1)), Ok(2));
	let back = Err(SpendChainError::WentBack { index: 1 });
	assert_eq!(second(|new| new.block_number = 100), back);
	assert_eq!(second(|new| new.log_size = 9), back);
	let fork = Err(SpendChainError::SecondLog { index: 1 });
	assert_eq!(second(|new| new.log_size = 10), fork);
	assert_eq!(second(|new| new.block_number = 101), fork);
}

#[test]
fn another_chains_checkpoint_is_no_link() {
	let other = GenesisHash::new([7; 32]);
	let checkpoint = Checkpoint { genesis: other, ..checkpoint(1) };
	let found = check(&prove(&[(checkpoint, anchor(&checkpoint, &[origin().0]))]));
	let error = LinkError::OtherLog(other);
	assert_eq!(found, Err(SpendChainError::Link { index: 0, error }));
}

#[test]
fn an_anchor_that_does_not_hold_is_no_link() {
	let mut anchors = prove(&chained(2));
	anchors[1].1.path[0][0] ^= 1;
	let error = LinkError::Anchor(AnchorError::WrongPath);
	assert_eq!(check(&anchors), Err(SpendChainError::Link { index: 1, error }));
	// One that failed counts in the numbers of those after it.
	let rules = rules();
	let mut one_by_one = SpendChainCheck::new(genesis(), origin(), &rules);
	anchors[0].1.path[0][0] ^= 1;
	assert!(one_by_one.add(&anchors[0].0, &anchors[0].1).is_err());
	anchors[1].1.path[0][0] ^= 1;
	one_by_one.add(&anchors[1].0, &anchors[1].1).expect("it holds by itself");
	let missing = SpendChainError::Missing { after: origin().0, next: 1 };
	assert_eq!(one_by_one.finish(), Err(missing));
}

#[test]
fn spenders_are_found_in_blocks() {
	use ::bitcoin::{
		consensus::{deserialize, serialize},
		Block,
	};
	let transactions = [coinbase_transaction(1), chained(1).remove(0).1];
	let header = mine(&rules().pinned.header, [0; 32]);
	let txdata = transactions.iter().map(|bytes| deserialize(bytes).expect("a transaction"));
	let header = deserialize(&header).expect("a header");
	let block = serialize(&Block { header, txdata: txdata.collect() });
	assert_eq!(spender_in_block(&block, &origin().0), Ok(Some(transactions[1].clone())));
	assert_eq!(spender_in_block(&block, &output(0xa0, 0)), Ok(None));
	assert_eq!(spender_in_block(&block[1..], &origin().0), Err(BuildError::BlockMalformed));
}

/// A chain of 2 to 7 anchors, some with a second input, empty blocks before each, and an order to give
/// them in.
fn any_chain() -> impl Strategy<Value = (Vec<(Checkpoint, AnchorProof)>, Vec<usize>)> {
	prop::collection::vec((0..3usize, any::<bool>(), 0..2u8), 2..8).prop_flat_map(|forms| {
		let (mut tip, mut number) = (origin().0, 1);
		let (mut anchors, mut blocks) = (Vec::new(), Vec::new());
		for (place, (gap, refill, growth)) in (0u8..).zip(forms) {
			number += growth;
			let fee = output(0xf0 + place, 3);
			let spends = if refill { vec![fee, tip] } else { vec![tip] };
			let transaction = anchor(&checkpoint(number), &spends);
			tip = change_of(&transaction);
			blocks.extend(core::iter::repeat_n(vec![], gap));
			blocks.push(vec![transaction]);
			anchors.push(checkpoint(number));
		}
		blocks.push(vec![]);
		let proofs = proofs_in_one_chain(&rules().pinned, &blocks, 2);
		let anchors: Vec<_> = anchors.into_iter().zip(proofs).collect();
		let order: Vec<usize> = (0..anchors.len()).collect();
		(Just(anchors), Just(order).prop_shuffle())
	})
}

fn pick(anchors: &[(Checkpoint, AnchorProof)], order: &[usize]) -> Vec<(Checkpoint, AnchorProof)> {
	order.iter().map(|index| anchors[*index].clone()).collect()
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(96))]

	#[test]
	fn any_order_gives_the_one_chain((anchors, order) in any_chain(), again: prop::sample::Index) {
		let mut given = pick(&anchors, &order);
		given.push(again.get(&given).clone());
		let chain = check(&given).expect("it is whole");
		prop_assert_eq!(chain.anchors.len(), anchors.len());
		for (link, (checkpoint, proof)) in chain.anchors.iter().zip(&anchors) {
			prop_assert_eq!(link.checkpoint, *checkpoint);
			prop_assert_eq!(link.at.txid, txid(&proof.transaction));
			prop_assert_eq!(&given[link.index].1, proof);
		}
	}

	#[test]
	fn a_missing_anchor_is_noticed_unless_it_is_the_last(
		(anchors, order) in any_chain(),
		lost: prop::sample::Index,
	) {
		let lost = lost.index(anchors.len());
		let order: Vec<usize> = order.into_iter().filter(|index| *index != lost).collect();
		let found = check(&pick(&anchors, &order));
		let before = match lost.checked_sub(1) {
			Some(before) => change_of(&anchors[before].1.transaction),
			None => origin().0,
		};
		if lost + 1 == anchors.len() {
			prop_assert_eq!(found.expect("a shorter chain").tip, before);
		} else {
			let next = order.iter().position(|index| *index == lost + 1).expect("given");
			prop_assert_eq!(found, Err(SpendChainError::Missing { after: before, next }));
		}
	}

	#[test]
	fn any_bytes_are_read_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
		let _ = AnchorSpend::read(&bytes);
		let _ = spender_in_block(&bytes, &origin().0);
	}

	#[test]
	fn a_changed_transaction_is_never_in_the_chain(
		(anchors, _) in any_chain(),
		which: prop::sample::Index,
		place: prop::sample::Index,
		bit in 0..8u8,
	) {
		let mut anchors = anchors;
		let which = which.index(anchors.len());
		let transaction = &mut anchors[which].1.transaction;
		let place = place.index(transaction.len());
		transaction[place] ^= 1 << bit;
		let refused = matches!(check(&anchors), Err(SpendChainError::Link { index, .. }) if index == which);
		prop_assert!(refused);
	}
}
