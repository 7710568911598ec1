//! Every way in which a command can fail, with its exit code ([`exit`]) and what to do about it.

pub mod exit;
mod reasons;
mod remedy;

pub use reasons::{ContentError, Disagreement, Missing, Refusal, UpdateError, UsageError};

use crate::{
	amount::Pan,
	commitment::{FileError, OpeningError},
	export::bitcoin::BitcoinNodeError,
	journal::JournalError,
	keystore::{KeyFileError, PassphraseError, SignError},
};
use pantheon_client::{AccountError, AnchorReadError, ClientError, Funds};
use pantheon_primitives::{record::RecordError, seal::SealError, RecordId};
use std::{io, path::PathBuf};

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CliError {
	/// Something about the command line that clap can't see.
	#[error("{0}")]
	Usage(#[from] UsageError),
	/// Node or network.
	#[error(transparent)]
	Client(#[from] ClientError),
	/// A record that the chain, or the node's transaction pool, refused.
	#[error(transparent)]
	Refusal(Box<Refusal>),
	/// The paying account has too little for a registration.
	#[error(
		"registering takes {} ({} deposit, {} fee, and {} that must stay in the account), and account {account} has {}",
		Pan(.funds.needed()), Pan(.funds.deposit), Pan(.funds.fee), Pan(.funds.stays), Pan(.funds.free)
	)]
	TooLittlePan {
		/// Its address.
		account: String,
		/// What it has and what a registration takes.
		funds: Funds,
	},
	/// The paying account.
	#[error(transparent)]
	Account(#[from] AccountError),
	/// A key file.
	#[error(transparent)]
	Key(#[from] KeyFileError),
	/// The passphrase.
	#[error(transparent)]
	Passphrase(#[from] PassphraseError),
	/// Signing.
	#[error(transparent)]
	Sign(#[from] SignError),
	/// The journal.
	#[error(transparent)]
	Journal(#[from] JournalError),
	/// An input file that can't be read.
	#[error(transparent)]
	File(#[from] FileError),
	/// An input file with the wrong content.
	#[error("{path}: {source}")]
	Content {
		/// The file.
		path: PathBuf,
		/// What is wrong with it.
		source: ContentError,
	},
	/// An output file that can't be written.
	#[error("can't write {path}: {source}")]
	Write {
		/// The file.
		path: PathBuf,
		/// What the system said.
		source: io::Error,
	},
	/// An anchor file.
	#[error(transparent)]
	Anchor(#[from] AnchorReadError),
	/// The record asked for breaks a rule.
	#[error("this record can't be sealed: {0}")]
	Record(#[from] RecordError),
	/// The statement can't be built.
	#[error("this record can't be sealed: {0}")]
	Seal(#[from] SealError),
	/// A commitment's content.
	#[error(transparent)]
	Opening(#[from] OpeningError),
	/// Something isn't there.
	#[error(transparent)]
	Missing(#[from] Missing),
	/// Journal and chain tell different stories.
	#[error(transparent)]
	Disagreement(#[from] Disagreement),
	/// The intent of a run command is sealed but not durable, so the command did not run.
	#[error("the command did not run; its intent {intent} is sealed, but {source}")]
	Intent {
		/// The intent.
		intent: RecordId,
		/// Why it is not durable.
		source: Box<CliError>,
	},
	/// The outcome of a run command is not durable.
	#[error("{ended}, but its outcome {what}: {source}")]
	Outcome {
		/// How the command ended.
		ended: String,
		/// How far the outcome came.
		what: &'static str,
		/// Why no further.
		source: Box<CliError>,
	},
	/// The command of `run` can't be started.
	#[error("can't run {program}: {source}")]
	Spawn {
		/// The program.
		program: String,
		/// What the system said.
		source: io::Error,
	},
	/// A Bitcoin node.
	#[error(transparent)]
	BitcoinNode(#[from] BitcoinNodeError),
	/// A trust file that can't be moved forward.
	#[error("the trust file stays as it is: {0}")]
	Update(#[from] UpdateError),
	/// The node's answer doesn't hold.
	#[error("the node's answer does not hold: {0}; nothing was written")]
	BadProof(String),
	/// More than one file may hold.
	#[error("the file would have {bytes} bytes, and a verifier takes at most {most}; nothing was written")]
	TooLarge {
		/// Its length.
		bytes: usize,
		/// The most.
		most: usize,
	},
	/// The machine refused something basic.
	#[error("can't {doing}: {source}")]
	System {
		/// What.
		doing: &'static str,
		/// What the system said.
		source: io::Error,
	},
}
