//! The signed checkpoint: a C2SP signed note whose text names a log, its size and its root.

use crate::{
	hash::sha256,
	seal::{verify_signature, PublicKey, SIGNATURE_LEN},
	GenesisHash, LogRoot,
};
use alloc::{
	format,
	string::{String, ToString},
	vec::Vec,
};
use base64::{engine::general_purpose::STANDARD, Engine};

/// Identifies ML-DSA-65 note signatures: the type byte that C2SP leaves to types without a number of
/// their own, then a name that nobody else gives.
pub const SIGNATURE_TYPE: &[u8] = b"\xffpantheon/ml-dsa-65/v1";
/// Most bytes of a note that is read: sixteen signatures of the largest kind in use have less.
pub const MAX_NOTE_LEN: usize = 128 * 1024;

/// What every origin begins with; the genesis hash in hex follows.
const ORIGIN: &str = "pantheon/";
/// What every signature line begins with.
const DASH: &str = "\u{2014} ";
const KEY_ID_LEN: usize = 4;

/// Why bytes are no signed checkpoint, or not one by this key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoteError {
	/// More than [`MAX_NOTE_LEN`] bytes.
	#[error("a signed checkpoint has at most {MAX_NOTE_LEN} bytes")]
	TooLarge,
	/// Not UTF-8, with control characters, or without a text, a blank line and signatures.
	#[error("not a signed note")]
	NotANote,
	/// The first line is not `pantheon/` and a genesis hash.
	#[error("the first line is not the origin of a Pantheon log")]
	Origin,
	/// The second line is not a size.
	#[error("the second line is not the size of a log")]
	Size,
	/// The third line is not a root.
	#[error("the third line is not the root of a log")]
	Root,
	/// Lines after the root. Nothing of ours writes any.
	#[error("the note has extension lines, which no checkpoint of a Pantheon log has")]
	Extension,
	/// A signature line that is not in the form of one.
	#[error("a signature line is malformed")]
	SignatureLine,
	/// No signature by this key.
	#[error("the note is not signed with this key")]
	NotSigned,
	/// A signature that says it's by this key, and is not over this text.
	#[error("the note's signature does not verify")]
	SignatureInvalid,
	/// A signature of another length than ML-DSA-65's.
	#[error("an ML-DSA-65 signature has {SIGNATURE_LEN} bytes")]
	SignatureLength,
}

/// A log at a size: the text of a signed checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogCheckpoint {
	/// Genesis hash of the chain that keeps the log.
	pub genesis: GenesisHash,
	/// Entries.
	pub size: u64,
	/// RFC 9162 root over them.
	pub root: LogRoot,
}

impl LogCheckpoint {
	/// The origin line, which is also the name of every key that signs for this log.
	pub fn origin(genesis: &GenesisHash) -> String {
		format!("{ORIGIN}{genesis}")
	}

	/// The note's text, its final newline included: what is signed, with pure ML-DSA-65 and an empty
	/// context. It begins with `p`, as no other message does that a log key signs.
	pub fn text(&self) -> String {
		let root = STANDARD.encode(self.root);
		format!("{}\n{}\n{root}\n", Self::origin(&self.genesis), self.size)
	}

	/// The note with one signature over [`Self::text`], which is not verified here.
	///
	/// Errors: [`NoteError::SignatureLength`].
	pub fn with_signature(&self, key: &PublicKey, signature: &[u8]) -> Result<String, NoteError> {
		if signature.len() != SIGNATURE_LEN {
			return Err(NoteError::SignatureLength);
		}
		let name = Self::origin(&self.genesis);
		let signature = STANDARD.encode([&note_key_id(&name, key)[..], signature].concat());
		Ok(format!("{}\n{DASH}{name} {signature}\n", self.text()))
	}

	/// The key as C2SP signed notes write verifier keys: name, key id, type and key.
	pub fn verifier_key(genesis: &GenesisHash, key: &PublicKey) -> String {
		let name = Self::origin(genesis);
		let id = hex::encode(note_key_id(&name, key));
		format!("{name}+{id}+{}", STANDARD.encode([SIGNATURE_TYPE, key.as_bytes()].concat()))
	}

