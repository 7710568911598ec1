//! The served log, read by a client of its own kind: roots, headers, refusals, bounds.

#[path = "../../log-store/tests/common/mod.rs"]
mod chain;
mod reader;

use chain::{follow_all, open, Item, MemoryChain, GENESIS};
use pantheon_log_http::{Limits, LogKey, Metrics, Server, SignedLog};
use pantheon_log_store::Store;
use pantheon_primitives::{hash::sha256, seal::verify_signature};
use prometheus_endpoint::Registry;
use reader::{ask, checkpoint, get, request, Reader, Reply};
use std::{
	io::{Read, Write},
	net::{SocketAddr, TcpStream},
	path::Path,
	sync::{
		atomic::{AtomicUsize, Ordering},
		Arc,
	},
	time::{Duration, Instant},
};
use tokio::runtime::Runtime;

/// Long enough for a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);
const IMMUTABLE: &str = "public, max-age=31536000, immutable";
const PAGE: &str = include_str!("../../../docs/formats/tlog-tiles.md");

struct Served {
	_runtime: Runtime,
	_folder: tempfile::TempDir,
	address: SocketAddr,
	store: Arc<Store>,
	log: Arc<SignedLog>,
	registry: Registry,
}

impl Served {
	fn of(folder: tempfile::TempDir, limits: Limits) -> Self {
		let store = Arc::new(open(folder.path()));
		let key = LogKey::from_seed(&[5; 32]).unwrap();
		let log = Arc::new(SignedLog::new(store.clone(), key));
		let registry = Registry::new();
		let metrics = Metrics::register(Some(&registry)).unwrap();
		let runtime = Runtime::new().unwrap();
		let server = Server::bind(([127, 0, 0, 1], 0).into(), log.clone(), metrics, limits);
		let server = runtime.block_on(server).unwrap();
		let address = server.address().unwrap();
		runtime.spawn(server.run());
		Self { _runtime: runtime, _folder: folder, address, store, log, registry }
	}

	/// Serves a log of so many entries.
	fn with(entries: usize) -> Self {
		let served = Self::of(tempfile::tempdir().unwrap(), Limits::default());
		let mut chain = MemoryChain::new();
		served.grow(&mut chain, entries);
		served
	}

	fn grow(&self, chain: &mut MemoryChain, entries: usize) {
		chain.push(&vec![Item::Single; entries]);
		chain.finalize_all();
		follow_all(&self.store, chain);
	}

	fn metric(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
		let family = self.registry.gather().into_iter().find(|family| family.get_name() == name);
		let family = family.unwrap_or_else(|| panic!("{name} is not measured"));
		let has = |metric: &&prometheus_endpoint::prometheus::proto::Metric| {
			labels.iter().all(|(name, value)| {
				let mut found = metric.get_label().iter();
				found.any(|label| label.get_name() == *name && label.get_value() == *value)
			})
		};
		let metrics = family.get_metric().iter().filter(has);
		metrics.map(|one| one.get_counter().get_value() + one.get_gauge().get_value()).sum()
	}
}

#[test]
fn every_root_is_rebuilt_from_tiles_and_entries() {
	let served = Served::of(tempfile::tempdir().unwrap(), Limits::default());
	let mut chain = MemoryChain::new();
	let mut at_blocks = vec![];
	for entries in [0, 1, 0, 254, 1, 1, 255, 300, 7] {
		served.grow(&mut chain, entries);
		let digest = chain.best().header.log;
		let note = checkpoint(served.address);
		assert_eq!((note.size, note.root), (digest.size, digest.root.into_bytes()));
		assert_eq!(note.origin, format!("pantheon/{GENESIS}"));
		// The key id as C2SP signed-note has it, from the public key alone.
		let [(name, key_id, signature)] = &note.signatures[..] else { panic!("one signature") };
		let key = served.log.public_key();
		let id = [name.as_bytes(), b"\n\xffpantheon/ml-dsa-65/v1", key.as_bytes()].concat();
		assert_eq!((name, &key_id[..]), (&note.origin, &sha256(&id)[..4]));
		verify_signature(key, note.text.as_bytes(), signature).unwrap();
		at_blocks.push(digest);
	}
	let mut reader = Reader::new(served.address);
	for size in 0..=at_blocks.last().unwrap().size {
		let root = reader.root_from_tiles(size);
		assert_eq!(reader.root_from_entries(size), root, "{size}");
		assert_eq!(served.store.root_at(size).unwrap().into_bytes(), root, "{size}");
		for digest in at_blocks.iter().filter(|digest| digest.size == size) {
			assert_eq!(digest.root.into_bytes(), root, "{size}");
		}
	}
}

