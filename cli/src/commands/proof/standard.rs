//! The proof's standard forms, beside the bundle: an OpenTimestamps file, and a SCITT transparent statement.

use crate::{args::StandardArgs, error::CliError, home::write_file, output::Table};
use pantheon_client::{audit_rpc::ReceiptView, Client};
use pantheon_primitives::{
	bundle::{Inclusion, ProofBundle},
	hash::SoftwareSha256,
	log::Entry,
	ots::{stamped, Timestamp},
	receipt::{Receipt, TransparentStatement},
	Digest32, PublicKey, Statement,
};
use serde_json::{json, Value};
use std::path::Path;

/// The statement with the receipt of the node that was asked.
pub(super) struct Transparent {
	statement: TransparentStatement,
	log_key: PublicKey,
}

impl Transparent {
	/// Asks the node for its receipt of the bundle's entry at the bundle's checkpoint.
	pub(super) async fn fetch(client: &Client, bundle: &ProofBundle) -> Result<Self, CliError> {
		let (index, size) = (bundle.inclusion.index, bundle.checkpoint.log_size);
		Self::check(&client.receipt(index, size).await?, bundle)
	}

	/// A receipt is taken only for the entry, the log and the root that the bundle shows.
	fn check(view: &ReceiptView, bundle: &ProofBundle) -> Result<Self, CliError> {
		let bad = |error: &dyn ToString| {
			CliError::BadProof(format!("the node's receipt: {}", error.to_string()))
		};
		let log_key = PublicKey::from_bytes(&view.key.0).map_err(|error| bad(&error))?;
		let receipt = Receipt::decode(&view.receipt.0).map_err(|error| bad(&error))?;
		let statement = Statement::decode(&bundle.statement).map_err(|error| bad(&error))?;
		let leaf = Entry::statement(statement.digest()).leaf_hash::<SoftwareSha256>();
		let root = receipt.verify(&log_key, &leaf).map_err(|error| bad(&error))?;
		let checkpoint = &bundle.checkpoint;
		let shown = (receipt.log, receipt.log_size, receipt.index, root);
		let Inclusion { index, .. } = bundle.inclusion;
		if shown != (checkpoint.genesis, checkpoint.log_size, index, checkpoint.log_root) {
			return Err(bad(&"it is for another log, entry or root than was asked for"));
		}
		let statement = TransparentStatement { statement, receipts: vec![receipt] };
		Ok(Self { statement, log_key })
	}
}

/// What is written beside the bundle.
pub(super) struct Exports<'a> {
	args: &'a StandardArgs,
	timestamp: Option<Timestamp>,
	stamped: &'a [u8],
	transparent: Option<Transparent>,
}

impl<'a> Exports<'a> {
	/// Makes what was asked for; writes nothing yet.
	pub(super) fn new(
		args: &'a StandardArgs,
		bundle: &'a ProofBundle,
		transparent: Option<Transparent>,
	) -> Result<Self, CliError> {
		let timestamp = match args.ots {
			None => None,
			Some(_) => Some(
				Timestamp::of(bundle)
					.map_err(|error| CliError::BadProof(format!("OpenTimestamps: {error}")))?,
			),
		};
		Ok(Self { args, timestamp, stamped: stamped(bundle), transparent })
	}

	/// Writes the files.
	pub(super) fn write(&self) -> Result<(), CliError> {
		if let (Some(path), Some(timestamp)) = (&self.args.ots, &self.timestamp) {
			write_file(path, &timestamp.encode())?;
		}
		if let Some(path) = &self.args.stamped {
			write_file(path, self.stamped)?;
		}
		if let (Some(path), Some(transparent)) = (&self.args.cose, &self.transparent) {
			write_file(path, &transparent.statement.encode())?;
		}
		Ok(())
	}

