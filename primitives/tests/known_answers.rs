//! FIPS 204 known answers: key generation, deterministic signing, verification.
//! Origins: `tests/vectors/README.md`.

use fips204::{
	ml_dsa_65,
	traits::{KeyGen, SerDes, Signer},
};
use pantheon_primitives::{
	hash::sha256,
	seal::{verify_signature, verify_with_context, PublicKey, SealError},
};
use serde::Deserialize;

/// FIPS 204's deterministic variant signs with this in place of randomness.
const DETERMINISTIC: [u8; 32] = [0; 32];

#[derive(Deserialize)]
struct KeyCase {
	#[serde(rename = "tcId")]
	number: u32,
	seed: String,
	pk_sha256: String,
	sk_sha256: String,
}

#[derive(Deserialize)]
struct SignatureCase {
	count: u32,
	xi: String,
	pk_sha256: String,
	sk_sha256: String,
	msg: String,
	ctx: String,
	sig: String,
}

fn bytes(text: &str) -> Vec<u8> {
	hex::decode(text).expect("hex")
}

fn keys(seed: &str) -> (ml_dsa_65::PublicKey, ml_dsa_65::PrivateKey) {
	ml_dsa_65::KG::keygen_from_seed(&bytes(seed).try_into().expect("a seed has 32 bytes"))
}

fn assert_digest(bytes: &[u8], expected: &str, what: &str) {
	assert_eq!(hex::encode(sha256(bytes)), expected, "{what}");
}

#[test]
fn seeds_give_the_keys_that_nist_computed() {
	let cases: Vec<KeyCase> =
		serde_json::from_str(include_str!("vectors/acvp-keygen-mldsa65.json")).expect("vectors");
	assert_eq!(cases.len(), 25);
	for case in cases {
		let (public, private) = keys(&case.seed);
		assert_digest(&public.into_bytes(), &case.pk_sha256, &format!("key {}", case.number));
		assert_digest(&private.into_bytes(), &case.sk_sha256, &format!("secret {}", case.number));
	}
}

#[test]
fn known_signatures_are_made_and_verified() {
	let cases: Vec<SignatureCase> =
		serde_json::from_str(include_str!("vectors/fips204-kat-mldsa65.json")).expect("vectors");
	assert_eq!(cases.len(), 20);
	for case in cases {
		let name = format!("case {}", case.count);
		let (public, private) = keys(&case.xi);
		let (message, context, signature) = (bytes(&case.msg), bytes(&case.ctx), bytes(&case.sig));

		let made = private.try_sign_with_seed(&DETERMINISTIC, &message, &context).expect("short");
		assert!(made == *signature, "{name}: another signature was made");

		let public = public.into_bytes();
		assert_digest(&public, &case.pk_sha256, &name);
		assert_digest(&private.into_bytes(), &case.sk_sha256, &name);
		let key = PublicKey::from_bytes(&public).expect("right length");
		assert_eq!(verify_with_context(&key, &message, &context, &signature), Ok(()), "{name}");

		// The context counts: without it, as seals are verified, the signature is another's.
		assert!(!context.is_empty());
		let refused = Err(SealError::SignatureInvalid);
		assert_eq!(verify_signature(&key, &message, &signature), refused, "{name}");
		let mut altered = signature;
		altered[0] ^= 1;
		assert_eq!(verify_with_context(&key, &message, &context, &altered), refused, "{name}");
	}
}
