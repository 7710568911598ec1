//! The store: opened or rebuilt, fed block by block, one atomic write each.

use crate::{
	db::{Damage, Database, Limits, ReadError},
	index::{Place, Run, RunError, TagKey, ENTRY_SLOT},
	justifications,
	schema::{self, keys, BlockRow, EntryRow, Head, BUNDLE},
	source::{BlockHeader, BlockId},
	tiles::TileWriter,
};
use codec::{Decode, Encode};
use pantheon_primitives::{
	hash::SoftwareSha256, log::CompactLog, BlockHash, EntryInfo, GenesisHash, LogDigest, LogRoot,
};
use parking_lot::{Mutex, MutexGuard, RwLock};
use rocksdb::{Direction, ErrorKind, IteratorMode, WriteBatch};
use std::{
	fs, io,
	path::{Path, PathBuf},
	sync::atomic::{AtomicBool, Ordering},
};

/// Why the store could not be opened, even empty.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
	/// Another process has it open.
	#[error("the log store at {path} is in use by another process")]
	InUse {
		/// The store's folder.
		path: PathBuf,
	},
	/// The folder could not be made.
	#[error("the folder of the log store could not be made")]
	Folder(#[source] io::Error),
	/// The database failed even on an empty folder.
	#[error(transparent)]
	Read(#[from] ReadError),
}

/// Why the store started empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fresh {
	/// There was none.
	#[error("there was none")]
	Missing,
	/// Written by another version.
	#[error("it was written by another version")]
	Version,
	/// It belongs to another chain.
	#[error("it belongs to another chain")]
	Genesis,
	/// It could not be read.
	#[error("it is damaged")]
	Damaged,
}

