//! Headers, justifications and hand-offs, encoded and signed by the SDK's own types.

#[path = "../../tests/common/authorities.rs"]
mod authorities;

use super::*;
use crate::{LogDigest, LogRoot};
use alloc::{vec, vec::Vec};
use authorities::{header, justification, log_item, Authorities, Header as SdkHeader};
use sp_core::H256;
use sp_runtime::{codec::Encode, DigestItem};

fn set(authorities: &Authorities) -> AuthoritySet {
	let keys = authorities.keys().into_iter();
	AuthoritySet {
		id: authorities.set_id,
		authorities: keys.map(|(key, weight)| (AuthorityKey(key), weight)).collect(),
	}
}

fn check(
	target: &SdkHeader,
	set: &AuthoritySet,
	justification: &[u8],
) -> Result<(), JustificationError> {
	verify_justification(&target.hash().0.into(), target.number, set, justification)
}

fn digest() -> LogDigest {
	LogDigest { size: 300, root: LogRoot::new([9; 32]) }
}

fn block(number: u32) -> SdkHeader {
	header(number, H256::repeat_byte(1), vec![log_item(digest().encode_digest())])
}

/// A chain of headers after `parent`.
fn descendants(parent: &SdkHeader, count: u32) -> Vec<SdkHeader> {
	let mut chain: Vec<SdkHeader> = vec![];
	for _ in 0..count {
		let last = chain.last().unwrap_or(parent);
		chain.push(header(last.number + 1, last.hash(), vec![]));
	}
	chain
}

#[test]
fn headers_are_read_as_the_sdk_writes_them() {
	let all = vec![
		DigestItem::PreRuntime(*b"BABE", vec![1; 70]),
		DigestItem::Consensus(*b"BEEF", vec![]),
		log_item(digest().encode_digest()),
		DigestItem::Other(vec![3; 300]),
		DigestItem::RuntimeEnvironmentUpdated,
		DigestItem::Seal(*b"BABE", vec![4; 64]),
	];
	for number in [0, 1, 63, 64, 16_383, 16_384, 1 << 30, u32::MAX] {
		for digest in [vec![], all.clone(), all[..2].to_vec()] {
			let sdk = header(number, H256::repeat_byte(7), digest);
			let encoded = sdk.encode();
			let ours = Header::decode(&encoded).unwrap();
			assert_eq!(ours.hash().as_bytes(), &sdk.hash().0);
			assert_eq!(ours.parent().as_bytes(), &[7; 32]);
			assert_eq!(ours.number(), number);
			assert_eq!(Header::decode(&[&encoded[..], &[0]].concat()), Err(HeaderError));
			for length in 0..encoded.len() {
				assert!(Header::decode(&encoded[..length]).is_err());
			}
		}
	}
}

#[test]
fn numbers_are_read_in_their_one_form() {
	let encoded = block(1).encode();
	// A compact 1 in two bytes instead of one.
	let longer = [&encoded[..32], &[0b101, 0], &encoded[33..]].concat();
	assert_eq!(encoded[32], 0b100);
	assert_eq!(Header::decode(&longer), Err(HeaderError));
}

#[test]
fn a_header_carries_one_log_digest_or_none() {
	let item = log_item(digest().encode_digest());
	let read =
		|items| Header::decode(&header(1, H256::zero(), items).encode()).unwrap().log_digest();
	assert_eq!(read(vec![item.clone()]), Some(digest()));
	assert_eq!(read(vec![]), None);
	assert_eq!(read(vec![item.clone(), item.clone()]), None);
	assert_eq!(read(vec![item, log_item(vec![])]), None);
	assert_eq!(read(vec![DigestItem::PreRuntime(*b"PNLG", digest().encode_digest())]), None);
	let mut payload = digest().encode_digest();
	assert_eq!(payload.len(), 41);
	payload.push(0);
	assert_eq!(read(vec![log_item(payload.clone())]), None);
	payload.pop();
	payload[0] = 2;
	assert_eq!(read(vec![log_item(payload)]), None);
}

