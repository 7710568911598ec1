//! The operator's journal: every sealed statement, before it is sent anywhere.
//!
//! SQLite in the home directory, `synchronous=FULL`: when a statement is acknowledged here, it's on the
//! disk. A seal is made once and its very bytes are sent again as often as needed; a second seal of the
//! same position would be a fork of the operator's own chain. The journal also keeps the openings of
//! salted commitments and the members of batches, which exist nowhere else.

mod openings;
mod statements;
#[cfg(test)]
mod tests;

pub use openings::StoredOpening;
pub use statements::{Entry, Found, NewStatement, State};

use pantheon_primitives::{seal::PublicKey, ChainHead, GenesisHash, OperatorId};
use rusqlite::{params, Connection, OptionalExtension};
use std::{
	path::{Path, PathBuf},
	time::Duration,
};

/// The schema's version, in SQLite's `user_version`.
const SCHEMA_VERSION: i64 = 1;

const SCHEMA: &str = "
CREATE TABLE heads (
	operator BLOB NOT NULL, log BLOB NOT NULL,
	next_sequence INTEGER NOT NULL, head BLOB,
	PRIMARY KEY (operator, log)
) WITHOUT ROWID;
CREATE TABLE keys (operator BLOB PRIMARY KEY, public_key BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE logs (operator BLOB PRIMARY KEY, log BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE statements (
	id INTEGER PRIMARY KEY,
	operator BLOB NOT NULL, log BLOB NOT NULL, sequence INTEGER NOT NULL,
	record BLOB NOT NULL, leaf BLOB NOT NULL, kind INTEGER NOT NULL,
	statement BLOB NOT NULL, state INTEGER NOT NULL, detail TEXT
);
-- A refused statement leaves its position free; all others hold theirs alone.
CREATE UNIQUE INDEX statement_position ON statements (operator, log, sequence) WHERE state <> 3;
CREATE INDEX statement_record ON statements (record);
CREATE INDEX statement_leaf ON statements (leaf);
CREATE TABLE members (
	statement INTEGER NOT NULL REFERENCES statements (id), position INTEGER NOT NULL,
	id BLOB NOT NULL, leaf BLOB NOT NULL, record BLOB NOT NULL,
	PRIMARY KEY (statement, position)
) WITHOUT ROWID;
CREATE INDEX member_id ON members (id);
CREATE INDEX member_leaf ON members (leaf);
CREATE TABLE openings (
	record BLOB NOT NULL, field TEXT NOT NULL, opening BLOB NOT NULL,
	PRIMARY KEY (record, field)
) WITHOUT ROWID;
PRAGMA user_version = 1;
";

/// Why the journal can't do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
	/// SQLite failed.
	#[error("the journal failed: {0}")]
	Database(#[from] rusqlite::Error),
	/// Made by a newer program.
	#[error("the journal {path} has schema version {found}; this program knows {SCHEMA_VERSION}")]
	Version {
		/// The journal's file.
		path: PathBuf,
		/// Its version.
		found: i64,
	},
	/// A sequence beyond what SQLite stores.
	#[error("sequence {0} is beyond what the journal can hold")]
	SequenceTooLarge(u64),
	/// What was stored isn't what should have been.
	#[error("the journal is damaged: {0} can't be read")]
	Damaged(&'static str),
	/// Pending statements stand in the way.
	#[error("{0} statements are still pending")]
	Pending(u64),
}

/// An open journal.
pub struct Journal {
	db: Connection,
}

impl Journal {
	/// Opens the journal at `path`, and makes it where there is none.
	pub fn open(path: &Path) -> Result<Self, JournalError> {
		let db = Connection::open(path)?;
		db.busy_timeout(Duration::from_secs(30))?;
		db.pragma_update(None, "synchronous", "FULL")?;
		db.pragma_update(None, "foreign_keys", "ON")?;
		Self::prepare(db, path)
	}

	fn prepare(mut db: Connection, path: &Path) -> Result<Self, JournalError> {
		let work = db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
		let found: i64 = work.query_row("PRAGMA user_version", [], |row| row.get(0))?;
		match found {
			0 => work.execute_batch(SCHEMA)?,
			SCHEMA_VERSION => {},
			_ => return Err(JournalError::Version { path: path.to_owned(), found }),
		}
		work.commit()?;
		Ok(Self { db })
	}

	/// Where the operator's chain stands as far as this journal knows, pending statements counted.
	pub fn head(&self, operator: OperatorId, log: GenesisHash) -> Result<ChainHead, JournalError> {
		statements::head(&self.db, operator, log)
	}

	/// Takes over a chain's head that this journal didn't make: after the journal was lost, say.
	pub fn adopt(
		&mut self,
		operator: OperatorId,
		log: GenesisHash,
		head: &ChainHead,
	) -> Result<(), JournalError> {
		let pending = self.pending(operator, log)?.len();
		if pending > 0 {
			return Err(JournalError::Pending(pending as u64));
		}
		statements::set_head(&self.db, operator, log, head)
	}

	/// Remembers an operator's public key: proofs need it after the operator has left the registry.
	pub fn remember_key(&mut self, key: &PublicKey) -> Result<(), JournalError> {
		self.db.execute(
			"INSERT OR REPLACE INTO keys (operator, public_key) VALUES (?1, ?2)",
			params![key.operator_id().as_bytes(), key.as_bytes().as_slice()],
		)?;
		Ok(())
	}

	/// A remembered public key.
	pub fn key(&self, operator: OperatorId) -> Result<Option<PublicKey>, JournalError> {
		let stored: Option<Vec<u8>> = self
			.db
			.query_row(
				"SELECT public_key FROM keys WHERE operator = ?1",
				params![operator.as_bytes()],
				|row| row.get(0),
			)
			.optional()?;
		stored
			.map(|bytes| PublicKey::from_bytes(&bytes))
			.transpose()
			.map_err(|_| JournalError::Damaged("a public key"))
	}

	/// Sets the log that the operator's records are for unless another one is named.
	pub fn set_log(&mut self, operator: OperatorId, log: GenesisHash) -> Result<(), JournalError> {
		self.db.execute(
			"INSERT OR REPLACE INTO logs (operator, log) VALUES (?1, ?2)",
			params![operator.as_bytes(), log.as_bytes()],
		)?;
		Ok(())
	}

	/// The log that the operator's records are for.
	pub fn log(&self, operator: OperatorId) -> Result<Option<GenesisHash>, JournalError> {
		let log: Option<[u8; 32]> = self
			.db
			.query_row(
				"SELECT log FROM logs WHERE operator = ?1",
				params![operator.as_bytes()],
				|row| row.get(0),
			)
			.optional()?;
		Ok(log.map(GenesisHash::new))
	}
}
