//! Packs the auditor's page: `pantheon-page MODULE.wasm PAGE-FOLDER OUT.html`. `scripts/build-page` calls it.
//!
//! The same inputs give the same bytes on every machine: no clock, no paths, and a compressor that is part of
//! the lock file.

mod page;

use page::{assemble, PackError, Sources, SCRIPTS};
use std::{env, fs, path::Path, process::ExitCode};

/// What went wrong, for the one who builds.
#[derive(Debug, thiserror::Error)]
enum Error {
	#[error("usage: pantheon-page MODULE.wasm PAGE-FOLDER OUT.html")]
	Usage,
	#[error("{path}: {source}")]
	File { path: String, source: std::io::Error },
	#[error(transparent)]
	Pack(#[from] PackError),
}

fn main() -> ExitCode {
	match run() {
		Ok(report) => {
			println!("{report}");
			ExitCode::SUCCESS
		},
		Err(error) => {
			eprintln!("{error}");
			ExitCode::FAILURE
		},
	}
}

fn run() -> Result<String, Error> {
	let arguments: Vec<String> = env::args().skip(1).collect();
	let [module, folder, out] = arguments.as_slice() else { return Err(Error::Usage) };
	let read = |path: &Path| {
		fs::read(path).map_err(|source| Error::File { path: path.display().to_string(), source })
	};
	let text = |name: &str| {
		let bytes = read(&Path::new(folder).join(name))?;
		String::from_utf8(bytes).map_err(|_| Error::Pack(PackError::NotText(name.into())))
	};
	let scripts = SCRIPTS.iter().map(|name| text(name)).collect::<Result<Vec<_>, _>>()?;
	let packed = assemble(&Sources {
		markup: text("index.html")?,
		style: text("style.css")?,
		scripts,
		module: read(Path::new(module))?,
	})?;
	fs::write(out, &packed.html).map_err(|source| Error::File { path: out.clone(), source })?;
	Ok(format!(
		"{} bytes, of them {} for the verifier\nsha256 {}",
		packed.html.len(),
		packed.module_len,
		page::sha256_hex(packed.html.as_bytes())
	))
}
