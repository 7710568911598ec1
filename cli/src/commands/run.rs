//! `pantheon run`: nothing happens before its intent is durable.
//!
//! Fails closed: whatever keeps the intent from becoming as durable as asked keeps the command from
//! running. Once the command has run, its outcome is sealed whatever it was.

use super::{entry_json, seal::from_args};
use crate::{
	action::{files, Action, Content},
	args::{ActionArgs, After, RunArgs},
	commitment::FileDigest,
	context::{online, Context},
	delivery::Delivery,
	error::{exit, CliError},
	home::{writable, write_file},
	journal::{Entry, Journal},
	keystore::{KeyStore, SoftwareKey},
	sealing::seal_action,
};
use pantheon_client::{Account, Client, Stage};
use pantheon_primitives::{GenesisHash, Kind, OperatorId};
use serde_json::{json, Value};
use std::{
	path::PathBuf,
	process::ExitStatus,
	time::{Duration, Instant},
};
use tokio::{
	process::{Child, Command},
	signal::unix::{signal, SignalKind},
};

/// The variable in which the command finds the id of its intent.
pub const INTENT_ENV: &str = "PANTHEON_INTENT";

/// Pause between two attempts to reach a node that is gone.
const RETRY: Duration = Duration::from_secs(1);

/// Variables with secrets or settings of this program, which the command must not inherit.
const PRIVATE_ENV: [&str; 2] = [crate::keystore::PASSPHRASE_ENV, "PANTHEON_ACCOUNT"];

/// Runs the command.
pub fn execute(context: &Context, args: RunArgs) -> Result<u8, CliError> {
	online(Run::prepare(context, &args)?.to_the_end())
}

/// A run, with everything that can be checked before anything is sealed.
struct Run<'a> {
	context: &'a Context,
	args: &'a RunArgs,
	key: SoftwareKey,
	operator: OperatorId,
	journal: Journal,
	account: Option<Account>,
	intent: Action,
}

/// The way to the chain; none with `--after sealed`.
struct Way {
	client: Client,
	account: Account,
	stage: Stage,
}

impl<'a> Run<'a> {
	fn prepare(context: &'a Context, args: &'a RunArgs) -> Result<Self, CliError> {
		// The files that come out don't exist yet: the outcome commits to them.
		let known = ActionArgs { output: Vec::new(), ..args.action.clone() };
		let mut intent = from_args(Kind::Intent, &known)?;
		intent.input = Content::Value(json!({
			"command": args.command,
			"files": files(&args.action.input)?,
		}));
		if let Some(path) = &args.report {
			writable(path)?;
		}
		let account = match args.after {
			After::Sealed => None,
			_ => Some(context.account()?),
		};
		let key = context.home.open_key()?;
		let operator = key.public_key().operator_id();
		let journal = context.home.journal()?;
		Ok(Self { context, args, key, operator, journal, account, intent })
	}

	async fn to_the_end(mut self) -> Result<u8, CliError> {
		let started = Instant::now();
		let (way, log) = self.way().await?;
		let intent = std::mem::replace(&mut self.intent, Action::new(Kind::Intent));
		let intent = seal_action(&self.key, &mut self.journal, log, intent)?;
		if let Err(error) = self.durable(way.as_ref()).await {
			return Err(CliError::Intent { intent: intent.record, source: Box::new(error) });
		}
		let durable_after = started.elapsed();
		let ended = self.command(&intent).await;
		let outcome = self.outcome(&intent, &ended, log);
		let outcome = outcome.map_err(|error| self.unsealed(&ended, "is not sealed", error))?;
		if let Err(error) = self.durable_at_last(way.as_ref()).await {
			self.report(&intent, &outcome, &ended, durable_after, "sealed")
				.map_err(|error| self.unsealed(&ended, "is neither durable nor reported", error))?;
			return Err(self.unsealed(&ended, "is sealed but not as durable as asked", error));
		}
		let state = match self.args.after {
			After::Sealed => "sealed",
			After::Included => "included",
			After::Finalised => "finalised",
		};
		self.report(&intent, &outcome, &ended, durable_after, state)
			.map_err(|error| self.unsealed(&ended, "is not reported", error))?;
		match ended {
			Ended::Exited(status) => Ok(exit_code(&status)),
			Ended::NotStarted(source) => {
				Err(CliError::Spawn { program: self.program().to_owned(), source })
			},
		}
	}

	async fn way(&mut self) -> Result<(Option<Way>, GenesisHash), CliError> {
		let (Some(stage), Some(account)) = (self.args.after.stage(), self.account.clone()) else {
			let log = self.context.log(self.args.log.as_deref(), &self.journal, self.operator)?;
			return Ok((None, log));
		};
		let client = self.context.connect_for(&self.journal, self.operator).await?;
		let log = client.genesis();
		// Before anything is sealed: a disagreement would make the intent a fork.
		self.delivery(&client).reconcile().await?;
		Ok((Some(Way { client, account, stage }), log))
	}

	fn delivery<'b>(&'b mut self, client: &'b Client) -> Delivery<'b> {
		Delivery {
			client,
			journal: &mut self.journal,
			operator: self.operator,
			out: self.context.out,
		}
	}

	/// Waits until everything sealed so far is as durable as asked.
	async fn durable(&mut self, way: Option<&Way>) -> Result<(), CliError> {
		let Some(way) = way else { return Ok(()) };
		let timeout = self.args.wait.timeout();
		self.delivery(&way.client).deliver(&way.account, way.stage, timeout).await?;
		Ok(())
	}

