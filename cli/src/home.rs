//! The home directory: keys and journal.

use crate::{
	error::{CliError, UsageError},
	journal::Journal,
	keystore::{KeyFile, PassphraseSource, SoftwareKey},
};
use std::{
	fs,
	io::{self, Write},
	path::{Path, PathBuf},
};
use tempfile::NamedTempFile;

/// The key that is used unless another one is named.
pub const DEFAULT_KEY: &str = "operator";

/// Where an operator's keys and journal are.
#[derive(Clone, Debug)]
pub struct Home {
	path: PathBuf,
	key: String,
	passphrase: PassphraseSource,
}

impl Home {
	/// The home at `path` (default `~/.pantheon`), with the key of this name.
	pub fn new(
		path: Option<PathBuf>,
		key: &str,
		passphrase: PassphraseSource,
	) -> Result<Self, UsageError> {
		let safe = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
		if key.is_empty() || !key.chars().all(safe) {
			return Err(UsageError::KeyName(key.to_owned()));
		}
		let path = match path {
			Some(path) => path,
			None => {
				let user = std::env::var_os("HOME").filter(|home| !home.is_empty());
				PathBuf::from(user.ok_or(UsageError::NoHome)?).join(".pantheon")
			},
		};
		Ok(Self { path, key: key.to_owned(), passphrase })
	}

	/// The key file's path.
	pub fn key_path(&self) -> PathBuf {
		self.path.join("keys").join(format!("{}.key", self.key))
	}

	/// The key file, locked.
	pub fn key_file(&self) -> Result<KeyFile, CliError> {
		Ok(KeyFile::read(&self.key_path())?)
	}

	/// The operator key, opened with its passphrase.
	pub fn open_key(&self) -> Result<SoftwareKey, CliError> {
		let file = self.key_file()?;
		Ok(file.open(&self.passphrase.existing()?)?)
	}

	/// Where the passphrase comes from.
	pub fn passphrase(&self) -> &PassphraseSource {
		&self.passphrase
	}

	/// The journal; made where there is none.
	pub fn journal(&self) -> Result<Journal, CliError> {
		self.prepare(&self.path)?;
		Ok(Journal::open(&self.path.join("journal.sqlite"))?)
	}

	/// Makes the directory of the keys, for the owner only.
	pub fn prepare_keys(&self) -> Result<(), CliError> {
		self.prepare(&self.path.join("keys"))
	}

	fn prepare(&self, dir: &Path) -> Result<(), CliError> {
		let fail = |source| CliError::Write { path: dir.to_owned(), source };
		let mut builder = fs::DirBuilder::new();
		builder.recursive(true);
		#[cfg(unix)]
		{
			use std::os::unix::fs::DirBuilderExt;
			builder.mode(0o700);
		}
		builder.create(dir).map_err(fail)
	}
}

/// Makes sure that a file can be written, before something is sealed that can't be taken back.
pub fn writable(path: &Path) -> Result<(), CliError> {
	scratch(path).map(drop).map_err(|source| CliError::Write { path: path.to_owned(), source })
}

/// An empty file beside `path`, to take its place; for its owner only.
///
/// Errors are the system's own words: `tempfile` would put the temporary path into them, which the user never named.
/// For the same reason it's written to through `as_file`.
pub(crate) fn scratch(path: &Path) -> io::Result<NamedTempFile> {
	let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty());
	let mut options = fs::File::options();
	options.read(true).write(true).create_new(true);
	#[cfg(unix)]
	{
		use std::os::unix::fs::OpenOptionsExt;
		options.mode(0o600);
	}
	tempfile::Builder::new()
		.make_in(dir.unwrap_or_else(|| Path::new(".")), |name| options.open(name))
}

/// Writes a file completely or not at all.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<(), CliError> {
	replace(path, bytes).map_err(|source| CliError::Write { path: path.to_owned(), source })
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
	let file = scratch(path)?;
	file.as_file().write_all(bytes)?;
	#[cfg(unix)]
	{
		use std::os::unix::fs::PermissionsExt;
		// Temporary files are made for their owner only; proofs are made to be passed on.
		file.as_file().set_permissions(fs::Permissions::from_mode(0o644))?;
	}
	file.as_file().sync_all()?;
	file.persist(path).map(drop).map_err(|failed| failed.error)
}

/// Reads a file.
pub fn read_file(path: &Path) -> Result<Vec<u8>, CliError> {
	fs::read(path).map_err(|source| {
		CliError::File(crate::commitment::FileError { path: path.to_owned(), source })
	})
}
