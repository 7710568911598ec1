// What the page remembers while it is open, and what it does with files.

const state = {
	trust: null,
	trustBytes: null,
	items: [],
	openings: [],
	left: [],
	failed: [],
	now: 0,
	run: 0,
};

// The worker's module, compressed, from the page itself.
const packed = Uint8Array.from(atob($("module").textContent.trim()), (character) => character.charCodeAt(0));
const ask = startEngine();
const ready = ask({ module: packed }).then((answer) => {
	if (answer.failure) {
		$("broken").textContent = `This browser can't run the verifier (${answer.failure}). Use a current Firefox, Chrome, Edge or Safari, or the command "pantheon verify".`;
		$("broken").hidden = false;
	}
	document.documentElement.dataset.ready = answer.failure ? "no" : "yes";
	return !answer.failure;
});

async function look(file) {
	try {
		return await ask({ file });
	} catch (error) {
		return { failure: String(error) };
	}
}

// ---- Trust file

async function takeTrust(file) {
	const { read, failure } = await look(file);
	if (failure || read.kind !== "trust" || read.error) {
		notice("bad", make("strong", "This is not a trust file: "), make("bdi", file.name), `: ${(failure || read.error || "it has none of a trust file's fields").replace(/^not a trust file: /, "")}.`, state.trust ? " The one chosen before stays." : "");
		return false;
	}
	state.trust = { ...read, name: file.name };
	state.trustBytes = new Uint8Array(await file.arrayBuffer());
	showTrust();
	return true;
}

function showTrust() {
	const { trust, name, sha256 } = state.trust;
	const { bitcoin, grandpa } = trust;
	const network = bitcoin.network;
	const validators = grandpa.authorities.length;
	let said;
	const asksWork = /[1-9a-f]/.test(bitcoin.min_work);
	put($("trust-body"),
		make("p.chosen", sign("ok"), make("span", make("bdi", name), make("span.aside", make("bdi", trust.chain), `, ${networkName(network)}`))),
		said = make("details", make("summary", "What you trust under this file"), make("ul.trust",
			make("li", "the log of the chain ", make("strong", make("bdi", trust.chain)), ", whose first block is ", make("code", short(trust.genesis_hash))),
			make("li", validators === 1 ? "its single validator, which alone makes blocks final" : `its ${number(validators)} validators (set ${grandpa.set_id}): more than two thirds of their votes make a block final`),
			make("li", make("strong", networkName(network)), isTest(network) ? ", a test network that proves nothing to others," : "", ` from block ${number(bitcoin.pinned_height)} on; ${plural(bitcoin.min_confirmations, "block")} `,
				asksWork ? `and ${work(`0x${bitcoin.min_work}`)} must bury an anchor` : "must bury an anchor"),
			make("li", trust.max_anchor_age_seconds === null ? "an anchor of any age" : `an anchor that is at most ${duration(trust.max_anchor_age_seconds)} old`))),
		make("details", make("summary", "Is it the file that you mean?"),
			make("p", "Compare its SHA-256 with the one that you noted when you made it:"), make("p", hash(sha256)),
			make("p", "Its first block, and the Bitcoin block that it starts from:"), make("p", hash(trust.genesis_hash)), make("p", hash(bitcoin.pinned.hash))));
	said.open = state.items.length === 0;
	$("trust-button").textContent = "Choose another…";
	$("trust-card").classList.add("done");
}

// ---- Files

async function entries(transfer) {
	const files = [];
	const walk = async (entry) => {
		if (entry.isFile) {
			files.push(await new Promise((resolve, reject) => entry.file(resolve, reject)));
			return;
		}
		const reader = entry.createReader();
		for (;;) {
			const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
			if (!some.length) return;
			for (const each of some) await walk(each);
		}
	};
	const roots = [...transfer.items].map((item) => item.webkitGetAsEntry && item.webkitGetAsEntry());
	if (!roots.some((entry) => entry && entry.isDirectory)) return [...transfer.files];
	const unread = [];
	for (const root of roots.filter(Boolean)) await walk(root).catch(() => unread.push(root.name));
	if (unread.length) {
		// Chrome hands no folder's content to a page that was opened from a file.
		notice("bad", "This browser does not hand over the content of a folder that is dropped here: ", make("bdi", unread.join(", ")), ". Choose it by “Choose a folder…” instead, or drop the files themselves.");
	}
	return files;
}

