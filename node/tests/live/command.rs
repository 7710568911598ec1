//! The command line: what is asked for by name, and what is said where something is missing.

use crate::common::*;
use std::process::{Command, Output};

fn run(args: &[&str]) -> Output {
	Command::new(env!("CARGO_BIN_EXE_pantheon-node")).args(args).output().unwrap()
}

/// Insists on these words, and gives the exit status.
fn refused(args: &[&str], words: &str) -> Option<i32> {
	let output = run(args);
	let said = String::from_utf8_lossy(&output.stderr);
	assert!(said.contains(words), "no {words:?} in {said}");
	output.status.code()
}

#[test]
fn no_chain_is_taken_that_nobody_named() {
	assert_eq!(refused(&["export-chain-spec"], "--chain <CHAIN>"), Some(2));
	let trust = ["export-trust", "--bitcoin-network", "regtest"];
	assert_eq!(refused(&trust, "--chain <CHAIN>"), Some(2));
	assert_eq!(refused(&["build-spec"], "name a chain: --chain dev, local, staging"), Some(1));
	assert_eq!(refused(&[], "name a chain: --chain dev, local, staging"), Some(1));
	let exported = run(&["export-chain-spec", "--chain", "dev"]);
	assert!(exported.status.success());
	let spec: serde_json::Value = serde_json::from_slice(&exported.stdout).unwrap();
	assert_eq!(spec["id"], "pantheon-dev");
}

/// `--alice` is `--validator` too, so what needs the one takes the other.
#[test]
fn validators_by_name_are_validators() {
	const INSECURE: &str = "--insecure-validator-i-know-what-i-do";
	assert_eq!(refused(&[INSECURE, "--chain", "nowhere.json"], "--validator"), Some(2));
	for validator in ["--validator", "--alice", "--two"] {
		let args = [validator, INSECURE, "--chain", "nowhere.json"];
		assert_eq!(refused(&args, "nowhere.json"), Some(1), "{validator}");
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chain_of_placeholders_says_why_it_waits() {
	let base = tempfile::tempdir().unwrap();
	let (node, _) = Node::start(base.path(), &["--chain", "staging"]).await;
	let said = node.said();
	assert!(said.contains("4 of this chain's 4 authorities are placeholders"), "{said}");
	assert!(said.contains("export-chain-spec --chain staging"), "{said}");
	node.kill();
}
