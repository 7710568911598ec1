//! Which positions of an operator's chain are withheld, as the command line names them.

use crate::{
	error::{CliError, Missing, UsageError},
	journal::Journal,
};
use pantheon_primitives::{GenesisHash, OperatorId};
use std::{ops::RangeInclusive, str::FromStr};

/// What `--withhold` names: positions, members, and records that are looked up in the journal.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Selection {
	named: Withheld,
	records: Vec<[u8; 32]>,
}

/// The positions that are withheld.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Withheld {
	positions: Vec<RangeInclusive<u64>>,
	members: Vec<(u64, RangeInclusive<u32>)>,
}

impl Selection {
	/// Reads record ids and leaves (64 hex digits), positions (`7`, `7-9`) and members (`7/3`, `7/0-99`).
	pub(crate) fn parse(texts: &[String]) -> Result<Self, UsageError> {
		let mut selection = Self::default();
		for text in texts {
			selection.add(text).ok_or_else(|| UsageError::Withhold(text.clone()))?;
		}
		Ok(selection)
	}

	fn add(&mut self, text: &str) -> Option<()> {
		let mut hash = [0; 32];
		if hex_digits(text, &mut hash) {
			self.records.push(hash);
		} else if let Some((sequence, members)) = text.split_once('/') {
			self.named.members.push((number(sequence)?, range(members)?));
		} else {
			self.named.positions.push(range(text)?);
		}
		Some(())
	}

	/// Finds the records' positions in the operator's journal.
	pub(crate) fn resolve(
		self,
		journal: &Journal,
		operator: OperatorId,
		log: GenesisHash,
	) -> Result<Withheld, CliError> {
		let mut withheld = self.named;
		for hash in self.records {
			let found = journal.find(&hash)?;
			let found = found.filter(|found| {
				let record = found.entry.statement.record();
				(record.operator, record.log) == (operator, log)
			});
			let missing = || Missing::Record(hex::encode(hash));
			let found = found.ok_or_else(missing)?;
			let sequence = found.entry.statement.record().sequence;
			match found.member {
				None => withheld.positions.push(sequence..=sequence),
				Some(member) => {
					let index = member.index.ok_or_else(missing)?;
					withheld.members.push((sequence, index..=index));
				},
			}
		}
		Ok(withheld)
	}
}

impl Withheld {
	/// Whether nothing of the position is shown.
	pub(crate) fn position(&self, sequence: u64) -> bool {
		self.positions.iter().any(|range| range.contains(&sequence))
	}

	/// Whether this member of the batch at the position is not shown.
	pub(crate) fn member(&self, sequence: u64, index: u32) -> bool {
		self.members.iter().any(|(at, range)| *at == sequence && range.contains(&index))
	}
}

fn hex_digits(text: &str, hash: &mut [u8; 32]) -> bool {
	hex::decode_to_slice(text, hash).is_ok()
}

fn number<T: FromStr>(text: &str) -> Option<T> {
	// `parse` takes a sign too.
	text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

fn range<T: FromStr + PartialOrd + Copy>(text: &str) -> Option<RangeInclusive<T>> {
	let (first, last) = text.split_once('-').unwrap_or((text, text));
	let (first, last) = (number(first)?, number(last)?);
	(first <= last).then_some(first..=last)
}

#[cfg(test)]
mod tests {
	use super::*;

	fn parse(texts: &[&str]) -> Result<Selection, UsageError> {
		Selection::parse(&texts.iter().map(ToString::to_string).collect::<Vec<_>>())
	}

	#[test]
	fn positions_members_and_records_are_told_apart() {
		let record = "ab".repeat(32);
		let selection = parse(&["7", "9-11", "12/3", "12/5-6", &record]).unwrap();
		assert_eq!(selection.records, [[0xab; 32]]);
		let withheld = selection.named;
		let positions: Vec<u64> = (0..20).filter(|at| withheld.position(*at)).collect();
		assert_eq!(positions, [7, 9, 10, 11]);
		let members: Vec<u32> = (0..20).filter(|index| withheld.member(12, *index)).collect();
		assert_eq!(members, [3, 5, 6]);
		assert!(!withheld.member(7, 3), "members of the batch at 12 only");
	}

	#[test]
	fn anything_else_is_refused() {
		for text in
			["", "x", "-", "3-", "-3", "5-4", "+7", "7/", "7/x", "7/3/1", "/3", "7/4-3", "abcd"]
		{
			assert!(matches!(parse(&[text]), Err(UsageError::Withhold(_))), "{text}");
		}
		// A sequence or index beyond its type.
		assert!(parse(&["18446744073709551616"]).is_err() && parse(&["1/4294967296"]).is_err());
	}
}
