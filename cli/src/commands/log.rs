//! `pantheon log`.

use crate::{
	args::{ConsistencyArgs, LogCheckpointArgs, LogCommand},
	context::{online, Context},
	error::{exit, CliError, ContentError, Missing, UsageError},
	home::{read_file, write_file},
	output::Table,
};
use pantheon_client::{
	audit::checkpoint_of, audit_rpc::SignedOffCheckpoint, AuditRefusal, Client, ClientError,
};
use pantheon_primitives::{
	finality::Header, hash::SoftwareSha256, log::verify_consistency, Checkpoint,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::path::Path;

/// A saved checkpoint: the node's answer, with a version in front.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CheckpointFile {
	pantheon_checkpoint: u64,
	#[serde(rename = "signed_off")]
	answer: SignedOffCheckpoint,
}

const VERSION: u64 = 1;

/// Runs the command.
pub fn execute(context: &Context, command: LogCommand) -> Result<u8, CliError> {
	match command {
		LogCommand::Checkpoint(args) => online(checkpoint(context, &args)),
		LogCommand::Consistency(args) => consistency(context, &args),
	}
}

async fn checkpoint(context: &Context, args: &LogCheckpointArgs) -> Result<u8, CliError> {
	let client = context.connect().await?;
	let answer = match (client.audit_checkpoint(args.at).await, args.at) {
		(Err(ClientError::Audit { kind: AuditRefusal::NoJustification, .. }), Some(block)) => {
			return Err(no_proof_of(&client, block).await?.into());
		},
		(answer, _) => answer?,
	};
	let checkpoint = bound(&answer).map_err(|why| CliError::BadProof(why.to_owned()))?;
	client.insist(checkpoint.genesis)?;
	let file = CheckpointFile { pantheon_checkpoint: VERSION, answer };
	if let Some(path) = &args.out {
		write_file(path, json!(file).to_string().as_bytes())?;
	}
	let table = table(&checkpoint)
		.row("commitment", hex::encode(checkpoint.commitment()))
		.maybe("saved to", args.out.as_ref().map(|path| path.display().to_string()));
	let mut value = json!(file.answer);
	value["commitment"] = json!(hex::encode(checkpoint.commitment()));
	context.out.result(table.to_string(), value);
	Ok(exit::OK)
}

/// Why the node has no finality proof of this block.
async fn no_proof_of(client: &Client, block: u32) -> Result<Missing, CliError> {
	let newest = client.audit_status().await?.finalized_number;
	Ok(match block > newest {
		true => Missing::NotFinalYet { block, newest },
		false => Missing::FinalityOf(block),
	})
}

/// The checkpoint, if it's the one that its header carries.
fn bound(answer: &SignedOffCheckpoint) -> Result<Checkpoint, &'static str> {
	let checkpoint = checkpoint_of(&answer.checkpoint);
	let header = Header::decode(&answer.header.0).map_err(|_| "the header can't be read")?;
	if header.hash() != checkpoint.block_hash || header.number() != checkpoint.block_number {
		return Err("the header is another block's than the checkpoint's");
	}
	let digest = header.log_digest().ok_or("the header carries no log digest")?;
	if (digest.size, digest.root) != (checkpoint.log_size, checkpoint.log_root) {
		return Err("the header carries another log than the checkpoint");
	}
	Ok(checkpoint)
}

fn consistency(context: &Context, args: &ConsistencyArgs) -> Result<u8, CliError> {
	let (from, to) = (read_checkpoint(&args.from)?, read_checkpoint(&args.to)?);
	// A smaller log at a later block would be no mistake of the user's.
	if from.genesis == to.genesis && from.block_number > to.block_number {
		return Err(UsageError::Swapped.into());
	}
	let verdict = if from.genesis != to.genesis {
		Err("the checkpoints are of two chains".to_owned())
	} else {
		let path = online(async {
			let client = context.connect().await?;
			client.insist(from.genesis)?;
			if from.log_size > to.log_size {
				return Ok(Vec::new());
			}
			Ok(client.consistency_proof(from.log_size, to.log_size).await?)
		})?;
		verify_consistency::<SoftwareSha256>(
			from.log_size,
			&from.log_root,
			to.log_size,
			&to.log_root,
			&path,
		)
		.map_err(|error| error.to_string())
	};
	let text = match &verdict {
		Ok(()) => format!(
			"CONSISTENT: the log of {} entries is the beginning of the log of {}",
			from.log_size, to.log_size
		),
		Err(why) => format!("NOT CONSISTENT: {why}"),
	};
	let value = json!({
		"consistent": verdict.is_ok(),
		"reason": verdict.as_ref().err(),
		"from": { "size": from.log_size, "root": from.log_root.to_string() },
		"to": { "size": to.log_size, "root": to.log_root.to_string() },
	});
	context.out.result(text, value);
	Ok(if verdict.is_ok() { exit::OK } else { exit::INVALID })
}

fn read_checkpoint(path: &Path) -> Result<Checkpoint, CliError> {
	let blame = |source| CliError::Content { path: path.to_owned(), source };
	let file: CheckpointFile =
		serde_json::from_slice(&read_file(path)?).map_err(|error| blame(error.into()))?;
	if file.pantheon_checkpoint != VERSION {
		return Err(blame(ContentError::Checkpoint));
	}
	bound(&file.answer).map_err(|_| blame(ContentError::Checkpoint))
}

fn table(checkpoint: &Checkpoint) -> Table {
	Table::new()
		.row("chain", checkpoint.genesis)
		.row("block", checkpoint.block_number)
		.row("block hash", checkpoint.block_hash)
		.row("log size", checkpoint.log_size)
		.row("log root", checkpoint.log_root)
}
