//! Openings of salted commitments. Deleting one erases what a record says about a person, while the
//! record's proof stands.

use super::{Journal, JournalError};
use crate::commitment::Opening;
use pantheon_primitives::{opening::OpenedField, RecordId};
use rusqlite::{params, Connection};

/// An opening with the place of its commitment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredOpening {
	/// The record that commits.
	pub record: RecordId,
	/// The record's field.
	pub field: OpenedField,
	/// What the commitment opens to.
	pub opening: Opening,
}

impl Journal {
	/// The openings of a record's commitments.
	pub fn openings(&self, record: RecordId) -> Result<Vec<(OpenedField, Opening)>, JournalError> {
		let mut query = self
			.db
			.prepare("SELECT field, opening FROM openings WHERE record = ?1 ORDER BY field")?;
		let rows = query.query_map(params![record.as_bytes()], |row| {
			Ok((row.get::<_, String>(0)?, row.get::<_, Vec<u8>>(1)?))
		})?;
		rows.map(|row| {
			let (field, bytes) = row?;
			let damaged = || JournalError::Damaged("an opening");
			let field = OpenedField::named(&field).ok_or_else(damaged)?;
			Ok((field, Opening::decode(&bytes).map_err(|_| damaged())?))
		})
		.collect()
	}
}

pub(super) fn insert(db: &Connection, openings: &[StoredOpening]) -> Result<(), JournalError> {
	let mut query =
		db.prepare("INSERT INTO openings (record, field, opening) VALUES (?1, ?2, ?3)")?;
	for stored in openings {
		let bytes = stored.opening.encode();
		query.execute(params![stored.record.as_bytes(), stored.field.name(), bytes])?;
	}
	Ok(())
}
