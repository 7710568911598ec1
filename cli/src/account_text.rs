//! The report on a completeness bundle, for people: verdict first, then whose chain, which positions, what is
//! proven. Never a bare "complete".

use crate::{
	commands::verify::{network, proven, verdict_line},
	output::Table,
};
use pantheon_primitives::{
	completeness::{Account, CompletenessReport, ShownBatch},
	report::Verdict,
};

/// Most lines of a list; what is beyond is counted, and `--json` has it.
const MOST_LINES: usize = 40;

/// The whole report.
pub(crate) fn render(report: &CompletenessReport) -> String {
	let mut text = verdict_line(&report.verdict);
	let head = Table::new()
		.row("chain", format!("{} (genesis {})", report.chain, report.genesis))
		.row("bitcoin network", network(report.network))
		.maybe("operator", report.operator)
		.maybe("positions", report.range.map(|(from, to)| format!("{from} to {to}")))
		.maybe("as of block", report.block.map(|(number, hash)| format!("{number} ({hash})")))
		.maybe("intents still open", report.head.map(|chain| chain.open_intents));
	text.push_str(&head.to_string());
	if let Some(account) = &report.account {
		text.push_str(&positions(report, account));
	}
	let levels = report.levels.iter().map(|level| (level.name(), level.proves()));
	text.push_str(&proven(&report.verdict, levels));
	if let (Some(account), Some((from, _))) = (&report.account, report.range) {
		text.push_str(&format!("\n{}\n", basis(account, from)));
	}
	if !matches!(report.verdict, Verdict::Invalid { .. }) {
		text.push_str(
			"\nOther logs, and other keys of the same people, are not spoken of. Content is shown by openings only.\n",
		);
	}
	text
}

/// The lists.
fn positions(report: &CompletenessReport, account: &Account) -> String {
	let withheld: Vec<_> = account.withheld.iter().map(|run| (run.from, run.to)).collect();
	let count = |runs: &[(u64, u64)]| {
		runs.iter().map(|(from, to)| to.saturating_sub(*from).saturating_add(1)).sum::<u64>()
	};
	let disclosed = account.disclosed();
	let malformed = account.malformed().count();
	let line = |runs: &[(u64, u64)]| format!("{} ({})", count(runs), spans(runs));
	let mut table = Table::new()
		.row("disclosed", line(&disclosed))
		.row("withheld", line(&withheld))
		.row("malformed members", malformed);
	for outside in report.outside().into_iter().flatten() {
		table = table.row("not in this file", line(&[outside]));
	}
	let mut text = format!("\nPositions of this operator on this log:\n{table}");
	let members = account.entries.iter().filter_map(|entry| {
		let batch = entry.batch.as_ref()?;
		Some(format!("  {}: {}\n", entry.sequence, members(batch)))
	});
	list(&mut text, "Members of batches", members.collect());
	let malformed = account.malformed().map(|(sequence, member)| {
		format!("  {sequence}/{}: {} (SHA-256 {})\n", member.index, member.fault, member.id)
	});
	list(&mut text, "Malformed: sealed into a batch, and no member of it", malformed.collect());
	let known = account
		.withheld
		.iter()
		.filter_map(|run| Some(format!("  {}: record {}\n", run.to, run.last_record?)));
	list(&mut text, "Withheld, but the id is known", known.collect());
	text
}

fn members(batch: &ShownBatch) -> String {
	let mut text = format!("{} members, disclosed {}", batch.count, spans(&batch.disclosed()));
	let withheld = batch.withheld();
	if !withheld.is_empty() {
		text.push_str(&format!(", withheld {}", spans(&withheld)));
	}
	if !batch.malformed.is_empty() {
		text.push_str(&format!(", malformed {}", batch.malformed.len()));
	}
	text
}

fn list(text: &mut String, title: &str, lines: Vec<String>) {
	if lines.is_empty() {
		return;
	}
	text.push_str(&format!("\n{title}:\n"));
	text.extend(lines.iter().take(MOST_LINES).map(String::as_str));
	if let Some(more) = lines.len().checked_sub(MOST_LINES).filter(|more| *more > 0) {
		text.push_str(&format!("  and {more} more (--json lists all)\n"));
	}
}

fn spans(runs: &[(u64, u64)]) -> String {
	if runs.is_empty() {
		return "none".to_owned();
	}
	let span = |(from, to): &(u64, u64)| {
		if from == to {
			from.to_string()
		} else {
			format!("{from}-{to}")
		}
	};
	let mut texts: Vec<String> = runs.iter().take(MOST_LINES).map(span).collect();
	if runs.len() > MOST_LINES {
		texts.push(format!("and {} more spans", runs.len() - MOST_LINES));
	}
	texts.join(", ")
}

/// What it rests on that there are no other records at these positions.
fn basis(account: &Account, from: u64) -> String {
	match account.fixed_from {
		Some(fixed) if fixed == from => {
			"Each position's record id follows from the head in the block's state, by the records' own links."
				.to_owned()
		},
		Some(fixed) => format!(
			"From position {fixed} on, each record id follows from the head in the block's state, by the records' own links.\n\
			 Before it, records are withheld that would show the links: that nothing else stands there rests on the\n\
			 numbering that the chain's validators enforce."
		),
		None => "The range ends before the chain does: that nothing else stands at its positions rests on the numbering\n\
			 that the chain's validators enforce."
			.to_owned(),
	}
}
