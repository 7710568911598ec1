//! Openings of salted commitments. Deleting one erases what a record says about a person, while the
//! record's proof stands.

use super::{Journal, JournalError};
use crate::commitment::Opening;
use pantheon_primitives::RecordId;
use rusqlite::{params, Connection};

/// An opening with the place of its commitment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredOpening {
	/// The record that commits.
	pub record: RecordId,
	/// The record's field: `input` or `output`.
	pub field: &'static str,
	/// What the commitment opens to.
	pub opening: Opening,
}

impl Journal {
	/// The openings of a record's commitments, as (field, opening).
	pub fn openings(&self, record: RecordId) -> Result<Vec<(String, Opening)>, JournalError> {
		let mut query = self
			.db
			.prepare("SELECT field, opening FROM openings WHERE record = ?1 ORDER BY field")?;
		let rows = query.query_map(params![record.as_bytes()], |row| {
			Ok((row.get::<_, String>(0)?, row.get::<_, Vec<u8>>(1)?))
		})?;
		rows.map(|row| {
			let (field, bytes) = row?;
			let opening =
				Opening::decode(&bytes).map_err(|_| JournalError::Damaged("an opening"))?;
			Ok((field, opening))
		})
		.collect()
	}
}

pub(super) fn insert(db: &Connection, openings: &[StoredOpening]) -> Result<(), JournalError> {
	let mut query =
		db.prepare("INSERT INTO openings (record, field, opening) VALUES (?1, ?2, ?3)")?;
	for stored in openings {
		let bytes = stored.opening.encode();
		query.execute(params![stored.record.as_bytes(), stored.field, bytes])?;
	}
	Ok(())
}
