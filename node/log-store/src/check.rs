//! The full check: every tile and entry, from the leaves up to the root.

use crate::{
	db::{Damage, Database, ReadError},
	schema::{self, tile_key, EntryRow, BUNDLE},
	source::{ChainSource, SourceError},
	store::{root, Store},
	tiles::TileWriter,
};
use pantheon_primitives::{hash::SoftwareSha256, log::CompactLog};

/// Why the store is not what it should be.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
	/// The store's last block is not in the chain.
	#[error("the log store's last block is not in the finalised chain")]
	OtherFork,
	/// The store's root is not the one in the header of its last block.
	#[error("the log store's root is not the chain's")]
	OtherRoot,
	/// The store can't be read, or contradicts itself.
	#[error(transparent)]
	Read(#[from] ReadError),
	/// The chain can't be read.
	#[error(transparent)]
	Source(#[from] SourceError),
}

impl CheckError {
	/// Whether rebuilding the store would help.
	pub fn is_damage(&self) -> bool {
		match self {
			Self::OtherFork | Self::OtherRoot => true,
			Self::Read(error) => error.is_damage(),
			Self::Source(_) => false,
		}
	}
}

impl Store {
	/// Checks the store's last block and root against the chain, and each entry and tile against that
	/// root: about a microsecond per entry. A store copied from another node is trusted after this.
	///
	/// Members are checked when they are served, and by the database's checksums.
	pub fn check<S: ChainSource>(&self, source: &S) -> Result<(), CheckError> {
		let head = self.head()?;
		if head.number > source.finalized()?.number {
			// The chain lags behind: nothing to compare with yet.
			return Ok(());
		}
		if source.hash(head.number)? != head.hash {
			return Err(CheckError::OtherFork);
		}
		let digest = source.header(&head.hash)?.log;
		if digest.size != head.log.size() || digest.root != root(&head.log) {
			return Err(CheckError::OtherRoot);
		}
		self.read(|inner| check_tiles(&inner.db, &inner.head.log)).map_err(CheckError::Read)
	}
}

fn check_tiles(db: &Database, log: &CompactLog) -> Result<(), ReadError> {
	let mut again = CompactLog::default();
	let mut tiles = TileWriter::default();
	let same = |level: u8, number: u64, nodes: &[u8]| {
		let stored = db.get(schema::TILES, &tile_key(level, number))?;
		match stored.as_deref() == Some(nodes) {
			true => Ok(()),
			false => Err(ReadError::Damaged(Damage::Contradiction(schema::TILES))),
		}
	};
	for bundle in 0..log.size().div_ceil(BUNDLE) {
		let rows: Option<Vec<EntryRow>> = db.row(schema::ENTRIES, &bundle.to_be_bytes())?;
		let wanted = (log.size() - bundle * BUNDLE).min(BUNDLE) as usize;
		let missing = ReadError::Damaged(Damage::Missing(schema::ENTRIES));
		let rows = rows.filter(|rows| rows.len() >= wanted).ok_or(missing)?;
		for row in &rows[..wanted] {
			let leaf = row.info.entry.leaf_hash::<SoftwareSha256>();
			again.append::<SoftwareSha256>(leaf);
			tiles.append(&leaf, same)?;
		}
	}
	tiles.finish(same)?;
	if &again != log {
		return Err(ReadError::Damaged(Damage::Contradiction(schema::ENTRIES)));
	}
	Ok(())
}
