//! The pallet against a model that keeps everything and recomputes every root from all leaves.

use crate::mock::*;
use frame_support::{assert_noop, assert_ok};
use pantheon_primitives::{Kind, LeafHash, Record, RecordId};
use proptest::prelude::*;
use std::collections::BTreeSet;

/// One thing that somebody does. Operators are 0 and 1; `pick` chooses among the intents ever made.
#[derive(Clone, Debug)]
enum Step {
	Provenance { operator: usize },
	Intent { operator: usize },
	Answer { operator: usize, kind: Kind, pick: prop::sample::Index },
	Batch { operator: usize, count: u32 },
	Forged { operator: usize },
	Repeated { operator: usize },
	Block,
}

fn step() -> impl Strategy<Value = Step> {
	let operator = || 0..2usize;
	let answers = prop_oneof![Just(Kind::Outcome), Just(Kind::Denial), Just(Kind::Approval)];
	prop_oneof![
		2 => operator().prop_map(|operator| Step::Provenance { operator }),
		4 => operator().prop_map(|operator| Step::Intent { operator }),
		4 => (operator(), answers, any::<prop::sample::Index>())
			.prop_map(|(operator, kind, pick)| Step::Answer { operator, kind, pick }),
		2 => (operator(), 1..20u32).prop_map(|(operator, count)| Step::Batch { operator, count }),
		1 => operator().prop_map(|operator| Step::Forged { operator }),
		1 => operator().prop_map(|operator| Step::Repeated { operator }),
		2 => Just(Step::Block),
	]
}

#[derive(Default)]
struct Model {
	leaves: Vec<LeafHash>,
	/// Leaves before this block.
	before: usize,
	intents: Vec<RecordId>,
	open: BTreeSet<(usize, RecordId)>,
	heads: [(u64, Option<RecordId>); 2],
}

impl Model {
	fn accept(&mut self, operator: usize, pen: &Pen, record: &Record) {
		self.leaves.push(statement_leaf(pen, record));
		self.heads[operator] = (self.heads[operator].0 + 1, Some(record.id()));
	}

	fn open_of(&self, operator: usize) -> usize {
		self.open.iter().filter(|(owner, _)| *owner == operator).count()
	}

	fn take(&mut self, pens: &[Pen; 2], step: Step) {
		match step {
			Step::Provenance { operator } => {
				let record = pens[operator].record(Kind::Provenance);
				pens[operator].submit(&record);
				self.accept(operator, &pens[operator], &record);
			},
			Step::Intent { operator } => {
				let record = pens[operator].record(Kind::Intent);
				if self.open_of(operator) == MaxOpenIntents::get() as usize {
					assert_noop!(pens[operator].try_submit(&record), Error::TooManyOpenIntents);
				} else {
					let id = pens[operator].submit(&record);
					self.open.insert((operator, id));
					self.intents.push(id);
					self.accept(operator, &pens[operator], &record);
				}
			},
			Step::Answer { operator, kind, pick } => {
				let intent =
					if self.intents.is_empty() { [0; 32].into() } else { *pick.get(&self.intents) };
				let record = pens[operator].about(kind, intent);
				if !self.open.contains(&(operator, intent)) {
					assert_noop!(pens[operator].try_submit(&record), Error::IntentNotOpen);
				} else {
					pens[operator].submit(&record);
					if kind != Kind::Approval {
						self.open.remove(&(operator, intent));
					}
					self.accept(operator, &pens[operator], &record);
				}
			},
			Step::Batch { operator, count } => {
				let (record, members) = pens[operator].batch(count);
				assert_ok!(pens[operator].try_submit_batch(&record, members));
				self.accept(operator, &pens[operator], &record);
			},
			Step::Forged { operator } => {
				let record = pens[operator].record(Kind::Provenance);
				let seal = pens[1 - operator].seal(&record);
				assert_noop!(submit((&record).into(), seal), Error::SignatureInvalid);
			},
			Step::Repeated { operator } => {
				let next = pens[operator].record(Kind::Provenance);
				if next.sequence > 0 {
					let sequence = next.sequence - 1;
					let previous = next.previous.filter(|_| sequence > 0);
					let fork = Record { sequence, previous, ..next };
					assert_noop!(pens[operator].try_submit(&fork), Error::SequenceRepeated);
				}
			},
			Step::Block => {
				let header = next_block();
				let digest = AuditRecord::checkpoint_at(header.number).unwrap();
				assert_eq!(digest.root.as_bytes(), &naive_root(&self.leaves));
				self.before = self.leaves.len();
			},
		}
	}

	fn check(&self, pens: &[Pen; 2]) {
		let log = AuditRecord::log_state();
		assert_eq!(log.size() as usize, self.leaves.len());
		assert_eq!(log.root::<SoftwareSha256>().as_bytes(), &naive_root(&self.leaves));
		let entries: Vec<_> = AuditRecord::block_entries()
			.iter()
			.map(|info| info.entry.leaf_hash::<SoftwareSha256>())
			.collect();
		assert_eq!(entries, self.leaves[self.before..]);
		for (operator, pen) in pens.iter().enumerate() {
			let chain = Operators::chain(&pen.operator);
			assert_eq!((chain.head.next_sequence, chain.head.head), self.heads[operator]);
			assert_eq!(chain.open_intents as usize, self.open_of(operator));
			for intent in &self.intents {
				assert_eq!(
					AuditRecord::is_intent_open(pen.operator, *intent),
					self.open.contains(&(operator, *intent))
				);
			}
		}
		check_invariants();
	}
}

proptest! {
	#![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(24) })]

	#[test]
	fn the_log_is_what_a_naive_recomputation_says(steps in prop::collection::vec(step(), 1..60)) {
		new_test_ext().execute_with(|| {
			let pens = [Pen::registered(1), Pen::registered(2)];
			let mut model = Model::default();
			for step in steps {
				model.take(&pens, step);
				model.check(&pens);
			}
		});
	}
}
