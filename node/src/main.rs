//! The Pantheon validator and full node.
//!
//! An unforked Polkadot relay-chain service with Pantheon's runtime, and beside it the log store:
//! tiles and index of the chain's log, served as `audit_*` on the ordinary RPC port.

mod chain_spec;
mod cli;
mod command;
mod service;
mod trust;

use std::{error::Error, process::ExitCode};

fn main() -> ExitCode {
	match command::run() {
		Ok(()) => ExitCode::SUCCESS,
		Err(error) => {
			eprintln!("Error: {}", with_causes(&error));
			ExitCode::FAILURE
		},
	}
}

/// An error and what caused it, where its own words don't say that already.
fn with_causes(error: &dyn Error) -> String {
	let mut text = error.to_string();
	let mut cause = error.source();
	while let Some(error) = cause {
		let words = error.to_string();
		if !text.contains(&words) {
			text.push_str(": ");
			text.push_str(&words);
		}
		cause = error.source();
	}
	text
}
