//! The chain's list of its Bitcoin anchors, kept by the anchoring service's own code on a running chain: an anchor is
//! reported, a reorganisation of Bitcoin moves it, and its entry is corrected.
//!
//! The Bitcoin side is made here, with regtest's proof of work: the chain sees headers, and asks no Bitcoin node.

use crate::common::*;
use pantheon_anchor::chain::{CheckpointSource, NodeChain};
use pantheon_client::{Account, AnchorEntry, Call, Client, ClientError, Stage};
use pantheon_primitives::{
	bitcoin::{test_helpers::AnchorShape, AnchorProof},
	trust::TrustFile,
	Checkpoint,
};
use std::process::Command;
use tokio::runtime::Handle;

/// The checkpoint's anchor with so many blocks before its own, and so many from that one on. Branches with another
/// number before part from each other at the lower of the two anchors' heights.
fn branch(checkpoint: &Checkpoint, blocks_before: u32, confirmations: u32) -> AnchorProof {
	AnchorShape { blocks_before, confirmations, ..Default::default() }.build(checkpoint)
}

/// The trust file of the development chain, as auditors get it.
fn trust() -> TrustFile {
	let args = ["export-trust", "--chain", "dev", "--bitcoin-network", "regtest"];
	let output = Command::new(env!("CARGO_BIN_EXE_pantheon-node")).args(args).output().unwrap();
	assert!(output.status.success(), "{output:?}");
	TrustFile::parse(&output.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_anchor_that_bitcoin_moves_is_corrected_on_the_chain() {
	let base = tempfile::tempdir().unwrap();
	let (node, client) = Node::dev(base.path()).await;
	until("a final block", || async { client.audit_checkpoint(None).await.ok() }).await;
	// The service has a runtime of its own, and blocks.
	let url = node.url.clone();
	tokio::task::spawn_blocking(move || follow_a_reorganisation(&url, &client)).await.unwrap();
}

fn follow_a_reorganisation(url: &str, client: &Client) {
	let alice = Account::named("//Alice").unwrap();
	let mut chain = NodeChain::new(url, None, trust(), Some(alice.clone())).unwrap();
	let checkpoint = chain.newest().unwrap();
	// The entry at height `height`, once it is final.
	let entry_at = |height: u32| -> AnchorEntry {
		Handle::current().block_on(until("the chain's entry", || async {
			let entry = client.anchor_entry(&checkpoint).await.unwrap();
			entry.filter(|entry| entry.bitcoin.height == height)
		}))
	};

	// At height 3, six blocks deep.
	let reported = branch(&checkpoint, 2, 6);
	chain.report(&checkpoint, &reported).unwrap();
	let first = entry_at(3);
	assert_eq!((first.number, first.bitcoin.confirmations), (0, 6));
	// It stands where it stood: nothing is sent, so nothing is refused either.
	chain.report(&checkpoint, &branch(&checkpoint, 2, 9)).unwrap();

	// Another branch holds it at height 5. With no more work than was shown before, the service waits, since the
	// chain would refuse.
	let equal = branch(&checkpoint, 4, 6);
	let waits = chain.report(&checkpoint, &equal).unwrap_err().to_string();
	assert!(waits.contains("a reorganisation moved it"), "{waits}");
	let refused = Handle::current().block_on(async {
		let submission = client.submit(&Call::correct_anchor(0, &equal), &alice).await.unwrap();
		submission.wait(Stage::Included, PATIENCE, |_| ()).await.unwrap_err()
	});
	let ClientError::Refused { pallet, error, .. } = refused else { panic!("{refused}") };
	assert_eq!((pallet.as_str(), error.as_str()), ("Anchor", "NotMoreWork"));

	// One block more.
	chain.report(&checkpoint, &branch(&checkpoint, 4, 7)).unwrap();
	let moved = entry_at(5);
	assert_eq!((moved.number, moved.bitcoin.confirmations), (0, 7));
	assert_eq!(moved.bitcoin.txid, first.bitcoin.txid);
	assert_ne!(moved.bitcoin.block_hash, first.bitcoin.block_hash);
	// And back only for more work again.
	chain.report(&checkpoint, &reported).unwrap_err();
}
