//! The names, bundles and notes of C2SP's pages, and everything that must be refused.

use super::*;
use crate::{
	hash::{sha256, SoftwareSha256},
	log::{Entry, EntryTag, MemoryTree, NodeSource},
	seal::test_helpers::TestSigner,
	GenesisHash,
};
use proptest::prelude::*;
use std::{borrow::ToOwned, format, string::String, vec::Vec};

const PAGE: &str = include_str!("../../../docs/formats/tlog-tiles.md");
const GENESIS: GenesisHash = GenesisHash::new([0x11; 32]);

fn hashes(level: u8) -> TileContent {
	TileContent::Hashes(TileLevel::new(level).unwrap())
}

/// Every tile that a log of `size` entries has, by level: how many are full, and how wide the rest is.
fn shape(size: u64) -> Vec<(u64, u16)> {
	let levels = (0..=TileLevel::MAX.get()).map(hashes);
	let shape = levels.map(|level| {
		let full = (0..).take_while(|index| {
			TilePath::in_log(level, *index, size).is_some_and(|tile| tile.width == TileWidth::FULL)
		});
		let full = full.count() as u64;
		let rest = TilePath::in_log(level, full, size).map_or(0, |tile| tile.width.get());
		(full, rest)
	});
	shape.take_while(|level| *level != (0, 0)).collect()
}

#[test]
fn the_logs_of_the_specification_have_its_tiles() {
	assert_eq!(shape(70_000), [(273, 112), (1, 17), (0, 1)]);
	assert_eq!(shape(256), [(1, 0), (0, 1)]);
	assert_eq!(shape(0), []);
}

#[test]
fn an_index_is_written_in_elements_of_three_digits() {
	let name = |index, width| {
		let width = TileWidth::new(width).unwrap();
		format!("{}", TilePath { content: hashes(0), index, width })
	};
	assert_eq!(name(1_234_067, 256), "tile/0/x001/x234/067");
	assert_eq!(name(5, 256), "tile/0/005");
	assert_eq!(name(999, 1), "tile/0/999.p/1");
	assert_eq!(name(1000, 255), "tile/0/x001/000.p/255");
	assert_eq!(name(u64::MAX, 256), "tile/0/x018/x446/x744/x073/x709/x551/615");
}

#[test]
fn every_other_spelling_is_refused() {
	use TilePathError::*;
	let wrong = [
		("", NotATile),
		("checkpoint", NotATile),
		("tile", NotATile),
		("tile/0", NotATile),
		("/tile/0/000", NotATile),
		("tiles/0/000", NotATile),
		("tile//000", Level),
		("tile/64/000", Level),
		("tile/256/000", Level),
		("tile/00/000", Level),
		("tile/01/000", Level),
		("tile/+1/000", Level),
		("tile/Entries/000", Level),
		("tile/0/", Index),
		("tile/0//000", Index),
		("tile/0/0", Index),
		("tile/0/00", Index),
		("tile/0/0000", Index),
		("tile/0/x000", Index),
		("tile/0/x000/001", Index),
		("tile/0/001/000", Index),
		("tile/0/x001/x000", Index),
		("tile/0/x001/00/0", Index),
		("tile/0/x01/000", Index),
		("tile/0/x0٣/000", Index),
		("tile/0/+01", Index),
		("tile/0/-01", Index),
		("tile/0/000/", Index),
		("tile/0/000?a", Index),
		("tile/0/x018/x446/x744/x073/x709/x551/616", Index),
		("tile/0/x001/x000/x000/x000/x000/x000/x000/000", Index),
		("tile/0/000.p", Index),
		("tile/0/000.p/", Width),
		("tile/0/000.p/0", Width),
		("tile/0/000.p/01", Width),
		("tile/0/000.p/256", Width),
		("tile/0/000.p/+1", Width),
		("tile/0/000.p/1/", Width),
		("tile/0/000.p/1.p/1", Width),
	];
	for (path, error) in wrong {
		assert_eq!(TilePath::parse(path), Err(error), "{path}");
	}
}

fn contents() -> impl Strategy<Value = TileContent> {
	prop_oneof![(0u8..=63).prop_map(hashes), Just(TileContent::Entries)]
}

