//! From a leaf hash to its place: sorted runs of tags, one run per block.
//!
//! A row is a key only: tag (8 bytes) ‖ entry index (8) ‖ slot (2), big-endian, where the slot is a
//! member's index in its batch or [`ENTRY_SLOT`] for the entry's own leaf. A block's rows are sorted
//! once and handed to the database as one file, which it merges with others in the background: no
//! per-member memory, log or cache.
//!
//! The tag is a keyed hash with a key that only this store knows. Leaves of members are chosen by
//! submitters; without the key nobody can make many leaves share a tag, so that a look-up stays a
//! seek and a comparison. A row is a hint: whoever finds one compares the leaf itself. So a row of a
//! block that was never committed does no harm.

use crate::{
	db::{Database, ReadError},
	schema::{Head, LEAVES},
};
use pantheon_primitives::{
	hash::{Sha256, SoftwareSha256},
	LeafHash,
};
use rocksdb::{Direction, IngestExternalFileOptions, IteratorMode, SstFileWriter, WriteBatch};
use std::{fs, io};

/// The slot of an entry's own leaf; above every index of a batch member.
pub const ENTRY_SLOT: u16 = u16::MAX;

/// From this many rows on a run becomes a file of its own; smaller ones go through the batch.
const FILE_ROWS: usize = 4096;

/// Most rows of equal tag that a look-up compares. Tags of different leaves are equal once in 2^64.
const MAX_CANDIDATES: usize = 16;

const TAG: usize = 8;
const ROW: usize = TAG + 8 + 2;

/// Why a run could not be written.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
	/// The database failed.
	#[error(transparent)]
	Read(#[from] ReadError),
	/// The folder of the run's file could not be made.
	#[error("the folder for index runs could not be used")]
	Folder(#[from] io::Error),
}

/// Where a leaf may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
	/// Index of the entry in the log.
	pub entry: u64,
	/// Member of the batch, or [`ENTRY_SLOT`].
	pub slot: u16,
}

/// The key of the tags.
#[derive(Clone, Copy)]
pub struct TagKey(pub [u8; 32]);

impl TagKey {
	fn tag(&self, leaf: &LeafHash) -> [u8; TAG] {
		let mut input = [0; 48];
		input[..32].copy_from_slice(leaf.as_bytes());
		// Half the key: key and leaf then fit one compression of SHA-256.
		input[32..].copy_from_slice(&self.0[..16]);
		let mut tag = [0; TAG];
		tag.copy_from_slice(&SoftwareSha256::sha256(&input)[..TAG]);
		tag
	}
}

/// The rows of one block.
pub struct Run {
	key: TagKey,
	rows: Vec<[u8; ROW]>,
}

impl Run {
	/// An empty run with room for `rows`.
	pub fn new(key: TagKey, rows: usize) -> Self {
		Self { key, rows: Vec::with_capacity(rows) }
	}

	/// Adds a leaf.
	pub fn push(&mut self, leaf: &LeafHash, place: Place) {
		let mut row = [0; ROW];
		row[..TAG].copy_from_slice(&self.key.tag(leaf));
		row[TAG..TAG + 8].copy_from_slice(&place.entry.to_be_bytes());
		row[TAG + 8..].copy_from_slice(&place.slot.to_be_bytes());
		self.rows.push(row);
	}

	/// Sorts the rows and writes them: as a file now, or with `batch`.
	pub fn write(mut self, db: &Database, batch: &mut WriteBatch) -> Result<(), RunError> {
		self.rows.sort_unstable();
		if self.rows.len() < FILE_ROWS {
			for row in &self.rows {
				db.put(batch, LEAVES, row, &[])?;
			}
			return Ok(());
		}
		let folder = db.path().join("run");
		fs::create_dir_all(&folder)?;
		let file = folder.join("run.sst");
		// A crash may have left a second link to a file that the database owns by now; writing
		// through it would overwrite the database.
		match fs::remove_file(&file) {
			Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
			_ => {},
		}
		let options = db.file_options(LEAVES);
		let mut writer = SstFileWriter::create(&options);
		writer.open(&file).map_err(ReadError::from)?;
		for row in &self.rows {
			writer.put(row, []).map_err(ReadError::from)?;
		}
		writer.finish().map_err(ReadError::from)?;
		let mut ingest = IngestExternalFileOptions::default();
		ingest.set_move_files(true);
		db.raw()
			.ingest_external_file_cf_opts(db.column(LEAVES)?, &ingest, vec![file])
			.map_err(ReadError::from)?;
		Ok(())
	}
}

/// The first place, in log order, for which `is_at` confirms the leaf.
pub fn look_up(
	db: &Database,
	key: &TagKey,
	head: &Head,
	leaf: &LeafHash,
	mut is_at: impl FnMut(Place) -> Result<bool, ReadError>,
) -> Result<Option<Place>, ReadError> {
	let tag = key.tag(leaf);
	let rows = db
		.raw()
		.iterator_cf(db.column(LEAVES)?, IteratorMode::From(&tag, Direction::Forward))
		.take(MAX_CANDIDATES);
	for row in rows {
		let (row, _) = row.map_err(ReadError::from)?;
		let Ok(row) = <[u8; ROW]>::try_from(row.as_ref()) else { break };
		if row[..TAG] != tag {
			break;
		}
		let mut entry = [0; 8];
		entry.copy_from_slice(&row[TAG..TAG + 8]);
		let place = Place {
			entry: u64::from_be_bytes(entry),
			slot: u16::from_be_bytes([row[TAG + 8], row[TAG + 9]]),
		};
		if place.entry < head.log.size() && is_at(place)? {
			return Ok(Some(place));
		}
	}
	Ok(None)
}
