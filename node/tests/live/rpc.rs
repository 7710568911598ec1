//! One RPC port: Substrate's methods and `audit_*`, unsafe ones refused from outside, bounded work.

use crate::common::*;
use jsonrpsee::{
	core::client::{ClientT, Error, Subscription, SubscriptionClientT},
	rpc_params,
};
use pantheon_client::{
	audit_rpc::{AuditApiClient, HexDigest},
	Account, Client, Stage,
};
use pantheon_primitives::{
	finality::Header, hash::SoftwareSha256, log::verify_inclusion, LeafHash, LogRoot,
};
use serde_json::Value;

fn code(error: Error) -> i32 {
	match error {
		Error::Call(error) => error.code(),
		other => panic!("expected an error of the method, got {other}"),
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn a_public_node_refuses_unsafe_methods_and_unbounded_questions() {
	let base = tempfile::tempdir().unwrap();
	let (_node, client) = Node::start(base.path(), &["--chain", "dev", "--rpc-external"]).await;
	let rpc = client.rpc();

	let params = rpc_params!["babe", "//Alice", format!("0x{}", "00".repeat(32))];
	let refused: Result<Value, _> = rpc.request("author_insertKey", params).await;
	let refused = refused.unwrap_err();
	assert!(refused.to_string().contains("unsafe"), "{refused}");
	let refused: Result<Value, _> =
		rpc.request("system_addReservedPeer", rpc_params!["/ip4/127.0.0.1/tcp/1"]).await;
	assert!(refused.unwrap_err().to_string().contains("unsafe"));

	let chain: String = rpc.request("system_chain", rpc_params![]).await.unwrap();
	assert_eq!(chain, "Pantheon Development");
	let methods: Value = rpc.request("rpc_methods", rpc_params![]).await.unwrap();
	let methods = methods.to_string();
	for method in ["audit_status", "author_submitExtrinsic", "chainHead_v1_follow"] {
		assert!(methods.contains(&format!("\"{method}\"")), "{method} is missing");
	}

	let digest = HexDigest([0xab; 32]);
	let status = rpc.status().await.unwrap();
	assert_eq!((status.size, status.block_number, status.lag), (0, 0, 0));
	assert_eq!(code(rpc.entry_by_leaf(digest).await.unwrap_err()), -33001);
	assert_eq!(code(rpc.entry_by_index(0).await.unwrap_err()), -33001);
	assert_eq!(code(rpc.entry_by_position(digest, 0).await.unwrap_err()), -33001);
	assert_eq!(code(rpc.member_by_leaf(digest).await.unwrap_err()), -33001);
	assert_eq!(code(rpc.member_proof(digest, 0, 0).await.unwrap_err()), -33001);
	assert_eq!(code(rpc.inclusion_proof(0, 1).await.unwrap_err()), -33002);
	assert_eq!(code(rpc.consistency_proof(0, u64::MAX).await.unwrap_err()), -33002);
	assert_eq!(code(rpc.operator_entries(digest, 0, 257).await.unwrap_err()), -33003);
	assert_eq!(rpc.operator_entries(digest, 0, 256).await.unwrap(), vec![]);
	assert_eq!(code(rpc.checkpoint(None).await.unwrap_err()), -33004);
	assert_eq!(rpc.handoffs(0).await.unwrap(), vec![]);
	let malformed: Result<Value, _> = rpc.request("audit_entryByLeaf", rpc_params!["0xAB"]).await;
	assert_eq!(code(malformed.unwrap_err()), -32602);
}

/// What a registration takes is known beforehand, and it takes just that.
async fn register_with_known_funds(client: &Client, operator: &Operator, account: &Account) {
	const PAN: u128 = 1_000_000_000_000;
	let call = operator.registration(account);
	let before = client.registration_funds(&call, account).await.unwrap();
	assert_eq!((before.free, before.deposit), (1_000_000 * PAN, 31_456 * PAN / 1_000));
	assert!(before.suffice() && before.fee > 0 && before.stays == PAN / 100, "{before:?}");
	let nobody = Account::named("//Nobody").unwrap();
	let funds = client.registration_funds(&operator.registration(&nobody), &nobody).await.unwrap();
	assert!(funds.free == 0 && !funds.suffice(), "{funds:?}");

	operator.register(client, account).await;
	let after = client.registration_funds(&call, account).await.unwrap();
	let taken = before.free - after.free;
	assert!((before.deposit + 1..=before.deposit + before.fee).contains(&taken), "{taken}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_is_found_and_proved_over_the_ordinary_port() {
	let base = tempfile::tempdir().unwrap();
	let (_node, client) = Node::dev(base.path()).await;
	let rpc = client.rpc();

	// What wallets do first.
	let mut heads: Subscription<Value> = rpc
		.subscribe("chain_subscribeNewHeads", rpc_params![], "chain_unsubscribeNewHeads")
		.await
		.unwrap();
	assert!(heads.next().await.unwrap().unwrap()["number"].is_string());

	let alice = Account::named("//Alice").unwrap();
	let mut operator = Operator::new(2, client.genesis());
	register_with_known_funds(&client, &operator, &alice).await;
	let mut pipeline = client.pipeline(alice).await.unwrap();
	let mut waiting = vec![];
	for members in [0, 1000, 0] {
		let sealed = operator.seal(members);
		waiting.push((pipeline.submit(&sealed.call).await.unwrap(), sealed));
	}
	let mut sealed = vec![];
	for (submission, one) in waiting {
		submission.wait(Stage::Finalised, PATIENCE, |_| ()).await.unwrap();
		sealed.push(one);
	}
	until("a checkpoint over all records", || async {
		let signed = client.audit_checkpoint(None).await.ok()?;
		(signed.checkpoint.log_size == 3).then_some(())
	})
	.await;

	let signed = client.audit_checkpoint(None).await.unwrap();
	let header = Header::decode(&signed.header.0).unwrap();
	assert_eq!(header.hash().into_bytes(), signed.checkpoint.block_hash.0);
	let digest = header.log_digest().unwrap();
	assert_eq!((digest.size, digest.root.into_bytes()), (3, signed.checkpoint.log_root.0));
	assert!(!signed.justification.0.is_empty());
	let at = signed.checkpoint.block_number;
	assert_eq!(client.audit_checkpoint(Some(at)).await.unwrap(), signed);

	let page = rpc.operator_entries(HexDigest(operator.id().into_bytes()), 0, 256).await.unwrap();
	assert_eq!(page.len(), 3);
	for (entry, sealed) in page.iter().zip(&sealed) {
		assert_eq!(entry.record.0, sealed.statement.record_id().into_bytes());
		assert_eq!(entry.digest.0, sealed.statement.digest().into_bytes());
		assert_eq!(rpc.entry_by_index(entry.index).await.unwrap(), *entry);
		assert_eq!(rpc.entry_by_leaf(entry.leaf).await.unwrap(), *entry);
		let path = client.inclusion_proof(entry.index, 3).await.unwrap();
		let leaf = LeafHash::new(entry.leaf.0);
		verify_inclusion::<SoftwareSha256>(&leaf, entry.index, 3, &path, &digest.root).unwrap();
	}
	let members = &sealed[1].members;
	for index in [0, 1, 511, 999] {
		let leaf = members[index as usize];
		let found = client.member_by_leaf(leaf).await.unwrap();
		assert_eq!((found.sequence, found.index), (1, index));
		let proof = client.member_proof(operator.id(), 1, index).await.unwrap();
		let path: Vec<[u8; 32]> = proof.path.into_iter().map(Into::into).collect();
		let root = LogRoot::new(proof.entry.batch.unwrap().root.0);
		verify_inclusion::<SoftwareSha256>(&leaf, index.into(), 1000, &path, &root).unwrap();
	}
	assert!(client.member_proof(operator.id(), 1, 1000).await.is_err());
	assert!(client.inclusion_proof(0, 1_000_000).await.is_err());
}
