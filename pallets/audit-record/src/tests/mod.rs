//! Tests by topic. Each ends with the invariants of `try_state`.

mod batch;
mod blocks;
mod invariants;
mod model;
mod pairing;
mod refusals;
mod submit;
mod weights;
