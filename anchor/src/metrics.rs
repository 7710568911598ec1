//! The metrics, for Prometheus: what stands on the board after each round, served over HTTP.
//!
//! The server is as small as its task: one thread, one request at a time, `GET /metrics` and nothing else, a
//! deadline on each connection. It reads the board and nothing more, so that whoever can reach it learns what
//! `pantheon-anchor status` says, and can change nothing. It has no TLS: bind it to loopback or a private net.

use crate::{condition::Condition, machine::Machine, status::Snapshot};
use std::{
	fmt::{Display, Write as _},
	io::{self, Read, Write},
	net::{SocketAddr, TcpListener, TcpStream},
	sync::{Arc, Mutex, PoisonError},
	thread,
	time::{Duration, Instant},
};

/// The longest request that is read, in bytes.
const MAX_REQUEST: usize = 4_096;
/// How long a connection may take.
const DEADLINE: Duration = Duration::from_secs(2);
/// Pause after the system gave no connection, such as when it is out of file descriptors.
const PAUSE: Duration = Duration::from_secs(1);

/// Where the service writes what `/metrics` shows.
#[derive(Debug, Default)]
pub struct Board(Mutex<String>);

impl Board {
	/// Shows the state after a round.
	pub fn show(&self, snapshot: &Snapshot, machine: &Machine, now: u64) {
		let text = render(snapshot, machine, now);
		*self.0.lock().unwrap_or_else(PoisonError::into_inner) = text;
	}

	/// What is shown, in Prometheus' text format 0.0.4. Empty before the first round.
	pub fn text(&self) -> String {
		self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
	}
}

/// Metrics under construction.
struct Page(String);

impl Page {
	fn header(&mut self, name: &str, kind: &str, help: &str) {
		// Writing to a string can't fail.
		let _ = writeln!(self.0, "# HELP pantheon_anchor_{name} {help}");
		let _ = writeln!(self.0, "# TYPE pantheon_anchor_{name} {kind}");
	}

	/// A gauge; left out where there is no value.
	fn gauge(&mut self, name: &str, help: &str, value: Option<impl Display>) {
		let Some(value) = value else { return };
		self.header(name, "gauge", help);
		let _ = writeln!(self.0, "pantheon_anchor_{name} {value}");
	}
}

