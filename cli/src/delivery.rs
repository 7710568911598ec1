//! Brings the journal's statements to the chain.
//!
//! The same bytes are sent until the chain has them. Before anything is sent, journal and chain are
//! compared, so that a copied home, a lost journal or another chain is noticed and named.

use crate::{
	agreement::{compare, place},
	error::{CliError, Disagreement, Missing, Refusal},
	journal::{Entry, Journal, State},
	output::Output,
};
use pantheon_client::{Account, At, Call, Client, ClientError, Pipeline, Stage, Submission};
use pantheon_primitives::{
	GenesisHash, Kind, OperatorId, OperatorState, OperatorStatus, SubmittedRecord,
};
use std::time::{Duration, Instant};

/// How often the chain is asked whether something has become final.
const POLL: Duration = Duration::from_millis(500);

/// Brings statements of one operator to one chain.
pub struct Delivery<'a> {
	/// The node.
	pub client: &'a Client,
	/// The journal.
	pub journal: &'a mut Journal,
	/// Whose statements.
	pub operator: OperatorId,
	/// Where progress is shown.
	pub out: Output,
}

/// A statement that has reached the stage that was asked for.
#[derive(Clone, Debug)]
pub struct Delivered {
	/// The statement.
	pub entry: Entry,
	/// The stage.
	pub stage: Stage,
}

impl Delivery<'_> {
	fn log(&self) -> GenesisHash {
		self.client.genesis()
	}

	/// Sends every pending statement and waits until all have reached `stage`.
	///
	/// On a refusal by the chain the refused statement and those sealed on top of it are marked so,
	/// and their positions are free again. On any other failure they stay pending.
	pub async fn deliver(
		&mut self,
		account: &Account,
		stage: Stage,
		timeout: Duration,
	) -> Result<Vec<Delivered>, CliError> {
		let deadline = Instant::now() + timeout;
		self.reconcile().await?;
		let pending = self.journal.pending(self.operator, self.log())?;
		let progress = self.out.spinner("sending");
		let mut pipeline = None;
		let mut sent = Vec::with_capacity(pending.len());
		for entry in pending {
			let submission = if entry.state == State::Sealed {
				Some(self.send(&mut pipeline, account, &entry).await?)
			} else {
				None
			};
			sent.push((entry, submission));
		}
		let mut delivered = Vec::with_capacity(sent.len());
		for (entry, submission) in sent {
			let sequence = entry.statement.record().sequence;
			progress.say(&format!("record {sequence}: waiting until it is {stage}"));
			let left = deadline.saturating_duration_since(Instant::now());
			let waited = match submission {
				Some(submission) => {
					let seen = |reached: Stage| {
						progress.say(&format!("record {sequence}: {reached}"));
					};
					submission.wait(stage, left, seen).await.map(drop)
				},
				None => self.await_stage(&entry, stage, left, timeout).await,
			};
			match waited {
				Ok(()) => {},
				Err(ClientError::Timeout { stage, .. }) => {
					return Err(ClientError::Timeout { stage, after: timeout }.into());
				},
				Err(error) => self.refusal(&entry, stage, error).await?,
			}
			self.journal.set_state(&entry, state_of(stage))?;
			delivered.push(Delivered { entry, stage });
		}
		Ok(delivered)
	}

	async fn send(
		&self,
		pipeline: &mut Option<Pipeline>,
		account: &Account,
		entry: &Entry,
	) -> Result<Submission, CliError> {
		let pipeline = match pipeline {
			Some(pipeline) => pipeline,
			None => pipeline.insert(self.client.pipeline(account.clone()).await?),
		};
		match pipeline.submit(&self.call(entry)?).await {
			Ok(submission) => Ok(submission),
			Err(source @ ClientError::Pool(_)) => Err(refused(entry, source, 0).into()),
			Err(error) => Err(error.into()),
		}
	}

	fn call(&self, entry: &Entry) -> Result<Call, CliError> {
		let record = entry.statement.record();
		let fields = SubmittedRecord::from(record);
		let signature = entry.statement.signature();
		Ok(if record.kind == Kind::Batch {
			Call::submit_batch(&fields, signature, &self.journal.member_leaves(entry)?)
		} else {
			Call::submit(&fields, signature)
		})
	}

	/// What a failed submission means: perhaps the chain has the record from an earlier attempt.
	///
	/// Only where the position is free on the chain was the record itself refused.
	async fn refusal(
		&mut self,
		entry: &Entry,
		stage: Stage,
		error: ClientError,
	) -> Result<(), CliError> {
		let ClientError::Refused { pallet, error: name, .. } = &error else {
			return Err(error.into());
		};
		let sequence = entry.statement.record().sequence;
		let state = self.client.operator(self.operator, at(stage)).await?;
		let chain = state.map(|state| state.chain).unwrap_or_default();
		if chain.next_sequence <= sequence {
			let fallen = self.journal.refuse(entry, &format!("{pallet}::{name}"))?;
			return Err(refused(entry, error, fallen).into());
		}
		compare(self.journal, self.operator, self.log(), &chain)
	}

	async fn await_stage(
		&self,
		entry: &Entry,
		stage: Stage,
		left: Duration,
		timeout: Duration,
	) -> Result<(), ClientError> {
		let next = entry.statement.record().sequence.saturating_add(1);
		let reached = async {
			loop {
				let state = self.client.operator(self.operator, at(stage)).await?;
				if state.is_some_and(|state| state.chain.next_sequence >= next) {
					return Ok(());
				}
				tokio::time::sleep(POLL).await;
			}
		};
		tokio::time::timeout(left, reached)
			.await
			.unwrap_or(Err(ClientError::Timeout { stage, after: timeout }))
	}

	/// Compares journal and chain, and notes which pending statements the chain has.
	pub async fn reconcile(&mut self) -> Result<OperatorState, CliError> {
		let state = self
			.client
			.operator(self.operator, At::Best)
			.await?
			.ok_or(Missing::Operator(self.operator))?;
		let finalised = self.client.operator(self.operator, At::Finalised).await?;
		let finalised = finalised.map_or(0, |state| state.chain.next_sequence);
		for (entry, reached) in
			place(self.journal, self.operator, self.log(), &state.chain, finalised)?
		{
			self.journal.set_state(&entry, reached)?;
		}
		if state.status == OperatorStatus::Retired {
			return Err(Disagreement::Retired(self.operator).into());
		}
		Ok(state)
	}
}

