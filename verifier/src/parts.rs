//! Where the parts of a bundle lie in its bytes, so that a person can look at them.

use alloc::{
	format,
	string::{String, ToString},
	vec::Vec,
};
use minicbor::{data::Type, Decoder};
use serde_json::{json, Value};

/// Most parts that are listed.
const MAX_PARTS: usize = 2_000;
/// Deepest nesting that is followed; no bundle is as deep.
const MAX_DEPTH: u8 = 8;

/// The file is not the CBOR of a bundle from here on.
struct Unlisted;

impl From<minicbor::decode::Error> for Unlisted {
	fn from(_: minicbor::decode::Error) -> Self {
		Self
	}
}

/// The strings and numbers of a CBOR map, in the file's order: `path` (keys and positions, joined by dots),
/// `at` and `length` of the content in bytes, and `value` of a text or a number. Stops where it can't go on.
pub fn parts(content: &[u8]) -> Value {
	let mut list = List { found: Vec::new(), input: Decoder::new(content) };
	// What was found before the file turned out damaged is worth showing.
	let whole = list.map().is_ok();
	json!({ "parts": list.found, "whole": whole })
}

struct List<'a> {
	found: Vec<Value>,
	input: Decoder<'a>,
}

impl List<'_> {
	fn map(&mut self) -> Result<(), Unlisted> {
		let entries = self.input.map()?.ok_or(Unlisted)?;
		for _ in 0..entries {
			let key = self.input.u64()?;
			self.item(&key.to_string(), MAX_DEPTH)?;
		}
		Ok(())
	}

	fn item(&mut self, path: &str, depth: u8) -> Result<(), Unlisted> {
		let depth = depth.checked_sub(1).ok_or(Unlisted)?;
		match self.input.datatype()? {
			Type::Array => {
				let items = self.input.array()?.ok_or(Unlisted)?;
				for index in 0..items {
					self.item(&format!("{path}.{index}"), depth)?;
				}
				Ok(())
			},
			Type::Bytes => {
				let length = self.input.bytes()?.len();
				self.add(path, length, Value::Null)
			},
			Type::String => {
				let text = String::from(self.input.str()?);
				self.add(path, text.len(), text.into())
			},
			_ => {
				let from = self.input.position();
				let number = self.input.u64()?;
				self.add(path, self.input.position().saturating_sub(from), number.into())
			},
		}
	}

	/// Adds what ends at the reader's position.
	fn add(&mut self, path: &str, length: usize, value: Value) -> Result<(), Unlisted> {
		if self.found.len() >= MAX_PARTS {
			return Err(Unlisted);
		}
		let at = self.input.position().saturating_sub(length);
		self.found.push(json!({ "path": path, "at": at, "length": length, "value": value }));
		Ok(())
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn parts_are_where_they_are_said_to_be() {
		// {0: "ab", 1: 300, 2: [h'0102', [h'03']]}
		let content = b"\xa3\x00\x62ab\x01\x19\x01\x2c\x02\x82\x42\x01\x02\x81\x41\x03";
		let expected = json!([
			{ "path": "0", "at": 3, "length": 2, "value": "ab" },
			{ "path": "1", "at": 6, "length": 3, "value": 300 },
			{ "path": "2.0", "at": 12, "length": 2, "value": null },
			{ "path": "2.1.0", "at": 16, "length": 1, "value": null },
		]);
		assert_eq!(parts(content), json!({ "parts": expected, "whole": true }));
		for end in 0..content.len() {
			let cut = parts(&content[..end]);
			assert_eq!(cut["whole"], false);
			let found = cut["parts"].as_array().unwrap();
			assert_eq!(found[..], expected.as_array().unwrap()[..found.len()]);
		}
	}

	#[test]
	fn deep_and_long_files_end_the_list() {
		let deep = [&[0xa1, 0x00][..], &[0x81; 100_000]].concat();
		assert_eq!(parts(&deep)["whole"], false);
		let long = [&[0xa1, 0x00, 0x99, 0xff, 0xff][..], &[0x01; 0xffff]].concat();
		let long = parts(&long);
		assert_eq!(long["whole"], false);
		assert_eq!(long["parts"].as_array().unwrap().len(), MAX_PARTS);
	}
}
