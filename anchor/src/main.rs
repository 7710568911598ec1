//! The command `pantheon-anchor`.

use clap::{Args, Parser, Subcommand};
use pantheon_anchor::{
	chain::NodeChain,
	condition::Condition,
	config::{Config, ConfigError, Overrides, EXAMPLE},
	cost::{CostTable, RATES},
	fees::anchor_vbytes,
	journal::{Journal, Owner},
	list::write_list,
	machine::Anchor,
	metrics::{serve, Board},
	proof::{prove, write},
	rpc::Core,
	service::{unix_now, Service, Settings, Until},
	status::Status,
};
use std::{
	fs::OpenOptions,
	io::{self, IsTerminal, Write},
	net::SocketAddr,
	path::{Path, PathBuf},
	process::ExitCode,
	sync::{
		mpsc::{self, Receiver},
		Arc,
	},
	thread,
};
use tracing_subscriber::EnvFilter;

const AFTER_HELP: &str = "\
Exit status: 0 success, 1 unforeseen error, 2 wrong usage or configuration; of conditions: 10 bitcoin-unreachable, \
11 bitcoin-credentials, 12 wrong-bitcoin-chain, 13 initial-download, 14 stale-tip, 15 wallet-unavailable, \
16 out-of-funds, 17 fee-ceiling, 18 spend-chain-broken, 19 input-spent-elsewhere, 20 transaction-refused, \
21 wallet-misbehaved, 22 bitcoin-error, 23 budget-spent, 24 nodes-disagree, 25 second-node-unusable, \
26 origin-mismatch, 30 chain-unreachable, 31 no-checkpoint, 32 checkpoint-refused, \
40 export-failed, 41 report-failed, 42 funds-low, 50 journal-broken, 51 journal-in-use, 52 journal-of-another-chain, \
53 no-journal (status, export), 60 (status) the service has fallen silent.

Examples:
  pantheon-anchor init anchor.toml
  pantheon-anchor run --config anchor.toml
  pantheon-anchor run --once --config anchor.toml
  pantheon-anchor status --config anchor.toml --json
  pantheon-anchor cost --rates 2,20,80";

const CONFIG_REMEDY: &str =
	"`pantheon-anchor init` writes a commented example of the configuration; the trust file \
is written by `pantheon-node export-trust`";

/// Commits the log of a Pantheon chain to Bitcoin.
#[derive(Parser)]
#[command(version, after_help = AFTER_HELP)]
struct Cli {
	#[command(subcommand)]
	command: Command,
}

#[derive(Subcommand)]
enum Command {
	/// Run the service
	#[command(after_help = "Examples:
  pantheon-anchor run --config anchor.toml
  pantheon-anchor run --once --patience 120 --config anchor.toml")]
	Run(Run),
	/// Write an example configuration
	#[command(after_help = "Examples:
  pantheon-anchor init
  pantheon-anchor init /etc/pantheon/anchor.toml")]
	Init {
		/// Where; never overwrites
		#[arg(default_value = "pantheon-anchor.toml")]
		path: PathBuf,
	},
	/// Say how far each anchor is and what stands in the way
	#[command(
		after_help = "Reads the journal alone: it answers when both nodes are gone, and not before the first run.

Examples:
  pantheon-anchor status --config anchor.toml
  pantheon-anchor status --config anchor.toml --json"
	)]
	Status {
		#[command(flatten)]
		config: ConfigArg,
		/// For machines: one JSON object on standard output, of failures too
		#[arg(long)]
		json: bool,
	},
	/// Say what anchoring costs a year, by rhythm and fee rate, from the size of a real transaction
	#[command(after_help = "Examples:
  pantheon-anchor cost
  pantheon-anchor cost --rates 2,20,80 --json")]
	Cost {
		/// Fee rates in satoshi per virtual byte, separated by commas
		#[arg(long, value_delimiter = ',', default_values_t = RATES, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
		rates: Vec<u64>,
		/// For machines: one JSON object on standard output, of failures too
		#[arg(long)]
		json: bool,
	},
	/// Write the proofs of confirmed anchors anew, with the headers up to now
	#[command(after_help = "Examples:
  pantheon-anchor export --config anchor.toml
  pantheon-anchor export --config anchor.toml --block 1042 --out proofs/")]
	Export {
		#[command(flatten)]
		config: ConfigArg,
		/// Only the anchor of this Pantheon block
		#[arg(long)]
		block: Option<u32>,
		/// Into this folder instead of export_dir
		#[arg(long)]
		out: Option<PathBuf>,
	},
}

