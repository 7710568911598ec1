//! Receipts as a node makes them, by a log key with a fixed seed, and what the format pages show.

use pantheon_primitives::{
	bundle::ProofBundle,
	hash::SoftwareSha256,
	log::Entry,
	receipt::{receipt_to_be_signed, Receipt, TransparentStatement},
	seal::test_helpers::TestSigner,
	ChainHead, GenesisHash, Kind, LeafHash, LogRoot, Record, Statement,
};

/// The node's log key.
pub fn log_key() -> TestSigner {
	TestSigner::from_seed([0x1c; 32])
}

/// The receipt of number `index` of a log with this size and root.
pub fn receipt(
	signer: &TestSigner,
	log: GenesisHash,
	(log_size, root): (u64, LogRoot),
	index: u64,
	path: Vec<[u8; 32]>,
) -> Receipt {
	let kid = signer.public_key().key_id();
	let message = receipt_to_be_signed(&kid, log, log_size, &root);
	let signature = signer.sign_message(&message).try_into().expect("its length");
	Receipt { kid, log, log_size, index, path, signature: Box::new(signature) }
}

/// The transparent statement of what a bundle proves.
pub fn transparent(signer: &TestSigner, bundle: &ProofBundle) -> TransparentStatement {
	let checkpoint = &bundle.checkpoint;
	let state = (checkpoint.log_size, checkpoint.log_root);
	let inclusion = bundle.inclusion.clone();
	let receipt = receipt(signer, checkpoint.genesis, state, inclusion.index, inclusion.path);
	TransparentStatement {
		statement: Statement::decode(&bundle.statement).expect("a statement"),
		receipts: vec![receipt],
	}
}

/// The statement of `docs/formats/record.md`, with the key that sealed it.
pub fn documented_statement() -> (TestSigner, Statement) {
	let signer = TestSigner::from_seed([0; 32]);
	let operator = signer.public_key().operator_id();
	let head = ChainHead::default();
	let mut record =
		Record::new([0x11; 32].into(), operator, &head, Kind::Intent, 1_700_000_000_000);
	record.model = Some([0x22; 32].into());
	record.input = Some([0x33; 32].into());
	let statement = signer.statement(&record);
	(signer, statement)
}

/// The leaves of a log with that statement between two entries of `docs/formats/log.md`.
pub fn documented_log(statement: &Statement) -> Vec<LeafHash> {
	[[0xaa; 32].into(), statement.digest(), [0xcc; 32].into()]
		.map(|digest| Entry::statement(digest).leaf_hash::<SoftwareSha256>())
		.to_vec()
}
