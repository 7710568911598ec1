//! What anchoring costs a year, by cadence and fee rate, from the size that the transactions really have.

use crate::{machine::YEAR, rpc::FeeRate};
use serde::Serialize;
use std::fmt::Write;

/// Cadences of the table: what people call them, and seconds. An anchor waits for the six blocks of the one before
/// it, which takes an hour.
const CADENCES: [(&str, u64); 6] = [
	("1 hour", 3_600),
	("3 hours", 10_800),
	("6 hours", 21_600),
	("12 hours", 43_200),
	("1 day", 86_400),
	("1 week", 604_800),
];

/// Fee rates of the table unless others are asked for, in sat/vB.
pub const RATES: [u64; 6] = [1, 2, 5, 10, 30, 100];

/// Yearly cost at one cadence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CostRow {
	/// Time between two anchors, in words.
	pub every: &'static str,
	/// The same in seconds.
	pub every_seconds: u64,
	/// Anchors a year.
	pub anchors_per_year: u64,
	/// Satoshi a year, one for each rate.
	pub sat_per_year: Vec<u64>,
}

/// The table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CostTable {
	/// Size of an anchor in virtual bytes.
	pub vbytes: u64,
	/// Fee rates in sat/vB.
	pub rates: Vec<u64>,
	/// Satoshi for one anchor, one for each rate.
	pub sat_per_anchor: Vec<u64>,
	/// One row for each cadence.
	pub rows: Vec<CostRow>,
}

impl CostTable {
	/// For anchors of that size at these rates.
	pub fn new(vbytes: u64, rates: &[u64]) -> Self {
		let fee = |rate: &u64| FeeRate::per_kvb(rate.saturating_mul(1_000)).fee(vbytes).to_sat();
		let sat_per_anchor: Vec<u64> = rates.iter().map(fee).collect();
		let rows = CADENCES
			.into_iter()
			.map(|(every, every_seconds)| {
				let anchors_per_year = YEAR / every_seconds;
				let year = |sat: &u64| sat.saturating_mul(anchors_per_year);
				let sat_per_year = sat_per_anchor.iter().map(year).collect();
				CostRow { every, every_seconds, anchors_per_year, sat_per_year }
			})
			.collect();
		Self { vbytes, rates: rates.to_vec(), sat_per_anchor, rows }
	}

	/// As a table in Markdown, in satoshi per anchor and bitcoin per year.
	pub fn to_text(&self) -> String {
		let mut out = String::new();
		// Writing to a string can't fail.
		let _ = write!(out, "| one anchor ({} vB) every | a year |", self.vbytes);
		for rate in &self.rates {
			let _ = write!(out, " {rate} sat/vB |");
		}
		let _ = write!(out, "\n|---|---|{}\n| cost of one | 1 |", "---|".repeat(self.rates.len()));
		for sat in &self.sat_per_anchor {
			let _ = write!(out, " {sat} sat |");
		}
		for row in &self.rows {
			let _ = write!(out, "\n| {} | {} |", row.every, row.anchors_per_year);
			for sat in &row.sat_per_year {
				// Four decimals: a ten-thousandth of a bitcoin, rounded up.
				let steps = sat.div_ceil(10_000);
				let _ = write!(out, " {}.{:04} BTC |", steps / 10_000, steps % 10_000);
			}
		}
		out.push('\n');
		out
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::fees::anchor_vbytes;

	#[test]
	fn the_guide_carries_the_table_that_the_command_prints() {
		let table = CostTable::new(anchor_vbytes(), &RATES);
		let guide = include_str!("../../docs/guides/run-the-anchor.md");
		for line in table.to_text().lines() {
			assert!(guide.contains(line), "docs/guides/run-the-anchor.md lacks: {line}");
		}
	}

	#[test]
	fn a_year_of_days_costs_365_anchors() {
		let table = CostTable::new(154, &[1, 10]);
		assert_eq!(table.sat_per_anchor, [154, 1_540]);
		let daily = table.rows.iter().find(|row| row.every_seconds == 86_400).unwrap();
		assert_eq!(daily.sat_per_year, [154 * 365, 1_540 * 365]);
		assert!(table.to_text().contains("| 1 day | 365 | 0.0006 BTC | 0.0057 BTC |"));
	}
}
