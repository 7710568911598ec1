//! `pantheon submit`.

use super::entry_json;
use crate::{
	args::SubmitArgs,
	context::{online, Context},
	delivery::{Delivered, Delivery},
	error::{exit, CliError},
};
use pantheon_client::Stage;
use serde_json::{json, Value};

/// Runs the command. The operator key isn't opened: what is sent was sealed before.
pub fn execute(context: &Context, args: &SubmitArgs) -> Result<u8, CliError> {
	let operator = context.home.key_file()?.operator;
	let mut journal = context.home.journal()?;
	let Some(stage) = args.after.stage() else {
		let log = context.log(None, &journal, operator)?;
		let pending = journal.pending(operator, log)?;
		let text = format!("{} statements are pending; nothing was sent.", pending.len());
		let json = json!({ "pending": pending.iter().map(entry_json).collect::<Vec<_>>() });
		context.out.result(text, json);
		return Ok(exit::OK);
	};
	let account = context.account()?;
	let delivered = online(async {
		let client = context.connect_for(&journal, operator).await?;
		let mut delivery =
			Delivery { client: &client, journal: &mut journal, operator, out: context.out };
		delivery.deliver(&account, stage, args.wait.timeout()).await
	})?;
	let text = match delivered.len() {
		0 => "Nothing is pending.".to_owned(),
		count => format!("{count} statements are {stage}.\n{}", listed(&delivered)),
	};
	context.out.result(text, json!({ "delivered": delivered_json(&delivered) }));
	Ok(exit::OK)
}

fn listed(delivered: &[Delivered]) -> String {
	delivered
		.iter()
		.map(|one| {
			let record = one.entry.statement.record();
			format!("  {}  {}  {}\n", record.sequence, record.kind.name(), one.entry.record)
		})
		.collect()
}

/// What was delivered, as JSON.
pub(crate) fn delivered_json(delivered: &[Delivered]) -> Vec<Value> {
	delivered
		.iter()
		.map(|one| {
			let mut value = entry_json(&one.entry);
			value["state"] = json!(stage_name(one.stage));
			value
		})
		.collect()
}

fn stage_name(stage: Stage) -> &'static str {
	match stage {
		Stage::Included => "included",
		Stage::Finalised => "finalised",
	}
}