#[test]
fn more_than_two_thirds_must_vote() {
	for (count, needed) in [(1u8, 1usize), (2, 2), (3, 3), (4, 3), (7, 5), (10, 7)] {
		let authorities = Authorities::new(5, count);
		let target = block(40);
		for voters in 0..=usize::from(count) {
			let justification = authorities.justify(&target, 0..voters);
			let expected = match voters >= needed {
				true => Ok(()),
				false => Err(JustificationError::NotEnoughVotes),
			};
			assert_eq!(check(&target, &set(&authorities), &justification), expected);
		}
	}
}

#[test]
fn weights_count_and_not_heads() {
	let authorities = Authorities::weighted(5, &[1, 1, 1, 7]);
	let target = block(40);
	let trusted = set(&authorities);
	assert_eq!(check(&target, &trusted, &authorities.justify(&target, [3])), Ok(()));
	let light = authorities.justify(&target, [0, 1, 2]);
	assert_eq!(check(&target, &trusted, &light), Err(JustificationError::NotEnoughVotes));
	for weights in [&[][..], &[0, 0]] {
		let nobody = set(&Authorities::weighted(5, weights));
		let error = Err(JustificationError::EmptySet);
		assert_eq!(check(&target, &nobody, &authorities.justify_by_all(&target)), error);
	}
}

#[test]
fn a_vote_counts_once() {
	let authorities = Authorities::new(0, 4);
	let target = block(40);
	let votes = [0, 1, 1, 1].map(|voter| authorities.vote(voter, target.hash(), target.number));
	let error = Err(JustificationError::NotEnoughVotes);
	assert_eq!(
		check(&target, &set(&authorities), &justification(&target, votes.into(), vec![])),
		error
	);
}

#[test]
fn votes_are_for_this_set_round_and_block() {
	let authorities = Authorities::new(5, 4);
	let target = block(40);
	let justification = authorities.justify_by_all(&target);
	let trusted = set(&authorities);
	assert_eq!(check(&target, &trusted, &justification), Ok(()));

	let later = AuthoritySet { id: 6, ..trusted.clone() };
	assert_eq!(check(&target, &later, &justification), Err(JustificationError::BadSignature));
	let strangers = set(&Authorities::new(6, 4));
	assert_eq!(check(&target, &strangers, &justification), Err(JustificationError::UnknownVoter));
	assert_eq!(check(&block(41), &trusted, &justification), Err(JustificationError::WrongTarget));
	let mut round = justification.clone();
	round[0] ^= 1;
	assert_eq!(check(&target, &trusted, &round), Err(JustificationError::BadSignature));
	let mut longer = justification.clone();
	longer.push(0);
	assert_eq!(check(&target, &trusted, &longer), Err(JustificationError::Malformed));
	for length in 0..justification.len() {
		let error = Err(JustificationError::Malformed);
		assert_eq!(check(&target, &trusted, &justification[..length]), error);
	}
	// Even beside votes enough: a stranger's vote says that somebody meddled.
	let mut votes: Vec<_> = (0..4).map(|n| authorities.vote(n, target.hash(), 40)).collect();
	votes.push(Authorities::new(9, 1).vote(0, target.hash(), 40));
	let meddled = authorities::justification(&target, votes, vec![]);
	assert_eq!(check(&target, &trusted, &meddled), Err(JustificationError::UnknownVoter));
}

#[test]
fn no_bit_of_a_justification_can_change() {
	let authorities = Authorities::new(5, 4);
	let target = block(40);
	let above = descendants(&target, 2);
	let mut votes: Vec<_> = (0..3).map(|n| authorities.vote(n, target.hash(), 40)).collect();
	votes.push(authorities.vote(3, above[1].hash(), 42));
	let justification = justification(&target, votes, above);
	let trusted = set(&authorities);
	assert_eq!(check(&target, &trusted, &justification), Ok(()));
	for index in 0..justification.len() {
		for bit in 0..8 {
			let mut altered = justification.clone();
			altered[index] ^= 1 << bit;
			assert!(check(&target, &trusted, &altered).is_err(), "bit {bit} of byte {index}");
		}
	}
}

