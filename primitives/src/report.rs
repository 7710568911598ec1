//! What the verifier says: the verdict, the levels reached and what each proves.

use crate::{
	bitcoin::{AnchoredAt, BitcoinNetwork},
	trust::TrustFile,
	BlockHash, Digest32, GenesisHash, LeafHash, OperatorId, Record, RecordId, StatementDigest,
};
use alloc::{
	format,
	string::{String, ToString},
	vec::Vec,
};
use serde_json::{json, Value};

/// A step of the verification, in the order in which failures are reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
	/// The file is a bundle.
	Decode,
	/// The batch member is in its batch and keeps a member's rules.
	Member,
	/// The key is the operator's.
	Key,
	/// The seal is the key's.
	Sealed,
	/// Record and checkpoint are for the trusted chain.
	Chain,
	/// The positions follow each other without gap or repeat.
	Numbered,
	/// The answered intent stands before; the positions name the ones before them.
	Linked,
	/// The statement is in the log.
	Included,
	/// The block's state holds the operator's head.
	Head,
	/// The log's state is final.
	Finalised,
	/// The log's state is in Bitcoin.
	Anchored,
}

impl Step {
	/// The step's name, in lower case.
	pub const fn name(self) -> &'static str {
		match self {
			Step::Decode => "decode",
			Step::Member => "member",
			Step::Key => "key",
			Step::Sealed => "sealed",
			Step::Chain => "chain",
			Step::Numbered => "numbered",
			Step::Linked => "linked",
			Step::Included => "included",
			Step::Head => "head",
			Step::Finalised => "finalised",
			Step::Anchored => "anchored",
		}
	}
}

/// The verdict on a bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
	/// Final under the trust file, and anchored as deep as it asks.
	Verified,
	/// Something is wrong.
	Invalid {
		/// The first step that does not hold.
		step: Step,
		/// Why.
		reason: String,
	},
	/// Nothing is wrong, but it's not anchored yet, or older than the trust file allows.
	Stale {
		/// Which.
		reason: String,
	},
	/// The key was revoked before the record (reserved: keys cannot be revoked yet).
	Revoked {
		/// Since when.
		reason: String,
	},
}

impl Verdict {
	/// The word for it, in capitals.
	pub const fn word(&self) -> &'static str {
		match self {
			Verdict::Verified => "VERIFIED",
			Verdict::Invalid { .. } => "INVALID",
			Verdict::Stale { .. } => "STALE",
			Verdict::Revoked { .. } => "REVOKED",
		}
	}

	/// The step that fails, by name, and the reason, as far as the verdict has them.
	pub fn details(&self) -> (Option<&'static str>, Option<&str>) {
		match self {
			Verdict::Verified => (None, None),
			Verdict::Invalid { step, reason } => (Some(step.name()), Some(reason)),
			Verdict::Stale { reason } | Verdict::Revoked { reason } => (None, Some(reason)),
		}
	}
}

/// A level that the proof reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Level {
	/// The operator's key sealed the record, or the batch of `batch` members that holds it.
	Sealed { operator: OperatorId, key: Digest32, batch: Option<u32> },
	/// The intent that it answers stands before it in the log.
	Linked { intent: RecordId, intent_index: u64 },
	/// The statement is entry `index` of the log of `log_size` entries.
	Included { index: u64, log_size: u64 },
	/// The log's state is that of a block which the trusted authorities made final, or a set that they
	/// handed over to.
	Finalised {
		block_number: u32,
		block_hash: BlockHash,
		set_id: u64,
		authorities: usize,
		trusted_set_id: u64,
	},
	/// The log's state was in Bitcoin.
	Anchored { network: BitcoinNetwork, at: AnchoredAt },
}

