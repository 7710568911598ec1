//! `pantheon-bench`: what one machine does, as rows of a Markdown table.
//!
//! Rows go to standard output, progress to standard error. `scripts/bench` starts the node, calls the
//! subcommands in turn and prints the whole table. Nothing here is a test: no number makes it fail.

mod chain;
mod import;
mod load;
mod node;
mod operator;
mod proofs;
mod report;
mod seals;

use anyhow::Result;
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "pantheon-bench", version, about = "Measures Pantheon on this machine")]
struct Cli {
	#[command(subcommand)]
	command: Command,
}

#[derive(Subcommand)]
enum Command {
	/// Seal and verify in this process, and verify in the runtime's wasm of a running node.
	Seals(seals::Options),
	/// Size of a proof bundle and time to verify it.
	Proofs(proofs::Options),
	/// Sealed records per second through a running node, from record to finalised block.
	Load(load::Options),
	/// Time that a second node took to import a run's blocks.
	Import(import::Options),
}

#[tokio::main]
async fn main() -> Result<()> {
	match Cli::parse().command {
		Command::Seals(options) => seals::run(options).await,
		Command::Proofs(options) => proofs::run(&options),
		Command::Load(options) => load::run(options).await,
		Command::Import(options) => import::run(options).await,
	}
}
