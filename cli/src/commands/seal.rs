//! `pantheon seal`.

use super::{entry_json, read_text};
use crate::{
	action::{digest_or_file, files, Action, Content},
	args::{ActionArgs, AnswerArgs, SealArgs, SealCommand},
	context::Context,
	error::{exit, CliError, ContentError, UsageError},
	home::{writable, write_file},
	keystore::KeyStore,
	output::Table,
	sealing::seal_action,
};
use pantheon_primitives::Kind;
use serde_json::{json, Value};

/// Runs the command.
pub fn execute(context: &Context, command: SealCommand) -> Result<u8, CliError> {
	let answer = |kind, args: AnswerArgs| (kind, args.intent, args.seal);
	let (kind, intent, args) = match command {
		SealCommand::Intent(args) => (Kind::Intent, None, args),
		SealCommand::Provenance(args) => (Kind::Provenance, None, args),
		SealCommand::Outcome(args) => answer(Kind::Outcome, args),
		SealCommand::Denial(args) => answer(Kind::Denial, args),
		SealCommand::Approval(args) => answer(Kind::Approval, args),
	};
	let action = action(kind, intent, &args)?;
	if let Some(path) = &args.out {
		writable(path)?;
	}
	let key = context.home.open_key()?;
	let mut journal = context.home.journal()?;
	let log = context.log(args.log.as_deref(), &journal, key.public_key().operator_id())?;
	let entry = seal_action(&key, &mut journal, log, action)?;
	let statement = entry.statement.encode();
	if let Some(path) = &args.out {
		write_file(path, &statement)?;
	}
	let table = Table::new()
		.row("leaf", entry.leaf)
		.row("record", entry.record)
		.row("sequence", entry.statement.record().sequence)
		.row("log", log)
		.maybe("statement", args.out.as_ref().map(|path| path.display().to_string()));
	let mut value = entry_json(&entry);
	value["statement"] = json!(hex::encode(statement));
	let title = kind.name();
	context.out.result(format!("Sealed the {title}; `pantheon submit` sends it.\n{table}"), value);
	Ok(exit::OK)
}

fn action(kind: Kind, intent: Option<String>, args: &SealArgs) -> Result<Action, CliError> {
	let mut action = match &args.action_file {
		None => from_args(kind, &args.action)?,
		Some(path) => {
			let text = read_text(path)?;
			let blame = |source| CliError::Content { path: path.clone(), source };
			let action = Action::from_json(&text, Some(kind)).map_err(blame)?;
			if action.kind != kind {
				return Err(blame(ContentError::OtherKind { expected: kind, found: action.kind }));
			}
			action
		},
	};
	if let Some(text) = intent {
		let what = "an intent's id";
		let id = text.parse().map_err(|_| UsageError::Id { what, text })?;
		if action.intent.is_some_and(|other| other != id) {
			return Err(UsageError::Twice("the intent").into());
		}
		action.intent = Some(id);
	}
	Ok(action)
}

/// The action that options describe.
pub(crate) fn from_args(kind: Kind, args: &ActionArgs) -> Result<Action, CliError> {
	let digest = |text: &Option<String>| text.as_deref().map(digest_or_file).transpose();
	let content = |paths: &[std::path::PathBuf]| -> Result<Content, CliError> {
		Ok(if paths.is_empty() { Content::None } else { Content::Value(files_value(paths)?) })
	};
	let mut action = Action::new(kind);
	action.input = content(&args.input)?;
	action.output = content(&args.output)?;
	action.model = digest(&args.model)?;
	action.policy = digest(&args.policy)?;
	action.authority = digest(&args.authority)?;
	action.locator = args.locator.clone();
	action.parents = args
		.parent
		.iter()
		.map(|text| {
			let what = "a parent's id";
			text.parse().map_err(|_| UsageError::Id { what, text: text.clone() }.into())
		})
		.collect::<Result<_, CliError>>()?;
	Ok(action)
}

fn files_value(paths: &[std::path::PathBuf]) -> Result<Value, CliError> {
	Ok(json!({ "files": files(paths)? }))
}
