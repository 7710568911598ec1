//! What lies behind an error: what the user gave, what isn't there, what was refused.

use crate::{
	action::kind_names, chain_spec::ChainSpecError, commitment::OpeningError,
	export::ManifestError, keystore::KeyFileError,
};
use pantheon_client::ClientError;
use pantheon_primitives::{
	bitcoin::{AnchorError, BitcoinNetwork, NoWork},
	bundle::BundleError,
	finality::FinalityError,
	genesis::NoAuthorities,
	opening::OpeningsFileError,
	record::RecordError,
	seal::SealError,
	trust::TrustError,
	GenesisHash, Kind, OperatorId, RecordId,
};
use std::{fmt, path::PathBuf};

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
	#[error("{what} is 64 hex digits, and {text:?} is something else")]
	Id { what: &'static str, text: String },
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
	#[error("{0}")]
	Openings(#[from] OpeningsFileError),
	#[error("it opens record {found}, and this bundle proves record {expected}")]
	OtherRecord { expected: RecordId, found: RecordId },
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
	#[error("the action names no kind, which is one of {}", kind_names())]
	NoKind,
	#[error("{0:?} is no kind of action, which is one of {kinds}", kinds = kind_names())]
	UnknownKind(String),
	#[error("the action is of kind {}, and this command seals: {}", found.name(), expected.name())]
	OtherKind { expected: Kind, found: Kind },
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
	#[error("it is for the chain {chain} (genesis {trusted}), and this proof is of the chain with genesis {of}")]
	OtherTrust { chain: String, trusted: GenesisHash, of: GenesisHash },
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
	#[error("block {block} is not final yet: the newest final block is {newest}")]
	NotFinalYet { block: u32, newest: u32 },
	#[error("the node keeps no finality proof of block {0}")]
	FinalityOf(u32),
	#[error("the extrinsic that the chain recorded {0} from does not hold it")]
	Submission(RecordId),
	#[error("the report of anchor {0} is not in the extrinsic that the chain took it from")]
	Report(u64),
	#[error(
		"no anchor file (*.anchor) is in {0}: as far as can be seen here, nothing is anchored yet"
	)]
	NoAnchorFile(String),
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

/// A record that was refused, named so that it is found among many.
#[derive(Debug)]
pub struct Refusal {
	/// Its position in the operator's chain.
	pub sequence: u64,
	/// What it states.
	pub kind: Kind,
	/// Its id.
	pub record: RecordId,
	/// The file that it was made from, as far as that is known.
	pub file: Option<PathBuf>,
	/// How many records sealed on top of it are refused with it.
	pub fallen: usize,
	/// Who refused it and why.
	pub source: ClientError,
}

impl fmt::Display for Refusal {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		let Self { sequence, kind, record, file, fallen, source } = self;
		write!(f, "record {sequence} ({} {record}", kind.name())?;
		if let Some(file) = file {
			write!(f, ", made from {}", file.display())?;
		}
		write!(f, "): {source}")?;
		match fallen {
			0 => Ok(()),
			1 => write!(f, "; the record sealed on top of it is refused with it"),
			more => write!(f, "; the {more} records sealed on top of it are refused with it"),
		}
	}
}

impl std::error::Error for Refusal {
	fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
		Some(&self.source)
	}
}

impl From<Refusal> for super::CliError {
	fn from(refusal: Refusal) -> Self {
		Self::Refusal(Box::new(refusal))
	}
}
