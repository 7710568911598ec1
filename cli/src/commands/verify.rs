//! `pantheon verify`: offline. Nothing in this module or below it opens a socket.

use super::proof::OpeningsFile;
use crate::{
	args::VerifyArgs,
	context::Context,
	error::{exit, CliError},
	home::read_file,
	output::Table,
};
use pantheon_primitives::{
	bundle::ProofBundle,
	report::{Report, Verdict},
	trust::TrustFile,
	verify::verify,
	Record,
};
use serde_json::{json, Value};
use std::{
	path::Path,
	time::{SystemTime, UNIX_EPOCH},
};

/// Runs the command.
pub fn execute(context: &Context, args: &VerifyArgs) -> Result<u8, CliError> {
	let trust = read_trust(&args.trust)?;
	let bundle = read_file(&args.bundle)?;
	let now = args
		.now
		.or_else(|| SystemTime::now().duration_since(UNIX_EPOCH).ok().map(|now| now.as_secs()));
	let report = verify(&bundle, &trust, now);
	let openings = match &args.openings {
		Some(path) => Some(check_openings(path, &report)?),
		None => None,
	};
	let size = bundle.len();
	let mut value = report.to_json();
	value["bundle_bytes"] = json!(size);
	value["openings"] = json!(openings.as_ref().map(|checked| &checked.json));
	let mut text = render(&report);
	if let Some(checked) = &openings {
		text.push_str(&checked.text);
	}
	context.out.result(text, value);
	let opened = openings.is_none_or(|checked| checked.holds);
	Ok(if opened { verdict_code(&report.verdict) } else { exit::INVALID })
}

/// The trust file at `path`.
pub(crate) fn read_trust(path: &Path) -> Result<TrustFile, CliError> {
	TrustFile::parse(&read_file(path)?)
		.map_err(|error| CliError::Content { path: path.to_owned(), source: error.into() })
}

/// The exit code that stands for a verdict.
pub(crate) fn verdict_code(verdict: &Verdict) -> u8 {
	match verdict {
		Verdict::Verified => exit::OK,
		Verdict::Invalid { .. } => exit::INVALID,
		Verdict::Stale { .. } => exit::STALE,
		Verdict::Revoked { .. } => exit::REVOKED,
	}
}

/// The report for people: verdict first, then network, levels, record.
pub(crate) fn render(report: &Report) -> String {
	let verdict = &report.verdict;
	let mut text = match verdict {
		Verdict::Verified => "VERIFIED\n".to_owned(),
		Verdict::Invalid { step, reason } => {
			format!("INVALID: step \"{}\" does not hold: {reason}\n", step.name())
		},
		Verdict::Stale { reason } | Verdict::Revoked { reason } => {
			format!("{}: {reason}\n", verdict.word())
		},
	};
	let head = Table::new()
		.row("chain", format!("{} (genesis {})", report.chain, report.genesis))
		.row("bitcoin network", network(report));
	text.push_str(&head.to_string());
	if report.is_only_timestamped() {
		text.push_str(
			"\nOnly timestamped: something is in Bitcoin, but it is not shown to be this chain's log.\n",
		);
	}
	if !report.levels.is_empty() {
		let matter = if matches!(verdict, Verdict::Invalid { .. }) {
			"\nWhat holds nevertheless, each by itself:\n"
		} else {
			"\nWhat is proven:\n"
		};
		text.push_str(matter);
		for level in &report.levels {
			text.push_str(&format!("  {:9}  {}\n", level.name(), level.proves()));
		}
	}
	if let Some(subject) = &report.subject {
		text.push_str("\nRecord:\n");
		let table = Table::new()
			.row("id", subject.id)
			.row("leaf", subject.leaf)
			.row("log index", subject.index);
		text.push_str(&record_rows(table, &subject.record).to_string());
	}
	if let Some(size) = report.log_size {
		text.push_str(&format!("\nNo revocation as of log size {size}.\n"));
	}
	text
}

fn network(report: &Report) -> String {
	match report.network.name() {
		"mainnet" => "mainnet".to_owned(),
		other => format!("{other} (a test network: its blocks cost nothing)"),
	}
}

fn record_rows(table: Table, record: &Record) -> Table {
	table
		.row("kind", record.kind.name())
		.row("operator", record.operator)
		.row("sequence", record.sequence)
		.maybe("batch index", record.index)
		.maybe("previous", record.previous)
		.row("operator's clock", format!("{} ms since 1970, claimed", record.time_ms))
		.maybe("model", record.model)
		.maybe("input", record.input)
		.maybe("output", record.output)
		.maybe("policy", record.policy)
		.maybe("authority", record.authority)
		.maybe("answers intent", record.intent)
		.maybe("locator", record.locator.as_ref())
		.maybe("batch of", record.batch.map(|batch| format!("{} records", batch.count)))
}

struct CheckedOpenings {
	holds: bool,
	json: Value,
	text: String,
}

fn check_openings(path: &Path, report: &Report) -> Result<CheckedOpenings, CliError> {
	let blame = |source| CliError::Content { path: path.to_owned(), source };
	let file: OpeningsFile =
		serde_json::from_slice(&read_file(path)?).map_err(|error| blame(error.into()))?;
	let openings = file.openings().map_err(blame)?;
	let record = report.subject.as_ref().map(|subject| &subject.record);
	let mut checked =
		CheckedOpenings { holds: true, json: json!([]), text: "\nOpenings:\n".to_owned() };
	let mut items = Vec::new();
	for (field, opening) in openings {
		let expected = record.and_then(|record| match field.as_str() {
			"input" => record.input,
			"output" => record.output,
			_ => None,
		});
		let fits = expected == Some(opening.commitment());
		checked.holds &= fits;
		let word = if fits { "fits" } else { "DOES NOT FIT" };
		checked.text.push_str(&format!("  {field} {word}: {}\n", opening.content()));
		items.push(json!({ "field": field, "fits": fits, "content": opening.content() }));
	}
	checked.json = json!(items);
	Ok(checked)
}

/// Verifies a bundle that was just made.
pub(crate) fn verify_made(bundle: &ProofBundle, trust: &TrustFile) -> Report {
	verify(&bundle.encode(), trust, None)
}
