//! The rows of the journal's tables, read and checked.

use crate::machine::{
	Anchor, AnchorId, BlockPlace, Followup, MinedAt, Stage, Version, VersionNumber,
};
use bitcoin::{Amount, BlockHash, OutPoint, Txid};
use pantheon_primitives::{checkpoint::CHECKPOINT_LEN, Checkpoint};
use rusqlite::Row;

/// SQLite has signed 64-bit integers; nothing stored here reaches their limit.
pub fn signed(number: u64) -> i64 {
	i64::try_from(number).unwrap_or(i64::MAX)
}

pub fn unsigned(number: i64) -> u64 {
	u64::try_from(number).unwrap_or_default()
}

pub struct AnchorRow {
	pub id: u64,
	stage: String,
	mined: (Option<u32>, Option<u32>, Option<String>),
	export: Followup,
	report: Followup,
	prepared_at: u64,
}

pub fn followup(done: bool) -> Followup {
	match done {
		true => Followup::Done,
		false => Followup::Open,
	}
}

impl AnchorRow {
	pub fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
		Ok(Self {
			id: unsigned(row.get("id")?),
			stage: row.get("stage")?,
			mined: (row.get("mined_version")?, row.get("mined_height")?, row.get("mined_hash")?),
			export: followup(row.get("exported")?),
			report: followup(row.get("reported")?),
			prepared_at: unsigned(row.get("prepared_at")?),
		})
	}

	pub fn parse(self, versions: Vec<Version>) -> Result<Anchor, &'static str> {
		let mined = match self.mined {
			(Some(version), Some(height), Some(hash)) => {
				let hash: BlockHash = hash.parse().map_err(|_| "the block hash is malformed")?;
				let version = VersionNumber::new(version);
				Some(MinedAt { version, block: BlockPlace { height, hash } })
			},
			_ => None,
		};
		let stage = match (self.stage.as_str(), mined) {
			("prepared", None) => Stage::Prepared,
			("broadcast", None) => Stage::Broadcast,
			("mined", Some(at)) => Stage::Mined(at),
			("confirmed", Some(at)) => Stage::Confirmed(at),
			("final", Some(at)) => Stage::Final(at),
			_ => return Err("stage and block don't fit together"),
		};
		Ok(Anchor {
			id: AnchorId::new(self.id),
			stage,
			versions,
			export: self.export,
			report: self.report,
			prepared_at: self.prepared_at,
		})
	}
}

pub struct VersionRow {
	number: u32,
	checkpoint: Vec<u8>,
	txid: String,
	raw: Vec<u8>,
	inputs: String,
	change_output: u32,
	change_value: u64,
	fee: u64,
	built_at_height: Option<u32>,
}

impl VersionRow {
	pub fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
		Ok(Self {
			number: row.get("number")?,
			checkpoint: row.get("checkpoint")?,
			txid: row.get("txid")?,
			raw: row.get("raw")?,
			inputs: row.get("inputs")?,
			change_output: row.get("change_output")?,
			change_value: unsigned(row.get("change_value")?),
			fee: unsigned(row.get("fee")?),
			built_at_height: match row.get("built_at_height") {
				Err(rusqlite::Error::InvalidColumnName(_)) => None,
				height => height?,
			},
		})
	}

	pub fn parse(self) -> Result<Version, &'static str> {
		let checkpoint: [u8; CHECKPOINT_LEN] =
			self.checkpoint.try_into().map_err(|_| "the checkpoint has a wrong length")?;
		let txid: Txid = self.txid.parse().map_err(|_| "the transaction id is malformed")?;
		let inputs = self.inputs.split(' ').map(str::parse);
		Ok(Version {
			number: VersionNumber::new(self.number),
			checkpoint: Checkpoint::decode_canonical(&checkpoint)
				.ok_or("the checkpoint is malformed")?,
			txid,
			raw: self.raw,
			inputs: inputs.collect::<Result<_, _>>().map_err(|_| "an input is malformed")?,
			change: OutPoint::new(txid, self.change_output),
			change_value: Amount::from_sat(self.change_value),
			fee: Amount::from_sat(self.fee),
			built_at_height: self.built_at_height,
		})
	}
}
