//! The command line.

use crate::trust::ExportTrustCmd;
use clap::{ArgGroup, Parser};
use sc_cli::Database;
use std::path::PathBuf;

/// The Pantheon validator and full node.
#[derive(Debug, Parser)]
// What makes a node a validator: `--dev` and the well-known names imply `--validator`.
#[command(group = ArgGroup::new("validating").multiple(true).args([
	"validator", "dev", "alice", "bob", "charlie", "dave", "eve", "ferdie", "one", "two",
]))]
pub struct Cli {
	/// A command besides running the node.
	#[command(subcommand)]
	pub subcommand: Option<Subcommand>,

	/// How to run the node.
	#[clap(flatten)]
	pub run: RunCmd,
}

impl Cli {
	/// Where no database is named, lets a new chain have ParityDB, while one that lies in RocksDB stays there.
	///
	/// The runtime's weights count on ParityDB's writes (docs/adr/0013), and the SDK's own default is RocksDB.
	pub fn prefer_parity_db(&mut self) {
		let params = match &mut self.subcommand {
			None => &mut self.run.base.import_params.database_params,
			Some(Subcommand::CheckBlock(cmd)) => &mut cmd.import_params.database_params,
			Some(Subcommand::ImportBlocks(cmd)) => &mut cmd.import_params.database_params,
			Some(Subcommand::ExportBlocks(cmd)) => &mut cmd.database_params,
			Some(Subcommand::ExportState(cmd)) => &mut cmd.database_params,
			Some(Subcommand::PurgeChain(cmd)) => &mut cmd.database_params,
			Some(Subcommand::Revert(cmd)) => &mut cmd.database_params,
			Some(Subcommand::ChainInfo(cmd)) => &mut cmd.database_params,
			Some(
				Subcommand::Key(_)
				| Subcommand::BuildSpec(_)
				| Subcommand::ExportChainSpec(_)
				| Subcommand::ExportTrust(_)
				| Subcommand::Benchmark(_),
			) => return,
		};
		params.database.get_or_insert(Database::Auto);
	}
}

/// Everything besides running the node.
#[derive(Debug, clap::Subcommand)]
pub enum Subcommand {
	/// Make, inspect and insert session and node keys.
	#[command(subcommand)]
	Key(sc_cli::KeySubcommand),

	/// Build a chain specification (the older name of `export-chain-spec`, which tools still use).
	#[allow(deprecated)]
	BuildSpec(sc_cli::BuildSpecCmd),

	/// Export the specification of the chain that is named.
	ExportChainSpec(ExportChainSpecCmd),

	/// Write the trust file of a chain: what an auditor verifies proofs against.
	ExportTrust(ExportTrustCmd),

	/// Validate a block.
	CheckBlock(sc_cli::CheckBlockCmd),

	/// Export blocks.
	ExportBlocks(sc_cli::ExportBlocksCmd),

	/// Export the state of a block into a chain specification.
	ExportState(sc_cli::ExportStateCmd),

	/// Import blocks.
	ImportBlocks(sc_cli::ImportBlocksCmd),

	/// Remove the chain's database. The log store notices and rebuilds itself.
	PurgeChain(sc_cli::PurgeChainCmd),

	/// Revert the chain to an earlier state.
	Revert(sc_cli::RevertCmd),

	/// Show what the database holds.
	ChainInfo(sc_cli::ChainInfoCmd),

	/// Measure weights and machines.
	#[command(subcommand)]
	Benchmark(BenchmarkCmd),
}

/// Which chain's specification is exported, in which form. The SDK's own command takes `local` where no chain is
/// named; here there is no default, as everywhere in this program.
#[derive(Debug, Parser)]
pub struct ExportChainSpecCmd {
	/// dev, local, staging, or the path of a chain specification.
	#[arg(long, value_name = "CHAIN")]
	pub chain: String,

	/// The file to write; by default the specification is printed.
	#[arg(long, value_name = "FILE")]
	pub output: Option<PathBuf>,

	/// With the genesis state itself instead of what the runtime builds it from: needed by programs
	/// without the runtime, `pantheon trust init` among them.
	#[arg(long)]
	pub raw: bool,
}

/// What can be measured.
#[derive(Debug, clap::Subcommand)]
pub enum BenchmarkCmd {
	/// The pallets of a runtime built with `runtime-benchmarks` (`--runtime FILE`).
	Pallet(Box<frame_benchmarking_cli::PalletCmd>),
	/// The weight of an empty block and of an empty extrinsic.
	Overhead(Box<frame_benchmarking_cli::OverheadCmd>),
	/// Whether this machine is fit for a validator.
	Machine(frame_benchmarking_cli::MachineCmd),
}

/// How to run the node.
#[derive(Debug, Parser)]
#[group(skip)]
pub struct RunCmd {
	/// As with every Substrate node.
	#[clap(flatten)]
	pub base: sc_cli::RunCmd,

	/// Run a validator without the sandbox for parachain validation code.
	///
	/// The sandbox needs landlock, seccomp and user namespaces, which containers often lack. What is
	/// available is still used.
	#[arg(long = "insecure-validator-i-know-what-i-do", requires = "validating")]
	pub insecure_validator: bool,

	/// Do not measure the hardware at start. Implied by `--dev`.
	#[arg(long)]
	pub no_hardware_benchmarks: bool,

	/// Folder of `pantheon-prepare-worker` and `pantheon-execute-worker`; by default the folder of
	/// this program.
	#[arg(long, value_name = "PATH")]
	pub workers_path: Option<PathBuf>,

	/// Bytes of the log store's read cache, in MiB.
	#[arg(long, value_name = "MIB", default_value_t = 64)]
	pub log_cache: usize,

	/// Serve the log over HTTP on this port, as C2SP tlog-tiles: /checkpoint, /tile/<L>/<N> and
	/// /tile/entries/<N>. For reading only. Off unless given; 0 takes any free port.
	#[arg(long, value_name = "PORT")]
	pub log_http_port: Option<u16>,

	/// From where the log can be read over HTTP.
	#[arg(long, value_enum, value_name = "FROM", default_value_t, requires = "log_http_port")]
	pub log_http_listen: LogHttpListen,
}

/// Which addresses the log is served on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum LogHttpListen {
	/// 127.0.0.1: this machine, and a proxy on it.
	#[default]
	Loopback,
	/// 0.0.0.0: every machine that reaches this one. There is no TLS.
	All,
}
