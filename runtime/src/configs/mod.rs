//! How each pallet is configured.

pub mod consensus;
pub mod fees;
pub mod guard;
pub mod parachains;
pub mod system;
