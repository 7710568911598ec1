//! Completeness: what an operator sealed on one log, position by position, with no position left unsaid.
//! Format and meaning: `docs/formats/completeness.md`.
//!
//! A completeness bundle accounts for every position of a range of an operator's chain: it shows the
//! statement, or names the position as withheld. That the statements are the operator's, follow each other
//! and stand in the log is shown by seals, previous-ids and Merkle paths. How many there are, and which is
//! the last, is shown by the operator's entry in the state of the same final block.

mod error;
mod format;
mod head;
mod report;
mod verify;

pub use error::{CompletenessError, CompletenessFormatError};
pub use format::{
	CompletenessBundle, Disclosed, DisclosedMembers, Positions, COMPLETENESS_MAGIC,
	COMPLETENESS_VERSION, MAX_COMPLETENESS_LEN,
};
pub use head::{chain_key, ChainRecord};
pub use report::{
	Account, CompletenessLevel, CompletenessReport, MalformedMember, ShownBatch, ShownEntry,
	ShownMember, WithheldRun,
};
pub use verify::{verify, verify_bundle};
