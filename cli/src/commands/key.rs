//! `pantheon key`.

use crate::{
	args::KeyCommand,
	context::Context,
	error::{exit, CliError, ContentError},
	keystore::{KdfParams, KeyFile, KeyFileError, KeyStore},
	output::Table,
};
use serde_json::json;
use std::path::PathBuf;

/// Runs the command.
pub fn execute(context: &Context, command: KeyCommand) -> Result<u8, CliError> {
	match command {
		KeyCommand::Generate => generate(context),
		KeyCommand::Inspect { file, check } => inspect(context, file, check),
	}
}

fn generate(context: &Context) -> Result<u8, CliError> {
	let path = context.home.key_path();
	if path.exists() {
		return Err(KeyFileError::Exists { path }.into());
	}
	let passphrase = context.home.passphrase().new_one()?;
	context.home.prepare_keys()?;
	let progress = context.out.spinner("deriving the key file's key");
	let (file, key) = KeyFile::generate(&passphrase, KdfParams::RECOMMENDED)?;
	drop(progress);
	file.create(&path)?;
	let table = Table::new()
		.row("operator", file.operator)
		.row("key file", path.display())
		.row("public key", format!("{} bytes, ML-DSA-65", key.public_key().as_bytes().len()));
	let text = format!(
		"Made an operator key.\n{table}\nBack the key file up, and the passphrase elsewhere: nobody can restore either."
	);
	let json = json!({
		"operator": file.operator.to_string(),
		"key_file": path.display().to_string(),
		"algorithm": "ML-DSA-65",
		"public_key": hex::encode(key.public_key().as_bytes()),
	});
	context.out.result(text, json);
	Ok(exit::OK)
}

fn inspect(context: &Context, file: Option<PathBuf>, check: bool) -> Result<u8, CliError> {
	let path = file.unwrap_or_else(|| context.home.key_path());
	let file = KeyFile::read(&path).map_err(|error| match error {
		missing @ (KeyFileError::Missing { .. } | KeyFileError::Io { .. }) => missing.into(),
		source => CliError::Content { path: path.clone(), source: ContentError::Key(source) },
	})?;
	let opened = if check {
		let key = file.open(&context.home.passphrase().existing()?)?;
		Some(hex::encode(key.public_key().as_bytes()))
	} else {
		None
	};
	let state = match &opened {
		Some(_) => "opens, and holds the key that its header names",
		None => "not opened (--check opens it)",
	};
	let kdf = file.kdf;
	let table = Table::new()
		.row("operator", file.operator)
		.row("key file", path.display())
		.row("algorithm", "ML-DSA-65, 32-byte seed")
		.row(
			"protection",
			format!(
				"XChaCha20-Poly1305, Argon2id ({} KiB, {} passes, {} lanes)",
				kdf.memory_kib, kdf.passes, kdf.lanes
			),
		)
		.row("state", state);
	let json = json!({
		"operator": file.operator.to_string(),
		"key_file": path.display().to_string(),
		"algorithm": "ML-DSA-65",
		"kdf": {
			"name": "argon2id", "memory_kib": kdf.memory_kib, "passes": kdf.passes, "lanes": kdf.lanes,
		},
		"cipher": "xchacha20-poly1305",
		"opened": check,
		"public_key": opened,
	});
	context.out.result(table.to_string(), json);
	Ok(exit::OK)
}