#[derive(Args)]
struct ConfigArg {
	/// The configuration file
	#[arg(long, default_value = "pantheon-anchor.toml")]
	config: PathBuf,
}

#[derive(Args)]
struct Run {
	#[command(flatten)]
	config: ConfigArg,
	/// Anchor the newest checkpoint, wait until it is confirmed and exported, and end
	#[arg(long)]
	once: bool,
	/// With --once: give up when something has blocked the work for this many seconds
	#[arg(long, default_value_t = 30, requires = "once")]
	patience: u64,
}

/// Why the command failed.
#[derive(Debug, thiserror::Error)]
enum Failure {
	#[error("{0}")]
	Config(#[from] ConfigError),
	#[error("{0}")]
	Condition(#[from] Condition),
	#[error("{path}: {source}")]
	File { path: PathBuf, source: io::Error },
	#[error("{0}")]
	System(#[from] io::Error),
	#[error("metrics.listen: can't listen at {address}: {source}")]
	Metrics { address: SocketAddr, source: io::Error },
	#[error("no confirmed anchor{}", .block.map(|b| format!(" of block {b}")).unwrap_or_default())]
	NothingToExport { block: Option<u32> },
}

impl Failure {
	fn exit_code(&self) -> u8 {
		match self {
			Self::Config(_)
			| Self::File { .. }
			| Self::Metrics { .. }
			| Self::NothingToExport { .. } => 2,
			Self::Condition(condition) => condition.exit_code(),
			Self::System(_) => 1,
		}
	}

	fn remedy(&self) -> Option<&'static str> {
		match self {
			Self::Config(_) => Some(CONFIG_REMEDY),
			Self::Condition(condition) => Some(condition.remedy()),
			Self::NothingToExport { .. } => Some(
				"wait until an anchor is confirmed; `pantheon-anchor status` says how far each is",
			),
			Self::File { .. } | Self::System(_) | Self::Metrics { .. } => None,
		}
	}

	/// To standard error for people, and where a command was asked for JSON, to standard output too.
	fn print(&self, json: bool) {
		eprintln!("pantheon-anchor: {self}");
		let condition = match self {
			Self::Condition(condition) => Some(condition.name()),
			_ => None,
		};
		match (condition, self.remedy()) {
			(Some(name), Some(remedy)) => eprintln!("condition: {name}; remedy: {remedy}"),
			(None, Some(remedy)) => eprintln!("remedy: {remedy}"),
			(_, None) => {},
		}
		if json {
			let error = serde_json::json!({
				"message": self.to_string(), "condition": condition, "remedy": self.remedy(),
				"exit_code": self.exit_code(),
			});
			// A closed pipe is no further failure.
			let _ = writeln!(io::stdout(), "{:#}", serde_json::json!({ "error": error }));
		}
	}
}

fn main() -> ExitCode {
	let cli = Cli::parse();
	tracing_subscriber::fmt()
		.with_env_filter(EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into()))
		.with_writer(io::stderr)
		.with_ansi(io::stderr().is_terminal())
		.with_target(false)
		.init();
	let as_json = matches!(
		cli.command,
		Command::Status { json: true, .. } | Command::Cost { json: true, .. }
	);
	let done = match cli.command {
		Command::Run(args) => run(&args).map(|()| 0),
		Command::Init { path } => init(&path).map(|()| 0),
		Command::Status { config, json } => status(&config.config, json),
		Command::Cost { rates, json } => cost(&rates, json).map(|()| 0),
		Command::Export { config, block, out } => export(&config.config, block, out).map(|()| 0),
	};
	done.map_or_else(
		|failure| {
			failure.print(as_json);
			failure.exit_code().into()
		},
		Into::into,
	)
}

fn load(path: &Path) -> Result<Config, Failure> {
	Ok(Config::load(path, Overrides::from_env())?)
}

fn owner(config: &Config) -> Owner {
	Owner { genesis: config.trust.genesis, network: config.trust.bitcoin.network }
}

fn bitcoin(config: &Config) -> Core {
	Core::new(&config.bitcoin_url, &config.wallet, config.credentials.clone())
}

fn run(args: &Run) -> Result<(), Failure> {
	let config = load(&args.config.config)?;
	let journal = Journal::open(&config.journal, &owner(&config)).map_err(Condition::from)?;
	let rpc = bitcoin(&config);
	let chain = NodeChain::new(
		&config.chain_url,
		config.audit_url.as_deref(),
		config.trust.clone(),
		config.reporter.clone(),
	)?;
	let until = match args.once {
		true => Until::AtRest { patience: args.patience },
		false => Until::Stopped,
	};
	let second = config.second.map(|(url, credentials)| Core::without_wallet(&url, credentials));
	let board = Arc::new(Board::default());
	if let Some(address) = config.metrics {
		let at =
			serve(address, board.clone()).map_err(|source| Failure::Metrics { address, source })?;
		tracing::info!("metrics at http://{at}/metrics");
	}
	let settings = Settings {
		genesis: config.trust.genesis,
		export_dir: config.export_dir,
		rules: config.trust.bitcoin,
		guards: config.guards,
		fees: config.fees,
		policy: config.policy,
		poll: config.poll,
	};
	let stop = stop_on_signal()?;
	tracing::info!(
		chain = %config.trust.chain,
		network = %settings.rules.network,
		journal = %config.journal.display(),
		"anchoring"
	);
	let service = Service::new(rpc, chain, journal, settings, until)?;
	Ok(service.with_second(second).with_board(board).run(&stop)?)
}

/// A message when the process is asked to end. Dying at any moment is safe as well; this only lets the round
/// finish and the journal say so.
fn stop_on_signal() -> io::Result<Receiver<()>> {
	let (sender, receiver) = mpsc::channel();
	let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
	thread::spawn(move || {
		runtime.block_on(async {
			use tokio::signal::unix::{signal, SignalKind};
			let Ok(mut terminate) = signal(SignalKind::terminate()) else { return };
			tokio::select! {
				_ = terminate.recv() => {},
				_ = tokio::signal::ctrl_c() => {},
			}
			// Nobody listens any more when the service has just ended.
			let _ = sender.send(());
			// The second signal ends it at once.
			tokio::select! {
				_ = terminate.recv() => {},
				_ = tokio::signal::ctrl_c() => {},
			}
			std::process::exit(130);
		});
	});
	Ok(receiver)
}

fn init(path: &Path) -> Result<(), Failure> {
	let mut file = OpenOptions::new()
		.write(true)
		.create_new(true)
		.open(path)
		.map_err(|source| Failure::File { path: path.into(), source })?;
	file.write_all(EXAMPLE.as_bytes())
		.map_err(|source| Failure::File { path: path.into(), source })?;
	println!(
		"wrote {}; next: edit it, then `pantheon-anchor run --config {}`",
		path.display(),
		path.display()
	);
	Ok(())
}

fn status(path: &Path, json: bool) -> Result<u8, Failure> {
	let config = load(path)?;
	let journal = Journal::open_read_only(&config.journal).map_err(Condition::from)?;
	let status = Status::read(&journal, unix_now()).map_err(Condition::from)?;
	let text = match json {
		true => serde_json::to_string_pretty(&status).map_err(io::Error::from)? + "\n",
		false => status.to_text(),
	};
	io::stdout().write_all(text.as_bytes())?;
	Ok(status.exit_code())
}

fn cost(rates: &[u64], json: bool) -> Result<(), Failure> {
	let table = CostTable::new(anchor_vbytes(), rates);
	let text = match json {
		true => serde_json::to_string_pretty(&table).map_err(io::Error::from)? + "\n",
		false => table.to_text(),
	};
	Ok(io::stdout().write_all(text.as_bytes())?)
}

fn export(path: &Path, block: Option<u32>, out: Option<PathBuf>) -> Result<(), Failure> {
	let config = load(path)?;
	let journal = Journal::open_read_only(&config.journal).map_err(Condition::from)?;
	let rpc = bitcoin(&config);
	config.guards.check(&rpc, unix_now())?;
	let wanted = |anchor: &Anchor| {
		anchor.stage.is_settled()
			&& block.is_none_or(|b| anchor.checkpoint().is_some_and(|c| c.block_number == b))
	};
	let all = journal.all().map_err(Condition::from)?;
	let anchors: Vec<Anchor> = all.iter().filter(|a| wanted(a)).cloned().collect();
	if anchors.is_empty() {
		return Err(Failure::NothingToExport { block });
	}
	let dir = out.unwrap_or(config.export_dir);
	for anchor in &anchors {
		// As many headers as there are: work only grows.
		let proven = prove(&rpc, anchor, &config.trust.bitcoin, u32::MAX)?;
		let path = write(&dir, &proven)?;
		let (height, deep) = (proven.at.height, proven.at.confirmations);
		let network = config.trust.bitcoin.network;
		println!("{}  in {network} block {height}, {deep} deep", path.display());
	}
	Ok(write_list(&dir, &config.trust.genesis, config.trust.bitcoin.network, &all)?)
}
