//! What `pantheon-anchor status` says: how far each anchor is, what stands in the way, and whether a service
//! runs at all. Read from the journal alone, so it also answers when both nodes are gone; it says how old
//! its knowledge is and claims nothing newer.

use crate::{
	condition::{Condition, Severity},
	journal::{Heartbeat, Journal, JournalError},
	machine::{Anchor, Followup, Machine},
};
use serde::{Deserialize, Serialize};
use std::fmt::Write;

/// Exit status where the service has fallen silent.
pub const EXIT_SILENT: u8 = 60;
/// How many anchors are shown.
const SHOWN: usize = 10;

/// Whether the service meant to go on when it last said something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Activity {
	/// It runs.
	Running,
	/// It ended by itself or was asked to.
	Ended,
}

/// A condition, as shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConditionView {
	/// Its name, which never changes its meaning.
	pub name: String,
	/// `notice`, `blocking` or `fatal`.
	pub severity: String,
	/// What it is, in words.
	pub message: String,
	/// What can be done.
	pub remedy: String,
	/// Its exit status.
	pub exit_code: u8,
}

impl From<&Condition> for ConditionView {
	fn from(condition: &Condition) -> Self {
		let severity = match condition.severity() {
			Severity::Notice => "notice",
			Severity::Blocking => "blocking",
			Severity::Fatal => "fatal",
		};
		Self {
			name: condition.name().into(),
			severity: severity.into(),
			message: condition.to_string(),
			remedy: condition.remedy().into(),
			exit_code: condition.exit_code(),
		}
	}
}

/// What the service leaves in the journal at each round.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
	/// Whether it goes on.
	pub activity: Activity,
	/// The Bitcoin network.
	pub network: String,
	/// Height of the Bitcoin tip; none while that node is not usable.
	pub tip_height: Option<u32>,
	/// Seconds after which silence means that it has stopped.
	pub silent_after: u64,
	/// What stands in the way.
	pub conditions: Vec<ConditionView>,
}

impl Snapshot {
	/// Of a machine.
	pub fn of(machine: &Machine, network: &str, activity: Activity, silent_after: u64) -> Self {
		Self {
			activity,
			network: network.into(),
			tip_height: machine.tip().map(|tip| tip.height),
			silent_after,
			conditions: machine.conditions().map(Into::into).collect(),
		}
	}

	/// As a sign of life.
	pub fn beat(&self, now: u64) -> Heartbeat {
		// Strings and numbers always serialise.
		let snapshot = serde_json::to_string(self).unwrap_or_default();
		Heartbeat { at: now, process: std::process::id(), snapshot }
	}
}

/// An anchor, as shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AnchorView {
	/// Its number.
	pub id: u64,
	/// How far it has come.
	pub stage: String,
	/// The Pantheon block of its checkpoint.
	pub block_number: u32,
	/// Entries that it covers.
	pub log_size: u64,
	/// Its transaction.
	pub txid: String,
	/// The Bitcoin block's height, where one holds it.
	pub bitcoin_height: Option<u32>,
	/// The Bitcoin block's hash.
	pub bitcoin_block: Option<String>,
	/// Blocks from that one to the tip that the service last saw, both included.
	pub confirmations: Option<u32>,
	/// Fee in satoshi.
	pub fee_sat: u64,
	/// What is left for the next, in satoshi.
	pub change_sat: u64,
	/// Whether the proof is in `export_dir`.
	pub exported: bool,
	/// Whether the chain has taken the report.
	pub reported: bool,
}

impl AnchorView {
	fn of(anchor: &Anchor, tip: Option<u32>) -> Option<Self> {
		let version = anchor.effective_version()?;
		let block = anchor.stage.mined_at().map(|at| at.block);
		let confirmations =
			block.zip(tip).map(|(b, tip)| tip.saturating_sub(b.height).saturating_add(1));
		Some(Self {
			id: anchor.id.get(),
			stage: anchor.stage.name().into(),
			block_number: version.checkpoint.block_number,
			log_size: version.checkpoint.log_size,
			txid: version.txid.to_string(),
			bitcoin_height: block.map(|b| b.height),
			bitcoin_block: block.map(|b| b.hash.to_string()),
			confirmations,
			fee_sat: version.fee.to_sat(),
			change_sat: version.change_value.to_sat(),
			exported: anchor.export == Followup::Done,
			reported: anchor.report == Followup::Done,
		})
	}
}

