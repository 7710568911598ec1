//! The encrypted key file. Format: `docs/formats/key-file.md`.
//!
//! 144 bytes: a header of 96 (magic, version, algorithms, Argon2id costs, salt, nonce, public key hash)
//! and the 32-byte seed under XChaCha20-Poly1305, with the whole header as associated data.

use super::{KeyStore, Passphrase, SoftwareKey};
use crate::home::scratch;
use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::{
	aead::{Aead, KeyInit, Payload},
	XChaCha20Poly1305, XNonce,
};
use pantheon_primitives::OperatorId;
use rand::{rngs::OsRng, RngCore};
use std::{
	fs,
	io::{self, Write},
	path::{Path, PathBuf},
};
use zeroize::Zeroizing;

/// First bytes of a key file.
pub const MAGIC: [u8; 8] = *b"PNTHKEY\0";
/// The version written and read here.
pub const VERSION: u8 = 1;
/// Bytes before the ciphertext; all of them are authenticated.
pub const HEADER_LEN: usize = 96;
/// Bytes of the whole file: header, seed, tag.
pub const FILE_LEN: usize = HEADER_LEN + 32 + 16;

const ALGORITHM_ML_DSA_65_SEED: u8 = 1;
const KDF_ARGON2ID_V13: u8 = 1;
const CIPHER_XCHACHA20_POLY1305: u8 = 1;

/// Cost of turning a passphrase into a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KdfParams {
	/// Memory, KiB.
	pub memory_kib: u32,
	/// Passes over it.
	pub passes: u32,
	/// Lanes.
	pub lanes: u32,
}

impl KdfParams {
	/// RFC 9106's second recommendation: 64 MiB, three passes, four lanes.
	pub const RECOMMENDED: Self = Self { memory_kib: 64 * 1024, passes: 3, lanes: 4 };

	/// The most that is computed for a file: a forged header must not take the machine down.
	const MOST: Self = Self { memory_kib: 1024 * 1024, passes: 16, lanes: 16 };

	fn is_bearable(&self) -> bool {
		self.memory_kib <= Self::MOST.memory_kib
			&& (1..=Self::MOST.passes).contains(&self.passes)
			&& (1..=Self::MOST.lanes).contains(&self.lanes)
			&& self.memory_kib >= 8 * self.lanes
	}
}

/// A key file, still locked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeyFile {
	/// Cost of opening it.
	pub kdf: KdfParams,
	salt: [u8; 16],
	nonce: [u8; 24],
	/// SHA-256 of the public key: the operator id. Claimed by the file until it's opened.
	pub operator: OperatorId,
	ciphertext: [u8; 48],
}

/// Why a key file can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyFileError {
	/// The file system refused.
	#[error("can't {doing} the key file {path}: {source}")]
	Io {
		/// read or write
		doing: &'static str,
		/// The file.
		path: PathBuf,
		/// What the system said.
		source: io::Error,
	},
	/// A key is there already; nothing is ever overwritten.
	#[error("there is a key file at {path} already")]
	Exists {
		/// The file.
		path: PathBuf,
	},
	/// No key there.
	#[error("there is no key file at {path}")]
	Missing {
		/// The file.
		path: PathBuf,
	},
	/// Not [`FILE_LEN`] bytes that begin with [`MAGIC`].
	#[error("it is not a Pantheon key file, or it is cut off")]
	Malformed,
	/// A version that this program doesn't know.
	#[error("its format version {0} is unknown to this program")]
	UnknownVersion(u8),
	/// Algorithms that this program doesn't know.
	#[error("it uses algorithms that this program doesn't know")]
	UnknownAlgorithm,
	/// Costs beyond what is computed for any file.
	#[error("its key derivation costs are out of bounds")]
	Costs,
	/// Decryption failed.
	#[error("wrong passphrase, or the key file was changed")]
	WrongPassphrase,
	/// It decrypts to the seed of another key than its header says.
	#[error("the key file holds another key than its header says")]
	OtherKey,
}

impl KeyFile {
	/// Draws a new seed and locks it.
	pub fn generate(
		passphrase: &Passphrase,
		kdf: KdfParams,
	) -> Result<(Self, SoftwareKey), KeyFileError> {
		let mut seed = Zeroizing::new([0u8; 32]);
		OsRng.fill_bytes(seed.as_mut_slice());
		Self::lock(&seed, passphrase, kdf)
	}