proptest! {
	#[test]
	fn a_name_is_read_as_it_was_written(
		content in contents(), index: u64, shift in 0u32..64, width in 1u16..=256,
	) {
		let width = TileWidth::new(width).unwrap();
		let tile = TilePath { content, index: index >> shift, width };
		prop_assert_eq!(TilePath::parse(&format!("{tile}")), Ok(tile));
	}

	#[test]
	fn a_text_that_is_read_is_the_name(path in "tile/([0-9]{1,2}|entries)(/x?[0-9]{3}){1,8}(\\.p/[0-9]{1,3})?") {
		if let Ok(tile) = TilePath::parse(&path) {
			prop_assert_eq!(format!("{tile}"), path);
		}
	}

	/// A tile is in a log from the size on that it needs, and not before.
	#[test]
	fn a_tile_exists_from_its_size_on(
		content in contents(), index: u64, shift in 0u32..64, width in 1u16..=256,
	) {
		let width = TileWidth::new(width).unwrap();
		let tile = TilePath { content, index: index >> shift, width };
		let has = |size| {
			TilePath::in_log(content, tile.index, size).is_some_and(|found| found.width >= width)
		};
		match tile.needed_size() {
			Some(size) => prop_assert!(has(size) && has(u64::MAX) && !has(size - 1)),
			None => prop_assert!(!has(u64::MAX)),
		}
	}

	#[test]
	fn bundles_are_read_as_they_were_written(digests in prop::collection::vec(any::<[u8; 32]>(), 1..=256)) {
		let tags = [EntryTag::Statement, EntryTag::L2Checkpoint].into_iter().cycle();
		let entries: Vec<_> =
			digests.into_iter().zip(tags).map(|(digest, tag)| Entry { tag, digest }).collect();
		let bytes = encode_entries(&entries);
		prop_assert_eq!(bytes.len(), entries.len() * 35);
		prop_assert_eq!(decode_entries(&bytes), Ok(entries));
		let cut = decode_entries(&bytes[..bytes.len() - 1]);
		prop_assert_eq!(cut, Err(EntriesError::Truncated));
	}
}

#[test]
fn other_bundles_are_refused() {
	let one = encode_entries(&[Entry::statement([1; 32].into())]);
	assert_eq!(decode_entries(&[]), Err(EntriesError::Count));
	assert_eq!(decode_entries(&one.repeat(257)), Err(EntriesError::Count));
	assert_eq!(decode_entries(&[0]), Err(EntriesError::Truncated));
	let mut longer = one.clone();
	longer[1] = 34;
	assert_eq!(decode_entries(&longer), Err(EntriesError::EntryLength(34)));
	let mut tagged = one.repeat(2);
	tagged[37] = 2;
	assert_eq!(decode_entries(&tagged), Err(EntriesError::UnknownTag(1)));
}

fn entries() -> Vec<Entry> {
	[[0xaa; 32], [0xbb; 32], [0xcc; 32]].map(|digest| Entry::statement(digest.into())).to_vec()
}

fn checkpoint() -> LogCheckpoint {
	let leaves: Vec<_> =
		entries().iter().map(|entry| entry.leaf_hash::<SoftwareSha256>()).collect();
	let root = crate::log::batch_root::<SoftwareSha256>(&leaves);
	LogCheckpoint { genesis: GENESIS, size: 3, root }
}

fn signed(signer: &TestSigner) -> String {
	let checkpoint = checkpoint();
	let signature = signer.sign_message(checkpoint.text().as_bytes());
	checkpoint.with_signature(signer.public_key(), &signature).unwrap()
}

#[test]
fn a_checkpoint_is_its_signers_word_and_nobody_elses() {
	let (signer, other) = (TestSigner::from_seed([0; 32]), TestSigner::from_seed([1; 32]));
	let note = SignedCheckpoint::decode(signed(&signer).as_bytes()).unwrap();
	assert_eq!(note.verify(signer.public_key()), Ok(checkpoint()));
	assert_eq!(note.verify(other.public_key()), Err(NoteError::NotSigned));
	let short = checkpoint().with_signature(signer.public_key(), &[0; 64]);
	assert_eq!(short, Err(NoteError::SignatureLength));
}

#[test]
fn further_signatures_are_ignored_unless_they_claim_to_be_the_keys() {
	let (signer, other) = (TestSigner::from_seed([0; 32]), TestSigner::from_seed([1; 32]));
	let line = |note: &str| note.rsplit_once("\n\n").unwrap().1.to_owned();
	let theirs = line(&signed(&other));
	// An Ed25519 signature as C2SP's page shows one.
	let foreign = "\u{2014} quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n";
	let both = [&signed(&signer), foreign, &theirs].concat();
	let note = SignedCheckpoint::decode(both.as_bytes()).unwrap();
	assert_eq!(note.verify(signer.public_key()), Ok(checkpoint()));
	assert_eq!(note.verify(other.public_key()), Ok(checkpoint()));

	let another = LogCheckpoint { size: 4, ..checkpoint() };
	let wrong = signer.sign_message(another.text().as_bytes());
	let wrong = line(&checkpoint().with_signature(signer.public_key(), &wrong).unwrap());
	for lines in [
		[signed(&signer), wrong.clone()].concat(),
		signed(&signer).replace(&line(&signed(&signer)), &wrong),
	] {
		let note = SignedCheckpoint::decode(lines.as_bytes()).unwrap();
		assert_eq!(note.verify(signer.public_key()), Err(NoteError::SignatureInvalid));
	}
}

