//! The Pantheon validator and full node.
//!
//! An unforked Polkadot relay-chain service with Pantheon's runtime, and beside it the log store:
//! tiles and index of the chain's log, served as `audit_*` on the ordinary RPC port.

mod chain_spec;
mod cli;
mod command;
mod service;
mod trust;

fn main() -> Result<(), command::Error> {
	command::run()
}
