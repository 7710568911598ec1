//! Reading an export back, item by item, and auditing it. Memory is bounded by the largest item and by what
//! the auditor keeps.

use super::{bitcoin::HeaderFile, Manifest, ANCHORS, BITCOIN_HEADERS, BLOCKS, MANIFEST};
use crate::{
	commitment::FileError,
	error::{CliError, ContentError},
	home::read_file,
};
use pantheon_primitives::{
	audit::{AnchorClaim, Auditor, BlockItem, Event, Finding, MAX_ITEM_LEN},
	bitcoin::HEADER_LEN,
	trust::TrustFile,
};
use sha2::{Digest, Sha256};
use std::{
	fs::File,
	io::{self, BufReader, ErrorKind, Read},
	path::{Path, PathBuf},
};

/// What is wrong with an export: with what it says, or with a file itself.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
	/// A rule of the log does not hold.
	#[error("{0}")]
	Finding(Box<Finding>),
	/// A file is not what it should be.
	#[error("{file}, byte {byte}: rule file: {reason}")]
	File {
		/// Its name.
		file: &'static str,
		/// Where the reading stopped making sense.
		byte: u64,
		/// Why.
		reason: String,
	},
	/// The manifest says something else than the files show.
	#[error("{MANIFEST}: rule manifest: {0}")]
	Manifest(String),
}

impl From<Finding> for Damage {
	fn from(finding: Finding) -> Self {
		Self::Finding(Box::new(finding))
	}
}

/// Why an export was not audited to its end.
#[derive(Debug)]
pub enum Stopped {
	/// Something is wrong with it.
	Damage(Damage),
	/// It can't be read.
	Error(CliError),
}

impl From<Finding> for Stopped {
	fn from(finding: Finding) -> Self {
		Self::Damage(finding.into())
	}
}

/// A file that is read from its beginning to its end, with its digest.
struct Reading {
	name: &'static str,
	path: PathBuf,
	file: BufReader<File>,
	digest: Sha256,
	at: u64,
}

impl Reading {
	fn open(path: PathBuf, name: &'static str) -> Result<Self, CliError> {
		let file = File::open(&path).map_err(|source| unreadable(&path, source))?;
		Ok(Self { name, path, file: BufReader::new(file), digest: Sha256::new(), at: 0 })
	}

	fn damaged(&self, reason: impl ToString) -> Stopped {
		Stopped::Damage(Damage::File { file: self.name, byte: self.at, reason: reason.to_string() })
	}

	/// Fills the whole buffer; false at the end of the file.
	fn fill(&mut self, buffer: &mut [u8]) -> Result<bool, Stopped> {
		let mut filled = 0;
		while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
			match self.file.read(rest) {
				Ok(0) if filled == 0 => return Ok(false),
				Ok(0) => return Err(self.damaged("the file is cut off")),
				Ok(count) => filled = filled.saturating_add(count),
				Err(error) if error.kind() == ErrorKind::Interrupted => {},
				Err(source) => return Err(Stopped::Error(unreadable(&self.path, source))),
			}
		}
		self.digest.update(&*buffer);
		self.at = self.at.saturating_add(buffer.len() as u64);
		Ok(true)
	}

	/// The next item of a CBOR sequence of byte strings.
	fn item(&mut self) -> Result<Option<Vec<u8>>, Stopped> {
		let mut first = [0];
		if !self.fill(&mut first)? {
			return Ok(None);
		}
		let width = match first {
			[0x40..=0x57] => 0,
			[0x58] => 1,
			[0x59] => 2,
			[0x5a] => 4,
			_ => return Err(self.damaged("not the head of an item")),
		};
		let mut word = [0; 4];
		let digits = word.split_at_mut(4usize.saturating_sub(width)).1;
		if width > 0 && !self.fill(digits)? {
			return Err(self.damaged("the file is cut off"));
		}
		let length = u32::from_be_bytes(word);
		let shortest = match width {
			0 => true,
			1 => length > 23,
			2 => length > 0xff,
			_ => length > 0xffff,
		};
		let length = if width == 0 { u32::from(first[0] & 0x1f) } else { length } as usize;
		if !shortest || length > MAX_ITEM_LEN {
			return Err(self.damaged("the length of an item is not one that is written"));
		}
		// Read as far as the file goes: a length that was tampered with takes no memory by itself.
		let mut item = Vec::new();
		while item.len() < length {
			let start = item.len();
			item.resize(length.min(start.saturating_add(1 << 20)), 0);
			let piece = item.split_at_mut(start).1;
			if !self.fill(piece)? {
				return Err(self.damaged("the file is cut off"));
			}
		}
		Ok(Some(item))
	}
}

fn unreadable(path: &Path, source: io::Error) -> CliError {
	CliError::File(FileError { path: path.to_owned(), source })
}

/// An export in a directory.
pub struct Export {
	dir: PathBuf,
	/// What its manifest says.
	pub manifest: Manifest,
	headers: Option<PathBuf>,
}

