//! Typed refusals, as RFC 9457 problem details.

use hyper::StatusCode;
use pantheon_primitives::tlog::TilePathError;
use serde_json::{json, Value};

/// Why a request has no answer. The `type` of each is part of the interface and never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
	/// No resource of tlog-tiles has that path. 404.
	#[error("there is no such resource: {0}")]
	UnknownPath(TilePathError),
	/// The log is not long enough to have it yet, and may be later. 404.
	#[error("that tile needs a log of {needed} entries; the finalised log has {size}")]
	FutureSize {
		/// The smallest size that has it.
		needed: u64,
		/// The size now.
		size: u64,
	},
	/// Neither GET nor HEAD. 405.
	#[error("the log can be read only")]
	Method,
	/// The store or the key failed; the node's log says how. 500.
	#[error("the node failed")]
	Internal,
}

impl Problem {
	/// The name in the problem's `type`.
	pub const fn name(&self) -> &'static str {
		match self {
			Self::UnknownPath(_) => "unknown-path",
			Self::FutureSize { .. } => "future-size",
			Self::Method => "method-not-allowed",
			Self::Internal => "internal",
		}
	}

	/// The HTTP status.
	pub const fn status(&self) -> StatusCode {
		match self {
			Self::UnknownPath(_) | Self::FutureSize { .. } => StatusCode::NOT_FOUND,
			Self::Method => StatusCode::METHOD_NOT_ALLOWED,
			Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
		}
	}

	/// The body: `application/problem+json`.
	pub fn body(&self) -> Vec<u8> {
		let mut body = json!({
			"type": format!("urn:pantheon:log:{}", self.name()),
			"title": self.to_string(),
			"status": self.status().as_u16(),
		});
		if let (Self::FutureSize { needed, size }, Value::Object(fields)) = (self, &mut body) {
			fields.insert("needed".into(), (*needed).into());
			fields.insert("size".into(), (*size).into());
		}
		body.to_string().into_bytes()
	}
}