/// Why a block was not committed. The store is as it was before.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
	/// The block does not follow the store's last one.
	#[error("block {got:?} does not follow block {head:?}")]
	NotNext {
		/// The block.
		got: BlockId,
		/// The store's last block.
		head: BlockId,
	},
	/// The log that the entries make is not the one in the block's header.
	#[error("block {block:?}: the header says {expected:?}, the entries make {got:?}")]
	RootMismatch {
		/// The block.
		block: BlockId,
		/// From the header.
		expected: LogDigest,
		/// From the entries.
		got: LogDigest,
	},
	/// There isn't one blob of members per batch, of the right length.
	#[error("block {0:?}: the members do not fit the batches")]
	Members(BlockId),
	/// The index could not be written.
	#[error(transparent)]
	Run(#[from] RunError),
	/// The database failed, or the store is damaged.
	#[error(transparent)]
	Read(#[from] ReadError),
}

impl CommitError {
	/// Whether rebuilding the store would help.
	pub fn is_damage(&self) -> bool {
		match self {
			Self::RootMismatch { .. } | Self::NotNext { .. } => true,
			Self::Run(RunError::Read(error)) | Self::Read(error) => error.is_damage(),
			_ => false,
		}
	}
}

/// A finalised block on its way into the store.
#[derive(Clone, Debug)]
pub struct Block {
	/// Its header.
	pub header: BlockHeader,
	/// Its entries, in log order.
	pub entries: Vec<EntryInfo>,
	/// One blob of member leaves per entry that has a batch, in the same order.
	pub members: Vec<Vec<u8>>,
	/// The justification that the chain keeps for it.
	pub justification: Option<Vec<u8>>,
}

#[derive(Encode, Decode, PartialEq)]
struct Identity {
	version: u32,
	genesis: GenesisHash,
}

/// The open database and what is cached of it.
pub(crate) struct Inner {
	pub(crate) db: Database,
	pub(crate) head: Head,
	pub(crate) tags: TagKey,
}

/// A log's tiles, index, members and justifications on disk. Readers and the one writer may be on
/// different threads.
pub struct Store {
	path: PathBuf,
	genesis: GenesisHash,
	limits: Limits,
	inner: RwLock<Option<Inner>>,
	/// Held by whoever writes, so that reading before writing is safe.
	writer: Mutex<()>,
	damaged: AtomicBool,
}

impl Store {
	/// Opens the store of the chain `genesis` in folder `path`, or starts an empty one there and says
	/// why: a store is a cache, so a damaged or foreign one is replaced.
	pub fn open(
		path: &Path,
		genesis: GenesisHash,
		limits: Limits,
	) -> Result<(Self, Option<Fresh>), OpenError> {
		fs::create_dir_all(path).map_err(OpenError::Folder)?;
		let (inner, fresh) = match load(path, genesis, limits)? {
			Ok(inner) => (inner, None),
			Err(fresh) => (create(path, genesis, limits)?, Some(fresh)),
		};
		let store = Self {
			path: path.to_owned(),
			genesis,
			limits,
			inner: RwLock::new(Some(inner)),
			writer: Mutex::new(()),
			damaged: AtomicBool::new(false),
		};
		Ok((store, fresh))
	}

	/// Throws everything away and starts empty.
	pub fn wipe(&self) -> Result<(), OpenError> {
		let _writer = self.writer.lock();
		let mut inner = self.inner.write();
		// The database must be closed before its files go.
		*inner = None;
		*inner = Some(create(&self.path, self.genesis, self.limits)?);
		self.damaged.store(false, Ordering::Release);
		Ok(())
	}

	/// The chain.
	pub fn genesis(&self) -> GenesisHash {
		self.genesis
	}

	/// How far the store has come.
	pub fn head(&self) -> Result<Head, ReadError> {
		self.read(|inner| Ok(inner.head.clone()))
	}

	/// Remembers that a reader met damage, for the writer to rebuild the store.
	pub fn report_damage(&self) {
		self.damaged.store(true, Ordering::Release);
	}

	/// Whether a reader met damage since the last [`Self::wipe`].
	pub fn damage_reported(&self) -> bool {
		self.damaged.load(Ordering::Acquire)
	}

	/// For the duration of a change outside of [`Self::commit`].
	pub(crate) fn lock_writer(&self) -> MutexGuard<'_, ()> {
		self.writer.lock()
	}

	pub(crate) fn read<T, E: From<ReadError>>(
		&self,
		look: impl FnOnce(&Inner) -> Result<T, E>,
	) -> Result<T, E> {
		match self.inner.read().as_ref() {
			Some(inner) => look(inner),
			// Only after a `wipe` that failed.
			None => Err(ReadError::Damaged(Damage::Missing(schema::META)).into()),
		}
	}

	/// Keeps the entries of a block that is not final yet, on any fork. Its state may be gone by the
	/// time it is final.
	pub fn stage(&self, block: BlockId, entries: &[EntryInfo]) -> Result<(), ReadError> {
		self.read(|inner| {
			let mut batch = WriteBatch::default();
			let key = schema::staged_key(block.number, &block.hash);
			inner.db.put(&mut batch, schema::STAGED, &key, &entries.encode())?;
			inner.db.write(batch)
		})
	}

	/// The staged entries of a block.
	pub fn staged(&self, block: BlockId) -> Result<Option<Vec<EntryInfo>>, ReadError> {
		self.read(|inner| {
			inner.db.row(schema::STAGED, &schema::staged_key(block.number, &block.hash))
		})
	}

	/// Appends a finalised block: all of it or nothing. The root is checked against the header's.
	pub fn commit(&self, block: &Block) -> Result<(), CommitError> {
		let _writer = self.writer.lock();
		// Readers go on meanwhile: what they may see of the block begins with the new head.
		let head = self.read(|inner| write_block(inner, block))?;
		if let Some(inner) = self.inner.write().as_mut() {
			inner.head = head;
		}
		Ok(())
	}
}

