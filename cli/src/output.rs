//! What a command prints: text for people, JSON for programs, progress on the terminal only.

use crate::error::CliError;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{json, Value};
use std::{
	io::{self, IsTerminal, Write},
	time::Duration,
};

/// How results are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
	/// Lines of text.
	Text,
	/// One JSON object.
	Json,
}

/// Where results and errors go.
#[derive(Clone, Copy, Debug)]
pub struct Output {
	format: Format,
	to: Stream,
}

/// Where results and, with `--json`, failures are printed.
#[derive(Clone, Copy, Debug)]
enum Stream {
	/// Standard output.
	Output,
	/// Standard error: standard output belongs to the command that `run` runs.
	Error,
}

impl Output {
	/// Results of this format, on standard output.
	pub fn new(format: Format) -> Self {
		Self { format, to: Stream::Output }
	}

	/// The same of `run`: on standard error, since standard output is the command's.
	pub fn of_run(format: Format) -> Self {
		Self { format, to: Stream::Error }
	}

	/// Prints a result, as text or as JSON.
	pub fn result(&self, text: impl AsRef<str>, json: Value) {
		match self.format {
			Format::Text => self.line(text.as_ref().trim_end()),
			Format::Json => self.line(&json.to_string()),
		}
	}

	/// A closed pipe is no failure: whoever reads has read enough.
	fn line(&self, line: &str) {
		drop(match self.to {
			Stream::Output => writeln!(io::stdout().lock(), "{line}"),
			Stream::Error => writeln!(io::stderr().lock(), "{line}"),
		});
	}

	/// Prints a line for people to standard error.
	pub fn note(&self, text: impl AsRef<str>) {
		drop(writeln!(io::stderr().lock(), "{}", text.as_ref()));
	}

	/// Prints why a command failed: a sentence and a remedy to standard error, and with `--json` the
	/// same as an object where its result would have gone.
	pub fn failure(&self, error: &CliError, code: u8) {
		self.note(format!("pantheon: {error}"));
		if let Some(remedy) = error.remedy() {
			self.note(format!("  try: {remedy}"));
		}
		self.failed(&error.to_string(), error.remedy(), code);
	}

	/// With `--json`, prints the object that stands for a failure.
	pub fn failed(&self, message: &str, remedy: Option<&str>, code: u8) {
		if self.format == Format::Json {
			let error = json!({ "message": message, "remedy": remedy, "exit_code": code });
			self.line(&json!({ "error": error }).to_string());
		}
	}

	/// A spinner that says what is being waited for; nothing where nobody looks.
	pub fn spinner(&self, message: &str) -> Progress {
		let bar = ProgressBar::with_draw_target(None, self.target());
		bar.set_style(style("{spinner} {msg} ({elapsed})"));
		bar.set_message(message.to_owned());
		bar.enable_steady_tick(Duration::from_millis(120));
		Progress(bar)
	}

	/// A bar that counts to `total`.
	pub fn bar(&self, message: &str, total: u64) -> Progress {
		let bar = ProgressBar::with_draw_target(Some(total), self.target());
		bar.set_style(style("{msg} [{bar:30}] {pos}/{len} ({elapsed})"));
		bar.set_message(message.to_owned());
		Progress(bar)
	}

	fn target(&self) -> ProgressDrawTarget {
		if io::stderr().is_terminal() && self.format == Format::Text {
			ProgressDrawTarget::stderr()
		} else {
			ProgressDrawTarget::hidden()
		}
	}
}

fn style(template: &str) -> ProgressStyle {
	ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner())
}

/// Progress on the terminal; disappears when it's done.
pub struct Progress(ProgressBar);

impl Progress {
	/// Says what happens now.
	pub fn say(&self, message: &str) {
		self.0.set_message(message.to_owned());
	}

	/// One more is done.
	pub fn step(&self) {
		self.0.inc(1);
	}
}

impl Drop for Progress {
	fn drop(&mut self) {
		self.0.finish_and_clear();
	}
}

/// A table of names and values, for people.
#[derive(Default)]
pub struct Table(Vec<(String, String)>);

impl Table {
	/// An empty table.
	pub fn new() -> Self {
		Self::default()
	}

	/// Adds a row.
	#[must_use]
	pub fn row(mut self, name: &str, value: impl ToString) -> Self {
		self.0.push((name.to_owned(), value.to_string()));
		self
	}

	/// Adds a row if there is a value.
	#[must_use]
	pub fn maybe(self, name: &str, value: Option<impl ToString>) -> Self {
		match value {
			Some(value) => self.row(name, value),
			None => self,
		}
	}
}

impl std::fmt::Display for Table {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		let width = self.0.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
		for (name, value) in &self.0 {
			writeln!(f, "  {name:width$}  {value}")?;
		}
		Ok(())
	}
}