fn render(snapshot: &Snapshot, machine: &Machine, now: u64) -> String {
	let mut page = Page(String::new());
	let (version, network) = (env!("CARGO_PKG_VERSION"), &snapshot.network);
	page.header("info", "gauge", "Always 1.");
	let _ =
		writeln!(page.0, "pantheon_anchor_info{{version=\"{version}\",network=\"{network}\"}} 1");
	page.gauge("last_round_timestamp_seconds", "When both nodes were last looked at.", Some(now));
	page.header(
		"condition",
		"gauge",
		"1 while the named condition holds. The guide says what to do.",
	);
	for name in Condition::NAMES {
		let holds = u8::from(snapshot.conditions.iter().any(|c| c.name == name));
		let _ = writeln!(page.0, "pantheon_anchor_condition{{name=\"{name}\"}} {holds}");
	}
	let blocked = snapshot.conditions.iter().any(|c| c.severity != "notice");
	page.gauge(
		"blocked",
		"1 while a condition keeps anything from being anchored.",
		Some(u8::from(blocked)),
	);
	page.gauge(
		"bitcoin_tip_height",
		"Newest Bitcoin block; absent while the node is not usable.",
		snapshot.tip_height,
	);
	page.gauge(
		"chain_log_size",
		"Entries in the log at the newest final checkpoint.",
		snapshot.chain_log_size,
	);
	page.gauge("chain_block", "Block of the newest final checkpoint.", snapshot.chain_block);

	let anchors = machine.anchors();
	let newest = anchors.iter().rev().find(|a| !a.versions.is_empty());
	page.gauge("anchors", "Anchors in the journal.", Some(newest.map_or(0, |a| a.id.get())));
	let settled = anchors.iter().rev().find(|a| a.stage.is_settled()).and_then(|a| a.checkpoint());
	page.gauge(
		"confirmed_log_size",
		"Entries that the newest confirmed anchor covers.",
		settled.map(|c| c.log_size),
	);
	page.gauge(
		"confirmed_block",
		"Block of the newest confirmed anchor.",
		settled.map(|c| c.block_number),
	);
	let in_flight = newest.filter(|a| !a.stage.is_settled());
	page.gauge(
		"in_flight",
		"1 while a transaction is on its way.",
		Some(u8::from(in_flight.is_some())),
	);
	page.gauge(
		"in_flight_since_timestamp_seconds",
		"When its first version was made.",
		in_flight.map(|a| a.prepared_at),
	);
	page.gauge(
		"in_flight_versions",
		"Its versions: one, and one for each replacement.",
		in_flight.map(|a| a.versions.len()),
	);
	let fee = in_flight.and_then(|a| a.newest_version()).map(|v| v.fee.to_sat());
	page.gauge("in_flight_fee_satoshi", "Fee of its newest version.", fee);

	page.gauge("funds_satoshi", "What the wallet holds for further anchors.", snapshot.funds_sat);
	if let Some(budget) = &snapshot.budget {
		page.gauge("cost_satoshi", "What an anchor would cost now.", budget.anchor_cost_sat);
		page.gauge(
			"interval_seconds",
			"Time between anchors, as paced now.",
			Some(budget.interval_seconds),
		);
		page.gauge("budget_satoshi", "Budget of a year.", Some(budget.budget_sat));
		page.gauge(
			"budget_spent_satoshi",
			"Spent of it in the year that goes on.",
			Some(budget.spent_sat),
		);
		page.gauge(
			"budget_year_end_timestamp_seconds",
			"When the next budget year begins.",
			Some(budget.year_ends),
		);
	}
	page.0
}

/// Serves the board at this address, in a thread of its own, as long as the process lives. Gives the address,
/// with the port that was chosen where zero was asked for.
pub fn serve(listen: SocketAddr, board: Arc<Board>) -> io::Result<SocketAddr> {
	let listener = TcpListener::bind(listen)?;
	let address = listener.local_addr()?;
	thread::spawn(move || loop {
		match listener.accept() {
			// Whoever breaks off gets nothing.
			Ok((stream, _)) => drop(answer(stream, &board)),
			Err(_) => thread::sleep(PAUSE),
		}
	});
	Ok(address)
}

fn answer(mut stream: TcpStream, board: &Board) -> io::Result<()> {
	stream.set_write_timeout(Some(DEADLINE))?;
	let request = read_head(&mut stream)?;
	let mut words = request.split_ascii_whitespace();
	let (status, body) = match (words.next(), words.next()) {
		(Some("GET"), Some("/metrics")) => ("200 OK", board.text()),
		(Some("GET"), Some(_)) => ("404 Not Found", "see /metrics\n".into()),
		_ => ("405 Method Not Allowed", "only GET\n".into()),
	};
	let length = body.len();
	write!(
		stream,
		"HTTP/1.1 {status}\r\nContent-Type: text/plain; version=0.0.4\r\nContent-Length: {length}\r\n\
		Connection: close\r\n\r\n{body}"
	)
}

