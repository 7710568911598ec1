//! The check of a GRANDPA justification, on `finality-grandpa`'s own commit rules.

use super::Header;
use crate::BlockHash;
use alloc::{
	collections::{BTreeMap, BTreeSet},
	vec::Vec,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use finality_grandpa::{validate_commit, voter_set::VoterSet, Chain, Commit, Message};
use scale_info::TypeInfo;

/// An ed25519 public key of a GRANDPA authority.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct AuthorityKey(pub [u8; 32]);

/// A GRANDPA authority set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthoritySet {
	/// Its number; the genesis set is 0.
	pub id: u64,
	/// Its members with their weights.
	pub authorities: Vec<(AuthorityKey, u64)>,
}

/// Why a justification does not make its block final.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JustificationError {
	/// The bytes are not a justification.
	#[error("not a SCALE-encoded justification")]
	Malformed,
	/// It is for another block.
	#[error("it finalises another block")]
	WrongTarget,
	/// The trusted set has no voters or no weight.
	#[error("the authority set is empty")]
	EmptySet,
	/// The votes don't add up to more than two thirds of the set.
	#[error("fewer than two thirds of the trusted authorities voted for it")]
	NotEnoughVotes,
	/// Somebody outside the set voted.
	#[error("a vote is by a key outside the authority set")]
	UnknownVoter,
	/// A vote's signature does not verify.
	#[error("a vote's signature does not verify")]
	BadSignature,
	/// A vote is not shown to be for a descendant of the block.
	#[error("a vote's ancestry is not shown")]
	BadAncestry,
	/// Headers that no vote needs.
	#[error("it carries headers that no vote needs")]
	UnusedHeaders,
}

type Signature = [u8; 64];

#[derive(Decode)]
struct Justification {
	round: u64,
	commit: Commit<BlockHash, u32, Signature, AuthorityKey>,
	votes_ancestries: Vec<Header>,
}

/// The headers that a justification brings, as parent links.
struct Ancestry(BTreeMap<BlockHash, BlockHash>);

impl Chain<BlockHash, u32> for Ancestry {
	fn ancestry(
		&self,
		base: BlockHash,
		block: BlockHash,
	) -> Result<Vec<BlockHash>, finality_grandpa::Error> {
		let mut route = Vec::new();
		let mut current = block;
		while current != base {
			current = *self.0.get(&current).ok_or(finality_grandpa::Error::NotDescendent)?;
			// Longer than the links there are: a loop, which hashes make impossible, or the wrong way.
			if route.len() > self.0.len() {
				return Err(finality_grandpa::Error::NotDescendent);
			}
			route.push(current);
		}
		// The base itself is not part of the route.
		route.pop();
		Ok(route)
	}
}

/// Checks that `justification` (SCALE bytes) makes the block final under `set`.
///
/// Follows the rules of the SDK's client: enough weight by `finality-grandpa`'s commit validation, every
/// vote signed for this round and set, every ancestry shown, no header beside the point. Stricter in two
/// things: a vote by a stranger fails the whole, and so does one that misnumbers its block.
pub fn verify_justification(
	hash: &BlockHash,
	number: u32,
	set: &AuthoritySet,
	justification: &[u8],
) -> Result<(), JustificationError> {
	let mut rest = justification;
	let Justification { round, commit, votes_ancestries } =
		Justification::decode(&mut rest).map_err(|_| JustificationError::Malformed)?;
	if !rest.is_empty() {
		return Err(JustificationError::Malformed);
	}
	if (&commit.target_hash, commit.target_number) != (hash, number) {
		return Err(JustificationError::WrongTarget);
	}
	let voters =
		VoterSet::new(set.authorities.iter().copied()).ok_or(JustificationError::EmptySet)?;
	if commit.precommits.iter().any(|vote| !voters.contains(&vote.id)) {
		return Err(JustificationError::UnknownVoter);
	}
	let ancestry =
		Ancestry(votes_ancestries.iter().map(|header| (header.hash(), header.parent())).collect());
	if ancestry.0.len() != votes_ancestries.len() {
		return Err(JustificationError::UnusedHeaders);
	}
	// Votes may be for descendants of the lowest block voted for; each must be tied to it by headers, and
	// number its block by that distance. Checked before the votes are counted, since `validate_commit`
	// panics on votes that contradict each other so.
	let base = commit
		.precommits
		.iter()
		.map(|vote| &vote.precommit)
		.min_by_key(|vote| vote.target_number)
		.ok_or(JustificationError::NotEnoughVotes)?;
	let mut visited = BTreeSet::new();
	for vote in &commit.precommits {
		let message = Message::Precommit(vote.precommit.clone());
		let payload = (message, round, set.id).encode();
		if !verify_ed25519(&vote.id, &payload, &vote.signature) {
			return Err(JustificationError::BadSignature);
		}
		let target = vote.precommit.target_hash;
		let mut distance = 0;
		if target != base.target_hash {
			let route = ancestry
				.ancestry(base.target_hash, target)
				.map_err(|_| JustificationError::BadAncestry)?;
			distance = u32::try_from(route.len()).unwrap_or(u32::MAX).saturating_add(1);
			visited.insert(target);
			visited.extend(route);
		}
		if base.target_number.checked_add(distance) != Some(vote.precommit.target_number) {
			return Err(JustificationError::BadAncestry);
		}
	}
	if !validate_commit(&commit, &voters, &ancestry).is_ok_and(|result| result.is_valid()) {
		return Err(JustificationError::NotEnoughVotes);
	}
	let brought: BTreeSet<_> = ancestry.0.into_keys().collect();
	(brought == visited).then_some(()).ok_or(JustificationError::UnusedHeaders)
}

/// ed25519 by the same library and rules (ZIP 215) as the chain's own client.
fn verify_ed25519(key: &AuthorityKey, message: &[u8], signature: &Signature) -> bool {
	let Ok(key) = ed25519_zebra::VerificationKey::try_from(key.0) else { return false };
	key.verify(&ed25519_zebra::Signature::from(*signature), message).is_ok()
}
