//! Weights that the runtime brings. Pallets that ship theirs, as the SDK's and our own do, need none here.

#![warn(missing_docs)]

pub mod extensions;
pub mod parachains;
