//! Options of the commands that prove, verify and read.

use super::WaitArgs;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// Options of `proof`.
#[derive(Args, Debug)]
pub struct ProofArgs {
	/// The record's id, or its leaf; of a batch member too
	#[arg(
		value_name = "RECORD",
		required_unless_present_any = ["sequence", "operator"],
		conflicts_with = "sequence"
	)]
	pub record: Option<String>,
	/// The record's position in the operator's chain
	#[arg(long, value_name = "N")]
	pub sequence: Option<u64>,
	/// With --sequence: the position in the batch
	#[arg(long, value_name = "I", requires = "sequence")]
	pub index: Option<u32>,
	/// Account for every position of this operator's chain on the log, instead of one record
	#[arg(
		long,
		value_name = "ID",
		conflicts_with_all = ["record", "sequence", "without_intent", "openings"]
	)]
	pub operator: Option<String>,
	/// With --operator: the first position [default: 0]
	#[arg(
		long,
		value_name = "A",
		requires = "operator",
		conflicts_with_all = ["record", "sequence"]
	)]
	pub from: Option<u64>,
	/// With --operator: the last position [default: the last as of the block proven]
	#[arg(
		long,
		value_name = "B",
		requires = "operator",
		conflicts_with_all = ["record", "sequence"]
	)]
	pub to: Option<u64>,
	/// With --operator: leave out a record id, a position (7, 7-9) or batch members (7/3, 7/0-99); the
	/// file says that it's withheld (repeatable)
	#[arg(
		long,
		value_name = "RECORD|POSITION",
		requires = "operator",
		conflicts_with_all = ["record", "sequence"]
	)]
	pub withhold: Vec<String>,
	/// The file to write
	#[arg(long, value_name = "FILE")]
	pub out: PathBuf,
	/// Anchor file of pantheon-anchor, or a directory of them (repeatable); the oldest anchor that
	/// covers the record is taken, with --operator the newest
	#[arg(long, value_name = "FILE|DIR")]
	pub anchor: Vec<PathBuf>,
	/// The proof in standard forms.
	#[command(flatten)]
	pub standard: StandardArgs,
	/// Leave out the intent that the record answers
	#[arg(long)]
	pub without_intent: bool,
	/// Verify the bundle under this trust file before it's written
	#[arg(long, value_name = "FILE")]
	pub trust: Option<PathBuf>,
	/// Write what the record's commitments open to (JSON) to this file: it reveals the content
	#[arg(long, value_name = "FILE")]
	pub openings: Option<PathBuf>,
	/// How long to wait for a finality proof.
	#[command(flatten)]
	pub wait: WaitArgs,
}

/// Options of `proof` for the standard forms of a proof.
#[derive(Args, Debug)]
pub struct StandardArgs {
	/// Write an OpenTimestamps file too, for the stock client `ots`; needs an anchor. It is the
	/// timestamp of the statement's bytes, of a batch member: of its record's
	#[arg(long, value_name = "FILE", requires = "anchor", conflicts_with = "operator")]
	pub ots: Option<PathBuf>,
	/// Write the bytes that the OpenTimestamps file is a timestamp of
	#[arg(long, value_name = "FILE", requires = "ots")]
	pub stamped: Option<PathBuf>,
	/// Write the statement with the node's COSE receipt too: a SCITT transparent statement (RFC 9943).
	/// A batch member has no statement of its own, so it is its batch's
	#[arg(long, value_name = "FILE", conflicts_with = "operator")]
	pub cose: Option<PathBuf>,
}

/// Options of `verify`.
#[derive(Args, Debug)]
pub struct VerifyArgs {
	/// The proof bundle
	#[arg(value_name = "FILE")]
	pub bundle: PathBuf,
	/// What to trust: comes with the chain, never from the bundle
	#[arg(long, value_name = "FILE")]
	pub trust: PathBuf,
	/// Check these openings against the record's commitments, and print their content
	#[arg(long, value_name = "FILE")]
	pub openings: Option<PathBuf>,
	/// The time for freshness, in seconds since 1970 [default: this machine's clock]
	#[arg(long, value_name = "SECONDS")]
	pub now: Option<u64>,
}

/// Commands about the log.
#[derive(Debug, Subcommand)]
pub enum LogCommand {
	/// Show a checkpoint of the log and save it with its finality proof
	#[command(after_help = "Examples:
  pantheon log checkpoint
  pantheon log checkpoint --at 1200 --out monday.checkpoint")]
	Checkpoint(LogCheckpointArgs),
	/// Check that the log of a later checkpoint extends the log of an earlier one
	#[command(after_help = "Examples:
  pantheon log consistency --from monday.checkpoint --to friday.checkpoint")]
	Consistency(ConsistencyArgs),
}

/// Options of `log checkpoint`.
#[derive(Args, Debug)]
pub struct LogCheckpointArgs {
	/// Number of the block [default: the newest with a finality proof]
	#[arg(long, value_name = "BLOCK")]
	pub at: Option<u32>,
	/// Save the checkpoint to this file
	#[arg(long, value_name = "FILE")]
	pub out: Option<PathBuf>,
}

/// Options of `log consistency`.
#[derive(Args, Debug)]
pub struct ConsistencyArgs {
	/// The earlier checkpoint, as `log checkpoint --out` saved it
	#[arg(long, value_name = "FILE")]
	pub from: PathBuf,
	/// The later checkpoint
	#[arg(long, value_name = "FILE")]
	pub to: PathBuf,
}
