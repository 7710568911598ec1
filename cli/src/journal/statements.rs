//! Statements and the members of batches.

use super::{Journal, JournalError, StoredOpening};
use pantheon_primitives::{
	hash::SoftwareSha256,
	log::{member_leaf, Entry as LogEntry},
	ChainHead, GenesisHash, LeafHash, OperatorId, Record, RecordId, Statement,
};
use rusqlite::{params, Connection, OptionalExtension, Row, TransactionBehavior};

/// How far a statement has come, as far as the journal knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum State {
	/// Sealed here; perhaps sent, not yet seen on the chain.
	Sealed = 0,
	/// Seen in the best chain.
	Included = 1,
	/// Seen in a finalised block.
	Finalised = 2,
	/// The chain refused it; its position was free again.
	Refused = 3,
}

impl State {
	/// The word for it.
	pub const fn name(self) -> &'static str {
		match self {
			Self::Sealed => "sealed",
			Self::Included => "included",
			Self::Finalised => "finalised",
			Self::Refused => "refused",
		}
	}

	fn from_number(number: u8) -> Option<Self> {
		[Self::Sealed, Self::Included, Self::Finalised, Self::Refused]
			.into_iter()
			.find(|state| *state as u8 == number)
	}
}

/// What is written in one go: a statement, a batch's members, the openings of what they commit to.
#[derive(Debug)]
pub struct NewStatement {
	/// The sealed record.
	pub statement: Statement,
	/// A batch's members in order; none for other kinds.
	pub members: Vec<Record>,
	/// Openings of commitments in the record or its members.
	pub openings: Vec<StoredOpening>,
}

/// A statement in the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
	/// The journal's own number for it.
	pub(super) id: i64,
	/// The statement.
	pub statement: Statement,
	/// Id of its record.
	pub record: RecordId,
	/// Its leaf in the log.
	pub leaf: LeafHash,
	/// How far it has come.
	pub state: State,
	/// Why it was refused.
	pub detail: Option<String>,
}

/// A record found in the journal: a statement's own, or a batch member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
	/// The statement that seals it.
	pub entry: Entry,
	/// The member, where the record is one.
	pub member: Option<Record>,
}

impl Found {
	/// The record that was looked for.
	pub fn record(&self) -> &Record {
		self.member.as_ref().unwrap_or_else(|| self.entry.statement.record())
	}
}

const COLUMNS: &str = "id, statement, leaf, state, detail";

impl Journal {
	/// Seals and stores the next statement of a chain in one transaction.
	///
	/// `seal` gets the chain's head and gives what to store. No two programs with the same home seal
	/// the same position: the second waits.
	pub fn append<E: From<JournalError>>(
		&mut self,
		operator: OperatorId,
		log: GenesisHash,
		seal: impl FnOnce(&ChainHead) -> Result<NewStatement, E>,
	) -> Result<Entry, E> {
		let database = |error: rusqlite::Error| E::from(JournalError::from(error));
		let work =
			self.db.transaction_with_behavior(TransactionBehavior::Immediate).map_err(database)?;
		let mut chain = head(&work, operator, log)?;
		let new = seal(&chain)?;
		let entry = insert(&work, &new)?;
		chain.advance(entry.record);
		set_head(&work, operator, log, &chain)?;
		work.commit().map_err(database)?;
		Ok(entry)
	}

	/// Statements that the chain has not finalised yet, in the order of the chain.
	pub fn pending(
		&self,
		operator: OperatorId,
		log: GenesisHash,
	) -> Result<Vec<Entry>, JournalError> {
		let sql = format!(
			"SELECT {COLUMNS} FROM statements
			WHERE operator = ?1 AND log = ?2 AND state IN (0, 1) ORDER BY sequence"
		);
		let mut query = self.db.prepare(&sql)?;
		let rows = query.query_map(params![operator.as_bytes(), log.as_bytes()], stored)?;
		rows.map(|row| row?.into_entry()).collect()
	}

