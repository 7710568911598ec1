//! Tests by topic. Each ends with the invariants of `try_state`.

mod bitcoin;
mod checkpoints;
mod corrections;
mod genesis;
mod invariants;
mod report;
