//! `pantheon verify` on completeness bundles, and the options of `pantheon proof --operator`.

mod support;

use pantheon_primitives::completeness::{CompletenessBundle, Positions};
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

	fn verify(&self, bundle: &CompletenessBundle) -> Ran {
		let file = self.pantheon.write("a.proof", bundle.encode());
		self.pantheon.run(&["verify", &file, "--trust", &self.trust])
	}
}

#[test]
fn the_positions_are_listed_for_people() {
	let world = World::new();
	let bench = Bench::new(&world);
	let ran = bench.verify(&world.account);
	assert_eq!(ran.code, 0, "{}", ran.stdout);
	assert!(ran.stdout.starts_with("VERIFIED\n"), "{}", ran.stdout);
	for words in [
		"disclosed          1 (0)",
		"withheld           0 (none)",
		"as of block",
		"exactly 1 positions",
		"intents still open  1",
		"a test network",
		"by the records' own links",
	] {
		assert!(ran.stdout.contains(words), "no {words:?} in {}", ran.stdout);
	}
	assert!(!ran.stdout.to_lowercase().contains("complete"), "never the bare word: {}", ran.stdout);
}

#[test]
fn withheld_positions_are_listed_too() {
	let mut world = World::new();
	world.account.positions = vec![Positions::Withheld(1)];
	let ran = Bench::new(&world).verify(&world.account);
	assert_eq!(ran.code, 0, "{}", ran.stdout);
	assert!(ran.stdout.contains("withheld           1 (0)"), "{}", ran.stdout);
	let id = world.bundle_record_id();
	assert!(ran.stdout.contains(&format!("0: record {id}")), "{}", ran.stdout);
}

#[test]
fn the_lists_are_in_the_json() {
	let world = World::new();
	let bench = Bench::new(&world);
	let file = bench.pantheon.write("a.proof", world.account.encode());
	let (code, json) = bench.pantheon.json(&["verify", &file, "--trust", &bench.trust]);
	assert_eq!((code, &json["verdict"]), (0, &"VERIFIED".into()));
	assert_eq!(json["file"], "pantheon-completeness");
	assert_eq!(json["positions"]["disclosed"], serde_json::json!([[0, 0]]));
	assert_eq!(json["chain_length"], 1);
}

#[test]
fn verdicts_have_the_exit_codes_of_other_proofs() {
	let world = World::new();
	let bench = Bench::new(&world);
	let stale = CompletenessBundle { anchor: None, ..world.account.clone() };
	let ran = bench.verify(&stale);
	assert_eq!(ran.code, 3, "{}", ran.stdout);
	assert!(ran.stdout.starts_with("STALE"), "{}", ran.stdout);

	let gap = CompletenessBundle { positions: vec![], ..world.account.clone() };
	let ran = bench.verify(&gap);
	assert_eq!(ran.code, 1, "{}", ran.stdout);
	assert!(ran.stdout.starts_with("INVALID: step \"numbered\""), "{}", ran.stdout);
	assert!(!ran.stdout.contains("Positions of"), "nothing is listed then: {}", ran.stdout);

	let bytes = world.account.encode();
	for end in [40, bytes.len() / 2, bytes.len() - 1] {
		let file = bench.pantheon.write("cut.proof", &bytes[..end]);
		let ran = bench.pantheon.run(&["verify", &file, "--trust", &bench.trust]);
		assert_eq!(ran.code, 1, "{}", ran.stdout);
		assert!(ran.stdout.contains("\"decode\""), "{}", ran.stdout);
	}
}

#[test]
fn openings_are_for_one_record() {
	let world = World::new();
	let bench = Bench::new(&world);
	let file = bench.pantheon.write("a.proof", world.account.encode());
	let openings = bench.pantheon.write("o.json", "{}");
	let args = ["verify", &file, "--trust", &bench.trust, "--openings", &openings];
	bench.pantheon.run(&args).fails(2, "many positions");
}

#[test]
fn wrong_options_are_exit_code_2() {
	let pantheon = Pantheon::with_key();
	let operator = "ab".repeat(32);
	let proof = |args: &[&str]| {
		pantheon.run(&[&["proof", "--operator", &operator, "--out", "p"], args].concat())
	};
	proof(&["--from", "3", "--to", "2"]).fails(2, "runs backwards");
	proof(&["--withhold", "5-3"]).fails(2, "names nothing to withhold");
	assert_eq!(proof(&["--sequence", "3"]).code, 2);
	assert_eq!(proof(&["--from", "x"]).code, 2);
	pantheon.run(&["proof", "--operator", "xyz", "--out", "p"]).fails(2, "64 hex digits");
	let alone = pantheon.run(&["proof", &operator, "--from", "3", "--out", "p"]);
	assert_eq!(alone.code, 2, "{}", alone.stderr);
	proof(&[]).fails(10, "no node answers");
}
