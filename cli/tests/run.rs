//! `pantheon run` with no node in reach: what it seals, and that it fails closed.

mod support;

use support::Pantheon;

fn log() -> String {
	"42".repeat(32)
}

fn sealed<'a>(log: &'a str, command: &[&'a str]) -> Vec<&'a str> {
	[&["run", "--after", "sealed", "--log", log, "--report", "report.json", "--"], command].concat()
}

fn report(pantheon: &Pantheon) -> serde_json::Value {
	serde_json::from_slice(&std::fs::read(pantheon.path("report.json")).unwrap()).unwrap()
}

#[test]
fn the_command_runs_with_its_own_input_output_and_exit_code() {
	let pantheon = Pantheon::with_key();
	let log = log();
	let ran = pantheon.run(&sealed(&log, &["sh", "-c", "echo out; echo err >&2; exit 42"]));
	assert_eq!(ran.code, 42, "{}", ran.stderr);
	assert_eq!(ran.stdout, "out\n");
	assert!(ran.stderr.contains("err"));
	let report = report(&pantheon);
	assert_eq!(report["ended"]["exit_code"], 42);
	assert_eq!(report["outcome"]["intent"], report["intent"]["record"]);
	assert_eq!(report["outcome"]["sequence"], 1);
}

#[test]
fn the_command_knows_its_intent_and_no_secrets() {
	let pantheon = Pantheon::with_key();
	let log = log();
	let script = "echo $PANTHEON_INTENT; echo ${PANTHEON_PASSPHRASE-none}";
	let ran = pantheon.run(&sealed(&log, &["sh", "-c", script]));
	assert_eq!(ran.code, 0, "{}", ran.stderr);
	let intent = report(&pantheon)["intent"]["record"].as_str().unwrap().to_owned();
	assert_eq!(ran.stdout, format!("{intent}\nnone\n"));
}

#[test]
fn a_signal_is_reported_as_the_shell_does() {
	let pantheon = Pantheon::with_key();
	let log = log();
	let ran = pantheon.run(&sealed(&log, &["sh", "-c", "kill -9 $$"]));
	assert_eq!(ran.code, 128 + 9, "{}", ran.stderr);
	assert_eq!(report(&pantheon)["ended"]["signal"], 9);
}

#[test]
fn a_command_that_cannot_start_has_an_outcome_too() {
	let pantheon = Pantheon::with_key();
	let log = log();
	pantheon.run(&sealed(&log, &["./nowhere"])).fails(127, "nowhere");
	assert!(report(&pantheon)["ended"]["not_started"].is_string());
	pantheon.write("plain", "no program");
	pantheon.run(&sealed(&log, &["./plain"])).fails(126, "plain");
	let (_, pending) = pantheon.json(&["seal", "intent", "--log", &log]);
	assert_eq!(pending["sequence"], 4);
}

#[test]
fn a_report_that_cannot_be_written_keeps_the_command_from_running() {
	let pantheon = Pantheon::with_key();
	let log = log();
	let args = ["run", "--after", "sealed", "--log", &log, "--report", "nowhere/r.json"];
	fails_closed(&pantheon, &args, 120, "nowhere");
	let (_, first) = pantheon.json(&["seal", "intent", "--log", &log]);
	assert_eq!(first["sequence"], 0, "nothing was sealed for a command that did not run");
}

#[test]
fn a_report_that_fails_after_the_command_ran_says_that_it_ran() {
	let pantheon = Pantheon::with_key();
	let log = log();
	std::fs::create_dir(pantheon.path("reports")).unwrap();
	let args = ["run", "--after", "sealed", "--log", &log, "--report", "reports/r.json", "--"];
	let ran = pantheon.run(&[&args[..], &["rm", "-r", "reports"]].concat());
	ran.fails(125, "the command ended with");
}

/// Runs with a node needed and none there; the command would leave a trace.
fn fails_closed(pantheon: &Pantheon, args: &[&str], code: i32, words: &str) {
	let args = [args, &["--", "touch", "trace"]].concat();
	pantheon.run(&args).fails(code, words);
	assert!(!pantheon.path("trace").exists(), "the command ran: {args:?}");
}

#[test]
fn nothing_runs_without_a_durable_intent() {
	let pantheon = Pantheon::with_key();
	let wrong = pantheon.write("wrong", "not it");
	let alice = ["--account", "//Alice"];
	let run = |args: &[&str], code, words| {
		fails_closed(&pantheon, &[&["run"], args].concat(), code, words);
	};
	run(&alice, 122, "no node answers");
	run(&["--after", "included", "--account", "//Alice"], 122, "no node answers");
	run(&[], 120, "account");
	run(&["--account", "//Alice", "--input", "missing.json"], 120, "missing.json");
	run(&["--account", "//Alice", "--passphrase-file", &wrong], 121, "wrong passphrase");
	run(&["--account", "//Alice", "--key", "other"], 121, "no key file");
	run(&["--after", "sealed"], 120, "log");
	run(&["--no-such-option"], 120, "--no-such-option");
	pantheon.run(&["run", "--after", "sealed"]).fails(120, "COMMAND");
	assert_eq!(pantheon.run(&["run", "--help"]).code, 0);
}

/// Standard output is the command's, whatever happens: with --json a failure goes where the report would.
#[test]
fn a_failure_never_stands_on_standard_output() {
	let pantheon = Pantheon::with_key();
	let log = log();
	for (args, code) in [
		(&["run", "--json", "--account", "//Alice", "--", "echo", "mine"][..], 122),
		(&["run", "--json", "--no-such-option", "--", "echo", "mine"][..], 120),
		(&["run", "--json", "--after", "sealed", "--log", &log, "--", "./nowhere"][..], 127),
	] {
		let ran = pantheon.run(args);
		assert_eq!((ran.code, ran.stdout.as_str()), (code, ""), "{}", ran.stderr);
		let last = ran.stderr.lines().last().unwrap();
		let object: serde_json::Value = serde_json::from_str(last).unwrap();
		assert_eq!(object["error"]["exit_code"], code, "{last}");
		assert!(object["error"]["message"].is_string(), "{last}");
	}
}

#[test]
fn outputs_that_do_not_come_are_recorded_as_missing() {
	let pantheon = Pantheon::with_key();
	let log = log();
	let args = [
		"run",
		"--after",
		"sealed",
		"--log",
		&log,
		"--report",
		"report.json",
		"--output",
		"there",
		"--output",
		"not-there",
		"--",
		"touch",
		"there",
	];
	let ran = pantheon.run(&args);
	assert_eq!(ran.code, 0, "{}", ran.stderr);
	assert!(pantheon.path("there").exists());
}
