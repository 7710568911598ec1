//! The anchor file: what `pantheon-anchor` exports and `pantheon proof --anchor` reads.
//!
//! Deterministic CBOR, one map of three entries:
//!
//! | key | value |
//! |---|---|
//! | 1 | format version, the integer 1 |
//! | 2 | the anchored checkpoint, its 112 canonical bytes |
//! | 3 | the anchor's Bitcoin proof, SCALE bytes of [`AnchorProof`] |
//!
//! An anchor file carries no trust: whoever reads one gets a claim that the verifier checks against
//! the auditor's trust file.

use codec::{DecodeAll, Encode};
use minicbor::{data::Type, Decoder, Encoder};
use pantheon_primitives::{bitcoin::AnchorProof, Checkpoint};
use std::{
	fs, io,
	path::{Path, PathBuf},
};

/// The format version that this module writes and reads.
pub const VERSION: u64 = 1;
/// The largest anchor file that is read, in bytes. A proof with 2,016 headers and a transaction of
/// 100 kB stays well below it.
pub const MAX_LEN: usize = 1024 * 1024;
/// The usual file name extension.
pub const EXTENSION: &str = "anchor";

/// An anchored checkpoint with the Bitcoin part of its proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnchorFile {
	/// The checkpoint that the Bitcoin transaction commits to.
	pub checkpoint: Checkpoint,
	/// Transaction, paths and headers.
	pub proof: AnchorProof,
}

/// Why bytes are not an anchor file.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum AnchorFileError {
	/// More than [`MAX_LEN`] bytes.
	#[error("it has {0} bytes, more than the {MAX_LEN} that an anchor file may have")]
	TooLarge(usize),
	/// Not a CBOR map of the three known keys with the types listed above.
	#[error("it is not an anchor file, or it is truncated")]
	Malformed,
	/// Correct values, but not in the one canonical form (or with trailing bytes).
	#[error("it is not in canonical form or has bytes after its end")]
	NotCanonical,
	/// A version that this program doesn't know.
	#[error("its format version {0} is unknown to this program")]
	UnknownVersion(u64),
	/// The checkpoint isn't 112 bytes, or its block number exceeds 32 bits.
	#[error("its checkpoint is malformed")]
	Checkpoint,
	/// The Bitcoin proof doesn't decode.
	#[error("its Bitcoin proof is malformed")]
	Proof,
}

/// Why an anchor file could not be read from disk.
#[derive(Debug, thiserror::Error)]
pub enum AnchorReadError {
	/// The file system refused.
	#[error("can't read {path}: {source}")]
	Io {
		/// What was read.
		path: PathBuf,
		/// What the system said.
		source: io::Error,
	},
	/// The content is refused.
	#[error("{path}: {source}")]
	Content {
		/// What was read.
		path: PathBuf,
		/// Why it is refused.
		source: AnchorFileError,
	},
}

impl AnchorFile {
	/// The canonical bytes of the file.
	pub fn encode(&self) -> Vec<u8> {
		let proof = self.proof.encode();
		let mut e = Encoder::new(Vec::with_capacity(proof.len().saturating_add(128)));
		// Writing into a Vec can't fail: its error type is Infallible.
		let written = (|| -> Result<(), minicbor::encode::Error<core::convert::Infallible>> {
			e.map(3)?.u8(1)?.u64(VERSION)?;
			e.u8(2)?.bytes(&self.checkpoint.encode_canonical())?;
			e.u8(3)?.bytes(&proof)?;
			Ok(())
		})();
		debug_assert!(written.is_ok());
		e.into_writer()
	}

	/// Reads the bytes of an anchor file. Only the canonical form is accepted.
	pub fn decode(bytes: &[u8]) -> Result<Self, AnchorFileError> {
		if bytes.len() > MAX_LEN {
			return Err(AnchorFileError::TooLarge(bytes.len()));
		}
		let malformed = |_| AnchorFileError::Malformed;
		let mut d = Decoder::new(bytes);
		if d.map().map_err(malformed)? != Some(3) {
			return Err(AnchorFileError::Malformed);
		}
		expect_key(&mut d, 1)?;
		let version = d.u64().map_err(malformed)?;
		if version != VERSION {
			return Err(AnchorFileError::UnknownVersion(version));
		}
		expect_key(&mut d, 2)?;
		let checkpoint = definite_bytes(&mut d)?
			.try_into()
			.ok()
			.and_then(Checkpoint::decode_canonical)
			.ok_or(AnchorFileError::Checkpoint)?;
		expect_key(&mut d, 3)?;
		let proof = AnchorProof::decode_all(&mut definite_bytes(&mut d)?)
			.map_err(|_| AnchorFileError::Proof)?;
		let file = Self { checkpoint, proof };
		if file.encode() != bytes {
			return Err(AnchorFileError::NotCanonical);
		}
		Ok(file)
	}

	/// Reads one anchor file from disk.
	pub fn read(path: &Path) -> Result<Self, AnchorReadError> {
		let io = |source| AnchorReadError::Io { path: path.to_owned(), source };
		let content = |source| AnchorReadError::Content { path: path.to_owned(), source };
		let length = fs::metadata(path).map_err(io)?.len();
		let length = usize::try_from(length).unwrap_or(usize::MAX);
		if length > MAX_LEN {
			return Err(content(AnchorFileError::TooLarge(length)));
		}
		Self::decode(&fs::read(path).map_err(io)?).map_err(content)
	}

