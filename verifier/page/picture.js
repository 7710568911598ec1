// The pictures: the emblem of a verdict, and the path from the record to the Bitcoin block. The path is drawn
// twice, lying for wide screens and paper, standing for narrow ones; the style sheet shows one of them.

const line = (d, attributes = {}) => draw("path", { d, ...attributes });
const dot = (x, y, r, attributes = {}) => draw("circle", { cx: x, cy: y, r, ...attributes });

const MARKS = {
	ok: "M-5 .5 -1.5 4 5-4",
	bad: "M-4-4 4 4M4-4-4 4",
	wait: "M0-5V.5L3.5 3",
	revoked: "M-5 0H5",
	none: "M-4 0H4",
};

// One arc for each level that the file could reach, filled where it does; the verdict's mark inside.
function emblem(report, proof) {
	const verdict = VERDICTS[report.verdict];
	const states = levelStates(report, proof).filter((level) => level.state !== "absent");
	const gap = 0.16;
	const arcs = states.map(({ state }, index) => {
		const from = index / states.length * 2 * Math.PI + gap / 2;
		const to = (index + 1) / states.length * 2 * Math.PI - gap / 2;
		const at = (angle) => `${(60 + 50 * Math.sin(angle)).toFixed(2)} ${(60 - 50 * Math.cos(angle)).toFixed(2)}`;
		return line(`M${at(from)}A50 50 0 0 1 ${at(to)}`, { class: `arc ${state}` });
	});
	const mark = draw("g", { transform: "translate(60 60) scale(5)" }, line(MARKS[verdict.mark], { class: "mark" }));
	return draw("svg", { viewBox: "0 0 120 120", class: "emblem", "aria-hidden": "true" }, arcs, mark);
}

// What became of each level: ok, bad (the first failure), none (not shown), absent (the file has no such part and
// needs none).
function levelStates(report, proof) {
	const account = isAccount(report);
	const reached = new Map(report.levels.map((level) => [level.level, level]));
	const failed = (account ? STEP_LEVELS_OF_ACCOUNT : STEP_LEVELS)[report.failed_step] || report.failed_step;
	return (account ? ACCOUNT_LEVELS : LEVELS).map((name) => {
		const level = reached.get(name);
		if (name === failed) return { name, state: "bad", level };
		if (level) return { name, state: "ok", level };
		// Only answers to an intent can be linked.
		return { name, state: name === "linked" && !(proof && proof.linked) ? "absent" : "none", level };
	});
}

// The level that a step belongs to, where its name is not the level's.
const STEP_LEVELS = { decode: "sealed", member: "sealed", key: "sealed", chain: "included" };
const STEP_LEVELS_OF_ACCOUNT = { ...STEP_LEVELS, numbered: "sealed", linked: "sealed" };

const isAccount = (report) => report.file === "pantheon-completeness";

const GLYPHS = {
	record: (station) => [
		line("M16 8h24l10 10v38H16zM40 8v10h10"),
		line("M23 26h18M23 33h20M23 40h10", { class: "fine" }),
		draw("g", { class: `seal ${station.seal}` }, dot(45, 49, 10, { class: "paper" }), dot(45, 49, 6.5, { class: "fill" })),
	],
	batch: () => [
		line("M22 6h30v38H22z", { class: "fine" }),
		line("M17 12h30v38H17z", { class: "paper fine" }),
		line("M12 18h30v38H12z", { class: "paper" }),
		line("M18 27h18M18 34h18M18 41h11", { class: "fine" }),
	],
	log: (station) => tree(station.index, station.steps),
	checkpoint: () => [
		line("M18 50c-3-6-4-12-4-18a18 18 0 0 1 36 0c0 6-1 12-3 18"),
		line("M24 54c-3-7-4-14-4-22a12 12 0 0 1 24 0c0 8-1 15-3 22"),
		line("M31 56c-4-8-5-16-5-24a6 6 0 0 1 12 0c0 8-1 16-3 24M32 32v12"),
	],
	block: (station) => [
		line("M20 20h24v24H20z"),
		line("M26 28h12M26 32h12M26 36h7", { class: "fine" }),
		...Array.from({ length: 12 }, (_, n) => {
			const angle = n * Math.PI / 6;
			return dot((32 + 26 * Math.sin(angle)).toFixed(1), (32 - 26 * Math.cos(angle)).toFixed(1), 2, { class: station.state === "ok" ? "fill" : "" });
		}),
	],
	transaction: () => [
		line("M8 18h48v9a5 5 0 0 0 0 10v9H8v-9a5 5 0 0 0 0-10z"),
		line("M20 32h20M35 26l6 6-6 6"),
	],
	bitcoin: (station) => [
		line("M12 44h40v13H12z", { class: station.state === "ok" ? "fill" : "" }),
		...Array.from({ length: Math.min(5, station.above) }, (_, n) => line(`M12 ${37.5 - n * 7}h40v4.5H12z`, { class: "fine" })),
	],
};

