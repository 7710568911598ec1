//! Errors as people read them.

/// An error with everything that caused it.
pub fn chain_of(error: &dyn std::error::Error) -> String {
	let causes = std::iter::successors(Some(error), |error| error.source());
	causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
