//! `pantheon key` and everything that opens a key.

mod support;

use support::Pantheon;

#[test]
fn a_key_is_made_once_and_shown_without_its_passphrase() {
	let pantheon = Pantheon::new();
	let (code, made) = pantheon.json(&["key", "generate"]);
	assert_eq!(code, 0);
	let public = hex::decode(made["public_key"].as_str().unwrap()).unwrap();
	assert_eq!(public.len(), 1952);
	let file = pantheon.path("home/keys/operator.key");
	let before = std::fs::read(&file).unwrap();
	pantheon.run(&["key", "generate"]).fails(12, "already");
	assert_eq!(std::fs::read(&file).unwrap(), before);

	let mut inspect = pantheon.command(&["key", "inspect", "--json"]);
	let shown = inspect.env_remove("PANTHEON_PASSPHRASE").output().unwrap();
	assert!(shown.status.success());
	let shown: serde_json::Value = serde_json::from_slice(&shown.stdout).unwrap();
	assert_eq!(shown["operator"], made["operator"]);
	assert_eq!(shown["kdf"]["memory_kib"], 65_536);
	assert_eq!(shown["opened"], false);
}

#[test]
fn the_right_passphrase_opens_and_a_wrong_one_does_not() {
	let pantheon = Pantheon::with_key();
	let (code, opened) = pantheon.json(&["key", "inspect", "--check"]);
	assert_eq!((code, &opened["opened"]), (0, &true.into()));
	let wrong = pantheon.write("wrong", "not it\n");
	for args in [
		&["key", "inspect", "--check", "--passphrase-file", &wrong][..],
		&["seal", "intent", "--log", &"00".repeat(32), "--passphrase-file", &wrong],
	] {
		pantheon.run(args).fails(12, "wrong passphrase");
	}
	let right = pantheon.write("right", format!("{}\nsecond line\n", support::PASSPHRASE));
	let ran = pantheon.run(&["key", "inspect", "--check", "--passphrase-file", &right]);
	assert_eq!(ran.code, 0, "{}", ran.stderr);
}

#[test]
fn without_passphrase_or_terminal_it_says_what_to_do() {
	let pantheon = Pantheon::with_key();
	let mut command = pantheon.command(&["key", "inspect", "--check"]);
	let ran = command.env_remove("PANTHEON_PASSPHRASE").output().unwrap();
	assert_eq!(ran.status.code(), Some(12));
	let said = String::from_utf8(ran.stderr).unwrap();
	assert!(said.contains("--passphrase-file"), "{said}");
	pantheon
		.run(&["key", "inspect", "--check", "--passphrase-file", "nowhere"])
		.fails(12, "nowhere");
}

#[test]
fn missing_and_damaged_key_files_are_named() {
	let pantheon = Pantheon::with_key();
	pantheon.run(&["key", "inspect", "--key", "other"]).fails(12, "no key file");
	pantheon.run(&["key", "inspect", "--key", "../x"]).fails(2, "key name");
	let path = pantheon.path("home/keys/operator.key");
	let bytes = std::fs::read(&path).unwrap();
	let cut = pantheon.write("cut.key", &bytes[..100]);
	pantheon.run(&["key", "inspect", &cut]).fails(13, "cut off");
	let mut version = bytes.clone();
	version[8] = 9;
	let version = pantheon.write("version.key", version);
	pantheon.run(&["key", "inspect", &version]).fails(13, "version 9");
	let mut tampered = bytes;
	tampered[143] ^= 1;
	let tampered = pantheon.write("tampered.key", tampered);
	pantheon.run(&["key", "inspect", &tampered, "--check"]).fails(12, "was changed");
}

#[cfg(unix)]
#[test]
fn key_files_and_homes_are_for_their_owner_only() {
	use std::os::unix::fs::PermissionsExt;
	let pantheon = Pantheon::with_key();
	let mode =
		|name: &str| std::fs::metadata(pantheon.path(name)).unwrap().permissions().mode() & 0o777;
	assert_eq!(mode("home/keys/operator.key"), 0o600);
	assert_eq!(mode("home"), 0o700);
}
