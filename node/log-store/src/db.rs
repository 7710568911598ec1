//! The embedded database: columns, bounded caches, and errors that say whether the data or the disk
//! is at fault.

use crate::schema;
use codec::Decode;
use rocksdb::{
	BlockBasedOptions, Cache, ColumnFamily, ColumnFamilyDescriptor, DBCompactionStyle,
	DBCompressionType, ErrorKind, Options, WriteBatch, DB,
};
use std::path::{Path, PathBuf};

/// Folder of the database inside the store's folder.
const FILES: &str = "db";

/// Limits of the database's memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
	/// Bytes of the block cache that all columns share.
	pub cache_bytes: usize,
	/// Bytes that not yet flushed writes may take over all columns.
	pub write_buffer_bytes: usize,
	/// Files kept open.
	pub open_files: i32,
}

impl Default for Limits {
	fn default() -> Self {
		Self { cache_bytes: 64 << 20, write_buffer_bytes: 64 << 20, open_files: 256 }
	}
}

/// What in the store is damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
	/// A row that must be there is not.
	#[error("a row of `{0}` is missing")]
	Missing(&'static str),
	/// A row that can't be read.
	#[error("a row of `{0}` is malformed")]
	Malformed(&'static str),
	/// Rows that contradict the root.
	#[error("rows of `{0}` do not lead to the root")]
	Contradiction(&'static str),
}

/// Why a row could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
	/// The database failed.
	#[error("the database failed")]
	Database(#[from] rocksdb::Error),
	/// The data is damaged; the store has to be rebuilt.
	#[error("the log store is damaged: {0}")]
	Damaged(Damage),
}

impl ReadError {
	/// Whether rebuilding the store would help.
	pub fn is_damage(&self) -> bool {
		match self {
			Self::Damaged(_) => true,
			Self::Database(error) => error.kind() == ErrorKind::Corruption,
		}
	}
}

/// A database with all columns.
pub struct Database {
	raw: DB,
	path: PathBuf,
	cache: Cache,
}

impl Database {
	/// Opens or creates.
	pub fn open(path: &Path, limits: Limits) -> Result<Self, rocksdb::Error> {
		let cache = Cache::new_lru_cache(limits.cache_bytes);
		let mut options = Options::default();
		options.create_if_missing(true);
		options.create_missing_column_families(true);
		options.set_max_open_files(limits.open_files);
		options.set_db_write_buffer_size(limits.write_buffer_bytes);
		options.set_max_total_wal_size(limits.write_buffer_bytes as u64);
		options.set_max_background_jobs(2);
		options.set_keep_log_file_num(4);
		let columns = schema::COLUMNS
			.map(|name| ColumnFamilyDescriptor::new(name, column_options(name, &cache, limits)));
		let raw = DB::open_cf_descriptors(&options, path.join(FILES), columns)?;
		Ok(Self { raw, path: path.to_owned(), cache })
	}

	/// Removes every file of the database at `path`.
	pub fn destroy(path: &Path) -> Result<(), rocksdb::Error> {
		DB::destroy(&Options::default(), path.join(FILES))
	}

	/// The folder of the store; the database is in a folder inside it.
	pub fn path(&self) -> &Path {
		&self.path
	}

	/// Options for a file that will be ingested into `column`.
	pub fn file_options(&self, column: &'static str) -> Options {
		column_options(column, &self.cache, Limits::default())
	}

	/// The column; it exists since opening created it.
	pub fn column(&self, name: &'static str) -> Result<&ColumnFamily, ReadError> {
		self.raw.cf_handle(name).ok_or(ReadError::Damaged(Damage::Missing(name)))
	}

	/// A row's bytes.
	pub fn get(&self, column: &'static str, key: &[u8]) -> Result<Option<Vec<u8>>, ReadError> {
		Ok(self.raw.get_cf(self.column(column)?, key)?)
	}

	/// A row, decoded to its last byte.
	pub fn row<T: Decode>(&self, column: &'static str, key: &[u8]) -> Result<Option<T>, ReadError> {
		self.get(column, key)?.map(|bytes| decode_all(column, &bytes)).transpose()
	}

	/// Queues a row.
	pub fn put(
		&self,
		batch: &mut WriteBatch,
		column: &'static str,
		key: &[u8],
		value: &[u8],
	) -> Result<(), ReadError> {
		batch.put_cf(self.column(column)?, key, value);
		Ok(())
	}

	/// Writes all or nothing. Not synced: whatever a power cut takes away is read from the chain
	/// again.
	pub fn write(&self, batch: WriteBatch) -> Result<(), ReadError> {
		Ok(self.raw.write(batch)?)
	}

	/// The raw database, for iterators and ingestion.
	pub fn raw(&self) -> &DB {
		&self.raw
	}
}

/// Decodes a row to its last byte.
pub fn decode_all<T: Decode>(column: &'static str, bytes: &[u8]) -> Result<T, ReadError> {
	let mut rest = bytes;
	match T::decode(&mut rest) {
		Ok(value) if rest.is_empty() => Ok(value),
		_ => Err(ReadError::Damaged(Damage::Malformed(column))),
	}
}

fn column_options(name: &str, cache: &Cache, limits: Limits) -> Options {
	let mut table = BlockBasedOptions::default();
	table.set_block_cache(cache);
	table.set_cache_index_and_filter_blocks(true);
	table.set_pin_l0_filter_and_index_blocks_in_cache(true);
	table.set_format_version(5);
	let mut options = Options::default();
	options.set_block_based_table_factory(&table);
	options.set_write_buffer_size(limits.write_buffer_bytes / 4);
	match name {
		// Digests don't compress.
		schema::TILES | schema::MEMBERS => options.set_compression_type(DBCompressionType::None),
		// Runs arrive sorted, one file per block, and overlap: universal compaction merges many at
		// once, so that each row is rewritten a few times only.
		schema::LEAVES => {
			options.set_compression_type(DBCompressionType::None);
			options.set_compaction_style(DBCompactionStyle::Universal);
		},
		_ => options.set_compression_type(DBCompressionType::Snappy),
	}
	options
}
