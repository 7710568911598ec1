//! Where the operator's key lives, behind one trait.
//!
//! The secret is always the 32-byte seed of FIPS 204, never the expanded key. Today there is the
//! encrypted file ([`file`]); a TPM or a PKCS#11 token is another implementation of [`KeyStore`].

pub mod file;
mod passphrase;
mod software;

pub use file::{KdfParams, KeyFile, KeyFileError};
pub use passphrase::{Passphrase, PassphraseError, PassphraseSource, PASSPHRASE_ENV};
pub use software::SoftwareKey;

use pantheon_primitives::seal::{verify_signature, PublicKey, SealError, SIGNATURE_LEN};

/// An ML-DSA-65 signature.
pub type Signature = [u8; SIGNATURE_LEN];

/// What a key store's signatures are like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
	/// Where the randomness of a hedged signature comes from.
	pub hedging: Hedging,
	/// Where the seed is while a signature is made.
	pub exposure: Exposure,
}

/// Whether signatures mix in fresh randomness (FIPS 204 §3.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hedging {
	/// Fresh randomness from the operating system in every signature.
	OperatingSystem,
	/// The device's own randomness.
	Device,
	/// None: signatures of one message are equal.
	Deterministic,
}

/// Where the secret is while it signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exposure {
	/// In this process's memory, wiped afterwards.
	ProcessMemory,
	/// Never outside the device.
	Device,
}

/// Why a key store gave no signature.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
	/// The signer failed.
	#[error("the key store can't sign: {0}")]
	Signer(&'static str),
	/// The signature does not verify: a fault in memory or in the signer. It was not given out.
	#[error("the key store made a signature that does not verify ({0}); nothing was given out")]
	SelfCheck(SealError),
}

/// One operator key.
pub trait KeyStore {
	/// The public half.
	fn public_key(&self) -> &PublicKey;

	/// What its signatures are like.
	fn capabilities(&self) -> Capabilities;

	/// Signs `message`, pure ML-DSA-65 with an empty context. Callers use [`sign_checked`].
	fn sign(&self, message: &[u8]) -> Result<Signature, SignError>;
}

/// Signs, and verifies the signature with Pantheon's one verifier before it leaves the process: a
/// faulty signature can give the key away, and a chain would refuse it anyway.
pub fn sign_checked(store: &dyn KeyStore, message: &[u8]) -> Result<Signature, SignError> {
	let signature = store.sign(message)?;
	verify_signature(store.public_key(), message, &signature).map_err(SignError::SelfCheck)?;
	Ok(signature)
}

#[cfg(test)]
mod tests {
	use super::*;

	/// A signer with a fault: one bit of each signature is wrong.
	struct Faulty(SoftwareKey);

	impl KeyStore for Faulty {
		fn public_key(&self) -> &PublicKey {
			self.0.public_key()
		}

		fn capabilities(&self) -> Capabilities {
			self.0.capabilities()
		}

		fn sign(&self, message: &[u8]) -> Result<Signature, SignError> {
			let mut signature = self.0.sign(message)?;
			signature[100] ^= 1;
			Ok(signature)
		}
	}

	#[test]
	fn a_faulty_signature_never_leaves() {
		let faulty = Faulty(SoftwareKey::from_seed(&[3; 32]));
		assert!(matches!(sign_checked(&faulty, b"message"), Err(SignError::SelfCheck(_))));
		assert!(sign_checked(&faulty.0, b"message").is_ok());
	}
}
