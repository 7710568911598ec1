//! Sustained load on one node: operators build, hash and seal records, submit them, and every record is
//! counted only when the block that holds it is finalised.

use crate::{
	chain::{self, Limits},
	node,
	operator::{BenchOperator, Sealed},
	report::{fifths, grouped, median, percent, progress, row},
};
use anyhow::{bail, ensure, Context, Result};
use clap::{Args, ValueEnum};
use pantheon_client::{Account, At, Client, ClientError, Pipeline, PoolRefusal, Stage};
use pantheon_primitives::OperatorId;
use std::{
	path::PathBuf,
	sync::{
		atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
		Arc,
	},
	thread,
	time::{Duration, Instant},
};
use tokio::{sync::mpsc, task::JoinHandle};

/// Development accounts: each pays for one operator.
const ACCOUNTS: [&str; 6] = ["//Alice", "//Bob", "//Charlie", "//Dave", "//Eve", "//Ferdie"];
/// Sealed and not yet in a block, in blocks: enough that no block waits, little enough for the pool.
const BLOCKS_IN_FLIGHT: u64 = 2;
/// Sealed calls that an operator keeps ready.
const READY: usize = 2;
/// Between two looks at the node.
const LOOK: Duration = Duration::from_millis(500);
/// How long the operators' registrations may take to be finalised.
const REGISTRATION: Duration = Duration::from_secs(120);
/// How long the last records may take to be finalised.
const DRAIN: Duration = Duration::from_secs(120);
/// Bytes of a transaction beside a batch's leaves: the seal, the record, the account's signature.
const SINGLE_BYTES: u64 = 3_800;

#[derive(Args)]
pub struct Options {
	/// The node, a development chain with funded //Alice … //Ferdie.
	#[arg(long)]
	url: String,
	/// The node's process, for its memory.
	#[arg(long)]
	node_pid: u32,
	/// The node's log file, for its authoring times.
	#[arg(long)]
	node_log: PathBuf,
	/// How long to submit.
	#[arg(long, default_value_t = 60)]
	seconds: u64,
	/// Operators that seal at the same time.
	#[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=6))]
	operators: u8,
	/// How the records are sealed.
	#[arg(long, value_enum, default_value_t = Mode::Batched)]
	mode: Mode,
	/// Records under one seal, where batched.
	#[arg(long, default_value_t = 8_192, value_parser = clap::value_parser!(u32).range(1..=16_384))]
	members: u32,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Mode {
	/// Many records under one seal.
	Batched,
	/// One seal for each record.
	Single,
}

impl Options {
	fn title(&self) -> String {
		match self.mode {
			Mode::Batched => format!("batched ({} a seal)", grouped(self.members.into())),
			Mode::Single => "single".into(),
		}
	}