fn write_block(inner: &Inner, block: &Block) -> Result<Head, CommitError> {
	let id = block.header.id;
	let last = BlockId { number: inner.head.number, hash: inner.head.hash };
	if last.number.checked_add(1) != Some(id.number) || block.header.parent != last.hash {
		return Err(CommitError::NotNext { got: id, head: last });
	}
	let first = inner.head.log.size();
	let mut head = inner.head.clone();
	let mut batch = WriteBatch::default();
	append(inner, &mut head.log, block, &mut batch)?;
	let got = LogDigest { size: head.log.size(), root: root(&head.log) };
	if got != block.header.log {
		return Err(CommitError::RootMismatch { block: id, expected: block.header.log, got });
	}
	head.members += put_entries(inner, first, block, &mut batch)?;
	justifications::put_block(&inner.db, &mut batch, block, &mut head.set_id)?;
	head.number = id.number;
	head.hash = id.hash;
	put_head(&inner.db, &mut batch, &head)?;
	drop_staged(&inner.db, id.number, &mut batch)?;
	inner.db.write(batch)?;
	Ok(head)
}

/// Drops what was staged at block `number`; nothing is left of the blocks before it. Row by row: there are
/// only a few, and each range deletion would slow all later reads of the column down.
fn drop_staged(db: &Database, number: u32, batch: &mut WriteBatch) -> Result<(), ReadError> {
	let column = db.column(schema::STAGED)?;
	let end = schema::staged_key(number.saturating_add(1), &BlockHash::default());
	let start = schema::staged_key(number, &BlockHash::default());
	for row in db.raw().iterator_cf(column, IteratorMode::From(&start, Direction::Forward)) {
		let (key, _) = row?;
		if *key >= end[..] {
			break;
		}
		batch.delete_cf(column, key);
	}
	Ok(())
}

/// Appends the leaves to the log and to the tiles.
fn append(
	inner: &Inner,
	log: &mut CompactLog,
	block: &Block,
	batch: &mut WriteBatch,
) -> Result<(), ReadError> {
	if block.entries.is_empty() {
		return Ok(());
	}
	let mut tiles = TileWriter::new(&inner.db, log.size())?;
	let mut put = |level: u8, number: u64, nodes: &[u8]| {
		inner.db.put(batch, schema::TILES, &schema::tile_key(level, number), nodes)
	};
	for info in &block.entries {
		let leaf = info.entry.leaf_hash::<SoftwareSha256>();
		log.append::<SoftwareSha256>(leaf)
			.ok_or(ReadError::Damaged(Damage::Contradiction(schema::META)))?;
		tiles.append(&leaf, &mut put)?;
	}
	tiles.finish(put)
}

/// Writes entries, members and index rows; returns the number of members.
fn put_entries(
	inner: &Inner,
	first: u64,
	block: &Block,
	batch: &mut WriteBatch,
) -> Result<u64, CommitError> {
	if block.entries.is_empty() {
		return Ok(0);
	}
	let db = &inner.db;
	let mut blobs = block.members.iter();
	let members: usize = block.members.iter().map(|blob| blob.len() / 32).sum();
	let mut run = Run::new(inner.tags, block.entries.len() + members);
	let mut bundle = open_bundle(db, first)?;
	for (entry, info) in (first..).zip(&block.entries) {
		run.push(&info.entry.leaf_hash::<SoftwareSha256>(), Place { entry, slot: ENTRY_SLOT });
		let key = schema::chain_key(info.operator.as_bytes(), info.sequence);
		db.put(batch, schema::CHAINS, &key, &entry.to_be_bytes())?;
		if let Some(info) = &info.batch {
			let blob = blobs
				.next()
				.filter(|blob| blob.len() == info.count as usize * 32)
				.filter(|_| info.count <= u32::from(ENTRY_SLOT))
				.ok_or(CommitError::Members(block.header.id))?;
			for (slot, leaf) in (0..).zip(crate::members::leaves(blob)) {
				run.push(&leaf, Place { entry, slot });
			}
			db.put(batch, schema::MEMBERS, &entry.to_be_bytes(), blob)?;
		}
		bundle.push(EntryRow { block: block.header.id.number, info: info.clone() });
		if bundle.len() as u64 == BUNDLE {
			db.put(batch, schema::ENTRIES, &(entry / BUNDLE).to_be_bytes(), &bundle.encode())?;
			bundle.clear();
		}
	}
	if blobs.next().is_some() {
		return Err(CommitError::Members(block.header.id));
	}
	if !bundle.is_empty() {
		let number = (first + block.entries.len() as u64) / BUNDLE;
		db.put(batch, schema::ENTRIES, &number.to_be_bytes(), &bundle.encode())?;
	}
	run.write(db, batch)?;
	Ok(members as u64)
}

