//! `pantheon batch`.

use super::{entry_json, read_text, submit::delivered_json};
use crate::{
	action::{kind_named, Action, Content},
	args::BatchArgs,
	commitment::{FileDigest, FileError},
	context::{online, Context},
	delivery::Delivery,
	error::{exit, CliError, ContentError},
	home::{writable, write_file},
	journal::{Entry, Journal},
	keystore::KeyStore,
	output::Table,
	sealing::{seal_batch, BatchItem, Place},
};
use pantheon_primitives::{
	hash::SoftwareSha256, log::member_leaf, record::MAX_BATCH_MEMBERS, GenesisHash, Kind,
};
use serde_json::json;
use std::{
	path::{Path, PathBuf},
	sync::Arc,
};

/// Runs the command.
pub fn execute(context: &Context, args: BatchArgs) -> Result<u8, CliError> {
	let kind = args.kind.as_deref().and_then(kind_named);
	let (source, items) = match (&args.dir, &args.file) {
		(Some(dir), _) => (dir.clone(), from_dir(context, dir, kind.unwrap_or(Kind::Provenance))?),
		(None, Some(file)) if file != Path::new("-") => (file.clone(), from_lines(file, kind)?),
		_ => (PathBuf::from("standard input"), from_lines(Path::new("-"), kind)?),
	};
	if items.is_empty() {
		return Err(CliError::Content { path: source, source: ContentError::Empty });
	}
	if let Some(path) = &args.list {
		writable(path)?;
	}
	let account = match args.after.stage() {
		Some(_) => Some(context.account()?),
		None => None,
	};
	let key = context.home.open_key()?;
	let operator = key.public_key().operator_id();
	let mut journal = context.home.journal()?;
	match (args.after.stage(), account) {
		(Some(stage), Some(account)) => online(async {
			let client = context.connect_for(&journal, operator).await?;
			let log = client.genesis();
			Delivery { client: &client, journal: &mut journal, operator, out: context.out }
				.reconcile()
				.await?;
			let entries = seal_all(&key, &mut journal, log, items)?;
			report_members(&args, &journal, &entries)?;
			let delivered =
				Delivery { client: &client, journal: &mut journal, operator, out: context.out }
					.deliver(&account, stage, args.wait.timeout())
					.await
					.map_err(|error| from_source(error, &entries, &source))?;
			let mut value = summary_json(&entries);
			value["delivered"] = json!(delivered_json(&delivered));
			context.out.result(summary(&entries, &stage.to_string()), value);
			Ok(exit::OK)
		}),
		_ => {
			let log = context.log(args.log.as_deref(), &journal, operator)?;
			let entries = seal_all(&key, &mut journal, log, items)?;
			report_members(&args, &journal, &entries)?;
			context.out.result(summary(&entries, "sealed"), summary_json(&entries));
			Ok(exit::OK)
		},
	}
}

/// Names the file in the refusal of a batch that was made from it; others were pending before.
fn from_source(error: CliError, entries: &[Entry], source: &Path) -> CliError {
	match error {
		CliError::Refusal(mut refusal)
			if entries.iter().any(|entry| entry.record == refusal.record) =>
		{
			refusal.file = Some(source.to_owned());
			CliError::Refusal(refusal)
		},
		other => other,
	}
}

fn from_lines(file: &Path, kind: Option<Kind>) -> Result<Vec<BatchItem>, CliError> {
	let text = read_text(file)?;
	let name = if file == Path::new("-") { Path::new("standard input") } else { file };
	let name: Arc<Path> = name.into();
	text.lines()
		.enumerate()
		.filter(|(_, line)| !line.trim().is_empty())
		.map(|(number, line)| {
			let place = Place::Line(name.clone(), number + 1);
			match Action::from_json(line, kind) {
				Ok(action) => Ok(BatchItem { action, place }),
				Err(error) => Err(place.blame(error)),
			}
		})
		.collect()
}

/// One record per file, by name, so that the same directory gives the same order.
fn from_dir(context: &Context, dir: &Path, kind: Kind) -> Result<Vec<BatchItem>, CliError> {
	let fail = |source| CliError::File(FileError { path: dir.to_owned(), source });
	let mut paths = Vec::new();
	for item in std::fs::read_dir(dir).map_err(fail)? {
		let path = item.map_err(fail)?.path();
		if path.is_file() {
			paths.push(path);
		}
	}
	paths.sort();
	let progress = context.out.bar("hashing", paths.len() as u64);
	paths
		.into_iter()
		.map(|path| {
			let mut action = Action::new(kind);
			action.output = Content::Value(json!({ "files": [FileDigest::of(&path)?] }));
			progress.step();
			Ok(BatchItem { action, place: Place::File(path) })
		})
		.collect()
}

fn seal_all(
	key: &dyn KeyStore,
	journal: &mut Journal,
	log: GenesisHash,
	mut items: Vec<BatchItem>,
) -> Result<Vec<Entry>, CliError> {
	let most = MAX_BATCH_MEMBERS as usize;
	let mut entries = Vec::new();
	while !items.is_empty() {
		let rest = items.split_off(items.len().min(most));
		entries.push(seal_batch(key, journal, log, items)?);
		items = rest;
	}
	Ok(entries)
}

fn report_members(args: &BatchArgs, journal: &Journal, entries: &[Entry]) -> Result<(), CliError> {
	let Some(path) = &args.list else { return Ok(()) };
	let mut lines = String::new();
	for entry in entries {
		for member in journal.members(entry)? {
			let id = member.id();
			let line = json!({
				"record": id.to_string(),
				"leaf": member_leaf::<SoftwareSha256>(&id).to_string(),
				"kind": member.kind.name(),
				"sequence": member.sequence,
				"index": member.index,
			});
			lines.push_str(&line.to_string());
			lines.push('\n');
		}
	}
	write_file(path, lines.as_bytes())
}

fn members(entries: &[Entry]) -> u64 {
	let count = |entry: &Entry| entry.statement.record().batch.map_or(0, |batch| batch.count);
	entries.iter().map(|entry| u64::from(count(entry))).sum()
}

fn summary(entries: &[Entry], state: &str) -> String {
	let seals = match entries.len() {
		1 => "one seal".to_owned(),
		many => format!("{many} seals"),
	};
	let mut text = format!("{} records under {seals}, {state}.\n", members(entries));
	for entry in entries {
		let record = entry.statement.record();
		let table = Table::new()
			.row("batch", entry.record)
			.row("leaf", entry.leaf)
			.row("sequence", record.sequence)
			.maybe("members", record.batch.map(|batch| batch.count))
			.maybe("root", record.batch.map(|batch| batch.root));
		text.push_str(&table.to_string());
	}
	text
}

fn summary_json(entries: &[Entry]) -> serde_json::Value {
	json!({
		"records": members(entries),
		"batches": entries.iter().map(entry_json).collect::<Vec<_>>(),
	})
}
