//! One module per command. Each gives the exit code of its success.

pub mod anchor_chain;
pub mod audit;
pub mod batch;
pub mod completeness;
pub mod key;
pub mod log;
pub mod operator;
pub mod proof;
pub mod run;
pub mod seal;
pub mod submit;
pub mod trust;
pub mod verify;

use crate::{error::CliError, journal::Entry};
use serde_json::{json, Value};
use std::{io::Read, path::Path};

/// A journal entry as JSON.
pub(crate) fn entry_json(entry: &Entry) -> Value {
	let record = entry.statement.record();
	json!({
		"record": entry.record.to_string(),
		"leaf": entry.leaf.to_string(),
		"operator": record.operator.to_string(),
		"log": record.log.to_string(),
		"sequence": record.sequence,
		"kind": record.kind.name(),
		"intent": record.intent.map(|id| id.to_string()),
		"members": record.batch.map(|batch| batch.count),
		"state": entry.state.name(),
	})
}

/// The text of a file, or of standard input for `-`.
pub(crate) fn read_text(path: &Path) -> Result<String, CliError> {
	let fail =
		|source| CliError::File(crate::commitment::FileError { path: path.to_owned(), source });
	if path == Path::new("-") {
		let mut text = String::new();
		std::io::stdin().read_to_string(&mut text).map_err(fail)?;
		return Ok(text);
	}
	std::fs::read_to_string(path).map_err(fail)
}
