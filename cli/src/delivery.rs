//! Brings the journal's statements to the chain.
//!
//! The same bytes are sent until the chain has them. Before anything is sent, journal and chain are
//! compared, so that a copied home, a lost journal or another chain is noticed and named.

use crate::{
	error::{CliError, Disagreement, Missing},
	journal::{Entry, Journal, State},
	output::Output,
};
use pantheon_client::{Account, At, Call, Client, ClientError, Pipeline, Stage, Submission};
use pantheon_primitives::{
	ChainHead, GenesisHash, Kind, OperatorId, OperatorState, OperatorStatus, SubmittedRecord,
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
		Ok(pipeline.submit(&self.call(entry)?).await?)
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
			self.journal.refuse(entry, &format!("{pallet}::{name}"))?;
			return Err(error.into());
		}
		self.compare(&chain)
	}

	/// Fails if the chain's newest record is another than the journal sealed at its position.
	///
	/// Every record names the one before it, so equal heads mean that all positions are equal.
	fn compare(&self, chain: &ChainHead) -> Result<(), CliError> {
		let Some(sequence) = chain.next_sequence.checked_sub(1) else { return Ok(()) };
		let expected = match self.journal.at(self.operator, self.log(), sequence)? {
			Some(entry) => Some(entry.record),
			None => {
				// Adopted: the journal knows the head and nothing before it.
				let head = self.journal.head(self.operator, self.log())?;
				(head.next_sequence == chain.next_sequence).then_some(head.head).flatten()
			},
		};
		if expected.is_some() && expected != chain.head {
			return Err(Disagreement::OtherRecord { sequence }.into());
		}
		Ok(())
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
		let log = self.log();
		let state = self
			.client
			.operator(self.operator, At::Best)
			.await?
			.ok_or(Missing::Operator(self.operator))?;
		let finalised = self.client.operator(self.operator, At::Finalised).await?;
		let finalised = finalised.map_or(0, |state| state.chain.next_sequence);
		let on_chain = state.chain.next_sequence;
		let known = self.journal.head(self.operator, log)?.next_sequence;
		if on_chain > known {
			let disagreement = Disagreement::JournalBehind { chain: on_chain, journal: known };
			return Err(disagreement.into());
		}
		self.compare(&state.chain)?;
		let pending = self.journal.pending(self.operator, log)?;
		let first_pending = pending.first().map(|entry| entry.statement.record().sequence);
		if first_pending.unwrap_or(known) > on_chain {
			return Err(Disagreement::JournalAhead { chain: on_chain, journal: known }.into());
		}
		for entry in &pending {
			let record = entry.statement.record();
			let reached = match record.sequence {
				sequence if sequence < finalised => State::Finalised,
				sequence if sequence < on_chain => State::Included,
				sequence if sequence == on_chain && record.previous != state.chain.head => {
					let sequence = sequence.saturating_sub(1);
					return Err(Disagreement::OtherRecord { sequence }.into());
				},
				// A fork may have taken an included one out again: it is sent once more.
				_ => State::Sealed,
			};
			self.journal.set_state(entry, reached)?;
		}
		if state.status == OperatorStatus::Retired {
			return Err(Disagreement::Retired(self.operator).into());
		}
		Ok(state)
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
