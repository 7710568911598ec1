//! The program itself, with no node in reach: what it says before its first run, and of itself.

mod support;

use serde_json::Value;
use std::path::Path;
use support::{rules, Program};

fn program() -> Program {
	// Port 9 (discard) is served by no machine that runs tests.
	Program::new("http://127.0.0.1:9", Path::new("/nowhere/.cookie"), rules())
}

#[test]
fn before_the_first_run_status_says_how_to_begin() {
	let program = program();
	for args in [
		&["status", "--config", "anchor.toml"][..],
		&["status", "--config", "anchor.toml", "--json"][..],
		&["export", "--config", "anchor.toml"][..],
	] {
		let ran = program.run(args);
		assert_eq!(ran.status.code(), Some(53), "{args:?}");
		let said = String::from_utf8(ran.stderr).unwrap();
		assert!(said.contains("there is no journal at"), "{said}");
		assert!(said.contains("no-journal; remedy: begin with `pantheon-anchor run`"), "{said}");
		if args.contains(&"--json") {
			let json: Value = serde_json::from_slice(&ran.stdout).unwrap();
			let error = &json["error"];
			assert_eq!(
				(&error["condition"], &error["exit_code"]),
				(&"no-journal".into(), &53.into())
			);
			assert!(error["remedy"].as_str().unwrap().contains("pantheon-anchor run"), "{json}");
		} else {
			assert!(ran.stdout.is_empty());
		}
	}
}

#[test]
fn a_status_for_machines_is_json_whatever_is_wrong() {
	let ran = program().run(&["status", "--config", "nowhere.toml", "--json"]);
	assert_eq!(ran.status.code(), Some(2));
	let json: Value = serde_json::from_slice(&ran.stdout).unwrap();
	assert_eq!(
		(&json["error"]["condition"], &json["error"]["exit_code"]),
		(&Value::Null, &2.into())
	);
	assert!(json["error"]["message"].as_str().unwrap().contains("nowhere.toml"), "{json}");
	assert!(json["error"]["remedy"].as_str().unwrap().contains("pantheon-anchor init"), "{json}");
}

#[test]
fn every_command_explains_itself() {
	let program = program();
	for command in ["run", "init", "status", "cost", "export"] {
		let ran = program.run(&[command, "--help"]);
		assert!(ran.status.success());
		let help = String::from_utf8(ran.stdout).unwrap();
		assert!(help.contains(&format!("Examples:\n  pantheon-anchor {command}")), "{help}");
	}
}
