//! Runs the real program, and makes whole proof bundles without a node.

#![allow(dead_code)] // Each test file uses its part.

pub mod bitcoind;
pub mod world;

use serde_json::Value;
use std::{
	path::PathBuf,
	process::{Command, Output, Stdio},
};

/// Somewhere no node listens: the discard port of the loopback address.
pub const NOBODY: &str = "ws://127.0.0.1:9";
pub const PASSPHRASE: &str = "a passphrase for tests";

/// The program with a home of its own.
pub struct Pantheon {
	pub dir: tempfile::TempDir,
}

/// What a run of the program gave.
pub struct Ran {
	pub code: i32,
	pub stdout: String,
	pub stderr: String,
}

impl Pantheon {
	pub fn new() -> Self {
		Self { dir: tempfile::tempdir().unwrap() }
	}

	/// With an operator key.
	pub fn with_key() -> Self {
		let pantheon = Self::new();
		assert_eq!(pantheon.run(&["key", "generate"]).code, 0);
		pantheon
	}

	pub fn path(&self, name: &str) -> PathBuf {
		self.dir.path().join(name)
	}

	pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
		let path = self.path(name);
		std::fs::write(&path, bytes).unwrap();
		path.display().to_string()
	}

	/// The program, not started yet, with no terminal and nothing from this process's environment.
	pub fn command(&self, args: &[&str]) -> Command {
		let mut command = Command::new(env!("CARGO_BIN_EXE_pantheon"));
		command
			.args(args)
			.current_dir(self.dir.path())
			.env_clear()
			.env("PATH", std::env::var_os("PATH").unwrap_or_default())
			.env("PANTHEON_HOME", self.path("home"))
			.env("PANTHEON_URL", NOBODY)
			.env("PANTHEON_PASSPHRASE", PASSPHRASE)
			.stdin(Stdio::null());
		command
	}

	pub fn run(&self, args: &[&str]) -> Ran {
		Ran::from(self.command(args).output().unwrap())
	}

	/// Runs with `--json` and reads the object on standard output.
	pub fn json(&self, args: &[&str]) -> (i32, Value) {
		let ran = self.run(&[args, &["--json"]].concat());
		let value = serde_json::from_str(&ran.stdout)
			.unwrap_or_else(|error| panic!("{error}: {:?} / {}", ran.stdout, ran.stderr));
		(ran.code, value)
	}
}

impl From<Output> for Ran {
	fn from(output: Output) -> Self {
		Self {
			code: output.status.code().unwrap_or(-1),
			stdout: String::from_utf8(output.stdout).unwrap(),
			stderr: String::from_utf8(output.stderr).unwrap(),
		}
	}
}

impl Ran {
	/// Insists on an exit code, and that standard error holds these words.
	pub fn fails(&self, code: i32, words: &str) {
		assert_eq!(self.code, code, "{}\n{}", self.stdout, self.stderr);
		assert!(self.stderr.contains(words), "no {words:?} in {}", self.stderr);
	}
}
