//! GRANDPA finality, checked with nothing but the bytes and a set of authorities.
//!
//! Classical cryptography (ed25519): which log is *this chain's* log rests on it, the anchoring in time
//! does not. See `docs/formats/proof-bundle.md`.

mod grandpa;
mod header;
#[cfg(test)]
mod tests;

pub use grandpa::{verify_justification, AuthorityKey, AuthoritySet, JustificationError};
pub use header::{Header, HeaderError};

use crate::Checkpoint;
use alloc::vec::Vec;

/// Most hand-offs that a proof may carry.
pub const MAX_HANDOFFS: usize = 4096;

/// One change of the authority set: the last block of a set, finalised by that set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handoff {
	/// SCALE bytes of the header that schedules the next set.
	pub header: Vec<u8>,
	/// SCALE bytes of its GRANDPA justification.
	pub justification: Vec<u8>,
}

/// Evidence that a checkpoint's block is final.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FinalityProof {
	/// SCALE bytes of the checkpoint's header.
	pub header: Vec<u8>,
	/// SCALE bytes of its GRANDPA justification.
	pub justification: Vec<u8>,
	/// The way from the trusted authority set to the set that finalised the block; empty if it's the same.
	pub handoffs: Vec<Handoff>,
}

/// Why a checkpoint is not shown to be final.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FinalityError {
	/// A header cannot be read.
	#[error("the block header is malformed: {0}")]
	Header(#[from] HeaderError),
	/// The header is not the one whose hash the checkpoint names.
	#[error("the header's hash is not the checkpoint's block hash")]
	WrongHeader,
	/// The header has another number.
	#[error("the header's number is not the checkpoint's block number")]
	WrongNumber,
	/// The header carries no log digest, or more than one.
	#[error("the header carries no single log digest")]
	NoLogDigest,
	/// The header's log digest differs from the checkpoint.
	#[error("the header's log size and root are not the checkpoint's")]
	WrongLogDigest,
	/// The justification does not hold.
	#[error("the GRANDPA justification does not hold: {0}")]
	Justification(#[from] JustificationError),
	/// A hand-off does not hold.
	#[error("hand-off {index} of the authority set does not hold: {source}")]
	Handoff {
		/// Which, from 0.
		index: usize,
		/// Why.
		source: JustificationError,
	},
	/// A hand-off's header schedules no change of authorities.
	#[error("hand-off {index} schedules no change of authorities")]
	NoChange {
		/// Which, from 0.
		index: usize,
	},
	/// More than [`MAX_HANDOFFS`].
	#[error("more than {MAX_HANDOFFS} hand-offs")]
	TooManyHandoffs,
}

impl FinalityProof {
	/// Checks that the checkpoint's block is final under `trusted` or a set that it handed over to.
	/// Returns the set that finalised it.
	pub fn verify(
		&self,
		checkpoint: &Checkpoint,
		trusted: &AuthoritySet,
	) -> Result<AuthoritySet, FinalityError> {
		let header = Header::decode(&self.header)?;
		if header.hash() != checkpoint.block_hash {
			return Err(FinalityError::WrongHeader);
		}
		if header.number() != checkpoint.block_number {
			return Err(FinalityError::WrongNumber);
		}
		let digest = header.log_digest().ok_or(FinalityError::NoLogDigest)?;
		if (digest.size, digest.root) != (checkpoint.log_size, checkpoint.log_root) {
			return Err(FinalityError::WrongLogDigest);
		}
		let set = follow(&self.handoffs, trusted)?;
		verify_justification(&header.hash(), header.number(), &set, &self.justification)?;
		Ok(set)
	}
}

/// Follows hand-offs from a trusted set to the newest one they lead to.
pub fn follow(handoffs: &[Handoff], trusted: &AuthoritySet) -> Result<AuthoritySet, FinalityError> {
	if handoffs.len() > MAX_HANDOFFS {
		return Err(FinalityError::TooManyHandoffs);
	}
	let mut set = trusted.clone();
	for (index, handoff) in handoffs.iter().enumerate() {
		let header = Header::decode(&handoff.header)?;
		verify_justification(&header.hash(), header.number(), &set, &handoff.justification)
			.map_err(|source| FinalityError::Handoff { index, source })?;
		let authorities = header.next_authorities().ok_or(FinalityError::NoChange { index })?;
		set = AuthoritySet { id: set.id.saturating_add(1), authorities };
	}
	Ok(set)
}
