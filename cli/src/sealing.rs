//! From a record to a sealed statement in the journal.

use crate::{
	action::Action,
	error::{CliError, ContentError},
	journal::{Entry, Journal, NewStatement},
	keystore::{sign_checked, KeyStore},
};
use pantheon_primitives::{
	hash::SoftwareSha256,
	log::{batch_root, member_leaf},
	record::MAX_BATCH_MEMBERS,
	seal::{to_be_signed, Statement},
	BatchCommitment, GenesisHash, Kind, KindMask, LeafHash, Record,
};
use std::{
	collections::HashSet,
	path::{Path, PathBuf},
	sync::Arc,
};

/// Seals a record with the operator's key.
pub fn seal(store: &dyn KeyStore, record: Record) -> Result<Statement, CliError> {
	record.validate()?;
	let kid = store.public_key().key_id();
	let message = to_be_signed(&record.encode(), record.operator, record.log, &kid);
	let signature = sign_checked(store, &message)?;
	Ok(Statement::new(record, kid, &signature)?)
}

/// Seals an action as the next record of the operator's chain and writes it to the journal.
pub fn seal_action(
	store: &dyn KeyStore,
	journal: &mut Journal,
	log: GenesisHash,
	action: Action,
) -> Result<Entry, CliError> {
	let operator = store.public_key().operator_id();
	let entry = journal.append(operator, log, |head| {
		let (record, openings) = action.into_record(log, operator, head)?;
		Ok::<_, CliError>(NewStatement {
			statement: seal(store, record)?,
			members: Vec::new(),
			openings,
		})
	})?;
	journal.remember_key(store.public_key())?;
	Ok(entry)
}

/// An action for a batch.
#[derive(Clone, Debug)]
pub struct BatchItem {
	/// The action.
	pub action: Action,
	/// Where the user wrote it: blamed where it breaks a rule.
	pub place: Place,
}

/// Where an action of a batch stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
	/// In this line of a file, from 1.
	Line(Arc<Path>, usize),
	/// It is this file.
	File(PathBuf),
}

impl Place {
	/// An error in what stands here.
	pub fn blame(&self, source: ContentError) -> CliError {
		match self {
			Self::Line(path, line) => CliError::Content {
				path: path.to_path_buf(),
				source: ContentError::Line { line: *line, source: Box::new(source) },
			},
			Self::File(path) => CliError::Content { path: path.clone(), source },
		}
	}
}

/// Seals actions as one batch and writes it to the journal. At most [`MAX_BATCH_MEMBERS`].
///
/// An action that breaks a rule is named by its place, and nothing is sealed.
pub fn seal_batch(
	store: &dyn KeyStore,
	journal: &mut Journal,
	log: GenesisHash,
	items: Vec<BatchItem>,
) -> Result<Entry, CliError> {
	debug_assert!(items.len() <= MAX_BATCH_MEMBERS as usize);
	let operator = store.public_key().operator_id();
	let entry = journal.append(operator, log, |head| {
		let mut members = Vec::with_capacity(items.len());
		let mut places = Vec::with_capacity(items.len());
		let mut openings = Vec::new();
		for (index, BatchItem { action, place }) in (0u32..).zip(items) {
			let made = action.into_member(log, operator, head, index);
			let (member, opened) = made.map_err(|error| blame(&place, error))?;
			members.push(member);
			places.push(place);
			openings.extend(opened);
		}
		let beside = outcome_beside_intent(&members).and_then(|index| places.get(index));
		if let Some(place) = beside {
			return Err(place.blame(ContentError::OutcomeBesideIntent));
		}
		let mut record = Record::new(log, operator, head, Kind::Batch, crate::action::now_ms());
		record.batch = Some(commit(&members));
		Ok::<_, CliError>(NewStatement { statement: seal(store, record)?, members, openings })
	})?;
	journal.remember_key(store.public_key())?;
	Ok(entry)
}

/// Names the place of an action that gives no record.
fn blame(place: &Place, error: CliError) -> CliError {
	match error {
		CliError::Record(error) => place.blame(error.into()),
		CliError::Opening(error) => place.blame(error.into()),
		other => other,
	}
}

/// The first outcome that stands beside its intent: the intent would not have been durable before the action.
fn outcome_beside_intent(members: &[Record]) -> Option<usize> {
	let intents: HashSet<_> =
		members.iter().filter(|member| member.kind == Kind::Intent).map(Record::id).collect();
	members.iter().position(|member| member.intent.is_some_and(|id| intents.contains(&id)))
}

