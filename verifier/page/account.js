// The report on a completeness bundle: what an operator's chain holds, position by position, shown or withheld.

function accountReport(item) {
	const { report, read } = item;
	const account = read.completeness;
	return make("article",
		banner(item, account),
		make("div.sections",
			levels(report, account),
			report.positions && positionsSection(report),
			account && section("The way to Bitcoin", path(report, account), pathNote(report, account)),
			report.positions && entriesSection(report),
			account && account.anchor && bitcoinSection(item, account),
			limits(report),
			trustUsed(item),
			proofBytes(item),
		));
}

const span = ([from, to]) => from === to ? number(from) : `${number(from)} to ${number(to)}`;
const many = (spans) => spans.reduce((sum, [from, to]) => sum + to - from + 1, 0);
const withheldSpans = (report) => report.positions.withheld.map(({ from, to }) => [from, to]);

function accountHeadline(report) {
	const withheld = many(withheldSpans(report));
	return `Of this operator, every position from ${span(report.range)} is accounted for as of block ${number(report.as_of_block.number)}: ${number(many(report.positions.disclosed))} shown, ${withheld ? `${number(withheld)} withheld` : "none withheld"}.`;
}

function accountStations(report, account, reached) {
	const failed = report.failed_step === "chain" ? "ok" : reached.included;
	return [{
		glyph: "batch", title: "Records", lines: report.positions ? [`${number(many(report.positions.disclosed))} shown`, `${number(many(withheldSpans(report)))} withheld`] : ["of one operator"],
		state: reached.sealed,
	}, {
		// One tree stands for all: many statements have many paths.
		glyph: "log", title: "Log", lines: [`${number(account.checkpoint.log_size)} entries`], state: failed, by: failed, how: "entered", index: 1, steps: 3,
	}];
}

// The range as a strip: what is shown is filled, what is withheld is hollow.
function strip(report) {
	const runs = [...report.positions.disclosed.map((run) => ({ run, shown: true })), ...withheldSpans(report).map((run) => ({ run, shown: false }))].sort((a, b) => a.run[0] - b.run[0]);
	const width = 1000;
	const least = Math.min(8, width / runs.length);
	const free = width - least * runs.length;
	const total = many(runs.map(({ run }) => run));
	let x = 0;
	const parts = runs.map(({ run, shown }) => {
		const wide = least + free * many([run]) / total;
		const part = draw("rect", { x: (x + 1).toFixed(1), y: 4, width: Math.max(wide - 2, 1).toFixed(1), height: 32, rx: 2, class: shown ? "shown" : "withheld" });
		x += wide;
		return part;
	});
	const label = `Positions in order: ${runs.map(({ run, shown }) => `${span(run)} ${shown ? "shown" : "withheld"}`).join(", ")}.`;
	return draw("svg", { viewBox: `0 0 ${width} 40`, class: "strip", role: "img", "aria-label": label, preserveAspectRatio: "none" }, parts);
}

function positionsSection(report) {
	const { positions, range } = report;
	const withheld = withheldSpans(report);
	const length = report.chain_length;
	const before = range[0] > 0 && [0, range[0] - 1];
	const after = length !== null && range[1] + 1 < length && [range[1] + 1, length - 1];
	return section("Every position",
		strip(report),
		rows(
			["Operator", "the fingerprint of the operator's first key", hash(report.operator)],
			["Shown", "", positions.disclosed.length ? `${number(many(positions.disclosed))}: ${positions.disclosed.map(span).join(", ")}` : "none"],
			["Withheld", "the operator shows that they exist, and not what they say", withheld.length ? `${number(many(withheld))}: ${withheld.map(span).join(", ")}` : "none"],
			["Malformed", "sealed into a batch against the rules", positions.malformed.length ? make("ul.limits", positions.malformed.map((bad) => make("li", `position ${number(bad.sequence)}, member ${number(bad.index)}: ${bad.reason}`))) : "none"],
			(before || after) && ["Not in this file", "", [before, after].filter(Boolean).map(span).join(", ")],
			length !== null && ["Length of the chain", `as of block ${number(report.as_of_block.number)}`, plural(length, "position")],
			report.open_intents !== null && ["Open intents", "single intents that no record has answered yet", number(report.open_intents)],
		),
		positions.fixed_from !== null && make("p.note", `From position ${number(positions.fixed_from)} on, hashes alone exclude that anything else stands there.${positions.fixed_from > range[0] ? " For the positions before it, that rests on the rules that the chain's validators enforce." : ""}`));
}

// Entries that are listed one by one; more are in the file.
const LISTED = 500;

function entriesSection(report) {
	const { entries } = report.positions;
	if (!entries.length) return null;
	const row = (entry) => make("tr",
		make("td.number", number(entry.sequence)), make("td", entry.kind), make("td", stamp(entry.time_ms)), make("td.number", number(entry.log_index)), make("td", make("code", short(entry.record))),
		make("td", entry.batch ? `${number(many(entry.batch.disclosed))} of ${number(entry.batch.count)} members shown` : ""));
	const head = make("tr", [["Position", ".number"], ["Kind", ""], ["Operator's clock (UTC)", ""], ["Entry", ".number"], ["Record", ""], ["Batch", ""]].map(([title, classes]) => set(make(`th${classes}`, title), { scope: "col" })));
	const table = make("table", make("caption.unseen", "The positions that are shown"), make("thead", head), make("tbody", entries.slice(0, LISTED).map(row)));
	return section("What is shown",
		set(make("div.scroller", table), { role: "region", "aria-label": "Table of the positions", tabindex: "0" }),
		entries.length > LISTED && make("p.note", `And ${number(entries.length - LISTED)} more. "pantheon verify --json" lists them all.`));
}
