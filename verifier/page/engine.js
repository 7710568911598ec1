// The verifier, in a worker where the browser allows one and beside the page otherwise. It gets files, reads
// no more of them than the verifier could accept, and answers with what the module says.
//
// `engine` becomes a worker by its own source text: it must not use anything from outside itself.

function engine(answer) {
	// What a file may have at most, by what it says it is. The verifier refuses what is longer, and is shown one
	// byte more so that it can.
	const LIMITS = { proof: 32 << 20, completeness: 64 << 20, json: 16 << 20 };
	const HEAD = 4096;
	// Memory of a module only grows: after a file of this size a new instance takes over.
	const LARGE = 1 << 20;

	let compiled;
	let exports;

	const fresh = async () => {
		exports = (await WebAssembly.instantiate(compiled, {})).exports;
	};

	const call = (name, inputs, ...rest) => {
		const placed = inputs.map((bytes) => {
			const start = exports.alloc(bytes.length);
			new Uint8Array(exports.memory.buffer, start, bytes.length).set(bytes);
			return [start, bytes.length];
		});
		const start = exports[name](...placed.flat(), ...rest);
		const length = new DataView(exports.memory.buffer).getUint32(start, true);
		const text = new TextDecoder().decode(new Uint8Array(exports.memory.buffer, start + 4, length));
		exports.dealloc(start, length + 4);
		placed.forEach(([at, size]) => exports.dealloc(at, size));
		return JSON.parse(text);
	};

	const bytesOf = async (blob) => new Uint8Array(await blob.arrayBuffer());

	// The part of a file that is worth reading.
	const load = async (file) => {
		const head = await bytesOf(file.slice(0, HEAD));
		if (file.size <= HEAD) return head;
		// JSON says late what it is; what is no JSON says so at once.
		const json = /^\s*\{/.test(new TextDecoder().decode(head));
		const kind = json ? "json" : call("read", [head]).kind;
		const limit = LIMITS[kind];
		return limit === undefined ? head : bytesOf(file.slice(0, limit + 1));
	};

	const handle = async (task) => {
		if (task.module) {
			const stream = new Blob([task.module]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
			compiled = await WebAssembly.compile(await new Response(stream).arrayBuffer());
			await fresh();
			return {};
		}
		const bytes = await load(task.file);
		try {
			const read = call("read", [bytes]);
			// What the file has, though it may not all have been read.
			if (bytes.length < task.file.size) {
				read.bytes = task.file.size;
				read.sha256 = null;
			}
			const result = { read };
			if (task.trust && read.kind !== "trust" && read.kind !== "openings") {
				const began = performance.now();
				result.report = call("verify", [bytes, task.trust], BigInt(task.now));
				result.milliseconds = performance.now() - began;
			}
			return result;
		} finally {
			if (bytes.length > LARGE) await fresh();
		}
	};

	// One after the other: a task waits for the one before it.
	let last = Promise.resolve();
	return (task) => {
		last = last.then(async () => {
			try {
				answer({ id: task.id, ...(await handle(task)) });
			} catch (error) {
				// A trap leaves the memory in an unknown state.
				if (compiled) await fresh();
				answer({ id: task.id, failure: String(error && error.message || error) });
			}
		});
	};
}

// Starts an engine; the result gives it tasks and resolves with the answers.
function startEngine() {
	const waiting = new Map();
	let next = 0;
	const settle = (message) => {
		const task = waiting.get(message.id);
		waiting.delete(message.id);
		if (task) task.resolve(message);
	};
	let send;
	// No workers from files in this browser: the page itself does the work, one file at a time.
	const beside = () => {
		send = engine((message) => setTimeout(settle, 0, message));
		for (const { task } of waiting.values()) send(task);
	};
	try {
		const source = `"use strict"; const run = (${engine})((m) => postMessage(m)); onmessage = (e) => run(e.data);`;
		const address = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
		const worker = new Worker(trusted(address));
		let answered = false;
		worker.onmessage = (event) => {
			answered = true;
			settle(event.data);
		};
		worker.onerror = () => {
			if (!answered) beside();
		};
		send = (task) => worker.postMessage(task);
	} catch {
		beside();
	}
	return (task) => new Promise((resolve) => {
		const id = next++;
		const numbered = { ...task, id };
		waiting.set(id, { task: numbered, resolve });
		send(numbered);
	});
}

// The page may start no script but its own (Trusted Types, where the browser has them).
function trusted(address) {
	if (!window.trustedTypes) return address;
	const own = trustedTypes.createPolicy("pantheon-worker", {
		createScriptURL: (text) => {
			if (!text.startsWith("blob:")) throw new TypeError("not the page's own worker");
			return text;
		},
	});
	return own.createScriptURL(address);
}
