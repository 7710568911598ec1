//! Options of the commands that make and send records.

use super::After;
use clap::{Args, Subcommand};
use std::{path::PathBuf, time::Duration};

/// How long to wait.
#[derive(Args, Clone, Copy, Debug)]
pub struct WaitArgs {
	/// Seconds to wait for the chain
	#[arg(long, value_name = "SECONDS", default_value_t = 120, value_parser = clap::value_parser!(u64).range(1..))]
	pub timeout: u64,
}

impl WaitArgs {
	/// The time limit.
	pub fn timeout(&self) -> Duration {
		Duration::from_secs(self.timeout)
	}
}

/// What an action refers to.
#[derive(Args, Clone, Debug, Default)]
pub struct ActionArgs {
	/// A file that goes in; the record commits to its digest (repeatable)
	#[arg(long, value_name = "FILE")]
	pub input: Vec<PathBuf>,
	/// A file that comes out (repeatable)
	#[arg(long, value_name = "FILE")]
	pub output: Vec<PathBuf>,
	/// The model's manifest: a file, or its SHA-256
	#[arg(long, value_name = "FILE|HEX")]
	pub model: Option<String>,
	/// The policy in force: a file, or its SHA-256
	#[arg(long, value_name = "FILE|HEX")]
	pub policy: Option<String>,
	/// Who permitted it: an id, or a file whose SHA-256 it is
	#[arg(long, value_name = "FILE|HEX")]
	pub authority: Option<String>,
	/// A record that this one builds on (repeatable, at most 8)
	#[arg(long, value_name = "RECORD")]
	pub parent: Vec<String>,
	/// Where the payload is kept, at most 128 bytes
	#[arg(long, value_name = "TEXT")]
	pub locator: Option<String>,
}

/// Options of `run`.
#[derive(Args, Debug)]
pub struct RunArgs {
	/// What the intent refers to.
	#[command(flatten)]
	pub action: ActionArgs,
	/// How durable the intent must be before the command runs, and the outcome before `run` ends
	#[arg(long, value_enum, default_value_t = After::Finalised)]
	pub after: After,
	/// How long to wait.
	#[command(flatten)]
	pub wait: WaitArgs,
	/// Genesis hash of the log; needed with --after sealed where no operator was registered yet
	#[arg(long, value_name = "HEX")]
	pub log: Option<String>,
	/// Write the report (JSON) to this file
	#[arg(long, value_name = "FILE")]
	pub report: Option<PathBuf>,
	/// The command and its arguments, after `--`
	#[arg(required = true, last = true, value_name = "COMMAND")]
	pub command: Vec<String>,
}

/// The kinds that are sealed one by one.
#[derive(Debug, Subcommand)]
pub enum SealCommand {
	/// Seal that an action is about to happen
	#[command(after_help = "Examples:
  pantheon seal intent --input case.json --model model.json
  pantheon seal intent --action action.json --out intent.cose
  echo '{\"input\": {\"question\": \"…\"}}' | pantheon seal intent --action - --json")]
	Intent(SealArgs),
	/// Seal what came of an intent
	#[command(after_help = "Examples:
  pantheon seal outcome --intent 6a0f…e1 --output answer.json")]
	Outcome(AnswerArgs),
	/// Seal that an intent was refused and the action did not happen
	#[command(after_help = "Examples:
  pantheon seal denial --intent 6a0f…e1 --policy policy.pdf")]
	Denial(AnswerArgs),
	/// Seal that somebody with the authority approved an intent
	#[command(after_help = "Examples:
  pantheon seal approval --intent 6a0f…e1 --authority 09ab…77")]
	Approval(AnswerArgs),
	/// Seal where a model, data set or other artefact came from
	#[command(after_help = "Examples:
  pantheon seal provenance --output weights.bin --locator s3://models/7")]
	Provenance(SealArgs),
}

/// Options of `seal`.
#[derive(Args, Clone, Debug)]
pub struct SealArgs {
	/// What the record refers to.
	#[command(flatten)]
	pub action: ActionArgs,
	/// Take the action from a JSON file ('-' is standard input) instead of the options above
	#[arg(
		long = "action",
		value_name = "FILE",
		conflicts_with_all = ["input", "output", "model", "policy", "authority", "parent", "locator"]
	)]
	pub action_file: Option<PathBuf>,
	/// Genesis hash of the log [default: the chain where the operator was registered]
	#[arg(long, value_name = "HEX")]
	pub log: Option<String>,
	/// Write the statement (COSE_Sign1) to this file too
	#[arg(long, value_name = "FILE")]
	pub out: Option<PathBuf>,
}

/// Options of `seal` for records that answer an intent.
#[derive(Args, Clone, Debug)]
pub struct AnswerArgs {
	/// Id of the intent that this record answers
	#[arg(long, value_name = "RECORD", required_unless_present = "action_file")]
	pub intent: Option<String>,
	/// The rest.
	#[command(flatten)]
	pub seal: SealArgs,
}

/// Options of `submit`.
#[derive(Args, Debug)]
pub struct SubmitArgs {
	/// How durable the statements must be before the command ends
	#[arg(long, value_enum, default_value_t = After::Finalised)]
	pub after: After,
	/// How long to wait.
	#[command(flatten)]
	pub wait: WaitArgs,
}

/// Options of `batch`.
#[derive(Args, Debug)]
pub struct BatchArgs {
	/// JSON-lines file with one action per line ('-' is standard input)
	#[arg(value_name = "FILE", required_unless_present = "dir", conflicts_with = "dir")]
	pub file: Option<PathBuf>,
	/// Directory whose files become one record each
	#[arg(long, value_name = "DIR")]
	pub dir: Option<PathBuf>,
	/// Kind of the actions that name none [default for --dir: provenance]
	#[arg(long, value_name = "KIND", value_parser = ["intent", "outcome", "denial", "approval", "provenance"])]
	pub kind: Option<String>,
	/// How durable the batch must be before the command ends
	#[arg(long, value_enum, default_value_t = After::Finalised)]
	pub after: After,
	/// How long to wait.
	#[command(flatten)]
	pub wait: WaitArgs,
	/// Genesis hash of the log; needed with --after sealed where no operator was registered yet
	#[arg(long, value_name = "HEX")]
	pub log: Option<String>,
	/// Write the members' ids and leaves (JSON lines) to this file
	#[arg(long, value_name = "FILE")]
	pub list: Option<PathBuf>,
}
