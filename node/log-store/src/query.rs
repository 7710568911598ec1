//! Reading: entries, members and proofs.
//!
//! A proof is checked against the root of the store's last block before it is handed out; that root
//! was checked against the chain's header. So damage is noticed here and never served.

use crate::{
	db::{Damage, ReadError},
	index::{look_up, Place, ENTRY_SLOT},
	members,
	schema::{self, BlockRow, EntryRow, BUNDLE},
	store::{root, Inner, Store},
	tiles::TileReader,
};
use pantheon_primitives::{
	hash::SoftwareSha256,
	log::{
		consistency_path, inclusion_path, root_at, verify_consistency, verify_inclusion,
		MemoryTree, NodeSource, PathError,
	},
	BlockHash, LeafHash, LogRoot, OperatorId,
};

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
	/// The log holds no such entry or member.
	#[error("the log holds no such entry")]
	UnknownEntry,
	/// The log has not grown to that size yet.
	#[error("the log holds {size} entries, fewer than {asked}")]
	FutureSize {
		/// The size asked for.
		asked: u64,
		/// The size now.
		size: u64,
	},
	/// The range runs backwards.
	#[error("the range runs backwards")]
	RangeBackwards,
	/// No justification is kept for that block.
	#[error("no justification is kept for that block")]
	NoJustification,
	/// The store failed.
	#[error(transparent)]
	Read(#[from] ReadError),
}

/// An entry, where it is, and in which block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundEntry {
	/// Index in the log.
	pub index: u64,
	/// Leaf hash.
	pub leaf: LeafHash,
	/// The entry and its block's number.
	pub row: EntryRow,
	/// Hash of its block.
	pub block_hash: BlockHash,
}

/// A member's leaf, its path to the batch's root, and the batch's entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundMember {
	/// The member's leaf.
	pub leaf: LeafHash,
	/// RFC 9162 inclusion path in the batch.
	pub path: Vec<[u8; 32]>,
	/// The batch's entry.
	pub entry: FoundEntry,
}

/// Where a member is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemberPosition {
	/// The operator that sealed the batch.
	pub operator: OperatorId,
	/// Sequence of the batch.
	pub sequence: u64,
	/// Index in the batch.
	pub index: u32,
}

const TILES_CONTRADICT: ReadError = ReadError::Damaged(Damage::Contradiction(schema::TILES));

impl Store {
	/// The entry at `index`.
	pub fn entry(&self, index: u64) -> Result<FoundEntry, QueryError> {
		self.read(|inner| entry(inner, index))
	}

	/// The entry with that leaf hash.
	pub fn entry_by_leaf(&self, leaf: &LeafHash) -> Result<FoundEntry, QueryError> {
		self.read(|inner| {
			let place = look_up(&inner.db, &inner.tags, &inner.head, leaf, |place| {
				Ok(place.slot == ENTRY_SLOT && &leaf_of(inner, place.entry)? == leaf)
			})?;
			entry(inner, place.ok_or(QueryError::UnknownEntry)?.entry)
		})
	}

	/// The entry at `sequence` of an operator's chain.
	pub fn entry_by_position(
		&self,
		operator: &OperatorId,
		sequence: u64,
	) -> Result<FoundEntry, QueryError> {
		self.read(|inner| entry_by_position(inner, operator, sequence))
	}

	/// Up to `limit` entries of an operator's chain from `from_sequence` on. A chain has no gaps, so
	/// neither has the page.
	pub fn operator_entries(
		&self,
		operator: &OperatorId,
		from_sequence: u64,
		limit: u32,
	) -> Result<Vec<FoundEntry>, QueryError> {
		self.read(|inner| {
			let mut found = Vec::new();
			for sequence in (from_sequence..).take(limit as usize) {
				match entry_by_position(inner, operator, sequence) {
					Ok(entry) => found.push(entry),
					Err(QueryError::UnknownEntry) => break,
					Err(error) => return Err(error),
				}
			}
			Ok(found)
		})
	}

