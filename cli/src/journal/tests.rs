//! What the journal promises.

use super::*;
use crate::{
	action::Action,
	error::CliError,
	keystore::{KeyStore, SoftwareKey},
	sealing,
};
use pantheon_primitives::{Kind, RecordId};
use serde_json::json;

const LOG: GenesisHash = GenesisHash::new([4; 32]);

struct Fixture {
	dir: tempfile::TempDir,
	key: SoftwareKey,
	journal: Journal,
}

impl Fixture {
	fn new() -> Self {
		let dir = tempfile::tempdir().unwrap();
		let journal = Journal::open(&dir.path().join("journal")).unwrap();
		Self { dir, key: SoftwareKey::from_seed(&[8; 32]), journal }
	}

	fn operator(&self) -> OperatorId {
		self.key.public_key().operator_id()
	}

	fn seal(&mut self, action: Action) -> Entry {
		sealing::seal_action(&self.key, &mut self.journal, LOG, action).unwrap()
	}

	fn intent(&mut self) -> Entry {
		self.seal(Action::new(Kind::Intent))
	}

	fn head(&self) -> ChainHead {
		self.journal.head(self.operator(), LOG).unwrap()
	}

	fn pending(&self) -> Vec<Entry> {
		self.journal.pending(self.operator(), LOG).unwrap()
	}

	fn reopen(&mut self) {
		self.journal = Journal::open(&self.dir.path().join("journal")).unwrap();
	}
}

#[test]
fn statements_survive_to_the_byte_and_form_a_chain() {
	let mut fixture = Fixture::new();
	let (one, two) = (fixture.intent(), fixture.intent());
	fixture.reopen();
	let pending = fixture.pending();
	assert_eq!(pending, vec![one.clone(), two.clone()]);
	assert_eq!(pending[0].statement.encode(), one.statement.encode());
	assert_eq!(two.statement.record().previous, Some(one.record));
	assert_eq!(fixture.head(), ChainHead { next_sequence: 2, head: Some(two.record) });
}

#[test]
fn a_failed_seal_leaves_nothing() {
	let mut fixture = Fixture::new();
	fixture.intent();
	let before = fixture.head();
	let operator = fixture.operator();
	let failed: Result<Entry, CliError> =
		fixture.journal.append(operator, LOG, |_| Err(JournalError::Pending(1).into()));
	assert!(failed.is_err());
	assert_eq!(fixture.head(), before);
	assert_eq!(fixture.pending().len(), 1);
}

#[test]
fn logs_have_chains_of_their_own() {
	let mut fixture = Fixture::new();
	fixture.intent();
	let other = GenesisHash::new([5; 32]);
	let entry =
		sealing::seal_action(&fixture.key, &mut fixture.journal, other, Action::new(Kind::Intent))
			.unwrap();
	assert_eq!(entry.statement.record().sequence, 0);
	assert_eq!(fixture.pending().len(), 1);
}

#[test]
fn finalised_statements_are_not_pending() {
	let mut fixture = Fixture::new();
	let (one, two) = (fixture.intent(), fixture.intent());
	fixture.journal.set_state(&one, State::Finalised).unwrap();
	fixture.journal.set_state(&two, State::Included).unwrap();
	let pending = fixture.pending();
	assert_eq!(pending.len(), 1);
	assert_eq!((pending[0].record, pending[0].state), (two.record, State::Included));
}

#[test]
fn a_refusal_frees_the_position_and_those_after_it() {
	let mut fixture = Fixture::new();
	let (one, two, three) = (fixture.intent(), fixture.intent(), fixture.intent());
	fixture.journal.set_state(&one, State::Finalised).unwrap();
	fixture.journal.refuse(&two, "AuditRecord::TooManyOpenIntents").unwrap();
	assert_eq!(fixture.head(), ChainHead { next_sequence: 1, head: Some(one.record) });
	assert!(fixture.pending().is_empty());
	let again = fixture.intent();
	assert_eq!(again.statement.record().sequence, 1);
	assert_eq!(again.statement.record().previous, Some(one.record));
	let refused = fixture.journal.find(two.record.as_bytes()).unwrap().unwrap();
	assert_eq!(refused.entry.state, State::Refused);
	assert_eq!(refused.entry.detail.as_deref(), Some("AuditRecord::TooManyOpenIntents"));
	let third = fixture.journal.find(three.leaf.as_bytes()).unwrap().unwrap();
	assert_eq!(third.entry.state, State::Refused);
	let operator = fixture.operator();
	assert_eq!(fixture.journal.at(operator, LOG, 1).unwrap().unwrap().record, again.record);
}

