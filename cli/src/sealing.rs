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
use std::{collections::HashSet, path::PathBuf};

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

/// Seals actions as one batch and writes it to the journal. At most [`MAX_BATCH_MEMBERS`].
///
/// `source` is blamed where the actions break a rule of batches.
pub fn seal_batch(
	store: &dyn KeyStore,
	journal: &mut Journal,
	log: GenesisHash,
	actions: Vec<Action>,
	source: &std::path::Path,
) -> Result<Entry, CliError> {
	debug_assert!(actions.len() <= MAX_BATCH_MEMBERS as usize);
	let operator = store.public_key().operator_id();
	let entry = journal.append(operator, log, |head| {
		let mut members = Vec::with_capacity(actions.len());
		let mut openings = Vec::new();
		for (index, action) in (0u32..).zip(actions) {
			let (member, opened) = action.into_member(log, operator, head, index)?;
			members.push(member);
			openings.extend(opened);
		}
		let commitment = commit(&members).map_err(|error| blame(source.to_owned(), error))?;
		let mut record = Record::new(log, operator, head, Kind::Batch, crate::action::now_ms());
		record.batch = Some(commitment);
		Ok::<_, CliError>(NewStatement { statement: seal(store, record)?, members, openings })
	})?;
	journal.remember_key(store.public_key())?;
	Ok(entry)
}

fn blame(path: PathBuf, source: ContentError) -> CliError {
	CliError::Content { path, source }
}

/// Count, root and kinds of a batch. An outcome must not stand beside its intent: the intent would not
/// have been durable before the action.
fn commit(members: &[Record]) -> Result<BatchCommitment, ContentError> {
	let ids: Vec<_> = members.iter().map(Record::id).collect();
	let intents: HashSet<_> = members
		.iter()
		.zip(&ids)
		.filter(|(member, _)| member.kind == Kind::Intent)
		.map(|(_, id)| *id)
		.collect();
	if members.iter().filter_map(|member| member.intent).any(|intent| intents.contains(&intent)) {
		return Err(ContentError::OutcomeBesideIntent);
	}
	let leaves: Vec<LeafHash> = ids.iter().map(member_leaf::<SoftwareSha256>).collect();
	Ok(BatchCommitment {
		count: u32::try_from(members.len()).map_err(|_| ContentError::Field("count"))?,
		root: batch_root::<SoftwareSha256>(&leaves),
		kinds: members.iter().fold(KindMask::EMPTY, |mask, member| mask.with(member.kind)),
	})
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
		let actions = (0..5).map(|_| Action::new(Kind::Provenance)).collect();
		let entry = seal_batch(
			&key,
			&mut journal,
			GenesisHash::default(),
			actions,
			std::path::Path::new("x"),
		)
		.unwrap();
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
		let refused = seal_batch(
			&key,
			&mut journal,
			GenesisHash::default(),
			vec![intent, outcome],
			std::path::Path::new("x"),
		);
		assert!(matches!(
			refused,
			Err(CliError::Content { source: ContentError::OutcomeBesideIntent, .. })
		));
		assert_eq!(journal.head(operator, GenesisHash::default()).unwrap(), ChainHead::default());
	}
}