	/// The inclusion path of entry `index` in the log of `size` entries.
	pub fn inclusion(&self, index: u64, size: u64) -> Result<Vec<[u8; 32]>, QueryError> {
		self.read(|inner| {
			let tiles = sized(inner, size)?;
			if index >= size {
				return Err(QueryError::UnknownEntry);
			}
			let path = inclusion_path::<_, SoftwareSha256>(&tiles, index, size).map_err(node)?;
			let leaf = tiles.node(0, index)?.into();
			let root = checked_root(inner, &tiles, size)?;
			verify_inclusion::<SoftwareSha256>(&leaf, index, size, &path, &root)
				.map_err(|_| TILES_CONTRADICT)?;
			Ok(path)
		})
	}

	/// The consistency path between the logs of `from` and `to` entries.
	pub fn consistency(&self, from: u64, to: u64) -> Result<Vec<[u8; 32]>, QueryError> {
		self.read(|inner| {
			let tiles = sized(inner, to)?;
			if from > to {
				return Err(QueryError::RangeBackwards);
			}
			let path = consistency_path::<_, SoftwareSha256>(&tiles, from, to).map_err(node)?;
			let (old, new) = (checked_root(inner, &tiles, from)?, checked_root(inner, &tiles, to)?);
			verify_consistency::<SoftwareSha256>(from, &old, to, &new, &path)
				.map_err(|_| TILES_CONTRADICT)?;
			Ok(path)
		})
	}

	/// Hash of a block that the store has read.
	pub fn block_hash(&self, number: u32) -> Result<Option<BlockHash>, ReadError> {
		self.read(|inner| {
			if number > inner.head.number {
				return Ok(None);
			}
			let row: Option<BlockRow> = inner.db.row(schema::BLOCKS, &number.to_be_bytes())?;
			Ok(row.map(|row| row.hash))
		})
	}

	/// The root of the log of `size` entries.
	pub fn root_at(&self, size: u64) -> Result<LogRoot, QueryError> {
		self.read(|inner| Ok(checked_root(inner, &sized(inner, size)?, size)?))
	}

	/// The path of member `index` of the batch at `sequence` of an operator's chain.
	pub fn member(
		&self,
		operator: &OperatorId,
		sequence: u64,
		index: u32,
	) -> Result<FoundMember, QueryError> {
		self.read(|inner| {
			let entry = entry_by_position(inner, operator, sequence)?;
			let batch = entry.row.info.batch.ok_or(QueryError::UnknownEntry)?;
			if index >= batch.count {
				return Err(QueryError::UnknownEntry);
			}
			let blob = inner.db.get(schema::MEMBERS, &entry.index.to_be_bytes())?;
			let leaves =
				members::leaves(&blob.ok_or(ReadError::Damaged(Damage::Missing(schema::MEMBERS)))?);
			let contradiction = ReadError::Damaged(Damage::Contradiction(schema::MEMBERS));
			let Some(leaf) = leaves.get(index as usize).copied() else {
				return Err(contradiction.into());
			};
			let tree = MemoryTree::new::<SoftwareSha256>(&leaves);
			let (index, size) = (u64::from(index), u64::from(batch.count));
			match inclusion_path::<_, SoftwareSha256>(&tree, index, size) {
				Ok(path)
					if verify_inclusion::<SoftwareSha256>(
						&leaf,
						index,
						size,
						&path,
						&batch.root,
					)
					.is_ok() =>
				{
					Ok(FoundMember { leaf, path, entry })
				},
				_ => Err(contradiction.into()),
			}
		})
	}