/// The rows of the bundle that entry `index` goes into, before it.
fn open_bundle(db: &Database, index: u64) -> Result<Vec<EntryRow>, ReadError> {
	let filled = (index % BUNDLE) as usize;
	if filled == 0 {
		return Ok(Vec::new());
	}
	let rows: Option<Vec<EntryRow>> = db.row(schema::ENTRIES, &(index / BUNDLE).to_be_bytes())?;
	let mut rows = rows.ok_or(ReadError::Damaged(Damage::Missing(schema::ENTRIES)))?;
	rows.truncate(filled);
	Ok(rows)
}

fn put_head(db: &Database, batch: &mut WriteBatch, head: &Head) -> Result<(), ReadError> {
	let row = BlockRow { hash: head.hash, size: head.log.size(), root: root(&head.log) };
	db.put(batch, schema::BLOCKS, &head.number.to_be_bytes(), &row.encode())?;
	db.put(batch, schema::META, keys::HEAD, &head.encode())
}

/// The root of a log.
pub(crate) fn root(log: &CompactLog) -> LogRoot {
	log.root::<SoftwareSha256>()
}

/// Opens a store that may be there; says why not.
fn load(
	path: &Path,
	genesis: GenesisHash,
	limits: Limits,
) -> Result<Result<Inner, Fresh>, OpenError> {
	let db = match Database::open(path, limits) {
		Ok(db) => db,
		// RocksDB reports a held lock and a missing file by the same kind; only the text tells them
		// apart, and a store in use must not be replaced.
		Err(error) if error.kind() == ErrorKind::IOError && error.as_ref().contains("lock") => {
			return Err(OpenError::InUse { path: path.to_owned() })
		},
		Err(error) => {
			log::warn!(target: "log-store", "cannot open the log store: {error}");
			return Ok(Err(Fresh::Damaged));
		},
	};
	Ok(match read_identity(&db) {
		Ok(None) => Err(Fresh::Missing),
		Ok(Some(found)) if found.version != schema::VERSION => Err(Fresh::Version),
		Ok(Some(found)) if found.genesis != genesis => Err(Fresh::Genesis),
		Ok(Some(_)) => read_cached(db),
		Err(_) => Err(Fresh::Damaged),
	})
}

fn read_identity(db: &Database) -> Result<Option<Identity>, ReadError> {
	let Some(bytes) = db.get(schema::META, keys::IDENTITY)? else { return Ok(None) };
	// A later version may append fields: only the version is sure to be there.
	let mut rest = bytes.as_slice();
	Ok(Identity::decode(&mut rest).ok())
}

fn read_cached(db: Database) -> Result<Inner, Fresh> {
	let head = db.row::<Head>(schema::META, keys::HEAD).ok().flatten();
	let secret = db.row::<[u8; 32]>(schema::META, keys::SECRET).ok().flatten();
	match (head, secret) {
		(Some(head), Some(secret)) => Ok(Inner { db, head, tags: TagKey(secret) }),
		_ => Err(Fresh::Damaged),
	}
}

fn create(path: &Path, genesis: GenesisHash, limits: Limits) -> Result<Inner, OpenError> {
	Database::destroy(path).map_err(ReadError::from)?;
	let db = Database::open(path, limits).map_err(ReadError::from)?;
	let secret: [u8; 32] = rand::random();
	let head = Head {
		number: 0,
		hash: genesis.into_bytes().into(),
		log: CompactLog::default(),
		members: 0,
		set_id: 0,
	};
	let mut batch = WriteBatch::default();
	let identity = Identity { version: schema::VERSION, genesis };
	db.put(&mut batch, schema::META, keys::IDENTITY, &identity.encode())?;
	db.put(&mut batch, schema::META, keys::SECRET, &secret)?;
	put_head(&db, &mut batch, &head)?;
	db.write(batch)?;
	Ok(Inner { db, head, tags: TagKey(secret) })
}
