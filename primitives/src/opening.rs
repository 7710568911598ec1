//! Openings: what the salted commitments of a record open to. Format: `docs/formats/opening.md`.
//!
//! A record carries only `SHA-256(domain ‖ opening)`. The opening holds a random salt, so that nobody can
//! guess a short content from the digest; who deletes the opening has erased the content.

use crate::{
	cbor::{Reader, Unexpected, Writer},
	hash::sha256,
	Digest32, Record, RecordId,
};
use alloc::{
	string::{String, ToString},
	vec::Vec,
};
use serde::{Deserialize, Serialize};

/// What stands before an opening when it's hashed.
pub const OPENING_DOMAIN: &[u8] = b"pantheon/opening/v1\n";
/// The opening format's version.
pub const OPENING_VERSION: u64 = 1;
/// Most bytes of an opening's content.
pub const MAX_CONTENT: usize = 1 << 20;
/// The openings file's version: value of `pantheon_openings`.
pub const OPENINGS_FILE_VERSION: u64 = 1;

/// What a commitment opens to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
	salt: [u8; 32],
	content: String,
}

/// Why there is no opening.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OpeningError {
	/// More than [`MAX_CONTENT`] bytes.
	#[error("the content has {0} bytes, more than the {MAX_CONTENT} that an opening may hold")]
	TooLarge(usize),
	/// Not an opening in canonical form.
	#[error("it is not an opening, or it is damaged")]
	Malformed,
	/// A version that is not known here.
	#[error("opening version {0} is not known")]
	UnknownVersion(u64),
}

impl From<Unexpected> for OpeningError {
	fn from(_: Unexpected) -> Self {
		Self::Malformed
	}
}

impl Opening {
	/// An opening of this JSON text. The salt must come from a random source, fresh for each opening.
	pub fn from_parts(salt: [u8; 32], content: String) -> Result<Self, OpeningError> {
		if content.len() > MAX_CONTENT {
			return Err(OpeningError::TooLarge(content.len()));
		}
		Ok(Self { salt, content })
	}

	/// The JSON text that was committed to.
	pub fn content(&self) -> &str {
		&self.content
	}

	/// What a record carries.
	pub fn commitment(&self) -> Digest32 {
		sha256(&[OPENING_DOMAIN, &self.encode()].concat()).into()
	}

	/// Deterministic CBOR: {1: version, 2: salt, 3: content as JSON text}.
	pub fn encode(&self) -> Vec<u8> {
		let mut out = Writer::new();
		out.map(3).uint(1).uint(OPENING_VERSION);
		out.uint(2).bytes(&self.salt);
		out.uint(3).text(&self.content);
		out.finish()
	}

	/// Reads [`Self::encode`]; anything else is refused.
	pub fn decode(bytes: &[u8]) -> Result<Self, OpeningError> {
		let mut input = Reader::new(bytes);
		if input.map()? != 3 || input.uint()? != 1 {
			return Err(OpeningError::Malformed);
		}
		let version = input.uint()?;
		if version != OPENING_VERSION {
			return Err(OpeningError::UnknownVersion(version));
		}
		if input.uint()? != 2 {
			return Err(OpeningError::Malformed);
		}
		let salt = input.fixed()?;
		if input.uint()? != 3 {
			return Err(OpeningError::Malformed);
		}
		let opening = Self::from_parts(salt, input.text()?.into())?;
		if opening.encode() != bytes {
			return Err(OpeningError::Malformed);
		}
		Ok(opening)
	}
}

/// The field of a record that a commitment stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OpenedField {
	/// What went into the action.
	Input,
	/// What came out.
	Output,
}

impl OpenedField {
	/// The field of this name.
	pub fn named(name: &str) -> Option<Self> {
		[Self::Input, Self::Output].into_iter().find(|field| field.name() == name)
	}

	/// The field's name, in lower case.
	pub const fn name(self) -> &'static str {
		match self {
			OpenedField::Input => "input",
			OpenedField::Output => "output",
		}
	}

	/// The commitment that a record carries there.
	pub const fn of(self, record: &Record) -> Option<Digest32> {
		match self {
			OpenedField::Input => record.input,
			OpenedField::Output => record.output,
		}
	}
}

/// An openings file: the openings of one record's commitments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpeningsFile {
	/// The record that commits.
	pub record: RecordId,
	/// What its commitments open to.
	pub openings: Vec<(OpenedField, Opening)>,
}