/// A checkpoint never names more than there are tiles for, while the log grows under the readers.
#[test]
fn readers_of_a_growing_log_see_whole_logs() {
	const ENOUGH: usize = 6;
	let served = Served::of(tempfile::tempdir().unwrap(), Limits::default());
	// How many sizes each reader has seen whole.
	let seen: Vec<_> = (0..3).map(|_| AtomicUsize::new(0)).collect();
	std::thread::scope(|scope| {
		for seen in &seen {
			let address = served.address;
			scope.spawn(move || {
				let mut last = 0;
				while seen.load(Ordering::Relaxed) < ENOUGH {
					let note = checkpoint(address);
					assert!(note.size >= last);
					let root = Reader::new(address).root_from_tiles(note.size);
					assert_eq!(root, note.root);
					seen.fetch_add(usize::from(note.size > last), Ordering::Relaxed);
					last = note.size;
				}
			});
		}
		let mut chain = MemoryChain::new();
		let start = Instant::now();
		for round in 0.. {
			served.grow(&mut chain, round % 23);
			std::thread::sleep(Duration::from_millis(10));
			if seen.iter().all(|seen| seen.load(Ordering::Relaxed) >= ENOUGH) {
				break;
			}
			assert!(start.elapsed() < PATIENCE, "the readers see no growth");
		}
	});
}

#[test]
fn tiles_are_kept_for_ever_and_checkpoints_are_asked_for_again() {
	let served = Served::with(300);
	let at = served.address;
	for tile in [
		"/tile/0/000",
		"/tile/0/001.p/44",
		"/tile/0/000.p/7",
		"/tile/1/000.p/1",
		"/tile/entries/000",
		"/tile/entries/001.p/1",
	] {
		let reply = get(at, tile);
		assert_eq!((reply.status, reply.header("cache-control")), (200, IMMUTABLE), "{tile}");
		assert_eq!(reply.header("content-type"), "application/octet-stream");
		assert_eq!(reply.header("x-content-type-options"), "nosniff");
		assert_eq!(reply.header("content-length"), reply.body.len().to_string());
		let head = request(at, "HEAD", tile, "");
		assert_eq!((head.status, &head.body[..]), (200, &b""[..]));
		for name in ["cache-control", "content-type", "content-length", "etag"] {
			assert_eq!(head.header(name), reply.header(name), "{tile} {name}");
		}
	}
	let first = get(at, "/checkpoint");
	assert_eq!(first.header("cache-control"), "public, max-age=2");
	let tag = first.header("etag").to_owned();
	assert!(tag.len() > 20 && tag.starts_with('"') && tag.ends_with('"'));
	// Signed once for this size, whoever asks.
	assert_eq!(get(at, "/checkpoint").body, first.body);
	for known in [tag.clone(), format!("W/{tag}"), format!("\"x\", {tag}"), "*".into()] {
		let reply = request(at, "GET", "/checkpoint", &format!("if-none-match: {known}\r\n"));
		assert_eq!((reply.status, &reply.body[..]), (304, &b""[..]), "{known}");
		assert_eq!(reply.header("etag"), tag);
	}
	let other = request(at, "GET", "/checkpoint", "if-none-match: \"x\"\r\n");
	assert_eq!((other.status, &other.body), (200, &first.body));
	assert_ne!(get(at, "/tile/0/000").header("etag"), get(at, "/tile/0/000.p/1").header("etag"));
}

#[test]
fn a_new_block_has_a_new_checkpoint() {
	let served = Served::of(tempfile::tempdir().unwrap(), Limits::default());
	let mut chain = MemoryChain::new();
	served.grow(&mut chain, 3);
	let first = get(served.address, "/checkpoint");
	served.grow(&mut chain, 1);
	let known = format!("if-none-match: {}\r\n", first.header("etag"));
	let second = request(served.address, "GET", "/checkpoint", &known);
	assert_eq!(second.status, 200);
	assert_ne!(second.body, first.body);
	assert_eq!(checkpoint(served.address).size, 4);
}

