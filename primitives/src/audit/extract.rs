//! Finding in an extrinsic's bytes what the chain took in from them.
//!
//! By the bytes that every submission begins with, not by pallet and call numbers: so a record that was
//! submitted inside another call is found as well, and nothing rests on metadata that a node gave. What
//! is found is help, not proof: the [`Auditor`](super::Auditor) checks it against headers and seals.

use super::BlockEntry;
use crate::{
	bitcoin::AnchorProof, seal::Statement, Checkpoint, Digest32, GenesisHash, LeafHash, OperatorId,
	Record, RecordId, SubmittedRecord,
};
use alloc::vec::Vec;
use codec::{Decode, Encode};

/// A record that the chain says it recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
	/// The chain whose log it is in.
	pub log: GenesisHash,
	/// Whose it is.
	pub operator: OperatorId,
	/// Its position in the operator's chain.
	pub sequence: u64,
	/// Its id.
	pub record: RecordId,
	/// Hash of the key that sealed it.
	pub kid: Digest32,
}

/// The statement of that record, with its members if it is a batch; none if it isn't in the extrinsic.
pub fn find_entry(extrinsic: &[u8], wanted: &Wanted) -> Option<BlockEntry> {
	let start = (wanted.log, wanted.operator, wanted.sequence).encode();
	let mut places = occurrences(extrinsic, &start);
	places.find_map(|mut rest| {
		let (fields, signature) = <(SubmittedRecord, Vec<u8>)>::decode(&mut rest).ok()?;
		let record = Record::try_from(fields).ok()?;
		if record.id() != wanted.record {
			return None;
		}
		let members = match record.batch {
			Some(_) => Vec::<LeafHash>::decode(&mut rest).ok()?,
			None => Vec::new(),
		};
		let statement = Statement::new(record, wanted.kid, &signature).ok()?;
		Some(BlockEntry { statement: statement.encode(), members })
	})
}

/// The proof that an extrinsic reports for an anchor of this checkpoint.
pub fn find_anchor(extrinsic: &[u8], checkpoint: &Checkpoint) -> Option<AnchorProof> {
	let start = checkpoint.encode();
	let mut places = occurrences(extrinsic, &start);
	places.find_map(|mut rest| {
		let (_, proof) = <(Checkpoint, AnchorProof)>::decode(&mut rest).ok()?;
		commits_to(&proof, checkpoint).then_some(proof)
	})
}

/// The proof that an extrinsic gives for anchor `number`, of this checkpoint, being elsewhere in Bitcoin.
pub fn find_correction(
	extrinsic: &[u8],
	number: u64,
	checkpoint: &Checkpoint,
) -> Option<AnchorProof> {
	let start = number.encode();
	let mut places = occurrences(extrinsic, &start);
	places.find_map(|mut rest| {
		let (_, proof) = <(u64, AnchorProof)>::decode(&mut rest).ok()?;
		commits_to(&proof, checkpoint).then_some(proof)
	})
}

/// Whether the transaction carries the checkpoint's commitment somewhere: enough to tell it from other bytes.
fn commits_to(proof: &AnchorProof, checkpoint: &Checkpoint) -> bool {
	let commitment = checkpoint.commitment();
	proof.transaction.windows(commitment.len()).any(|window| window == commitment)
}

/// What follows from each place where `needle` stands on.
fn occurrences<'a>(bytes: &'a [u8], needle: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
	let starts = bytes.windows(needle.len().max(1)).enumerate();
	starts.filter(move |(_, window)| *window == needle).filter_map(move |(at, _)| bytes.get(at..))
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{
		bitcoin::test_helpers::{sample_checkpoint, AnchorShape},
		hash::sha256,
		log::batch_root,
		record::BatchCommitment,
		seal::test_helpers::TestSigner,
		ChainHead, Kind, KindMask,
	};

	fn sealed(signer: &TestSigner, record: &Record) -> (Wanted, Statement, Vec<u8>) {
		let statement = signer.statement(record);
		let wanted = Wanted {
			log: record.log,
			operator: record.operator,
			sequence: record.sequence,
			record: record.id(),
			kid: *statement.kid(),
		};
		let call = (SubmittedRecord::from(record), statement.signature().to_vec()).encode();
		(wanted, statement, call)
	}

	#[test]
	fn a_record_is_found_wherever_it_stands() {
		let signer = TestSigner::from_seed([1; 32]);
		let operator = signer.public_key().operator_id();
		let head = ChainHead { next_sequence: 300, head: Some([9; 32].into()) };
		let record = Record::new([7; 32].into(), operator, &head, Kind::Intent, 5);
		let (wanted, statement, call) = sealed(&signer, &record);
		let other = Record { time_ms: 6, ..record };
		let (_, _, alike) = sealed(&signer, &other);
		for before in [0, 1, 77] {
			// Another record for the same position stands before it, and doesn't mislead.
			let extrinsic = [vec![3; before], alike.clone(), call.clone(), vec![4; 9]].concat();
			let entry = find_entry(&extrinsic, &wanted).unwrap();
			assert_eq!((entry.statement, entry.members), (statement.encode(), vec![]));
		}
		assert_eq!(find_entry(&alike, &wanted), None);
		assert_eq!(find_entry(&call[..call.len() - 1], &wanted), None);
		assert_eq!(find_entry(&[], &wanted), None);
	}

	#[test]
	fn a_batch_is_found_with_its_members() {
		let signer = TestSigner::from_seed([1; 32]);
		let operator = signer.public_key().operator_id();
		let members: Vec<_> = (0..9u8).map(|n| LeafHash::new(sha256(&[n]))).collect();
		let head = ChainHead::default();
		let mut record = Record::new([7; 32].into(), operator, &head, Kind::Batch, 5);
		record.batch = Some(BatchCommitment {
			count: 9,
			root: batch_root::<crate::hash::SoftwareSha256>(&members),
			kinds: KindMask::EMPTY.with(Kind::Intent),
		});
		let (wanted, _, call) = sealed(&signer, &record);
		let extrinsic = [call, members.encode()].concat();
		assert_eq!(find_entry(&extrinsic, &wanted).unwrap().members, members);
	}

	#[test]
	fn a_reported_anchor_is_found() {
		let checkpoint = sample_checkpoint();
		let proof = AnchorShape::default().build(&checkpoint);
		let call = (checkpoint, &proof, Vec::<[u8; 32]>::new()).encode();
		let extrinsic = [vec![1; 50], call, vec![2; 3]].concat();
		assert_eq!(find_anchor(&extrinsic, &checkpoint), Some(proof.clone()));
		let other = Checkpoint { block_number: 1, ..checkpoint };
		assert_eq!(find_anchor(&extrinsic, &other), None);

		let extrinsic = [vec![0; 50], (3u64, &proof).encode(), vec![0; 3]].concat();
		assert_eq!(find_correction(&extrinsic, 3, &checkpoint), Some(proof));
		assert_eq!(find_correction(&extrinsic, 4, &checkpoint), None);
		assert_eq!(find_correction(&extrinsic, 3, &other), None);
	}
}
