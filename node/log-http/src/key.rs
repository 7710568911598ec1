//! The log key: the ML-DSA-65 key by which a node is known as the source of checkpoints and receipts.

use fips204::{
	ml_dsa_65,
	traits::{KeyGen, SerDes, Signer},
};
use pantheon_primitives::{
	seal::{verify_signature, PublicKey, SealError, SIGNATURE_LEN},
	Digest32,
};
use rand::{rngs::OsRng, RngCore};
use std::{
	fmt, fs,
	io::{self, Read, Write},
	path::{Path, PathBuf},
};
use zeroize::Zeroizing;

const SEED_LEN: usize = 32;

/// Why there is no log key. The node doesn't start without: another key would be another source.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LogKeyError {
	/// The file system refused.
	#[error("can't {doing} the log key {path}")]
	Io {
		/// read or write
		doing: &'static str,
		/// The file.
		path: PathBuf,
		/// What the system said.
		source: io::Error,
	},
	/// Not exactly 32 bytes.
	#[error(
		"{path} is no log key: it has {length} bytes, not {SEED_LEN}; restore it from a backup, or move it \
		 away to get a new key, which trust files don't know"
	)]
	Length {
		/// The file.
		path: PathBuf,
		/// Its bytes.
		length: u64,
	},
	/// Others than the owner may read or change it.
	#[error("the log key {path} has mode {mode:03o}, open to others; run: chmod 600 {path}")]
	Mode {
		/// The file.
		path: PathBuf,
		/// Its permission bits.
		mode: u32,
	},
	/// The seed makes no key.
	#[error("the log key can't be derived from its seed")]
	Key(#[from] SealError),
}

/// Why nothing was signed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
	/// The operating system gave no randomness, or the signer failed.
	#[error("signing failed: {0}")]
	Signer(&'static str),
	/// The signature that came out does not verify: a fault of this machine. It is not given out.
	#[error("the signature that was made does not verify")]
	Faulty,
}

/// Where a key came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyOrigin {
	/// From its file.
	Read,
	/// Just made, and written to its file.
	Made,
}

/// The key, in this process's memory; wiped on drop.
pub struct LogKey {
	// `fips204` wipes it on drop.
	private: ml_dsa_65::PrivateKey,
	public: PublicKey,
}

impl fmt::Debug for LogKey {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(f, "LogKey({})", self.key_id())
	}
}

impl LogKey {
	/// The key of a seed (FIPS 204, algorithm 6).
	pub fn from_seed(seed: &[u8; SEED_LEN]) -> Result<Self, SealError> {
		let (public, private) = ml_dsa_65::KG::keygen_from_seed(seed);
		Ok(Self { private, public: PublicKey::from_bytes(&public.into_bytes())? })
	}

	/// Reads the seed at `path`, or makes one there that only the owner may read.
	///
	/// Errors: see [`LogKeyError`]. A file that is there is never replaced.
	pub fn open_or_make(path: &Path) -> Result<(Self, KeyOrigin), LogKeyError> {
		match read_seed(path)? {
			Some(seed) => Ok((Self::from_seed(&seed)?, KeyOrigin::Read)),
			None => {
				let seed = make_seed(path)?;
				Ok((Self::from_seed(&seed)?, KeyOrigin::Made))
			},
		}
	}

	/// The public key.
	pub fn public_key(&self) -> &PublicKey {
		&self.public
	}

	/// SHA-256 of the public key: what a trust file names.
	pub fn key_id(&self) -> Digest32 {
		self.public.key_id()
	}

	/// A hedged signature with empty context, verified before it is given out.
	pub fn sign(&self, message: &[u8]) -> Result<[u8; SIGNATURE_LEN], SignError> {
		let signature =
			self.private.try_sign_with_rng(&mut OsRng, message, &[]).map_err(SignError::Signer)?;
		verify_signature(&self.public, message, &signature).map_err(|_| SignError::Faulty)?;
		Ok(signature)
	}
}

type Seed = Zeroizing<[u8; SEED_LEN]>;

fn read_seed(path: &Path) -> Result<Option<Seed>, LogKeyError> {
	let io = |source| LogKeyError::Io { doing: "read", path: path.to_owned(), source };
	let mut file = match fs::File::open(path) {
		Ok(file) => file,
		Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
		Err(error) => return Err(io(error)),
	};
	let found = file.metadata().map_err(io)?;
	if found.len() != SEED_LEN as u64 {
		return Err(LogKeyError::Length { path: path.to_owned(), length: found.len() });
	}
	check_mode(path, &found)?;
	let mut seed = Zeroizing::new([0; SEED_LEN]);
	file.read_exact(seed.as_mut_slice()).map_err(io)?;
	Ok(Some(seed))
}

#[cfg(unix)]
fn check_mode(path: &Path, found: &fs::Metadata) -> Result<(), LogKeyError> {
	use std::os::unix::fs::PermissionsExt;
	match found.permissions().mode() & 0o777 {
		mode if mode & 0o077 == 0 => Ok(()),
		mode => Err(LogKeyError::Mode { path: path.to_owned(), mode }),
	}
}

#[cfg(not(unix))]
fn check_mode(_: &Path, _: &fs::Metadata) -> Result<(), LogKeyError> {
	Ok(())
}

/// A file in `folder` that only its owner may read. Errors, and those of writing through `as_file`, are the
/// system's own words: `tempfile` would put the temporary path into them, which nobody has named.
fn scratch(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
	let mut options = fs::File::options();
	options.read(true).write(true).create_new(true);
	#[cfg(unix)]
	{
		use std::os::unix::fs::OpenOptionsExt;
		options.mode(0o600);
	}
	tempfile::Builder::new().make_in(folder, |name| options.open(name))
}

/// Draws a seed and writes it: complete or not at all, readable by its owner only, and never over another
/// file. Only then it is used, so that nothing is signed with a key that a crash takes away.
fn make_seed(path: &Path) -> Result<Seed, LogKeyError> {
	let io = |source| LogKeyError::Io { doing: "write", path: path.to_owned(), source };
	let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
	let folder = folder.unwrap_or_else(|| Path::new("."));
	fs::create_dir_all(folder).map_err(io)?;
	let mut seed = Zeroizing::new([0; SEED_LEN]);
	OsRng.try_fill_bytes(seed.as_mut_slice()).map_err(|error| io(io::Error::other(error)))?;
	let file = scratch(folder).map_err(io)?;
	file.as_file().write_all(seed.as_slice()).map_err(io)?;
	file.as_file().sync_all().map_err(io)?;
	file.persist_noclobber(path).map_err(|failed| io(failed.error))?;
	// The rename is durable once the folder is.
	fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(io)?;
	Ok(seed)
}
