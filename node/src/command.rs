//! From the command line to what is run.

use crate::{
	chain_spec::{self, SpecError},
	cli::{BenchmarkCmd, Cli, ExportChainSpecCmd, Subcommand},
	database,
	service::{self, StartError},
	trust::TrustError,
};
use frame_benchmarking_cli::SUBSTRATE_REFERENCE_HARDWARE;
use polkadot_service::Block;
use sc_cli::SubstrateCli;
use sp_runtime::traits::HashingFor;

/// Why the program ends with a failure.
#[derive(Debug, thiserror::Error)]
pub enum Error {
	/// The command line library says.
	#[error(transparent)]
	Cli(#[from] sc_cli::Error),
	/// The service library says.
	#[error(transparent)]
	Service(#[from] sc_service::Error),
	/// The relay-chain service says.
	#[error(transparent)]
	Relay(#[from] polkadot_service::Error),
	/// The node did not start.
	#[error(transparent)]
	Start(#[from] StartError),
	/// The chain can't be loaded.
	#[error(transparent)]
	Spec(#[from] SpecError),
	/// The trust file can't be written.
	#[error(transparent)]
	Trust(#[from] TrustError),
}

impl SubstrateCli for Cli {
	fn impl_name() -> String {
		"Pantheon Node".into()
	}

	fn impl_version() -> String {
		env!("SUBSTRATE_CLI_IMPL_VERSION").into()
	}

	fn description() -> String {
		env!("CARGO_PKG_DESCRIPTION").into()
	}

	fn author() -> String {
		env!("CARGO_PKG_AUTHORS").into()
	}

	fn support_url() -> String {
		"docs/guides/run-a-validator.md".into()
	}

	fn copyright_start_year() -> i32 {
		2026
	}

	fn executable_name() -> String {
		"pantheon-node".into()
	}

	fn load_spec(&self, id: &str) -> Result<Box<dyn sc_service::ChainSpec>, String> {
		match chain_spec::load(id) {
			Ok(spec) => Ok(Box::new(spec)),
			Err(error) => Err(error.to_string()),
		}
	}
}

/// Parses the command line and runs what it says.
pub fn run() -> Result<(), Error> {
	chain_spec::set_address_format();
	let mut cli = Cli::from_args();
	cli.prefer_parity_db();
	match cli.subcommand.take() {
		None => run_node(cli),
		Some(command) => run_command(&cli, command),
	}
}

fn run_node(cli: Cli) -> Result<(), Error> {
	let runner = cli.create_runner(&cli.run.base)?;
	runner.run_node_until_exit(|config| async move {
		service::start(config, cli.run).await.map_err(Error::from)
	})
}

fn run_command(cli: &Cli, command: Subcommand) -> Result<(), Error> {
	match command {
		Subcommand::Key(cmd) => Ok(cmd.run(cli)?),
		#[allow(deprecated)]
		Subcommand::BuildSpec(cmd) => {
			let runner = cli.create_runner(&cmd)?;
			runner.sync_run(|config| Ok(cmd.run(config.chain_spec, config.network)?))
		},
		Subcommand::ExportChainSpec(ExportChainSpecCmd { chain, output, raw }) => {
			let spec = Box::new(chain_spec::load(&chain)?);
			Ok(sc_cli::ExportChainSpecCmd { chain, output, raw }.run(spec)?)
		},
		Subcommand::ExportTrust(cmd) => Ok(cmd.run()?),
		Subcommand::CheckBlock(cmd) => {
			let runner = cli.create_runner(&cmd)?;
			runner.async_run(|mut config| {
				let (client, _, queue, tasks) = database::open_chain(&mut config)?;
				Ok((async move { Ok(cmd.run(client, queue).await?) }, tasks))
			})
		},
		Subcommand::ExportBlocks(cmd) => {
			let runner = cli.create_runner(&cmd)?;
			runner.async_run(|mut config| {
				let (client, _, _, tasks) = database::open_chain(&mut config)?;
				Ok((async move { Ok(cmd.run(client, config.database).await?) }, tasks))
			})
		},
		Subcommand::ExportState(cmd) => {
			let runner = cli.create_runner(&cmd)?;
			runner.async_run(|mut config| {
				let (client, _, _, tasks) = database::open_chain(&mut config)?;
				Ok((async move { Ok(cmd.run(client, config.chain_spec).await?) }, tasks))
			})
		},
		Subcommand::ImportBlocks(cmd) => {
			let runner = cli.create_runner(&cmd)?;
			runner.async_run(|mut config| {
				let (client, _, queue, tasks) = database::open_chain(&mut config)?;
				Ok((async move { Ok(cmd.run(client, queue).await?) }, tasks))
			})
		},
		Subcommand::PurgeChain(cmd) => {
			let runner = cli.create_runner(&cmd)?;
			runner.sync_run(|config| Ok(database::purge(&cmd, config)?))
		},
		Subcommand::Revert(cmd) => {
			let runner = cli.create_runner(&cmd)?;
			runner.async_run(|mut config| {
				let (client, backend, _, tasks) = database::open_chain(&mut config)?;
				let spawn = tasks.spawn_handle();
				let revert_aux = Box::new(move |client, backend, blocks| {
					polkadot_service::revert_backend(client, backend, blocks, config, spawn)
						.map_err(|error| sc_cli::Error::Application(error.into()))
				});
				Ok((async move { Ok(cmd.run(client, backend, Some(revert_aux)).await?) }, tasks))
			})
		},
		Subcommand::ChainInfo(cmd) => {
			let runner = cli.create_runner(&cmd)?;
			runner.sync_run(|mut config| {
				database::settle(&mut config);
				Ok(cmd.run::<Block>(&config)?)
			})
		},
		Subcommand::Benchmark(cmd) => run_benchmark(cli, cmd),
	}
}

fn run_benchmark(cli: &Cli, command: BenchmarkCmd) -> Result<(), Error> {
	match command {
		// Works on any runtime file: that is what has the benchmarks, not this program.
		BenchmarkCmd::Pallet(cmd) => Ok(cmd.run_with_spec::<HashingFor<Block>, ()>(None)?),
		BenchmarkCmd::Overhead(cmd) => {
			let runner = cli.create_runner(&*cmd)?;
			runner.sync_run(|config| {
				Ok(cmd.run_with_default_builder_and_spec::<Block, ()>(Some(config.chain_spec))?)
			})
		},
		BenchmarkCmd::Machine(cmd) => {
			let runner = cli.create_runner(&cmd)?;
			runner.sync_run(|config| Ok(cmd.run(&config, SUBSTRATE_REFERENCE_HARDWARE.clone())?))
		},
	}
}