async function take(files) {
	if (!files.length || !(await ready)) return;
	const trusts = [];
	const fresh = [];
	for (const [index, file] of files.entries()) {
		// What a file is stands at its beginning; it is read whole when it is checked.
		if (files.length > 20 && index % 20 === 0) progress(index, files.length, "Looking at the files");
		if (state.stop) {
			state.stop = false;
			notice("bad", `Stopped: ${plural(files.length - index, "file")} not looked at.`);
			break;
		}
		const { read, failure } = await look(file);
		const item = { file, name: file.name, read, failure };
		if (failure) fresh.push(item);
		else if (read.kind === "trust") trusts.push(item);
		else if (read.kind === "openings") takeOpenings(item);
		else if (read.kind === "unknown" && files.length > 1 && !file.name.endsWith(".proof")) state.left.push(file.name);
		else fresh.push(item);
	}
	const known = new Set(state.items.map((item) => item.name + (item.read?.sha256 || item.file.size)));
	state.items.push(...fresh.filter((item) => !known.has(item.name + (item.read?.sha256 || item.file.size))));
	const alone = fresh.length === 0;
	if (trusts.length > 1) {
		notice("bad", "There are several trust files among these. Choose the one that is yours by itself.");
	} else if (trusts.length === 1 && (alone && files.length === 1)) {
		if (!(await takeTrust(trusts[0].file))) return;
	} else if (trusts.length === 1) {
		progress(0, 0);
		askForTrust(trusts[0]);
		if (!state.trust) return showWaiting();
	}
	await check();
}

// A trust file that came along with proofs may be part of the trick: the auditor says whether it's theirs.
function askForTrust(item) {
	const use = async () => {
		$("ask").hidden = true;
		if (await takeTrust(item.file)) await check();
	};
	const leave = () => {
		$("ask").hidden = true;
		$("trust-button").focus();
	};
	const heading = make("h2", "Is this trust file yours?");
	heading.tabIndex = -1;
	put($("ask"), make("div.card.asking", heading,
		make("p", make("bdi", make("strong", item.name)), " came together with the proofs. Whoever chooses the trust file decides what “verified” means: a forger would send a forged proof with a trust file to match. Use it only if you put it there yourself."),
		make("p.actions", button("It is mine: use it", use), button("Leave it out", leave, ".plain"))));
	$("ask").hidden = false;
	heading.focus();
}

function takeOpenings(item) {
	if (item.read.error) {
		notice("bad", make("strong", "An openings file can't be used: "), make("bdi", item.name), `: ${item.read.error}.`);
		return;
	}
	if (!state.openings.some((known) => known.sha256 === item.read.sha256)) state.openings.push({ ...item.read, name: item.name });
}

function showWaiting() {
	const count = state.items.length;
	if (!count) {
		put($("proof-body"), invitation);
		return;
	}
	put($("proof-body"), make("p.chosen", sign("none"), `${plural(count, "proof")} waiting for your trust file`),
		make("p.quiet", "Nothing can be said about a proof without a trust file."));
	say(`${plural(count, "proof")} waiting. Choose your trust file.`);
}

// ---- Checking

async function check() {
	if (!state.trust || !state.items.length) {
		showLeft();
		return showWaiting();
	}
	const run = ++state.run;
	state.now = Math.floor(Date.now() / 1000);
	const todo = [...state.items];
	for (const [index, item] of todo.entries()) {
		if (todo.length > 20 || item.file.size > 1 << 20) progress(index, todo.length);
		const answer = await ask({ file: item.file, trust: state.trustBytes, now: state.now });
		if (run !== state.run) return;
		item.failure = answer.failure ? "the file can't be read any more" : undefined;
		Object.assign(item, { read: answer.read || item.read, report: answer.report, milliseconds: answer.milliseconds, trust: state.trust, now: state.now });
		if (item.report && item.report.error) {
			item.failure = item.report.error;
			item.report = undefined;
		}
		if (state.stop) break;
	}
	if (state.stop) {
		const left = todo.filter((item) => !item.report && !item.failure).length;
		state.items = todo.filter((item) => item.report || item.failure);
		state.stop = false;
		notice("bad", `Stopped: ${plural(left, "proof")} not checked.`);
	}
	progress(0, 0);
	showResults();
}

function showResults() {
	document.body.classList.add("checked");
	$("trust-body").querySelectorAll("details").forEach((each) => { each.open = false; });
	$("legend").hidden = true;
	put($("proof-body"), make("p.chosen", sign("ok"), make("span", state.items.length === 1 ? make("bdi", state.items[0].name) : plural(state.items.length, "proof"),
		state.openings.length > 0 && make("span.aside", `and ${plural(state.openings.length, "openings file")}`))),
		make("p", button("Remove all", clear, ".link")));
	$("proof-button").textContent = "Add proofs…";
	$("folder-button").hidden = true;
	showLeft();
	if (state.items.length === 1 && state.items[0].report) {
		$("results").hidden = true;
		openReport(state.items[0]);
		return;
	}
	closeReport();
	showTable();
	$("results-title").focus({ preventScroll: true });
	$("results").scrollIntoView({ block: "start" });
	const count = (verdict) => state.items.filter((item) => verdictOf(item) === verdict).length;
	say(`${plural(state.items.length, "proof")} checked: ${Object.keys(VERDICTS).filter(count).map((verdict) => `${count(verdict)} ${VERDICTS[verdict].word.toLowerCase()}`).join(", ")}.`);
}

