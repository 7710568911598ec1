//! The real node as a child process, and an operator that seals records for it.

#![allow(dead_code, missing_docs)]

use fips204::{
	ml_dsa_65,
	traits::{KeyGen, SerDes, Signer},
};
use pantheon_client::{Account, Call, Client, Stage};
use pantheon_primitives::{
	hash::SoftwareSha256,
	log::batch_root,
	seal::{registration_message, to_be_signed},
	BatchCommitment, GenesisHash, Kind, KindMask, LeafHash, OperatorId, PublicKey, Record,
	RecordId, Statement, SubmittedRecord,
};
use std::{
	fs::{self, File},
	net::TcpListener,
	path::{Path, PathBuf},
	process::{Child, Command, Stdio},
	time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

/// Long enough for a machine with two busy cores.
pub const PATIENCE: Duration = Duration::from_secs(180);

pub struct Node {
	child: Child,
	pub url: String,
	pub output: PathBuf,
}

impl Node {
	/// Starts a node and waits until it answers.
	pub async fn start(base: &Path, args: &[&str]) -> (Self, Client) {
		let port = free_port();
		let output = base.join(format!("output-{port}"));
		fs::create_dir_all(base).unwrap();
		let child = Command::new(env!("CARGO_BIN_EXE_pantheon-node"))
			.args(args)
			.arg("--base-path")
			.arg(base)
			.args(["--rpc-port", &port.to_string()])
			.args(["--listen-addr", "/ip4/127.0.0.1/tcp/0"])
			.args(["--no-telemetry", "--no-prometheus", "--no-hardware-benchmarks", "--no-mdns"])
			.stdin(Stdio::null())
			.stdout(Stdio::null())
			.stderr(File::create(&output).unwrap())
			.spawn()
			.unwrap();
		let mut node = Self { child, url: format!("ws://127.0.0.1:{port}"), output };
		let start = Instant::now();
		loop {
			match Client::connect(&node.url).await {
				Ok(client) => return (node, client),
				Err(error) if start.elapsed() > PATIENCE => {
					panic!("{error}; the node says:\n{}", node.said())
				},
				Err(_) => tokio::time::sleep(Duration::from_millis(200)).await,
			}
			if let Some(status) = node.child.try_wait().unwrap() {
				panic!("the node ended with {status}:\n{}", node.said());
			}
		}
	}

	/// A validator of a chain of its own.
	pub async fn dev(base: &Path) -> (Self, Client) {
		Self::start(base, &["--dev"]).await
	}

	/// SIGKILL: no chance to write anything more.
	pub fn kill(mut self) {
		self.child.kill().unwrap();
		self.child.wait().unwrap();
	}

	pub fn said(&self) -> String {
		fs::read_to_string(&self.output).unwrap_or_default()
	}
}

impl Drop for Node {
	fn drop(&mut self) {
		let _ = self.child.kill();
		let _ = self.child.wait();
	}
}

/// A port that nobody listens on.
pub fn free_port() -> u16 {
	TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Folder of a dev node's log store.
pub fn log_folder(base: &Path) -> PathBuf {
	base.join("chains/pantheon-dev/log")
}

/// Seals records of one operator chain.
pub struct Operator {
	key: ml_dsa_65::PrivateKey,
	pub public: PublicKey,
	log: GenesisHash,
	pub next: u64,
	previous: Option<RecordId>,
}

/// A sealed record, ready to be submitted.
pub struct Sealed {
	pub sequence: u64,
	pub statement: Statement,
	pub members: Vec<LeafHash>,
	pub call: Call,
}

impl Operator {
	pub fn new(seed: u8, log: GenesisHash) -> Self {
		let (public, key) = ml_dsa_65::KG::keygen_from_seed(&[seed; 32]);
		let public = PublicKey::from_bytes(&public.into_bytes()).unwrap();
		Self { key, public, log, next: 0, previous: None }
	}

	pub fn id(&self) -> OperatorId {
		self.public.operator_id()
	}

	fn sign(&self, message: &[u8]) -> Vec<u8> {
		self.key.try_sign_with_seed(&[7; 32], message, &[]).unwrap().to_vec()
	}

	pub fn registration(&self, account: &Account) -> Call {
		let proof = self.sign(&registration_message(self.log, &account.id(), &self.public));
		Call::register(&self.public, &proof)
	}

	pub async fn register(&self, client: &Client, account: &Account) {
		let submission = client.submit(&self.registration(account), account).await.unwrap();
		submission.wait(Stage::Finalised, PATIENCE, |_| ()).await.unwrap();
	}

	/// The next record of the chain: a single intent, or a batch of `members` leaves.
	pub fn seal(&mut self, members: u32) -> Sealed {
		let leaves: Vec<_> = (0..members).map(|n| member(self.next, n)).collect();
		let batch = (members > 0).then(|| BatchCommitment {
			count: members,
			root: batch_root::<SoftwareSha256>(&leaves),
			kinds: KindMask::EMPTY.with(Kind::Provenance),
		});
		let record = Record {
			log: self.log,
			operator: self.id(),
			sequence: self.next,
			index: None,
			previous: self.previous,
			time_ms: SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64,
			kind: if batch.is_some() { Kind::Batch } else { Kind::Provenance },
			model: None,
			input: None,
			output: None,
			policy: None,
			authority: None,
			intent: None,
			parents: vec![],
			locator: None,
			batch,
		};
		let kid = self.public.key_id();
		let signature = self.sign(&to_be_signed(&record.encode(), self.id(), self.log, &kid));
		let submitted = SubmittedRecord::from(&record);
		let call = match members {
			0 => Call::submit(&submitted, &signature),
			_ => Call::submit_batch(&submitted, &signature, &leaves),
		};
		let statement = Statement::new(record, kid, &signature).unwrap();
		self.previous = Some(statement.record_id());
		let sequence = self.next;
		self.next += 1;
		Sealed { sequence, statement, members: leaves, call }
	}
}

pub fn member(sequence: u64, index: u32) -> LeafHash {
	let text = format!("member {index} of batch {sequence}");
	pantheon_primitives::hash::sha256(text.as_bytes()).into()
}

/// Asks again until `done` says so.
pub async fn until<T, F: std::future::Future<Output = Option<T>>>(
	what: &str,
	mut ask: impl FnMut() -> F,
) -> T {
	let start = Instant::now();
	loop {
		if let Some(answer) = ask().await {
			return answer;
		}
		assert!(start.elapsed() < PATIENCE, "waited too long for {what}");
		tokio::time::sleep(Duration::from_millis(300)).await;
	}
}