	/// Locks a seed.
	pub fn lock(
		seed: &Zeroizing<[u8; 32]>,
		passphrase: &Passphrase,
		kdf: KdfParams,
	) -> Result<(Self, SoftwareKey), KeyFileError> {
		let key = SoftwareKey::from_seed(seed);
		let mut file = Self {
			kdf,
			salt: [0; 16],
			nonce: [0; 24],
			operator: key.public_key().operator_id(),
			ciphertext: [0; 48],
		};
		OsRng.fill_bytes(&mut file.salt);
		OsRng.fill_bytes(&mut file.nonce);
		let header = file.header();
		let sealed = file
			.cipher(passphrase)?
			.encrypt(
				XNonce::from_slice(&file.nonce),
				Payload { msg: seed.as_slice(), aad: &header },
			)
			.map_err(|_| KeyFileError::Costs)?;
		file.ciphertext = sealed.try_into().map_err(|_| KeyFileError::Malformed)?;
		Ok((file, key))
	}

	/// Opens the file, derives the key anew and compares it with what the header says.
	pub fn open(&self, passphrase: &Passphrase) -> Result<SoftwareKey, KeyFileError> {
		let opened = self
			.cipher(passphrase)?
			.decrypt(
				XNonce::from_slice(&self.nonce),
				Payload { msg: &self.ciphertext, aad: &self.header() },
			)
			.map_err(|_| KeyFileError::WrongPassphrase)?;
		let opened = Zeroizing::new(opened);
		let mut seed = Zeroizing::new([0u8; 32]);
		if opened.len() != seed.len() {
			return Err(KeyFileError::Malformed);
		}
		seed.copy_from_slice(&opened);
		let key = SoftwareKey::from_seed(&seed);
		if key.public_key().operator_id() != self.operator {
			return Err(KeyFileError::OtherKey);
		}
		Ok(key)
	}

	/// The file's bytes.
	pub fn encode(&self) -> [u8; FILE_LEN] {
		let mut out = [0; FILE_LEN];
		let (header, ciphertext) = out.split_at_mut(HEADER_LEN);
		header.copy_from_slice(&self.header());
		ciphertext.copy_from_slice(&self.ciphertext);
		out
	}

	/// Reads a file's bytes.
	pub fn decode(bytes: &[u8]) -> Result<Self, KeyFileError> {
		let bytes: &[u8; FILE_LEN] = bytes.try_into().map_err(|_| KeyFileError::Malformed)?;
		let mut rest = Fields(bytes);
		if rest.take::<8>()? != MAGIC {
			return Err(KeyFileError::Malformed);
		}
		let [version, algorithm, kdf, cipher] = rest.take::<4>()?;
		if version != VERSION {
			return Err(KeyFileError::UnknownVersion(version));
		}
		if (algorithm, kdf, cipher)
			!= (ALGORITHM_ML_DSA_65_SEED, KDF_ARGON2ID_V13, CIPHER_XCHACHA20_POLY1305)
		{
			return Err(KeyFileError::UnknownAlgorithm);
		}
		let kdf = KdfParams {
			memory_kib: u32::from_be_bytes(rest.take()?),
			passes: u32::from_be_bytes(rest.take()?),
			lanes: u32::from_be_bytes(rest.take()?),
		};
		if !kdf.is_bearable() {
			return Err(KeyFileError::Costs);
		}
		Ok(Self {
			kdf,
			salt: rest.take()?,
			nonce: rest.take()?,
			operator: rest.take()?.into(),
			ciphertext: rest.take()?,
		})
	}

	/// Reads a key file from disk.
	pub fn read(path: &Path) -> Result<Self, KeyFileError> {
		match fs::read(path) {
			Ok(bytes) => Self::decode(&bytes),
			Err(error) if error.kind() == io::ErrorKind::NotFound => {
				Err(KeyFileError::Missing { path: path.to_owned() })
			},
			Err(source) => Err(KeyFileError::Io { doing: "read", path: path.to_owned(), source }),
		}
	}

	/// Writes the file for the first time: complete or not at all, readable by its owner only, and
	/// never over another file.
	pub fn create(&self, path: &Path) -> Result<(), KeyFileError> {
		let io = |source| KeyFileError::Io { doing: "write", path: path.to_owned(), source };
		let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty());
		let dir = dir.unwrap_or_else(|| Path::new("."));
		// It has mode 0600 from its creation.
		let file = scratch(path).map_err(io)?;
		file.as_file().write_all(&self.encode()).map_err(io)?;
		file.as_file().sync_all().map_err(io)?;
		file.persist_noclobber(path).map_err(|failed| {
			if failed.error.kind() == io::ErrorKind::AlreadyExists {
				KeyFileError::Exists { path: path.to_owned() }
			} else {
				io(failed.error)
			}
		})?;
		// The rename is durable once the directory is.
		fs::File::open(dir).and_then(|dir| dir.sync_all()).map_err(io)
	}

	fn header(&self) -> [u8; HEADER_LEN] {
		let numbers = [self.kdf.memory_kib, self.kdf.passes, self.kdf.lanes];
		let algorithms =
			[VERSION, ALGORITHM_ML_DSA_65_SEED, KDF_ARGON2ID_V13, CIPHER_XCHACHA20_POLY1305];
		let mut parts = MAGIC.to_vec();
		parts.extend(algorithms);
		parts.extend(numbers.iter().flat_map(|number| number.to_be_bytes()));
		parts.extend(self.salt);
		parts.extend(self.nonce);
		parts.extend(self.operator.as_bytes());
		let mut header = [0; HEADER_LEN];
		header.copy_from_slice(&parts);
		header
	}

	fn cipher(&self, passphrase: &Passphrase) -> Result<XChaCha20Poly1305, KeyFileError> {
		let params = Params::new(self.kdf.memory_kib, self.kdf.passes, self.kdf.lanes, Some(32))
			.map_err(|_| KeyFileError::Costs)?;
		let mut key = Zeroizing::new([0u8; 32]);
		Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
			.hash_password_into(passphrase.as_bytes(), &self.salt, key.as_mut_slice())
			.map_err(|_| KeyFileError::Costs)?;
		Ok(XChaCha20Poly1305::new(key.as_slice().into()))
	}
}

