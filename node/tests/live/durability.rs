//! A node that is killed, and a log store that is deleted or damaged, lose nothing that was
//! acknowledged as finalised, and come back to the same root.

use crate::common::*;
use pantheon_client::{audit_rpc::Status, Account, Client, Stage};
use pantheon_primitives::{
	hash::SoftwareSha256,
	log::{verify_consistency, verify_inclusion, Entry},
	BlockHash, LeafHash, LogRoot, OperatorId,
};
use std::{
	fs,
	path::Path,
	sync::{Arc, Mutex},
};

/// A record whose submitter was told that it is finalised.
struct Acknowledged {
	sequence: u64,
	leaf: LeafHash,
	members: Vec<LeafHash>,
	block: BlockHash,
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_finalised_is_lost_to_sigkill_or_to_a_broken_store() {
	let base = tempfile::tempdir().unwrap();
	let (node, client) = Node::dev(base.path()).await;
	let alice = Account::named("//Alice").unwrap();
	let operator = Operator::new(1, client.genesis());
	operator.register(&client, &alice).await;

	// Records flow: each is submitted at once, and watched on its own.
	let acknowledged = Arc::new(Mutex::new(Vec::<Acknowledged>::new()));
	let flow = tokio::spawn({
		let (client, acknowledged) = (client.clone(), acknowledged.clone());
		let mut pipeline = client.pipeline(alice.clone()).await.unwrap();
		let mut operator = operator;
		async move {
			// Ends when the node does.
			loop {
				let members = if operator.next % 5 == 4 { 300 } else { 0 };
				let sealed = operator.seal(members);
				let Ok(submission) = pipeline.submit(&sealed.call).await else { return operator };
				let acknowledged = acknowledged.clone();
				tokio::spawn(async move {
					let stage = submission.wait(Stage::Finalised, PATIENCE, |_| ()).await;
					if let Ok(found) = stage {
						let entry = Entry::statement(sealed.statement.digest());
						acknowledged.lock().unwrap().push(Acknowledged {
							sequence: sealed.sequence,
							leaf: entry.leaf_hash::<SoftwareSha256>(),
							members: sealed.members,
							block: found.block,
						});
					}
				});
				tokio::time::sleep(std::time::Duration::from_millis(250)).await;
			}
		}
	});
	let before = until("twenty finalised records in the log", || async {
		let status = client.audit_status().await.unwrap();
		let enough = acknowledged.lock().unwrap().len() >= 20 && status.size >= 20;
		enough.then_some(status)
	})
	.await;
	node.kill();
	let operator = flow.await.unwrap().id();
	// Whatever was acknowledged after the kill can't be: the connection is gone.
	let acknowledged = std::mem::take(&mut *acknowledged.lock().unwrap());
	assert!(acknowledged.len() >= 20);

	let (node, client) = Node::dev(base.path()).await;
	let after = caught_up(&client, before.block_number + 2).await;
	assert_holds_all(&client, operator, &acknowledged, &before).await;
	assert_extends(&client, &before, &after).await;
	assert!(!node.said().contains("rebuilding the log store"));
	node.kill();

	// The store is deleted.
	fs::remove_dir_all(log_folder(base.path())).unwrap();
	let (node, client) = Node::dev(base.path()).await;
	let rebuilt = caught_up(&client, after.block_number).await;
	assert_holds_all(&client, operator, &acknowledged, &before).await;
	assert_extends(&client, &after, &rebuilt).await;
	assert!(node.said().contains("Log store: starting empty"));
	node.kill();

	// A tile is damaged.
	flip_tile(base.path());
	let (node, client) = Node::dev(base.path()).await;
	let healed = caught_up(&client, rebuilt.block_number).await;
	assert_holds_all(&client, operator, &acknowledged, &before).await;
	assert_extends(&client, &rebuilt, &healed).await;
	assert!(node.said().contains("rebuilding the log store"), "{}", node.said());
	node.kill();
}

/// The status once the store has reached block `number` and lacks nothing.
async fn caught_up(client: &Client, number: u32) -> Status {
	until("the log store", || async {
		let status = client.audit_status().await.unwrap();
		(status.block_number >= number && status.lag == 0).then_some(status)
	})
	.await
}

async fn assert_holds_all(
	client: &Client,
	operator: OperatorId,
	acknowledged: &[Acknowledged],
	before: &Status,
) {
	let root = LogRoot::new(before.root.into());
	for record in acknowledged {
		let entry = client.entry_by_position(operator, record.sequence).await.unwrap();
		assert_eq!(entry.leaf.0, record.leaf.into_bytes());
		assert_eq!(entry.block_hash.0, record.block.into_bytes());
		if entry.index < before.size {
			let path = client.inclusion_proof(entry.index, before.size).await.unwrap();
			verify_inclusion::<SoftwareSha256>(
				&record.leaf,
				entry.index,
				before.size,
				&path,
				&root,
			)
			.unwrap();
		}
		if let Some(leaf) = record.members.last() {
			let found = client.member_by_leaf(*leaf).await.unwrap();
			let index = record.members.len() as u32 - 1;
			assert_eq!((found.sequence, found.index), (record.sequence, index));
			let proof = client.member_proof(operator, record.sequence, index).await.unwrap();
			let batch = proof.entry.batch.unwrap();
			let path: Vec<[u8; 32]> = proof.path.into_iter().map(Into::into).collect();
			let (index, size) = (index.into(), batch.count.into());
			let root = LogRoot::new(batch.root.into());
			verify_inclusion::<SoftwareSha256>(leaf, index, size, &path, &root).unwrap();
		}
	}
}

/// The later log begins with the earlier one, root for root.
async fn assert_extends(client: &Client, old: &Status, new: &Status) {
	assert!(new.size >= old.size);
	let path = client.consistency_proof(old.size, new.size).await.unwrap();
	let (from, to) = (LogRoot::new(old.root.into()), LogRoot::new(new.root.into()));
	verify_consistency::<SoftwareSha256>(old.size, &from, new.size, &to, &path).unwrap();
}

fn flip_tile(base: &Path) {
	let options = rocksdb::Options::default();
	let path = log_folder(base).join("db");
	let names = rocksdb::DB::list_cf(&options, &path).unwrap();
	let db = rocksdb::DB::open_cf(&options, &path, names).unwrap();
	let tiles = db.cf_handle("tiles").unwrap();
	let key = [0; 9];
	let mut tile = db.get_cf(tiles, key).unwrap().unwrap();
	tile[40] ^= 1;
	db.put_cf(tiles, key, tile).unwrap();
}
