// The report on one proof. A bundle's kind chooses how it is shown: another kind adds a line to `VIEWS`.

const VIEWS = {
	proof: (item) => proofReport(item),
	completeness: (item) => accountReport(item),
	// A file that doesn't say what it is has a verdict and nothing to show.
	unknown: (item) => proofReport(item),
};

function showReport(item) {
	return (VIEWS[item.read.kind] || VIEWS.unknown)(item);
}

function section(title, ...content) {
	const heading = make("h3", title);
	return make("section.part", heading, make("div.content", content));
}

function proofReport(item) {
	const { report, read } = item;
	const proof = read.proof && { ...read.proof, linked: read.layout.parts.some((part) => part.path === "9.0") };
	return make("article",
		banner(item, proof),
		make("div.sections",
			levels(report, proof),
			proof && section("The way to Bitcoin", path(report, proof), pathNote(report, proof)),
			report.record && recordSection(item),
			proof && proof.anchor && bitcoinSection(item, proof),
			limits(report),
			trustUsed(item),
			proofBytes(item),
		));
}

// The verdict in one glance.
function banner(item, proof) {
	const { report, read } = item;
	const verdict = VERDICTS[report.verdict];
	const wrong = openingsOf(item).some((opening) => !opening.fits);
	const heading = make("h2.verdict", verdict.word);
	heading.id = "report-title";
	heading.tabIndex = -1;
	return make(`header.banner.${verdict.mark}`,
		isTest(report.bitcoin_network) && make("p.test-network", make("strong", `Test network: ${report.bitcoin_network}.`), " Its blocks cost next to nothing. A result here is a rehearsal, and proves nothing to others."),
		make("div.glance",
			emblem(report, proof),
			make("div",
				heading,
				make("p.headline", headline(report)),
				report.reason && make("p.reason", report.failed_step && make("strong", `Step “${report.failed_step}”: `), report.reason),
				report.failed_step && make("p.remedy", failure(report)[1]),
				report.only_timestamped && make("p.remedy", make("strong", "Only timestamped. "), "Something is in Bitcoin, but it is not shown to be the log of the chain that you trust."),
				wrong && make("p.alarm.bad", sign("bad"), make("span", make("strong", "An opening does not fit: "), "the record stands, but what was brought along to show its content is not what it commits to. See “The record”.")),
			)),
		make("p.about", make("bdi.file", item.name), ` · ${size(read.bytes)} · checked ${date(item.now * 1000)} by this device's clock, in ${item.milliseconds < 10 ? item.milliseconds.toFixed(1) : Math.round(item.milliseconds)} ms`));
}

const failure = (report) => (isAccount(report) ? FAILED_OF_ACCOUNT : FAILED)[report.failed_step] || ["", ""];

function headline(report) {
	const anchored = report.levels.find((level) => level.level === "anchored");
	switch (report.verdict) {
		case "VERIFIED":
			return isAccount(report) ? accountHeadline(report) : `This record existed, exactly as shown here, before about ${date(anchored.time * 1000)}. It stands unaltered in the log that you trust.`;
		case "STALE":
			return anchored ? "Nothing is wrong, but the proof is older than your trust file allows. Ask for a newer one." : "Nothing is wrong, but the proof is not finished: it has not reached Bitcoin. Ask for a newer one.";
		case "INVALID":
			return `Do not rely on this file. ${failure(report)[0]}`;
		default:
			return VERDICTS[report.verdict].means;
	}
}

function levels(report, proof) {
	const items = levelStates(report, proof).filter(({ state }) => state !== "absent").map(({ name, state, level }) => {
		const word = { ok: "holds", bad: "does not hold", none: "not shown" }[state];
		const text = state === "ok" ? (isAccount(report) ? PROVES_OF_ACCOUNT : PROVES)[name](level) : state === "bad" ? `${failure(report)[0]} The check says: ${report.reason}.` : OPEN[name];
		return make(`li.level.${state}`,
			sign(state),
			make("div",
				make("h4", LEVEL_NAMES[name], " ", make("span.state", word)),
				make("p", text),
				state === "ok" && make("p.exact", `Exactly: ${level.proves}.`)));
	});
	const intent = report.intent;
	return section(report.verdict === "INVALID" ? "What holds, and what does not" : "What this shows",
		make("ol.levels", items),
		intent && report.record && make("p", `The intent was sealed at ${date(intent.time_ms)} and its answer at ${date(report.record.time_ms)}, by the operator's own clock.`));
}

