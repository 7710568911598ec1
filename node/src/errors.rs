//! Errors as people read them.

use std::{error::Error, iter::successors};

/// An error with what caused it, where its own words don't say that already.
pub fn chain_of(error: &dyn Error) -> String {
	let causes = successors(Some(error), |error| error.source()).skip(1);
	causes.map(ToString::to_string).fold(error.to_string(), |text, cause| {
		if text.contains(&cause) {
			text
		} else {
			format!("{text}: {cause}")
		}
	})
}
