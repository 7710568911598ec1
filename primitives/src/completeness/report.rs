//! What the verifier says of a completeness bundle.

use super::{ChainRecord, CompletenessBundle, CompletenessError, CompletenessFormatError};
use crate::{
	bitcoin::BitcoinNetwork,
	member::MemberFault,
	report::{Level, Verdict},
	trust::TrustFile,
	BlockHash, Digest32, GenesisHash, Kind, OperatorId, RecordId, StatementDigest,
};
use alloc::{
	format,
	string::{String, ToString},
	vec::Vec,
};
use serde_json::{json, Value};

/// The verifier's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompletenessReport {
	/// The verdict. VERIFIED says that the account below holds, and not that nothing is withheld.
	pub verdict: Verdict,
	/// What fails first, if the verdict is INVALID.
	pub failure: Option<CompletenessError>,
	/// The trusted chain's name.
	pub chain: String,
	/// The trusted chain's genesis hash: which log this is about.
	pub genesis: GenesisHash,
	/// The trusted Bitcoin network. Always said, so that a test network never reads like Bitcoin's own.
	pub network: BitcoinNetwork,
	/// Whose chain this is about, if the file could be read.
	pub operator: Option<OperatorId>,
	/// First and last position that the bundle accounts for.
	pub range: Option<(u64, u64)>,
	/// Number and hash of the block as of which it does.
	pub block: Option<(u32, BlockHash)>,
	/// The log's size at that block.
	pub log_size: Option<u64>,
	/// What that block's state holds of the operator's chain, if it's shown.
	pub head: Option<ChainRecord>,
	/// The levels that hold.
	pub levels: Vec<CompletenessLevel>,
	/// The positions; only where nothing failed.
	pub account: Option<Account>,
}

/// Every position of the range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
	/// The positions that are shown.
	pub entries: Vec<ShownEntry>,
	/// The positions that are withheld.
	pub withheld: Vec<WithheldRun>,
	/// From this position on each record's id follows from the head in the state, by previous-ids alone. None
	/// if the range does not reach the chain's end. For the positions before it, that there are no other
	/// records rests on the rules that the chain's validators enforce.
	pub fixed_from: Option<u64>,
	/// Id of the record before the range, if the first position is shown and not the chain's first.
	pub follows: Option<RecordId>,
}

/// A position that is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownEntry {
	/// The position.
	pub sequence: u64,
	/// Id of the record.
	pub id: RecordId,
	/// Digest of its statement.
	pub statement: StatementDigest,
	/// Index of its entry in the log.
	pub log_index: u64,
	/// What it states.
	pub kind: Kind,
	/// The operator's clock, milliseconds since 1970. Claimed, not proven.
	pub time_ms: u64,
	/// Id of the record before it.
	pub previous: Option<RecordId>,
	/// What is shown of a batch.
	pub batch: Option<ShownBatch>,
}

/// What is shown of a batch. Members in neither list are withheld.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownBatch {
	/// Number of members.
	pub count: u32,
	/// The members that are shown.
	pub members: Vec<ShownMember>,
	/// What is shown and is no member: the operator sealed it into the batch all the same.
	pub malformed: Vec<MalformedMember>,
}

/// A batch member that is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownMember {
	/// Its index in the batch.
	pub index: u32,
	/// Its id.
	pub id: RecordId,
	/// What it states.
	pub kind: Kind,
	/// The operator's clock, milliseconds since 1970. Claimed, not proven.
	pub time_ms: u64,
}

/// Bytes in a batch that break the rules of members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MalformedMember {
	/// The index at which they stand in the batch.
	pub index: u32,
	/// SHA-256 of the bytes.
	pub id: RecordId,
	/// What is wrong with them.
	pub fault: MemberFault,
}

/// Withheld positions in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WithheldRun {
	/// The first.
	pub from: u64,
	/// The last.
	pub to: u64,
	/// Id of the record at the last: the one shown after it names it, or the state does.
	pub last_record: Option<RecordId>,
}