#[test]
fn votes_for_descendants_count_if_the_way_is_shown() {
	let authorities = Authorities::new(5, 4);
	let trusted = set(&authorities);
	let target = block(40);
	let above = descendants(&target, 3);
	let fork = header(41, target.hash(), vec![DigestItem::Other(vec![1])]);
	let vote = |voter, header: &SdkHeader| authorities.vote(voter, header.hash(), header.number);
	let votes = vec![vote(0, &target), vote(1, &target), vote(2, &above[1]), vote(3, &fork)];
	let check = |votes: &[_], headers: &[SdkHeader]| {
		check(&target, &trusted, &justification(&target, votes.to_vec(), headers.to_vec()))
	};
	let way = [above[0].clone(), above[1].clone(), fork.clone()];
	assert_eq!(check(&votes, &way), Ok(()));

	// A header short, over, twice.
	for left_out in 0..3 {
		let mut short = way.to_vec();
		short.remove(left_out);
		assert_eq!(check(&votes, &short), Err(JustificationError::BadAncestry));
	}
	let unused = Err(JustificationError::UnusedHeaders);
	assert_eq!(check(&votes, &[&way[..], &above[2..]].concat()), unused);
	assert_eq!(check(&votes, &[&way[..], &way[..1]].concat()), unused);
	assert_eq!(check(&votes, &[&way[..], &[target.clone()]].concat()), unused);

	// The target is not the highest block with enough votes, or has not enough above it.
	let higher: Vec<_> = (0..4).map(|voter| vote(voter, &above[0])).collect();
	let error = Err(JustificationError::NotEnoughVotes);
	assert_eq!(check(&higher, &[]), error);
	let lower: Vec<_> =
		(0..3).map(|voter| authorities.vote(voter, H256::repeat_byte(1), 39)).collect();
	assert_eq!(check(&lower, &[]), error);
}

/// `finality-grandpa` panics on such votes; nothing but a refusal may come out here, whoever signed them.
#[test]
fn contradictory_numbers_are_refused() {
	let authorities = Authorities::new(5, 4);
	let trusted = set(&authorities);
	let target = block(40);
	let above = descendants(&target, 3);
	let at = |voter, header: &SdkHeader, number| authorities.vote(voter, header.hash(), number);
	for number in [0, 39, 40, 41, 43, 44, u32::MAX] {
		let votes = vec![
			at(0, &target, 40),
			at(1, &target, 40),
			at(2, &above[1], number),
			at(3, &above[2], 43),
		];
		let result = check(&target, &trusted, &justification(&target, votes, above.clone()));
		assert_eq!(result, Err(JustificationError::BadAncestry), "{number}");
	}
	let votes = vec![at(0, &target, 40), at(1, &target, 40), at(2, &target, 41)];
	let result = check(&target, &trusted, &justification(&target, votes, vec![]));
	assert_eq!(result, Err(JustificationError::BadAncestry));
	// Headers whose own numbers lie.
	let odd = header(90, target.hash(), vec![]);
	let votes = vec![at(0, &target, 40), at(1, &target, 40), at(2, &odd, 90)];
	let result = check(&target, &trusted, &justification(&target, votes, vec![odd]));
	assert_eq!(result, Err(JustificationError::BadAncestry));
}

fn checkpoint(header: &SdkHeader) -> Checkpoint {
	Checkpoint {
		genesis: [8; 32].into(),
		block_number: header.number,
		block_hash: header.hash().0.into(),
		log_size: digest().size,
		log_root: digest().root,
	}
}

