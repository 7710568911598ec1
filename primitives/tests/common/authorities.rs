//! GRANDPA authorities and headers for tests, with the SDK's own types, encodings and signatures.

use finality_grandpa::{Commit, Message, Precommit, SignedPrecommit};
use sp_consensus_grandpa::{
	localized_payload, AuthorityId, AuthoritySignature, ConsensusLog, GrandpaJustification,
	ScheduledChange, GRANDPA_ENGINE_ID,
};
use sp_core::{crypto::Pair as _, ed25519::Pair, H256};
use sp_runtime::{
	codec::Encode, generic, traits::BlakeTwo256, traits::Header as _, Digest, DigestItem,
};

/// A header as the chain has them.
pub type Header = generic::Header<u32, BlakeTwo256>;
/// A signed vote as the chain's client makes them.
pub type Vote = SignedPrecommit<H256, u32, AuthoritySignature, AuthorityId>;

/// The round in which all votes here are cast.
pub const ROUND: u64 = 17;

/// An authority set with its secrets.
pub struct Authorities {
	/// The set's number.
	pub set_id: u64,
	/// Keys and weights.
	pub pairs: Vec<(Pair, u64)>,
}

impl Authorities {
	/// `count` authorities of weight 1; other sets have other keys.
	pub fn new(set_id: u64, count: u8) -> Self {
		Self::weighted(set_id, &vec![1; count.into()])
	}

	/// Authorities of these weights.
	pub fn weighted(set_id: u64, weights: &[u64]) -> Self {
		let seed = |number: u8| [number, set_id as u8, 0xaa].repeat(11)[..32].to_vec();
		let pair = |number| Pair::from_seed_slice(&seed(number)).expect("32 bytes");
		Self { set_id, pairs: (0..).zip(weights).map(|(n, weight)| (pair(n), *weight)).collect() }
	}

	/// Public keys with weights.
	pub fn keys(&self) -> Vec<([u8; 32], u64)> {
		self.pairs.iter().map(|(pair, weight)| (pair.public().0, *weight)).collect()
	}

	/// The vote of one of them for a block.
	pub fn vote(&self, voter: usize, target_hash: H256, target_number: u32) -> Vote {
		let precommit = Precommit { target_hash, target_number };
		let message = Message::Precommit(precommit.clone());
		let pair = &self.pairs[voter].0;
		let signature = pair.sign(&localized_payload(ROUND, self.set_id, &message));
		SignedPrecommit { precommit, signature: signature.into(), id: pair.public().into() }
	}

	/// The justification of a block by the votes of these authorities for it.
	pub fn justify(&self, header: &Header, voters: impl IntoIterator<Item = usize>) -> Vec<u8> {
		let vote = |voter| self.vote(voter, header.hash(), header.number);
		justification(header, voters.into_iter().map(vote).collect(), vec![])
	}

	/// The justification of a block by all of them.
	pub fn justify_by_all(&self, header: &Header) -> Vec<u8> {
		self.justify(header, 0..self.pairs.len())
	}

	/// The digest item that makes these the next authorities.
	pub fn scheduled(&self, delay: u32) -> DigestItem {
		let next_authorities =
			self.pairs.iter().map(|(pair, weight)| (pair.public().into(), *weight)).collect();
		let change = ConsensusLog::ScheduledChange(ScheduledChange { next_authorities, delay });
		DigestItem::Consensus(GRANDPA_ENGINE_ID, change.encode())
	}
}

/// SCALE bytes of a justification of `target` with these votes and headers.
pub fn justification(target: &Header, votes: Vec<Vote>, votes_ancestries: Vec<Header>) -> Vec<u8> {
	let commit =
		Commit { target_hash: target.hash(), target_number: target.number, precommits: votes };
	GrandpaJustification::<Header> { round: ROUND, commit, votes_ancestries }.encode()
}

/// A header with this digest.
pub fn header(number: u32, parent: H256, digest: Vec<DigestItem>) -> Header {
	let (state, extrinsics) = (H256::repeat_byte(0x51), H256::repeat_byte(0x52));
	Header::new(number, extrinsics, state, parent, Digest { logs: digest })
}

/// A consensus digest item of the log.
pub fn log_item(payload: Vec<u8>) -> DigestItem {
	DigestItem::Consensus(*b"PNLG", payload)
}
