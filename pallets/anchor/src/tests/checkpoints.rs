//! Which checkpoints are this chain's.

use crate::{mock::*, LANDMARK_INTERVAL};
use frame_support::{assert_noop, assert_ok};
use pantheon_primitives::{BlockHash, Checkpoint, GenesisHash, LogRoot};

fn refused(checkpoint: Checkpoint, error: Error) {
	assert_noop!(report(checkpoint, proof_of(&checkpoint)), error);
}

#[test]
fn checkpoints_of_another_chain() {
	build_and_execute(|chain| {
		let checkpoint = chain.block(3);
		refused(Checkpoint { genesis: GenesisHash::new([1; 32]), ..checkpoint }, Error::WrongChain);
	});
}

#[test]
fn checkpoints_that_differ_from_the_ring() {
	build_and_execute(|chain| {
		chain.block(3);
		let checkpoint = chain.block(2);
		let bad = [
			Checkpoint { log_size: 3, ..checkpoint },
			Checkpoint { log_size: 6, ..checkpoint },
			Checkpoint { log_root: LogRoot::new([1; 32]), ..checkpoint },
			Checkpoint { block_hash: BlockHash::new([1; 32]), ..checkpoint },
			Checkpoint { block_number: 1, ..checkpoint },
			Checkpoint { block_number: 0, ..checkpoint },
		];
		for checkpoint in bad {
			refused(checkpoint, Error::CheckpointInconsistent);
		}
		assert_ok!(report(checkpoint, proof_of(&checkpoint)));
	});
}

#[test]
fn checkpoints_of_the_future() {
	build_and_execute(|chain| {
		let checkpoint = chain.block(3);
		let now = System::block_number();
		for block_number in [now, now + 1, u32::MAX] {
			refused(Checkpoint { block_number, ..checkpoint }, Error::FutureCheckpoint);
		}
	});
}

#[test]
fn anchors_move_forward() {
	build_and_execute(|chain| {
		let old = chain.block(3);
		let new = chain.block(2);
		let same_log = chain.block(0);
		assert_ok!(report(new, proof_of(&new)));
		refused(old, Error::StaleAnchor);
		// No entries since, but a later block.
		assert_ok!(report(same_log, proof_of(&same_log)));
		refused(new, Error::StaleAnchor);
	});
}

/// A checkpoint that has left the ring, and a log that grew on both sides of a landmark.
fn old_checkpoint(chain: &mut Chain) -> Checkpoint {
	chain.block(2);
	let checkpoint = chain.block(5);
	chain.run_to(700);
	chain.block(6);
	chain.run_to(800);
	chain.block(4);
	assert_eq!(AuditRecord::checkpoint_at(checkpoint.block_number), None);
	checkpoint
}

#[test]
fn a_checkpoint_older_than_the_ring_needs_a_consistency_proof() {
	build_and_execute(|chain| {
		let checkpoint = old_checkpoint(chain);
		let proof = proof_of(&checkpoint);
		// The newest landmark is block 768, with 13 entries; the one before, block 512, has 7.
		let good = chain.consistency(7, 13);
		let mut bad = good.clone();
		bad[0][0] ^= 1;
		let wrong = [
			chain.consistency(6, 13),
			// to the log as it is now, which is no landmark
			chain.consistency(7, 17),
			[good.clone(), vec![[0; 32]]].concat(),
			bad,
		];
		for consistency in wrong {
			assert_noop!(
				report_with(checkpoint, proof.clone(), consistency),
				Error::CheckpointInconsistent
			);
		}
		assert_ok!(report_with(checkpoint, proof, good));
	});
}

#[test]
fn the_landmark_before_the_newest_will_do() {
	build_and_execute(|chain| {
		let checkpoint = old_checkpoint(chain);
		// Equal sizes: the path is empty.
		assert_ok!(report_with(checkpoint, proof_of(&checkpoint), vec![]));
	});
	build_and_execute(|chain| {
		let checkpoint = old_checkpoint(chain);
		let made_for = chain.consistency(7, 13);
		// The proof was made before block 1024, and taken in after it.
		chain.run_to(1_000);
		chain.block(9);
		chain.run_to(4 * LANDMARK_INTERVAL + 1);
		assert_ok!(report_with(checkpoint, proof_of(&checkpoint), made_for));
	});
	build_and_execute(|chain| {
		let checkpoint = old_checkpoint(chain);
		let made_for = chain.consistency(7, 13);
		chain.run_to(1_000);
		chain.block(9);
		// Two landmarks later it has to be made again.
		chain.run_to(5 * LANDMARK_INTERVAL + 1);
		let proof = proof_of(&checkpoint);
		assert_noop!(
			report_with(checkpoint, proof.clone(), made_for),
			Error::CheckpointInconsistent
		);
		assert_ok!(report_with(checkpoint, proof, chain.consistency(7, 26)));
	});
}

#[test]
fn an_invented_log_is_refused_however_old() {
	build_and_execute(|chain| {
		let checkpoint = old_checkpoint(chain);
		let consistency = chain.consistency(7, 13);
		let invented = [
			Checkpoint { log_root: LogRoot::new([1; 32]), ..checkpoint },
			Checkpoint { log_size: 6, ..checkpoint },
			Checkpoint { log_size: 14, ..checkpoint },
			Checkpoint { log_size: u64::MAX, ..checkpoint },
		];
		for bad in invented {
			for path in [vec![], consistency.clone()] {
				assert_noop!(report_with(bad, proof_of(&bad), path), Error::CheckpointInconsistent);
			}
		}
	});
}
