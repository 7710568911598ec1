//! What shows that blocks are final: headers with GRANDPA justifications, and the hand-offs from one
//! authority set to the next.
//!
//! Every hand-off is kept for ever: a verifier walks them from its trusted set. Of other blocks, all
//! justifications of the last week are kept, and one per hour before that.

use crate::{
	db::{decode_all, Database, ReadError},
	query::QueryError,
	schema::{self, BlockRow, HandoffRow, JustificationRow},
	source::AuthorityChange,
	store::{Block, Inner, Store},
};
use codec::Encode;
use pantheon_primitives::Checkpoint;
use rocksdb::{Direction, IteratorMode, WriteBatch};

/// Blocks of a week, at six seconds.
pub const KEEP_ALL: u32 = 100_800;
/// Blocks of an hour, at six seconds.
pub const THIN_TO_ONE_IN: u32 = 600;

/// A checkpoint and what shows that it is final.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FinalCheckpoint {
	/// The checkpoint.
	pub checkpoint: Checkpoint,
	/// The block's header, SCALE.
	pub header: Vec<u8>,
	/// The justification of that very block, SCALE.
	pub justification: Vec<u8>,
}

/// Queues what a block brings: its own justification, and its hand-off.
pub(crate) fn put_block(
	db: &Database,
	batch: &mut WriteBatch,
	block: &Block,
	set_id: &mut u64,
) -> Result<(), ReadError> {
	let number = block.header.id.number;
	let known: Option<JustificationRow> = db.row(schema::JUSTIFICATIONS, &number.to_be_bytes())?;
	let justification = block.justification.clone().or(known.map(|row| row.justification));
	if let Some(justification) = &block.justification {
		put_row(db, batch, number, &block.header.raw, justification)?;
	}
	if block.header.change == AuthorityChange::Scheduled {
		let row = HandoffRow { block: number, header: block.header.raw.clone(), justification };
		db.put(batch, schema::HANDOFFS, &set_id.to_be_bytes(), &row.encode())?;
		*set_id = set_id.saturating_add(1);
	}
	thin(db, batch, number)
}

fn put_row(
	db: &Database,
	batch: &mut WriteBatch,
	number: u32,
	header: &[u8],
	justification: &[u8],
) -> Result<(), ReadError> {
	let row = JustificationRow { header: header.to_vec(), justification: justification.to_vec() };
	db.put(batch, schema::JUSTIFICATIONS, &number.to_be_bytes(), &row.encode())
}

/// Once an hour of blocks is a week old, keeps the last justification in it.
fn thin(db: &Database, batch: &mut WriteBatch, number: u32) -> Result<(), ReadError> {
	let Some(end) = number.checked_sub(KEEP_ALL).filter(|end| end % THIN_TO_ONE_IN == 0) else {
		return Ok(());
	};
	let start = end.saturating_sub(THIN_TO_ONE_IN);
	let column = db.column(schema::JUSTIFICATIONS)?;
	let from = IteratorMode::From(&end.to_be_bytes(), Direction::Reverse);
	let mut kept = false;
	for row in db.raw().iterator_cf(column, from) {
		let (key, _) = row?;
		let block = block_of(&key)?;
		if block >= end {
			continue;
		}
		if block < start {
			break;
		}
		if kept {
			batch.delete_cf(column, &key);
		}
		kept = true;
	}
	Ok(())
}

fn block_of(key: &[u8]) -> Result<u32, ReadError> {
	let malformed = ReadError::Damaged(crate::db::Damage::Malformed(schema::JUSTIFICATIONS));
	<[u8; 4]>::try_from(key).map(u32::from_be_bytes).map_err(|_| malformed)
}

impl Store {
	/// Keeps a justification that the chain made for a block, before or after the block is committed.
	/// The caller has checked it: the node's own GRANDPA voter made or verified it.
	pub fn put_justification(
		&self,
		number: u32,
		header: &[u8],
		justification: &[u8],
	) -> Result<(), ReadError> {
		let _writer = self.lock_writer();
		self.read(|Inner { db, head, .. }| {
			let mut batch = WriteBatch::default();
			put_row(db, &mut batch, number, header, justification)?;
			if let Some(last) = head.set_id.checked_sub(1) {
				let row: Option<HandoffRow> = db.row(schema::HANDOFFS, &last.to_be_bytes())?;
				if let Some(mut row) = row.filter(|row| row.block == number) {
					row.justification.get_or_insert_with(|| justification.to_vec());
					db.put(&mut batch, schema::HANDOFFS, &last.to_be_bytes(), &row.encode())?;
				}
			}
			db.write(batch)
		})
	}

	/// The newest block with a justification, or block `at`.
	pub fn checkpoint(&self, at: Option<u32>) -> Result<FinalCheckpoint, QueryError> {
		self.read(|Inner { db, head, .. }| {
			let newest = at.unwrap_or(head.number).min(head.number);
			let from = IteratorMode::From(&newest.to_be_bytes(), Direction::Reverse);
			let found = db.raw().iterator_cf(db.column(schema::JUSTIFICATIONS)?, from).next();
			let (key, row) =
				found.transpose().map_err(ReadError::from)?.ok_or(QueryError::NoJustification)?;
			let block_number = block_of(&key)?;
			if at.is_some_and(|at| at != block_number) {
				return Err(QueryError::NoJustification);
			}
			let row: JustificationRow = decode_all(schema::JUSTIFICATIONS, &row)?;
			let block: BlockRow = db
				.row(schema::BLOCKS, &block_number.to_be_bytes())?
				.ok_or(ReadError::Damaged(crate::db::Damage::Missing(schema::BLOCKS)))?;
			let checkpoint = Checkpoint {
				genesis: self.genesis(),
				block_number,
				block_hash: block.hash,
				log_size: block.size,
				log_root: block.root,
			};
			Ok(FinalCheckpoint { checkpoint, header: row.header, justification: row.justification })
		})
	}

	/// Up to `limit` hand-offs from set `from_set_id` on, without gaps: headers and justifications.
	pub fn handoffs(
		&self,
		from_set_id: u64,
		limit: usize,
	) -> Result<Vec<JustificationRow>, QueryError> {
		self.read(|Inner { db, .. }| {
			let mut handoffs = Vec::new();
			for set_id in (from_set_id..).take(limit) {
				let row: Option<HandoffRow> = db.row(schema::HANDOFFS, &set_id.to_be_bytes())?;
				let Some(HandoffRow { header, justification: Some(justification), .. }) = row
				else {
					break;
				};
				handoffs.push(JustificationRow { header, justification });
			}
			Ok(handoffs)
		})
	}
}
