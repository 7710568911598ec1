//! The journal: every transaction before it is sent, and how far each anchor has come.
//!
//! What breaks if it lies or loses data: the service would no longer know of a transaction that a node may
//! have, and could build another one for the same checkpoint. It would spend the same output, so Bitcoin
//! admits only one of the two and no coin is lost; but the proof of the one that was mined could not be made.
//! Hence: SQLite with `synchronous=FULL`, one transaction per write, and a write that fails ends the program.

mod rows;

use crate::{
	condition::Condition,
	machine::{Anchor, Followup, Spending, Stage},
};
use bitcoin::{Amount, OutPoint};
use pantheon_primitives::{bitcoin::BitcoinNetwork, GenesisHash};
use rows::{signed, unsigned, AnchorRow, VersionRow};
use rusqlite::{params, Connection, OpenFlags, OptionalExtension};
use std::{
	path::{Path, PathBuf},
	time::Duration,
};

/// The layout of the tables. One of layout 1 is brought to it when a service opens it; any other number is
/// refused.
const SCHEMA: u32 = 2;

/// From layout 1 to 2. Layout 1 did not know when a version was built.
const TO_2: &str = "ALTER TABLE version ADD COLUMN built_at_height INTEGER;";

const TABLES: &str = "
CREATE TABLE IF NOT EXISTS owner (
	one INTEGER PRIMARY KEY CHECK (one = 1),
	genesis TEXT NOT NULL,
	network TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS anchor (
	id INTEGER PRIMARY KEY,
	stage TEXT NOT NULL,
	mined_version INTEGER,
	mined_height INTEGER,
	mined_hash TEXT,
	exported INTEGER NOT NULL,
	reported INTEGER NOT NULL,
	prepared_at INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS version (
	anchor INTEGER NOT NULL REFERENCES anchor (id),
	number INTEGER NOT NULL,
	checkpoint BLOB NOT NULL,
	txid TEXT NOT NULL,
	raw BLOB NOT NULL,
	inputs TEXT NOT NULL,
	change_output INTEGER NOT NULL,
	change_value INTEGER NOT NULL,
	fee INTEGER NOT NULL,
	built_at_height INTEGER,
	PRIMARY KEY (anchor, number)
) STRICT;
CREATE TABLE IF NOT EXISTS heartbeat (
	one INTEGER PRIMARY KEY CHECK (one = 1),
	at INTEGER NOT NULL,
	process INTEGER NOT NULL,
	snapshot TEXT NOT NULL
) STRICT;
";

/// The first anchor that [`Journal::unfinished`] gives.
const FIRST_WATCHED: &str = "(SELECT coalesce(min(id) - 1, (SELECT max(id) FROM anchor))
	FROM anchor WHERE stage <> 'final' OR NOT exported)";

/// Why the journal can't be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
	/// SQLite or the disk.
	#[error("{path}: {source}")]
	Sqlite {
		/// The file.
		path: PathBuf,
		/// What SQLite said.
		source: rusqlite::Error,
	},
	/// The folder can't be made.
	#[error("{path}: {source}")]
	Folder {
		/// The folder.
		path: PathBuf,
		/// What the system said.
		source: std::io::Error,
	},
	/// It does not exist.
	#[error("{path}: there is no journal")]
	Missing {
		/// The file.
		path: PathBuf,
	},
	/// Another version of the program made it.
	#[error("{path}: the journal has layout {found}, this program knows {SCHEMA}")]
	Schema {
		/// The file.
		path: PathBuf,
		/// Its layout.
		found: u32,
	},
	/// A row does not hold what this program writes.
	#[error("{path}: row {row} is damaged: {what}")]
	Damaged {
		/// The file.
		path: PathBuf,
		/// The anchor.
		row: u64,
		/// What is wrong.
		what: &'static str,
	},
	/// Another process has it.
	#[error("{path}: another process runs on this journal")]
	InUse {
		/// The file.
		path: PathBuf,
	},
	/// It was made for another chain or network.
	#[error("{path}: the journal belongs to {found}, not {expected}")]
	OfAnotherChain {
		/// The file.
		path: PathBuf,
		/// The owner asked for.
		expected: String,
		/// The owner in the file.
		found: String,
	},
}