const sign = (state) => draw("svg", { viewBox: "-10 -10 20 20", class: `sign ${state}`, "aria-hidden": "true" }, dot(0, 0, 8.5), line(MARKS[state]));

function pathNote(report, proof) {
	const shown = proof.anchor && report.levels.some((level) => level.level === "anchored");
	return make("p.note", "Each step hashes what comes before into what comes next (SHA-256), so that nothing on the path can change without everything after it changing too.",
		shown && !isTest(report.bitcoin_network) && " The last station is public: many thousands of computers around the world hold the same block.");
}

function rows(...entries) {
	return make("dl.rows", entries.filter(Boolean).map(([name, what, value, below = []]) => make("div",
		make("dt", name), make("dd", value, what && make("span.what", what), below))));
}

function recordSection(item) {
	const record = item.report.record;
	const openings = openingsOf(item);
	const value = (key) => {
		const is = record[key];
		if (is === null || is === undefined || is.length === 0) return null;
		if (Array.isArray(is)) return is.map((id) => make("div", hash(id)));
		if (/^[0-9a-f]{64}$/.test(is)) return hash(is);
		return typeof is === "number" ? number(is) : make("bdi", String(is));
	};
	const entries = FIELDS.map(([key, name, what]) => {
		const shown = value(key);
		if (shown === null) return null;
		const opened = openings.filter((opening) => opening.field === key);
		return [name, opened.length ? "a salted fingerprint; what it stands for was brought along:" : what, shown, opened.map(openingView)];
	});
	const unmatched = openings.filter((opening) => value(opening.field) === null);
	return section("The record",
		rows(["Kind", "", KINDS[record.kind] || record.kind], ["Time", "by the operator's own clock: claimed, not proven", date(record.time_ms)], ...entries),
		unmatched.map(openingView));
}

// Openings files that name the record, each opening with whether it fits.
function openingsOf(item) {
	const record = item.report && item.report.record;
	if (!record) return [];
	return state.openings.filter((file) => file.openings.record === record.id).flatMap((file) => file.openings.openings.map((opening) => ({
		...opening, file: file.name, fits: record[opening.field] === opening.commitment,
	})));
}

function openingView(opening) {
	let content = opening.content;
	try {
		content = JSON.stringify(JSON.parse(opening.content), null, 2);
	} catch { /* shown as it is */ }
	const text = make("pre", content);
	text.tabIndex = 0;
	set(text, { role: "region", "aria-label": `Content of the ${opening.field}` });
	return make(`div.opening.${opening.fits ? "ok" : "bad"}`,
		make("p", sign(opening.fits ? "ok" : "bad"), make("span", make("strong", opening.fits ? "Opened, and it fits. " : `The opening of the ${opening.field} does not fit. `),
			opening.fits ? "This is what the record commits to, from " : "The record commits to something else than what stands in ", make("bdi", opening.file), ".")),
		text);
}

// How to check by oneself that the Bitcoin block is the one that everybody has.
function bitcoinSection(item, proof) {
	const { report } = item;
	const { anchor } = proof;
	const block = anchor.block;
	const network = report.bitcoin_network;
	const holds = report.levels.some((level) => level.level === "anchored");
	const pinned = item.trust.trust.bitcoin;
	const steps = network === "regtest" ? [
		"A regtest chain lives on the machine that made it, so there is nobody to ask. If you run that machine, ask its node:",
		make("code.command", `bitcoin-cli -regtest getblockhash ${anchor.height}`),
	] : [
		make("ol",
			make("li", network === "mainnet"
				? "On a device that you trust, open two block explorers that different people run, for instance those at mempool.space and blockstream.info, or ask somebody who runs a Bitcoin node."
				: "Ask a node that follows signet, or a block explorer for signet."),
			make("li", "Look up the block at height ", make("strong", number(anchor.height)), ". On a node: ", make("code.command", `bitcoin-cli ${network === "signet" ? "-signet " : ""}getblockhash ${anchor.height}`)),
			make("li", "Compare its hash with the one above, all 64 digits. It begins with many zeros, so the end is what tells blocks apart."),
			make("li", "If it is another hash, do not rely on this proof, and keep the file.")),
	];
	return section("Check the Bitcoin block yourself",
		!holds && make("p.reason", "The Bitcoin part of this file does not hold; this is what it claims."),
		make("p", `The proof ends in this ${isTest(network) ? networkName(network) : "Bitcoin"} block. You need not take this page's word that it is in the chain that everybody has:`),
		rows(
			["Height", "", number(anchor.height)],
			["Block hash", "as Bitcoin prints it", block ? hash(block.hash) : "not in the file"],
			["Merkle root", "as Bitcoin prints it", block ? hash(block.merkle_root) : "not in the file"],
			["Time in the block", "its miner's statement, good to a few hours", block ? date(block.time * 1000) : "not in the file"],
			["Transaction", "", hash(anchor.txid)],
		),
		make("div.steps", steps),
		make("p.note", `The file carries ${plural(anchor.headers, "header")}: from height ${number(anchor.first_height)}, right after the block that your trust file names (height ${number(pinned.pinned_height)}), to ${number(anchor.last_height)}. `,
			holds ? "This page checked that each follows the one before and has the proof of work that the network's rules ask for." : ""));
}

