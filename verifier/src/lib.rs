//! The verifier of `pantheon-primitives` as a wasm module without imports: what it says depends on its
//! arguments alone. `scripts/build-verifier` builds it; the auditor's offline page runs it.
//!
//! [`verify`], [`read`] and [`verify_signature`] are the same in a native build; [`abi`] is how the module
//! offers them to whoever loads it.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

pub mod abi;
pub mod files;
mod parts;
mod read;

use alloc::string::{String, ToString};
use pantheon_primitives::{
	file::verify_file,
	seal::{verify_with_context, PublicKey},
	trust::TrustFile,
};
use serde_json::json;

/// Verifies a proof or completeness bundle under a trust file's JSON; `now` is the auditor's time in seconds since 1970.
///
/// Answers with the report's JSON (`docs/formats/proof-bundle.md`, `docs/formats/completeness.md`), or with
/// `{"error": …}` and no verdict if the trust file cannot be read.
pub fn verify(bundle: &[u8], trust: &[u8], now: Option<u64>) -> String {
	let answer = match TrustFile::parse(trust) {
		Ok(trust) => verify_file(bundle, &trust, now).to_json(),
		Err(error) => json!({ "error": error.to_string() }),
	};
	answer.to_string()
}

/// What a file is and holds, as JSON, without a verdict: see [`read::read`].
pub fn read(content: &[u8]) -> String {
	read::read(content).to_string()
}

/// Verifies a pure ML-DSA-65 signature. Seals have an empty context; published test vectors have others.
pub fn verify_signature(key: &[u8], message: &[u8], context: &[u8], signature: &[u8]) -> Verified {
	let result = PublicKey::from_bytes(key)
		.and_then(|key| verify_with_context(&key, message, context, signature));
	match result {
		Ok(()) => Verified::Yes,
		Err(_) => Verified::No,
	}
}

/// Whether a signature holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Verified {
	/// It doesn't, or key or signature have a wrong length.
	No = 0,
	/// It does.
	Yes = 1,
}
