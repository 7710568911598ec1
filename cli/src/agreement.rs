//! Do journal and chain tell the same story? Decided from the chain's head alone, without a network.

use crate::{
	error::{CliError, Disagreement},
	journal::{Entry, Journal, State},
};
use pantheon_primitives::{ChainHead, GenesisHash, OperatorId};

/// Fails if the chain's newest record is another than the journal sealed at its position.
///
/// Every record names the one before it, so equal heads mean that all positions are equal.
pub fn compare(
	journal: &Journal,
	operator: OperatorId,
	log: GenesisHash,
	chain: &ChainHead,
) -> Result<(), CliError> {
	let Some(sequence) = chain.next_sequence.checked_sub(1) else { return Ok(()) };
	let expected = match journal.at(operator, log, sequence)? {
		Some(entry) => Some(entry.record),
		None => {
			// Adopted: the journal knows the head and nothing before it.
			let head = journal.head(operator, log)?;
			(head.next_sequence == chain.next_sequence).then_some(head.head).flatten()
		},
	};
	if expected.is_some() && expected != chain.head {
		return Err(Disagreement::OtherRecord { sequence }.into());
	}
	Ok(())
}

/// How far the journal's pending statements have come on the chain.
///
/// `best` is the operator's chain in the best block, `finalised` its length in the finalised one.
pub fn place(
	journal: &Journal,
	operator: OperatorId,
	log: GenesisHash,
	best: &ChainHead,
	finalised: u64,
) -> Result<Vec<(Entry, State)>, CliError> {
	let on_chain = best.next_sequence;
	let known = journal.head(operator, log)?.next_sequence;
	if on_chain > known {
		return Err(Disagreement::JournalBehind { chain: on_chain, journal: known }.into());
	}
	compare(journal, operator, log, best)?;
	let pending = journal.pending(operator, log)?;
	let first = pending.first().map(|entry| entry.statement.record().sequence);
	if first.unwrap_or(known) > on_chain {
		return Err(Disagreement::JournalAhead { chain: on_chain, journal: known }.into());
	}
	pending
		.into_iter()
		.map(|entry| {
			let record = entry.statement.record();
			let sequence = record.sequence;
			if sequence == on_chain && record.previous != best.head {
				let sequence = sequence.saturating_sub(1);
				return Err(Disagreement::OtherRecord { sequence }.into());
			}
			let reached = if sequence < finalised.min(on_chain) {
				State::Finalised
			} else if sequence < on_chain {
				State::Included
			} else {
				// A fork may have taken an included one out again: it is sent once more.
				State::Sealed
			};
			Ok((entry, reached))
		})
		.collect()
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{
		action::Action,
		keystore::{KeyStore, SoftwareKey},
		sealing::seal_action,
	};
	use pantheon_primitives::{Kind, RecordId};

	const LOG: GenesisHash = GenesisHash::new([4; 32]);

	/// A journal with `count` sealed statements.
	fn journal(count: usize) -> (tempfile::TempDir, Journal, OperatorId, Vec<Entry>) {
		let dir = tempfile::tempdir().unwrap();
		let mut journal = Journal::open(&dir.path().join("journal")).unwrap();
		let key = SoftwareKey::from_seed(&[8; 32]);
		let entries = (0..count)
			.map(|_| seal_action(&key, &mut journal, LOG, Action::new(Kind::Intent)).unwrap())
			.collect();
		(dir, journal, key.public_key().operator_id(), entries)
	}

	fn head(entries: &[Entry]) -> ChainHead {
		ChainHead {
			next_sequence: entries.len() as u64,
			head: entries.last().map(|entry| entry.record),
		}
	}

	#[test]
	fn statements_are_placed_by_best_and_finalised_chain() {
		let (_dir, journal, operator, entries) = journal(4);
		let placed = place(&journal, operator, LOG, &head(&entries[..3]), 1).unwrap();
		let states: Vec<_> = placed.iter().map(|(_, state)| *state).collect();
		assert_eq!(states, [State::Finalised, State::Included, State::Included, State::Sealed]);
	}

	#[test]
	fn a_reorganisation_puts_statements_back() {
		let (_dir, mut journal, operator, entries) = journal(2);
		journal.set_state(&entries[0], State::Included).unwrap();
		let placed = place(&journal, operator, LOG, &ChainHead::default(), 0).unwrap();
		assert!(placed.iter().all(|(_, state)| *state == State::Sealed));
	}

	#[test]
	fn a_journal_that_is_behind_is_told_so() {
		let (_dir, journal, operator, entries) = journal(1);
		let chain = ChainHead { next_sequence: 3, ..head(&entries) };
		assert!(matches!(
			place(&journal, operator, LOG, &chain, 0),
			Err(CliError::Disagreement(Disagreement::JournalBehind { chain: 3, journal: 1 }))
		));
	}

	#[test]
	fn a_chain_that_lost_finalised_records_is_another_chain() {
		let (_dir, mut journal, operator, entries) = journal(2);
		for entry in &entries {
			journal.set_state(entry, State::Finalised).unwrap();
		}
		assert!(matches!(
			place(&journal, operator, LOG, &ChainHead::default(), 0),
			Err(CliError::Disagreement(Disagreement::JournalAhead { chain: 0, journal: 2 }))
		));
	}

	#[test]
	fn another_record_at_the_head_is_a_fork() {
		let (_dir, journal, operator, entries) = journal(2);
		let other = Some(RecordId::new([1; 32]));
		for next_sequence in [1, 2] {
			let chain = ChainHead { next_sequence, head: other };
			assert!(matches!(
				place(&journal, operator, LOG, &chain, 0),
				Err(CliError::Disagreement(Disagreement::OtherRecord { sequence }))
					if sequence == next_sequence - 1
			));
			assert!(compare(&journal, operator, LOG, &chain).is_err());
		}
		assert!(compare(&journal, operator, LOG, &head(&entries)).is_ok());
	}

	#[test]
	fn an_adopted_head_is_compared_too() {
		let (_dir, mut journal, operator, _) = journal(0);
		let chain = ChainHead { next_sequence: 5, head: Some(RecordId::new([7; 32])) };
		journal.adopt(operator, LOG, &chain).unwrap();
		assert!(place(&journal, operator, LOG, &chain, 5).unwrap().is_empty());
		let other = ChainHead { head: Some(RecordId::new([8; 32])), ..chain };
		assert!(place(&journal, operator, LOG, &other, 5).is_err());
		// One more is sealed on the adopted head: a chain with another head is a fork.
		let key = SoftwareKey::from_seed(&[8; 32]);
		seal_action(&key, &mut journal, LOG, Action::new(Kind::Intent)).unwrap();
		assert_eq!(place(&journal, operator, LOG, &chain, 5).unwrap().len(), 1);
		assert!(place(&journal, operator, LOG, &other, 5).is_err());
	}
}