/// Bytes of a file that was read whole: as the manifest has them, or not.
fn check(reading: Reading, manifest: &Manifest) -> Result<(), Stopped> {
	let sealed = manifest.file(reading.name);
	let digest = hex::encode(reading.digest.finalize());
	if sealed
		.is_some_and(|seal| (seal.bytes, seal.sha256.as_str()) == (reading.at, digest.as_str()))
	{
		return Ok(());
	}
	let reason = format!("the manifest has another length or digest for {}", reading.name);
	Err(Stopped::Damage(Damage::Manifest(reason)))
}

impl Export {
	/// Reads the manifest of an export.
	pub fn open(dir: &Path) -> Result<Self, CliError> {
		let path = dir.join(MANIFEST);
		let manifest = Manifest::parse(&read_file(&path)?)
			.map_err(|error| CliError::Content { path, source: ContentError::Manifest(error) })?;
		Ok(Self { dir: dir.to_owned(), manifest, headers: None })
	}

	/// Takes the Bitcoin headers from another file: 80 bytes each, in their order.
	#[must_use]
	pub fn with_headers(mut self, path: Option<&Path>) -> Self {
		self.headers = path.map(Path::to_owned);
		self
	}

	/// Computes everything anew. `block` hears of each block that holds.
	pub fn audit(&self, trust: &TrustFile, mut block: impl FnMut()) -> Result<Auditor, Stopped> {
		let mut auditor = Auditor::new(trust)?;
		let mut reading = self.file(ANCHORS).map_err(Stopped::Error)?;
		let mut anchors = 0u64;
		while let Some(item) = reading.item()? {
			let claim = AnchorClaim::decode(&item).map_err(|error| reading.damaged(error))?;
			auditor.apply(Event::Anchor(&claim))?;
			anchors = anchors.saturating_add(1);
		}
		check(reading, &self.manifest)?;

		let mut reading = self.file(BLOCKS).map_err(Stopped::Error)?;
		while let Some(item) = reading.item()? {
			let item = BlockItem::decode(&item).map_err(|error| reading.damaged(error))?;
			auditor.block(&item)?;
			block();
		}
		let blocks = reading;

		self.bitcoin(trust, &mut auditor)?;
		auditor.apply(Event::End)?;
		check(blocks, &self.manifest)?;
		self.compare(&auditor, anchors)?;
		Ok(auditor)
	}

	/// The blocks once more, for whoever compares them with something after the audit.
	pub fn blocks(&self) -> Result<Blocks, CliError> {
		Ok(Blocks(self.file(BLOCKS)?))
	}

	fn file(&self, name: &'static str) -> Result<Reading, CliError> {
		Reading::open(self.dir.join(name), name)
	}

	/// Gives the auditor the headers after the trust file's pinned one.
	fn bitcoin(&self, trust: &TrustFile, auditor: &mut Auditor) -> Result<(), Stopped> {
		let pinned = &trust.bitcoin.pinned;
		if let Some(path) = &self.headers {
			let headers = HeaderFile::open(path).map_err(Stopped::Error)?;
			for header in headers.after(pinned) {
				auditor.apply(Event::BitcoinHeader(&header.map_err(Stopped::Error)?))?;
			}
			return Ok(());
		}
		let mut reading = self.file(BITCOIN_HEADERS).map_err(Stopped::Error)?;
		let first = self.manifest.first_bitcoin_height;
		if first > pinned.height.saturating_add(1) {
			let why = format!("it begins at height {first}, above the trust file's pinned header");
			return Err(reading.damaged(why));
		}
		// It begins before the pinned header if it was made under an older trust file.
		let mut header = [0; HEADER_LEN];
		for height in first.. {
			if !reading.fill(&mut header)? {
				break;
			}
			if height > pinned.height {
				auditor.apply(Event::BitcoinHeader(&header))?;
			} else if height == pinned.height && header != pinned.header {
				return Err(reading.damaged("another header stands where the pinned one should"));
			}
		}
		check(reading, &self.manifest)
	}

	/// What the manifest says beside the files.
	fn compare(&self, auditor: &Auditor, anchors: u64) -> Result<(), Stopped> {
		let wrong = |what: &str| {
			let reason = format!("its {what} is not what the files show");
			Err(Stopped::Damage(Damage::Manifest(reason)))
		};
		let Some(checkpoint) = auditor.checkpoint() else { return wrong("last_block") };
		let manifest = &self.manifest;
		if manifest.genesis_hash != checkpoint.genesis.to_string() {
			return wrong("genesis_hash");
		}
		if manifest.last_block != checkpoint.block_number {
			return wrong("last_block");
		}
		if manifest.last_block_hash != checkpoint.block_hash.to_string() {
			return wrong("last_block_hash");
		}
		if manifest.log_size != checkpoint.log_size {
			return wrong("log_size");
		}
		if manifest.anchors != anchors {
			return wrong("anchors");
		}
		Ok(())
	}
}

/// The blocks of an export, one after the other.
pub struct Blocks(Reading);

impl Blocks {
	/// The next block; none at the end.
	pub fn next_block(&mut self) -> Result<Option<BlockItem>, Stopped> {
		let Some(item) = self.0.item()? else { return Ok(None) };
		BlockItem::decode(&item).map(Some).map_err(|error| self.0.damaged(error))
	}
}