/// Count, root and kinds of a batch.
fn commit(members: &[Record]) -> BatchCommitment {
	let leaves: Vec<LeafHash> =
		members.iter().map(|member| member_leaf::<SoftwareSha256>(&member.id())).collect();
	BatchCommitment {
		// At most `MAX_BATCH_MEMBERS`: it fits.
		count: leaves.len() as u32,
		root: batch_root::<SoftwareSha256>(&leaves),
		kinds: members.iter().fold(KindMask::EMPTY, |mask, member| mask.with(member.kind)),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::keystore::SoftwareKey;
	use pantheon_primitives::{
		log::{inclusion_path, verify_inclusion, MemoryTree},
		ChainHead,
	};

	fn journal() -> (tempfile::TempDir, Journal) {
		let dir = tempfile::tempdir().unwrap();
		let journal = Journal::open(&dir.path().join("j")).unwrap();
		(dir, journal)
	}

	/// One line each of a file x.
	fn items(actions: impl IntoIterator<Item = Action>) -> Vec<BatchItem> {
		let place = |line| Place::Line(Path::new("x").into(), line);
		(1..).zip(actions).map(|(line, action)| BatchItem { action, place: place(line) }).collect()
	}

	#[test]
	fn statements_verify_and_follow_each_other() {
		let key = SoftwareKey::from_seed(&[1; 32]);
		let (_dir, mut journal) = journal();
		let log = GenesisHash::new([9; 32]);
		let one = seal_action(&key, &mut journal, log, Action::new(Kind::Intent)).unwrap();
		let mut answer = Action::new(Kind::Outcome);
		answer.intent = Some(one.record);
		let two = seal_action(&key, &mut journal, log, answer).unwrap();
		for entry in [&one, &two] {
			entry.statement.verify(key.public_key()).unwrap();
		}
		let mut chain = ChainHead::default();
		for entry in [&one, &two] {
			chain.accepts(entry.statement.record()).unwrap();
			chain.advance(entry.record);
		}
		let known = journal.key(key.public_key().operator_id()).unwrap().unwrap();
		assert_eq!(&known, key.public_key());
	}

	#[test]
	fn each_member_is_under_the_batch_root() {
		let key = SoftwareKey::from_seed(&[1; 32]);
		let (_dir, mut journal) = journal();
		let items = items((0..5).map(|_| Action::new(Kind::Provenance)));
		let entry = seal_batch(&key, &mut journal, GenesisHash::default(), items).unwrap();
		let batch = entry.statement.record().batch.unwrap();
		assert_eq!(batch.count, 5);
		assert!(batch.kinds.contains(Kind::Provenance));
		let leaves = journal.member_leaves(&entry).unwrap();
		let tree = MemoryTree::new::<SoftwareSha256>(&leaves);
		for (index, member) in journal.members(&entry).unwrap().iter().enumerate() {
			assert_eq!(member.index, Some(index as u32));
			let path = inclusion_path::<_, SoftwareSha256>(&tree, index as u64, 5).unwrap();
			let leaf = member_leaf::<SoftwareSha256>(&member.id());
			verify_inclusion::<SoftwareSha256>(&leaf, index as u64, 5, &path, &batch.root).unwrap();
		}
	}

	#[test]
	fn an_outcome_beside_its_intent_is_refused_and_nothing_is_written() {
		let key = SoftwareKey::from_seed(&[1; 32]);
		let (_dir, mut journal) = journal();
		let mut intent = Action::new(Kind::Intent);
		intent.time_ms = Some(1);
		let operator = key.public_key().operator_id();
		let (member, _) = intent
			.clone()
			.into_member(GenesisHash::default(), operator, &ChainHead::default(), 0)
			.unwrap();
		let mut outcome = Action::new(Kind::Outcome);
		outcome.intent = Some(member.id());
		let both = items([intent, outcome]);
		let refused = seal_batch(&key, &mut journal, GenesisHash::default(), both).unwrap_err();
		let words = "x: line 2: an outcome stands in the same batch as its intent";
		assert_eq!(refused.to_string(), words);
		assert_eq!(journal.head(operator, GenesisHash::default()).unwrap(), ChainHead::default());
	}
}
