//! Commits the log of a Pantheon chain to Bitcoin.
//!
//! Parts, from the inside out: [`machine`] decides (pure: events in, actions out), [`journal`] remembers,
//! [`rpc`] and [`wallet`] speak to a Bitcoin node, [`fees`] says what to pay, [`chain`] speaks to a Pantheon
//! node, [`proof`] and [`list`] make what auditors get, [`service`] drives them all; [`status`] and [`metrics`]
//! say how it goes. How to run it: `docs/guides/run-the-anchor.md`; why it is built so:
//! `docs/adr/0007-anchor-commit-discipline.md` and `docs/adr/0010-anchor-fees-and-replacement.md`.

pub mod chain;
pub mod condition;
pub mod config;
pub mod cost;
pub mod fees;
pub mod guards;
pub mod journal;
pub mod list;
pub mod machine;
pub mod metrics;
pub mod proof;
pub mod rpc;
pub mod service;
pub mod status;
pub mod wallet;
