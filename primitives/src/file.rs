//! The files that a verifier is handed: which kind one is, and the verdict on it.

use crate::{
	bundle::BUNDLE_MAGIC,
	cbor::{Reader, Unexpected},
	completeness::{self, CompletenessReport, COMPLETENESS_MAGIC},
	report::{Report, Verdict},
	trust::TrustFile,
	verify,
};
use alloc::boxed::Box;
use serde_json::Value;

/// A kind of file, by the text under its key 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
	/// The proof of one record ([`crate::bundle`]).
	Proof,
	/// The account of an operator's positions ([`crate::completeness`]).
	Completeness,
}

impl FileKind {
	/// The kind that the file says it is; nothing else of it is read.
	pub fn of(bytes: &[u8]) -> Option<Self> {
		match read_magic(&mut Reader::new(bytes)).ok()? {
			(_, BUNDLE_MAGIC) => Some(Self::Proof),
			(_, COMPLETENESS_MAGIC) => Some(Self::Completeness),
			_ => None,
		}
	}
}

/// How many entries the file's map has, and what it says it is.
fn read_magic<'a>(input: &mut Reader<'a>) -> Result<(u64, &'a str), Unexpected> {
	let entries = input.map()?;
	if input.uint()? != 0 {
		return Err(Unexpected);
	}
	Ok((entries, input.text()?))
}

/// What stands before the content of a file.
pub(crate) struct FileHead {
	/// The format's version.
	pub(crate) version: u64,
	/// How many entries of the map follow.
	pub(crate) entries: u64,
}

/// Reads the beginning of a file that must be of this kind: key 0 says what it is, key 1 its version.
pub(crate) fn read_head(input: &mut Reader<'_>, magic: &str) -> Result<FileHead, Unexpected> {
	let (entries, found) = read_magic(input)?;
	if found != magic || input.uint()? != 1 {
		return Err(Unexpected);
	}
	Ok(FileHead { version: input.uint()?, entries: entries.saturating_sub(2) })
}

/// The verifier's answer on a file of either kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileReport {
	/// On the proof of one record.
	Proof(Box<Report>),
	/// On the account of an operator's positions.
	Completeness(Box<CompletenessReport>),
}

impl FileReport {
	/// The verdict.
	pub fn verdict(&self) -> &Verdict {
		match self {
			Self::Proof(report) => &report.verdict,
			Self::Completeness(report) => &report.verdict,
		}
	}

	/// The report as JSON.
	pub fn to_json(&self) -> Value {
		match self {
			Self::Proof(report) => report.to_json(),
			Self::Completeness(report) => report.to_json(),
		}
	}
}

/// Verifies a file of either kind under `trust`; `now` as in [`verify::verify`]. What says of itself nothing that
/// is known here is reported as a proof bundle that can't be read.
pub fn verify_file(bytes: &[u8], trust: &TrustFile, now: Option<u64>) -> FileReport {
	match FileKind::of(bytes) {
		Some(FileKind::Completeness) => {
			FileReport::Completeness(Box::new(completeness::verify(bytes, trust, now)))
		},
		Some(FileKind::Proof) | None => {
			FileReport::Proof(Box::new(verify::verify(bytes, trust, now)))
		},
	}
}
