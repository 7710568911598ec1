//! `pantheon verify`, offline, on whole bundles and on damaged ones.

mod support;

use pantheon_primitives::opening::{OpenedField, Opening, OpeningsFile};
use support::{world::World, Pantheon, Ran};

struct Bench {
	pantheon: Pantheon,
	trust: String,
}

impl Bench {
	fn new(world: &World) -> Self {
		let pantheon = Pantheon::new();
		let trust = pantheon.write("trust.json", world.trust.to_json());
		Self { pantheon, trust }
	}

	fn verify(&self, bundle: &[u8]) -> Ran {
		let file = self.pantheon.write("a.proof", bundle);
		self.pantheon.run(&["verify", &file, "--trust", &self.trust])
	}
}

#[test]
fn a_whole_anchored_bundle_is_verified() {
	let world = World::new();
	let bench = Bench::new(&world);
	let ran = bench.verify(&world.bundle.encode());
	assert_eq!(ran.code, 0, "{}", ran.stdout);
	assert!(ran.stdout.starts_with("VERIFIED\n"), "{}", ran.stdout);
	for words in ["sealed", "included", "finalised", "anchored", "regtest", "a test network"] {
		assert!(ran.stdout.contains(words), "no {words:?} in {}", ran.stdout);
	}
}

#[test]
fn the_verdict_is_in_the_json_too() {
	let world = World::new();
	let bench = Bench::new(&world);
	let file = bench.pantheon.write("a.proof", world.bundle.encode());
	let (code, json) = bench.pantheon.json(&["verify", &file, "--trust", &bench.trust]);
	assert_eq!(code, 0);
	assert_eq!(json["verdict"], "VERIFIED");
	assert_eq!(json["bitcoin_network"], "regtest");
	let levels: Vec<_> =
		json["levels"].as_array().unwrap().iter().map(|level| level["level"].clone()).collect();
	assert_eq!(levels, ["sealed", "included", "finalised", "anchored"]);
}

#[test]
fn without_an_anchor_it_is_stale() {
	let world = World::new().without_anchor();
	let ran = Bench::new(&world).verify(&world.bundle.encode());
	assert_eq!(ran.code, 3, "{}", ran.stdout);
	assert!(ran.stdout.starts_with("STALE"), "{}", ran.stdout);
}

#[test]
fn an_anchor_older_than_allowed_is_stale() {
	let mut world = World::new();
	world.trust.max_anchor_age = Some(3_600);
	let bench = Bench::new(&world);
	let file = bench.pantheon.write("a.proof", world.bundle.encode());
	let at = |now: &str| {
		bench.pantheon.run(&["verify", &file, "--trust", &bench.trust, "--now", now]).code
	};
	let time = world.anchor().headers[world.anchor().block as usize][68..72].try_into().unwrap();
	let time = u32::from_le_bytes(time);
	assert_eq!(at(&(time + 10).to_string()), 0);
	assert_eq!(at(&(time + 100_000).to_string()), 3);
}

#[test]
fn truncated_trailing_and_unknown_versions_are_invalid() {
	let world = World::new();
	let bench = Bench::new(&world);
	let bytes = world.bundle.encode();
	for end in [0, 1, bytes.len() / 2, bytes.len() - 1] {
		let ran = bench.verify(&bytes[..end]);
		assert_eq!(ran.code, 1, "{end}: {}", ran.stdout);
		assert!(ran.stdout.contains("\"decode\""), "{}", ran.stdout);
	}
	let mut longer = bytes.clone();
	longer.push(0);
	let ran = bench.verify(&longer);
	assert_eq!(ran.code, 1);
	assert!(ran.stdout.contains("bytes follow"), "{}", ran.stdout);
	// Key 1 follows the magic text; its value is the version.
	let magic = bytes.windows(14).position(|window| window == b"pantheon-proof").unwrap();
	let mut version = bytes;
	assert_eq!(version[magic + 14..magic + 16], [1, 1]);
	version[magic + 15] = 2;
	let ran = bench.verify(&version);
	assert_eq!(ran.code, 1);
	assert!(ran.stdout.contains("version 2"), "{}", ran.stdout);
}

