//! Rows of the table, and the few statistics that they need.

use std::time::{Duration, Instant};

/// Prints one row.
pub fn row(what: &str, value: impl std::fmt::Display) {
	println!("| {what} | {value} |");
}

/// Prints progress, which is no part of the table.
pub fn progress(text: impl std::fmt::Display) {
	eprintln!("        {text}");
}

/// Middle value; zero of nothing.
pub fn median<T: Ord + Copy + Default>(values: &[T]) -> T {
	let mut sorted = values.to_vec();
	sorted.sort_unstable();
	sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}

/// The median of each fifth of the values, in their order: whether they grow shows better than from two ends.
pub fn fifths<T: Ord + Copy + Default>(values: &[T]) -> Vec<T> {
	values.chunks(values.len().div_ceil(5).max(1)).map(median).collect()
}

/// Median time of `count` runs after a tenth as many to warm up.
pub fn median_time(count: usize, mut work: impl FnMut()) -> Duration {
	for _ in 0..count / 10 {
		work();
	}
	let times: Vec<Duration> = (0..count)
		.map(|_| {
			let start = Instant::now();
			work();
			start.elapsed()
		})
		.collect();
	median(&times)
}

/// Microseconds, without decimals.
pub fn micros(time: Duration) -> String {
	format!("{} µs", time.as_micros())
}

/// With thousands separated, as in 245,760.
pub fn grouped(number: u64) -> String {
	let digits = number.to_string();
	let mut out = String::new();
	for (position, digit) in digits.chars().enumerate() {
		if position > 0 && (digits.len() - position) % 3 == 0 {
			out.push(',');
		}
		out.push(digit);
	}
	out
}

/// `part` of `whole` as a percentage with one decimal.
pub fn percent(part: u64, whole: u64) -> String {
	format!("{:.1} %", 100.0 * part as f64 / (whole.max(1)) as f64)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn numbers_are_grouped_by_thousands() {
		let shown = [0, 999, 1_000, 12_345, 245_760, 1_000_000].map(grouped);
		assert_eq!(shown, ["0", "999", "1,000", "12,345", "245,760", "1,000,000"]);
	}

	#[test]
	fn the_median_is_the_middle() {
		assert_eq!(median(&[3, 1, 2]), 2);
		assert_eq!(median::<u64>(&[]), 0);
	}

	#[test]
	fn fifths_keep_the_order() {
		assert_eq!(fifths(&[9, 8, 7, 6, 5, 4, 3, 2, 1, 0]), [9, 7, 5, 3, 1]);
		assert_eq!(fifths(&[4, 1]), [4, 1]);
		assert!(fifths::<u64>(&[]).is_empty());
	}
}
