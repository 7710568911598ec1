//! Writing an export.

use super::{FileSeal, Manifest, ANCHORS, BITCOIN_HEADERS, BLOCKS, MANIFEST};
use crate::{
	error::{CliError, UsageError},
	home::write_file,
};
use pantheon_primitives::{
	audit::{AnchorClaim, BlockItem},
	Checkpoint,
};
use sha2::{Digest, Sha256};
use std::{
	fs::{self, File},
	io::{BufWriter, ErrorKind, Write},
	path::{Path, PathBuf},
};

/// A data file that grows, with its digest.
struct Growing {
	path: PathBuf,
	file: BufWriter<File>,
	digest: Sha256,
	bytes: u64,
}

impl Growing {
	fn create(dir: &Path, name: &str) -> Result<Self, CliError> {
		let path = dir.join(name);
		let file = File::options().write(true).create_new(true).open(&path);
		let file = file.map_err(|source| CliError::Write { path: path.clone(), source })?;
		Ok(Self { path, file: BufWriter::new(file), digest: Sha256::new(), bytes: 0 })
	}

	fn write(&mut self, bytes: &[u8]) -> Result<(), CliError> {
		self.digest.update(bytes);
		self.bytes = self.bytes.saturating_add(bytes.len() as u64);
		self.file
			.write_all(bytes)
			.map_err(|source| CliError::Write { path: self.path.clone(), source })
	}

	/// One item of a CBOR sequence: a byte string with its bytes.
	fn item(&mut self, item: &[u8]) -> Result<(), CliError> {
		self.write(&head(item.len()))?;
		self.write(item)
	}

	fn seal(mut self, name: &str) -> Result<FileSeal, CliError> {
		let done = self.file.flush().and_then(|()| self.file.get_ref().sync_all());
		done.map_err(|source| CliError::Write { path: self.path.clone(), source })?;
		Ok(FileSeal {
			name: name.to_owned(),
			bytes: self.bytes,
			sha256: hex::encode(self.digest.finalize()),
		})
	}
}

/// Head of a CBOR byte string of this length, in its shortest form.
fn head(length: usize) -> Vec<u8> {
	let length = length as u64;
	match (u8::try_from(length), u16::try_from(length), u32::try_from(length)) {
		(Ok(small @ 0..=23), ..) => vec![0x40 | small],
		(Ok(byte), ..) => vec![0x58, byte],
		(_, Ok(short), _) => [&[0x59][..], &short.to_be_bytes()].concat(),
		(.., Ok(word)) => [&[0x5a][..], &word.to_be_bytes()].concat(),
		_ => [&[0x5b][..], &length.to_be_bytes()].concat(),
	}
}

/// Writes the files of an export into an empty directory.
pub struct ExportWriter {
	dir: PathBuf,
	blocks: Growing,
	anchors: Growing,
	headers: Growing,
	anchor_count: u64,
}

/// What a written export ends with.
pub struct Sealed {
	/// The last block and the log after it.
	pub checkpoint: Checkpoint,
	/// Height of the first Bitcoin header.
	pub first_bitcoin_height: u32,
}

impl ExportWriter {
	/// That a directory isn't there, or is empty.
	pub fn check(dir: &Path) -> Result<(), CliError> {
		match fs::read_dir(dir) {
			Err(source) if source.kind() == ErrorKind::NotFound => Ok(()),
			Err(source) => Err(CliError::Write { path: dir.to_owned(), source }),
			Ok(mut files) => match files.next() {
				None => Ok(()),
				Some(_) => Err(UsageError::NotEmpty(dir.to_owned()).into()),
			},
		}
	}

	/// Makes the directory where there is none. Never writes into one that holds anything: an export of
	/// another time or chain would be mixed with this one.
	pub fn create(dir: &Path) -> Result<Self, CliError> {
		Self::check(dir)?;
		let fail = |source| CliError::Write { path: dir.to_owned(), source };
		fs::create_dir_all(dir).map_err(fail)?;
		Ok(Self {
			dir: dir.to_owned(),
			blocks: Growing::create(dir, BLOCKS)?,
			anchors: Growing::create(dir, ANCHORS)?,
			headers: Growing::create(dir, BITCOIN_HEADERS)?,
			anchor_count: 0,
		})
	}

	/// Adds the next block.
	pub fn block(&mut self, block: &BlockItem) -> Result<(), CliError> {
		self.blocks.item(&block.encode())
	}

	/// Adds an anchor.
	pub fn anchor(&mut self, claim: &AnchorClaim) -> Result<(), CliError> {
		self.anchor_count = self.anchor_count.saturating_add(1);
		self.anchors.item(&claim.encode())
	}

	/// Adds the next Bitcoin header.
	pub fn bitcoin_header(&mut self, header: &[u8; 80]) -> Result<(), CliError> {
		self.headers.write(header)
	}

	/// Writes the manifest, without which there is no export.
	pub fn finish(self, sealed: &Sealed) -> Result<Manifest, CliError> {
		let files = vec![
			self.blocks.seal(BLOCKS)?,
			self.anchors.seal(ANCHORS)?,
			self.headers.seal(BITCOIN_HEADERS)?,
		];
		let checkpoint = &sealed.checkpoint;
		let manifest = Manifest::new(
			checkpoint.genesis.to_string(),
			checkpoint.block_number,
			checkpoint.block_hash.to_string(),
			checkpoint.log_size,
			self.anchor_count,
			sealed.first_bitcoin_height,
			files,
		);
		write_file(&self.dir.join(MANIFEST), manifest.to_json().as_bytes())?;
		Ok(manifest)
	}
}
