//! What a node says about its log: C2SP tlog-tiles over HTTP, and checkpoints and receipts signed with
//! the node's own log key. Formats: `docs/formats/tlog-tiles.md`, `docs/formats/cose-receipt.md`.
//!
//! All of it comes from the log store, which holds finalised blocks only. A signature means "this node
//! says so"; no verifier counts it unless its trust file names the key.
//!
//! Reading only, bounded in everything: one tile per request, so many requests at once, so many
//! connections, each for so long ([`Limits`]).

mod answer;
mod key;
mod metrics;
mod problem;
mod server;
mod signed;

pub use answer::{answer, Answer, Resource};
pub use key::{KeyOrigin, LogKey, LogKeyError, SignError};
pub use metrics::Metrics;
pub use problem::Problem;
pub use server::{Limits, Server};
pub use signed::{SignedLog, SigningError};
