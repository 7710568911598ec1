//! Every way in which a command can fail, with its exit code and what to do about it.

use crate::{
	chain_spec::ChainSpecError,
	commitment::{FileError, OpeningError},
	export::{bitcoin::BitcoinNodeError, ManifestError},
	journal::JournalError,
	keystore::{KeyFileError, PassphraseError, SignError},
};
use pantheon_client::{
	AccountError, AnchorReadError, AuditRefusal, ClientError, PoolRefusal, Stage,
};
use pantheon_primitives::{
	bitcoin::{AnchorError, BitcoinNetwork, NoWork},
	bundle::BundleError,
	finality::FinalityError,
	genesis::NoAuthorities,
	record::RecordError,
	seal::SealError,
	trust::TrustError,
	GenesisHash, OperatorId, RecordId,
};
use std::{io, path::PathBuf};

/// The exit codes, as `pantheon exit-codes` documents them.
pub mod exit {
	/// Done; `verify`: VERIFIED.
	pub const OK: u8 = 0;
	/// `verify`: INVALID. `log consistency`: not consistent.
	pub const INVALID: u8 = 1;
	/// The command line is wrong.
	pub const USAGE: u8 = 2;
	/// `verify`: STALE.
	pub const STALE: u8 = 3;
	/// `verify`: REVOKED.
	pub const REVOKED: u8 = 4;
	/// No node answers, or the connection broke.
	pub const UNREACHABLE: u8 = 10;
	/// The chain or the node's transaction pool refused.
	pub const REFUSED: u8 = 11;
	/// Key store, passphrase or paying account.
	pub const KEYS: u8 = 12;
	/// An input file can't be read or is not what it should be.
	pub const BAD_INPUT: u8 = 13;
	/// Not found, or not durable in time.
	pub const NOT_FOUND: u8 = 14;
	/// Everything else: the journal, the node's answers, this program.
	pub const INTERNAL: u8 = 15;
	/// `run`: bad input or journal; the command was not run.
	pub const RUN_INPUT: u8 = 120;
	/// `run`: key store, passphrase or account; the command was not run.
	pub const RUN_KEYS: u8 = 121;
	/// `run`: no node; the command was not run.
	pub const RUN_UNREACHABLE: u8 = 122;
	/// `run`: the chain refused the intent; the command was not run.
	pub const RUN_REFUSED: u8 = 123;
	/// `run`: the intent was not durable in time; the command was not run.
	pub const RUN_TIMEOUT: u8 = 124;
	/// `run`: the command ran, and its outcome is not as durable as asked or could not be reported.
	pub const RUN_OUTCOME: u8 = 125;
	/// `run`: the command can't be executed.
	pub const RUN_NOT_EXECUTABLE: u8 = 126;
	/// `run`: there is no such command.
	pub const RUN_NO_COMMAND: u8 = 127;
}

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

/// What clap can't check.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum UsageError {
	#[error("no home directory: neither --home nor HOME is set")]
	NoHome,
	#[error("no account to pay the fee")]
	NoAccount,
	#[error("it isn't known which chain's log the record is for")]
	NoLog,
	#[error("{0} is neither 64 hex digits nor a file that can be read")]
	Digest(String),
	#[error("a key name has letters, digits, '-' and '_' only: {0:?}")]
	KeyName(String),
	#[error("the same content is given twice: {0}")]
	Twice(&'static str),
	#[error("{0} holds files already")]
	NotEmpty(PathBuf),
	#[error("{0} exists")]
	Exists(PathBuf),
	#[error("on {0} somebody has to choose the Bitcoin block to start from")]
	NoBitcoinBlock(BitcoinNetwork),
	#[error("the header named for height {height} can't be one of Bitcoin's {network}")]
	Pin { height: u32, network: BitcoinNetwork },
	#[error("{0}")]
	NoWork(NoWork),
	#[error("no source of Bitcoin headers is named")]
	NoHeaderSource,
	#[error("no block with the hash named for height {0} was found")]
	BlockNotFound(u32),
	#[error("nothing to update from is named")]
	NothingToUpdate,
	#[error("an operator's id is 64 hex digits: {0:?}")]
	Operator(String),
	#[error("the range runs backwards: from {from} to {to}")]
	RangeBackwards { from: u64, to: u64 },
	#[error("{0:?} names nothing to withhold")]
	Withhold(String),
	#[error("openings are checked against one record, and this file is about many positions")]
	OpeningsOfMany,
	#[error("the checkpoint given as --from is the later one")]
	Swapped,
}

/// Why a trust file is not moved forward.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum UpdateError {
	#[error("the hand-offs do not lead on from its authorities: {0}")]
	Authorities(FinalityError),
	#[error("the Bitcoin headers do not lead on from its pinned one: {0}")]
	Bitcoin(AnchorError),
	#[error(
		"block {height} is not {depth} blocks deep under the work asked for: the headers end at {tip}"
	)]
	NotBuried { height: u32, tip: u32, depth: u32 },
}

