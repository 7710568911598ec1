//! The log as C2SP tlog-tiles: names of resources, entry bundles, and the signed checkpoint. Format:
//! `docs/formats/tlog-tiles.md`.
//!
//! A signed checkpoint is the word of one node about a log that the chain has finalised. No verdict
//! rests on it unless the auditor's trust file names that node's key.

mod entries;
mod note;
mod path;
#[cfg(test)]
mod tests;

pub use entries::{decode_entries, encode_entries, EntriesError, ENTRY_LEN};
pub use note::{LogCheckpoint, NoteError, SignedCheckpoint, MAX_NOTE_LEN, SIGNATURE_TYPE};
pub use path::{TileContent, TileLevel, TilePath, TilePathError, TileWidth};

/// Hashes in a full tile, and entries in a full bundle.
pub const TILE_WIDTH: u16 = 256;
