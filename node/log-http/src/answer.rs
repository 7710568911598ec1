//! From a request to its answer: no sockets, no clock.

use crate::{
	problem::Problem,
	signed::{SignedLog, SigningError},
};
use hyper::{
	body::Bytes,
	header::{HeaderValue, ALLOW, CACHE_CONTROL, CONTENT_TYPE, ETAG, X_CONTENT_TYPE_OPTIONS},
	HeaderMap, Method, StatusCode,
};
use pantheon_log_store::QueryError;
use pantheon_primitives::{
	hash::sha256,
	tlog::{TileContent, TilePath, TilePathError},
};

/// A tile never changes: keep it for a year without asking again.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// A checkpoint is old when the next block is final, in about six seconds.
const SHORTLY: HeaderValue = HeaderValue::from_static("public, max-age=2");
/// What isn't there now may be in a moment.
const NEVER: HeaderValue = HeaderValue::from_static("no-store");
const NOTE: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");
const BINARY: HeaderValue = HeaderValue::from_static("application/octet-stream");
const PROBLEM: HeaderValue = HeaderValue::from_static("application/problem+json");

/// Bytes of a body's hash in its entity tag.
const TAG_LEN: usize = 16;

/// What was asked for, as metrics count it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resource {
	/// `/checkpoint`
	Checkpoint,
	/// `/tile/<L>/<N>`
	Tile,
	/// `/tile/entries/<N>`
	Entries,
	/// Anything else.
	Other,
}

impl Resource {
	/// Its label.
	pub const fn label(self) -> &'static str {
		match self {
			Self::Checkpoint => "checkpoint",
			Self::Tile => "tile",
			Self::Entries => "entries",
			Self::Other => "other",
		}
	}
}

/// Status, headers and body of an answer to GET; HEAD has the same without the body.
#[derive(Clone, Debug)]
pub struct Answer {
	/// What was asked for.
	pub resource: Resource,
	/// The status.
	pub status: StatusCode,
	/// All headers but those of the connection.
	pub headers: HeaderMap,
	/// The body.
	pub body: Bytes,
}

enum Wanted {
	Checkpoint,
	Tile(TilePath),
}

/// Answers a request for `path`, which begins with `/`. `known` is the request's `If-None-Match`.
///
/// Reads at most one tile and what leads from it to the root; signs at most once per size of the log.
pub fn answer(log: &SignedLog, method: &Method, path: &str, known: Option<&str>) -> Answer {
	let wanted = match path.strip_prefix('/') {
		Some("checkpoint") => Ok(Wanted::Checkpoint),
		Some(path) => TilePath::parse(path).map(Wanted::Tile),
		None => Err(TilePathError::NotATile),
	};
	let resource = match &wanted {
		Ok(Wanted::Checkpoint) => Resource::Checkpoint,
		Ok(Wanted::Tile(TilePath { content: TileContent::Hashes(_), .. })) => Resource::Tile,
		Ok(Wanted::Tile(_)) => Resource::Entries,
		Err(_) => Resource::Other,
	};
	let found = match (method, wanted) {
		(&Method::GET | &Method::HEAD, Ok(wanted)) => find(log, wanted),
		(&Method::GET | &Method::HEAD, Err(error)) => Err(Problem::UnknownPath(error)),
		_ => Err(Problem::Method),
	};
	let (status, headers, body) = match found {
		Ok((body, caching, content)) => success(body, caching, content, known),
		Err(problem) => refusal(problem),
	};
	Answer { resource, status, headers, body }
}

type Found = (Bytes, HeaderValue, HeaderValue);

fn find(log: &SignedLog, wanted: Wanted) -> Result<Found, Problem> {
	match wanted {
		Wanted::Checkpoint => {
			let note = log.checkpoint().map_err(|error| problem(log, error))?;
			Ok((Bytes::copy_from_slice(note.as_bytes()), SHORTLY, NOTE))
		},
		Wanted::Tile(path) => {
			let tile = log.store().resource(&path).map_err(|error| problem(log, error.into()))?;
			Ok((tile.into(), FOR_EVER, BINARY))
		},
	}
}

fn problem(log: &SignedLog, error: SigningError) -> Problem {
	if let SigningError::Query(QueryError::FutureSize { asked, size }) = error {
		return Problem::FutureSize { needed: asked, size };
	}
	log::error!(target: "log-http", "{error}");
	if let SigningError::Query(QueryError::Read(error)) = error {
		if error.is_damage() {
			log.store().report_damage();
		}
	}
	Problem::Internal
}

fn success(
	body: Bytes,
	caching: HeaderValue,
	content: HeaderValue,
	known: Option<&str>,
) -> (StatusCode, HeaderMap, Bytes) {
	let tag: String = sha256(&body).iter().take(TAG_LEN).map(|b| format!("{b:02x}")).collect();
	let tag = format!("\"{tag}\"");
	let mut headers = HeaderMap::new();
	headers.insert(CACHE_CONTROL, caching);
	if let Ok(value) = HeaderValue::from_str(&tag) {
		headers.insert(ETAG, value);
	}
	if known.is_some_and(|known| names(known, &tag)) {
		return (StatusCode::NOT_MODIFIED, headers, Bytes::new());
	}
	headers.insert(CONTENT_TYPE, content);
	headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
	(StatusCode::OK, headers, body)
}

fn refusal(problem: Problem) -> (StatusCode, HeaderMap, Bytes) {
	let mut headers = HeaderMap::new();
	headers.insert(CACHE_CONTROL, NEVER);
	headers.insert(CONTENT_TYPE, PROBLEM);
	if problem == Problem::Method {
		headers.insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
	}
	(problem.status(), headers, problem.body().into())
}

/// Whether an `If-None-Match` names the tag (RFC 9110 §13.1.2, weak comparison).
fn names(known: &str, tag: &str) -> bool {
	let mut known = known.split(',').map(|known| known.trim());
	known.any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
}
