//! An action as a user describes it: from options or from JSON; and the record that comes of it.

use crate::{
	commitment::{digest_file, open_with_salt, FileDigest, Opening},
	error::{CliError, ContentError, UsageError},
	journal::StoredOpening,
};
use pantheon_primitives::{
	opening::OpenedField, ChainHead, Digest32, GenesisHash, Kind, OperatorId, Record, RecordId,
};
use serde::Deserialize;
use serde_json::Value;
use std::{
	path::Path,
	time::{SystemTime, UNIX_EPOCH},
};

/// An action, ready to become a record.
#[derive(Clone, Debug)]
pub struct Action {
	/// What the record states.
	pub kind: Kind,
	/// The operator's clock; now, if none.
	pub time_ms: Option<u64>,
	/// Digest of the model's manifest.
	pub model: Option<Digest32>,
	/// What went in.
	pub input: Content,
	/// What came out.
	pub output: Content,
	/// Digest of the policy.
	pub policy: Option<Digest32>,
	/// Who permitted it.
	pub authority: Option<Digest32>,
	/// The answered intent.
	pub intent: Option<RecordId>,
	/// Lineage.
	pub parents: Vec<RecordId>,
	/// Where the payload is.
	pub locator: Option<String>,
}

/// What a record commits to.
#[derive(Clone, Debug, Default)]
pub enum Content {
	/// Nothing.
	#[default]
	None,
	/// A value: committed to with a fresh salt, and the opening is kept.
	Value(Value),
	/// A commitment whose opening the user keeps.
	Commitment(Digest32),
}

/// The JSON form of an action. Unknown fields are refused: a misspelt one must not vanish.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonAction {
	kind: Option<String>,
	time_ms: Option<u64>,
	model: Option<String>,
	input: Option<Value>,
	input_commitment: Option<String>,
	output: Option<Value>,
	output_commitment: Option<String>,
	policy: Option<String>,
	authority: Option<String>,
	intent: Option<String>,
	#[serde(default)]
	parents: Vec<String>,
	locator: Option<String>,
}

impl Action {
	/// An action of `kind` and nothing else.
	pub fn new(kind: Kind) -> Self {
		Self {
			kind,
			time_ms: None,
			model: None,
			input: Content::None,
			output: Content::None,
			policy: None,
			authority: None,
			intent: None,
			parents: Vec::new(),
			locator: None,
		}
	}

	/// Reads the JSON form. `default` is the kind of actions that name none.
	pub fn from_json(text: &str, default: Option<Kind>) -> Result<Self, ContentError> {
		let json: JsonAction = serde_json::from_str(text)?;
		let kind = match json.kind {
			Some(name) => kind_named(&name).ok_or(ContentError::UnknownKind(name))?,
			None => default.ok_or(ContentError::NoKind)?,
		};
		Ok(Self {
			kind,
			time_ms: json.time_ms,
			model: id(json.model, "model")?,
			input: content(json.input, json.input_commitment, "input")?,
			output: content(json.output, json.output_commitment, "output")?,
			policy: id(json.policy, "policy")?,
			authority: id(json.authority, "authority")?,
			intent: id(json.intent, "intent")?,
			parents: json
				.parents
				.into_iter()
				.map(|parent| parent.parse().map_err(|_| ContentError::Field("parents")))
				.collect::<Result<_, _>>()?,
			locator: json.locator,
		})
	}

	/// The record at the head of a chain, with the openings of its commitments.
	pub fn into_record(
		self,
		log: GenesisHash,
		operator: OperatorId,
		head: &ChainHead,
	) -> Result<(Record, Vec<StoredOpening>), CliError> {
		let kind = self.kind;
		self.fill(Record::new(log, operator, head, kind, 0))
	}

	/// The record as member `index` of the batch at the head of a chain.
	pub fn into_member(
		self,
		log: GenesisHash,
		operator: OperatorId,
		head: &ChainHead,
		index: u32,
	) -> Result<(Record, Vec<StoredOpening>), CliError> {
		let mut record = Record::new(log, operator, head, self.kind, 0);
		record.previous = None;
		record.index = Some(index);
		self.fill(record)
	}

	fn fill(self, mut record: Record) -> Result<(Record, Vec<StoredOpening>), CliError> {
		let (input, input_opening) = self.input.commit()?;
		let (output, output_opening) = self.output.commit()?;
		record.time_ms = self.time_ms.unwrap_or_else(now_ms);
		record.model = self.model;
		record.input = input;
		record.output = output;
		record.policy = self.policy;
		record.authority = self.authority;
		record.intent = self.intent;
		record.parents = self.parents;
		record.locator = self.locator;
		record.validate()?;
		let id = record.id();
		let openings = [(OpenedField::Input, input_opening), (OpenedField::Output, output_opening)]
			.into_iter()
			.filter_map(|(field, opening)| {
				opening.map(|opening| StoredOpening { record: id, field, opening })
			})
			.collect();
		Ok((record, openings))
	}
}

