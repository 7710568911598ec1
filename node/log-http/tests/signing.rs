//! The log key on disk, and receipts by it.

#[path = "../../log-store/tests/common/mod.rs"]
mod chain;

use chain::{follow_all, open, Item, MemoryChain};
use pantheon_log_http::{KeyOrigin, LogKey, LogKeyError, SignedLog, SigningError};
use pantheon_log_store::QueryError;
use pantheon_primitives::{
	hash::SoftwareSha256, log::batch_root, receipt::Receipt, seal::verify_signature,
	tlog::SignedCheckpoint,
};
use proptest::prelude::*;
use std::{fs, os::unix::fs::PermissionsExt, sync::Arc};

#[test]
fn a_key_is_made_once_and_is_its_owners_only() {
	let folder = tempfile::tempdir().unwrap();
	let path = folder.path().join("chains/dev/log-key");
	let (made, origin) = LogKey::open_or_make(&path).unwrap();
	assert_eq!(origin, KeyOrigin::Made);
	let seed = fs::read(&path).unwrap();
	assert_eq!(seed.len(), 32);
	assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
	assert_eq!(
		fs::read_dir(path.parent().unwrap()).unwrap().count(),
		1,
		"nothing is left beside it"
	);
	let (read, origin) = LogKey::open_or_make(&path).unwrap();
	assert_eq!((origin, read.key_id()), (KeyOrigin::Read, made.key_id()));
	assert_eq!(fs::read(&path).unwrap(), seed);
	let (other, _) = LogKey::open_or_make(&folder.path().join("other")).unwrap();
	assert_ne!(other.key_id(), made.key_id());
	let seed: [u8; 32] = seed.try_into().unwrap();
	assert_eq!(LogKey::from_seed(&seed).unwrap().key_id(), made.key_id());
	assert_eq!(format!("{made:?}"), format!("LogKey({})", made.key_id()));
}

#[test]
fn a_file_that_is_no_key_is_refused_and_kept() {
	let folder = tempfile::tempdir().unwrap();
	let path = folder.path().join("log-key");
	let write = |bytes: &[u8], mode| {
		fs::write(&path, bytes).unwrap();
		fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
	};
	for length in [0u64, 31, 33, 64] {
		write(&vec![1; length as usize], 0o600);
		let error = LogKey::open_or_make(&path).unwrap_err();
		assert!(matches!(error, LogKeyError::Length { length: found, .. } if found == length));
		assert_eq!(fs::read(&path).unwrap().len() as u64, length);
	}
	for mode in [0o640, 0o604, 0o620, 0o777] {
		write(&[1; 32], mode);
		let error = LogKey::open_or_make(&path).unwrap_err();
		assert!(matches!(error, LogKeyError::Mode { mode: found, .. } if found == mode));
		assert!(error.to_string().contains("chmod 600"), "{error}");
	}
	write(&[1; 32], 0o400);
	assert_eq!(LogKey::open_or_make(&path).unwrap().1, KeyOrigin::Read);
	assert!(LogKey::open_or_make(&path.join("below")).is_err());
}

#[test]
fn signatures_are_hedged_and_verify() {
	let key = LogKey::from_seed(&[9; 32]).unwrap();
	let (one, two) = (key.sign(b"m").unwrap(), key.sign(b"m").unwrap());
	assert_ne!(one, two);
	for signature in [one, two] {
		verify_signature(key.public_key(), b"m", &signature).unwrap();
		assert!(verify_signature(key.public_key(), b"n", &signature).is_err());
	}
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(8))]

	#[test]
	fn receipts_lead_to_the_naive_root(
		entries in 1usize..700,
		picks in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 6),
	) {
		let folder = tempfile::tempdir().unwrap();
		let store = Arc::new(open(folder.path()));
		let mut chain = MemoryChain::new();
		chain.push(&vec![Item::Single; entries]);
		chain.finalize_all();
		follow_all(&store, &chain);
		let log = SignedLog::new(store.clone(), LogKey::from_seed(&[3; 32]).unwrap());
		let leaves = chain.leaves();
		for (size, index) in picks {
			let size = size.index(entries) + 1;
			let index = index.index(size);
			let made = log.receipt(index as u64, size as u64).unwrap();
			let receipt = Receipt::decode(&made.encode()).unwrap();
			prop_assert_eq!(&receipt, &made);
			prop_assert_eq!(receipt.log, store.genesis());
			let root = receipt.verify(log.public_key(), &leaves[index]).unwrap();
			prop_assert_eq!(root, batch_root::<SoftwareSha256>(&leaves[..size]));
			// Signed once for all receipts of a size.
			let again = log.receipt(0, size as u64).unwrap();
			prop_assert_eq!(again.signature, made.signature);
			let wrong = leaves[(index + 1) % entries];
			prop_assert!(entries == 1 || receipt.verify(log.public_key(), &wrong).is_err());
		}
		let size = entries as u64;
		let refused = |index, size| match log.receipt(index, size) {
			Err(SigningError::Query(error)) => error,
			other => panic!("{other:?}"),
		};
		prop_assert!(matches!(refused(size, size), QueryError::UnknownEntry));
		prop_assert!(matches!(refused(0, 0), QueryError::UnknownEntry));
		let future = match refused(0, size + 1) {
			QueryError::FutureSize { asked, size } => Some((asked, size)),
			_ => None,
		};
		prop_assert_eq!(future, Some((size + 1, size)));
		let note = log.checkpoint().unwrap();
		let checkpoint = SignedCheckpoint::decode(note.as_bytes()).unwrap().verify(log.public_key()).unwrap();
		prop_assert_eq!((checkpoint.size, checkpoint.genesis), (size, store.genesis()));
		prop_assert_eq!(checkpoint.root, batch_root::<SoftwareSha256>(&leaves));
	}
}
