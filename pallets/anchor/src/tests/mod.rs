//! Tests by topic. Each ends with the invariants of `try_state`.

mod bitcoin;
mod checkpoints;
mod genesis;
mod invariants;
mod report;
