//! A reader of tlog-tiles that shares nothing with the server but SHA-256: it makes the names, parses the
//! note and folds the hashes by itself, after C2SP's pages and RFC 9162.

#![allow(dead_code, missing_docs)]

use pantheon_primitives::hash::sha256;
use std::{
	collections::HashMap,
	io::{Read, Write},
	net::{SocketAddr, TcpStream},
	time::Duration,
};

pub type Hash = [u8; 32];

pub struct Reply {
	pub status: u16,
	pub headers: HashMap<String, String>,
	pub body: Vec<u8>,
}

impl Reply {
	pub fn header(&self, name: &str) -> &str {
		self.headers.get(name).map_or("", String::as_str)
	}

	/// Takes one reply from the bytes that a connection gave until it ended.
	pub fn parse(bytes: &[u8]) -> Self {
		let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("a whole head");
		let head = std::str::from_utf8(&bytes[..end]).unwrap();
		let mut lines = head.split("\r\n");
		let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
		let headers = lines.map(|line| line.split_once(": ").unwrap());
		let headers =
			headers.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
		Self { status, headers, body: bytes[end + 4..].to_vec() }
	}
}

/// One request on a connection of its own, and everything that comes back.
pub fn ask(address: SocketAddr, request: &str) -> Vec<u8> {
	let mut stream = TcpStream::connect(address).unwrap();
	stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
	stream.write_all(request.as_bytes()).unwrap();
	let mut bytes = Vec::new();
	stream.read_to_end(&mut bytes).unwrap();
	bytes
}

pub fn request(address: SocketAddr, method: &str, path: &str, headers: &str) -> Reply {
	let request =
		format!("{method} {path} HTTP/1.1\r\nhost: log\r\nconnection: close\r\n{headers}\r\n");
	Reply::parse(&ask(address, &request))
}

pub fn get(address: SocketAddr, path: &str) -> Reply {
	request(address, "GET", path, "")
}

/// RFC 9162 §2.1.1.
pub fn tree_hash(leaves: &[Hash]) -> Hash {
	match leaves {
		[] => sha256(b""),
		[leaf] => *leaf,
		_ => {
			let split = leaves.len().next_power_of_two() / 2;
			node(&tree_hash(&leaves[..split]), &tree_hash(&leaves[split..]))
		},
	}
}

fn node(left: &Hash, right: &Hash) -> Hash {
	sha256(&[&[1][..], left, right].concat())
}

pub fn leaf(entry: &[u8]) -> Hash {
	sha256(&[&[0][..], entry].concat())
}

fn name(kind: &str, index: u64, width: usize) -> String {
	let mut elements = vec![format!("{:03}", index % 1000)];
	let mut rest = index / 1000;
	while rest > 0 {
		elements.push(format!("x{:03}", rest % 1000));
		rest /= 1000;
	}
	elements.reverse();
	let partial = if width == 256 { String::new() } else { format!(".p/{width}") };
	format!("/tile/{kind}/{}{partial}", elements.join("/"))
}

/// Rebuilds roots from what a server gives.
pub struct Reader {
	address: SocketAddr,
	/// Resources that were read; they never change.
	read: HashMap<String, Vec<u8>>,
}

impl Reader {
	pub fn new(address: SocketAddr) -> Self {
		Self { address, read: HashMap::new() }
	}

	fn fetch(&mut self, name: String) -> Vec<u8> {
		let address = self.address;
		let read = self.read.entry(name);
		read.or_insert_with_key(|name| {
			let reply = get(address, name);
			assert_eq!(reply.status, 200, "{name}: {}", String::from_utf8_lossy(&reply.body));
			assert_eq!(reply.header("content-type"), "application/octet-stream");
			reply.body
		})
		.clone()
	}

	/// The hashes of a tile; of those above the leaves, each is shown to be the root of the tile below,
	/// and the leaves are shown to be those of the entries.
	fn hashes(&mut self, level: u32, index: u64, width: usize) -> Vec<Hash> {
		let name = name(&level.to_string(), index, width);
		let known = self.read.contains_key(&name);
		let bytes = self.fetch(name.clone());
		assert_eq!(bytes.len(), width * 32, "{name}");
		let hashes: Vec<Hash> = bytes.chunks(32).map(|hash| hash.try_into().unwrap()).collect();
		if known {
			return hashes;
		}
		let below: Vec<Hash> = match level {
			0 => self.entries(index, width).iter().map(|entry| leaf(entry)).collect(),
			_ => (index * 256..)
				.take(width)
				.map(|child| tree_hash(&self.hashes(level - 1, child, 256)))
				.collect(),
		};
		assert_eq!(hashes, below, "{name}");
		hashes
	}

