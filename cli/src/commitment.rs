//! Salted commitments to what goes into an action and what comes out. Format:
//! `docs/formats/opening.md`.
//!
//! A record carries only `SHA-256(domain ‖ opening)`. The opening holds a random salt, so that nobody
//! can guess a short content from the digest; who deletes the opening has erased the content.

use minicbor::{Decoder, Encoder};
use pantheon_primitives::{hash::sha256, Digest32};
use rand::{rngs::OsRng, RngCore};
use serde::Serialize;
use serde_json::Value;
use std::{
	fs::File,
	io::{self, Read},
	path::{Path, PathBuf},
};

/// What stands before an opening when it's hashed.
pub const DOMAIN: &[u8] = b"pantheon/opening/v1\n";
/// The opening format's version.
pub const VERSION: u64 = 1;
/// Most bytes of an opening's content.
pub const MAX_CONTENT: usize = 1024 * 1024;

/// What a commitment opens to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
	salt: [u8; 32],
	content: String,
}

/// Why there is no opening.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
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

impl Opening {
	/// An opening of `content` with a fresh salt. Object keys are sorted, so that equal values have
	/// equal texts.
	pub fn new(content: &Value) -> Result<Self, OpeningError> {
		let content = sorted(content).to_string();
		if content.len() > MAX_CONTENT {
			return Err(OpeningError::TooLarge(content.len()));
		}
		let mut salt = [0; 32];
		OsRng.fill_bytes(&mut salt);
		Ok(Self { salt, content })
	}

	/// The JSON text that was committed to.
	pub fn content(&self) -> &str {
		&self.content
	}

	/// What a record carries.
	pub fn commitment(&self) -> Digest32 {
		sha256(&[DOMAIN, &self.encode()].concat()).into()
	}

	/// Deterministic CBOR: {1: version, 2: salt, 3: content as JSON text}.
	pub fn encode(&self) -> Vec<u8> {
		let mut e = Encoder::new(Vec::with_capacity(self.content.len().saturating_add(48)));
		// Writing into a Vec can't fail: its error type is Infallible.
		let written = (|| -> Result<(), minicbor::encode::Error<core::convert::Infallible>> {
			e.map(3)?.u8(1)?.u64(VERSION)?;
			e.u8(2)?.bytes(&self.salt)?;
			e.u8(3)?.str(&self.content)?;
			Ok(())
		})();
		debug_assert!(written.is_ok());
		e.into_writer()
	}

	/// Reads [`Self::encode`]; anything else is refused.
	pub fn decode(bytes: &[u8]) -> Result<Self, OpeningError> {
		let malformed = |_| OpeningError::Malformed;
		let mut d = Decoder::new(bytes);
		if d.map().map_err(malformed)? != Some(3) || d.u8().map_err(malformed)? != 1 {
			return Err(OpeningError::Malformed);
		}
		let version = d.u64().map_err(malformed)?;
		if version != VERSION {
			return Err(OpeningError::UnknownVersion(version));
		}
		if d.u8().map_err(malformed)? != 2 {
			return Err(OpeningError::Malformed);
		}
		let salt = d.bytes().map_err(malformed)?.try_into().map_err(|_| OpeningError::Malformed)?;
		if d.u8().map_err(malformed)? != 3 {
			return Err(OpeningError::Malformed);
		}
		let opening = Self { salt, content: d.str().map_err(malformed)?.to_owned() };
		if opening.content.len() > MAX_CONTENT {
			return Err(OpeningError::TooLarge(opening.content.len()));
		}
		(opening.encode() == bytes).then_some(opening).ok_or(OpeningError::Malformed)
	}
}

fn sorted(value: &Value) -> Value {
	match value {
		Value::Object(map) => {
			let mut entries: Vec<_> = map.iter().collect();
			entries.sort_by(|a, b| a.0.cmp(b.0));
			entries.into_iter().map(|(key, value)| (key.clone(), sorted(value))).collect()
		},
		Value::Array(items) => items.iter().map(sorted).collect(),
		other => other.clone(),
	}
}

/// A file as openings name it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileDigest {
	/// The path as the user gave it.
	pub path: String,
	/// Its length in bytes.
	pub bytes: u64,
	/// SHA-256 of its content, hex.
	pub sha256: String,
}

/// A file can't be read.
#[derive(Debug, thiserror::Error)]
#[error("can't read {path}: {source}")]
pub struct FileError {
	/// The file.
	pub path: PathBuf,
	/// What the system said.
	pub source: io::Error,
}

/// Length and SHA-256 of a file, read piece by piece.
pub fn digest_file(path: &Path) -> Result<(u64, [u8; 32]), FileError> {
	use sha2::{Digest, Sha256};
	let fail = |source| FileError { path: path.to_owned(), source };
	let mut file = File::open(path).map_err(fail)?;
	let (mut hash, mut length, mut piece) = (Sha256::new(), 0u64, vec![0; 1 << 16]);
	loop {
		match file.read(&mut piece).map_err(fail)? {
			0 => return Ok((length, hash.finalize().into())),
			read => {
				hash.update(&piece[..read]);
				length = length.saturating_add(read as u64);
			},
		}
	}
}

impl FileDigest {
	/// Reads and hashes a file.
	pub fn of(path: &Path) -> Result<Self, FileError> {
		let (bytes, sha256) = digest_file(path)?;
		Ok(Self { path: path.display().to_string(), bytes, sha256: hex::encode(sha256) })
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use serde_json::json;

	#[test]
	fn an_opening_is_read_back_and_fixes_its_content() {
		let opening = Opening::new(&json!({"b": 1, "a": [true, {"z": 1, "y": 2}]})).unwrap();
		assert_eq!(opening.content(), r#"{"a":[true,{"y":2,"z":1}],"b":1}"#);
		let read = Opening::decode(&opening.encode()).unwrap();
		assert_eq!(read, opening);
		assert_eq!(read.commitment(), opening.commitment());
		let mut other = opening.clone();
		other.content.push(' ');
		assert_ne!(other.commitment(), opening.commitment());
	}

	#[test]
	fn equal_contents_have_unequal_commitments() {
		let value = json!("yes");
		let commitment = || Opening::new(&value).unwrap().commitment();
		assert_ne!(commitment(), commitment());
	}

	#[test]
	fn damaged_openings_are_refused() {
		let bytes = Opening::new(&json!("x")).unwrap().encode();
		for end in 0..bytes.len() {
			assert!(Opening::decode(&bytes[..end]).is_err());
		}
		let mut longer = bytes.clone();
		longer.push(0);
		assert_eq!(Opening::decode(&longer), Err(OpeningError::Malformed));
		let mut version = bytes;
		version[2] = 9;
		assert_eq!(Opening::decode(&version), Err(OpeningError::UnknownVersion(9)));
		let huge = Value::String("x".repeat(MAX_CONTENT));
		assert!(matches!(Opening::new(&huge), Err(OpeningError::TooLarge(_))));
	}

	#[test]
	fn files_are_hashed_whole() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("data");
		let content = vec![7u8; (1 << 16) + 5];
		std::fs::write(&path, &content).unwrap();
		assert_eq!(digest_file(&path).unwrap(), (content.len() as u64, sha256(&content)));
		let missing = FileDigest::of(&dir.path().join("none")).unwrap_err();
		assert!(missing.to_string().contains("none"));
	}
}