fn problem(reply: &Reply) -> serde_json::Value {
	assert_eq!(reply.header("content-type"), "application/problem+json");
	assert_eq!(reply.header("cache-control"), "no-store");
	let body: serde_json::Value = serde_json::from_slice(&reply.body).unwrap();
	assert_eq!(body["status"], reply.status);
	assert!(!body["title"].as_str().unwrap().is_empty());
	body
}

#[test]
fn what_is_not_there_is_refused_by_type() {
	let served = Served::with(300);
	let at = served.address;
	for (path, needed) in [
		("/tile/0/001", 512),
		("/tile/0/001.p/45", 301),
		("/tile/0/002.p/1", 513),
		("/tile/1/000.p/2", 512),
		("/tile/1/000", 65_536),
		("/tile/2/000.p/1", 65_536),
		("/tile/entries/001.p/45", 301),
		("/tile/63/000", u64::MAX),
		("/tile/0/x018/x446/x744/x073/x709/x551/615", u64::MAX),
	] {
		let reply = get(at, path);
		let problem = problem(&reply);
		assert_eq!((reply.status, &problem["type"]), (404, &"urn:pantheon:log:future-size".into()));
		assert_eq!((&problem["needed"], &problem["size"]), (&needed.into(), &300.into()), "{path}");
	}
	// The page shows what is served.
	let shown = String::from_utf8(get(at, "/tile/0/001").body).unwrap();
	assert!(PAGE.contains(&shown), "{shown}");
	for path in [
		"/",
		"/checkpoint/",
		"//checkpoint",
		"/Checkpoint",
		"/tile/0/0",
		"/tile/0/000.p/256",
		"/tile/0/../0/000",
		"/tile/%30/000",
		"/metrics",
		"/tile/64/000",
	] {
		let reply = get(at, path);
		assert_eq!(problem(&reply)["type"], "urn:pantheon:log:unknown-path", "{path}");
		assert_eq!(reply.status, 404);
	}
	for method in ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "BREW"] {
		let reply = request(at, method, "/checkpoint", "content-length: 0\r\n");
		assert_eq!(problem(&reply)["type"], "urn:pantheon:log:method-not-allowed", "{method}");
		assert_eq!((reply.status, reply.header("allow")), (405, "GET, HEAD"));
	}
}

#[test]
fn an_empty_log_is_served_too() {
	let served = Served::with(0);
	let note = checkpoint(served.address);
	assert_eq!((note.size, note.root), (0, sha256(b"")));
	assert_eq!(problem(&get(served.address, "/tile/0/000.p/1"))["needed"], 1);
}

#[test]
fn a_damaged_store_is_reported_and_not_served() {
	let folder = tempfile::tempdir().unwrap();
	let mut chain = MemoryChain::new();
	chain.push(&[Item::Single; 300]);
	chain.finalize_all();
	follow_all(&open(folder.path()), &chain);
	damage_first_leaf(folder.path());
	let served = Served::of(folder, Limits::default());
	let reply = get(served.address, "/tile/0/000");
	assert_eq!(
		(reply.status, &problem(&reply)["type"]),
		(500, &"urn:pantheon:log:internal".into())
	);
	assert!(served.store.damage_reported());
	assert_eq!(get(served.address, "/tile/0/001.p/44").status, 200);
}

fn damage_first_leaf(folder: &Path) {
	let columns = rocksdb::DB::list_cf(&Default::default(), folder.join("db")).unwrap();
	let db = rocksdb::DB::open_cf(&Default::default(), folder.join("db"), columns).unwrap();
	let tiles = db.cf_handle("tiles").unwrap();
	let mut row = db.get_cf(tiles, [0; 9]).unwrap().unwrap();
	row[0] ^= 1;
	db.put_cf(tiles, [0; 9], row).unwrap();
}

const ONE: &str = "GET /tile/0/000 HTTP/1.1\r\nhost: log\r\n\r\n";
const LAST: &str = "GET /tile/0/001.p/44 HTTP/1.1\r\nhost: log\r\nconnection: close\r\n\r\n";

