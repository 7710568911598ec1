//! `pantheon operator`.

use crate::{
	args::{OperatorCommand, WaitArgs},
	context::{online, Context},
	delivery::Delivery,
	error::{exit, CliError, Disagreement, Missing, UsageError},
	keystore::{sign_checked, KeyStore},
	output::Table,
};
use pantheon_client::{address_of, At, Call, Client, ClientError, Stage};
use pantheon_primitives::{seal::registration_message, OperatorId, OperatorState, OperatorStatus};
use serde_json::json;
use std::time::{Duration, Instant};

/// How long `adopt` waits for the operator's last record to become final.
const SETTLE: Duration = Duration::from_secs(120);

/// Runs the command.
pub fn execute(context: &Context, command: OperatorCommand) -> Result<u8, CliError> {
	match command {
		OperatorCommand::Register { wait } => online(register(context, wait)),
		OperatorCommand::Show { id } => online(show(context, id)),
		OperatorCommand::Adopt => online(adopt(context)),
	}
}

async fn register(context: &Context, wait: WaitArgs) -> Result<u8, CliError> {
	let account = context.account()?;
	let key = context.home.open_key()?;
	let operator = key.public_key().operator_id();
	let mut journal = context.home.journal()?;
	let client = context.connect().await?;
	let known = client.operator(operator, At::Finalised).await?;
	let new = match &known {
		None => {
			let message = registration_message(client.genesis(), &account.id(), key.public_key());
			let call = Call::register(key.public_key(), &sign_checked(&key, &message)?);
			let progress = context.out.spinner("registering");
			// Beforehand: a registration that the chain refuses costs its fee.
			let funds = client.registration_funds(&call, &account).await?;
			if !funds.suffice() {
				return Err(CliError::TooLittlePan { account: address_of(&account.id()), funds });
			}
			client
				.submit(&call, &account)
				.await?
				.wait(Stage::Finalised, wait.timeout(), |stage| {
					progress.say(&format!("registration {stage}"));
				})
				.await?;
			true
		},
		Some(state) if state.status == OperatorStatus::Retired => {
			return Err(Disagreement::Retired(operator).into());
		},
		Some(_) => false,
	};
	journal.remember_key(key.public_key())?;
	journal.set_log(operator, client.genesis())?;
	let state =
		client.operator(operator, At::Finalised).await?.ok_or(Missing::Operator(operator))?;
	let text = format!(
		"{}\n{}",
		if new { "The operator is registered." } else { "The operator was registered already." },
		table(&client, operator, &state)
	);
	let mut json = state_json(&client, operator, &state);
	json["registered_now"] = json!(new);
	context.out.result(text, json);
	Ok(exit::OK)
}

async fn show(context: &Context, id: Option<String>) -> Result<u8, CliError> {
	let own = id.is_none();
	let operator = match id {
		Some(text) => {
			let what = "an operator's id";
			text.parse().map_err(|_| UsageError::Id { what, text })?
		},
		None => context.home.key_file()?.operator,
	};
	let client = context.connect().await?;
	let state = client.operator(operator, At::Best).await?.ok_or(Missing::Operator(operator))?;
	let mut json = state_json(&client, operator, &state);
	let mut table = table(&client, operator, &state);
	if own {
		let mut journal = context.home.journal()?;
		let head = journal.head(operator, client.genesis())?;
		let pending = journal.pending(operator, client.genesis())?.len();
		let mut delivery =
			Delivery { client: &client, journal: &mut journal, operator, out: context.out };
		let agrees = match delivery.reconcile().await {
			Ok(_) | Err(CliError::Disagreement(Disagreement::Retired(_))) => None,
			Err(CliError::Disagreement(other)) => Some(other.to_string()),
			Err(error) => return Err(error),
		};
		json["journal"] = json!({
			"records": head.next_sequence, "pending": pending, "disagreement": agrees,
		});
		table = table
			.row("journal", format!("{} records, {pending} pending", head.next_sequence))
			.row("agreement", agrees.unwrap_or_else(|| "journal and chain agree".into()));
	}
	context.out.result(table.to_string(), json);
	Ok(exit::OK)
}

async fn adopt(context: &Context) -> Result<u8, CliError> {
	let operator = context.home.key_file()?.operator;
	let mut journal = context.home.journal()?;
	let client = context.connect_for(&journal, operator).await?;
	let progress = context.out.spinner("waiting until the operator's last record is finalised");
	let state = settled(&client, operator).await?;
	drop(progress);
	journal.adopt(operator, client.genesis(), &state.chain)?;
	journal.set_log(operator, client.genesis())?;
	if let Some(key) = state.key.as_deref() {
		journal.remember_key(&pantheon_primitives::PublicKey::from_bytes(key)?)?;
	}
	let text = format!(
		"The journal goes on at sequence {}; statements and openings from before are not in it.",
		state.chain.next_sequence
	);
	context.out.result(text, state_json(&client, operator, &state));
	Ok(exit::OK)
}

/// The operator's state once nothing of it is still waiting to become final.
async fn settled(client: &Client, operator: OperatorId) -> Result<OperatorState, CliError> {
	let missing = Missing::Operator(operator);
	let deadline = Instant::now() + SETTLE;
	loop {
		let best = client.operator(operator, At::Best).await?;
		let finalised = client.operator(operator, At::Finalised).await?;
		match (best, finalised) {
			(Some(best), Some(finalised)) if best.chain == finalised.chain => return Ok(finalised),
			(None, _) => return Err(missing.into()),
			_ if Instant::now() >= deadline => {
				let stage = Stage::Finalised;
				return Err(ClientError::Timeout { stage, after: SETTLE }.into());
			},
			_ => tokio::time::sleep(Duration::from_secs(1)).await,
		}
	}
}

fn status(state: &OperatorState) -> &'static str {
	match state.status {
		OperatorStatus::Active => "active",
		OperatorStatus::Retired => "retired",
	}
}

fn table(client: &Client, operator: OperatorId, state: &OperatorState) -> Table {
	Table::new()
		.row("operator", operator)
		.row("status", status(state))
		.row("owner", address_of(&state.owner))
		.row("chain", client.genesis())
		.row("records", state.chain.next_sequence)
		.maybe("head", state.chain.head)
		.row("open intents", state.open_intents)
}

fn state_json(client: &Client, operator: OperatorId, state: &OperatorState) -> serde_json::Value {
	json!({
		"operator": operator.to_string(),
		"status": status(state),
		"owner": address_of(&state.owner),
		"genesis": client.genesis().to_string(),
		"next_sequence": state.chain.next_sequence,
		"head": state.chain.head.map(|id| id.to_string()),
		"open_intents": state.open_intents,
	})
}