	fn entries(&mut self, index: u64, width: usize) -> Vec<Vec<u8>> {
		let name = name("entries", index, width);
		let bytes = self.fetch(name.clone());
		let mut rest = &bytes[..];
		let mut entries = Vec::new();
		while let [high, low, after @ ..] = rest {
			let (entry, after) = after.split_at(u16::from_be_bytes([*high, *low]).into());
			assert_eq!(entry.len(), 33, "{name}");
			entries.push(entry.to_vec());
			rest = after;
		}
		assert_eq!((entries.len(), rest), (width, &[][..]), "{name}");
		entries
	}

	/// The root of the log of `size` entries from the tiles that such a log ends in.
	pub fn root_from_tiles(&mut self, size: u64) -> Hash {
		// Smallest subtrees first.
		let mut peaks = Vec::new();
		for level in 0..8 {
			let hashes = size >> (8 * level);
			let width = (hashes % 256) as usize;
			if width == 0 {
				continue;
			}
			let tile = self.hashes(level, hashes / 256, width);
			let mut within = Vec::new();
			let mut rest = &tile[..];
			for bit in (0..8).rev().filter(|bit| width >> bit & 1 == 1) {
				let (subtree, after) = rest.split_at(1 << bit);
				within.push(tree_hash(subtree));
				rest = after;
			}
			peaks.extend(within.into_iter().rev());
		}
		peaks.into_iter().reduce(|right, left| node(&left, &right)).unwrap_or_else(|| sha256(b""))
	}

	/// The root of the log of `size` entries from the entries alone.
	pub fn root_from_entries(&mut self, size: u64) -> Hash {
		let mut leaves = Vec::new();
		for index in 0..size.div_ceil(256) {
			let width = (size - index * 256).min(256) as usize;
			leaves.extend(self.entries(index, width).iter().map(|entry| leaf(entry)));
		}
		tree_hash(&leaves)
	}
}

/// A checkpoint as C2SP signed-note and tlog-checkpoint have it.
pub struct Checkpoint {
	pub text: String,
	pub origin: String,
	pub size: u64,
	pub root: Hash,
	/// Name, key id and signature of each signature line.
	pub signatures: Vec<(String, [u8; 4], Vec<u8>)>,
}

pub fn checkpoint(address: SocketAddr) -> Checkpoint {
	let reply = get(address, "/checkpoint");
	assert_eq!(reply.status, 200);
	assert_eq!(reply.header("content-type"), "text/plain; charset=utf-8");
	let note = String::from_utf8(reply.body).unwrap();
	let (text, signatures) = note.rsplit_once("\n\n").unwrap();
	let text = format!("{text}\n");
	let lines: Vec<_> = text.lines().collect();
	assert_eq!(lines.len(), 3, "{text}");
	let signatures = signatures.lines().map(|line| {
		let (name, signature) = line.strip_prefix("\u{2014} ").unwrap().split_once(' ').unwrap();
		let bytes = base64(signature);
		(name.to_owned(), bytes[..4].try_into().unwrap(), bytes[4..].to_vec())
	});
	Checkpoint {
		origin: lines[0].into(),
		size: lines[1].parse().unwrap(),
		root: base64(lines[2]).try_into().unwrap(),
		signatures: signatures.collect(),
		text: text.clone(),
	}
}

/// RFC 4648 §4.
fn base64(text: &str) -> Vec<u8> {
	const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	assert_eq!(text.len() % 4, 0);
	let digits = text.trim_end_matches('=');
	let mut bits = 0u32;
	let mut bytes = Vec::new();
	for (at, digit) in digits.bytes().enumerate() {
		let value = ALPHABET.iter().position(|letter| *letter == digit).unwrap();
		bits = bits << 6 | value as u32;
		let have = (at + 1) * 6 % 8;
		if have < 6 {
			bytes.push((bits >> have) as u8);
		}
	}
	bytes
}