/// A proof by the last of these sets, each handing over to the next.
fn proof(sets: &[Authorities]) -> (FinalityProof, Checkpoint) {
	let handoffs = (0u32..).zip(sets.windows(2)).map(|(number, pair)| {
		let header = header(10 + number, H256::zero(), vec![pair[1].scheduled(0)]);
		Handoff { justification: pair[0].justify_by_all(&header), header: header.encode() }
	});
	let target = block(40);
	let proof = FinalityProof {
		handoffs: handoffs.collect(),
		header: target.encode(),
		justification: sets.last().unwrap().justify_by_all(&target),
	};
	(proof, checkpoint(&target))
}

#[test]
fn authority_sets_hand_over() {
	let sets = [3, 4, 5, 6].map(|id| Authorities::new(id, id as u8));
	for length in 1..=sets.len() {
		let (proof, checkpoint) = proof(&sets[..length]);
		assert_eq!(proof.verify(&checkpoint, &set(&sets[0])), Ok(set(&sets[length - 1])));
		// Not from another set than it starts with.
		for other in &sets[1..] {
			assert!(proof.verify(&checkpoint, &set(other)).is_err());
		}
	}

	let (whole, checkpoint) = proof(&sets);
	let trusted = set(&sets[0]);
	for index in 0..3 {
		let mut broken = whole.clone();
		broken.handoffs.remove(index);
		assert!(broken.verify(&checkpoint, &trusted).is_err());
		let mut repeated = whole.clone();
		repeated.handoffs.insert(index, repeated.handoffs[index].clone());
		assert!(repeated.verify(&checkpoint, &trusted).is_err());
	}
	let mut swapped = whole.clone();
	swapped.handoffs.swap(1, 2);
	let error = FinalityError::Handoff { index: 1, source: JustificationError::UnknownVoter };
	assert_eq!(swapped.verify(&checkpoint, &trusted), Err(error));
	let mut many = whole;
	many.handoffs = vec![many.handoffs[0].clone(); MAX_HANDOFFS + 1];
	assert_eq!(many.verify(&checkpoint, &trusted), Err(FinalityError::TooManyHandoffs));
}

#[test]
fn only_a_scheduled_change_hands_over() {
	let (old, new) = (Authorities::new(0, 4), Authorities::new(1, 4));
	let target = block(40);
	for item in [log_item(vec![]), new.scheduled(1), DigestItem::Other(new.scheduled(0).encode())] {
		let change = header(10, H256::zero(), vec![item]);
		let handoff =
			Handoff { justification: old.justify_by_all(&change), header: change.encode() };
		let proof = FinalityProof {
			handoffs: vec![handoff],
			header: target.encode(),
			justification: new.justify_by_all(&target),
		};
		let error = Err(FinalityError::NoChange { index: 0 });
		assert_eq!(proof.verify(&checkpoint(&target), &set(&old)), error);
	}
}

#[test]
fn the_header_must_be_the_checkpoints() {
	let authorities = Authorities::new(0, 1);
	let trusted = set(&authorities);
	let (proof, good) = proof(&[authorities]);
	assert_eq!(proof.verify(&good, &trusted), Ok(trusted.clone()));
	let verify = |checkpoint: &Checkpoint| proof.verify(checkpoint, &trusted);
	let other = Checkpoint { block_hash: [1; 32].into(), ..good };
	assert_eq!(verify(&other), Err(FinalityError::WrongHeader));
	let other = Checkpoint { block_number: 41, ..good };
	assert_eq!(verify(&other), Err(FinalityError::WrongNumber));
	let other = Checkpoint { log_size: 301, ..good };
	assert_eq!(verify(&other), Err(FinalityError::WrongLogDigest));
	let other = Checkpoint { log_root: [1; 32].into(), ..good };
	assert_eq!(verify(&other), Err(FinalityError::WrongLogDigest));

	let bare = header(40, H256::zero(), vec![]);
	let authorities = Authorities::new(0, 1);
	let proof = FinalityProof {
		justification: authorities.justify_by_all(&bare),
		header: bare.encode(),
		handoffs: vec![],
	};
	assert_eq!(proof.verify(&checkpoint(&bare), &trusted), Err(FinalityError::NoLogDigest));
}