	/// The statement at a position, unless it was refused.
	pub fn at(
		&self,
		operator: OperatorId,
		log: GenesisHash,
		sequence: u64,
	) -> Result<Option<Entry>, JournalError> {
		let sql = format!(
			"SELECT {COLUMNS} FROM statements
			WHERE operator = ?1 AND log = ?2 AND sequence = ?3 AND state <> 3"
		);
		self.db
			.query_row(
				&sql,
				params![operator.as_bytes(), log.as_bytes(), number(sequence)?],
				stored,
			)
			.optional()?
			.map(Stored::into_entry)
			.transpose()
	}

	/// Finds a record by its id or its leaf; refused statements are found last.
	pub fn find(&self, hash: &[u8; 32]) -> Result<Option<Found>, JournalError> {
		let sql = format!(
			"SELECT {COLUMNS} FROM statements WHERE record = ?1 OR leaf = ?1 ORDER BY state = 3"
		);
		if let Some(row) = self.db.query_row(&sql, params![hash], stored).optional()? {
			return Ok(Some(Found { entry: row.into_entry()?, member: None }));
		}
		let member: Option<(i64, Vec<u8>)> = self
			.db
			.query_row(
				"SELECT members.statement, members.record FROM members
				JOIN statements ON statements.id = members.statement
				WHERE members.id = ?1 OR members.leaf = ?1 ORDER BY statements.state = 3",
				params![hash],
				|row| Ok((row.get(0)?, row.get(1)?)),
			)
			.optional()?;
		let Some((id, record)) = member else { return Ok(None) };
		let sql = format!("SELECT {COLUMNS} FROM statements WHERE id = ?1");
		let entry = self.db.query_row(&sql, params![id], stored)?.into_entry()?;
		Ok(Some(Found { entry, member: Some(decode_member(&record)?) }))
	}

	/// The members of a batch, in order.
	pub fn members(&self, entry: &Entry) -> Result<Vec<Record>, JournalError> {
		let mut query =
			self.db.prepare("SELECT record FROM members WHERE statement = ?1 ORDER BY position")?;
		let rows = query.query_map(params![entry.id], |row| row.get::<_, Vec<u8>>(0))?;
		rows.map(|row| decode_member(&row?)).collect()
	}

	/// The leaves of a batch's members, in order.
	pub fn member_leaves(&self, entry: &Entry) -> Result<Vec<LeafHash>, JournalError> {
		let mut query =
			self.db.prepare("SELECT leaf FROM members WHERE statement = ?1 ORDER BY position")?;
		let rows = query.query_map(params![entry.id], |row| row.get::<_, [u8; 32]>(0))?;
		rows.map(|row| Ok(LeafHash::new(row?))).collect()
	}

	/// Notes how far a statement has come.
	pub fn set_state(&mut self, entry: &Entry, state: State) -> Result<(), JournalError> {
		self.db.execute(
			"UPDATE statements SET state = ?2 WHERE id = ?1",
			params![entry.id, state as u8],
		)?;
		Ok(())
	}

	/// Notes that the chain refused a statement, and with it all that were sealed on top of it. The
	/// positions are free again. Gives how many were on top.
	pub fn refuse(&mut self, entry: &Entry, why: &str) -> Result<usize, JournalError> {
		let record = entry.statement.record();
		let (operator, log) = (record.operator.as_bytes(), record.log.as_bytes());
		let sequence = number(record.sequence)?;
		let work = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
		let fallen = work.execute(
			"UPDATE statements SET state = 3, detail = 'a statement before it was refused'
			WHERE operator = ?1 AND log = ?2 AND sequence > ?3 AND state IN (0, 1)",
			params![operator, log, sequence],
		)?;
		work.execute(
			"UPDATE statements SET state = 3, detail = ?2 WHERE id = ?1",
			params![entry.id, why],
		)?;
		let head = ChainHead { next_sequence: record.sequence, head: record.previous };
		set_head(&work, record.operator, record.log, &head)?;
		work.commit()?;
		Ok(fallen)
	}
}

