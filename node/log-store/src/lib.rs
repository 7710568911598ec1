//! The log store: a Pantheon log's tiles, index, members and finality proofs in an embedded
//! database, built from a [`ChainSource`] and rebuilt from it whenever it is missing or damaged.
//!
//! It is a cache. The chain is the source of truth: each block's root is compared with the one in its
//! header before anything is written, and each proof with the root before it is handed out.
//!
//! A block is [staged](stage) when it is imported and committed when it is final, in one atomic
//! write. A crash leaves either all of a block or nothing of it.
//!
//! Memory is bounded: caches have fixed sizes, and one block is in memory at a time.

mod check;
mod db;
mod index;
mod justifications;
mod members;
mod query;
mod resource;
mod schema;
mod source;
mod store;
mod sync;
mod tiles;

pub use check::CheckError;
pub use db::{Damage, Limits, ReadError};
pub use index::RunError;
pub use justifications::{FinalCheckpoint, KEEP_ALL, THIN_TO_ONE_IN};
pub use members::MembersError;
pub use query::{FoundEntry, FoundMember, MemberPosition, QueryError};
pub use schema::{EntryRow, Head, JustificationRow};
pub use source::{AuthorityChange, BlockHeader, BlockId, ChainSource, SourceError};
pub use store::{Block, CommitError, Fresh, OpenError, Store};
pub use sync::{follow, rebuild, stage, Followed, SyncError};
