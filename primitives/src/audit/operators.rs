//! The operators' chains: seals, numbering, links, batches, pairing.

use super::{
	finding::{fail, Finding},
	Rule,
};
use crate::{
	chain::ChainError, hash::SoftwareSha256, log::batch_root, seal::Statement, ChainHead, Kind,
	LeafHash, OperatorId, PublicKey, Record, RecordId,
};
use alloc::collections::{btree_map::Entry, BTreeMap, BTreeSet};

/// Where an operator's chain stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OperatorSummary {
	/// The operator.
	pub operator: OperatorId,
	/// Next sequence and last record.
	pub head: ChainHead,
	/// Single intents that nothing has closed.
	pub open_intents: u64,
}

struct Operator {
	key: PublicKey,
	head: ChainHead,
	open: BTreeSet<RecordId>,
}

/// Every operator with a key that was told.
#[derive(Default)]
pub(super) struct Operators(BTreeMap<OperatorId, Operator>);

impl Operators {
	/// Takes the key of a new operator. Its id is the key's hash, so a wrong key is nobody's.
	pub(super) fn introduce(&mut self, key: PublicKey) -> Result<(), Finding> {
		match self.0.entry(key.operator_id()) {
			Entry::Occupied(_) => Err(Finding::new(Rule::Key, "the key was given before")),
			Entry::Vacant(place) => {
				place.insert(Operator { key, head: ChainHead::default(), open: BTreeSet::new() });
				Ok(())
			},
		}
	}

	/// Checks that a statement is its operator's next, and takes it in.
	pub(super) fn take(
		&mut self,
		statement: &Statement,
		members: &[LeafHash],
	) -> Result<(), Finding> {
		let record = statement.record();
		if record.index.is_some() {
			return Err(Finding::new(Rule::Statement, "a batch member is not an entry by itself"));
		}
		let operator = self.0.get_mut(&record.operator).ok_or_else(|| {
			Finding::new(Rule::Key, "no key that hashes to this operator's id was given")
		})?;
		operator.head.accepts(record).map_err(|error| {
			let rule = match error {
				ChainError::PreviousMismatch => Rule::Previous,
				_ => Rule::Sequence,
			};
			Finding::new(rule, error)
		})?;
		statement.verify(&operator.key).map_err(fail(Rule::Seal))?;
		check_members(record, members)?;
		let id = statement.record_id();
		operator.pair(record, id)?;
		operator.head.advance(id);
		Ok(())
	}

	pub(super) fn count(&self) -> u64 {
		self.0.values().filter(|operator| operator.head.next_sequence > 0).count() as u64
	}

	pub(super) fn open_intents(&self) -> u64 {
		self.0.values().fold(0, |sum, operator| sum.saturating_add(operator.open.len() as u64))
	}

	pub(super) fn summaries(&self) -> impl Iterator<Item = OperatorSummary> + '_ {
		self.0.iter().map(|(id, operator)| OperatorSummary {
			operator: *id,
			head: operator.head,
			open_intents: operator.open.len() as u64,
		})
	}
}

impl Operator {
	/// The chain's rule for single records: an intent opens; an outcome or denial closes an open one; an
	/// approval needs one open.
	fn pair(&mut self, record: &Record, id: RecordId) -> Result<(), Finding> {
		let is_open = match (record.kind, &record.intent) {
			(Kind::Intent, _) => self.open.insert(id),
			(Kind::Outcome | Kind::Denial, Some(intent)) => self.open.remove(intent),
			(Kind::Approval, Some(intent)) => self.open.contains(intent),
			_ => true,
		};
		is_open.then_some(()).ok_or_else(|| {
			Finding::new(Rule::Pairing, "the intent that the record answers is not open")
		})
	}
}

fn check_members(record: &Record, members: &[LeafHash]) -> Result<(), Finding> {
	let Some(batch) = &record.batch else {
		return members
			.is_empty()
			.then_some(())
			.ok_or_else(|| Finding::new(Rule::BatchRoot, "a single record has no members"));
	};
	if members.len() as u64 != u64::from(batch.count) {
		return Err(Finding::new(Rule::BatchRoot, "the batch has another number of members"));
	}
	if batch_root::<SoftwareSha256>(members) != batch.root {
		return Err(Finding::new(Rule::BatchRoot, "the members do not give the batch's root"));
	}
	Ok(())
}
