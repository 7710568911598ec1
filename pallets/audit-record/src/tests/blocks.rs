//! What a block opens and closes with: header digest, entries, the ring of checkpoints.

use crate::{mock::*, Checkpoints};
use pantheon_primitives::{checkpoint::LOG_ENGINE_ID, Kind, LogDigest};
use sp_runtime::{Digest, DigestItem};

/// The log digests in a header; there must be one, in its place or not.
fn log_digests(digest: &Digest) -> Vec<LogDigest> {
	let payload = |item: &DigestItem| match item {
		DigestItem::Consensus(LOG_ENGINE_ID, payload) => Some(payload.clone()),
		_ => None,
	};
	let decode = |payload: Vec<u8>| {
		assert_eq!(payload.len(), 41);
		LogDigest::decode_digest(&payload).unwrap()
	};
	digest.logs.iter().filter_map(payload).map(decode).collect()
}

fn current() -> LogDigest {
	let log = AuditRecord::log_state();
	LogDigest { size: log.size(), root: log.root::<SoftwareSha256>() }
}

#[test]
fn every_header_carries_size_and_root() {
	build_and_execute(|| {
		let pen = Pen::registered(1);
		for records in [0, 2, 0, 1, 3] {
			for _ in 0..records {
				pen.submit(&pen.record(Kind::Provenance));
			}
			let expected = current();
			let header = next_block();
			assert_eq!(log_digests(&header.digest), vec![expected]);
			assert_eq!(AuditRecord::checkpoint_at(header.number), Some(expected));
		}
		assert_eq!(current().size, 6);
	});
}

#[test]
fn the_empty_logs_root_is_the_hash_of_nothing() {
	build_and_execute(|| {
		let digest = log_digests(&next_block().digest)[0];
		assert_eq!(digest.size, 0);
		assert_eq!(
			digest.root.to_string(),
			"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
		);
		assert_eq!(AuditRecord::checkpoint_at(0), Some(digest));
	});
}

#[test]
fn entries_stay_until_the_next_block() {
	build_and_execute(|| {
		let pen = Pen::registered(1);
		for _ in 0..3 {
			pen.submit(&pen.record(Kind::Provenance));
		}
		let sequences: Vec<_> = AuditRecord::block_entries().iter().map(|e| e.sequence).collect();
		assert_eq!(sequences, [0, 1, 2]);
		next_block();
		assert!(AuditRecord::block_entries().is_empty());
		pen.submit(&pen.record(Kind::Provenance));
		assert_eq!(AuditRecord::block_entries().len(), 1);
		assert_eq!(AuditRecord::log_state().size(), 4);
	});
}

#[test]
fn entries_rebuild_the_log() {
	build_and_execute(|| {
		let pen = Pen::registered(1);
		let mut rebuilt = pantheon_primitives::log::CompactLog::default();
		for records in [3, 0, 5, 1] {
			for _ in 0..records {
				pen.submit(&pen.record(Kind::Provenance));
			}
			for info in AuditRecord::block_entries() {
				rebuilt.append::<SoftwareSha256>(info.entry.leaf_hash::<SoftwareSha256>());
			}
			assert_eq!(rebuilt, AuditRecord::log_state());
			next_block();
		}
	});
}

#[test]
fn the_ring_keeps_the_last_checkpoints() {
	build_and_execute(|| {
		let pen = Pen::registered(1);
		let mut expected = vec![];
		for _ in 0..20 {
			pen.submit(&pen.record(Kind::Provenance));
			expected.push((System::block_number(), current()));
			next_block();
			check_invariants();
		}
		let kept = expected.split_off(expected.len() - 8);
		for (block, _) in expected {
			assert_eq!(AuditRecord::checkpoint_at(block), None);
		}
		assert_eq!(Checkpoints::<Test>::iter().count(), 8);
		for (block, digest) in kept {
			assert_eq!(AuditRecord::checkpoint_at(block), Some(digest));
		}
	});
}
