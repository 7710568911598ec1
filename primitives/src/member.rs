//! The rules of batch members. Members are opaque to consensus, so a verifier checks them.

use crate::{
	record::{Kind, Record, RecordError},
	RecordId,
};
use alloc::collections::BTreeSet;

/// Why bytes that a batch holds are not a member of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MemberFault {
	/// They are no record.
	#[error("{0}")]
	NotARecord(#[from] RecordError),
	/// The record does not say where in a batch it stands.
	#[error("the record carries no index")]
	NoIndex,
	/// It says another index than the one it stands at.
	#[error("the record says index {0}")]
	OtherIndex(u32),
	/// It is for another log.
	#[error("the member is for another log than its batch")]
	OtherLog,
	/// It carries another operator.
	#[error("the member carries another operator than its batch")]
	OtherOperator,
	/// It carries another sequence.
	#[error("the member carries another sequence than its batch")]
	OtherSequence,
	/// No batch may hold this kind.
	#[error("a record of kind {} cannot be a batch member", .0.name())]
	NoMemberKind(Kind),
	/// This batch says that it does not hold this kind.
	#[error("the batch's kind mask does not allow {}", .0.name())]
	OutsideMask(Kind),
	/// It answers an intent that stands in the same batch.
	#[error("its intent stands in the same batch")]
	BesideIntent,
}

/// Reads a member of the batch that `batch` seals, and checks what the member itself must say. Gives the
/// index that it says too.
pub(crate) fn read_member(batch: &Record, bytes: &[u8]) -> Result<(u32, Record), MemberFault> {
	let member = Record::decode(bytes)?;
	let index = member.index.ok_or(MemberFault::NoIndex)?;
	if member.log != batch.log {
		return Err(MemberFault::OtherLog);
	}
	if member.operator != batch.operator {
		return Err(MemberFault::OtherOperator);
	}
	if member.sequence != batch.sequence {
		return Err(MemberFault::OtherSequence);
	}
	if !member.kind.may_be_member() {
		return Err(MemberFault::NoMemberKind(member.kind));
	}
	if !batch.batch.is_some_and(|batch| batch.kinds.contains(member.kind)) {
		return Err(MemberFault::OutsideMask(member.kind));
	}
	Ok((index, member))
}

/// [`read_member`] for bytes that stand at `index` beside the members with these ids.
pub(crate) fn read_member_at(
	batch: &Record,
	index: u32,
	bytes: &[u8],
	beside: &BTreeSet<RecordId>,
) -> Result<Record, MemberFault> {
	let (says, member) = read_member(batch, bytes)?;
	if says != index {
		return Err(MemberFault::OtherIndex(says));
	}
	if member.intent.is_some_and(|intent| beside.contains(&intent)) {
		return Err(MemberFault::BesideIntent);
	}
	Ok(member)
}