/// Why a file is not an openings file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OpeningsFileError {
	/// Not JSON, or not the fields of an openings file.
	#[error("not an openings file: {0}")]
	Malformed(String),
	/// A version that is not known here.
	#[error("openings file version {0} is not known")]
	UnknownVersion(u64),
	/// A field's text does not have the right form.
	#[error("field {0} of the openings file is not valid")]
	Field(&'static str),
	/// An opening cannot be read.
	#[error("an opening of the {}: {error}", field.name())]
	Opening {
		/// Where its commitment stands.
		field: OpenedField,
		/// Why.
		error: OpeningError,
	},
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Json {
	pantheon_openings: u64,
	record: String,
	openings: Vec<JsonOpening>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonOpening {
	field: OpenedField,
	opening: String,
}

impl OpeningsFile {
	/// Reads an openings file. Unknown fields are refused.
	pub fn parse(json: &[u8]) -> Result<Self, OpeningsFileError> {
		let json: Json = serde_json::from_slice(json)
			.map_err(|error| OpeningsFileError::Malformed(error.to_string()))?;
		if json.pantheon_openings != OPENINGS_FILE_VERSION {
			return Err(OpeningsFileError::UnknownVersion(json.pantheon_openings));
		}
		let mut record = [0; 32];
		hex::decode_to_slice(&json.record, &mut record)
			.map_err(|_| OpeningsFileError::Field("record"))?;
		let openings = json.openings.iter().map(|item| {
			let field = item.field;
			let bytes = hex::decode(&item.opening)
				.map_err(|_| OpeningsFileError::Field("openings.opening"))?;
			let opening = Opening::decode(&bytes)
				.map_err(|error| OpeningsFileError::Opening { field, error })?;
			Ok((field, opening))
		});
		Ok(Self { record: record.into(), openings: openings.collect::<Result<_, _>>()? })
	}

	/// The file's text.
	pub fn to_json(&self) -> String {
		let openings = self.openings.iter().map(|(field, opening)| JsonOpening {
			field: *field,
			opening: hex::encode(opening.encode()),
		});
		let json = Json {
			pantheon_openings: OPENINGS_FILE_VERSION,
			record: self.record.to_string(),
			openings: openings.collect(),
		};
		// A struct of strings and numbers always serialises.
		serde_json::to_string(&json).unwrap_or_default()
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use alloc::{format, vec};

	fn opening() -> Opening {
		Opening::from_parts([7; 32], r#"{"answer":42}"#.into()).unwrap()
	}

	#[test]
	fn an_opening_is_read_back_and_fixes_its_content() {
		let read = Opening::decode(&opening().encode()).unwrap();
		assert_eq!(read, opening());
		assert_eq!(read.commitment(), opening().commitment());
		let other = Opening::from_parts([7; 32], r#"{"answer":43}"#.into()).unwrap();
		assert_ne!(other.commitment(), opening().commitment());
		let salted = Opening::from_parts([8; 32], opening().content().into()).unwrap();
		assert_ne!(salted.commitment(), opening().commitment());
	}

	#[test]
	fn damaged_openings_are_refused() {
		let bytes = opening().encode();
		for end in 0..bytes.len() {
			assert!(Opening::decode(&bytes[..end]).is_err());
		}
		let mut longer = bytes.clone();
		longer.push(0);
		assert_eq!(Opening::decode(&longer), Err(OpeningError::Malformed));
		let mut version = bytes.clone();
		version[2] = 9;
		assert_eq!(Opening::decode(&version), Err(OpeningError::UnknownVersion(9)));
		// The same opening with a length in a longer form.
		let mut long_form = bytes;
		long_form.splice(0..1, [0xb8, 3]);
		assert_eq!(Opening::decode(&long_form), Err(OpeningError::Malformed));
		let huge = Opening::from_parts([0; 32], "x".repeat(MAX_CONTENT + 1));
		assert_eq!(huge, Err(OpeningError::TooLarge(MAX_CONTENT + 1)));
	}

	#[test]
	fn openings_files_come_back_and_bad_ones_do_not() {
		let file = OpeningsFile {
			record: [9; 32].into(),
			openings: vec![(OpenedField::Input, opening()), (OpenedField::Output, opening())],
		};
		let json = file.to_json();
		assert_eq!(OpeningsFile::parse(json.as_bytes()), Ok(file));
		let with = |from: &str, to: &str| {
			assert!(json.contains(from), "{from}");
			OpeningsFile::parse(json.replace(from, to).as_bytes())
		};
		let version = with("openings\":1", "openings\":2");
		assert_eq!(version, Err(OpeningsFileError::UnknownVersion(2)));
		let id = format!("{:?}", "09".repeat(32));
		assert_eq!(with(&id, "\"09\""), Err(OpeningsFileError::Field("record")));
		let error = with("a30101", "a30102");
		let field = OpenedField::Input;
		let unknown = OpeningError::UnknownVersion(2);
		assert_eq!(error, Err(OpeningsFileError::Opening { field, error: unknown }));
		assert_eq!(with("a30101", "zz0101"), Err(OpeningsFileError::Field("openings.opening")));
		for (from, to) in [("input", "inputs"), ("\"record\"", "\"more\":1,\"record\"")] {
			assert!(matches!(with(from, to), Err(OpeningsFileError::Malformed(_))), "{to}");
		}
	}
}