/// The refusal of an entry, with which `fallen` others fall.
fn refused(entry: &Entry, source: ClientError, fallen: usize) -> Refusal {
	let record = entry.statement.record();
	Refusal {
		sequence: record.sequence,
		kind: record.kind,
		record: entry.record,
		file: None,
		fallen,
		source,
	}
}

fn at(stage: Stage) -> At {
	match stage {
		Stage::Included => At::Best,
		Stage::Finalised => At::Finalised,
	}
}

fn state_of(stage: Stage) -> State {
	match stage {
		Stage::Included => State::Included,
		Stage::Finalised => State::Finalised,
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{action::Action, keystore::SoftwareKey, sealing::seal_action};
	use pantheon_client::PoolRefusal;

	/// Among many pending records the refused one is named, and what falls with it.
	#[test]
	fn a_refusal_names_its_record() {
		let dir = tempfile::tempdir().unwrap();
		let mut journal = Journal::open(&dir.path().join("journal")).unwrap();
		let key = SoftwareKey::from_seed(&[8; 32]);
		let log = GenesisHash::new([4; 32]);
		let entries: Vec<Entry> = (0..4)
			.map(|_| seal_action(&key, &mut journal, log, Action::new(Kind::Intent)).unwrap())
			.collect();
		let fallen = journal.refuse(&entries[1], "AuditRecord::IntentOpen").unwrap();
		let source = ClientError::Refused {
			pallet: "AuditRecord".into(),
			error: "IntentOpen".into(),
			docs: String::new(),
		};
		let refusal = refused(&entries[1], source, fallen);
		let id = entries[1].record;
		assert_eq!(
			refusal.to_string(),
			format!(
				"record 1 (intent {id}): the chain refused it: AuditRecord::IntentOpen; \
				the 2 records sealed on top of it are refused with it"
			)
		);
		let error = CliError::from(Refusal { file: Some("many.jsonl".into()), ..refusal });
		assert!(error
			.to_string()
			.starts_with(&format!("record 1 (intent {id}, made from many.jsonl)")));
		assert_eq!(error.exit_code(), crate::error::exit::REFUSED);
		assert!(error.remedy().unwrap().contains("seal anew"));

		let pool = refused(&entries[0], ClientError::Pool(PoolRefusal::TooLarge), 0);
		assert!(pool.to_string().ends_with("it is too large or too heavy for a block"));
		assert_eq!(CliError::from(pool).exit_code(), crate::error::exit::REFUSED);
	}
}
