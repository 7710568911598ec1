//! What a file is, by its own first words. Nothing here says that it is any good.

use pantheon_primitives::file::FileKind as BundleKind;

/// The files that the page takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
	/// A proof bundle: one record.
	Proof,
	/// A completeness bundle: an operator's positions.
	Completeness,
	/// A trust file.
	Trust,
	/// An openings file.
	Openings,
	/// Something else, or a file whose beginning is damaged.
	Unknown,
}

impl FileKind {
	/// Tells from a file's content. Bundles say what they are in their first bytes; the JSON files by a key
	/// that may stand anywhere.
	pub fn of(content: &[u8]) -> Self {
		match BundleKind::of(content) {
			Some(BundleKind::Proof) => Self::Proof,
			Some(BundleKind::Completeness) => Self::Completeness,
			None => Self::of_json(content),
		}
	}

	fn of_json(content: &[u8]) -> Self {
		let says = |key: &[u8]| content.windows(key.len()).any(|window| window == key);
		if content.trim_ascii_start().first() != Some(&b'{') {
			Self::Unknown
		} else if says(b"\"pantheon_trust\"") {
			Self::Trust
		} else if says(b"\"pantheon_openings\"") {
			Self::Openings
		} else {
			Self::Unknown
		}
	}

	/// The name that the page knows it by.
	pub const fn name(self) -> &'static str {
		match self {
			Self::Proof => "proof",
			Self::Completeness => "completeness",
			Self::Trust => "trust",
			Self::Openings => "openings",
			Self::Unknown => "unknown",
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use pantheon_primitives::{bundle::BUNDLE_MAGIC, completeness::COMPLETENESS_MAGIC};

	#[test]
	fn files_say_what_they_are() {
		let mut bundle = [&[0xa8, 0, 0x6e][..], BUNDLE_MAGIC.as_bytes(), &[1, 1]].concat();
		assert_eq!(FileKind::of(&bundle), FileKind::Proof);
		let other = [&[0xaa, 0, 0x75][..], COMPLETENESS_MAGIC.as_bytes(), &[1, 1]].concat();
		assert_eq!(FileKind::of(&other), FileKind::Completeness);
		bundle[4] ^= 1;
		assert_eq!(FileKind::of(&bundle), FileKind::Unknown);
		assert_eq!(FileKind::of(b" \n{ \"chain\": 1, \"pantheon_trust\": 1 }"), FileKind::Trust);
		let openings = b"{\"openings\":[],\"pantheon_openings\":1}";
		assert_eq!(FileKind::of(openings), FileKind::Openings);
		for other in [&b""[..], b"{", b"{}", b"\"pantheon_trust\"", &[0xff; 100], &[0xa1; 3]] {
			assert_eq!(FileKind::of(other), FileKind::Unknown);
		}
	}
}
