//! Tiles and entry bundles as C2SP tlog-tiles has them, for whoever mirrors the log or reads all of it.
//!
//! Nothing is handed out that does not lead to the root of the store's last block: a tile's hashes are
//! folded into the tile above, that one's into the next, and the topmost into the peaks. That is at
//! most 255 hashes for each of at most eight levels, and for entries one more each.

use crate::{
	db::{Damage, ReadError},
	query::QueryError,
	schema::{tile_key, EntryRow, BUNDLE, ENTRIES, TILES},
	store::{Inner, Store},
	tiles::{fold, to_hash},
};
use pantheon_primitives::{
	hash::SoftwareSha256,
	log::Entry,
	tlog::{encode_entries, TileContent, TileLevel, TilePath, TileWidth},
};

const HASH: usize = 32;
const TILES_CONTRADICT: ReadError = ReadError::Damaged(Damage::Contradiction(TILES));

impl Store {
	/// The bytes of a tile or entry bundle. They never change.
	///
	/// Errors: [`QueryError::FutureSize`] with the size that has the whole tile, where the log is not that
	/// long; `u64::MAX` if no log can be.
	pub fn resource(&self, path: &TilePath) -> Result<Vec<u8>, QueryError> {
		self.read(|inner| {
			let size = inner.head.log.size();
			let asked = path.needed_size().unwrap_or(u64::MAX);
			if asked > size || path.needed_size().is_none() {
				return Err(QueryError::FutureSize { asked, size });
			}
			let hashes = checked_tile(inner, path.content.level(), path.index)?;
			let width = usize::from(path.width.get());
			let hashes = hashes.get(..width).ok_or(TILES_CONTRADICT)?;
			match path.content {
				TileContent::Hashes(_) => Ok(hashes.concat()),
				TileContent::Entries => {
					let entries = read_entries(inner, path.index, path.width)?;
					let lead = |entry: &Entry, hash: &[u8; 32]| {
						entry.leaf_hash::<SoftwareSha256>().as_bytes() == hash
					};
					if !entries.iter().zip(hashes).all(|(entry, hash)| lead(entry, hash)) {
						return Err(ReadError::Damaged(Damage::Contradiction(ENTRIES)).into());
					}
					Ok(encode_entries(&entries))
				},
			}
		})
	}
}

/// All hashes that the log of the last block has in a tile, shown to lead to that block's root.
fn checked_tile(inner: &Inner, level: TileLevel, index: u64) -> Result<Vec<[u8; 32]>, ReadError> {
	let asked = read_tile(inner, level, index)?;
	let (mut level, mut index) = (level.get(), index);
	let mut tile = asked.clone();
	// A full tile has one hash in the tile above, up to the last tile of a level, which is never full.
	while tile.len() == usize::from(TileWidth::FULL.get()) {
		let root = fold(tile);
		let slot = (index % u64::from(TileWidth::FULL.get())) as usize;
		index /= u64::from(TileWidth::FULL.get());
		level += 1;
		tile = read_tile(inner, TileLevel::new(level).ok_or(TILES_CONTRADICT)?, index)?;
		if tile.get(slot) != Some(&root) {
			return Err(TILES_CONTRADICT);
		}
	}
	match peaks_of(inner, level) == Some(subtrees(&tile)) {
		true => Ok(asked),
		false => Err(TILES_CONTRADICT),
	}
}

/// A tile as far as the last block's log has it; the row may hold more, of a block being written.
fn read_tile(inner: &Inner, level: TileLevel, index: u64) -> Result<Vec<[u8; 32]>, ReadError> {
	let size = inner.head.log.size();
	let path = TilePath::in_log(TileContent::Hashes(level), index, size).ok_or(TILES_CONTRADICT)?;
	let missing = ReadError::Damaged(Damage::Missing(TILES));
	let bytes = inner.db.get(TILES, &tile_key(level.get(), index))?.ok_or(missing)?;
	let bytes = bytes.get(..usize::from(path.width.get()) * HASH).ok_or(TILES_CONTRADICT)?;
	Ok(bytes.chunks_exact(HASH).map(to_hash).collect())
}

/// The roots of the perfect subtrees that the width of a tile names, largest first.
fn subtrees(tile: &[[u8; 32]]) -> Vec<[u8; 32]> {
	let mut rest = tile;
	let mut roots = Vec::new();
	while !rest.is_empty() {
		let (subtree, after) = rest.split_at(1 << rest.len().ilog2());
		roots.push(fold(subtree.to_vec()));
		rest = after;
	}
	roots
}

/// The log's peaks that lie within a level of tiles.
fn peaks_of(inner: &Inner, level: u8) -> Option<Vec<[u8; 32]>> {
	let log = &inner.head.log;
	let above = TileLevel::new(level.checked_add(1)?)?.hashes(log.size()).count_ones() as usize;
	let within = TileLevel::new(level)?.hashes(log.size()) % u64::from(TileWidth::FULL.get());
	let end = above + within.count_ones() as usize;
	log.peaks().get(above..end).map(<[_]>::to_vec)
}

fn read_entries(inner: &Inner, index: u64, width: TileWidth) -> Result<Vec<Entry>, ReadError> {
	let rows = u64::from(TileWidth::FULL.get()) / BUNDLE;
	let mut left = usize::from(width.get());
	let mut entries = Vec::with_capacity(left);
	for bundle in index * rows.. {
		if left == 0 {
			break;
		}
		let rows: Option<Vec<EntryRow>> = inner.db.row(ENTRIES, &bundle.to_be_bytes())?;
		let rows = rows.ok_or(ReadError::Damaged(Damage::Missing(ENTRIES)))?;
		let wanted = left.min(BUNDLE as usize);
		if rows.len() < wanted {
			return Err(ReadError::Damaged(Damage::Malformed(ENTRIES)));
		}
		entries.extend(rows.iter().take(wanted).map(|row| row.info.entry));
		left -= wanted;
	}
	Ok(entries)
}
