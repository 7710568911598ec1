//! The running node's log over HTTP: every root from tiles and entries alone, and what the node's log key
//! signs.

#[path = "../../log-http/tests/reader/mod.rs"]
mod reader;

use crate::common::*;
use jsonrpsee::core::client::{ClientT, Error};
use pantheon_client::{
	audit_rpc::{AuditApiClient, LogKeyView},
	Account, Client, Stage,
};
use pantheon_primitives::{
	hash::{sha256, SoftwareSha256},
	log::Entry,
	receipt::Receipt,
	seal::{verify_signature, PublicKey},
	tlog::SignedCheckpoint,
	LeafHash,
};
use reader::{checkpoint, get, request, Reader};
use serde_json::Value;
use std::{collections::BTreeMap, fs, net::SocketAddr, os::unix::fs::PermissionsExt};

/// Records that are final before the next ones are sent, so that they come to stand in several blocks.
const WAVES: [u64; 3] = [1, 254, 45];
/// More than a tile, so that there is a full one and a second level.
const RECORDS: u64 = 300;

fn code(error: Error) -> i32 {
	match error {
		Error::Call(error) => error.code(),
		other => panic!("expected an error of the method, got {other}"),
	}
}

/// The log's size and root in the header of every block: what consensus says.
async fn roots_of_headers(client: &Client, last: u32) -> BTreeMap<u64, [u8; 32]> {
	let mut roots = BTreeMap::new();
	for number in 1..=last {
		let params = jsonrpsee::rpc_params![number];
		let hash: String = client.rpc().request("chain_getBlockHash", params).await.unwrap();
		let params = jsonrpsee::rpc_params![hash];
		let header: Value = client.rpc().request("chain_getHeader", params).await.unwrap();
		let items = header["digest"]["logs"].as_array().unwrap();
		let digest = items.iter().find_map(|item| {
			let item = hex::decode(item.as_str()?.strip_prefix("0x")?).ok()?;
			// A consensus item of the log: its number, engine, length, and 41 bytes.
			item.strip_prefix(b"\x04PNLG\xa4").map(<[u8]>::to_vec)
		});
		let digest = digest.expect("every block says where the log is");
		let size = u64::from_le_bytes(digest[1..9].try_into().unwrap());
		roots.insert(size, digest[9..].try_into().unwrap());
	}
	roots
}

