//! `pantheon audit` on exported files: the whole ones pass, and every damaged file is noticed.

mod support;

use pantheon_cli::export::{ExportWriter, Sealed, ANCHORS, BITCOIN_HEADERS, BLOCKS, MANIFEST};
use pantheon_primitives::{
	audit::test_helpers::{sample, SampleExport},
	finality::Header,
	Checkpoint,
};
use serde_json::Value;
use std::{fs, path::PathBuf, sync::LazyLock};
use support::{Pantheon, Ran};

static SAMPLE: LazyLock<SampleExport> = LazyLock::new(sample);

/// A sample export in a directory, and its trust file.
struct Bench {
	pantheon: Pantheon,
	trust: String,
}

impl Bench {
	fn new() -> Self {
		Self::of(&SAMPLE)
	}

	fn of(sample: &SampleExport) -> Self {
		let pantheon = Pantheon::new();
		let trust = pantheon.write("trust.json", sample.trust.to_json());
		let mut writer = ExportWriter::create(&pantheon.path("export")).unwrap();
		for block in &sample.blocks {
			writer.block(block).unwrap();
		}
		for claim in &sample.anchors {
			writer.anchor(claim).unwrap();
		}
		for header in &sample.bitcoin_headers {
			writer.bitcoin_header(header).unwrap();
		}
		let last = Header::decode(&sample.blocks.last().unwrap().header).unwrap();
		let log = last.log_digest().unwrap();
		let checkpoint = Checkpoint {
			genesis: sample.trust.genesis,
			block_number: last.number(),
			block_hash: last.hash(),
			log_size: log.size,
			log_root: log.root,
		};
		let first_bitcoin_height = sample.trust.bitcoin.pinned.height + 1;
		writer.finish(&Sealed { checkpoint, first_bitcoin_height }).unwrap();
		Self { pantheon, trust }
	}

	fn file(&self, name: &str) -> PathBuf {
		self.pantheon.path("export").join(name)
	}

	fn audit(&self, more: &[&str]) -> Ran {
		self.pantheon.run(&[&["audit", "export", "--trust", &self.trust], more].concat())
	}

	fn json(&self) -> (i32, Value) {
		self.pantheon.json(&["audit", "export", "--trust", &self.trust])
	}

	/// What the audit says of an export in which one byte of a file has one bit turned over.
	fn flipped(&self, name: &str, at: usize) -> (i32, Value) {
		let path = self.file(name);
		let whole = fs::read(&path).unwrap();
		let mut flipped = whole.clone();
		flipped[at] ^= 1 << (at % 8);
		fs::write(&path, flipped).unwrap();
		let said = self.json();
		fs::write(&path, whole).unwrap();
		said
	}
}

#[test]
fn a_whole_export_is_verified_offline() {
	let bench = Bench::new();
	let ran = bench.audit(&[]);
	assert_eq!(ran.code, 0, "{}\n{}", ran.stdout, ran.stderr);
	assert!(ran.stdout.starts_with("VERIFIED\n"), "{}", ran.stdout);
	for words in ["regtest (a test network", "0 to 6", "9 entries", "8 members", "2 hold"] {
		assert!(ran.stdout.contains(words), "no {words:?} in {}", ran.stdout);
	}
	let (code, json) = bench.json();
	assert_eq!((code, &json["verdict"]), (0, &"VERIFIED".into()));
	assert_eq!((&json["log_size"], &json["last_block"]), (&9.into(), &6.into()));
	assert_eq!(json["anchors"].as_array().unwrap().len(), 2);
	assert_eq!(json["first_wrong"], Value::Null);
}

#[test]
fn without_an_anchor_or_with_an_old_one_it_is_stale() {
	let mut sample = SAMPLE.clone();
	sample.anchors.clear();
	let ran = Bench::of(&sample).audit(&[]);
	assert_eq!(ran.code, 3, "{}", ran.stdout);
	assert!(ran.stdout.starts_with("STALE: nothing is wrong"), "{}", ran.stdout);

	let mut sample = SAMPLE.clone();
	sample.trust.max_anchor_age = Some(3_600);
	let bench = Bench::of(&sample);
	assert_eq!(bench.audit(&["--now", "4000000000"]).code, 3);
	let time = u32::from_le_bytes(SAMPLE.bitcoin_headers[4][68..72].try_into().unwrap());
	assert_eq!(bench.audit(&["--now", &(time + 60).to_string()]).code, 0);
}

/// Offsets of the parts of the blocks file whose every kind of byte is flipped: item heads, headers,
/// justifications, keys, statements, members.
fn offsets_in_blocks(length: usize) -> Vec<usize> {
	(0..400).chain((400..length).step_by(613)).chain(length - 300..length).collect()
}