// A Merkle path as it turns: the way up from the leaf, with the sibling that is hashed in at each step.
function tree(index, steps) {
	const levels = Math.min(steps, 6);
	const rise = levels ? 48 / levels : 0;
	const side = 6;
	let x = 0;
	const way = [[0, 0]];
	const siblings = [];
	for (let level = 0; level < levels; level += 1) {
		// Entry numbers can pass 2³², where bit operators stop.
		const right = Math.floor(Number(index) / 2 ** level) % 2 === 1;
		siblings.push([x + (right ? -2 : 2) * side, level, x + (right ? -side : side)]);
		x += right ? -side : side;
		way.push([x, level + 1]);
	}
	const all = [...way.map(([at]) => at), ...siblings.map(([at]) => at)];
	const shift = 32 - (Math.min(...all) + Math.max(...all)) / 2;
	const place = ([at, level]) => [(at + shift).toFixed(1), (levels ? 56 - level * rise : 32).toFixed(1)];
	return [
		...siblings.flatMap(([at, level, parent]) => {
			const [sx, sy] = place([at, level]);
			const [px, py] = place([parent, level + 1]);
			return [line(`M${sx} ${sy}L${px} ${py}`, { class: "fine" }), dot(sx, sy, 2.5, { class: "paper fine" })];
		}),
		line(way.map(place).map(([px, py], n) => `${n ? "L" : "M"}${px} ${py}`).join(""), { class: "way" }),
		...way.map(place).map(([px, py], n) => dot(px, py, n === 0 || n === levels ? 4 : 2.5, { class: "fill" })),
	];
}

// The stations of the path, with what leads to each.
function stations(report, proof) {
	const reached = Object.fromEntries(levelStates(report, proof).map(({ name, state }) => [name, state]));
	const list = isAccount(report) ? accountStations(report, proof, reached) : recordStations(report, proof, reached);
	const { checkpoint, anchor } = proof;
	const above = anchor ? anchor.last_height - anchor.height : 0;
	const place = list[list.length - 1].state;
	const chain = report.failed_step === "chain" ? "bad" : place;
	list.push({
		glyph: "checkpoint", title: "Checkpoint", lines: ["root of the log", short(checkpoint.log_root)], state: chain, by: chain, how: "hashed up",
	}, {
		glyph: "block", title: "Final block", lines: [`number ${number(checkpoint.block_number)}`, short(checkpoint.block_hash)],
		state: reached.finalised, by: reached.finalised, how: "votes",
	}, {
		glyph: "transaction", title: "Bitcoin transaction", lines: anchor ? ["carries the fingerprint", short(anchor.txid)] : ["not in this file"],
		state: reached.anchored, by: reached.anchored, how: "committed",
	}, {
		glyph: "bitcoin", title: isTest(report.bitcoin_network) ? `Block on ${report.bitcoin_network}` : "Bitcoin block",
		lines: anchor ? [`height ${number(anchor.height)}`, `${number(above)} more on top`] : ["not in this file"],
		state: reached.anchored, by: reached.anchored, how: anchor ? plural(anchor.steps, "step") : "", above: anchor ? above : 3,
	});
	return list;
}

