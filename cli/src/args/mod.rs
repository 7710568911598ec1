//! The command line.

mod anchor_chain;
mod reading;
mod records;
mod trust;

pub use anchor_chain::{AnchorChainArgs, AnchorChainCommand};
pub use reading::{
	ConsistencyArgs, LogCheckpointArgs, LogCommand, ProofArgs, StandardArgs, VerifyArgs,
};
pub use records::{
	ActionArgs, AnswerArgs, BatchArgs, RunArgs, SealArgs, SealCommand, SubmitArgs, WaitArgs,
};
pub use trust::{
	AuditArgs, BitcoinArgs, BlockPin, TrustCommand, TrustInitArgs, TrustOut, TrustUpdateArgs,
};

use clap::{Args, Parser, Subcommand, ValueEnum};
use pantheon_client::{Stage, DEFAULT_URL};
use std::path::PathBuf;

/// The exit codes, for `pantheon exit-codes`, the long help and the guide.
pub const EXIT_CODES: &str = "\
Exit codes:
    0  done; verify, audit, anchor-chain: VERIFIED
    1  verify, audit, anchor-chain: INVALID; log consistency: not consistent
    2  the command line is wrong
    3  verify, audit: STALE (nothing wrong, but not anchored yet, or too old); anchor-chain: STALE
       (later anchors exist than those given)
    4  verify: REVOKED
   10  no node answers, or the connection broke
   11  the chain, or the node's transaction pool, refused
   12  key store, passphrase or paying account
   13  an input file can't be read, or is not what it should be
   14  not found, or not durable in time
   15  anything else: journal, an unexpected answer, this machine

`pantheon run` gives the command's own exit code (128 + n if signal n ended it), and for its own
failures:
  120  command line, bad input, or the journal; the command was not run
  121  key store, passphrase or paying account; the command was not run
  122  no node answers; the command was not run
  123  the chain refused the intent; the command was not run
  124  the intent was not durable in time; the command was not run
  125  the command has run, but its outcome is not as durable as asked, or could not be reported
  126  the command can't be executed
  127  there is no such command";

const EXAMPLES: &str = "\
Examples:
  pantheon key generate
  pantheon operator register --account //Alice
  pantheon run --account //Alice --input case.json --output answer.json -- ./answer case.json
  pantheon proof <RECORD> --anchor anchors/ --out answer.proof
  pantheon verify answer.proof --trust trust.json";

/// Seal, submit, prove and verify records of AI actions.
#[derive(Debug, Parser)]
#[command(
	name = "pantheon",
	version,
	max_term_width = 100,
	after_help = format!("{EXAMPLES}\n\n`pantheon exit-codes` lists the exit codes."),
	after_long_help = format!("{EXAMPLES}\n\n{EXIT_CODES}")
)]
pub struct Cli {
	/// What all commands share.
	#[command(flatten)]
	pub global: Global,
	/// The command.
	#[command(subcommand)]
	pub command: Command,
}

/// Options of every command.
#[derive(Args, Debug)]
pub struct Global {
	/// Directory of keys and journal [default: ~/.pantheon]
	#[arg(long, global = true, env = "PANTHEON_HOME", value_name = "DIR", display_order = 900)]
	pub home: Option<PathBuf>,
	/// The node's RPC address
	#[arg(
		long,
		global = true,
		env = "PANTHEON_URL",
		value_name = "URL",
		default_value = DEFAULT_URL,
		display_order = 901
	)]
	pub url: String,
	/// Address of the audit_* methods, where a node serves them apart [default: as --url]
	#[arg(
		long,
		global = true,
		env = "PANTHEON_AUDIT_URL",
		value_name = "URL",
		display_order = 902
	)]
	pub audit_url: Option<String>,
	/// Name of the operator key in the home directory
	#[arg(
		long,
		global = true,
		env = "PANTHEON_KEY",
		value_name = "NAME",
		default_value = crate::home::DEFAULT_KEY,
		display_order = 903
	)]
	pub key: String,
	/// File whose first line is the key's passphrase [else PANTHEON_PASSPHRASE, else asked for]
	#[arg(long, global = true, value_name = "FILE", display_order = 904)]
	pub passphrase_file: Option<PathBuf>,
	/// Account that pays the fees: //NAME on a development chain, else a file with its secret
	#[arg(
		long,
		global = true,
		env = "PANTHEON_ACCOUNT",
		value_name = "//NAME|FILE",
		display_order = 905
	)]
	pub account: Option<String>,
	/// Print one JSON object on standard output; run, whose standard output is the command's, on standard error
	#[arg(long, global = true, display_order = 906)]
	pub json: bool,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
	/// Make and inspect operator keys
	#[command(subcommand)]
	Key(KeyCommand),
	/// Register the operator on the chain, show it
	#[command(subcommand)]
	Operator(OperatorCommand),
	/// Run a command: seal its intent, wait until that is durable, run it, seal the outcome
	#[command(after_help = RUN_EXAMPLES)]
	Run(RunArgs),
	/// Seal one record into the journal, offline
	#[command(subcommand)]
	Seal(SealCommand),
	/// Send the journal's sealed statements that the chain has not finalised yet
	#[command(after_help = "Examples:
  pantheon submit --account //Alice
  pantheon submit --account fees.secret --after included --timeout 30 --json")]
	Submit(SubmitArgs),
	/// Seal many records under one seal, and send them
	#[command(after_help = BATCH_EXAMPLES)]
	Batch(BatchArgs),
	/// Write the proof bundle of a record, or of an operator's whole chain
	#[command(after_help = "Examples:
  pantheon proof 6a0f…e1 --out answer.proof
  pantheon proof 6a0f…e1 --anchor /var/lib/pantheon-anchor/exports --out answer.proof
  pantheon proof --sequence 3 --index 17 --anchor 1042.anchor --trust trust.json --out m17.proof
  pantheon proof --operator 71c4…09 --anchor exports/ --out all.proof
  pantheon proof --operator 71c4…09 --from 0 --to 99 --withhold 12 --withhold 40/0-63 --out q1.proof
  pantheon proof 6a0f…e1 --anchor exports/ --out answer.proof --ots answer.ots --cose answer.cose")]
	Proof(ProofArgs),
	/// Verify a proof bundle offline
	#[command(after_help = "Nothing is taken from the network, and no trust from the bundle.