fn served_at(port: u16) -> SocketAddr {
	([127, 0, 0, 1], port).into()
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
	tokio::task::spawn_blocking(work).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_rebuilt_from_what_the_node_serves() {
	let base = tempfile::tempdir().unwrap();
	let port = free_port();
	let args = ["--dev", "--log-http-port", &port.to_string()];
	let (node, client) = Node::start(base.path(), &args).await;
	let at = served_at(port);
	let rpc = client.rpc();

	// The key: made at first start, the owner's only, and never in the log.
	let path = log_folder(base.path()).with_file_name("log-key");
	let seed = fs::read(&path).unwrap();
	assert_eq!(seed.len(), 32);
	assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
	let key = rpc.log_key().await.unwrap();
	let public = PublicKey::from_bytes(&key.key.0).unwrap();
	assert_eq!(key.key_id.0, sha256(&key.key.0));

	// Nothing is in the log yet.
	let empty = blocking(move || checkpoint(at)).await;
	assert_eq!((empty.size, empty.root), (0, sha256(b"")));
	assert_eq!(blocking(move || get(at, "/tile/0/000.p/1").status).await, 404);
	assert_eq!(code(rpc.receipt(0, 0).await.unwrap_err()), -33001);
	assert_eq!(code(rpc.receipt(0, 1).await.unwrap_err()), -33002);

	let alice = Account::named("//Alice").unwrap();
	let mut operator = Operator::new(4, client.genesis());
	operator.register(&client, &alice).await;
	let mut pipeline = client.pipeline(alice).await.unwrap();
	let mut leaves: Vec<LeafHash> = vec![];
	for records in WAVES {
		let mut waiting = vec![];
		for number in 0..records {
			let sealed = operator.seal(if number % 100 == 7 { 40 } else { 0 });
			leaves.push(Entry::statement(sealed.statement.digest()).leaf_hash::<SoftwareSha256>());
			waiting.push(pipeline.submit(&sealed.call).await.unwrap());
		}
		for submission in waiting {
			submission.wait(Stage::Finalised, PATIENCE, |_| ()).await.unwrap();
		}
	}
	until("all records in the served log", || async {
		(client.audit_status().await.unwrap().size == RECORDS).then_some(())
	})
	.await;

	// The signed checkpoint says what the finalised header says.
	let note = blocking(move || checkpoint(at)).await;
	let status = client.audit_status().await.unwrap();
	assert_eq!((note.size, note.root), (RECORDS, status.root.0));
	assert_eq!(note.origin, format!("pantheon/{}", client.genesis()));
	assert_eq!(note.signatures.len(), 1);
	verify_signature(&public, note.text.as_bytes(), &note.signatures[0].2).unwrap();
	let bytes = blocking(move || get(at, "/checkpoint").body).await;
	let signed = SignedCheckpoint::decode(&bytes).unwrap().verify(&public).unwrap();
	assert_eq!((signed.genesis, signed.size), (client.genesis(), RECORDS));

	// Every root so far, from tiles and from entries; where a block ended, it is the header's.
	let headers = roots_of_headers(&client, status.block_number).await;
	assert!(headers.len() > 2 && headers.contains_key(&RECORDS), "{headers:?}");
	let known = leaves.clone();
	blocking(move || {
		let mut reader = Reader::new(at);
		for size in 0..=RECORDS {
			let root = reader.root_from_tiles(size);
			assert_eq!(reader.root_from_entries(size), root, "{size}");
			let naive: Vec<_> =
				known[..size as usize].iter().map(|leaf| leaf.into_bytes()).collect();
			assert_eq!(reader::tree_hash(&naive), root, "{size}");
			if let Some(header) = headers.get(&size) {
				assert_eq!(header, &root, "{size}");
			}
		}
	})
	.await;

	// Receipts of entries at sizes before and at the end.
	for (index, size) in [(0, 1), (0, RECORDS), (255, 256), (256, 257), (RECORDS - 1, RECORDS)] {
		let answer = rpc.receipt(index, size).await.unwrap();
		assert_eq!(answer.key, key.key);
		let receipt = Receipt::decode(&answer.receipt.0).unwrap();
		assert_eq!((receipt.index, receipt.log_size, receipt.log), (index, size, client.genesis()));
		let root = receipt.verify(&public, &leaves[index as usize]).unwrap();
		let naive: Vec<_> = leaves[..size as usize].iter().map(|leaf| leaf.into_bytes()).collect();
		assert_eq!(root.into_bytes(), reader::tree_hash(&naive));
	}
	assert_eq!(code(rpc.receipt(RECORDS, RECORDS).await.unwrap_err()), -33001);
	assert_eq!(code(rpc.receipt(0, RECORDS + 1).await.unwrap_err()), -33002);
	assert_eq!(code(rpc.receipt(u64::MAX, u64::MAX).await.unwrap_err()), -33002);
	assert_eq!(blocking(move || request(at, "POST", "/checkpoint", "").status).await, 405);

	// Killed and started again without the port: the same key, and nothing is served.
	let said = node.said();
	node.kill();
	let (node, client) = Node::dev(base.path()).await;
	let again: LogKeyView = client.rpc().log_key().await.unwrap();
	assert_eq!(again, key);
	assert_eq!(fs::read(&path).unwrap(), seed);
	assert!(std::net::TcpStream::connect(at).is_err());
	for said in [said, node.said()] {
		assert!(said.contains(&format!("Log key id: {}", hex::encode(key.key_id.0))));
		assert!(!said.contains(&hex::encode(&seed)));
	}
}
