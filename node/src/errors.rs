//! Errors as people read them.

use std::{error::Error, iter::successors};

/// An error with what caused it, where its own words don't say that already.
pub fn chain_of(error: &dyn Error) -> String {
	successors(error.source(), |cause| cause.source()).fold(error.to_string(), |text, cause| {
		let words = cause.to_string();
		if text.contains(&words) {
			text
		} else {
			format!("{text}: {words}")
		}
	})
}
