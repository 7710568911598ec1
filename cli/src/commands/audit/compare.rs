//! Comparing what was computed with what the node answers: its log store, and its state at the last block.

use super::outcome::Wrong;
use crate::{
	error::{CliError, ContentError, Missing},
	export::{Export, Stopped, BLOCKS},
	output::Progress,
};
use futures::future::try_join_all;
use pantheon_client::{
	audit::checkpoint_view, audit_rpc::EntryView, At, AuditRefusal, Client, ClientError,
};
use pantheon_primitives::{
	audit::{Auditor, Position},
	finality::Header,
	hash::SoftwareSha256,
	log::Entry,
	seal::Statement,
	LeafHash, OperatorId,
};
use std::time::Duration;

/// Entries that are asked for at once.
const AT_ONCE: usize = 64;
/// Seconds that a log store is given to come to the last block.
const PATIENCE: u32 = 10;

/// How far the node's answers could be compared.
pub(super) enum Answers {
	/// They agree, for so many entries.
	Agree(u64),
	/// The node serves no log store, or it is catching up.
	None(String),
}

/// An entry as it was computed.
struct Computed {
	index: u64,
	block: u32,
	leaf: LeafHash,
	operator: OperatorId,
	sequence: u64,
	record: [u8; 32],
}

/// Asks the node about every entry, the last checkpoint and every operator.
pub(super) async fn compare(
	client: &Client,
	auditor: &Auditor,
	export: &Export,
	progress: &Progress,
) -> Result<Result<Answers, Wrong>, CliError> {
	let Some(last) = auditor.checkpoint() else { return Err(Missing::Block(0).into()) };
	for operator in auditor.operators() {
		let state = client.operator(operator.operator, At::Block(last.block_hash)).await?;
		let (head, open) = state.map_or((None, 0), |state| (Some(state.chain), state.open_intents));
		if head != Some(operator.head) || u64::from(open) != operator.open_intents {
			let position = Position {
				block: Some(last.block_number),
				operator: Some((operator.operator, operator.head.next_sequence)),
				..Position::default()
			};
			return Ok(Err(disagrees(position, "its state of this operator's chain")));
		}
	}
	if let Err(why) = caught_up(client, last.block_number).await? {
		return Ok(Ok(Answers::None(why)));
	}
	match client.audit_checkpoint(Some(last.block_number)).await {
		Ok(answer) if answer.checkpoint != checkpoint_view(last) => {
			let position = Position { block: Some(last.block_number), ..Position::default() };
			return Ok(Err(disagrees(position, "its checkpoint of this block")));
		},
		Ok(_) | Err(ClientError::Audit { kind: AuditRefusal::NoJustification, .. }) => {},
		Err(error) => return unavailable(error),
	}

	let mut blocks = export.blocks()?;
	let (mut index, mut compared) = (0u64, 0u64);
	while let Some(block) = blocks.next_block().map_err(unreadable)? {
		let header = Header::decode(&block.header);
		let number = header.map_err(|error| CliError::BadProof(error.to_string()))?.number();
		let mut computed = Vec::with_capacity(block.entries.len());
		for entry in &block.entries {
			let statement = Statement::decode(&entry.statement)?;
			let record = statement.record();
			computed.push(Computed {
				index,
				block: number,
				leaf: Entry::statement(statement.digest()).leaf_hash::<SoftwareSha256>(),
				operator: record.operator,
				sequence: record.sequence,
				record: statement.record_id().into_bytes(),
			});
			index = index.saturating_add(1);
		}
		for some in computed.chunks(AT_ONCE) {
			let answers = some.iter().map(|computed| answer(client, computed.leaf));
			let answers = match try_join_all(answers).await {
				Ok(answers) => answers,
				Err(error) => return unavailable(error),
			};
			for (computed, answer) in some.iter().zip(answers) {
				if !answer.is_some_and(|answer| computed.is(&answer)) {
					return Ok(Err(disagrees(computed.position(), "this entry")));
				}
				compared = compared.saturating_add(1);
			}
		}
		progress.step();
	}
	Ok(Ok(Answers::Agree(compared)))
}

/// What the log store says of a leaf; none where it knows none.
async fn answer(client: &Client, leaf: LeafHash) -> Result<Option<EntryView>, ClientError> {
	match client.entry_by_leaf(leaf).await {
		Ok(answer) => Ok(Some(answer)),
		Err(error) if error.is_unknown_entry() => Ok(None),
		Err(error) => Err(error),
	}
}

/// Waits a moment for the log store to come to this block; says why it hasn't.
async fn caught_up(client: &Client, block: u32) -> Result<Result<(), String>, CliError> {
	let mut why = String::new();
	for _ in 0..PATIENCE {
		match client.audit_status().await {
			Ok(status) if status.block_number >= block => return Ok(Ok(())),
			Ok(status) => {
				why = format!("its log store has come to block {} only", status.block_number);
			},
			Err(ClientError::Unreachable { url, reason }) => {
				return Err(ClientError::Unreachable { url, reason }.into());
			},
			Err(error) => return Ok(Err(error.to_string())),
		}
		tokio::time::sleep(Duration::from_secs(1)).await;
	}
	Ok(Err(why))
}

impl Computed {
	fn is(&self, answer: &EntryView) -> bool {
		answer.index == self.index
			&& answer.block_number == self.block
			&& answer.operator.0 == self.operator.into_bytes()
			&& answer.sequence == self.sequence
			&& answer.record.0 == self.record
	}

	fn position(&self) -> Position {
		Position {
			block: Some(self.block),
			entry: Some(self.index),
			operator: Some((self.operator, self.sequence)),
			..Position::default()
		}
	}
}

fn disagrees(position: Position, what: &str) -> Wrong {
	Wrong::new(position, "node-answer", format!("the node answers otherwise about {what}"))
}

/// A node without a log store is no fault of the log.
fn unavailable(error: ClientError) -> Result<Result<Answers, Wrong>, CliError> {
	match error {
		ClientError::Unreachable { .. } | ClientError::Disconnected { .. } => Err(error.into()),
		other => Ok(Ok(Answers::None(other.to_string()))),
	}
}

/// The files were read a moment ago, and held.
fn unreadable(stopped: Stopped) -> CliError {
	match stopped {
		Stopped::Error(error) => error,
		Stopped::Damage(_) => {
			CliError::Content { path: BLOCKS.into(), source: ContentError::Changed }
		},
	}
}
