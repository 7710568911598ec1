//! Weights of pallets that ship none. Pantheon's own pallets bring theirs, as the SDK's do.

pub mod parachains;
