//! SHA-256 behind a trait, so that the runtime can use the host's implementation.

use sha2::Digest;

/// SHA-256 (FIPS 180-4). Structures that hash are generic over it.
pub trait Sha256 {
	/// The digest of `data`.
	fn sha256(data: &[u8]) -> [u8; 32];
}

/// SHA-256 in portable Rust (hardware instructions where the platform has them).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SoftwareSha256;

impl Sha256 for SoftwareSha256 {
	fn sha256(data: &[u8]) -> [u8; 32] {
		sha2::Sha256::digest(data).into()
	}
}

/// [`SoftwareSha256`] as a function.
pub fn sha256(data: &[u8]) -> [u8; 32] {
	SoftwareSha256::sha256(data)
}
