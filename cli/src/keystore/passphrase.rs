//! Where the key file's passphrase comes from.

use std::{
	fs,
	io::{self, IsTerminal},
	path::PathBuf,
};
use zeroize::Zeroizing;

/// The environment variable that may hold the passphrase.
pub const PASSPHRASE_ENV: &str = "PANTHEON_PASSPHRASE";

/// A passphrase; wiped on drop. Its bytes are taken as they are, without Unicode normalisation.
pub struct Passphrase(Zeroizing<String>);

impl Passphrase {
	/// Takes a passphrase; an empty one is refused.
	pub fn new(text: impl Into<String>) -> Result<Self, PassphraseError> {
		let text = Zeroizing::new(text.into());
		if text.is_empty() {
			return Err(PassphraseError::Empty);
		}
		Ok(Self(text))
	}

	/// The bytes that go into the key derivation.
	pub fn as_bytes(&self) -> &[u8] {
		self.0.as_bytes()
	}
}

/// Why there is no passphrase.
#[derive(Debug, thiserror::Error)]
pub enum PassphraseError {
	/// The file can't be read.
	#[error("can't read the passphrase file {path}: {source}")]
	File {
		/// The file.
		path: PathBuf,
		/// What the system said.
		source: io::Error,
	},
	/// Nothing in it.
	#[error("the passphrase is empty")]
	Empty,
	/// The two that were typed differ.
	#[error("the two passphrases differ")]
	Mismatch,
	/// Nobody to ask.
	#[error("a passphrase is needed, and there is no terminal to ask for it")]
	NoTerminal,
	/// The terminal failed.
	#[error("can't ask for the passphrase: {0}")]
	Terminal(io::Error),
}

/// Where to take the passphrase from.
#[derive(Clone, Debug, Default)]
pub struct PassphraseSource {
	/// A file whose first line it is. Comes before the environment and the terminal.
	pub file: Option<PathBuf>,
}

impl PassphraseSource {
	/// The passphrase of an existing key.
	pub fn existing(&self) -> Result<Passphrase, PassphraseError> {
		match self.unattended()? {
			Some(passphrase) => Ok(passphrase),
			None => ask("Passphrase of the operator key: "),
		}
	}

	/// A passphrase for a new key; typed twice where it is typed.
	pub fn new_one(&self) -> Result<Passphrase, PassphraseError> {
		if let Some(passphrase) = self.unattended()? {
			return Ok(passphrase);
		}
		let first = ask("New passphrase of the operator key: ")?;
		let second = ask("The same once more: ")?;
		if first.as_bytes() != second.as_bytes() {
			return Err(PassphraseError::Mismatch);
		}
		Ok(first)
	}

	fn unattended(&self) -> Result<Option<Passphrase>, PassphraseError> {
		if let Some(path) = &self.file {
			let text = fs::read_to_string(path)
				.map_err(|source| PassphraseError::File { path: path.clone(), source })?;
			let text = Zeroizing::new(text);
			return Passphrase::new(text.lines().next().unwrap_or_default()).map(Some);
		}
		match std::env::var(PASSPHRASE_ENV) {
			Ok(text) => Passphrase::new(text).map(Some),
			Err(_) => Ok(None),
		}
	}
}

fn ask(prompt: &str) -> Result<Passphrase, PassphraseError> {
	if !io::stdin().is_terminal() {
		return Err(PassphraseError::NoTerminal);
	}
	Passphrase::new(rpassword::prompt_password(prompt).map_err(PassphraseError::Terminal)?)
}
