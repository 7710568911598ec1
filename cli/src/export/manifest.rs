//! The manifest: which chain, how much, and the digest of each data file.

use super::{ANCHORS, BITCOIN_HEADERS, BLOCKS};
use serde::{Deserialize, Serialize};

/// The manifest's version: value of `pantheon_audit_export`.
const VERSION: u64 = 1;

/// What a data file should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileSeal {
	/// Its name in the directory.
	pub name: String,
	/// Its length.
	pub bytes: u64,
	/// SHA-256 of its bytes, in hexadecimal.
	pub sha256: String,
}

/// The manifest of an export.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
	pantheon_audit_export: u64,
	/// The chain, in hexadecimal.
	pub genesis_hash: String,
	/// Number of the last block.
	pub last_block: u32,
	/// Hash of the last block, in hexadecimal.
	pub last_block_hash: String,
	/// Entries of the log after it.
	pub log_size: u64,
	/// Anchors in the export.
	pub anchors: u64,
	/// Height of the first Bitcoin header in the export.
	pub first_bitcoin_height: u32,
	/// The data files, in the order of their names.
	pub files: Vec<FileSeal>,
}

/// Why bytes are not a manifest.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
	/// Not the JSON of a manifest.
	#[error("it is not the manifest of an audit export: {0}")]
	Json(#[from] serde_json::Error),
	/// Another version.
	#[error("export version {0} is not known")]
	UnknownVersion(u64),
	/// Other bytes than this program writes for the same content.
	#[error("it is not written as this program writes it")]
	NotCanonical,
	/// Not exactly the data files.
	#[error("it does not list exactly the files of an export")]
	Files,
}

impl Manifest {
	/// A manifest of this version; `files` in any order.
	pub fn new(
		genesis_hash: String,
		last_block: u32,
		last_block_hash: String,
		log_size: u64,
		anchors: u64,
		first_bitcoin_height: u32,
		mut files: Vec<FileSeal>,
	) -> Self {
		files.sort_by(|left, right| left.name.cmp(&right.name));
		Self {
			pantheon_audit_export: VERSION,
			genesis_hash,
			last_block,
			last_block_hash,
			log_size,
			anchors,
			first_bitcoin_height,
			files,
		}
	}

	/// The file's text.
	pub fn to_json(&self) -> String {
		// A struct of strings and numbers always serialises.
		serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
	}

	/// Reads [`Self::to_json`], and nothing else.
	pub fn parse(json: &[u8]) -> Result<Self, ManifestError> {
		let manifest: Self = serde_json::from_slice(json)?;
		if manifest.pantheon_audit_export != VERSION {
			return Err(ManifestError::UnknownVersion(manifest.pantheon_audit_export));
		}
		if manifest.to_json().as_bytes() != json {
			return Err(ManifestError::NotCanonical);
		}
		let names: Vec<&str> = manifest.files.iter().map(|file| file.name.as_str()).collect();
		if names != [ANCHORS, BITCOIN_HEADERS, BLOCKS] {
			return Err(ManifestError::Files);
		}
		Ok(manifest)
	}

	/// What a data file should be.
	pub fn file(&self, name: &str) -> Option<&FileSeal> {
		self.files.iter().find(|file| file.name == name)
	}
}