impl From<JournalError> for Condition {
	fn from(error: JournalError) -> Self {
		match error {
			JournalError::InUse { path } => Self::JournalInUse { path: path.display().to_string() },
			JournalError::Missing { path } => Self::NoJournal { path: path.display().to_string() },
			JournalError::OfAnotherChain { expected, found, .. } => {
				Self::JournalOfAnotherChain { expected, found }
			},
			other => Self::JournalBroken { detail: other.to_string() },
		}
	}
}

/// Whose anchors a journal holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owner {
	/// The Pantheon chain.
	pub genesis: GenesisHash,
	/// The Bitcoin network.
	pub network: BitcoinNetwork,
}

impl Owner {
	fn text(&self) -> String {
		format!("chain {} on {}", self.genesis, self.network)
	}
}

/// What the running service last said of itself; `status` shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heartbeat {
	/// Seconds since 1970.
	pub at: u64,
	/// Process id.
	pub process: u32,
	/// JSON, see `status.rs`.
	pub snapshot: String,
}

/// What the service asks of its journal. If it lies or forgets, see above; if it fails, the service ends.
pub trait Store {
	/// See [`Journal::persist`].
	fn persist(&self, anchor: &Anchor) -> Result<(), JournalError>;
	/// See [`Journal::all`].
	fn all(&self) -> Result<Vec<Anchor>, JournalError>;
	/// See [`Journal::unfinished`].
	fn unfinished(&self) -> Result<Vec<Anchor>, JournalError>;
	/// See [`Journal::spent`].
	fn spent(&self) -> Result<Vec<Spending>, JournalError>;
	/// See [`Journal::beat`].
	fn beat(&self, beat: &Heartbeat) -> Result<(), JournalError>;
}

impl Store for Journal {
	fn persist(&self, anchor: &Anchor) -> Result<(), JournalError> {
		Journal::persist(self, anchor)
	}
	fn all(&self) -> Result<Vec<Anchor>, JournalError> {
		Journal::all(self)
	}
	fn unfinished(&self) -> Result<Vec<Anchor>, JournalError> {
		Journal::unfinished(self)
	}
	fn spent(&self) -> Result<Vec<Spending>, JournalError> {
		Journal::spent(self)
	}
	fn beat(&self, beat: &Heartbeat) -> Result<(), JournalError> {
		Journal::beat(self, beat)
	}
}

/// An open journal.
pub struct Journal {
	path: PathBuf,
	db: Connection,
	/// Held as long as the journal is: one process at a time. The system lets it go when the process dies.
	_lock: Option<Connection>,
}

