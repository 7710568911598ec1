//! The files of an audit export: a directory that an audit reads instead of a node. Format:
//! `docs/formats/audit-export.md`.
//!
//! They carry no trust. What is in them is computed anew by `pantheon_primitives::audit`; the manifest's
//! digests only add that bytes on which nothing rests are noticed too when they change.

pub mod bitcoin;
pub mod collect;
mod manifest;
mod read;
mod write;

pub use manifest::{FileSeal, Manifest, ManifestError};
pub use read::{Blocks, Damage, Export, Stopped};
pub use write::{ExportWriter, Sealed};

/// One item for each block, from block 0 on.
pub const BLOCKS: &str = "blocks.cbor";
/// One item for each anchor.
pub const ANCHORS: &str = "anchors.cbor";
/// Bitcoin headers, 80 bytes each.
pub const BITCOIN_HEADERS: &str = "bitcoin-headers.bin";
/// What the others are.
pub const MANIFEST: &str = "manifest.json";
/// The data files, in the order in which an audit reads them.
pub const DATA_FILES: [&str; 3] = [ANCHORS, BLOCKS, BITCOIN_HEADERS];