#[test]
fn no_change_of_a_byte_goes_unnoticed() {
	let signer = TestSigner::from_seed([0; 32]);
	let note = signed(&signer);
	for at in 0..note.len() {
		for bit in [1, 4, 32] {
			let mut changed = note.clone().into_bytes();
			changed[at] ^= bit;
			let verified = SignedCheckpoint::decode(&changed)
				.and_then(|note| note.verify(signer.public_key()));
			assert!(verified.is_err(), "byte {at}, bit {bit}");
		}
	}
}

#[test]
fn what_is_no_checkpoint_of_ours_is_refused() {
	use NoteError::*;
	let note = signed(&TestSigner::from_seed([0; 32]));
	let hash = format!("{GENESIS}");
	let root = note.lines().nth(2).unwrap().to_owned();
	let changed = |from: &str, to: &str| note.replacen(from, to, 1);
	let wrong = [
		(String::new(), NotANote),
		(note.replace('\n', "\r\n"), NotANote),
		(note.replace("\n\n", "\n"), NotANote),
		(note.trim_end().into(), NotANote),
		(format!("{note}\n"), NotANote),
		(changed("pantheon/", "example.com/"), Origin),
		(changed(&hash, &hash[2..]), Origin),
		(note.replace("11", "aB"), Origin),
		(changed("\n3\n", "\n03\n"), Size),
		(changed("\n3\n", "\n+3\n"), Size),
		(changed("\n3\n", "\n-3\n"), Size),
		(changed("\n3\n", "\n18446744073709551616\n"), Size),
		(changed(&root, &root[..40]), Root),
		(changed(&root, &root.replace('=', "")), Root),
		(changed(&root, ""), Root),
		(changed("\n\n", "\nextension\n\n"), Extension),
		(changed("\n\n", "\n\n\n"), Extension),
		(changed("\u{2014} ", "- "), SignatureLine),
		(changed("\u{2014} ", "\u{2014}"), SignatureLine),
		(changed("\u{2014} pantheon", "\u{2014} pan+theon"), SignatureLine),
		(changed("\u{2014} pantheon", "\u{2014} pan\u{a0}theon"), SignatureLine),
		(format!("{note}{}", "\u{2014} name AAAA\n"), SignatureLine),
		(format!("{note}{}", "\u{2014} name *\n"), SignatureLine),
		(note.repeat(40), TooLarge),
	];
	for (text, error) in wrong {
		assert_eq!(
			SignedCheckpoint::decode(text.as_bytes()),
			Err(error),
			"{}",
			&text[..text.len().min(300)]
		);
	}
	assert_eq!(SignedCheckpoint::decode(&[0xff; 4]), Err(NotANote));
}

#[test]
fn the_page_shows_a_real_log() {
	let signer = TestSigner::from_seed([0; 32]);
	let leaves: Vec<_> =
		entries().iter().map(|entry| entry.leaf_hash::<SoftwareSha256>()).collect();
	let tree = MemoryTree::new::<SoftwareSha256>(&leaves);
	let tile: Vec<_> = (0..3).flat_map(|index| tree.node(0, index).unwrap()).collect();
	let note = signed(&signer);
	let (text, line) = note.split_once("\n\n").unwrap();
	let vkey = LogCheckpoint::verifier_key(&GENESIS, signer.public_key());
	let path = |content, index| format!("{}", TilePath::in_log(content, index, 3).unwrap());
	let shown = [
		format!("{text}\n\n{}…", line.chars().take(120).collect::<String>()),
		vkey.chars().take(120).collect(),
		hex::encode(sha256(note.as_bytes())),
		hex::encode(sha256(vkey.as_bytes())),
		path(TileContent::Entries, 0),
		path(hashes(0), 0),
		hex::encode(encode_entries(&entries())),
		hex::encode(tile),
	];
	let missing: Vec<_> = shown.iter().filter(|value| !PAGE.contains(*value)).collect();
	assert!(missing.is_empty(), "the page does not show: {missing:#?}");
}
