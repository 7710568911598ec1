//! What the program does with no node in reach: sealing, and every failure with its exit code.

mod support;

use pantheon_primitives::Statement;
use support::{world::World, Pantheon, Ran};

fn log() -> String {
	"42".repeat(32)
}

fn seal(pantheon: &Pantheon, args: &[&str]) -> serde_json::Value {
	let log = log();
	let (code, json) = pantheon.json(&[&["seal"], args, &["--log", &log]].concat());
	assert_eq!(code, 0, "{json}");
	json
}

#[test]
fn sealed_records_form_a_chain_and_verify() {
	let pantheon = Pantheon::with_key();
	let input = pantheon.write("case.json", "{}");
	let intent = seal(&pantheon, &["intent", "--input", &input, "--model", &input]);
	let id = intent["record"].as_str().unwrap();
	let outcome = seal(&pantheon, &["outcome", "--intent", id, "--out", "outcome.cose"]);
	assert_eq!(outcome["intent"], id);
	assert_eq!((&intent["sequence"], &outcome["sequence"]), (&0.into(), &1.into()));

	let statement = Statement::decode(&std::fs::read(pantheon.path("outcome.cose")).unwrap());
	let statement = statement.unwrap();
	assert_eq!(statement.record().previous.unwrap().to_string(), id);
	let (_, key) = pantheon.json(&["key", "inspect", "--check"]);
	let key = hex::decode(key["public_key"].as_str().unwrap()).unwrap();
	let key = pantheon_primitives::PublicKey::from_bytes(&key).unwrap();
	statement.verify(&key).unwrap();
}