#[test]
fn a_flip_anywhere_in_any_file_is_noticed_and_placed() {
	let bench = Bench::new();
	let length = |name: &str| fs::read(bench.file(name)).unwrap().len();
	let anchors = length(ANCHORS);
	let classes = [
		(ANCHORS, (0..anchors).step_by(5).collect::<Vec<_>>()),
		(BLOCKS, offsets_in_blocks(length(BLOCKS)).into_iter().step_by(3).collect()),
		(BITCOIN_HEADERS, (0..length(BITCOIN_HEADERS)).step_by(9).collect()),
		(MANIFEST, (0..length(MANIFEST)).step_by(7).collect()),
	];
	for (name, offsets) in classes {
		let mut rules = std::collections::BTreeSet::new();
		for at in offsets {
			let (code, said) = bench.flipped(name, at);
			assert!(code == 1 || code == 13, "{name}, byte {at}: {code} {said}");
			if code == 1 {
				assert_eq!(said["verdict"], "INVALID", "{name}, byte {at}");
				rules.insert(said["first_wrong"]["rule"].as_str().unwrap().to_owned());
			} else {
				assert_eq!(name, MANIFEST, "byte {at}: {said}");
			}
		}
		// Found by what the bytes mean, not only by a digest.
		let by_meaning = rules.iter().any(|rule| rule != "file" && rule != "manifest");
		assert!(by_meaning || name == MANIFEST, "{name}: {rules:?}");
	}
	assert_eq!(bench.json().0, 0, "the export is whole again");
}

#[test]
fn the_first_wrong_position_is_named() {
	let bench = Bench::new();
	let blocks = fs::read(bench.file(BLOCKS)).unwrap();
	let statement = &SAMPLE.blocks[5].entries[1].statement;
	let at = blocks.windows(statement.len()).position(|window| window == statement).unwrap();
	// A bit of the signature.
	let (code, said) = bench.flipped(BLOCKS, at + statement.len() - 100);
	assert_eq!(code, 1, "{said}");
	let wrong = &said["first_wrong"];
	assert_eq!(wrong["rule"], "seal");
	assert_eq!((&wrong["block"], &wrong["entry"]), (&5.into(), &5.into()));
	assert_eq!(wrong["sequence"], 2);
	assert_eq!(wrong["operator"].as_str().unwrap().len(), 64);

	let path = bench.file(BITCOIN_HEADERS);
	let headers = fs::read(&path).unwrap();
	fs::write(&path, &headers[..headers.len() - 160]).unwrap();
	let (code, said) = bench.json();
	assert_eq!((code, &said["first_wrong"]["rule"]), (1, &"manifest".into()), "{said}");
	fs::write(&path, &headers[..headers.len() - 81]).unwrap();
	let (code, said) = bench.json();
	assert_eq!((code, &said["first_wrong"]["rule"]), (1, &"file".into()), "{said}");
}

#[test]
fn cut_off_and_lengthened_files_are_noticed() {
	let bench = Bench::new();
	for name in [ANCHORS, BLOCKS, BITCOIN_HEADERS] {
		let whole = fs::read(bench.file(name)).unwrap();
		for bytes in [
			&whole[..0],
			&whole[..whole.len() / 2],
			&whole[..whole.len() - 1],
			&[whole.as_slice(), &[0]].concat(),
		] {
			fs::write(bench.file(name), bytes).unwrap();
			let (code, said) = bench.json();
			assert_eq!(code, 1, "{name}, {} bytes: {said}", bytes.len());
		}
		fs::write(bench.file(name), whole).unwrap();
	}
}

#[test]
fn headers_from_elsewhere_are_taken_and_checked() {
	let bench = Bench::new();
	let pinned = SAMPLE.trust.bitcoin.pinned.header;
	let headers = SAMPLE.bitcoin_headers.concat();
	// From before the pinned header, from it, and right after it.
	for before in [[&[7; 80][..], &pinned].concat(), pinned.to_vec(), Vec::new()] {
		let file = bench.pantheon.write("headers.bin", [before.as_slice(), &headers].concat());
		let ran = bench.audit(&["--bitcoin-headers", &file]);
		assert_eq!(ran.code, 0, "{}", ran.stdout);
	}
	let file = bench.pantheon.write("headers.bin", &headers[80..]);
	assert_eq!(bench.audit(&["--bitcoin-headers", &file]).code, 1);
	let file = bench.pantheon.write("headers.bin", &headers[..500]);
	bench.audit(&["--bitcoin-headers", &file]).fails(13, "80 bytes");
}

#[test]
fn an_export_never_mixes_with_files_that_are_there() {
	let pantheon = Pantheon::new();
	fs::create_dir(pantheon.path("full")).unwrap();
	fs::write(pantheon.path("full/letter.txt"), "dear").unwrap();
	let error = ExportWriter::create(&pantheon.path("full")).err().unwrap();
	assert!(error.to_string().contains("holds files"), "{error}");
	let trust = pantheon.write("trust.json", SAMPLE.trust.to_json());
	pantheon.run(&["audit", "--trust", &trust, "--export", "full"]).fails(2, "holds files");
	pantheon.run(&["audit", "full", "--trust", &trust]).fails(13, "manifest.json");
	pantheon.run(&["audit", "--trust", &trust]).fails(10, "no node answers");
}

#[test]
fn the_export_page_shows_how_the_blocks_begin() {
	let page = include_str!("../../docs/formats/audit-export.md");
	let example = page.split("```hex\n").nth(1).unwrap().split("```").next().unwrap();
	let example: String = example.split_whitespace().collect();
	let bench = Bench::new();
	assert!(hex::encode(fs::read(bench.file(BLOCKS)).unwrap()).starts_with(&example));
}