/// What is wrong with a file's content.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum ContentError {
	#[error("{0}")]
	Bundle(#[from] BundleError),
	#[error("{0}")]
	Trust(#[from] TrustError),
	#[error("{0}")]
	Key(#[from] KeyFileError),
	#[error("not the JSON that is expected here: {0}")]
	Json(#[from] serde_json::Error),
	#[error("line {line}: {source}")]
	Line { line: usize, source: Box<ContentError> },
	#[error("{0}")]
	Record(#[from] RecordError),
	#[error("{0}")]
	Opening(#[from] OpeningError),
	#[error("{0}")]
	Statement(#[from] SealError),
	#[error("field {0} is not a value that fits")]
	Field(&'static str),
	#[error("there is nothing in it")]
	Empty,
	#[error("it is not a checkpoint file of this program")]
	Checkpoint,
	#[error("an outcome stands in the same batch as its intent")]
	OutcomeBesideIntent,
	#[error("{0}")]
	Manifest(#[from] ManifestError),
	#[error("{0}")]
	ChainSpec(#[from] ChainSpecError),
	#[error("{0}")]
	Authorities(#[from] NoAuthorities),
	#[error("it is of the chain with genesis {found}, not {expected}")]
	Genesis { expected: GenesisHash, found: GenesisHash },
	#[error("its hand-offs do not lead on from the trust file's authorities: {0}")]
	Handoffs(FinalityError),
	#[error("it does not hold whole Bitcoin headers of 80 bytes")]
	BitcoinHeaders,
	#[error("it changed while it was read")]
	Changed,
	#[error("it names no anchor_origin, where the chain of anchors begins")]
	NoAnchorOrigin,
}

/// What isn't there.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum Missing {
	#[error("the journal holds no record or leaf {0}")]
	Record(String),
	#[error("the journal holds no record at sequence {0}")]
	Position(u64),
	#[error("batch {sequence} has no member {index}")]
	Member { sequence: u64, index: u32 },
	#[error("operator {0} is not registered on this chain")]
	Operator(OperatorId),
	#[error("the public key of operator {0} is neither in the journal nor on the chain")]
	PublicKey(OperatorId),
	#[error("record {0} is not in a finalised block yet")]
	NotFinalised(RecordId),
	#[error("record {record} is only {state}; the chain refused it: {detail}")]
	Refused { record: RecordId, state: &'static str, detail: String },
	#[error("no anchor given covers entry {index}: the newest covers {size} entries")]
	Anchor { index: u64, size: u64 },
	#[error("the node keeps no finality proof yet that covers entry {index}")]
	Finality { index: u64 },
	#[error("the node has no finality proof for its newest final block yet")]
	Justification,
	#[error("the node has no block {0}")]
	Block(u32),
	#[error("the extrinsic that the chain recorded {0} from does not hold it")]
	Submission(RecordId),
	#[error("the report of anchor {0} is not in the extrinsic that the chain took it from")]
	Report(u64),
	#[error("no anchor file was found: as far as can be seen here, nothing is anchored yet")]
	NoAnchorFile,
	#[error("none of the anchor files is for the chain with genesis {0}")]
	AnchorChain(GenesisHash),
	#[error("position {position} is beyond the operator's chain, which has {length} positions as of block {block}")]
	BeyondHead { position: u64, length: u64, block: u32 },
	#[error("the journal does not hold the statement at position {sequence}")]
	Statement { sequence: u64 },
	#[error("the journal does not hold all members of the batch at position {sequence}")]
	Members { sequence: u64 },
}

/// Where journal and chain disagree.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum Disagreement {
	#[error(
		"the chain holds {chain} records of this operator, the journal knows {journal}: \
		they were sealed elsewhere, or the journal was lost"
	)]
	JournalBehind { chain: u64, journal: u64 },
	#[error(
		"the journal has {journal} records on this log, the chain holds {chain}: \
		the chain was started anew, or this node serves another one"
	)]
	JournalAhead { chain: u64, journal: u64 },
	#[error("at sequence {sequence} the chain holds another record than the journal sealed")]
	OtherRecord { sequence: u64 },
	#[error("operator {0} has left the registry: it can seal no more records on this log")]
	Retired(OperatorId),
}

impl CliError {
	/// The exit code of a command that fails so.
	pub fn exit_code(&self) -> u8 {
		match self {
			Self::Intent { source, .. } => source.exit_code(),
			Self::Usage(_) | Self::Account(AccountError::Malformed | AccountError::Secret) => {
				exit::USAGE
			},
			Self::Client(error) => match error {
				ClientError::Unreachable { .. } | ClientError::Disconnected { .. } => {
					exit::UNREACHABLE
				},
				ClientError::Refused { .. } | ClientError::Pool(_) => exit::REFUSED,
				ClientError::Timeout { .. } | ClientError::Dropped { .. } => exit::NOT_FOUND,
				ClientError::Audit { kind: AuditRefusal::Internal, .. } => exit::INTERNAL,
				ClientError::Audit { .. } | ClientError::StateGone { .. } => exit::NOT_FOUND,
				_ => exit::INTERNAL,
			},
			Self::Account(_) | Self::Key(_) | Self::Passphrase(_) | Self::Sign(_) => exit::KEYS,
			Self::File(_)
			| Self::Content { .. }
			| Self::Anchor(_)
			| Self::Record(_)
			| Self::Seal(_)
			| Self::Opening(_) => exit::BAD_INPUT,
			Self::Missing(Missing::Refused { .. })
			| Self::Disagreement(Disagreement::Retired(_)) => exit::REFUSED,
			Self::Missing(_) => exit::NOT_FOUND,
			Self::BitcoinNode(_) => exit::UNREACHABLE,
			Self::Update(_) => exit::BAD_INPUT,
			Self::TooLarge { .. } => exit::USAGE,
			Self::Outcome { .. } => exit::RUN_OUTCOME,
			Self::Spawn { source, .. } if source.kind() == io::ErrorKind::NotFound => {
				exit::RUN_NO_COMMAND
			},
			Self::Spawn { .. } => exit::RUN_NOT_EXECUTABLE,
			Self::Journal(_)
			| Self::Disagreement(_)
			| Self::Write { .. }
			| Self::BadProof(_)
			| Self::System { .. } => exit::INTERNAL,
		}
	}

	/// The exit code of `run`, whose own failures begin at 120, so that they are never taken for the
	/// command's.
	pub fn run_exit_code(&self) -> u8 {
		match self.exit_code() {
			code if code >= exit::RUN_INPUT => code,
			exit::UNREACHABLE => exit::RUN_UNREACHABLE,
			exit::REFUSED => exit::RUN_REFUSED,
			exit::KEYS => exit::RUN_KEYS,
			exit::NOT_FOUND => exit::RUN_TIMEOUT,
			_ => exit::RUN_INPUT,
		}
	}

	/// What the user can do about it, in one sentence.
	pub fn remedy(&self) -> Option<&'static str> {
		Some(match self {
			Self::Usage(UsageError::NoHome) => "name a directory with --home",
			Self::Usage(UsageError::NoAccount) => {
				"name one with --account: //Alice on a development chain, else a file that holds the secret"
			},
			Self::Usage(UsageError::Swapped) => "exchange --from and --to",
			Self::Usage(UsageError::NoLog) => {
				"register the operator first (pantheon operator register), or name the chain's genesis hash with --log"
			},
			Self::Usage(UsageError::NotEmpty(_)) => "name a directory that is new or empty",
			Self::Usage(UsageError::Exists(_)) => {
				"name another file with --out, or say --replace if the old one may go"
			},
			Self::Usage(UsageError::NoBitcoinBlock(_)) => {
				"look up a recent block at two places that don't know each other, best one whose height 2016 divides, and name it with --bitcoin-block HEIGHT:HASH"
			},
			Self::Usage(UsageError::Pin { .. }) => {
				"check the digits and the network: the header's hash must be below its target"
			},
			Self::Usage(UsageError::NoWork(_)) => "leave --min-work out: the default fits the network",
			Self::Usage(UsageError::NoHeaderSource) => {
				"name a Bitcoin Core node with --bitcoin, or a file of headers with --bitcoin-headers"
			},
			Self::Usage(UsageError::BlockNotFound(_)) => {
				"check height and hash; if they are right, the source follows another chain"
			},
			Self::Usage(UsageError::NothingToUpdate) => {
				"name --bundle, --from-node, --bitcoin or --bitcoin-headers"
			},
			Self::BitcoinNode(_) => {
				"check --bitcoin and --bitcoin-cookie; or save headers to a file for --bitcoin-headers"
			},
			Self::Update(UpdateError::NotBuried { .. }) => {
				"wait for more blocks, or name an earlier one with --pin"
			},
			Self::Missing(Missing::Justification) => "try again after the next finalised block",
			Self::Client(ClientError::Unreachable { .. } | ClientError::Disconnected { .. }) => {
				"start a node (pantheon-node --dev), or name one with --url; sealed records stay in the journal, and `pantheon submit` sends them"
			},
			Self::Client(ClientError::WrongChain { .. }) => {
				"name a node of the right chain with --url, or another --home for this chain"
			},
			Self::Client(ClientError::NotPantheon { .. }) => {
				"check --url; a node that serves audit_* on a port of its own is named with --audit-url"
			},
			Self::Client(ClientError::Pool(PoolRefusal::TooLittlePan)) => {
				"send PAN to the paying account, for the fee and the deposit; `pantheon submit` then sends what was sealed"
			},
			Self::Client(ClientError::Refused { pallet, .. }) if pallet == "AuditRecord" => {
				"the refused record's place in the chain is free again, and the journal notes why: seal anew"
			},
			Self::Intent { source, .. } => match **source {
				Self::Client(
					ClientError::Timeout { .. }
					| ClientError::Dropped { .. }
					| ClientError::Disconnected { .. },
				) => {
					"`pantheon submit` brings the intent to the chain; since its command did not run, close it with `pantheon seal denial --intent`"
				},
				_ => return source.remedy(),
			},
			Self::Client(ClientError::Timeout { stage: Stage::Finalised, .. }) => {
				"see whether the chain finalises blocks; `pantheon submit` waits for the sealed records again"
			},
			Self::Client(ClientError::Timeout { .. } | ClientError::Dropped { .. }) => {
				"`pantheon submit` sends the very same sealed records again"
			},
			Self::Client(ClientError::Audit { kind: AuditRefusal::NotReady, .. }) => {
				"the node is catching up; try again in a moment"
			},
			Self::Client(ClientError::StateGone { .. }) => {
				"name a node that keeps old states (--state-pruning archive-canonical) with --url, or a newer anchor"
			},
			Self::Usage(UsageError::Withhold(_)) => {
				"name a record id, a position (7 or 7-9) or batch members (7/3 or 7/0-99)"
			},
			Self::Missing(Missing::BeyondHead { .. }) => {
				"leave --to out for the last position, or name an anchor of a later block"
			},
			Self::Missing(Missing::Statement { .. } | Missing::Members { .. }) => {
				"use the --home whose journal sealed it, or leave it out with --withhold"
			},
			Self::TooLarge { .. } => "make several files, each over a part of the range (--from, --to)",
			Self::Key(KeyFileError::Missing { .. }) => "make a key with `pantheon key generate`",
			Self::Key(KeyFileError::WrongPassphrase) => {
				"check the passphrase; if it is right, take the key file from your backup"
			},
			Self::Key(KeyFileError::Exists { .. }) => "choose another name with --key",
			Self::Passphrase(
				PassphraseError::NoTerminal | PassphraseError::Empty | PassphraseError::File { .. },
			) => {
				"give it with --passphrase-file or in PANTHEON_PASSPHRASE"
			},
			Self::Content { source: ContentError::Trust(_), .. } => {
				"take the trust file that comes with the chain specification (pantheon-node export-trust)"
			},
			Self::Missing(Missing::Operator(_)) => "register it with `pantheon operator register`",
			Self::Missing(Missing::NotFinalised(_)) => {
				"wait for the next finalised block, or send it with `pantheon submit`"
			},
			Self::Content { source: ContentError::NoAnchorOrigin, .. } => {
				"write the output that the first anchor spent into its anchor_origin, as txid:output; `pantheon-anchor status` shows it"
			},
			Self::Missing(Missing::NoAnchorFile) => {
				"name the directory that pantheon-anchor exports to; a file is there once its anchor is confirmed"
			},
			Self::Missing(Missing::Anchor { .. }) => {
				"wait until pantheon-anchor has exported an anchor that covers the record, and name its file"
			},
			Self::Missing(Missing::Finality { .. }) => "try again after the next finalised block",
			Self::Missing(Missing::Record(_) | Missing::Position(_)) => {
				"use the --home whose journal sealed it"
			},
			Self::Disagreement(Disagreement::JournalBehind { .. }) => {
				"use the --home that sealed them; if it is lost, `pantheon operator adopt` goes on from the chain's head"
			},
			Self::Disagreement(Disagreement::JournalAhead { .. }) => {
				"check --url; for a development chain that was started anew use another --home"
			},
			Self::Disagreement(Disagreement::OtherRecord { .. }) => {
				"stop: this key is used by somebody else, or from a copied home"
			},
			Self::Outcome { .. } => "`pantheon submit` sends the sealed outcome again",
			_ => return None,
		})
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn run_never_uses_a_code_below_120() {
		let errors = [
			CliError::Usage(UsageError::NoAccount),
			CliError::Client(ClientError::Unreachable { url: "x".into(), reason: "y".into() }),
			CliError::Client(ClientError::Pool(PoolRefusal::TooLittlePan)),
			CliError::Key(KeyFileError::WrongPassphrase),
			CliError::Missing(Missing::Position(1)),
			CliError::Journal(JournalError::Pending(1)),
		];
		for error in errors {
			assert!(error.exit_code() < 120);
			assert!((120..=127).contains(&error.run_exit_code()), "{error}");
		}
	}
}
