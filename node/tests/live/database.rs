//! Every command finds the chain in the database that the node put it in, and a chain that is purged is gone.

use crate::common::*;
use pantheon_client::Account;
use std::{
	fs,
	path::Path,
	process::{Command, Output},
};

fn command(base: &Path, name: &str, args: &[&str]) -> Output {
	let output = Command::new(env!("CARGO_BIN_EXE_pantheon-node"))
		.args([name, "--dev", "--base-path"])
		.arg(base)
		.args(args)
		.output()
		.unwrap();
	assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
	output
}

/// Exports the chain, and says how many blocks it has and what the file holds.
fn exported(base: &Path) -> (u64, Vec<u8>) {
	let file = base.join("blocks");
	command(base, "export-blocks", &["--binary", file.to_str().unwrap()]);
	let blocks = fs::read(&file).unwrap();
	let count = blocks.first_chunk::<8>().map_or(0, |bytes| u64::from_le_bytes(*bytes));
	(count, blocks)
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_work_on_the_nodes_own_database() {
	let base = tempfile::tempdir().unwrap();
	let (node, client) = Node::dev(base.path()).await;
	let alice = Account::named("//Alice").unwrap();
	Operator::new(9, client.genesis()).register(&client, &alice).await;
	node.kill();

	let chain = base.path().join("chains/pantheon-dev");
	let (count, blocks) = exported(base.path());
	assert!(count > 0);
	// What an attempt to open a RocksDB leaves behind where there is none.
	fs::create_dir_all(chain.join("db/full")).unwrap();
	assert_eq!(exported(base.path()), (count, blocks.clone()));

	let copy = tempfile::tempdir().unwrap();
	let file = base.path().join("blocks");
	command(copy.path(), "import-blocks", &["--binary", file.to_str().unwrap()]);
	assert_eq!(exported(copy.path()), (count, blocks));

	assert!(log_folder(base.path()).exists());
	command(base.path(), "purge-chain", &["-y"]);
	assert!(!chain.join("paritydb").exists());
	assert!(!log_folder(base.path()).exists());
}
