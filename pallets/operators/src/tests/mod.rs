//! Tests by topic. Each ends with the invariants of `try_state`.

mod deregister;
mod invariants;
mod register;
