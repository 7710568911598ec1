//! One file out of many, and the promises that it must keep: it loads nothing, and it is small.

use base64::{engine::general_purpose::STANDARD, Engine};
use sha2::{Digest, Sha256};

/// The page's scripts, in the order in which they run.
pub const SCRIPTS: [&str; 8] = [
	"engine.js",
	"dom.js",
	"words.js",
	"picture.js",
	"report.js",
	"account.js",
	"table.js",
	"app.js",
];
/// Most bytes of the page.
pub const MAX_PAGE_LEN: usize = 400_000;

/// What would make a browser, or a reader's click, load something. A scheme with `//` is found in any text;
/// the others are the ways to a network that a script has.
const LOADS: [&str; 13] = [
	"://",
	"src=",
	"href=\"/",
	"@import",
	"import(",
	"importscripts",
	"fetch(",
	"xmlhttprequest",
	"websocket",
	"eventsource",
	"sendbeacon",
	"webtransport",
	"rtcpeerconnection",
];

/// What loads in a style, and is part of harmless names in a script.
const STYLE_LOADS: &str = "url(";

/// What the page is made of.
pub struct Sources {
	/// `index.html`, with the places of the rest in double braces.
	pub markup: String,
	/// `style.css`.
	pub style: String,
	/// [`SCRIPTS`].
	pub scripts: Vec<String>,
	/// The verifier.
	pub module: Vec<u8>,
}

/// The page.
#[derive(Debug)]
pub struct Packed {
	/// The file.
	pub html: String,
	/// Bytes of it that are the verifier.
	pub module_len: usize,
}

/// Why no page is made.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum PackError {
	/// A source file is not UTF-8.
	#[error("{0} is not UTF-8 text")]
	NotText(String),
	/// The markup has no place for a part.
	#[error("the markup has no place {{{{{0}}}}}")]
	NoPlace(&'static str),
	/// A part would end its own element.
	#[error("{0} contains \"</\", which would end the element that it stands in")]
	EndsItself(&'static str),
	/// The page could load something.
	#[error("the page contains \"{0}\": it must not be able to load anything")]
	Loads(&'static str),
	/// The page is too large.
	#[error("the page has {0} bytes; at most {MAX_PAGE_LEN} are allowed")]
	TooLarge(usize),
}

/// Puts the page together.
pub fn assemble(sources: &Sources) -> Result<Packed, PackError> {
	let script = format!("\"use strict\";\n(() => {{\n{}}})();\n", sources.scripts.join("\n"));
	for (name, part) in [("the style", &sources.style), ("the script", &script)] {
		if part.contains("</") {
			return Err(PackError::EndsItself(name));
		}
	}
	let module = STANDARD.encode(miniz_oxide::deflate::compress_to_vec(&sources.module, 10));
	let html = fill(&sources.markup, "csp", &policy(&script, &sources.style))?;
	let html = fill(&html, "style", &sources.style)?;
	let html = fill(&html, "script", &script)?;
	let html = fill(&html, "version", env!("CARGO_PKG_VERSION"))?;
	let html = fill(&html, "module_sha256", &sha256_hex(&sources.module))?;
	if sources.style.to_ascii_lowercase().contains(STYLE_LOADS) {
		return Err(PackError::Loads(STYLE_LOADS));
	}
	// Base64 has neither ':' nor '('; it's left out of the search because it is long.
	refuse_loads(&html)?;
	let html = fill(&html, "module", &module)?;
	if html.len() > MAX_PAGE_LEN {
		return Err(PackError::TooLarge(html.len()));
	}
	Ok(Packed { html, module_len: module.len() })
}

fn fill(markup: &str, place: &'static str, with: &str) -> Result<String, PackError> {
	let mark = format!("{{{{{place}}}}}");
	let (before, after) = markup.split_once(&mark).ok_or(PackError::NoPlace(place))?;
	Ok([before, with, after].concat())
}

/// Everything is forbidden but this very script and style, compiling the module, and the worker that the script
/// makes of itself.
fn policy(script: &str, style: &str) -> String {
	let hash = |text: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)));
	[
		"default-src 'none'".into(),
		format!("script-src {} 'wasm-unsafe-eval'", hash(script)),
		format!("style-src {}", hash(style)),
		"worker-src blob:".into(),
		"base-uri 'none'".into(),
		"form-action 'none'".into(),
		"require-trusted-types-for 'script'".into(),
		"trusted-types pantheon-worker".into(),
	]
	.join("; ")
}

