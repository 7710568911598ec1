//! How each pallet is configured.

#![warn(missing_docs)]

pub mod audit;
pub mod consensus;
pub mod fees;
pub mod guard;
pub mod parachains;
pub mod system;
