//! Signing in this process from a seed.

use super::{Capabilities, Exposure, Hedging, KeyStore, SignError, Signature};
use fips204::{
	ml_dsa_65,
	traits::{KeyGen, SerDes, Signer},
};
use pantheon_primitives::seal::PublicKey;
use rand::rngs::OsRng;

/// An expanded key in this process's memory; wiped on drop.
pub struct SoftwareKey {
	// `fips204` wipes it on drop.
	private: ml_dsa_65::PrivateKey,
	public: PublicKey,
}

impl SoftwareKey {
	/// The key of a seed (FIPS 204, algorithm 6).
	pub fn from_seed(seed: &[u8; 32]) -> Self {
		let (public, private) = ml_dsa_65::KG::keygen_from_seed(seed);
		let public = PublicKey::from_bytes(&public.into_bytes())
			.expect("fips204 encodes a public key in exactly PK_LEN bytes");
		Self { private, public }
	}
}

impl KeyStore for SoftwareKey {
	fn public_key(&self) -> &PublicKey {
		&self.public
	}

	fn capabilities(&self) -> Capabilities {
		Capabilities { hedging: Hedging::OperatingSystem, exposure: Exposure::ProcessMemory }
	}

	fn sign(&self, message: &[u8]) -> Result<Signature, SignError> {
		self.private.try_sign_with_rng(&mut OsRng, message, &[]).map_err(SignError::Signer)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use pantheon_primitives::seal::verify_signature;

	#[test]
	fn signatures_are_hedged_and_verify() {
		let key = SoftwareKey::from_seed(&[9; 32]);
		let (one, two) = (key.sign(b"m").unwrap(), key.sign(b"m").unwrap());
		assert_ne!(one, two);
		for signature in [one, two] {
			verify_signature(key.public_key(), b"m", &signature).unwrap();
			assert!(verify_signature(key.public_key(), b"n", &signature).is_err());
		}
	}

	#[test]
	fn one_seed_one_key() {
		let id = |seed| SoftwareKey::from_seed(&[seed; 32]).public_key().operator_id();
		assert_eq!(id(1), id(1));
		assert_ne!(id(1), id(2));
	}
}
