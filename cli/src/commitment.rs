//! Salted commitments to what goes into an action and what comes out: openings with fresh salts, and the
//! digests of files. Format: `docs/formats/opening.md`.

use rand::{rngs::OsRng, RngCore};
use serde::Serialize;
use serde_json::Value;
use std::{
	fs::File,
	io::{self, Read},
	path::{Path, PathBuf},
};

pub use pantheon_primitives::opening::{Opening, OpeningError};

/// An opening of `content` with a fresh salt. Object keys are sorted, so that equal values have equal
/// texts.
pub fn open_with_salt(content: &Value) -> Result<Opening, OpeningError> {
	let mut salt = [0; 32];
	OsRng.fill_bytes(&mut salt);
	Opening::from_parts(salt, sorted(content).to_string())
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
	use pantheon_primitives::{hash::sha256, opening::MAX_CONTENT};
	use serde_json::json;

	#[test]
	fn object_keys_are_sorted() {
		let opening = open_with_salt(&json!({"b": 1, "a": [true, {"z": 1, "y": 2}]})).unwrap();
		assert_eq!(opening.content(), r#"{"a":[true,{"y":2,"z":1}],"b":1}"#);
		assert_eq!(Opening::decode(&opening.encode()), Ok(opening));
	}

	#[test]
	fn equal_contents_have_unequal_commitments() {
		let value = json!("yes");
		let commitment = || open_with_salt(&value).unwrap().commitment();
		assert_ne!(commitment(), commitment());
	}

	#[test]
	fn a_long_content_is_refused() {
		let huge = Value::String("x".repeat(MAX_CONTENT));
		assert!(matches!(open_with_salt(&huge), Err(OpeningError::TooLarge(_))));
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