function limits(report) {
	const sealed = report.levels.some((level) => level.level === "sealed");
	return section("What it does not show",
		make("ul.limits",
			sealed && make("li", "That what a record says is true. A seal shows who said it, not that it is so."),
			isAccount(report)
				? make("li", "What the withheld positions say, and what the same people did under another key or on another log.")
				: make("li", "That nothing was left out. A proof speaks for one record."),
			make("li", "The exact time. The operator's clock is a claim, and Bitcoin's is good to a few hours: what counts is “before that block”."),
			!isAccount(report) && report.no_revocation_as_of_log_size !== null && make("li", `Anything after entry ${number(report.no_revocation_as_of_log_size - 1)} of the log, such as a key that was withdrawn later.`)));
}

function trustUsed(item) {
	const { trust } = item;
	return section("The trust file it rests on",
		rows(
			["File", "", make("bdi", trust.name)],
			["SHA-256", "compare it with the one in your archive", hash(trust.sha256)],
			["Chain", "", [make("bdi", trust.trust.chain), hash(trust.trust.genesis_hash)]],
			["Validators", "", `${plural(trust.trust.grandpa.authorities.length, "validator")}, set ${trust.trust.grandpa.set_id}`],
			["Bitcoin", "", `${trust.trust.bitcoin.network}, from block ${number(trust.trust.bitcoin.pinned_height)} on`],
		));
}

const ROW = 16;
// Bytes of one part that are written out; the rest is there in the file.
const SHOWN = 4096;

function proofBytes(item) {
	const { read } = item;
	const list = make("div.bytes");
	const details = make("details", make("summary", "Show the bytes of the file"), list);
	details.addEventListener("toggle", () => {
		if (!details.open || list.childElementCount) return;
		const parts = read.layout ? read.layout.parts : [];
		list.append(...(parts.length ? parts.map((part) => partBytes(item, part)) : [partBytes(item, { at: 0, length: read.bytes, whole: true })]));
	});
	return section("The file",
		rows(["Name", "", make("bdi", item.name)], ["Length", "", plural(read.bytes, "byte")], read.sha256 && ["SHA-256", "compare it with the sender's", hash(read.sha256)]),
		details);
}

function partBytes(item, part) {
	const title = part.whole ? "The whole file" : partName(part.path, item.read.kind);
	if (part.value !== null && part.value !== undefined) return make("p", make("span", title, ": "), make("code", String(part.value)));
	const pre = make("pre");
	pre.tabIndex = 0;
	set(pre, { role: "region", "aria-label": title });
	const details = make("details", make("summary", `${title}, ${plural(part.length, "byte")} at ${number(part.at)}`), pre);
	details.addEventListener("toggle", async () => {
		if (!details.open || pre.textContent) return;
		try {
			const bytes = new Uint8Array(await item.file.slice(part.at, part.at + Math.min(part.length, SHOWN)).arrayBuffer());
			pre.textContent = hexDump(bytes, part.at) + (part.length > SHOWN ? `\n… and ${number(part.length - SHOWN)} bytes more` : "");
		} catch {
			pre.textContent = "The file can't be read any more.";
		}
	});
	return details;
}

function hexDump(bytes, from) {
	const out = [];
	for (let at = 0; at < bytes.length; at += ROW) {
		const row = [...bytes.subarray(at, at + ROW)];
		const digits = row.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
		const text = row.map((byte) => byte > 31 && byte < 127 ? String.fromCharCode(byte) : "·").join("");
		out.push(`${String(from + at).padStart(8)}  ${digits.padEnd(ROW * 3)} ${text}`);
	}
	return out.join("\n");
}