fn refuse_loads(html: &str) -> Result<(), PackError> {
	let lower = html.to_ascii_lowercase();
	match LOADS.into_iter().find(|word| lower.contains(word)) {
		Some(word) => Err(PackError::Loads(word)),
		None => Ok(()),
	}
}

/// SHA-256 in hexadecimal.
pub fn sha256_hex(bytes: &[u8]) -> String {
	hex::encode(Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
	use super::*;

	const MARKUP: &str =
		"{{csp}}|{{style}}|{{version}}|{{module_sha256}}|{{module}}|<script>{{script}}</script>";

	fn sources(script: &str) -> Sources {
		Sources {
			markup: MARKUP.into(),
			style: "p{}".into(),
			scripts: vec![script.into()],
			module: vec![7; 10_000],
		}
	}

	#[test]
	fn the_policy_allows_the_very_script_and_style() {
		let html = assemble(&sources("let a = 1;\n")).unwrap().html;
		let (_, rest) = html.split_once("<script>").unwrap();
		let script = rest.strip_suffix("</script>").unwrap();
		let hash = STANDARD.encode(Sha256::digest(script));
		assert!(html.starts_with("default-src 'none'; script-src 'sha256-"));
		assert!(html.contains(&format!("script-src 'sha256-{hash}' 'wasm-unsafe-eval';")));
		assert!(html.contains(&STANDARD.encode(Sha256::digest("p{}"))));
		assert!(!html.contains("unsafe-inline"));
	}

	#[test]
	fn the_module_comes_back() {
		let html = assemble(&sources("")).unwrap().html;
		let parts: Vec<_> = html.split('|').collect();
		let deflated = STANDARD.decode(parts[4]).unwrap();
		let module = miniz_oxide::inflate::decompress_to_vec(&deflated).unwrap();
		assert_eq!(module, vec![7; 10_000]);
		assert_eq!(parts[3], sha256_hex(&module));
	}

	#[test]
	fn what_could_load_something_is_refused() {
		for word in LOADS {
			for script in [word.to_owned(), format!("x{}", word.to_uppercase())] {
				let refused = assemble(&sources(&script)).unwrap_err();
				// One word may hold another: the first that is found is named.
				assert!(
					matches!(refused, PackError::Loads(named) if word.contains(named)),
					"{script}"
				);
			}
		}
		let mut styled = sources("");
		styled.style = "p{background:URL(x)}".into();
		assert_eq!(assemble(&styled).unwrap_err(), PackError::Loads("url("));
		let mut linked = sources("");
		linked.markup = MARKUP.replace("{{version}}", "{{version}}<link href=\"/x\">");
		assert_eq!(assemble(&linked).unwrap_err(), PackError::Loads("href=\"/"));
		assert_eq!(
			assemble(&sources("a = '</script>'")).unwrap_err(),
			PackError::EndsItself("the script")
		);
	}

	#[test]
	fn a_large_page_or_a_missing_place_is_refused() {
		let long = "x".repeat(MAX_PAGE_LEN);
		assert!(matches!(assemble(&sources(&long)), Err(PackError::TooLarge(_))));
		let mut missing = sources("");
		missing.markup = MARKUP.replace("{{style}}", "");
		assert_eq!(assemble(&missing).unwrap_err(), PackError::NoPlace("style"));
	}
}