impl Journal {
	/// Opens or makes the journal for this owner, for this process alone.
	pub fn open(path: &Path, owner: &Owner) -> Result<Self, JournalError> {
		if let Some(folder) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
			std::fs::create_dir_all(folder)
				.map_err(|source| JournalError::Folder { path: folder.into(), source })?;
		}
		let lock = take_lock(path)?;
		let sqlite = |source| JournalError::Sqlite { path: path.into(), source };
		let db = Connection::open(path).map_err(sqlite)?;
		let journal = Self { path: path.into(), db, _lock: Some(lock) };
		journal.prepare(owner)?;
		Ok(journal)
	}

	/// Opens an existing journal for reading, also while a service runs on it.
	pub fn open_read_only(path: &Path) -> Result<Self, JournalError> {
		if !path.exists() {
			return Err(JournalError::Missing { path: path.into() });
		}
		let sqlite = |source| JournalError::Sqlite { path: path.into(), source };
		let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
		let db = Connection::open_with_flags(path, flags).map_err(sqlite)?;
		db.busy_timeout(Duration::from_secs(5)).map_err(sqlite)?;
		let journal = Self { path: path.into(), db, _lock: None };
		// A reader changes nothing, so it reads layout 1 as it is.
		journal.check_schema(1)?;
		Ok(journal)
	}

	fn prepare(&self, owner: &Owner) -> Result<(), JournalError> {
		let path = self.path.clone();
		let sqlite = |source| JournalError::Sqlite { path, source };
		// WAL, so that `status` can read while the service writes. FULL syncs it at each commit.
		let made: u32 = (|| {
			self.db.busy_timeout(Duration::from_secs(5))?;
			self.db.pragma_update(None, "journal_mode", "WAL")?;
			self.db.pragma_update(None, "synchronous", "FULL")?;
			self.db.pragma_update(None, "foreign_keys", "ON")?;
			self.db.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
		})()
		.map_err(sqlite)?;
		if made == 0 {
			self.run(|db| {
				let tx = db.unchecked_transaction()?;
				tx.execute_batch(TABLES)?;
				tx.pragma_update(None, "user_version", SCHEMA)?;
				tx.execute(
					"INSERT INTO owner VALUES (1, ?1, ?2)",
					params![owner.genesis.to_string(), owner.network.name()],
				)?;
				tx.commit()
			})?;
		}
		if self.schema()? == 1 {
			self.run(|db| {
				let tx = db.unchecked_transaction()?;
				tx.execute_batch(TO_2)?;
				tx.pragma_update(None, "user_version", SCHEMA)?;
				tx.commit()
			})?;
		}
		self.check_schema(SCHEMA)?;
		let found: Option<(String, String)> = self.run(|db| {
			db.query_row("SELECT genesis, network FROM owner", [], |row| {
				Ok((row.get(0)?, row.get(1)?))
			})
			.optional()
		})?;
		let (genesis, network) = found.unwrap_or_default();
		if (genesis.as_str(), network.as_str())
			== (&*owner.genesis.to_string(), owner.network.name())
		{
			return Ok(());
		}
		Err(JournalError::OfAnotherChain {
			path: self.path.clone(),
			expected: owner.text(),
			found: format!("chain {genesis} on {network}"),
		})
	}

	fn schema(&self) -> Result<u32, JournalError> {
		self.run(|db| db.query_row("PRAGMA user_version", [], |row| row.get(0)))
	}

	fn check_schema(&self, oldest: u32) -> Result<(), JournalError> {
		let found = self.schema()?;
		match (oldest..=SCHEMA).contains(&found) {
			true => Ok(()),
			false => Err(JournalError::Schema { path: self.path.clone(), found }),
		}
	}

	fn run<T>(
		&self,
		work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
	) -> Result<T, JournalError> {
		work(&self.db).map_err(|source| JournalError::Sqlite { path: self.path.clone(), source })
	}

	/// Writes an anchor and those of its versions that are new, durably: when this returns, it survives a
	/// power cut. A pending anchor has nothing to write.
	pub fn persist(&self, anchor: &Anchor) -> Result<(), JournalError> {
		if matches!(anchor.stage, Stage::Pending { .. }) {
			return Ok(());
		}
		let mined = anchor.stage.mined_at();
		self.run(|db| {
			let tx = db.unchecked_transaction()?;
			tx.execute(
				"INSERT INTO anchor VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
				ON CONFLICT (id) DO UPDATE SET stage = ?2, mined_version = ?3, mined_height = ?4,
				mined_hash = ?5, exported = ?6, reported = ?7",
				params![
					signed(anchor.id.get()),
					anchor.stage.name(),
					mined.map(|at| at.version.get()),
					mined.map(|at| at.block.height),
					mined.map(|at| at.block.hash.to_string()),
					anchor.export == Followup::Done,
					anchor.report == Followup::Done,
					signed(anchor.prepared_at),
				],
			)?;
			for version in &anchor.versions {
				let inputs: Vec<String> = version.inputs.iter().map(OutPoint::to_string).collect();
				// A version that stands there is never changed.
				tx.execute(
					"INSERT INTO version VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
					ON CONFLICT DO NOTHING",
					params![
						signed(anchor.id.get()),
						version.number.get(),
						version.checkpoint.encode_canonical(),
						version.txid.to_string(),
						version.raw,
						inputs.join(" "),
						version.change.vout,
						signed(version.change_value.to_sat()),
						signed(version.fee.to_sat()),
						version.built_at_height,
					],
				)?;
			}
			tx.commit()
		})
	}

	/// Every anchor, oldest first.
	pub fn all(&self) -> Result<Vec<Anchor>, JournalError> {
		self.load("SELECT * FROM anchor ORDER BY id")
	}

	/// What the machine is restored from: from the one before the first that has something left to do, whose
	/// change that one spends; or the newest alone.
	pub fn unfinished(&self) -> Result<Vec<Anchor>, JournalError> {
		self.load(&format!("SELECT * FROM anchor WHERE id >= {FIRST_WATCHED} ORDER BY id"))
	}

	/// What the anchors cost that [`unfinished`](Self::unfinished) leaves out, and when.
	pub fn spent(&self) -> Result<Vec<Spending>, JournalError> {
		self.run(|db| {
			db.prepare(&format!(
				"SELECT prepared_at, fee FROM anchor JOIN version
				ON version.anchor = anchor.id AND version.number = anchor.mined_version
				WHERE id < {FIRST_WATCHED}"
			))?
			.query_map([], |row| {
				let fee = Amount::from_sat(unsigned(row.get(1)?));
				Ok(Spending { at: unsigned(row.get(0)?), fee })
			})?
			.collect()
		})
	}

	fn load(&self, query: &str) -> Result<Vec<Anchor>, JournalError> {
		let rows: Vec<AnchorRow> =
			self.run(|db| db.prepare(query)?.query_map([], AnchorRow::read)?.collect())?;
		rows.into_iter().map(|row| self.anchor(row)).collect()
	}

	fn anchor(&self, row: AnchorRow) -> Result<Anchor, JournalError> {
		let id = row.id;
		let damaged =
			|what: &'static str| JournalError::Damaged { path: self.path.clone(), row: id, what };
		let versions: Vec<VersionRow> = self.run(|db| {
			db.prepare("SELECT * FROM version WHERE anchor = ?1 ORDER BY number")?
				.query_map([signed(id)], VersionRow::read)?
				.collect()
		})?;
		let versions = versions
			.into_iter()
			.map(VersionRow::parse)
			.collect::<Result<Vec<_>, _>>()
			.map_err(damaged)?;
		if versions.is_empty() {
			return Err(damaged("it has no transaction"));
		}
		let anchor = row.parse(versions).map_err(damaged)?;
		match anchor.effective_version() {
			Some(_) => Ok(anchor),
			None => Err(damaged("the mined version is missing")),
		}
	}

	/// Leaves a sign of life.
	pub fn beat(&self, beat: &Heartbeat) -> Result<(), JournalError> {
		self.run(|db| {
			db.execute(
				"INSERT OR REPLACE INTO heartbeat VALUES (1, ?1, ?2, ?3)",
				params![signed(beat.at), beat.process, beat.snapshot],
			)
		})
		.map(|_| ())
	}

	/// The last sign of life.
	pub fn heartbeat(&self) -> Result<Option<Heartbeat>, JournalError> {
		self.run(|db| {
			db.query_row("SELECT at, process, snapshot FROM heartbeat", [], |row| {
				Ok(Heartbeat {
					at: unsigned(row.get(0)?),
					process: row.get(1)?,
					snapshot: row.get(2)?,
				})
			})
			.optional()
		})
	}
}

/// A lock file beside the journal, by SQLite's own locking: no other dependency, and it goes when the
/// process goes.
fn take_lock(path: &Path) -> Result<Connection, JournalError> {
	let lock_path = path.with_extension("lock");
	let sqlite = |source| JournalError::Sqlite { path: lock_path.clone(), source };
	let lock = Connection::open(&lock_path).map_err(sqlite)?;
	lock.busy_timeout(Duration::ZERO).map_err(sqlite)?;
	match lock.execute_batch("BEGIN EXCLUSIVE") {
		Ok(()) => Ok(lock),
		Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy) => {
			Err(JournalError::InUse { path: path.into() })
		},
		Err(error) => Err(sqlite(error)),
	}
}

#[cfg(test)]
mod tests;