impl Level {
	/// The level's name, in lower case.
	pub const fn name(&self) -> &'static str {
		match self {
			Level::Sealed { .. } => "sealed",
			Level::Linked { .. } => "linked",
			Level::Included { .. } => "included",
			Level::Finalised { .. } => "finalised",
			Level::Anchored { .. } => "anchored",
		}
	}

	/// Exactly what it proves, as a sentence.
	pub fn proves(&self) -> String {
		match self {
			Level::Sealed { operator, batch: None, .. } => format!(
				"the holder of the key of operator {operator} sealed exactly these bytes (ML-DSA-65)"
			),
			Level::Sealed { operator, batch: Some(count), .. } => format!(
				"the holder of the key of operator {operator} sealed a batch of {count} records, and this is one of them (ML-DSA-65)"
			),
			Level::Linked { intent, intent_index } => format!(
				"it answers the intent {intent}, sealed by the same operator, which is entry {intent_index}, before it in the log"
			),
			Level::Included { index, log_size } => {
				format!("it is entry {index} of the log of {log_size} entries, unaltered")
			},
			Level::Finalised { block_number, set_id, authorities, trusted_set_id, .. } => {
				let who = if set_id == trusted_set_id {
					format!("trusted authorities (set {set_id})")
				} else {
					format!("authorities of set {set_id}, to which the trusted set {trusted_set_id} led by signed hand-offs,")
				};
				format!(
					"more than two thirds of the {authorities} {who} made block {block_number}, which carries this log, final"
				)
			},
			Level::Anchored { network, at } => format!(
				"the log was committed in block {} of Bitcoin {} before about {} (its header's time, loose by hours), under {} confirmations and {} hashes of work",
				at.height,
				network.name(),
				utc(at.time.into()),
				at.confirmations,
				work_in_words(&at.work),
			),
		}
	}
}

/// The record that the bundle proves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
	/// Its id.
	pub id: RecordId,
	/// Digest of the statement that seals it or its batch.
	pub statement: StatementDigest,
	/// The statement's leaf in the log.
	pub leaf: LeafHash,
	/// The statement's index in the log.
	pub index: u64,
	/// Its fields.
	pub record: Record,
}

/// The intent that the record answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paired {
	/// Its id.
	pub intent: RecordId,
	/// Index of its statement in the log.
	pub intent_index: u64,
	/// The operator's clock when it was sealed, milliseconds since 1970.
	pub intent_time_ms: u64,
}

/// The verifier's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
	/// The verdict.
	pub verdict: Verdict,
	/// The trusted chain's name.
	pub chain: String,
	/// The trusted chain's genesis hash.
	pub genesis: GenesisHash,
	/// The trusted Bitcoin network. Always said, so that a test network never reads like Bitcoin's own.
	pub network: BitcoinNetwork,
	/// The log's size that the proof speaks for; revocations after it are not known.
	pub log_size: Option<u64>,
	/// The levels that hold.
	pub levels: Vec<Level>,
	/// The record, if its seal could be checked.
	pub subject: Option<Subject>,
	/// The answered intent, if the bundle shows it.
	pub paired: Option<Paired>,
}

impl Report {
	/// The report on a file that is no bundle.
	pub(crate) fn unread(trust: &TrustFile, reason: String) -> Self {
		Self {
			verdict: Verdict::Invalid { step: Step::Decode, reason },
			chain: trust.chain.clone(),
			genesis: trust.genesis,
			network: trust.bitcoin.network,
			log_size: None,
			levels: Vec::new(),
			subject: None,
			paired: None,
		}
	}

	/// Whether the proof reaches Bitcoin without being shown to be this chain's.
	pub fn is_only_timestamped(&self) -> bool {
		let has = |name| self.levels.iter().any(|level| level.name() == name);
		has("anchored") && !has("finalised")
	}

	/// The report as JSON, with the keys of `docs/formats/proof-bundle.md`.
	pub fn to_json(&self) -> Value {
		let (step, reason) = self.verdict.details();
		json!({
			"verdict": self.verdict.word(),
			"failed_step": step,
			"reason": reason,
			"chain": self.chain,
			"genesis_hash": self.genesis.to_string(),
			"bitcoin_network": self.network.name(),
			"only_timestamped": self.is_only_timestamped(),
			"no_revocation_as_of_log_size": self.log_size,
			"levels": self.levels.iter().map(Level::to_json).collect::<Vec<_>>(),
			"record": self.subject.as_ref().map(Subject::to_json),
			"intent": self.paired.map(|paired| json!({
				"id": paired.intent.to_string(),
				"index": paired.intent_index,
				"time_ms": paired.intent_time_ms,
			})),
		})
	}
}