pub(super) fn head(
	db: &Connection,
	operator: OperatorId,
	log: GenesisHash,
) -> Result<ChainHead, JournalError> {
	let stored: Option<(i64, Option<[u8; 32]>)> = db
		.query_row(
			"SELECT next_sequence, head FROM heads WHERE operator = ?1 AND log = ?2",
			params![operator.as_bytes(), log.as_bytes()],
			|row| Ok((row.get(0)?, row.get(1)?)),
		)
		.optional()?;
	let Some((next, head)) = stored else { return Ok(ChainHead::default()) };
	let next_sequence = u64::try_from(next).map_err(|_| JournalError::Damaged("a chain's head"))?;
	Ok(ChainHead { next_sequence, head: head.map(RecordId::new) })
}

pub(super) fn set_head(
	db: &Connection,
	operator: OperatorId,
	log: GenesisHash,
	head: &ChainHead,
) -> Result<(), JournalError> {
	db.execute(
		"INSERT OR REPLACE INTO heads (operator, log, next_sequence, head) VALUES (?1, ?2, ?3, ?4)",
		params![
			operator.as_bytes(),
			log.as_bytes(),
			number(head.next_sequence)?,
			head.head.map(RecordId::into_bytes)
		],
	)?;
	Ok(())
}

fn insert(db: &Connection, new: &NewStatement) -> Result<Entry, JournalError> {
	let record = new.statement.record();
	let id = record.id();
	let leaf = LogEntry::statement(new.statement.digest()).leaf_hash::<SoftwareSha256>();
	db.execute(
		"INSERT INTO statements (operator, log, sequence, record, leaf, kind, statement, state)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
		params![
			record.operator.as_bytes(),
			record.log.as_bytes(),
			number(record.sequence)?,
			id.as_bytes(),
			leaf.as_bytes(),
			record.kind.as_u8(),
			new.statement.encode(),
			State::Sealed as u8
		],
	)?;
	let row = db.last_insert_rowid();
	let mut member = db.prepare(
		"INSERT INTO members (statement, position, id, leaf, record) VALUES (?1, ?2, ?3, ?4, ?5)",
	)?;
	for (position, record) in new.members.iter().enumerate() {
		let id = record.id();
		member.execute(params![
			row,
			position as i64,
			id.as_bytes(),
			member_leaf::<SoftwareSha256>(&id).as_bytes(),
			record.encode()
		])?;
	}
	super::openings::insert(db, &new.openings)?;
	Ok(Entry {
		id: row,
		statement: new.statement.clone(),
		record: id,
		leaf,
		state: State::Sealed,
		detail: None,
	})
}

/// A row of `statements`, not decoded yet.
struct Stored {
	id: i64,
	statement: Vec<u8>,
	leaf: [u8; 32],
	state: u8,
	detail: Option<String>,
}

fn stored(row: &Row<'_>) -> rusqlite::Result<Stored> {
	Ok(Stored {
		id: row.get(0)?,
		statement: row.get(1)?,
		leaf: row.get(2)?,
		state: row.get(3)?,
		detail: row.get(4)?,
	})
}

impl Stored {
	fn into_entry(self) -> Result<Entry, JournalError> {
		let statement =
			Statement::decode(&self.statement).map_err(|_| JournalError::Damaged("a statement"))?;
		Ok(Entry {
			id: self.id,
			record: statement.record_id(),
			statement,
			leaf: LeafHash::new(self.leaf),
			state: State::from_number(self.state).ok_or(JournalError::Damaged("a state"))?,
			detail: self.detail,
		})
	}
}

fn decode_member(bytes: &[u8]) -> Result<Record, JournalError> {
	Record::decode(bytes).map_err(|_| JournalError::Damaged("a batch member"))
}

fn number(sequence: u64) -> Result<i64, JournalError> {
	i64::try_from(sequence).map_err(|_| JournalError::SequenceTooLarge(sequence))
}
