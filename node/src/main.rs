//! The Pantheon validator and full node.
//!
//! An unforked Polkadot relay-chain service with Pantheon's runtime, and beside it the log store:
//! tiles and index of the chain's log, served as `audit_*` on the ordinary RPC port and, where asked
//! for, as C2SP tlog-tiles over HTTP.

mod chain_spec;
mod cli;
mod command;
mod database;
mod errors;
mod service;
mod trust;

use std::process::ExitCode;

fn main() -> ExitCode {
	match command::run() {
		Ok(()) => ExitCode::SUCCESS,
		Err(error) => {
			eprintln!("Error: {}", errors::chain_of(&error));
			ExitCode::FAILURE
		},
	}
}