	/// Like [`Self::durable`], for the outcome: the command has run, and it may have run for hours. A
	/// node that is gone is looked for again until the time is up.
	async fn durable_at_last(&mut self, way: Option<&Way>) -> Result<(), CliError> {
		let deadline = Instant::now() + self.args.wait.timeout();
		let mut outcome = self.durable(way).await;
		while let (Err(CliError::Client(error)), Some(way)) = (&outcome, way) {
			if !error.is_unreachable() || Instant::now() >= deadline {
				break;
			}
			tokio::time::sleep(RETRY).await;
			outcome = match self.context.connect_for(&self.journal, self.operator).await {
				Ok(client) => {
					let way = Way { client, account: way.account.clone(), stage: way.stage };
					self.durable(Some(&way)).await
				},
				Err(error) => Err(error),
			};
		}
		outcome
	}

	fn program(&self) -> &str {
		self.args.command.first().map(String::as_str).unwrap_or_default()
	}

	async fn command(&self, intent: &Entry) -> Ended {
		let mut command = Command::new(self.program());
		command.args(self.args.command.iter().skip(1));
		command.env(INTENT_ENV, intent.record.to_string());
		for name in PRIVATE_ENV {
			command.env_remove(name);
		}
		let waited = match command.spawn() {
			Ok(child) => wait(child).await,
			Err(error) => return Ended::NotStarted(error),
		};
		match waited {
			Ok(status) => Ended::Exited(status),
			Err(error) => Ended::NotStarted(error),
		}
	}

	fn outcome(
		&mut self,
		intent: &Entry,
		ended: &Ended,
		log: GenesisHash,
	) -> Result<Entry, CliError> {
		let mut outcome = Action::new(Kind::Outcome);
		let sealed = intent.statement.record();
		outcome.intent = Some(intent.record);
		outcome.model = sealed.model;
		outcome.policy = sealed.policy;
		outcome.authority = sealed.authority;
		outcome.output = Content::Value(json!({
			"ended": ended.json(),
			"files": outputs(&self.args.action.output),
		}));
		seal_action(&self.key, &mut self.journal, log, outcome)
	}

	fn unsealed(&self, ended: &Ended, what: &'static str, source: CliError) -> CliError {
		CliError::Outcome { ended: ended.text(), what, source: Box::new(source) }
	}

	fn report(
		&self,
		intent: &Entry,
		outcome: &Entry,
		ended: &Ended,
		durable_after: Duration,
		state: &str,
	) -> Result<(), CliError> {
		let one = |entry: &Entry, state: &str| {
			let mut value = entry_json(entry);
			value["state"] = json!(state);
			value
		};
		let asked = match self.args.after {
			After::Sealed => "sealed",
			After::Included => "included",
			After::Finalised => "finalised",
		};
		let value = json!({
			"intent": one(intent, asked),
			"outcome": one(outcome, state),
			"ended": ended.json(),
			"intent_durable_after_ms": u64::try_from(durable_after.as_millis()).unwrap_or(u64::MAX),
		});
		if let Some(path) = &self.args.report {
			return write_file(path, value.to_string().as_bytes());
		}
		let text = format!(
			"pantheon: intent {} {asked} after {:.1} s; {}; outcome {} {state}",
			intent.record,
			durable_after.as_secs_f64(),
			ended.text(),
			outcome.record
		);
		self.context.out.result(text, value);
		Ok(())
	}
}

/// How the command ended.
enum Ended {
	Exited(ExitStatus),
	NotStarted(std::io::Error),
}

impl Ended {
	fn json(&self) -> Value {
		match self {
			Self::NotStarted(error) => json!({ "not_started": error.to_string() }),
			Self::Exited(status) => match (status.code(), killer(status)) {
				(Some(code), _) => json!({ "exit_code": code }),
				(None, signal) => json!({ "signal": signal }),
			},
		}
	}

	fn text(&self) -> String {
		match self {
			Self::NotStarted(error) => format!("the command did not start ({error})"),
			Self::Exited(status) => format!("the command ended with {status}"),
		}
	}
}

fn killer(status: &ExitStatus) -> Option<i32> {
	std::os::unix::process::ExitStatusExt::signal(status)
}

/// The shell's convention: the command's code, or 128 and the signal that ended it.
fn exit_code(status: &ExitStatus) -> u8 {
	let code = status.code().or_else(|| killer(status).map(|signal| signal.saturating_add(128)));
	code.and_then(|code| u8::try_from(code).ok()).unwrap_or(exit::RUN_OUTCOME)
}

/// Waits for the command. Ctrl-C reaches the whole terminal group, so here it's only outlived: the
/// outcome must still be sealed. A request to terminate is passed on.
async fn wait(mut child: Child) -> std::io::Result<ExitStatus> {
	let mut interrupt = signal(SignalKind::interrupt())?;
	let mut terminate = signal(SignalKind::terminate())?;
	loop {
		tokio::select! {
			status = child.wait() => return status,
			_ = interrupt.recv() => {},
			_ = terminate.recv() => pass_on(&child).await,
		}
	}
}

async fn pass_on(child: &Child) {
	let Some(id) = child.id() else { return };
	// `kill` keeps this program free of unsafe code; without it the command ends when it ends.
	drop(Command::new("kill").arg("-TERM").arg(id.to_string()).status().await);
}

/// What came out. A file that is not there is recorded as missing: that is an outcome too.
fn outputs(paths: &[PathBuf]) -> Vec<Value> {
	paths
		.iter()
		.map(|path| match FileDigest::of(path) {
			Ok(digest) => json!(digest),
			Err(error) => json!({
				"path": path.display().to_string(), "missing": error.source.to_string(),
			}),
		})
		.collect()
}