impl Level {
	pub(crate) fn to_json(&self) -> Value {
		let mut value = json!({ "level": self.name(), "proves": self.proves() });
		let details = match self {
			Level::Sealed { operator, key, batch } => json!({
				"operator": operator.to_string(), "key": key.to_string(), "batch_count": batch,
			}),
			Level::Linked { intent, intent_index } => {
				json!({ "intent": intent.to_string(), "intent_index": intent_index })
			},
			Level::Included { index, log_size } => json!({ "index": index, "log_size": log_size }),
			Level::Finalised { block_number, block_hash, set_id, authorities, trusted_set_id } => {
				json!({
					"block_number": block_number, "block_hash": block_hash.to_string(),
					"set_id": set_id, "authorities": authorities, "trusted_set_id": trusted_set_id,
				})
			},
			Level::Anchored { network, at } => json!({
				"network": network.name(), "height": at.height,
				"block_hash": reversed_hex(&at.block_hash), "txid": reversed_hex(&at.txid),
				"time": at.time, "confirmations": at.confirmations, "work": work(&at.work),
			}),
		};
		if let (Some(value), Value::Object(details)) = (value.as_object_mut(), details) {
			value.extend(details);
		}
		value
	}
}

impl Subject {
	fn to_json(&self) -> Value {
		let record = &self.record;
		let text = |digest: Option<Digest32>| digest.map(|digest| digest.to_string());
		json!({
			"id": self.id.to_string(),
			"statement": self.statement.to_string(),
			"leaf": self.leaf.to_string(),
			"log_index": self.index,
			"kind": record.kind.name(),
			"operator": record.operator.to_string(),
			"log": record.log.to_string(),
			"sequence": record.sequence,
			"index": record.index,
			"previous": record.previous.map(|id| id.to_string()),
			"time_ms": record.time_ms,
			"model": text(record.model),
			"input": text(record.input),
			"output": text(record.output),
			"policy": text(record.policy),
			"authority": text(record.authority),
			"intent": record.intent.map(|id| id.to_string()),
			"parents": record.parents.iter().map(|id| id.to_string()).collect::<Vec<_>>(),
			"locator": record.locator,
			"batch_count": record.batch.map(|batch| batch.count),
		})
	}
}

/// Bitcoin prints hashes with their bytes reversed.
fn reversed_hex(hash: &[u8; 32]) -> String {
	let mut bytes = *hash;
	bytes.reverse();
	hex::encode(bytes)
}

/// Work as a hexadecimal number without leading zeros.
fn work(work: &[u8; 32]) -> String {
	let digits = hex::encode(work);
	let digits = digits.trim_start_matches('0');
	format!("0x{}", if digits.is_empty() { "0" } else { digits })
}

/// Work for a person: the power of two that it reaches.
fn work_in_words(work: &[u8; 32]) -> String {
	let leading = work.iter().take_while(|byte| **byte == 0).count();
	let first = work.get(leading).map(|byte| byte.ilog2());
	match first {
		Some(log) => {
			let below = work.len().saturating_sub(leading).saturating_sub(1).saturating_mul(8);
			format!("at least 2^{}", below.saturating_add(log as usize))
		},
		None => "no".into(),
	}
}

/// Seconds since 1970 as a UTC date and time (days from civil, after Howard Hinnant).
#[allow(clippy::arithmetic_side_effects)] // Seconds of 32 bits: nothing overflows 64.
fn utc(seconds: u64) -> String {
	let (days, rest) = (seconds / 86_400, seconds % 86_400);
	let z = days + 719_468;
	let era = z / 146_097;
	let day_of_era = z % 146_097;
	let year_of_era =
		(day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
	let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	let shifted_month = (5 * day_of_year + 2) / 153;
	let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
	let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
	let year = year_of_era + era * 400 + u64::from(month <= 2);
	let (hour, minute) = (rest / 3_600, rest % 3_600 / 60);
	format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02} UTC")
}

#[cfg(test)]
mod tests {
	#[test]
	fn times_are_written_in_utc() {
		assert_eq!(super::utc(0), "1970-01-01 00:00 UTC");
		assert_eq!(super::utc(951_827_696), "2000-02-29 12:34 UTC");
		assert_eq!(super::utc(4_102_444_800), "2100-01-01 00:00 UTC");
	}

	#[test]
	fn work_is_written_as_the_power_of_two_that_it_reaches() {
		let written = |place: usize, byte: u8| {
			let mut work = [0; 32];
			work[place] = byte;
			super::work_in_words(&work)
		};
		assert_eq!(written(31, 0), "no");
		assert_eq!(written(31, 1), "at least 2^0");
		assert_eq!(written(31, 0x0c), "at least 2^3");
		assert_eq!(written(21, 0x10), "at least 2^84");
		assert_eq!(written(0, 0x80), "at least 2^255");
	}
}