	/// Transactions that each operator may have on the way.
	fn window(&self, limits: &Limits) -> u64 {
		let bytes = match self.mode {
			Mode::Batched => SINGLE_BYTES + 32 * u64::from(self.members),
			Mode::Single => SINGLE_BYTES,
		};
		(BLOCKS_IN_FLIGHT * limits.length / bytes / u64::from(self.operators)).max(1)
	}
}

/// One operator under way.
struct Lane {
	id: OperatorId,
	/// Sequence after the last one that the node's pool has taken.
	sent: Arc<AtomicU64>,
	/// Sequence after the last one in the best block.
	included: Arc<AtomicU64>,
	/// Sequence after the last one in the finalised blocks looked at.
	finalised: u64,
	submitter: JoinHandle<Result<()>>,
}

/// One finalised block with records of ours.
#[derive(Clone, Copy)]
struct Loaded {
	number: u32,
	time_ms: u64,
	records: u64,
	time_ps: u64,
}

#[derive(Default)]
struct Samples {
	memory_mib: Vec<u64>,
	finality_lag: Vec<u32>,
	log_lag: Vec<u32>,
}

pub async fn run(options: Options) -> Result<()> {
	let client = Client::connect(&options.url).await?;
	let limits = chain::limits(&client).await?;
	let window = options.window(&limits);
	progress(format!(
		"{}: {} operators, {} s, {window} transactions each on the way",
		options.title(),
		options.operators,
		options.seconds
	));

	let stop = Arc::new(AtomicBool::new(false));
	let mut lanes = Vec::new();
	for (account, operator) in register(&client, options.operators.into()).await? {
		lanes.push(open_lane(&client, &options, account, operator, window, &stop).await?);
	}
	let outcome = watch(&client, &options, &mut lanes, &stop).await;
	stop.store(true, Relaxed);
	let (blocks, samples) = outcome?;
	tell(&client, &options, &limits, &blocks, &samples).await
}

/// Registers the operators, each on an account of its own.
async fn register(client: &Client, count: usize) -> Result<Vec<(Account, BenchOperator)>> {
	let mut operators = Vec::new();
	let mut registrations = Vec::new();
	for name in ACCOUNTS.iter().take(count) {
		let account = Account::named(name)?;
		let operator = BenchOperator::generate(client.genesis())?;
		registrations.push(client.submit(&operator.registration(&account)?, &account).await?);
		operators.push((account, operator));
	}
	for registration in registrations {
		registration.wait(Stage::Finalised, REGISTRATION, |_| ()).await?;
	}
	Ok(operators)
}

async fn open_lane(
	client: &Client,
	options: &Options,
	account: Account,
	operator: BenchOperator,
	window: u64,
	stop: &Arc<AtomicBool>,
) -> Result<Lane> {
	let id = operator.id;
	let sealed = produce(operator, options.mode, options.members, stop.clone());
	let sent = Arc::new(AtomicU64::new(0));
	let included = Arc::new(AtomicU64::new(0));
	let pipeline = client.pipeline(account).await?;
	let submitter = tokio::spawn(submit_all(
		pipeline,
		sealed,
		Flow { sent: sent.clone(), included: included.clone(), window, stop: stop.clone() },
	));
	Ok(Lane { id, sent, included, finalised: 0, submitter })
}

/// Seals on a thread of its own, a few calls ahead.
fn produce(
	mut operator: BenchOperator,
	mode: Mode,
	members: u32,
	stop: Arc<AtomicBool>,
) -> mpsc::Receiver<Result<Sealed>> {
	let (sender, receiver) = mpsc::channel(READY);
	thread::spawn(move || {
		while !stop.load(Relaxed) {
			let sealed = match mode {
				Mode::Batched => operator.next_batch(members),
				Mode::Single => operator.next_single(),
			};
			if sender.blocking_send(sealed).is_err() {
				break;
			}
		}
	});
	receiver
}

struct Flow {
	sent: Arc<AtomicU64>,
	included: Arc<AtomicU64>,
	window: u64,
	stop: Arc<AtomicBool>,
}

async fn submit_all(
	mut pipeline: Pipeline,
	mut sealed: mpsc::Receiver<Result<Sealed>>,
	flow: Flow,
) -> Result<()> {
	while let Some(next) = sealed.recv().await {
		let next = next?;
		while flow.sent.load(Relaxed).saturating_sub(flow.included.load(Relaxed)) >= flow.window {
			if flow.stop.load(Relaxed) {
				return Ok(());
			}
			tokio::time::sleep(Duration::from_millis(20)).await;
		}
		if flow.stop.load(Relaxed) {
			return Ok(());
		}
		send(&mut pipeline, &next).await?;
		flow.sent.store(next.sequence + 1, Relaxed);
	}
	Ok(())
}

async fn send(pipeline: &mut Pipeline, sealed: &Sealed) -> Result<()> {
	loop {
		match pipeline.send(&sealed.call).await {
			Ok(_) => return Ok(()),
			Err(ClientError::Pool(PoolRefusal::PoolFull)) => {
				tokio::time::sleep(Duration::from_millis(200)).await;
			},
			Err(error) => return Err(error.into()),
		}
	}
}

/// Looks at the node until everything that was sent is finalised.
async fn watch(
	client: &Client,
	options: &Options,
	lanes: &mut [Lane],
	stop: &AtomicBool,
) -> Result<(Vec<Loaded>, Samples)> {
	let start = Instant::now();
	let until = start + Duration::from_secs(options.seconds);
	let (_, mut seen) = chain::heads(client).await?;
	let mut blocks: Vec<Loaded> = Vec::new();
	let mut samples = Samples::default();
	loop {
		tokio::time::sleep(LOOK).await;
		for lane in lanes.iter_mut() {
			let next = chain::next_sequence(client, lane.id, At::Best).await?;
			lane.included.store(next, Relaxed);
			if lane.submitter.is_finished() && !stop.load(Relaxed) {
				(&mut lane.submitter).await??;
				bail!("an operator stopped submitting before the time was over");
			}
		}
		let (best, finalised) = chain::heads(client).await?;
		while seen < finalised {
			seen += 1;
			let Some(block) = look_at(client, options, lanes, seen).await? else { continue };
			progress(format!(
				"block {}: {} records; best is {} ahead",
				block.number,
				grouped(block.records),
				best.saturating_sub(finalised)
			));
			blocks.push(block);
		}
		samples.memory_mib.push(node::memory_mib(options.node_pid)?);
		samples.finality_lag.push(best.saturating_sub(finalised));
		samples.log_lag.push(client.audit_status().await?.lag);

		if Instant::now() >= until {
			stop.store(true, Relaxed);
			let all_sent = lanes.iter().all(|lane| lane.submitter.is_finished());
			if all_sent && lanes.iter().all(|lane| lane.finalised == lane.sent.load(Relaxed)) {
				return Ok((blocks, samples));
			}
			let lost: u64 = lanes
				.iter()
				.map(|lane| lane.sent.load(Relaxed).saturating_sub(lane.finalised))
				.sum();
			ensure!(
				Instant::now() < until + DRAIN,
				"{lost} transactions that the node had taken were not finalised within {} s",
				DRAIN.as_secs()
			);
		}
	}
}

/// What of ours a finalised block holds.
async fn look_at(
	client: &Client,
	options: &Options,
	lanes: &mut [Lane],
	number: u32,
) -> Result<Option<Loaded>> {
	let hash = chain::block_hash(client, number).await?;
	let each = match options.mode {
		Mode::Batched => u64::from(options.members),
		Mode::Single => 1,
	};
	let mut records = 0;
	for lane in lanes {
		let next = chain::next_sequence(client, lane.id, At::Block(hash)).await?;
		records += each * next.saturating_sub(lane.finalised);
		lane.finalised = next;
	}
	if records == 0 {
		return Ok(None);
	}
	Ok(Some(Loaded {
		number,
		time_ms: chain::block_time_ms(client, hash).await?,
		records,
		time_ps: chain::block_time_ps(client, hash).await?,
	}))
}

async fn tell(
	client: &Client,
	options: &Options,
	limits: &Limits,
	blocks: &[Loaded],
	samples: &Samples,
) -> Result<()> {
	let title = options.title();
	// The first block caught the load as it began and the last as it ended.
	let [first, inner @ .., _] = blocks else { bail!("too few blocks held records: run longer") };
	let last = inner.last().context("too few blocks held records: run longer")?;
	let records: u64 = inner.iter().map(|block| block.records).sum();
	let ms = last.time_ms.saturating_sub(first.time_ms).max(1);
	let fullest = inner.iter().max_by_key(|block| block.records).unwrap_or(last);
	let length =
		chain::block_length(client, chain::block_hash(client, fullest.number).await?).await?;
	let authored = node::authoring_ms(&options.node_log)?;
	let authoring: Vec<u64> =
		inner.iter().filter_map(|block| authored.get(&block.number).copied()).collect();
	let per_block: Vec<u64> = inner.iter().map(|block| block.records).collect();
	let most = |values: &[u32]| values.iter().copied().max().unwrap_or_default();

	row(
		&format!("sealed records a second, {title}, finalised, over {} s", ms / 1000),
		grouped(records * 1000 / ms),
	);
	row(
		&format!("records in a block, {title}"),
		format!("{} (median), {} (most)", grouped(median(&per_block)), grouped(fullest.records)),
	);
	row(
		&format!("fullest block, {title}"),
		format!(
			"{} of the length limit ({} bytes), {} of the weight limit",
			percent(length, limits.length),
			grouped(length),
			percent(fullest.time_ps, limits.time_ps)
		),
	);
	row(
		&format!("authoring a block, {title}"),
		format!(
			"{} ms (median), {} ms (most)",
			median(&authoring),
			authoring.iter().max().copied().unwrap_or_default()
		),
	);
	row(
		&format!("finality behind best, log store behind finality, {title}"),
		format!("at most {} and {} blocks", most(&samples.finality_lag), most(&samples.log_lag)),
	);
	let memory = &samples.memory_mib;
	row(
		&format!("memory of the node, {title}"),
		format!(
			"{} MiB at the start, then {} MiB (medians of each fifth of the run), {} MiB at most",
			grouped(memory.first().copied().unwrap_or_default()),
			fifths(memory).into_iter().map(grouped).collect::<Vec<_>>().join(", "),
			grouped(memory.iter().max().copied().unwrap_or_default())
		),
	);
	Ok(())
}