function showLeft() {
	if (state.left.length) {
		notice("plain", `Left out, since they don't say that they are proofs: ${plural(state.left.length, "file")}. `, make("details", make("summary", "Which?"), make("ul", state.left.map((name) => make("li", make("bdi", name))))));
		state.left = [];
	}
	const records = new Set(state.items.map((item) => item.report?.record?.id));
	const stray = state.openings.filter((file) => !records.has(file.openings.record));
	if (stray.length && state.trust && state.items.length) {
		notice("plain", "For no record that is shown here: ", stray.map((file, index) => [index ? ", " : "", make("bdi", file.name)]).flat(), ". An openings file goes with the proof of the record that it names.");
	}
}

function openReport(item) {
	state.open = item;
	const many = state.items.length > 1;
	put($("report"),
		make("div.toolbar", many ? button("← All proofs", () => back(item), ".plain") : make("span"), button("Print this report", () => print(), ".plain")),
		make("p.print-only", `Verification report, made by the Pantheon proof verifier on ${date(state.now * 1000)}.`),
		showReport(item));
	$("report").hidden = false;
	$("results").hidden = true;
	$("report-title").focus({ preventScroll: true });
	$("report").scrollIntoView({ block: "start" });
	say(`${item.name}: ${VERDICTS[item.report.verdict].word}. ${headline(item.report)}`);
}

function closeReport() {
	state.open = null;
	$("report").hidden = true;
	put($("report"));
}

function back(item) {
	closeReport();
	showTable();
	const row = [...$("results").querySelectorAll("td button")].find((each) => each.textContent === item.name);
	(row || $("results-title")).focus();
}

function clear() {
	state.run += 1;
	Object.assign(state, { items: [], openings: [], left: [] });
	closeReport();
	put($("results"));
	$("results").hidden = true;
	$("legend").hidden = false;
	document.body.classList.remove("checked");
	$("proof-button").textContent = "Choose proofs…";
	$("folder-button").hidden = false;
	clearNotices();
	showWaiting();
	$("proof-button").focus();
	say("All proofs removed.");
}

// ---- Progress and notices

let spoken = 0;

// What stands in the place of the proofs while there are none.
const invitation = [...$("proof-body").childNodes];

function progress(done, all, what = "Checking") {
	$("progress").hidden = !all;
	if (!all) return;
	$("progress-bar").max = all;
	$("progress-bar").value = done;
	$("progress-label").textContent = `${what}: ${number(done)} of ${number(all)}`;
	// A listener hears of every quarter, not of every file.
	const quarter = Math.floor(done / all * 4);
	if (quarter !== spoken && quarter > 0) say(`${number(done)} of ${number(all)}`);
	spoken = quarter;
}

function notice(mark, ...content) {
	const text = make(`div.notice.${mark}`, make("div", content));
	set(text, { role: mark === "bad" ? "alert" : "status" });
	$("notices").append(text);
}

function clearNotices() {
	put($("notices"));
	$("ask").hidden = true;
}

// ---- The page

function choose(id, use) {
	$(`${id}-button`).addEventListener("click", () => $(`${id}-input`).click());
	$(`${id}-input`).addEventListener("change", async (event) => {
		const files = [...event.target.files];
		// The same file may be chosen again.
		event.target.value = "";
		if (files.length) await use(files);
	});
}

choose("trust", async ([file]) => {
	if (!(await ready)) return;
	clearNotices();
	if (await takeTrust(file)) await check();
});
for (const id of ["proof", "folder"]) {
	choose(id, (files) => {
		clearNotices();
		return take(files);
	});
}

$("progress-stop").addEventListener("click", () => {
	state.stop = true;
});

let inside = 0;
const carriesFiles = (event) => event.dataTransfer && [...event.dataTransfer.types].includes("Files");
addEventListener("dragenter", (event) => {
	if (!carriesFiles(event)) return;
	inside += 1;
	$("drop-cover").hidden = false;
});
addEventListener("dragleave", (event) => {
	if (!carriesFiles(event)) return;
	inside = Math.max(0, inside - 1);
	$("drop-cover").hidden = inside > 0 ? false : true;
});
addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", async (event) => {
	event.preventDefault();
	inside = 0;
	$("drop-cover").hidden = true;
	if (!carriesFiles(event)) return;
	clearNotices();
	await take(await entries(event.dataTransfer));
});

put($("legend-list"), Object.values(VERDICTS).map((verdict) => make("div", make(`dt.badge.${verdict.mark}`, sign(verdict.mark), verdict.word), make("dd", verdict.means))));
