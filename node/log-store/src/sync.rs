//! Following the chain: stage what is imported, commit what is final, rebuild what is damaged.

use crate::{
	check::CheckError,
	db::ReadError,
	members::{self, MembersError},
	source::{BlockHeader, BlockId, ChainSource, SourceError},
	store::{Block, CommitError, OpenError, Store},
};
use pantheon_primitives::{BlockHash, EntryInfo};

/// Why the store could not follow the chain. It stays where it was and may be asked again.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
	/// The chain can't be read, or has pruned what is needed.
	#[error(transparent)]
	Source(#[from] SourceError),
	/// The members of a batch are not in the block body.
	#[error("block {block:?}")]
	Members {
		/// The block.
		block: BlockId,
		/// Why.
		#[source]
		error: MembersError,
	},
	/// A block could not be committed.
	#[error(transparent)]
	Commit(#[from] CommitError),
	/// The store can't be read.
	#[error(transparent)]
	Read(#[from] ReadError),
	/// The store disagrees with the chain or with itself.
	#[error(transparent)]
	Check(#[from] CheckError),
	/// The store could not be rebuilt.
	#[error(transparent)]
	Open(#[from] OpenError),
}

impl SyncError {
	/// Whether rebuilding the store would help.
	pub fn is_damage(&self) -> bool {
		match self {
			Self::Commit(error) => error.is_damage(),
			Self::Read(error) => error.is_damage(),
			Self::Check(error) => error.is_damage(),
			_ => false,
		}
	}
}

/// What [`follow`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Followed {
	/// The store is at the chain's finalised block.
	UpToDate,
	/// More finalised blocks are left; ask again.
	More,
	/// The store is ahead: the chain lost its last blocks in a crash and has to catch up first.
	Ahead,
}

/// Stages the entries of an imported block, if it has any.
pub fn stage<S: ChainSource>(store: &Store, source: &S, block: BlockId) -> Result<(), SyncError> {
	let header = source.header(&block.hash)?;
	let grows = header.log.size != source.header(&header.parent)?.log.size;
	if grows && store.head()?.number < block.number {
		store.stage(block, &source.entries(&block.hash)?)?;
	}
	Ok(())
}

/// Commits up to `most` finalised blocks.
pub fn follow<S: ChainSource>(store: &Store, source: &S, most: u32) -> Result<Followed, SyncError> {
	let finalized = source.finalized()?;
	let head = store.head()?;
	let common = head.number.min(finalized.number);
	if store.block_hash(common)? != Some(source.hash(common)?) {
		return Err(CheckError::OtherFork.into());
	}
	if head.number > finalized.number {
		return Ok(Followed::Ahead);
	}
	let last = head.number.saturating_add(most).min(finalized.number);
	for number in head.number + 1..=last {
		let block = read_block(store, source, &source.hash(number)?)?;
		store.commit(&block)?;
	}
	Ok(if last == finalized.number { Followed::UpToDate } else { Followed::More })
}

/// Throws the store away, to be filled again by [`follow`]. A damaged store can't be repaired in
/// part: what is wrong in it is only known by reading the chain again.
pub fn rebuild(store: &Store, reason: &dyn std::error::Error) -> Result<(), OpenError> {
	log::warn!(target: "log-store", "rebuilding the log store from the chain: {reason}");
	store.wipe()
}

fn read_block<S: ChainSource>(
	store: &Store,
	source: &S,
	hash: &BlockHash,
) -> Result<Block, SyncError> {
	let header = source.header(hash)?;
	let entries = read_entries(store, source, &header)?;
	let members = read_members(source, header.id, &entries)?;
	let justification = source.justification(hash)?;
	Ok(Block { header, entries, members, justification })
}

/// The entries, staged or from the chain; neither is asked for where the header shows that there are
/// none, so that empty blocks need no state.
fn read_entries<S: ChainSource>(
	store: &Store,
	source: &S,
	header: &BlockHeader,
) -> Result<Vec<EntryInfo>, SyncError> {
	if header.log.size == store.head()?.log.size() {
		return Ok(Vec::new());
	}
	match store.staged(header.id)? {
		Some(entries) => Ok(entries),
		None => Ok(source.entries(&header.id.hash)?),
	}
}

fn read_members<S: ChainSource>(
	source: &S,
	block: BlockId,
	entries: &[EntryInfo],
) -> Result<Vec<Vec<u8>>, SyncError> {
	let mut batches = entries.iter().filter_map(|info| Some((info, info.batch?))).peekable();
	if batches.peek().is_none() {
		return Ok(Vec::new());
	}
	let body = source.body(&block.hash)?;
	batches
		.map(|(info, batch)| {
			members::find(&body, info.extrinsic_index, &batch)
				.map(<[u8]>::to_vec)
				.map_err(|error| SyncError::Members { block, error })
		})
		.collect()
}
