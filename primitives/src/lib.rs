//! Everything that a verifier of Pantheon records needs, and nothing else: records and their seals, the
//! RFC 9162 log, operator chains, finality, Bitcoin anchors, the proof bundle and the verdict on it.
//!
//! No I/O, no clock, no `std`: the same code runs in the Layer 1 runtime, in the node, in the command
//! line and in the auditor's browser. Formats are specified in `docs/formats/`.

#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(
	not(any(test, feature = "test-helpers")),
	deny(
		clippy::unwrap_used,
		clippy::expect_used,
		clippy::panic,
		clippy::indexing_slicing,
		clippy::arithmetic_side_effects
	)
)]

extern crate alloc;

pub mod audit;
pub mod bitcoin;
pub mod bundle;
mod cbor;
pub mod chain;
pub mod checkpoint;
pub mod completeness;
pub mod entry_info;
pub mod file;
pub mod finality;
pub mod genesis;
pub mod hash;
pub mod ids;
pub mod kind;
pub mod log;
pub mod member;
pub mod opening;
pub mod ots;
pub mod receipt;
pub mod record;
pub mod report;
pub mod seal;
pub mod state_proof;
pub mod submission;
pub mod tlog;
pub mod trust;
pub mod verify;

pub use chain::ChainHead;
pub use checkpoint::{Checkpoint, LogDigest};
pub use entry_info::{EntryBatch, EntryInfo, OperatorState, OperatorStatus};
pub use ids::{
	BlockHash, Digest32, GenesisHash, LeafHash, LogRoot, OperatorId, RecordId, StatementDigest,
};
pub use kind::{Kind, KindMask};
pub use record::{BatchCommitment, Record};
pub use seal::{PublicKey, Statement};
pub use submission::{SubmittedBatch, SubmittedRecord};
