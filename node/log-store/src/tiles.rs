//! The log's nodes, in tiles of 256 as C2SP tlog-tiles lays them out.
//!
//! Tile `(level, n)` holds the hashes of the perfect subtrees of height `8 * level` with the numbers
//! `256 * n ..`. Heights in between are computed from a tile: at most 127 hashes. Nodes never
//! change; only the last tile of a level grows.

use crate::{
	db::{Damage, Database, ReadError},
	schema::{tile_key, TILES},
};
use pantheon_primitives::{
	hash::{Sha256, SoftwareSha256},
	log::{node_hash, NodeSource},
	LeafHash,
};
use std::{cell::RefCell, collections::HashMap};

/// Nodes per tile.
pub const TILE_NODES: u64 = 256;
/// Tree levels per tile level.
const TILE_HEIGHT: u8 = 8;
const HASH: usize = 32;

/// Reads nodes, keeping the tiles of one request.
pub struct TileReader<'a> {
	db: &'a Database,
	tiles: RefCell<HashMap<(u8, u64), Vec<u8>>>,
}

impl<'a> TileReader<'a> {
	/// A reader for one request.
	pub fn new(db: &'a Database) -> Self {
		Self { db, tiles: RefCell::default() }
	}

	fn load(&self, level: u8, tile: u64) -> Result<(), ReadError> {
		let mut tiles = self.tiles.borrow_mut();
		if let std::collections::hash_map::Entry::Vacant(slot) = tiles.entry((level, tile)) {
			let bytes = self.db.get(TILES, &tile_key(level, tile))?;
			slot.insert(bytes.ok_or(ReadError::Damaged(Damage::Missing(TILES)))?);
		}
		Ok(())
	}
}

impl NodeSource for TileReader<'_> {
	type Error = ReadError;

	fn node(&self, level: u8, index: u64) -> Result<[u8; 32], ReadError> {
		let tile_level = level / TILE_HEIGHT;
		let height = level % TILE_HEIGHT;
		// The first node of the tile level under the wanted node, and how many there are.
		let first = index << height;
		let count = 1usize << height;
		let tile = first / TILE_NODES;
		self.load(tile_level, tile)?;
		let tiles = self.tiles.borrow();
		let start = (first % TILE_NODES) as usize * HASH;
		let nodes = tiles
			.get(&(tile_level, tile))
			.and_then(|bytes| bytes.get(start..start + count * HASH))
			.ok_or(ReadError::Damaged(Damage::Missing(TILES)))?;
		Ok(fold(nodes.chunks_exact(HASH).map(to_hash).collect()))
	}
}

/// A hash from its 32 bytes.
pub(crate) fn to_hash(bytes: &[u8]) -> [u8; 32] {
	let mut hash = [0; HASH];
	hash.copy_from_slice(bytes);
	hash
}

/// The root over a power of two of nodes.
pub(crate) fn fold(mut nodes: Vec<[u8; 32]>) -> [u8; 32] {
	while nodes.len() > 1 {
		nodes = nodes
			.chunks_exact(2)
			.map(|pair| node_hash::<SoftwareSha256>(&pair[0], &pair[1]))
			.collect();
	}
	nodes.first().copied().unwrap_or_else(|| SoftwareSha256::sha256(&[]))
}

/// Appends leaves, and hands out the tiles that this changes.
#[derive(Default)]
pub struct TileWriter {
	/// The open tile of each level.
	open: Vec<OpenTile>,
}

#[derive(Default)]
struct OpenTile {
	number: u64,
	bytes: Vec<u8>,
	changed: bool,
}

impl TileWriter {
	/// A writer at the right edge of a log of `size` leaves.
	pub fn new(db: &Database, size: u64) -> Result<Self, ReadError> {
		let mut open = Vec::new();
		let mut nodes = size;
		let mut level = 0u8;
		while nodes > 0 {
			let (number, filled) = (nodes / TILE_NODES, (nodes % TILE_NODES) as usize);
			let mut bytes = Vec::new();
			if filled > 0 {
				let stored = db.get(TILES, &tile_key(level, number))?;
				bytes = stored.ok_or(ReadError::Damaged(Damage::Missing(TILES)))?;
				if bytes.len() < filled * HASH {
					return Err(ReadError::Damaged(Damage::Malformed(TILES)));
				}
				bytes.truncate(filled * HASH);
			}
			open.push(OpenTile { number, bytes, changed: false });
			nodes /= TILE_NODES;
			level += 1;
		}
		Ok(Self { open })
	}

	/// Appends a leaf; hands whole tiles (level, number, nodes) to `sink`.
	pub fn append(
		&mut self,
		leaf: &LeafHash,
		mut sink: impl FnMut(u8, u64, &[u8]) -> Result<(), ReadError>,
	) -> Result<(), ReadError> {
		let mut node = leaf.into_bytes();
		for level in 0.. {
			if self.open.len() == level {
				self.open.push(OpenTile::default());
			}
			let tile = &mut self.open[level];
			tile.bytes.extend_from_slice(&node);
			tile.changed = true;
			if tile.bytes.len() < TILE_NODES as usize * HASH {
				break;
			}
			sink(level as u8, tile.number, &tile.bytes)?;
			node = fold(tile.bytes.chunks_exact(HASH).map(to_hash).collect());
			*tile = OpenTile { number: tile.number + 1, ..OpenTile::default() };
		}
		Ok(())
	}

	/// Hands the tiles that are not whole to `sink`.
	pub fn finish(
		self,
		mut sink: impl FnMut(u8, u64, &[u8]) -> Result<(), ReadError>,
	) -> Result<(), ReadError> {
		for (level, tile) in self.open.iter().enumerate().filter(|(_, tile)| tile.changed) {
			sink(level as u8, tile.number, &tile.bytes)?;
		}
		Ok(())
	}
}
