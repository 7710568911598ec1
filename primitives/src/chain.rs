//! The operator chain: one operator's entries on one log, numbered and linked.

use crate::{Record, RecordId};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// Where an operator's chain stands.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct ChainHead {
	/// The sequence that the next record must carry.
	pub next_sequence: u64,
	/// Id of the last record; none before the first.
	pub head: Option<RecordId>,
}

/// Why a record does not continue a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
	/// The sequence leaves positions out.
	#[error("the sequence leaves a gap after the chain's head")]
	SequenceGap,
	/// The position is taken: by the same record, or by another one (a fork).
	#[error("the sequence is already taken: a repeat or a fork")]
	SequenceRepeated,
	/// The record names another predecessor than the chain's head.
	#[error("the previous record is not the chain's head")]
	PreviousMismatch,
	/// The chain is at the last number that a sequence can have.
	#[error("the operator chain is full")]
	ChainFull,
}

impl ChainHead {
	/// Whether `record` is the chain's next.
	pub fn accepts(&self, record: &Record) -> Result<(), ChainError> {
		if record.sequence > self.next_sequence {
			Err(ChainError::SequenceGap)
		} else if record.sequence < self.next_sequence {
			Err(ChainError::SequenceRepeated)
		} else if record.previous != self.head {
			Err(ChainError::PreviousMismatch)
		} else if self.next_sequence == u64::MAX {
			Err(ChainError::ChainFull)
		} else {
			Ok(())
		}
	}

	/// Moves the head to an accepted record.
	pub fn advance(&mut self, id: RecordId) {
		self.next_sequence = self.next_sequence.saturating_add(1);
		self.head = Some(id);
	}
}
