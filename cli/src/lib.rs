//! The `pantheon` command: for operators and auditors.
//!
//! A library, so that the tests reach its parts; the program is [`main`].

mod account_text;
pub mod action;
pub mod agreement;
pub mod amount;
pub mod args;
pub mod chain_spec;
mod collect;
pub mod commands;
pub mod commitment;
pub mod context;
pub mod delivery;
pub mod error;
pub mod export;
pub mod home;
pub mod journal;
pub mod keystore;
pub mod output;
mod positions;
pub mod sealing;

use args::{Cli, Command};
use clap::Parser;
use context::Context;
use error::CliError;
use output::{Format, Output};
use std::process::ExitCode;

/// Runs the program on this process's command line.
pub fn main() -> ExitCode {
	let cli = match Cli::try_parse() {
		Ok(cli) => cli,
		Err(error) => {
			// Prints help and version too, for which the code is 0.
			drop(error.print());
			let words = || std::env::args_os().map(|arg| arg.to_string_lossy().into_owned());
			let code = usage_code(error.exit_code(), words());
			if code != error::exit::OK {
				let out = output(has(words(), "--json"), has(words(), "run"));
				out.failed(&error.render().to_string(), None, code);
			}
			return ExitCode::from(code);
		},
	};
	let run = matches!(cli.command, Command::Run(_));
	let out = output(cli.global.json, run);
	match execute(cli, out) {
		Ok(code) => ExitCode::from(code),
		Err(error) => {
			let code = if run { error.run_exit_code() } else { error.exit_code() };
			out.failure(&error, code);
			ExitCode::from(code)
		},
	}
}

fn output(json: bool, run: bool) -> Output {
	let format = if json { Format::Json } else { Format::Text };
	if run {
		Output::of_run(format)
	} else {
		Output::new(format)
	}
}

/// The exit code of a command line that clap refuses. `run` keeps all codes below 120 for the command
/// that it runs.
fn usage_code(code: i32, args: impl Iterator<Item = String>) -> u8 {
	match code {
		0 => error::exit::OK,
		_ if has(args, "run") => error::exit::RUN_INPUT,
		_ => error::exit::USAGE,
	}
}

/// Whether a command line that clap refuses has this word, before somebody else's command begins.
fn has(args: impl Iterator<Item = String>, word: &str) -> bool {
	args.take_while(|arg| arg != "--").any(|arg| arg == word)
}

fn execute(cli: Cli, out: Output) -> Result<u8, CliError> {
	let mut global = cli.global;
	if matches!(cli.command, Command::Verify(_) | Command::ExitCodes) {
		// They read no home: an auditor's machine may have none.
		global.home.get_or_insert_default();
	}
	let context = Context::new(global, out)?;
	match cli.command {
		Command::Key(command) => commands::key::execute(&context, command),
		Command::Operator(command) => commands::operator::execute(&context, command),
		Command::Run(args) => commands::run::execute(&context, args),
		Command::Seal(command) => commands::seal::execute(&context, command),
		Command::Submit(args) => commands::submit::execute(&context, &args),
		Command::Batch(args) => commands::batch::execute(&context, args),
		Command::Proof(args) => commands::proof::execute(&context, args),
		Command::Verify(args) => commands::verify::execute(&context, &args),
		Command::Audit(args) => commands::audit::execute(&context, &args),
		Command::Trust(command) => commands::trust::execute(&context, command),
		Command::AnchorChain(command) => commands::anchor_chain::execute(&context, &command),
		Command::Log(command) => commands::log::execute(&context, command),
		Command::ExitCodes => {
			let codes = args::EXIT_CODES;
			context.out.result(codes, serde_json::json!({ "exit_codes": codes }));
			Ok(error::exit::OK)
		},
	}
}
