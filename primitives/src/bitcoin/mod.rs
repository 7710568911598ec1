//! Anchors: a log's checkpoint committed in a Bitcoin transaction, and the proof of it that needs no
//! Bitcoin node.
//!
//! [`verify_anchor`] takes the checkpoint, the [`AnchorProof`] (from anybody) and the [`HeaderRules`]
//! (from whoever verifies: an auditor's trust file, or the chain's genesis configuration). It trusts
//! the rules' network, pinned header and least work, and nothing that the proof says about itself.
//! Byte formats and rules: `docs/formats/anchor.md`.
//!
//! All hashes of Bitcoin are in internal byte order here: as hashed, not as block explorers print them.

mod branch;
mod build;
mod error;
mod header_chain;
mod headers;
mod least_work;
mod network;
mod outpoint;
mod payload;
mod proof;
pub mod spend_chain;
#[cfg(any(test, feature = "test-helpers"))]
pub mod test_helpers;
#[cfg(test)]
mod tests;
mod transaction;

pub use branch::header_hash;
pub use build::{merkle_path, spender_in_block, strip_witness, BuildError};
pub use error::AnchorError;
pub use header_chain::{work_since, HeaderAt, HeaderChain};
pub use headers::{HeaderRules, MAX_HEADERS};
pub use least_work::{check_min_work, default_min_work, NoWork, MAINNET_FLOOR};
pub use network::{genesis_pin, BitcoinNetwork, NetworkError, PinnedHeader};
pub use outpoint::{AnchorOrigin, OutPoint, ParseOutPointError, Txid};
pub use payload::{payload, payload_script, read_payload, MAGIC, PAYLOAD_LEN, PAYLOAD_SCRIPT_LEN};
pub use proof::{verify_anchor, AnchorProof, AnchoredAt, VerificationCost};
pub use transaction::{MAX_PATH, MAX_TRANSACTION_LEN};

/// Length of a block header.
pub const HEADER_LEN: usize = ::bitcoin::block::Header::SIZE;