	/// The file itself, or the `*.anchor` files of a directory (not of its subdirectories) by name. Nothing is
	/// read yet: a year of anchors may hold more headers than one wants in memory at once.
	pub fn list(path: &Path) -> Result<Vec<PathBuf>, AnchorReadError> {
		if !path.is_dir() {
			return Ok(vec![path.to_owned()]);
		}
		let io = |source| AnchorReadError::Io { path: path.to_owned(), source };
		let mut files = Vec::new();
		for item in fs::read_dir(path).map_err(io)? {
			let file = item.map_err(io)?.path();
			if file.extension().is_some_and(|e| e == EXTENSION) && file.is_file() {
				files.push(file);
			}
		}
		files.sort();
		Ok(files)
	}
}

fn expect_key(d: &mut Decoder<'_>, key: u8) -> Result<(), AnchorFileError> {
	match d.u8() {
		Ok(found) if found == key => Ok(()),
		_ => Err(AnchorFileError::Malformed),
	}
}

fn definite_bytes<'b>(d: &mut Decoder<'b>) -> Result<&'b [u8], AnchorFileError> {
	match d.datatype() {
		Ok(Type::Bytes) => d.bytes().map_err(|_| AnchorFileError::Malformed),
		_ => Err(AnchorFileError::Malformed),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use pantheon_primitives::{BlockHash, GenesisHash, LogRoot};

	fn sample() -> AnchorFile {
		AnchorFile {
			checkpoint: Checkpoint {
				genesis: GenesisHash::new([1; 32]),
				block_number: 77,
				block_hash: BlockHash::new([2; 32]),
				log_size: 1_002,
				log_root: LogRoot::new([3; 32]),
			},
			proof: AnchorProof {
				transaction: vec![4; 100],
				position: 1,
				path: vec![[5; 32]],
				coinbase: vec![6; 90],
				coinbase_path: vec![[7; 32]],
				first_height: 101,
				block: 0,
				headers: vec![[8; 80]; 6],
			},
		}
	}

	#[test]
	fn what_is_written_is_read() {
		let file = sample();
		assert_eq!(AnchorFile::decode(&file.encode()).unwrap(), file);
	}

	#[test]
	fn every_truncation_and_any_trailing_byte_is_refused() {
		let bytes = sample().encode();
		for end in 0..bytes.len() {
			assert!(AnchorFile::decode(&bytes[..end]).is_err(), "accepted {end} bytes");
		}
		let mut longer = bytes;
		longer.push(0);
		assert_eq!(AnchorFile::decode(&longer), Err(AnchorFileError::NotCanonical));
	}

	#[test]
	fn other_versions_are_refused_by_number() {
		let mut bytes = sample().encode();
		assert_eq!(bytes[..3], [0xa3, 1, 1]);
		bytes[2] = 2;
		assert_eq!(AnchorFile::decode(&bytes), Err(AnchorFileError::UnknownVersion(2)));
	}

	#[test]
	fn longer_than_needed_integers_are_refused() {
		let bytes = sample().encode();
		// The version 1 written in two bytes instead of one.
		let mut long = vec![0xa3, 1, 0x18, 1];
		long.extend_from_slice(&bytes[3..]);
		assert_eq!(AnchorFile::decode(&long), Err(AnchorFileError::NotCanonical));
	}

	#[test]
	fn a_checkpoint_of_another_length_or_with_a_huge_block_number_is_refused() {
		let file = sample();
		let canonical = file.checkpoint.encode_canonical();
		let with_checkpoint = |checkpoint: &[u8]| {
			let mut e = Encoder::new(Vec::new());
			e.map(3).unwrap().u8(1).unwrap().u64(1).unwrap().u8(2).unwrap();
			e.bytes(checkpoint).unwrap().u8(3).unwrap().bytes(&file.proof.encode()).unwrap();
			AnchorFile::decode(&e.into_writer())
		};
		assert_eq!(with_checkpoint(&canonical), Ok(file.clone()));
		assert_eq!(with_checkpoint(&canonical[1..]), Err(AnchorFileError::Checkpoint));
		let mut huge = canonical;
		huge[32] = 1;
		assert_eq!(with_checkpoint(&huge), Err(AnchorFileError::Checkpoint));
	}

	#[test]
	fn a_directory_gives_its_anchor_files_only() {
		let dir = tempfile::tempdir().unwrap();
		let anchor = dir.path().join("b.anchor");
		std::fs::write(&anchor, sample().encode()).unwrap();
		std::fs::write(dir.path().join("notes.txt"), b"not an anchor").unwrap();
		assert_eq!(AnchorFile::list(dir.path()).unwrap(), [anchor.clone()]);
		assert_eq!(AnchorFile::list(&anchor).unwrap(), [anchor.clone()]);
		assert_eq!(AnchorFile::read(&anchor).unwrap(), sample());
		assert!(AnchorFile::read(&dir.path().join("missing")).is_err());
	}
}