	/// Adds what was written to the result for people.
	pub(super) fn rows(&self, table: Table) -> Table {
		let file = |path: Option<&Path>, bytes: usize| {
			path.map(|path| format!("{} ({bytes} bytes)", path.display()))
		};
		let (args, timestamp, transparent) =
			(self.args, self.timestamp.as_ref(), self.transparent.as_ref());
		let ots = timestamp.map_or(0, |timestamp| timestamp.encode().len());
		let cose = transparent.map_or(0, |transparent| transparent.statement.encode().len());
		table
			.maybe("OpenTimestamps file", file(args.ots.as_deref(), ots))
			.maybe("  of the digest", timestamp.map(|timestamp| Digest32::new(timestamp.digest)))
			.maybe("  of Bitcoin block", timestamp.map(|timestamp| timestamp.height))
			.maybe("  stamped file", file(args.stamped.as_deref(), self.stamped.len()))
			.maybe("transparent statement", file(args.cose.as_deref(), cose))
			.maybe("  receipt by log key", transparent.map(|made| made.log_key.key_id()))
	}

	/// The same for programs: `ots` and `cose`, null where not asked for.
	pub(super) fn json(&self) -> (Value, Value) {
		let path = |path: &Option<std::path::PathBuf>| {
			path.as_ref().map(|path| path.display().to_string())
		};
		let ots = self.timestamp.as_ref().map(|timestamp| {
			json!({
				"file": path(&self.args.ots),
				"bytes": timestamp.encode().len(),
				"digest": hex::encode(timestamp.digest),
				"height": timestamp.height,
				"stamped": path(&self.args.stamped),
			})
		});
		let cose = self.transparent.as_ref().map(|transparent| {
			json!({
				"file": path(&self.args.cose),
				"bytes": transparent.statement.encode().len(),
				"statement": transparent.statement.statement.digest().to_string(),
				"log_key_id": transparent.log_key.key_id().to_string(),
				"log_key": hex::encode(transparent.log_key.as_bytes()),
			})
		});
		(json!(ots), json!(cose))
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use pantheon_client::audit_rpc::HexBytes;
	use pantheon_primitives::{
		bitcoin::test_helpers::AnchorShape,
		finality::FinalityProof,
		log::{batch_root, inclusion_path, MemoryTree},
		receipt::receipt_to_be_signed,
		seal::test_helpers::TestSigner,
		ChainHead, Checkpoint, GenesisHash, Kind, LeafHash, LogRoot, Record,
	};
	use std::fs;

	fn leaf(digest: [u8; 32]) -> LeafHash {
		Entry::statement(digest.into()).leaf_hash::<SoftwareSha256>()
	}

	/// A statement as entry 1 of three, anchored.
	fn bundle() -> ProofBundle {
		let signer = TestSigner::from_seed([1; 32]);
		let log = GenesisHash::new([2; 32]);
		let operator = signer.public_key().operator_id();
		let record = Record::new(log, operator, &ChainHead::default(), Kind::Provenance, 5);
		let statement = signer.statement(&record);
		let leaves = [leaf([7; 32]), leaf(statement.digest().into_bytes()), leaf([8; 32])];
		let tree = MemoryTree::new::<SoftwareSha256>(&leaves);
		let path = inclusion_path::<_, SoftwareSha256>(&tree, 1, 3).unwrap();
		let checkpoint = Checkpoint {
			genesis: log,
			block_number: 9,
			block_hash: [3; 32].into(),
			log_size: 3,
			log_root: batch_root::<SoftwareSha256>(&leaves),
		};
		ProofBundle {
			statement: statement.encode(),
			keys: vec![signer.public_key().clone()],
			member: None,
			inclusion: Inclusion { index: 1, path },
			checkpoint,
			finality: FinalityProof { header: vec![], justification: vec![], handoffs: vec![] },
			anchor: Some(AnchorShape::default().build(&checkpoint)),
			intent: None,
		}
	}

	/// What a node answers that signs this state of the log.
	fn answer(bundle: &ProofBundle, log: GenesisHash, log_size: u64, root: LogRoot) -> ReceiptView {
		let node = TestSigner::from_seed([4; 32]);
		let kid = node.public_key().key_id();
		let message = receipt_to_be_signed(&kid, log, log_size, &root);
		let Inclusion { index, path } = bundle.inclusion.clone();
		let signature = Box::new(node.sign_message(&message).try_into().unwrap());
		let receipt = Receipt { kid, log, log_size, index, path, signature };
		ReceiptView {
			receipt: HexBytes(receipt.encode()),
			key: HexBytes(node.public_key().as_bytes().to_vec()),
		}
	}

	#[test]
	fn a_receipt_is_taken_for_what_the_bundle_shows_only() {
		let bundle = bundle();
		let checkpoint = bundle.checkpoint;
		let good = answer(&bundle, checkpoint.genesis, 3, checkpoint.log_root);
		let made = Transparent::check(&good, &bundle).unwrap();
		assert_eq!(made.statement.statement.encode(), bundle.statement);

		let refused = |view: &ReceiptView| match Transparent::check(view, &bundle) {
			Err(error @ CliError::BadProof(_)) => error.to_string(),
			other => panic!("{:?}", other.err()),
		};
		let elsewhere = answer(&bundle, [9; 32].into(), 3, checkpoint.log_root);
		assert!(refused(&elsewhere).contains("another log, entry or root"));
		let other_root = answer(&bundle, checkpoint.genesis, 3, [9; 32].into());
		assert!(refused(&other_root).contains("does not cover the root"));
		let cut = ReceiptView { receipt: HexBytes(good.receipt.0[1..].to_vec()), ..good.clone() };
		assert!(refused(&cut).contains("not a COSE receipt"));
		let stranger = TestSigner::from_seed([5; 32]).public_key().as_bytes().to_vec();
		let other_key = ReceiptView { key: HexBytes(stranger), ..good };
		assert!(refused(&other_key).contains("another log key"));
	}

	#[test]
	fn the_files_are_written_beside_the_bundle() {
		let bundle = bundle();
		let checkpoint = bundle.checkpoint;
		let view = answer(&bundle, checkpoint.genesis, 3, checkpoint.log_root);
		let dir = tempfile::tempdir().unwrap();
		let args = StandardArgs {
			ots: Some(dir.path().join("s.ots")),
			stamped: Some(dir.path().join("s")),
			cose: Some(dir.path().join("s.cose")),
		};
		let transparent = Transparent::check(&view, &bundle).unwrap();
		let exports = Exports::new(&args, &bundle, Some(transparent)).unwrap();
		exports.write().unwrap();

		let timestamp = Timestamp::decode(&fs::read(dir.path().join("s.ots")).unwrap()).unwrap();
		let stamped = fs::read(dir.path().join("s")).unwrap();
		assert_eq!(stamped, bundle.statement);
		assert_eq!(timestamp, Timestamp::of(&bundle).unwrap());
		let cose = fs::read(dir.path().join("s.cose")).unwrap();
		assert_eq!(TransparentStatement::decode(&cose).unwrap().receipts.len(), 1);

		let (ots, cose) = exports.json();
		assert_eq!(ots["digest"], hex::encode(timestamp.digest));
		assert_eq!(ots["height"], timestamp.height);
		assert_eq!(cose["log_key"], hex::encode(&view.key.0));
		let text = exports.rows(Table::new()).to_string();
		assert!(text.contains("s.ots") && text.contains("s.cose"), "{text}");

		let unanchored = ProofBundle { anchor: None, ..bundle };
		let refused = Exports::new(&args, &unanchored, None);
		assert!(refused.is_err_and(|error| error.to_string().contains("not anchored")));
		let nothing = StandardArgs { ots: None, stamped: None, cose: None };
		let exports = Exports::new(&nothing, &unanchored, None).unwrap();
		assert_eq!(exports.json(), (Value::Null, Value::Null));
	}
}
