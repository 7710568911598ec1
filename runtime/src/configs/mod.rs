//! How each pallet is configured.

pub mod audit;
pub mod consensus;
pub mod fees;
pub mod guard;
pub mod parachains;
pub mod system;
