//! The node as its users meet it: a real process, real blocks, its ordinary ports.
//!
//! One program, so that the tests wait for their blocks side by side.

mod anchors;
mod command;
mod common;
mod database;
mod durability;
mod rpc;
mod tlog;
