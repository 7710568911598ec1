//! The log with this node's signature under it.

use crate::key::{LogKey, SignError};
use pantheon_log_store::{QueryError, ReadError, Store};
use pantheon_primitives::{
	hash::SoftwareSha256,
	receipt::{receipt_to_be_signed, Receipt},
	seal::{PublicKey, SIGNATURE_LEN},
	tlog::{LogCheckpoint, NoteError},
	Digest32, LogRoot,
};
use parking_lot::Mutex;
use std::sync::Arc;

/// Why a node has nothing to say.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SigningError {
	/// The log has no such entry or is not that long; or the store failed.
	#[error(transparent)]
	Query(#[from] QueryError),
	/// The key failed.
	#[error(transparent)]
	Sign(#[from] SignError),
	/// The signature has not the length of one.
	#[error(transparent)]
	Note(#[from] NoteError),
}

impl From<ReadError> for SigningError {
	fn from(error: ReadError) -> Self {
		Self::Query(error.into())
	}
}

/// The signature that all receipts of one size of the log share.
#[derive(Clone)]
struct SignedRoot {
	size: u64,
	root: LogRoot,
	signature: Box<[u8; SIGNATURE_LEN]>,
}

/// A checkpoint and the note that says it.
#[derive(Clone)]
struct SignedNote {
	checkpoint: LogCheckpoint,
	note: Arc<str>,
}

/// A log store and the key of the node that keeps it.
///
/// Signs once for each size of the log, however often it is asked: what was signed last is kept.
pub struct SignedLog {
	store: Arc<Store>,
	key: LogKey,
	last_note: Mutex<Option<SignedNote>>,
	last_root: Mutex<Option<SignedRoot>>,
}

impl SignedLog {
	/// Signs for `store` with `key`.
	pub fn new(store: Arc<Store>, key: LogKey) -> Self {
		Self { store, key, last_note: Mutex::new(None), last_root: Mutex::new(None) }
	}

	/// The store.
	pub fn store(&self) -> &Store {
		&self.store
	}

	/// The public log key.
	pub fn public_key(&self) -> &PublicKey {
		self.key.public_key()
	}

	/// SHA-256 of the public log key.
	pub fn key_id(&self) -> Digest32 {
		self.key.key_id()
	}

	/// The key as C2SP signed notes write verifier keys.
	pub fn verifier_key(&self) -> String {
		LogCheckpoint::verifier_key(&self.store.genesis(), self.public_key())
	}

	/// The signed checkpoint of the finalised log.
	pub fn checkpoint(&self) -> Result<Arc<str>, SigningError> {
		let log = self.store.head()?.log;
		let checkpoint = LogCheckpoint {
			genesis: self.store.genesis(),
			size: log.size(),
			root: log.root::<SoftwareSha256>(),
		};
		// Held while signing: of many who ask for a new size at once, one signs and the others wait.
		let mut last = self.last_note.lock();
		if let Some(last) = last.as_ref().filter(|last| last.checkpoint == checkpoint) {
			return Ok(last.note.clone());
		}
		let signature = self.key.sign(checkpoint.text().as_bytes())?;
		let note: Arc<str> = checkpoint.with_signature(self.public_key(), &signature)?.into();
		*last = Some(SignedNote { checkpoint, note: note.clone() });
		Ok(note)
	}

	/// A receipt for entry `index` in the log of `size` entries.
	///
	/// Errors: [`QueryError::FutureSize`], [`QueryError::UnknownEntry`] where `index >= size`.
	pub fn receipt(&self, index: u64, size: u64) -> Result<Receipt, SigningError> {
		let path = self.store.inclusion(index, size)?;
		let root = self.store.root_at(size)?;
		let log = self.store.genesis();
		let signature = self.sign_root(size, root)?;
		Ok(Receipt { kid: self.key_id(), log, log_size: size, index, path, signature })
	}

	fn sign_root(
		&self,
		size: u64,
		root: LogRoot,
	) -> Result<Box<[u8; SIGNATURE_LEN]>, SigningError> {
		let mut last = self.last_root.lock();
		if let Some(last) = last.as_ref().filter(|last| (last.size, last.root) == (size, root)) {
			return Ok(last.signature.clone());
		}
		let message = receipt_to_be_signed(&self.key_id(), self.store.genesis(), size, &root);
		let signature = Box::new(self.key.sign(&message)?);
		*last = Some(SignedRoot { size, root, signature: signature.clone() });
		Ok(signature)
	}
}
