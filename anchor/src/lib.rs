//! Commits the log of a Pantheon chain to Bitcoin.
//!
//! Parts, from the inside out: [`machine`] decides (pure: events in, actions out), [`journal`] remembers,
//! [`rpc`] and [`wallet`] speak to a Bitcoin node, [`chain`] to a Pantheon node, [`proof`] makes what
//! auditors get, [`service`] drives them all. How to run it: `docs/guides/run-the-anchor.md`; why it is
//! built so: `docs/adr/0007-anchor-commit-discipline.md`.

pub mod chain;
pub mod condition;
pub mod config;
pub mod guards;
pub mod journal;
pub mod machine;
pub mod proof;
pub mod rpc;
pub mod service;
pub mod status;
pub mod wallet;
