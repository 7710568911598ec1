//! The exit codes, as `pantheon exit-codes` documents them, and which error ends with which.

use super::{CliError, Disagreement, Missing};
use pantheon_client::{AccountError, AuditRefusal, ClientError};
use std::io;

/// Done; `verify`: VERIFIED.
pub const OK: u8 = 0;
/// `verify`: INVALID. `log consistency`: not consistent.
pub const INVALID: u8 = 1;
/// The command line is wrong.
pub const USAGE: u8 = 2;
/// `verify`: STALE.
pub const STALE: u8 = 3;
/// `verify`: REVOKED.
pub const REVOKED: u8 = 4;
/// No node answers, or the connection broke.
pub const UNREACHABLE: u8 = 10;
/// The chain or the node's transaction pool refused.
pub const REFUSED: u8 = 11;
/// Key store, passphrase or paying account.
pub const KEYS: u8 = 12;
/// An input file can't be read or is not what it should be.
pub const BAD_INPUT: u8 = 13;
/// Not found, or not durable in time.
pub const NOT_FOUND: u8 = 14;
/// Everything else: the journal, the node's answers, this program.
pub const INTERNAL: u8 = 15;
/// `run`: bad input or journal; the command was not run.
pub const RUN_INPUT: u8 = 120;
/// `run`: key store, passphrase or account; the command was not run.
pub const RUN_KEYS: u8 = 121;
/// `run`: no node; the command was not run.
pub const RUN_UNREACHABLE: u8 = 122;
/// `run`: the chain refused the intent; the command was not run.
pub const RUN_REFUSED: u8 = 123;
/// `run`: the intent was not durable in time; the command was not run.
pub const RUN_TIMEOUT: u8 = 124;
/// `run`: the command ran, and its outcome is not as durable as asked or could not be reported.
pub const RUN_OUTCOME: u8 = 125;
/// `run`: the command can't be executed.
pub const RUN_NOT_EXECUTABLE: u8 = 126;
/// `run`: there is no such command.
pub const RUN_NO_COMMAND: u8 = 127;

impl CliError {
	/// The exit code of a command that fails so.
	pub fn exit_code(&self) -> u8 {
		match self {
			Self::Intent { source, .. } => source.exit_code(),
			Self::Usage(_) | Self::Account(AccountError::Malformed | AccountError::Secret) => USAGE,
			Self::Client(error) => of_client(error),
			Self::Refusal(refusal) => of_client(&refusal.source),
			Self::TooLittlePan { .. } => REFUSED,
			Self::Account(AccountError::NoSecret { .. }) => BAD_INPUT,
			Self::Account(_) | Self::Key(_) | Self::Passphrase(_) | Self::Sign(_) => KEYS,
			Self::File(_)
			| Self::Content { .. }
			| Self::Anchor(_)
			| Self::Record(_)
			| Self::Seal(_)
			| Self::Opening(_) => BAD_INPUT,
			Self::Missing(Missing::Refused { .. })
			| Self::Disagreement(Disagreement::Retired(_)) => REFUSED,
			Self::Missing(_) => NOT_FOUND,
			Self::BitcoinNode(_) => UNREACHABLE,
			Self::Update(_) => BAD_INPUT,
			Self::TooLarge { .. } => USAGE,
			Self::Outcome { .. } => RUN_OUTCOME,
			Self::Spawn { source, .. } if source.kind() == io::ErrorKind::NotFound => {
				RUN_NO_COMMAND
			},
			Self::Spawn { .. } => RUN_NOT_EXECUTABLE,
			Self::Journal(_)
			| Self::Disagreement(_)
			| Self::Write { .. }
			| Self::BadProof(_)
			| Self::System { .. } => INTERNAL,
		}
	}

	/// The exit code of `run`, whose own failures begin at 120, so that they are never taken for the
	/// command's.
	pub fn run_exit_code(&self) -> u8 {
		match self.exit_code() {
			code if code >= RUN_INPUT => code,
			UNREACHABLE => RUN_UNREACHABLE,
			REFUSED => RUN_REFUSED,
			KEYS => RUN_KEYS,
			NOT_FOUND => RUN_TIMEOUT,
			_ => RUN_INPUT,
		}
	}
}

fn of_client(error: &ClientError) -> u8 {
	match error {
		ClientError::Unreachable { .. } | ClientError::Disconnected { .. } => UNREACHABLE,
		ClientError::Refused { .. } | ClientError::Pool(_) => REFUSED,
		ClientError::Timeout { .. } | ClientError::Dropped { .. } => NOT_FOUND,
		ClientError::Audit { kind: AuditRefusal::Internal, .. } => INTERNAL,
		ClientError::Audit { .. } | ClientError::StateGone { .. } => NOT_FOUND,
		_ => INTERNAL,
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{error::UsageError, journal::JournalError, keystore::KeyFileError};
	use pantheon_client::PoolRefusal;

	#[test]
	fn run_never_uses_a_code_below_120() {
		let errors = [
			CliError::Usage(UsageError::NoAccount),
			CliError::Client(ClientError::Unreachable { url: "x".into(), reason: "y".into() }),
			CliError::Client(ClientError::Pool(PoolRefusal::TooLittlePan)),
			CliError::Account(AccountError::NoSecret { path: "x".into() }),
			CliError::Key(KeyFileError::WrongPassphrase),
			CliError::Missing(Missing::Position(1)),
			CliError::Journal(JournalError::Pending(1)),
		];
		for error in errors {
			assert!(error.exit_code() < 120);
			assert!((120..=127).contains(&error.run_exit_code()), "{error}");
		}
	}
}
