//! Amounts of PAN, for people.

use std::fmt;

/// Digits after the point: a PAN is 10^12 of the smallest unit.
const DECIMALS: usize = 12;

/// An amount in the smallest unit; its text is in PAN, exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pan(pub u128);

impl fmt::Display for Pan {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		let digits = format!("{:0width$}", self.0, width = DECIMALS + 1);
		let (whole, rest) = digits.split_at(digits.len().saturating_sub(DECIMALS));
		match rest.trim_end_matches('0') {
			"" => write!(f, "{whole} PAN"),
			rest => write!(f, "{whole}.{rest} PAN"),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn amounts_are_exact_and_without_needless_zeros() {
		for (amount, text) in [
			(0, "0 PAN"),
			(1, "0.000000000001 PAN"),
			(31_456_000_000_000, "31.456 PAN"),
			(1_000_000_000_000_000_000, "1000000 PAN"),
		] {
			assert_eq!(Pan(amount).to_string(), text);
		}
	}
}