Examples:
  pantheon verify answer.proof --trust trust.json
  pantheon verify answer.proof --trust trust.json --openings answer.openings.json --json")]
	Verify(VerifyArgs),
	/// Compute the whole log, every operator's chain and every anchor anew
	#[command(
		after_help = "From a node only the chain itself is read, and the node's audit_* answers are compared with what
comes out. Says where the first thing is wrong, and ends with 1 then.

Examples:
  pantheon audit --trust trust.json
  pantheon audit --trust trust.json --bitcoin http://127.0.0.1:8332 --bitcoin-cookie .cookie
  pantheon audit --trust trust.json --export monday/
  pantheon audit monday/ --trust trust.json --json"
	)]
	Audit(AuditArgs),
	/// Decide what to trust: make, show and update a trust file
	#[command(subcommand)]
	Trust(TrustCommand),
	/// Check that the anchors of the log are one chain in Bitcoin
	#[command(subcommand)]
	AnchorChain(AnchorChainCommand),
	/// Read the log's checkpoints, check that one extends another
	#[command(subcommand)]
	Log(LogCommand),
	/// List the exit codes
	#[command(after_help = EXIT_CODES)]
	ExitCodes,
}

const RUN_EXAMPLES: &str = "\
Nothing runs unless its intent is as durable as --after asks; the exit code is the command's own, or
120 and above where `run` itself failed (`pantheon exit-codes`). The command finds the intent's id in
PANTHEON_INTENT. With --json, or --report FILE, the report goes to standard error, or the file; with
--json a failure goes to standard error as an object too, on the last line.

Examples:
  pantheon run --account //Alice -- ./answer case.json
  pantheon run --account fees.secret --model model.json --policy policy.pdf \\
      --input case.json --output answer.json --timeout 60 -- ./answer case.json
  pantheon run --after sealed -- ./answer case.json";

const BATCH_EXAMPLES: &str = "\
A JSON-lines file holds one action per line, with the fields of `pantheon seal --action`. Of a
directory, each file becomes one record that commits to its digest. More than 16,384 records are
sealed as several batches.

Examples:
  pantheon batch actions.jsonl --account //Alice
  pantheon batch --dir artefacts/ --kind provenance --account //Alice
  generate-actions | pantheon batch - --kind intent --after included --account //Alice";

/// Commands about keys.
#[derive(Debug, Subcommand)]
pub enum KeyCommand {
	/// Make an ML-DSA-65 key and store its seed encrypted
	#[command(after_help = "Examples:
  pantheon key generate
  pantheon key generate --key second --passphrase-file /run/secrets/passphrase")]
	Generate,
	/// Show a key file's operator id and how it is protected; with --check, open it too
	#[command(after_help = "Examples:
  pantheon key inspect
  pantheon key inspect --check --json
  pantheon key inspect ~/backup/operator.key")]
	Inspect {
		/// The key file [default: the home directory's]
		file: Option<PathBuf>,
		/// Open the file with its passphrase and compare the key with what the header says
		#[arg(long)]
		check: bool,
	},
}

/// Commands about the operator.
#[derive(Debug, Subcommand)]
pub enum OperatorCommand {
	/// Put the operator's key on the chain, with a deposit from the paying account
	#[command(after_help = "Examples:
  pantheon operator register --account //Alice
  pantheon operator register --account fees.secret --url wss://node.example:443")]
	Register {
		/// How long to wait.
		#[command(flatten)]
		wait: WaitArgs,
	},
	/// Show an operator as the chain knows it, and whether the journal agrees
	#[command(after_help = "Examples:
  pantheon operator show
  pantheon operator show 71c4…09 --json")]
	Show {
		/// The operator's id [default: the key file's]
		id: Option<String>,
	},
	/// Go on from the chain's head after the journal was lost
	#[command(after_help = "Examples:
  pantheon operator adopt")]
	Adopt,
}

/// How durable a record must be before a command goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum After {
	/// Sealed and in the journal; nothing is sent.
	Sealed,
	/// In the best block; a fork may still undo it.
	Included,
	/// In a finalised block.
	Finalised,
}

impl After {
	/// The stage on the chain; none where nothing is sent.
	pub fn stage(self) -> Option<Stage> {
		match self {
			Self::Sealed => None,
			Self::Included => Some(Stage::Included),
			Self::Finalised => Some(Stage::Finalised),
		}
	}
}
