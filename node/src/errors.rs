//! Errors as people read them.

use std::error::Error;

/// An error with what caused it, where its own words don't say that already.
pub fn chain_of(error: &dyn Error) -> String {
	let mut text = error.to_string();
	let mut next = error.source();
	while let Some(cause) = next {
		let words = cause.to_string();
		if !text.contains(&words) {
			text = format!("{text}: {words}");
		}
		next = cause.source();
	}
	text
}