	fn parse(text: &str) -> Result<Self, NoteError> {
		let mut lines = text.lines();
		let origin = lines.next().and_then(|line| line.strip_prefix(ORIGIN));
		let genesis = origin.and_then(|hash| hash.parse().ok()).ok_or(NoteError::Origin)?;
		let size_line = lines.next().ok_or(NoteError::Size)?;
		let size: u64 = size_line.parse().map_err(|_| NoteError::Size)?;
		let root = lines.next().and_then(|line| STANDARD.decode(line).ok());
		let root = root.and_then(|root| <[u8; 32]>::try_from(root).ok()).ok_or(NoteError::Root)?;
		if lines.next().is_some() {
			return Err(NoteError::Extension);
		}
		let checkpoint = Self { genesis, size, root: root.into() };
		// One text per checkpoint: no upper-case hash, no sign, no leading zeroes.
		match checkpoint.text() == text {
			true => Ok(checkpoint),
			false if size.to_string() != size_line => Err(NoteError::Size),
			false => Err(NoteError::Origin),
		}
	}
}

/// C2SP signed-note: the first bytes of SHA-256(name ‖ newline ‖ type ‖ key).
fn note_key_id(name: &str, key: &PublicKey) -> [u8; KEY_ID_LEN] {
	let hash = sha256(&[name.as_bytes(), b"\n", SIGNATURE_TYPE, key.as_bytes()].concat());
	let [a, b, c, d, ..] = hash;
	[a, b, c, d]
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct NoteSignature {
	name: String,
	key_id: [u8; KEY_ID_LEN],
	signature: Vec<u8>,
}

/// A checkpoint with signatures that are not verified yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedCheckpoint {
	checkpoint: LogCheckpoint,
	signatures: Vec<NoteSignature>,
}

impl SignedCheckpoint {
	/// Reads a note. Signatures of any type are taken; which one counts is asked of [`Self::verify`].
	///
	/// Errors: see [`NoteError`].
	pub fn decode(note: &[u8]) -> Result<Self, NoteError> {
		if note.len() > MAX_NOTE_LEN {
			return Err(NoteError::TooLarge);
		}
		let note = core::str::from_utf8(note).map_err(|_| NoteError::NotANote)?;
		if note.bytes().any(|byte| byte < b' ' && byte != b'\n') {
			return Err(NoteError::NotANote);
		}
		let (text, lines) = note.rsplit_once("\n\n").ok_or(NoteError::NotANote)?;
		let lines = lines.strip_suffix('\n').ok_or(NoteError::NotANote)?;
		let checkpoint = LogCheckpoint::parse(&format!("{text}\n"))?;
		let signatures = lines.split('\n').map(parse_signature).collect::<Option<_>>();
		Ok(Self { checkpoint, signatures: signatures.ok_or(NoteError::SignatureLine)? })
	}

	/// The checkpoint, if `key` signed it. Signatures of other keys are ignored.
	///
	/// Errors: [`NoteError::NotSigned`], [`NoteError::SignatureInvalid`].
	pub fn verify(&self, key: &PublicKey) -> Result<LogCheckpoint, NoteError> {
		let name = LogCheckpoint::origin(&self.checkpoint.genesis);
		let key_id = note_key_id(&name, key);
		let mut by_key =
			self.signatures.iter().filter(|line| line.name == name && line.key_id == key_id);
		let first = by_key.next().ok_or(NoteError::NotSigned)?;
		let text = self.checkpoint.text();
		// One that is wrong spoils the note, whatever stands beside it.
		for line in core::iter::once(first).chain(by_key) {
			verify_signature(key, text.as_bytes(), &line.signature)
				.map_err(|_| NoteError::SignatureInvalid)?;
		}
		Ok(self.checkpoint)
	}
}

fn parse_signature(line: &str) -> Option<NoteSignature> {
	let (name, signature) = line.strip_prefix(DASH)?.split_once(' ')?;
	if name.is_empty() || name.contains('+') || name.contains(char::is_whitespace) {
		return None;
	}
	let bytes = STANDARD.decode(signature).ok()?;
	let (key_id, signature) = bytes.split_first_chunk::<KEY_ID_LEN>()?;
	(!signature.is_empty()).then(|| NoteSignature {
		name: name.into(),
		key_id: *key_id,
		signature: signature.to_vec(),
	})
}