#[test]
fn a_flipped_bit_is_invalid_and_the_step_is_named() {
	let world = World::new();
	let bench = Bench::new(&world);
	let bytes = world.bundle.encode();
	for position in (0..bytes.len()).step_by(bytes.len() / 40) {
		let mut flipped = bytes.clone();
		flipped[position] ^= 1;
		let ran = bench.verify(&flipped);
		assert_eq!(ran.code, 1, "byte {position}: {}", ran.stdout);
		assert!(ran.stdout.starts_with("INVALID: step \""), "{}", ran.stdout);
	}
}

#[test]
fn under_another_chains_trust_it_is_not_verified() {
	let mut world = World::new();
	world.trust.genesis = [7; 32].into();
	let ran = Bench::new(&world).verify(&world.bundle.encode());
	assert_eq!(ran.code, 1);
	assert!(ran.stdout.contains("step \"chain\""), "{}", ran.stdout);

	let mut world = World::new();
	world.trust.authorities.authorities[0].0 .0 = [9; 32];
	let ran = Bench::new(&world).verify(&world.bundle.encode());
	assert_eq!(ran.code, 1);
	assert!(ran.stdout.contains("Only timestamped"), "{}", ran.stdout);
}

#[test]
fn openings_are_checked_against_the_record() {
	let world = World::new();
	let bench = Bench::new(&world);
	let bundle = bench.pantheon.write("a.proof", world.bundle.encode());
	let under = |file: String| {
		let file = bench.pantheon.write("a.openings.json", file);
		bench.pantheon.run(&["verify", &bundle, "--trust", &bench.trust, "--openings", &file])
	};
	let of = |world: &World, opening: &Opening| OpeningsFile {
		record: world.bundle_record_id(),
		openings: vec![(OpenedField::Input, opening.clone())],
	};
	let fits = of(&world, &world.opening).to_json();
	let ran = under(fits.clone());
	assert_eq!(ran.code, 0, "{}", ran.stdout);
	assert!(ran.stdout.contains("input fits") && ran.stdout.contains("may I?"), "{}", ran.stdout);
	// The same question under another salt.
	let other = World::new();
	let ran = under(of(&world, &other.opening).to_json());
	assert_eq!(ran.code, 1, "{}", ran.stdout);
	assert!(ran.stdout.contains("input DOES NOT FIT"), "{}", ran.stdout);

	let ran = under(of(&other, &other.opening).to_json());
	ran.fails(13, &format!("it opens record {}", other.bundle_record_id()));
	let id = world.bundle_record_id().to_string();
	under(fits.replace(&id, "")).fails(13, "field record of the openings file");
	under(fits.replace("\"input\"", "\"intput\"")).fails(13, "not an openings file");
	under(fits.replace("a30101", "b30101")).fails(13, "an opening of the input");
}

#[test]
fn missing_and_malformed_trust_files_are_bad_input() {
	let world = World::new();
	let bench = Bench::new(&world);
	let bundle = bench.pantheon.write("a.proof", world.bundle.encode());
	let under = |trust: &str| bench.pantheon.run(&["verify", &bundle, "--trust", trust]);
	under("nowhere.json").fails(13, "nowhere.json");
	under(&bench.pantheon.write("b.json", "{}")).fails(13, "not a trust file");
	let newer = world.trust.to_json().replace("\"pantheon_trust\": 1", "\"pantheon_trust\": 2");
	under(&bench.pantheon.write("c.json", newer)).fails(13, "version 2");
	bench
		.pantheon
		.run(&["verify", "nothing.proof", "--trust", &bench.trust])
		.fails(13, "nothing.proof");
}
