//! Tiles and entry bundles against the naive tree, for random chains; damage is noticed, not served.

mod common;

use common::*;
use pantheon_log_store::{Damage, QueryError, ReadError, Store};
use pantheon_primitives::{
	hash::SoftwareSha256,
	log::{MemoryTree, NodeSource},
	tlog::{decode_entries, TileContent, TileLevel, TilePath, TileWidth},
};
use proptest::prelude::*;

fn hashes(level: u8) -> TileContent {
	TileContent::Hashes(TileLevel::new(level).unwrap())
}

/// Every part of every tile that a log of `size` entries has.
fn all_tiles(content: TileContent, size: u64) -> impl Iterator<Item = TilePath> {
	let tiles = (0..).map_while(move |index| TilePath::in_log(content, index, size));
	tiles.flat_map(|tile| {
		let widths = 1..=tile.width.get();
		widths.map(move |width| TilePath { width: TileWidth::new(width).unwrap(), ..tile })
	})
}

fn future(store: &Store, tile: &TilePath) -> Option<(u64, u64)> {
	match store.resource(tile) {
		Err(QueryError::FutureSize { asked, size }) => Some((asked, size)),
		_ => None,
	}
}

fn filled(folder: &std::path::Path, blocks: &[usize]) -> (Store, MemoryChain) {
	let store = open(folder);
	let mut chain = MemoryChain::new();
	for entries in blocks {
		chain.push(&vec![Item::Single; *entries]);
	}
	chain.finalize_all();
	follow_all(&store, &chain);
	(store, chain)
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(16))]

	#[test]
	fn tiles_hold_the_naive_trees_hashes(blocks in prop::collection::vec(0usize..200, 1..8)) {
		let folder = tempfile::tempdir().unwrap();
		let (store, chain) = filled(folder.path(), &blocks);
		let (leaves, infos) = (chain.leaves(), chain.entries());
		let tree = MemoryTree::new::<SoftwareSha256>(&leaves);
		let size = tree.size();
		for level in 0..=2 {
			let mut count = 0;
			for tile in all_tiles(hashes(level), size) {
				let first = tile.index * 256;
				let naive: Vec<u8> = (first..first + u64::from(tile.width.get()))
					.flat_map(|index| tree.node(8 * level, index).unwrap())
					.collect();
				prop_assert_eq!(store.resource(&tile).unwrap(), naive, "{}", tile);
				count += 1;
			}
			prop_assert_eq!(count, size >> (8 * level), "each hash ends one part of a tile");
		}
		for tile in all_tiles(TileContent::Entries, size).filter(|tile| tile.width.get() % 37 == 1) {
			let entries = decode_entries(&store.resource(&tile).unwrap()).unwrap();
			let first = (tile.index * 256) as usize;
			let naive = infos[first..].iter().take(tile.width.get().into());
			prop_assert!(entries.iter().eq(naive.map(|info| &info.entry)), "{}", tile);
		}
		// One more than there is.
		let (full, rest) = (size / 256, (size % 256) as u16);
		for content in [hashes(0), TileContent::Entries] {
			let beyond = TilePath { content, index: full, width: TileWidth::new(rest + 1).unwrap() };
			prop_assert_eq!(future(&store, &beyond), Some((size + 1, size)));
		}
	}
}

#[test]
fn no_log_has_tiles_beyond_its_size() {
	let folder = tempfile::tempdir().unwrap();
	let (store, _) = filled(folder.path(), &[256]);
	let tile =
		|content, index, width| TilePath { content, index, width: TileWidth::new(width).unwrap() };
	assert_eq!(store.resource(&tile(hashes(1), 0, 1)).unwrap().len(), 32);
	assert_eq!(future(&store, &tile(hashes(1), 0, 2)), Some((512, 256)));
	assert_eq!(future(&store, &tile(hashes(0), 1, 1)), Some((257, 256)));
	assert_eq!(future(&store, &tile(hashes(2), 0, 1)), Some((65_536, 256)));
	assert_eq!(future(&store, &tile(hashes(63), 0, 1)), Some((u64::MAX, 256)));
	assert_eq!(future(&store, &tile(hashes(0), u64::MAX, 256)), Some((u64::MAX, 256)));
	let folder = tempfile::tempdir().unwrap();
	let (empty, _) = filled(folder.path(), &[]);
	assert_eq!(future(&empty, &tile(hashes(0), 0, 1)), Some((1, 0)));
	assert_eq!(future(&empty, &tile(TileContent::Entries, 0, 256)), Some((256, 0)));
}

/// Flips a bit of a row in the closed database.
fn damage(folder: &std::path::Path, column: &str, key: &[u8], at: usize) {
	let columns = rocksdb::DB::list_cf(&Default::default(), folder.join("db")).unwrap();
	let db = rocksdb::DB::open_cf(&Default::default(), folder.join("db"), columns).unwrap();
	let column = db.cf_handle(column).unwrap();
	let mut row = db.get_cf(column, key).unwrap().unwrap();
	row[at] ^= 1;
	db.put_cf(column, key, row).unwrap();
}

fn tile_key(level: u8, index: u64) -> Vec<u8> {
	[&[level][..], &index.to_be_bytes()].concat()
}

#[test]
fn damage_is_noticed_and_never_served() {
	let contradicts = |store: &Store, tile: &str, column: &str| {
		let found = store.resource(&TilePath::parse(tile).unwrap());
		matches!(
			found,
			Err(QueryError::Read(ReadError::Damaged(Damage::Contradiction(at)))) if at == column
		)
	};
	// What is damaged, and which resources then no longer lead to the root.
	let cases: [(&str, Vec<u8>, usize, &[(&str, &str)], &[&str]); 4] = [
		(
			"tiles",
			tile_key(0, 1),
			32 * 200,
			&[("tile/0/001", "tiles"), ("tile/0/001.p/3", "tiles"), ("tile/entries/001", "tiles")],
			&["tile/0/000", "tile/0/002.p/88", "tile/1/000.p/2", "tile/entries/000"],
		),
		(
			"tiles",
			tile_key(0, 2),
			32 * 87,
			&[("tile/0/002.p/88", "tiles"), ("tile/0/002.p/1", "tiles")],
			&["tile/0/001", "tile/1/000.p/2"],
		),
		(
			"tiles",
			tile_key(1, 0),
			0,
			&[("tile/1/000.p/2", "tiles"), ("tile/0/000", "tiles"), ("tile/entries/000", "tiles")],
			&["tile/0/002.p/88"],
		),
		(
			// A digest within the sixty-four entries of the row: length, block and tag come first.
			"entries",
			1u64.to_be_bytes().to_vec(),
			10,
			&[("tile/entries/000", "entries"), ("tile/entries/000.p/65", "entries")],
			&["tile/entries/000.p/64", "tile/entries/001", "tile/0/000"],
		),
	];
	for (column, key, at, broken, whole) in cases {
		let folder = tempfile::tempdir().unwrap();
		let (store, _) = filled(folder.path(), &[600]);
		drop(store);
		damage(folder.path(), column, &key, at);
		let store = open(folder.path());
		for (tile, column) in broken {
			assert!(contradicts(&store, tile, column), "{column} {tile}");
		}
		for tile in whole {
			assert!(store.resource(&TilePath::parse(tile).unwrap()).is_ok(), "{column} {tile}");
		}
	}
}
