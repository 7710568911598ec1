//! Where an export's Bitcoin headers come from. The audit checks them, so nobody is trusted here.

use crate::{
	commitment::FileError,
	error::{CliError, ContentError},
};
use bitcoincore_rpc::{Auth, Client, RpcApi};
use pantheon_primitives::bitcoin::{PinnedHeader, HEADER_LEN};
use serde::de::DeserializeOwned;
use serde_json::{json, Value};
use sha2::{Digest, Sha256};
use std::{
	fs::File,
	io::{self, BufReader, Read},
	path::{Path, PathBuf},
};

/// Why a Bitcoin node gave no headers.
#[derive(Debug, thiserror::Error)]
#[error("the Bitcoin node at {url} does not answer {method}: {reason}")]
pub struct BitcoinNodeError {
	/// Its address.
	pub url: String,
	/// What was asked.
	pub method: &'static str,
	/// What it, or the transport, said.
	pub reason: String,
}

/// A Bitcoin Core node, asked for headers only.
pub struct BitcoinNode {
	url: String,
	client: Client,
}

impl BitcoinNode {
	/// A node at `http://HOST:PORT`, with the cookie file that it writes at each start, or else with user
	/// and password in the address (`http://USER:PASSWORD@HOST:PORT`).
	pub fn new(url: &str, cookie: Option<PathBuf>) -> Result<Self, BitcoinNodeError> {
		let (address, auth) = match (
			cookie,
			url.split_once("://").and_then(|(scheme, rest)| {
				let (user, host) = rest.rsplit_once('@')?;
				let (user, password) = user.split_once(':')?;
				Some((format!("{scheme}://{host}"), user.to_owned(), password.to_owned()))
			}),
		) {
			(Some(cookie), _) => (url.to_owned(), Auth::CookieFile(cookie)),
			(None, Some((address, user, password))) => (address, Auth::UserPass(user, password)),
			(None, None) => (url.to_owned(), Auth::None),
		};
		let client = Client::new(&address, auth).map_err(|error| BitcoinNodeError {
			url: address.clone(),
			method: "the connection",
			reason: error.to_string(),
		})?;
		Ok(Self { url: address, client })
	}

	/// Height of its best chain.
	pub fn height(&self) -> Result<u32, BitcoinNodeError> {
		self.call("getblockcount", &[])
	}

	/// The header at a height of its best chain.
	pub fn header(&self, height: u32) -> Result<[u8; 80], BitcoinNodeError> {
		let hash: String = self.call("getblockhash", &[json!(height)])?;
		let header: String = self.call("getblockheader", &[json!(hash), json!(false)])?;
		let mut bytes = [0; 80];
		hex::decode_to_slice(&header, &mut bytes)
			.map_err(|_| self.error("getblockheader", &"not the 80 bytes of a header"))?;
		Ok(bytes)
	}

	pub(crate) fn call<T: DeserializeOwned>(
		&self,
		method: &'static str,
		params: &[Value],
	) -> Result<T, BitcoinNodeError> {
		self.client.call(method, params).map_err(|error| self.error(method, &error))
	}

	pub(crate) fn error(&self, method: &'static str, reason: &dyn ToString) -> BitcoinNodeError {
		BitcoinNodeError { url: self.url.clone(), method, reason: reason.to_string() }
	}
}

/// Headers in a file, 80 bytes each, one after the other.
pub struct HeaderFile {
	path: PathBuf,
	file: BufReader<File>,
}

impl HeaderFile {
	/// Opens the file.
	pub fn open(path: &Path) -> Result<Self, CliError> {
		let file = File::open(path).map_err(|source| unreadable(path, source))?;
		Ok(Self { path: path.to_owned(), file: BufReader::new(file) })
	}

	/// The headers after the pinned one: the file may begin before it, at it, or right after it.
	pub fn after(
		self,
		pinned: &PinnedHeader,
	) -> impl Iterator<Item = Result<[u8; HEADER_LEN], CliError>> {
		let pinned = pinned.header;
		let mut found = false;
		self.filter(move |header| match header {
			Ok(header) if *header == pinned => {
				found = true;
				false
			},
			Ok(header) => {
				found |= follows(header, &pinned);
				found
			},
			Err(_) => true,
		})
	}
}

impl Iterator for HeaderFile {
	type Item = Result<[u8; HEADER_LEN], CliError>;

	fn next(&mut self) -> Option<Self::Item> {
		let mut bytes = Vec::with_capacity(HEADER_LEN);
		if let Err(source) = (&mut self.file).take(HEADER_LEN as u64).read_to_end(&mut bytes) {
			return Some(Err(unreadable(&self.path, source)));
		}
		if bytes.is_empty() {
			return None;
		}
		Some(bytes.try_into().map_err(|_| {
			let source = ContentError::BitcoinHeaders;
			CliError::Content { path: self.path.clone(), source }
		}))
	}
}

/// Whether a header names the other one as its parent.
fn follows(header: &[u8; HEADER_LEN], parent: &[u8; HEADER_LEN]) -> bool {
	let hash: [u8; 32] = Sha256::digest(Sha256::digest(parent)).into();
	header.get(4..36) == Some(hash.as_slice())
}

fn unreadable(path: &Path, source: io::Error) -> CliError {
	CliError::File(FileError { path: path.to_owned(), source })
}