#[test]
fn members_and_openings_are_found_by_id_and_leaf() {
	let mut fixture = Fixture::new();
	let actions = ["a", "b", "c"].map(|text| {
		Action::from_json(&json!({ "kind": "intent", "input": text }).to_string(), None).unwrap()
	});
	let place = || sealing::Place::File("x".into());
	let items = actions.map(|action| sealing::BatchItem { action, place: place() });
	let entry = sealing::seal_batch(&fixture.key, &mut fixture.journal, LOG, items.into()).unwrap();
	let members = fixture.journal.members(&entry).unwrap();
	let leaves = fixture.journal.member_leaves(&entry).unwrap();
	assert_eq!((members.len(), leaves.len()), (3, 3));
	for hash in [*members[1].id().as_bytes(), *leaves[1].as_bytes()] {
		let found = fixture.journal.find(&hash).unwrap().unwrap();
		assert_eq!(found.record(), &members[1]);
		assert_eq!(found.entry.record, entry.record);
	}
	let openings = fixture.journal.openings(members[1].id()).unwrap();
	assert_eq!(openings.len(), 1);
	assert_eq!(openings[0].1.content(), "\"b\"");
	assert_eq!(members[1].input, Some(openings[0].1.commitment()));
	assert!(fixture.journal.find(&[0; 32]).unwrap().is_none());
}

#[test]
fn two_programs_never_seal_one_position() {
	let fixture = Fixture::new();
	let path = fixture.dir.path().join("journal");
	let records: Vec<(u64, RecordId)> = std::thread::scope(|scope| {
		let threads: Vec<_> = (0..4)
			.map(|_| {
				scope.spawn(|| {
					let key = SoftwareKey::from_seed(&[8; 32]);
					let mut journal = Journal::open(&path).unwrap();
					(0..5)
						.map(|_| {
							let action = Action::new(Kind::Intent);
							let entry =
								sealing::seal_action(&key, &mut journal, LOG, action).unwrap();
							(entry.statement.record().sequence, entry.record)
						})
						.collect::<Vec<_>>()
				})
			})
			.collect();
		threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
	});
	let mut sequences: Vec<_> = records.iter().map(|(sequence, _)| *sequence).collect();
	sequences.sort_unstable();
	assert_eq!(sequences, (0..20).collect::<Vec<_>>());
	let pending = fixture.pending();
	for pair in pending.windows(2) {
		assert_eq!(pair[1].statement.record().previous, Some(pair[0].record));
	}
}

#[test]
fn a_chain_head_is_adopted_only_when_nothing_is_pending() {
	let mut fixture = Fixture::new();
	let operator = fixture.operator();
	let head = ChainHead { next_sequence: 9, head: Some(RecordId::new([1; 32])) };
	let entry = fixture.intent();
	assert!(matches!(fixture.journal.adopt(operator, LOG, &head), Err(JournalError::Pending(1))));
	fixture.journal.set_state(&entry, State::Finalised).unwrap();
	fixture.journal.adopt(operator, LOG, &head).unwrap();
	assert_eq!(fixture.intent().statement.record().sequence, 9);
}

#[test]
fn a_journal_of_a_newer_program_is_left_alone() {
	let fixture = Fixture::new();
	let path = fixture.dir.path().join("journal");
	fixture.journal.db.pragma_update(None, "user_version", 7).unwrap();
	let error = Journal::open(&path).err().unwrap();
	assert!(matches!(error, JournalError::Version { found: 7, .. }), "{error}");
}