	/// Where the member with that leaf is; the first one, if a submitter repeated it.
	pub fn member_by_leaf(&self, leaf: &LeafHash) -> Result<MemberPosition, QueryError> {
		self.read(|inner| {
			let is_at = |place: Place| {
				if place.slot == ENTRY_SLOT {
					return Ok(false);
				}
				let blob = inner.db.get(schema::MEMBERS, &place.entry.to_be_bytes())?;
				Ok(blob.and_then(|blob| members::leaf_at(&blob, place.slot.into())) == Some(*leaf))
			};
			let place = look_up(&inner.db, &inner.tags, &inner.head, leaf, is_at)?
				.ok_or(QueryError::UnknownEntry)?;
			let info = entry(inner, place.entry)?.row.info;
			Ok(MemberPosition {
				operator: info.operator,
				sequence: info.sequence,
				index: place.slot.into(),
			})
		})
	}
}

fn leaf_of(inner: &Inner, index: u64) -> Result<LeafHash, ReadError> {
	Ok(TileReader::new(&inner.db).node(0, index)?.into())
}

fn entry(inner: &Inner, index: u64) -> Result<FoundEntry, QueryError> {
	if index >= inner.head.log.size() {
		return Err(QueryError::UnknownEntry);
	}
	let bundle: Option<Vec<EntryRow>> =
		inner.db.row(schema::ENTRIES, &(index / BUNDLE).to_be_bytes())?;
	let row = bundle
		.and_then(|rows| rows.into_iter().nth((index % BUNDLE) as usize))
		.ok_or(ReadError::Damaged(Damage::Missing(schema::ENTRIES)))?;
	let leaf = row.info.entry.leaf_hash::<SoftwareSha256>();
	if leaf != leaf_of(inner, index)? {
		return Err(ReadError::Damaged(Damage::Contradiction(schema::ENTRIES)).into());
	}
	let block: BlockRow = inner
		.db
		.row(schema::BLOCKS, &row.block.to_be_bytes())?
		.ok_or(ReadError::Damaged(Damage::Missing(schema::BLOCKS)))?;
	Ok(FoundEntry { index, leaf, row, block_hash: block.hash })
}

fn entry_by_position(
	inner: &Inner,
	operator: &OperatorId,
	sequence: u64,
) -> Result<FoundEntry, QueryError> {
	let key = schema::chain_key(operator.as_bytes(), sequence);
	let bytes = inner.db.get(schema::CHAINS, &key)?.ok_or(QueryError::UnknownEntry)?;
	let malformed = ReadError::Damaged(Damage::Malformed(schema::CHAINS));
	let index = <[u8; 8]>::try_from(bytes).map(u64::from_be_bytes).map_err(|_| malformed)?;
	let found = entry(inner, index)?;
	if &found.row.info.operator != operator || found.row.info.sequence != sequence {
		return Err(ReadError::Damaged(Damage::Contradiction(schema::CHAINS)).into());
	}
	Ok(found)
}

/// A reader, if the log has grown to `size`.
fn sized(inner: &Inner, asked: u64) -> Result<TileReader<'_>, QueryError> {
	let size = inner.head.log.size();
	if asked > size {
		return Err(QueryError::FutureSize { asked, size });
	}
	Ok(TileReader::new(&inner.db))
}

/// The root at `size`, shown to be consistent with the root of the store's last block.
fn checked_root(inner: &Inner, tiles: &TileReader<'_>, size: u64) -> Result<LogRoot, ReadError> {
	let old = root_at::<_, SoftwareSha256>(tiles, size).map_err(damage)?;
	let now = inner.head.log.size();
	let path = consistency_path::<_, SoftwareSha256>(tiles, size, now).map_err(damage)?;
	verify_consistency::<SoftwareSha256>(size, &old, now, &root(&inner.head.log), &path)
		.map_err(|_| TILES_CONTRADICT)?;
	Ok(old)
}

/// Index and sizes were checked before.
fn damage(error: PathError<ReadError>) -> ReadError {
	match error {
		PathError::Source(error) => error,
		PathError::IndexBeyondSize | PathError::SizesReversed => TILES_CONTRADICT,
	}
}

fn node(error: PathError<ReadError>) -> QueryError {
	damage(error).into()
}
