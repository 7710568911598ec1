//! What every command works with.

use crate::{
	args::Global,
	error::{CliError, UsageError},
	home::Home,
	journal::Journal,
	keystore::PassphraseSource,
	output::Output,
};
use pantheon_client::{Account, Client};
use pantheon_primitives::{GenesisHash, OperatorId};
use std::future::Future;

/// The global options, checked.
pub struct Context {
	/// Where results go.
	pub out: Output,
	/// Keys and journal.
	pub home: Home,
	url: String,
	audit_url: Option<String>,
	account: Option<String>,
}

impl Context {
	/// From the command line; results go to `out`.
	pub fn new(global: Global, out: Output) -> Result<Self, CliError> {
		let passphrase = PassphraseSource { file: global.passphrase_file };
		Ok(Self {
			out,
			home: Home::new(global.home, &global.key, passphrase)?,
			url: global.url,
			audit_url: global.audit_url,
			account: global.account,
		})
	}

	/// The account that pays.
	pub fn account(&self) -> Result<Account, CliError> {
		let name = self.account.as_deref().ok_or(UsageError::NoAccount)?;
		Ok(Account::named(name)?)
	}

	/// Connects to the node.
	pub async fn connect(&self) -> Result<Client, CliError> {
		let client = Client::connect(&self.url).await?;
		Ok(match &self.audit_url {
			Some(url) => client.with_audit_url(url).await?,
			None => client,
		})
	}

	/// Connects to the node and insists on the chain that the operator's records are for, once that
	/// is known.
	pub async fn connect_for(
		&self,
		journal: &Journal,
		operator: OperatorId,
	) -> Result<Client, CliError> {
		let client = self.connect().await?;
		if let Some(log) = journal.log(operator)? {
			client.insist(log)?;
		}
		Ok(client)
	}

	/// The log that a record is for: as named, else where the operator was registered.
	pub fn log(
		&self,
		named: Option<&str>,
		journal: &Journal,
		operator: OperatorId,
	) -> Result<GenesisHash, CliError> {
		match named {
			Some(text) => text.parse().map_err(|_| {
				UsageError::Id { what: "a genesis hash (--log)", text: text.to_owned() }.into()
			}),
			None => Ok(journal.log(operator)?.ok_or(UsageError::NoLog)?),
		}
	}
}

/// Runs the part of a command that talks to the network.
pub fn online<T>(work: impl Future<Output = Result<T, CliError>>) -> Result<T, CliError> {
	tokio::runtime::Builder::new_multi_thread()
		.worker_threads(2)
		.enable_all()
		.build()
		.map_err(|source| CliError::System { doing: "start the network runtime", source })?
		.block_on(work)
}