/// The request up to its empty line, as far as it comes in time and fits.
fn read_head(stream: &mut TcpStream) -> io::Result<String> {
	let until = Instant::now() + DEADLINE;
	let mut request = Vec::new();
	let mut chunk = [0; 512];
	while request.len() < MAX_REQUEST && !request.windows(4).any(|end| end == b"\r\n\r\n") {
		let left = until.saturating_duration_since(Instant::now());
		if left.is_zero() {
			return Err(io::ErrorKind::TimedOut.into());
		}
		stream.set_read_timeout(Some(left))?;
		match stream.read(&mut chunk)? {
			0 => break,
			count => request.extend(chunk.iter().take(count)),
		}
	}
	Ok(String::from_utf8_lossy(&request).into_owned())
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{
		machine::{Event, Policy},
		status::Activity,
	};
	use bitcoin::Amount;

	fn ask(address: SocketAddr, request: &str) -> String {
		let mut stream = TcpStream::connect(address).unwrap();
		stream.write_all(request.as_bytes()).unwrap();
		let mut answer = String::new();
		stream.read_to_string(&mut answer).unwrap();
		answer
	}

	#[test]
	fn serves_every_named_condition_and_nothing_but_metrics() {
		let board = Arc::new(Board::default());
		let address = serve("127.0.0.1:0".parse().unwrap(), board.clone()).unwrap();
		assert!(ask(address, "GET /metrics HTTP/1.1\r\n\r\n").ends_with("\r\n\r\n"), "nothing yet");

		let mut machine = Machine::restore(Policy::default(), Vec::new(), Vec::new());
		machine.handle(Event::CostSeen(Amount::from_sat(308)));
		machine.handle(Event::FundsSeen(Amount::from_sat(1_000)));
		machine.handle(Event::Tick { now: 1_800_000_000 });
		machine.handle(Event::BitcoinUnusable(Condition::InitialDownload { height: 7 }));
		let budget = Amount::from_sat(5_000_000);
		let snapshot = Snapshot::of(&machine, "mainnet", Activity::Running, 90, budget);
		board.show(&snapshot, &machine, 1_800_000_000);

		let page = ask(address, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
		assert!(page.starts_with("HTTP/1.1 200 OK\r\n"), "{page}");
		for name in Condition::NAMES {
			let holds = u8::from(["initial-download", "funds-low"].contains(&name));
			let line = format!("\npantheon_anchor_condition{{name=\"{name}\"}} {holds}\n");
			assert!(page.contains(&line), "{name}: {page}");
		}
		for line in [
			"pantheon_anchor_blocked 1",
			"pantheon_anchor_last_round_timestamp_seconds 1800000000",
			"pantheon_anchor_cost_satoshi 308",
			"pantheon_anchor_funds_satoshi 1000",
			"pantheon_anchor_budget_satoshi 5000000",
			"pantheon_anchor_interval_seconds 3600",
			"pantheon_anchor_in_flight 0",
		] {
			assert!(page.contains(&format!("\n{line}\n")), "{line}: {page}");
		}
		assert!(!page.contains("bitcoin_tip_height"), "not known while the node is not usable");
		// Every line is a comment or a sample of a metric whose type was declared.
		let (_, body) = page.split_once("\r\n\r\n").unwrap();
		for line in body.lines().filter(|line| !line.starts_with('#')) {
			let name = line.split(['{', ' ']).next().unwrap();
			assert!(body.contains(&format!("# TYPE {name} gauge\n")), "{line}");
			assert!(line.rsplit(' ').next().unwrap().parse::<f64>().is_ok(), "{line}");
		}
		assert!(ask(address, "GET / HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 404"));
		assert!(ask(address, "POST /metrics HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 405"));
	}

	#[test]
	fn whoever_says_nothing_or_too_much_does_not_hold_it_up() {
		let address = serve("127.0.0.1:0".parse().unwrap(), Arc::default()).unwrap();
		let silent = TcpStream::connect(address).unwrap();
		let begun = Instant::now();
		assert!(ask(address, "GET /metrics HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 200"));
		assert!(begun.elapsed() < 4 * DEADLINE);
		drop(silent);
		let mut endless = TcpStream::connect(address).unwrap();
		let mut answer = Vec::new();
		let _ = endless.write_all(&[b'x'; 2 * MAX_REQUEST]);
		// It is cut off, with an answer or without one.
		let _ = endless.read_to_end(&mut answer);
		assert!(answer.len() < MAX_REQUEST);
	}
}