/// The whole answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Status {
	/// `running`, `ended`, `silent` or `never-run`.
	pub service: &'static str,
	/// Seconds since it last said something.
	pub heard_seconds_ago: Option<u64>,
	/// The Bitcoin network.
	pub network: Option<String>,
	/// Height of the Bitcoin tip that it last saw.
	pub tip_height: Option<u32>,
	/// What stood in the way when it last said something.
	pub conditions: Vec<ConditionView>,
	/// Number of anchors in the journal.
	pub anchors_total: usize,
	/// The newest anchors, newest first.
	pub anchors: Vec<AnchorView>,
}

impl Status {
	/// Reads the journal. `now` is seconds since 1970.
	pub fn read(journal: &Journal, now: u64) -> Result<Self, JournalError> {
		let anchors = journal.all()?;
		let beat = journal.heartbeat()?;
		let heard = beat.as_ref().map(|beat| now.saturating_sub(beat.at));
		let snapshot: Option<Snapshot> =
			beat.and_then(|beat| serde_json::from_str(&beat.snapshot).ok());
		let service = match (&snapshot, heard) {
			(Some(Snapshot { activity: Activity::Ended, .. }), _) => "ended",
			(Some(snapshot), Some(heard)) if heard <= snapshot.silent_after => "running",
			(None, None) => "never-run",
			_ => "silent",
		};
		let tip_height = snapshot.as_ref().and_then(|s| s.tip_height);
		Ok(Self {
			service,
			heard_seconds_ago: heard,
			network: snapshot.as_ref().map(|s| s.network.clone()),
			tip_height,
			conditions: snapshot.map(|s| s.conditions).unwrap_or_default(),
			anchors_total: anchors.len(),
			anchors: anchors
				.iter()
				.rev()
				.filter_map(|a| AnchorView::of(a, tip_height))
				.take(SHOWN)
				.collect(),
		})
	}

	/// The exit status: that of the first condition that blocks, [`EXIT_SILENT`] where the service has
	/// fallen silent, else zero. Notices alone are no failure.
	pub fn exit_code(&self) -> u8 {
		let blocking = self.conditions.iter().find(|c| c.severity != "notice");
		match (blocking, self.service) {
			(Some(condition), _) => condition.exit_code,
			(None, "silent") => EXIT_SILENT,
			_ => 0,
		}
	}

	/// For people.
	pub fn to_text(&self) -> String {
		let mut out = String::new();
		let ago =
			self.heard_seconds_ago.map(|s| format!(", last heard {s} s ago")).unwrap_or_default();
		// Writing to a string can't fail.
		let _ = writeln!(out, "service      {}{ago}", self.service);
		if let Some(network) = &self.network {
			let tip = match self.tip_height {
				Some(height) => format!("block {height}"),
				None => "node not usable".into(),
			};
			let _ = writeln!(out, "bitcoin      {network}, {tip}");
		}
		match self.conditions.is_empty() {
			true => {
				let _ = writeln!(out, "conditions   none");
			},
			false => {
				for c in &self.conditions {
					let _ = writeln!(out, "{:<12} {}: {}", c.severity, c.name, c.message);
					let _ = writeln!(out, "{:<12} remedy: {}", "", c.remedy);
				}
			},
		}
		let _ = writeln!(out, "anchors      {}", self.anchors_total);
		for a in &self.anchors {
			let place = match (a.bitcoin_height, a.confirmations) {
				(Some(height), Some(deep)) => format!("in Bitcoin block {height}, {deep} deep"),
				(Some(height), None) => format!("in Bitcoin block {height}"),
				_ => "not in a block".into(),
			};
			let _ = writeln!(
				out,
				"  {:>4} {:<9} block {}, {} entries; {place}; fee {} sat, {} sat left{}{}",
				a.id,
				a.stage,
				a.block_number,
				a.log_size,
				a.fee_sat,
				a.change_sat,
				if a.exported { "; exported" } else { "" },
				if a.reported { "; reported" } else { "" },
			);
			let _ = writeln!(out, "       {}", a.txid);
		}
		out
	}
}