/// A level that the proof reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum CompletenessLevel {
	/// The operator's key sealed every statement that is shown.
	Sealed { operator: OperatorId, key: Digest32, statements: usize },
	/// Every statement that is shown is in the log.
	Included { statements: usize, log_size: u64 },
	/// The block's state says how long the operator's chain is, and which record is its last.
	Head { operator: OperatorId, block_number: u32, chain: ChainRecord },
	/// Finalised or anchored, as for the proof of a record.
	Shared(Level),
}

impl CompletenessLevel {
	/// The level's name, in lower case.
	pub const fn name(&self) -> &'static str {
		match self {
			Self::Sealed { .. } => "sealed",
			Self::Included { .. } => "included",
			Self::Head { .. } => "head",
			Self::Shared(level) => level.name(),
		}
	}

	/// Exactly what it proves, as a sentence.
	pub fn proves(&self) -> String {
		match self {
			Self::Sealed { operator, statements, .. } => format!(
				"the holder of the key of operator {operator} sealed each of the {statements} statements shown, exactly these bytes (ML-DSA-65)"
			),
			Self::Included { statements, log_size } => format!(
				"the {statements} statements shown are entries of the log of {log_size} entries, unaltered and in the order of their positions"
			),
			Self::Head { operator, block_number, chain } => format!(
				"as of block {block_number}, the chain of operator {operator} on this log has exactly {} positions, and its last record is {}",
				chain.head.next_sequence,
				text(chain.head.head).unwrap_or_default(),
			),
			Self::Shared(level) => level.proves(),
		}
	}

	fn to_json(&self) -> Value {
		let details = match self {
			Self::Shared(level) => return level.to_json(),
			Self::Sealed { operator, key, statements } => json!({
				"operator": operator.to_string(), "key": key.to_string(), "statements": statements,
			}),
			Self::Included { statements, log_size } => {
				json!({ "statements": statements, "log_size": log_size })
			},
			Self::Head { operator, block_number, chain } => json!({
				"operator": operator.to_string(), "block_number": block_number,
				"length": chain.head.next_sequence, "record": text(chain.head.head),
			}),
		};
		let mut value = json!({ "level": self.name(), "proves": self.proves() });
		if let (Some(value), Value::Object(details)) = (value.as_object_mut(), details) {
			value.extend(details);
		}
		value
	}
}

impl CompletenessReport {
	pub(super) fn new(bundle: &CompletenessBundle, trust: &TrustFile) -> Self {
		let checkpoint = &bundle.checkpoint;
		Self {
			operator: bundle.keys.first().map(crate::PublicKey::operator_id),
			range: Some((bundle.from, bundle.to)),
			block: Some((checkpoint.block_number, checkpoint.block_hash)),
			log_size: Some(checkpoint.log_size),
			..Self::unread(trust, CompletenessFormatError::Malformed)
		}
	}

	/// The report on a file that is no bundle.
	pub(super) fn unread(trust: &TrustFile, error: CompletenessFormatError) -> Self {
		let error = CompletenessError::from(error);
		Self {
			verdict: Verdict::Invalid { step: error.step(), reason: error.to_string() },
			failure: Some(error),
			chain: trust.chain.clone(),
			genesis: trust.genesis,
			network: trust.bitcoin.network,
			operator: None,
			range: None,
			block: None,
			log_size: None,
			head: None,
			levels: Vec::new(),
			account: None,
		}
	}

	/// The report as JSON, with the keys of `docs/formats/completeness.md`.
	pub fn to_json(&self) -> Value {
		let (step, reason) = self.verdict.details();
		json!({
			"file": super::COMPLETENESS_MAGIC,
			"verdict": self.verdict.word(),
			"failed_step": step,
			"reason": reason,
			"chain": self.chain,
			"genesis_hash": self.genesis.to_string(),
			"bitcoin_network": self.network.name(),
			"operator": text(self.operator),
			"range": self.range.map(|(from, to)| [from, to]),
			"as_of_block": self.block.map(|(number, hash)| json!({
				"number": number, "hash": hash.to_string(),
			})),
			"log_size": self.log_size,
			"chain_length": self.head.map(|chain| chain.head.next_sequence),
			"head": self.head.and_then(|chain| text(chain.head.head)),
			"open_intents": self.head.map(|chain| chain.open_intents),
			"levels": self.levels.iter().map(CompletenessLevel::to_json).collect::<Vec<_>>(),
			"positions": self.account.as_ref().map(Account::to_json),
		})
	}

