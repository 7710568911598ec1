//! What `pantheon-anchor status` says: how far each anchor is, what stands in the way, and whether a service
//! runs at all. Read from the journal alone, so it also answers when both nodes are gone; it says how old
//! its knowledge is and claims nothing newer.

use crate::{
	condition::{Condition, Severity},
	journal::{Heartbeat, Journal, JournalError},
	machine::{Anchor, Followup, Machine, Version},
};
use bitcoin::Amount;
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
	/// Entries in the log at the newest checkpoint that the chain showed.
	#[serde(default)]
	pub chain_log_size: Option<u64>,
	/// Block of that checkpoint.
	#[serde(default)]
	pub chain_block: Option<u32>,
	/// What the wallet holds for further anchors, in satoshi.
	#[serde(default)]
	pub funds_sat: Option<u64>,
	/// The budget and the rhythm that it allows.
	#[serde(default)]
	pub budget: Option<BudgetView>,
}

/// The budget, as shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetView {
	/// The budget of a year, in satoshi.
	pub budget_sat: u64,
	/// Spent of it, what is in flight included.
	pub spent_sat: u64,
	/// When the next budget year begins, seconds since 1970.
	pub year_ends: u64,
	/// What an anchor would cost now, in satoshi.
	pub anchor_cost_sat: Option<u64>,
	/// Seconds between two anchors, as the budget allows now.
	pub interval_seconds: u64,
}

impl BudgetView {
	fn of(machine: &Machine, budget: Amount) -> Option<Self> {
		let year = machine.budget()?;
		Some(Self {
			budget_sat: budget.to_sat(),
			spent_sat: year.spent.to_sat(),
			year_ends: year.ends,
			anchor_cost_sat: machine.cost().map(Amount::to_sat),
			interval_seconds: machine.interval()?,
		})
	}
}

impl Snapshot {
	/// Of a machine.
	pub fn of(
		machine: &Machine,
		network: &str,
		activity: Activity,
		silent_after: u64,
		budget: Amount,
	) -> Self {
		Self {
			activity,
			network: network.into(),
			tip_height: machine.tip().map(|tip| tip.height),
			silent_after,
			conditions: machine.conditions().map(Into::into).collect(),
			chain_log_size: machine.newest().map(|c| c.log_size),
			chain_block: machine.newest().map(|c| c.block_number),
			funds_sat: machine.funds().map(Amount::to_sat),
			budget: BudgetView::of(machine, budget),
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
	/// Its transaction: the one that a block holds, else the newest.
	pub txid: String,
	/// The transactions that may be mined in its place, or that it replaced.
	pub other_txids: Vec<String>,
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
			other_txids: anchor
				.versions
				.iter()
				.filter(|other| other.number != version.number)
				.map(|other| other.txid.to_string())
				.collect(),
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
	/// When that was, seconds since 1970.
	pub heard_at: Option<u64>,
	/// The Bitcoin network.
	pub network: Option<String>,
	/// Height of the Bitcoin tip that it last saw.
	pub tip_height: Option<u32>,
	/// What stood in the way when it last said something.
	pub conditions: Vec<ConditionView>,
	/// Entries in the log at the newest checkpoint that it saw.
	pub chain_log_size: Option<u64>,
	/// What the wallet held for further anchors, in satoshi.
	pub funds_sat: Option<u64>,
	/// The budget and the rhythm that it allowed.
	pub budget: Option<BudgetView>,
	/// The output that the first anchor spends: what a trust file names as `anchor_origin`.
	pub origin: Option<String>,
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
		let heard_at = beat.as_ref().map(|beat| beat.at);
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
			heard_at,
			network: snapshot.as_ref().map(|s| s.network.clone()),
			tip_height,
			chain_log_size: snapshot.as_ref().and_then(|s| s.chain_log_size),
			funds_sat: snapshot.as_ref().and_then(|s| s.funds_sat),
			budget: snapshot.as_ref().and_then(|s| s.budget.clone()),
			conditions: snapshot.map(|s| s.conditions).unwrap_or_default(),
			origin: anchors
				.first()
				.and_then(|a| a.versions.first())
				.and_then(Version::chain_input)
				.map(ToString::to_string),
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
		if let Some(size) = self.chain_log_size {
			let _ = writeln!(out, "log          {size} entries at the newest final checkpoint");
		}
		if let Some(b) = &self.budget {
			let cost = b.anchor_cost_sat.map_or("unknown".into(), |sat| format!("{sat} sat"));
			let funds = self.funds_sat.map_or("unknown".into(), |sat| format!("{sat} sat"));
			let _ = writeln!(out, "funds        {funds}; an anchor costs {cost} now");
			let days = b.year_ends.saturating_sub(self.heard_at.unwrap_or_default()) / 86_400;
			let _ = writeln!(
				out,
				"budget       {} of {} sat spent, {days} days to go; one anchor every {} s",
				b.spent_sat, b.budget_sat, b.interval_seconds
			);
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
		let origin = self.origin.as_ref().map(|o| format!(", origin {o}")).unwrap_or_default();
		let _ = writeln!(out, "anchors      {}{origin}", self.anchors_total);
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
			if !a.other_txids.is_empty() {
				let _ = writeln!(out, "       and {} other versions", a.other_txids.len());
			}
		}
		out
	}
}
