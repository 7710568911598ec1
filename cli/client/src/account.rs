//! The account that pays for a transaction: an sr25519 key, apart from any operator key; and how accounts are
//! written.

use blake2::{Blake2b512, Digest};
use std::{
	fmt, fs, io,
	path::{Path, PathBuf},
	str::FromStr,
};
use subxt::utils::AccountId32;
use subxt_signer::{sr25519::Keypair, SecretUri};

/// An account with its key. Its `Debug` shows the address only.
#[derive(Clone)]
pub struct Account {
	pub(crate) keypair: Keypair,
}

/// Why an account could not be made.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
	/// Not `//Name`, a mnemonic phrase or a 0x-prefixed seed.
	#[error("not a secret URI: expected //Name, a mnemonic phrase, or 0x and 64 hex digits")]
	Malformed,
	/// A secret where every user of the machine can see it.
	#[error("an account is named by //Name or by a file that holds its secret, not by the secret")]
	Secret,
	/// The file that holds the secret can't be read.
	#[error("can't read the account file {path}: {source}")]
	Io {
		/// The file.
		path: PathBuf,
		/// What the system said.
		source: io::Error,
	},
	/// The file holds something else than a secret.
	#[error("the account file {path} holds no account's secret")]
	NoSecret {
		/// The file.
		path: PathBuf,
	},
	/// Others on this machine may read the secret.
	#[error("the account file {path} can be read by others: run `chmod 600 {path}`")]
	Exposed {
		/// The file.
		path: PathBuf,
	},
}

impl Account {
	/// From a secret URI: a development account (`//Alice`), a mnemonic phrase, or a hex seed, each
	/// with an optional derivation path.
	pub fn from_uri(uri: &str) -> Result<Self, AccountError> {
		let uri = uri.trim();
		if uri.is_empty() {
			// By the rules of secret URIs it would be the development phrase, which everybody knows.
			return Err(AccountError::Malformed);
		}
		let uri = SecretUri::from_str(uri).map_err(|_| AccountError::Malformed)?;
		let keypair = Keypair::from_uri(&uri).map_err(|_| AccountError::Malformed)?;
		Ok(Self { keypair })
	}

	/// From a file that holds a secret URI and that only its owner may read.
	pub fn from_file(path: &Path) -> Result<Self, AccountError> {
		let io = |source| AccountError::Io { path: path.to_owned(), source };
		#[cfg(unix)]
		{
			use std::os::unix::fs::PermissionsExt;
			let mode = fs::metadata(path).map_err(io)?.permissions().mode();
			if mode & 0o077 != 0 {
				return Err(AccountError::Exposed { path: path.to_owned() });
			}
		}
		// Nothing of the content is repeated in any message.
		let no_secret = || AccountError::NoSecret { path: path.to_owned() };
		let bytes = fs::read(path).map_err(io)?;
		let text = std::str::from_utf8(&bytes).map_err(|_| no_secret())?;
		Self::from_uri(text).map_err(|_| no_secret())
	}

	/// From what a user names: `//Name` is a development account, anything else a file. So a secret
	/// never has to stand on a command line, where other users of the machine see it.
	pub fn named(name: &str) -> Result<Self, AccountError> {
		if name.starts_with("//") {
			Self::from_uri(name)
		} else if name.starts_with("0x") || name.split_whitespace().count() >= 12 {
			// Not repeated in any message.
			Err(AccountError::Secret)
		} else {
			Self::from_file(Path::new(name))
		}
	}

	/// The account id.
	pub fn id(&self) -> [u8; 32] {
		self.keypair.public_key().0
	}

	/// The account id as subxt has it. For people it's written with [`address_of`].
	pub fn address(&self) -> AccountId32 {
		AccountId32(self.id())
	}
}

/// SS58 prefix of Pantheon's addresses (the runtime's `SS58Prefix`).
pub const SS58_PREFIX: u16 = 4242;

/// An account id as wallets and nodes of a Pantheon chain write it: SS58 with [`SS58_PREFIX`].
///
/// Any account id has an address under any prefix; subxt only knows the generic one, 42.
pub fn address_of(account: &[u8; 32]) -> String {
	// The form of prefixes from 64 on: fourteen bits, the lower eight of them split over both bytes.
	let [high, low] = SS58_PREFIX.to_be_bytes();
	let mut bytes = vec![0x40 | (low >> 2), high | (low << 6)];
	bytes.extend(account);
	let checksum = Blake2b512::new().chain_update(b"SS58PRE").chain_update(&bytes).finalize();
	bytes.extend(checksum.iter().take(2));
	bs58::encode(bytes).into_string()
}

impl fmt::Debug for Account {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(f, "Account({})", address_of(&self.id()))
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn alice_is_who_she_is_everywhere() {
		let alice = Account::named("//Alice").unwrap();
		assert_eq!(alice.address().to_string(), "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY");
		let shown = format!("{alice:?}");
		assert_eq!(shown, "Account(mHpNjVNAj3mWbGmzwFqAt3Et9CLcYrpuYZbJ7um8uJY2uJ7E4)");
	}

	#[test]
	fn nonsense_and_missing_files_are_refused() {
		assert!(matches!(Account::from_uri("not words"), Err(AccountError::Malformed)));
		assert!(matches!(Account::named("/nowhere/at/all"), Err(AccountError::Io { .. })));
		for secret in ["0x00", subxt_signer::DEV_PHRASE] {
			assert!(matches!(Account::named(secret), Err(AccountError::Secret)));
		}
	}

	#[cfg(unix)]
	#[test]
	fn a_file_that_others_can_read_is_refused() {
		use std::os::unix::fs::PermissionsExt;
		let dir = tempfile::tempdir().unwrap();
		let file = dir.path().join("account");
		fs::write(&file, "//Bob\n").unwrap();
		fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
		assert!(matches!(Account::from_file(&file), Err(AccountError::Exposed { .. })));
		fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
		let bob = Account::from_file(&file).unwrap();
		assert_eq!(bob.id(), Account::from_uri("//Bob").unwrap().id());
		for content in [&b"not a secret"[..], b"", b"\xff\xfe"] {
			fs::write(&file, content).unwrap();
			let refused = Account::from_file(&file).unwrap_err();
			assert!(matches!(refused, AccountError::NoSecret { .. }), "{refused}");
		}
	}
}