function recordStations(report, proof, reached) {
	const failed = report.failed_step;
	// What failed is drawn at its own place, not before it.
	const sealed = failed === "member" ? "ok" : reached.sealed;
	const place = failed === "chain" ? "ok" : reached.included;
	const list = [{
		glyph: "record", title: "Record", lines: report.record ? [report.record.kind, short(report.record.id)] : ["not readable"],
		state: failed === "member" ? "bad" : sealed, seal: failed === "member" ? "none" : sealed,
	}];
	if (proof.batch) {
		list.push({
			glyph: "batch", title: "Batch", lines: [`one of ${number(proof.batch.count ?? 0)}`, "under one seal"],
			state: failed === "member" ? "none" : sealed, by: failed === "member" ? "bad" : sealed, how: plural(proof.batch.steps, "step"),
		});
	}
	list.push({
		glyph: "log", title: "Log", lines: [`entry ${number(proof.log.index)}`, `of ${number(proof.checkpoint.log_size)}`],
		state: place, by: place, how: "entered", index: proof.log.index, steps: proof.log.steps,
	});
	return list;
}

function path(report, proof) {
	const list = stations(report, proof);
	const describe = list.map((station) => `${station.title}: ${station.lines.join(", ")}${station.state === "ok" ? "" : station.state === "bad" ? " (does not hold)" : " (not shown)"}`);
	const label = `The path of the proof. ${describe.join(". ")}.`;
	return make("div.path", lying(list, label), standing(list, label));
}

function words(station, x, y, anchor) {
	return [
		draw("text", { x, y, "text-anchor": anchor, class: "title" }, station.title),
		...station.lines.map((text, n) => draw("text", { x, y: y + 19 + n * 17, "text-anchor": anchor, class: /…/.test(text) ? "mono" : "" }, text)),
	];
}

const marker = (x, y, state) => draw("g", { class: `marker ${state}`, transform: `translate(${x} ${y})` }, dot(0, 0, 8.5), line(MARKS[state], { class: "sign" }));

function lying(list, label) {
	const width = 150;
	const parts = list.flatMap((station, n) => {
		const x = n * width + width / 2;
		const glyph = draw("g", { class: `station ${station.state}` },
			draw("g", { transform: `translate(${x - 32} 26)` }, GLYPHS[station.glyph](station)), words(station, x, 122, "middle"));
		if (n === 0) return [glyph];
		return [
			line(`M${x - width + 38} 58H${x - 38}`, { class: `link ${station.by}` }),
			draw("text", { x: x - width / 2, y: 40, "text-anchor": "middle", class: "how" }, station.how),
			marker(x - width / 2, 58, station.by),
			glyph,
		];
	});
	return draw("svg", { viewBox: `0 0 ${list.length * width} 172`, class: "lying", role: "img", "aria-label": label }, parts);
}

function standing(list, label) {
	const height = 112;
	const parts = list.flatMap((station, n) => {
		const y = n * height;
		const glyph = draw("g", { class: `station ${station.state}` },
			draw("g", { transform: `translate(6 ${y + 4})` }, GLYPHS[station.glyph](station)), words(station, 92, y + 26, "start"));
		if (n === 0) return [glyph];
		return [
			line(`M38 ${y - height + 72}V${y + 2}`, { class: `link ${station.by}` }),
			draw("text", { x: 92, y: y - 14, class: "how" }, station.how),
			marker(38, y - 19, station.by),
			glyph,
		];
	});
	return draw("svg", { viewBox: `0 0 300 ${list.length * height - 36}`, class: "standing", role: "img", "aria-label": label }, parts);
}
