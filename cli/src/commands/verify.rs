//! `pantheon verify`: offline. Nothing in this module or below it opens a socket.

use crate::{
	account_text,
	args::VerifyArgs,
	context::Context,
	error::{exit, CliError, ContentError, UsageError},
	home::read_file,
	output::Table,
};
use pantheon_primitives::{
	bitcoin::BitcoinNetwork,
	bundle::ProofBundle,
	file::{verify_file, FileReport},
	opening::OpeningsFile,
	report::{Report, Verdict},
	trust::TrustFile,
	verify::verify,
	GenesisHash, Record,
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
	let report = verify_file(&bundle, &trust, now);
	let mut value = report.to_json();
	value["bundle_bytes"] = json!(bundle.len());
	let mut opened = true;
	let text = match (&report, &args.openings) {
		(FileReport::Completeness(report), None) => account_text::render(report),
		(FileReport::Completeness(_), Some(_)) => return Err(UsageError::OpeningsOfMany.into()),
		(FileReport::Proof(report), openings) => {
			let checked = openings.as_ref().map(|path| check_openings(path, report)).transpose()?;
			value["openings"] = json!(checked.as_ref().map(|checked| &checked.json));
			let mut text = render(report);
			if let Some(checked) = &checked {
				text.push_str(&checked.text);
				opened = checked.holds;
			}
			text
		},
	};
	context.out.result(text, value);
	Ok(if opened { verdict_code(report.verdict()) } else { exit::INVALID })
}

/// The trust file at `path`.
pub(crate) fn read_trust(path: &Path) -> Result<TrustFile, CliError> {
	TrustFile::parse(&read_file(path)?)
		.map_err(|error| CliError::Content { path: path.to_owned(), source: error.into() })
}

/// The trust file at `path`, if it's for the chain whose log this is.
pub(crate) fn trust_for(path: &Path, log: GenesisHash) -> Result<TrustFile, CliError> {
	let trust = read_trust(path)?;
	insist_on(&trust, path, log)?;
	Ok(trust)
}

/// Fails unless the trust file from `path` is for the chain whose log this is.
pub(crate) fn insist_on(trust: &TrustFile, path: &Path, log: GenesisHash) -> Result<(), CliError> {
	if trust.genesis == log {
		return Ok(());
	}
	let (chain, trusted) = (trust.chain.clone(), trust.genesis);
	let source = ContentError::OtherTrust { chain, trusted, of: log };
	Err(CliError::Content { path: path.to_owned(), source })
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
	let mut text = verdict_line(&report.verdict);
	let head = Table::new()
		.row("chain", format!("{} (genesis {})", report.chain, report.genesis))
		.row("bitcoin network", network(report.network));
	text.push_str(&head.to_string());
	if report.is_only_timestamped() {
		text.push_str(
			"\nOnly timestamped: something is in Bitcoin, but it is not shown to be this chain's log.\n",
		);
	}
	let levels = report.levels.iter().map(|level| (level.name(), level.proves()));
	text.push_str(&proven(&report.verdict, levels));
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

/// The verdict, as the first line of a report.
pub(crate) fn verdict_line(verdict: &Verdict) -> String {
	match verdict {
		Verdict::Verified => "VERIFIED\n".to_owned(),
		Verdict::Invalid { step, reason } => {
			format!("INVALID: step \"{}\" does not hold: {reason}\n", step.name())
		},
		Verdict::Stale { reason } | Verdict::Revoked { reason } => {
			format!("{}: {reason}\n", verdict.word())
		},
	}
}

/// The levels that hold, with what each proves.
pub(crate) fn proven<'a>(
	verdict: &Verdict,
	levels: impl Iterator<Item = (&'a str, String)>,
) -> String {
	let mut lines = String::new();
	for (name, proves) in levels {
		lines.push_str(&format!("  {name:9}  {proves}\n"));
	}
	let title = match verdict {
		_ if lines.is_empty() => return lines,
		Verdict::Invalid { .. } => "What holds nevertheless, each by itself",
		_ => "What is proven",
	};
	format!("\n{title}:\n{lines}")
}

/// The Bitcoin network, and that a test network is one.
pub(crate) fn network(network: BitcoinNetwork) -> String {
	match network.name() {
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
	let file = OpeningsFile::parse(&read_file(path)?).map_err(|error| blame(error.into()))?;
	if let Some(subject) = report.subject.as_ref().filter(|subject| subject.id != file.record) {
		let (expected, found) = (subject.id, file.record);
		return Err(blame(ContentError::OtherRecord { expected, found }));
	}
	let record = report.subject.as_ref().map(|subject| &subject.record);
	let mut checked =
		CheckedOpenings { holds: true, json: json!([]), text: "\nOpenings:\n".to_owned() };
	let mut items = Vec::new();
	for (field, opening) in file.openings {
		let expected = record.and_then(|record| field.of(record));
		let fits = expected == Some(opening.commitment());
		checked.holds &= fits;
		let (name, word) = (field.name(), if fits { "fits" } else { "DOES NOT FIT" });
		checked.text.push_str(&format!("  {name} {word}: {}\n", opening.content()));
		items.push(json!({ "field": name, "fits": fits, "content": opening.content() }));
	}
	checked.json = json!(items);
	Ok(checked)
}

/// Verifies a bundle that was just made.
pub(crate) fn verify_made(bundle: &ProofBundle, trust: &TrustFile) -> Report {
	verify(&bundle.encode(), trust, None)
}