	/// Positions of the operator's chain that the bundle does not speak of: before its range and after it.
	pub fn outside(&self) -> [Option<(u64, u64)>; 2] {
		let (Some((from, to)), Some(chain)) = (self.range, self.head) else { return [None; 2] };
		let before = from.checked_sub(1).map(|last| (0, last));
		let last = chain.head.next_sequence.saturating_sub(1);
		[before, (to < last).then(|| (to.saturating_add(1), last))]
	}
}

impl Account {
	/// Runs of positions that are shown: first and last.
	pub fn disclosed(&self) -> Vec<(u64, u64)> {
		runs(self.entries.iter().map(|entry| entry.sequence))
	}

	/// What is malformed, with its position.
	pub fn malformed(&self) -> impl Iterator<Item = (u64, &MalformedMember)> {
		self.entries.iter().flat_map(|entry| {
			let malformed = entry.batch.iter().flat_map(|batch| &batch.malformed);
			malformed.map(move |member| (entry.sequence, member))
		})
	}

	fn to_json(&self) -> Value {
		let withheld = self.withheld.iter().map(
			|run| json!({ "from": run.from, "to": run.to, "last_record": text(run.last_record) }),
		);
		let malformed = self.malformed().map(|(sequence, member)| {
			json!({
				"sequence": sequence, "index": member.index, "sha256": member.id.to_string(),
				"reason": member.fault.to_string(),
			})
		});
		json!({
			"disclosed": self.disclosed(),
			"withheld": withheld.collect::<Vec<_>>(),
			"malformed": malformed.collect::<Vec<_>>(),
			"fixed_from": self.fixed_from,
			"follows": text(self.follows),
			"entries": self.entries.iter().map(ShownEntry::to_json).collect::<Vec<_>>(),
		})
	}
}

impl ShownEntry {
	fn to_json(&self) -> Value {
		json!({
			"sequence": self.sequence,
			"record": self.id.to_string(),
			"statement": self.statement.to_string(),
			"log_index": self.log_index,
			"kind": self.kind.name(),
			"time_ms": self.time_ms,
			"previous": text(self.previous),
			"batch": self.batch.as_ref().map(ShownBatch::to_json),
		})
	}
}

impl ShownBatch {
	/// Runs of members that are shown: first and last.
	pub fn disclosed(&self) -> Vec<(u64, u64)> {
		runs(self.members.iter().map(|member| member.index.into()))
	}

	/// Runs of members that are withheld: first and last.
	pub fn withheld(&self) -> Vec<(u64, u64)> {
		let shown = self.members.iter().map(|member| member.index);
		let mut shown: Vec<u32> =
			shown.chain(self.malformed.iter().map(|member| member.index)).collect();
		shown.sort_unstable();
		let mut next = 0u64;
		let mut withheld = Vec::new();
		for index in shown.into_iter().chain([self.count]) {
			let index = u64::from(index);
			if next < index {
				withheld.push((next, index.saturating_sub(1)));
			}
			next = index.saturating_add(1);
		}
		withheld
	}

	fn to_json(&self) -> Value {
		let members = self.members.iter().map(|member| {
			json!({
				"index": member.index, "record": member.id.to_string(), "kind": member.kind.name(),
				"time_ms": member.time_ms,
			})
		});
		json!({
			"count": self.count,
			"disclosed": self.disclosed(),
			"withheld": self.withheld(),
			"members": members.collect::<Vec<_>>(),
		})
	}
}

fn text(id: Option<impl ToString>) -> Option<String> {
	id.map(|id| id.to_string())
}

/// Joins ascending numbers that follow each other.
fn runs(numbers: impl Iterator<Item = u64>) -> Vec<(u64, u64)> {
	let mut runs: Vec<(u64, u64)> = Vec::new();
	for number in numbers {
		match runs.last_mut() {
			Some((_, last)) if last.checked_add(1) == Some(number) => *last = number,
			_ => runs.push((number, number)),
		}
	}
	runs
}
