//! The examples in `docs/formats` are what the code reads and writes.

use pantheon_cli::{
	commitment::Opening,
	keystore::{KeyFile, KeyStore, Passphrase, SoftwareKey},
};
use pantheon_client::AnchorFile;
use pantheon_primitives::bitcoin::test_helpers::{sample_checkpoint, AnchorShape};

/// The hex blocks of a page, in their order.
fn blocks(page: &str) -> Vec<Vec<u8>> {
	page.split("```hex\n")
		.skip(1)
		.map(|rest| {
			let text: String = rest.split("```").next().unwrap().split_whitespace().collect();
			hex::decode(text).unwrap()
		})
		.collect()
}

#[test]
fn the_key_file_page_shows_a_key_that_opens() {
	let blocks = blocks(include_str!("../../docs/formats/key-file.md"));
	let file = KeyFile::decode(&blocks[0]).unwrap();
	let passphrase = Passphrase::new("correct horse battery staple").unwrap();
	let key = file.open(&passphrase).unwrap();
	assert_eq!(key.public_key(), SoftwareKey::from_seed(&[5; 32]).public_key());
}

#[test]
fn the_opening_page_shows_a_real_opening() {
	let blocks = blocks(include_str!("../../docs/formats/opening.md"));
	let opening = Opening::decode(&blocks[0]).unwrap();
	assert_eq!(opening.commitment().as_bytes().to_vec(), blocks[1]);
	assert!(opening.content().contains("case.json"));
}

#[test]
fn the_anchor_file_page_shows_how_every_file_begins() {
	let blocks = blocks(include_str!("../../docs/formats/anchor-file.md"));
	let checkpoint = sample_checkpoint();
	let file = AnchorFile { checkpoint, proof: AnchorShape::default().build(&checkpoint) };
	let bytes = file.encode();
	assert!(bytes.starts_with(&blocks[0]));
	assert!(bytes[blocks[0].len()..].starts_with(&checkpoint.encode_canonical()));
	assert_eq!(AnchorFile::decode(&bytes).unwrap(), file);
}

#[test]
fn the_guide_lists_the_exit_codes_of_the_program() {
	let guide = include_str!("../../docs/guides/pantheon-command.md");
	let listed = |line: &str| line.split('|').nth(1)?.trim().parse::<u8>().ok();
	let in_guide: Vec<u8> = guide.lines().filter_map(listed).collect();
	let in_program: Vec<u8> = pantheon_cli::args::EXIT_CODES
		.lines()
		.filter_map(|line| line.split_whitespace().next()?.parse().ok())
		.collect();
	assert_eq!(in_guide, in_program);
	assert_eq!(in_program.len(), 19);
}