/// What comes back before the connection ends, in whatever way it ends.
fn sent(at: SocketAddr, request: &[u8]) -> String {
	let mut stream = TcpStream::connect(at).unwrap();
	stream.set_read_timeout(Some(PATIENCE)).unwrap();
	// The server may end the connection while it is still sent to.
	let _ = stream.write_all(request);
	let mut reply = Vec::new();
	let _ = stream.read_to_end(&mut reply);
	String::from_utf8_lossy(&reply).into_owned()
}

#[test]
fn a_request_is_whole_in_time_and_of_bounded_size() {
	let limits = Limits { head: Duration::from_millis(500), head_bytes: 8192, ..Limits::default() };
	let served = Served::of(tempfile::tempdir().unwrap(), limits);
	served.grow(&mut MemoryChain::new(), 300);
	let at = served.address;
	// Two requests at once, the second ends the connection.
	assert!(ask(at, &[ONE, LAST].concat()).len() > 8192 + 44 * 32);

	let start = Instant::now();
	let never_ends = sent(at, b"GET /checkpoint HTTP/1.1\r\nhost:");
	assert!(start.elapsed() < PATIENCE / 2, "it was cut off");
	let large = format!("GET /checkpoint HTTP/1.1\r\nx: {}\r\n\r\n", "y".repeat(9000));
	let large = sent(at, large.as_bytes());
	let fields = format!("GET /checkpoint HTTP/1.1\r\n{}\r\n", "x: y\r\n".repeat(65));
	let fields = sent(at, fields.as_bytes());
	let tls = sent(at, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n");
	for reply in [never_ends, large, fields, tls] {
		assert!(reply.is_empty() || reply.starts_with("HTTP/1.1 4"), "{reply}");
	}
	assert_eq!(get(at, "/checkpoint").status, 200);
}

#[test]
fn too_many_connections_are_closed_until_there_is_room() {
	let limits = Limits { connections: 3, head: PATIENCE, ..Limits::default() };
	let served = Served::of(tempfile::tempdir().unwrap(), limits);
	served.grow(&mut MemoryChain::new(), 300);
	let idle: Vec<_> = (0..3).map(|_| TcpStream::connect(served.address).unwrap()).collect();
	assert_eq!(sent(served.address, LAST.as_bytes()), "");
	assert_eq!(served.metric("pantheon_log_http_refused_connections_total", &[]), 1.0);
	assert_eq!(served.metric("pantheon_log_http_connections", &[]), 3.0);
	drop(idle);
	let start = Instant::now();
	while !sent(served.address, LAST.as_bytes()).starts_with("HTTP/1.1 200") {
		assert!(start.elapsed() < PATIENCE, "there is room again");
	}
}

#[test]
fn a_connection_ends_however_busy_it_is() {
	let limits = Limits { connection: Duration::from_secs(2), ..Limits::default() };
	let served = Served::of(tempfile::tempdir().unwrap(), limits);
	served.grow(&mut MemoryChain::new(), 300);
	let mut busy = TcpStream::connect(served.address).unwrap();
	busy.set_read_timeout(Some(PATIENCE)).unwrap();
	let start = Instant::now();
	let mut buffer = [0; 16 * 1024];
	let mut rounds = 0;
	while busy.write_all(ONE.as_bytes()).is_ok() && matches!(busy.read(&mut buffer), Ok(1..)) {
		rounds += 1;
		assert!(start.elapsed() < PATIENCE, "the connection outlives its time");
		std::thread::sleep(Duration::from_millis(20));
	}
	assert!(rounds > 1);
}

#[test]
fn requests_are_counted_by_resource_and_status() {
	let served = Served::with(300);
	let at = served.address;
	get(at, "/checkpoint");
	get(at, "/checkpoint");
	get(at, "/tile/0/000");
	get(at, "/tile/0/002");
	get(at, "/tile/entries/000");
	get(at, "/favicon.ico");
	let count = |resource, status| {
		let labels = [("resource", resource), ("status", status)];
		served.metric("pantheon_log_http_requests_total", &labels)
	};
	assert_eq!(count("checkpoint", "200"), 2.0);
	assert_eq!((count("tile", "200"), count("tile", "404")), (1.0, 1.0));
	assert_eq!((count("entries", "200"), count("other", "404")), (1.0, 1.0));
}