impl Content {
	fn commit(self) -> Result<(Option<Digest32>, Option<Opening>), CliError> {
		Ok(match self {
			Self::None => (None, None),
			Self::Commitment(digest) => (Some(digest), None),
			Self::Value(value) => {
				let opening = open_with_salt(&value)?;
				(Some(opening.commitment()), Some(opening))
			},
		})
	}
}

/// The operator's clock, milliseconds since 1970.
pub fn now_ms() -> u64 {
	let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
	u64::try_from(now.as_millis()).unwrap_or(u64::MAX)
}

/// A kind that operators seal one by one or in batches, by its name.
pub fn kind_named(name: &str) -> Option<Kind> {
	kinds().find(|kind| kind.name() == name)
}

/// The names of those kinds, for people.
pub fn kind_names() -> String {
	kinds().map(Kind::name).collect::<Vec<_>>().join(", ")
}

fn kinds() -> impl Iterator<Item = Kind> {
	Kind::ALL.into_iter().filter(|kind| kind.may_be_member())
}

/// A digest from the command line: 64 hex digits, or a file whose SHA-256 it is.
pub fn digest_or_file(text: &str) -> Result<Digest32, CliError> {
	if let Ok(digest) = text.parse() {
		return Ok(digest);
	}
	match digest_file(Path::new(text)) {
		Ok((_, digest)) => Ok(digest.into()),
		Err(_) => Err(UsageError::Digest(text.to_owned()).into()),
	}
}

/// The digests of files, in the given order.
pub fn files(paths: &[std::path::PathBuf]) -> Result<Vec<FileDigest>, CliError> {
	paths.iter().map(|path| FileDigest::of(path).map_err(CliError::from)).collect()
}

fn id<T: std::str::FromStr>(
	text: Option<String>,
	field: &'static str,
) -> Result<Option<T>, ContentError> {
	text.map(|text| text.parse().map_err(|_| ContentError::Field(field))).transpose()
}

fn content(
	value: Option<Value>,
	commitment: Option<String>,
	field: &'static str,
) -> Result<Content, ContentError> {
	match (value, id(commitment, field)?) {
		(Some(_), Some(_)) => Err(ContentError::Field(field)),
		(Some(value), None) => Ok(Content::Value(value)),
		(None, Some(digest)) => Ok(Content::Commitment(digest)),
		(None, None) => Ok(Content::None),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn json_becomes_a_record_with_openings() {
		let text = r#"{"kind":"intent","input":{"q":"why?"},"locator":"s3://x","time_ms":5}"#;
		let action = Action::from_json(text, None).unwrap();
		let (record, openings) = action
			.into_record(Default::default(), Default::default(), &ChainHead::default())
			.unwrap();
		assert_eq!((record.kind, record.time_ms, record.sequence), (Kind::Intent, 5, 0));
		assert_eq!(openings.len(), 1);
		assert_eq!(record.input, Some(openings[0].opening.commitment()));
		assert_eq!(openings[0].opening.content(), r#"{"q":"why?"}"#);
		assert_eq!(openings[0].record, record.id());
	}

	#[test]
	fn members_carry_their_index_and_no_link() {
		let head = ChainHead { next_sequence: 7, head: Some(RecordId::new([1; 32])) };
		let action = Action::from_json("{}", Some(Kind::Provenance)).unwrap();
		let (record, _) =
			action.into_member(Default::default(), Default::default(), &head, 3).unwrap();
		assert_eq!((record.sequence, record.index, record.previous), (7, Some(3), None));
	}

	#[test]
	fn misspelt_unknown_and_contradictory_fields_are_refused() {
		for text in [
			r#"{"kind":"intent","inptu":1}"#,
			r#"{"kind":"batch"}"#,
			r#"{"kind":"key-rotate"}"#,
			r#"{"kind":"intent","model":"xyz"}"#,
			r#"{"kind":"intent","input":1,"input_commitment":"00"}"#,
			r#"{}"#,
			"not json",
		] {
			assert!(Action::from_json(text, None).is_err(), "{text}");
		}
		let said = |text| Action::from_json(text, None).unwrap_err().to_string();
		let kinds = "intent, outcome, denial, approval, provenance";
		assert_eq!(said("{}"), format!("the action names no kind, which is one of {kinds}"));
		let batch = said(r#"{"kind":"batch"}"#);
		assert_eq!(batch, format!("\"batch\" is no kind of action, which is one of {kinds}"));
		let outcome = Action::from_json(r#"{"kind":"outcome"}"#, None).unwrap();
		let refused =
			outcome.into_record(Default::default(), Default::default(), &ChainHead::default());
		assert!(matches!(refused, Err(CliError::Record(_))));
	}
}