#[test]
fn actions_are_read_from_json() {
	let pantheon = Pantheon::with_key();
	let action = pantheon.write("a.json", r#"{"input": {"q": 1}, "locator": "s3://x"}"#);
	let sealed = seal(&pantheon, &["intent", "--action", &action]);
	let bytes = hex::decode(sealed["statement"].as_str().unwrap()).unwrap();
	let record = Statement::decode(&bytes).unwrap().record().clone();
	assert_eq!(record.locator.as_deref(), Some("s3://x"));
	assert!(record.input.is_some());

	let log = log();
	let bad = |text: &str| {
		let file = pantheon.write("bad.json", text);
		pantheon.run(&["seal", "intent", "--action", &file, "--log", &log])
	};
	bad("{").fails(13, "bad.json");
	bad(r#"{"inptu": 1}"#).fails(13, "inptu");
	bad(r#"{"kind": "outcome"}"#).fails(13, "is of kind outcome, and this command seals: intent");
	bad(r#"{"kind": "deed"}"#).fails(13, "\"deed\" is no kind of action");
	bad(&format!(r#"{{"locator": "{}"}}"#, "x".repeat(129))).fails(13, "128");
	let parents = (0..9).map(|n| format!("\"{n:064x}\"")).collect::<Vec<_>>().join(",");
	bad(&format!(r#"{{"parents": [{parents}]}}"#)).fails(13, "8 parents");
}

#[test]
fn a_batch_is_sealed_offline_under_one_seal() {
	let pantheon = Pantheon::with_key();
	let lines: String =
		(0..1_000).map(|n| format!("{{\"kind\":\"provenance\",\"output\":{n}}}\n")).collect();
	let file = pantheon.write("actions.jsonl", lines);
	let log = log();
	let args = ["batch", &file, "--after", "sealed", "--log", &log, "--list", "members.jsonl"];
	let (code, json) = pantheon.json(&args);
	assert_eq!(code, 0, "{json}");
	assert_eq!(json["records"], 1_000);
	assert_eq!(json["batches"].as_array().unwrap().len(), 1);
	let members = std::fs::read_to_string(pantheon.path("members.jsonl")).unwrap();
	assert_eq!(members.lines().count(), 1_000);
}

#[test]
fn a_directory_becomes_a_batch() {
	let pantheon = Pantheon::with_key();
	std::fs::create_dir(pantheon.path("artefacts")).unwrap();
	for name in ["a", "b", "c"] {
		pantheon.write(&format!("artefacts/{name}"), name);
	}
	let log = log();
	let (code, json) =
		pantheon.json(&["batch", "--dir", "artefacts", "--after", "sealed", "--log", &log]);
	assert_eq!((code, &json["records"]), (0, &3.into()));
}

#[test]
fn bad_batches_are_refused_by_line_and_rule() {
	let pantheon = Pantheon::with_key();
	let log = log();
	let batch = |text: &str| {
		let file = pantheon.write("b.jsonl", text);
		pantheon.run(&["batch", &file, "--after", "sealed", "--log", &log])
	};
	batch("").fails(13, "nothing in it");
	batch("{\"kind\":\"intent\"}\n{\"kind\":\"batch\"}\n")
		.fails(13, "b.jsonl: line 2: \"batch\" is no kind");
	// Lines are counted as an editor does, and rules of records are blamed on theirs too.
	batch("{\"kind\":\"intent\"}\n\n{\"kind\":\"outcome\"}\n").fails(13, "b.jsonl: line 3: ");
	let long = format!("{{\"kind\":\"intent\",\"locator\":\"{}\"}}\n", "x".repeat(129));
	batch(&format!("{{\"kind\":\"intent\"}}\n{long}")).fails(13, "b.jsonl: line 2: ");
	let ran = batch("{\"input\":1}\n");
	ran.fails(
		13,
		"b.jsonl: line 1: the action names no kind, which is one of intent, outcome, denial",
	);
	assert!(ran.stderr.contains("--kind"), "{}", ran.stderr);

	// From a directory each file is a record; outcomes without an intent are none.
	std::fs::create_dir(pantheon.path("results")).unwrap();
	pantheon.write("results/one", "1");
	let args =
		["batch", "--dir", "results", "--kind", "outcome", "--after", "sealed", "--log", &log];
	pantheon.run(&args).fails(13, "results/one: ");
	let (_, first) = pantheon.json(&["seal", "intent", "--log", &log]);
	assert_eq!(first["sequence"], 0, "nothing was sealed");
}

#[test]
fn no_node_is_exit_code_10_with_a_remedy() {
	let pantheon = Pantheon::with_key();
	for args in [
		&["operator", "register", "--account", "//Alice"][..],
		&["operator", "show"],
		&["operator", "adopt"],
		&["submit", "--account", "//Alice"],
		&["log", "checkpoint"],
	] {
		let ran = pantheon.run(args);
		ran.fails(10, "no node answers at ws://127.0.0.1:9");
		assert!(ran.stderr.contains("--url"), "{}", ran.stderr);
	}
	let (code, json) = pantheon.json(&["log", "checkpoint"]);
	assert_eq!((code, &json["error"]["exit_code"]), (10, &10.into()));
}

#[test]
fn a_wrong_command_line_is_exit_code_2() {
	let pantheon = Pantheon::with_key();
	for args in [
		&["frobnicate"][..],
		&["verify", "x.proof"],
		&["seal", "outcome"],
		&["seal", "intent", "--log", "xyz"],
		&["seal", "intent"],
		&["submit"],
		&["submit", "--account", "//Alice", "--timeout", "0"],
		&["batch"],
		&["proof", "xyz", "--out", "p"],
		&["operator", "show", "xyz"],
	] {
		assert_eq!(pantheon.run(args).code, 2, "{args:?}");
	}
	let (code, json) = pantheon.json(&["verify", "x.proof"]);
	assert_eq!((code, &json["error"]["exit_code"]), (2, &2.into()));
	pantheon.run(&["submit"]).fails(2, "--account");
	pantheon.run(&["seal", "intent"]).fails(2, "register");
	pantheon.run(&["operator", "show", "zz"]).fails(2, "an operator's id is 64 hex digits");
	pantheon
		.run(&["proof", "xyz", "--out", "p"])
		.fails(2, "a record's id or leaf is 64 hex digits");
}

#[test]
fn what_the_journal_does_not_hold_is_exit_code_14() {
	let pantheon = Pantheon::with_key();
	pantheon.run(&["proof", &"ab".repeat(32), "--out", "p"]).fails(14, "holds no record");
}

#[test]
fn bad_accounts_and_anchor_files_are_named() {
	let pantheon = Pantheon::with_key();
	pantheon.run(&["submit", "--account", "nowhere"]).fails(12, "nowhere");
	let account = pantheon.write("fees.secret", "my password");
	#[cfg(unix)]
	{
		use std::os::unix::fs::PermissionsExt;
		pantheon.run(&["submit", "--account", &account]).fails(12, "chmod 600");
		std::fs::set_permissions(&account, std::fs::Permissions::from_mode(0o600)).unwrap();
	}
	let ran = pantheon.run(&["submit", "--account", &account]);
	ran.fails(13, "fees.secret holds no account's secret");
	assert!(
		ran.stderr.contains("mnemonic") && !ran.stderr.contains("my password"),
		"{}",
		ran.stderr
	);
	let sealed = seal(&pantheon, &["intent"]);
	let id = sealed["record"].as_str().unwrap();
	let anchor = pantheon.write("x.anchor", "junk");
	pantheon.run(&["proof", id, "--anchor", &anchor, "--out", "p"]).fails(13, "x.anchor");
	pantheon.run(&["log", "consistency", "--from", &anchor, "--to", &anchor]).fails(13, "JSON");
}

#[test]
fn the_standard_forms_ask_for_what_they_need() {
	let pantheon = Pantheon::with_key();
	let proof = |args: &[&str]| pantheon.run(&[&["proof", "aa", "--out", "p"], args].concat());
	// Without an anchor there is nothing to stamp with, and without a stamp nothing that is stamped.
	proof(&["--ots", "p.ots"]).fails(2, "--anchor");
	proof(&["--cose", "p.cose", "--stamped", "p.statement"]).fails(2, "--ots");
	// A directory without anchors: nothing was anchored yet.
	let sealed = seal(&pantheon, &["intent"]);
	let id = sealed["record"].as_str().unwrap();
	std::fs::create_dir(pantheon.path("exports")).unwrap();
	let ran = pantheon.run(&["proof", id, "--anchor", "exports", "--out", "p", "--ots", "p.ots"]);
	ran.fails(14, "no anchor file (*.anchor) is in exports");
	assert!(ran.stderr.contains("exports to"), "{}", ran.stderr);
	let operator = sealed["operator"].as_str().unwrap();
	pantheon
		.run(&["proof", "--operator", operator, "--anchor", "exports", "--out", "p"])
		.fails(14, "no anchor file (*.anchor) is in exports");
}

#[test]
fn a_trust_file_of_another_chain_is_bad_input() {
	let pantheon = Pantheon::with_key();
	let sealed = seal(&pantheon, &["intent"]);
	let id = sealed["record"].as_str().unwrap();
	let mut trust = World::new().trust;
	let of_this_chain = pantheon.write("trust.json", trust.to_json());
	trust.genesis = [7; 32].into();
	trust.chain = "elsewhere".into();
	let of_another = pantheon.write("other.json", trust.to_json());
	let ran = pantheon.run(&["proof", id, "--trust", &of_another, "--out", "p"]);
	ran.fails(13, "other.json: it is for the chain elsewhere (genesis 0707");
	assert!(ran.stderr.contains("pantheon trust show"), "{}", ran.stderr);
	pantheon.run(&["proof", id, "--trust", &of_this_chain, "--out", "p"]).fails(10, "no node");
}

#[test]
fn what_cannot_be_written_is_named_as_the_user_named_it() {
	let pantheon = Pantheon::with_key();
	pantheon.write("artefact", "1");
	let log = log();
	for args in [
		&["seal", "intent", "--log", &log, "--out", "nowhere/x"][..],
		&["batch", "--dir", ".", "--after", "sealed", "--log", &log, "--list", "nowhere/x"][..],
	] {
		let ran = pantheon.run(args);
		ran.fails(15, "can't write nowhere/x: No such file or directory");
		assert!(!ran.stderr.contains(".tmp"), "{}", ran.stderr);
	}
}

#[test]
fn a_journal_that_cannot_be_used_is_exit_code_15() {
	let pantheon = Pantheon::with_key();
	pantheon.write("home/journal.sqlite", "this is no database, and longer than a header");
	let log = log();
	pantheon.run(&["seal", "intent", "--log", &log]).fails(15, "journal");
}

#[test]
fn every_command_explains_itself() {
	let pantheon = Pantheon::new();
	for command in [
		&["key", "generate"][..],
		&["key", "inspect"],
		&["operator", "register"],
		&["operator", "show"],
		&["operator", "adopt"],
		&["run"],
		&["seal", "intent"],
		&["seal", "outcome"],
		&["seal", "denial"],
		&["seal", "approval"],
		&["seal", "provenance"],
		&["submit"],
		&["batch"],
		&["proof"],
		&["verify"],
		&["log", "checkpoint"],
		&["log", "consistency"],
	] {
		let ran = pantheon.run(&[command, &["--help"]].concat());
		assert_eq!(ran.code, 0);
		assert!(ran.stdout.contains("Examples:"), "{command:?} has no examples");
		assert!(ran.stdout.contains("--json"), "{command:?} has no --json");
	}
	for args in [&["exit-codes"][..], &["help", "exit-codes"]] {
		let Ran { code, stdout, .. } = pantheon.run(args);
		assert_eq!(code, 0);
		assert!(stdout.contains("125") && stdout.contains("STALE"), "{stdout}");
	}
}