/// Takes fixed-size fields off the front.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
	fn take<const N: usize>(&mut self) -> Result<[u8; N], KeyFileError> {
		let (field, rest) = self.0.split_first_chunk().ok_or(KeyFileError::Malformed)?;
		self.0 = rest;
		Ok(*field)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	/// Costs that let a test open a file some hundred times.
	const CHEAP: KdfParams = KdfParams { memory_kib: 64, passes: 1, lanes: 1 };

	fn passphrase(text: &str) -> Passphrase {
		Passphrase::new(text).unwrap()
	}

	fn sample() -> KeyFile {
		KeyFile::lock(&Zeroizing::new([5; 32]), &passphrase("correct"), CHEAP).unwrap().0
	}

	#[test]
	fn opens_with_its_passphrase_only() {
		let (file, key) = KeyFile::generate(&passphrase("correct"), CHEAP).unwrap();
		let read = KeyFile::decode(&file.encode()).unwrap();
		assert_eq!(read, file);
		let opened = read.open(&passphrase("correct")).unwrap();
		assert_eq!(opened.public_key(), key.public_key());
		for wrong in ["Correct", "correct ", "x"] {
			let error = read.open(&passphrase(wrong)).err().unwrap();
			assert!(matches!(error, KeyFileError::WrongPassphrase), "{error}");
		}
	}

	#[test]
	fn a_change_of_any_byte_is_noticed() {
		let file = sample();
		let bytes = file.encode();
		for position in 0..bytes.len() {
			let mut changed = bytes;
			changed[position] ^= 1;
			let opened =
				KeyFile::decode(&changed).and_then(|file| file.open(&passphrase("correct")));
			assert!(opened.is_err(), "byte {position} may be changed");
		}
	}

	#[test]
	fn other_lengths_versions_and_costs_are_refused() {
		let bytes = sample().encode();
		for end in 0..bytes.len() {
			assert!(matches!(KeyFile::decode(&bytes[..end]), Err(KeyFileError::Malformed)));
		}
		let mut longer = bytes.to_vec();
		longer.push(0);
		assert!(matches!(KeyFile::decode(&longer), Err(KeyFileError::Malformed)));
		let mut version = bytes;
		version[8] = 2;
		assert!(matches!(KeyFile::decode(&version), Err(KeyFileError::UnknownVersion(2))));
		let mut costs = bytes;
		costs[12] = 0xff;
		assert!(matches!(KeyFile::decode(&costs), Err(KeyFileError::Costs)));
	}

	#[test]
	fn two_files_of_one_seed_share_nothing_secret() {
		let (one, two) = (sample(), sample());
		assert_eq!(one.operator, two.operator);
		assert_ne!(one.salt, two.salt);
		assert_ne!(one.nonce, two.nonce);
		assert_ne!(one.ciphertext, two.ciphertext);
	}

	#[test]
	fn the_seed_is_not_in_the_file() {
		let bytes = sample().encode();
		assert!(!bytes.windows(8).any(|window| window == [5; 8]));
	}

	#[test]
	fn is_written_once_and_for_the_owner_only() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("operator.key");
		let file = sample();
		file.create(&path).unwrap();
		assert_eq!(KeyFile::read(&path).unwrap(), file);
		assert!(matches!(sample().create(&path), Err(KeyFileError::Exists { .. })));
		assert_eq!(KeyFile::read(&path).unwrap(), file);
		#[cfg(unix)]
		{
			use std::os::unix::fs::PermissionsExt;
			assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
		}
		assert!(matches!(
			KeyFile::read(&dir.path().join("none")),
			Err(KeyFileError::Missing { .. })
		));
	}
}
