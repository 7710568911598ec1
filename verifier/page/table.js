// Many proofs at once: how many of each verdict, and a table that can be sorted and narrowed down.

const WORST_FIRST = ["UNREAD", "INVALID", "REVOKED", "STALE", "VERIFIED"];

const COLUMNS = [
	{ key: "name", title: "File", of: (item) => item.name, show: (item) => fileButton(item) },
	{ key: "verdict", title: "Verdict", of: (item) => WORST_FIRST.indexOf(verdictOf(item)), show: (item) => badge(item) },
	{ key: "why", title: "Why", of: (item) => why(item), show: (item) => make("div", why(item)) },
	{ key: "kind", title: "Kind", of: (item) => item.report?.record?.kind ?? (item.read?.kind === "completeness" ? "account" : "") },
	{ key: "operator", title: "Operator", of: (item) => operatorOf(item), show: (item) => operatorOf(item) && make("code", short(operatorOf(item))) },
	{ key: "entry", title: "Entry", number: true, of: (item) => item.report?.record?.log_index },
	{ key: "place", title: "In batch", number: true, of: (item) => item.report?.record?.index },
	{ key: "time", title: "Operator's clock (UTC)", of: (item) => item.report?.record?.time_ms, show: (item) => item.report?.record ? stamp(item.report.record.time_ms) : "" },
	{ key: "height", title: "In block", number: true, of: (item) => item.report?.levels.find((level) => level.level === "anchored")?.height },
];

const operatorOf = (item) => item.report?.record?.operator ?? item.report?.operator ?? "";
const verdictOf = (item) => item.report ? item.report.verdict : "UNREAD";

function why(item) {
	if (item.failure) return item.failure;
	const { report } = item;
	if (!report.reason) return openingsOf(item).some((opening) => !opening.fits) ? "an opening does not fit" : "";
	return report.failed_step ? `${report.failed_step}: ${report.reason}` : report.reason;
}

function badge(item) {
	const verdict = VERDICTS[verdictOf(item)];
	if (!verdict) return make("span.badge.bad", sign("bad"), "Not read");
	return make(`span.badge.${verdict.mark}`, sign(verdict.mark), verdict.word);
}

function fileButton(item) {
	const opens = button(make("bdi", item.name), () => openReport(item), ".link");
	opens.disabled = !item.report;
	return opens;
}

const isEmpty = (value) => value === undefined || value === null || value === "";

function compare(a, b) {
	if (isEmpty(a) || isEmpty(b)) return Number(isEmpty(a)) - Number(isEmpty(b));
	return typeof a === "number" ? a - b : String(a).localeCompare(String(b), "en", { numeric: true });
}

const view = { sort: "verdict", rising: true, only: null };

function showTable() {
	const counts = new Map();
	for (const item of state.items) counts.set(verdictOf(item), (counts.get(verdictOf(item)) || 0) + 1);
	const title = make("h2", `${plural(state.items.length, "proof")} checked`);
	title.id = "results-title";
	title.tabIndex = -1;
	const network = state.trust && isTest(state.trust.trust.bitcoin.network) ? state.trust.trust.bitcoin.network : null;
	const times = state.items.filter((item) => item.milliseconds !== undefined).map((item) => item.milliseconds);
	const average = times.reduce((sum, time) => sum + time, 0) / (times.length || 1);

	const chips = [...counts].sort(([a], [b]) => WORST_FIRST.indexOf(a) - WORST_FIRST.indexOf(b)).map(([verdict, count]) => {
		const about = VERDICTS[verdict] || { word: "Not read", mark: "bad" };
		const chip = button("", () => {
			view.only = view.only === verdict ? null : verdict;
			showTable();
			$("results").querySelector(`[data-verdict="${verdict}"]`).focus();
			say(view.only ? `Showing ${plural(count, "proof")}: ${about.word}` : `Showing all ${plural(state.items.length, "proof")}`);
		}, `.chip.${about.mark}`);
		chip.dataset.verdict = verdict;
		set(chip, { "aria-pressed": String(view.only === verdict) });
		chip.append(sign(about.mark), make("b", number(count)), ` ${about.word.toLowerCase()}`);
		return chip;
	});

	// A column that nobody needs takes room from the others.
	const columns = COLUMNS.filter((column) => state.items.some((item) => !isEmpty(column.of(item))));
	const head = make("tr", columns.map((column) => {
		const sorted = view.sort === column.key;
		const arrow = sorted ? (view.rising ? "▴" : "▾") : "";
		const cell = make(`th${column.number ? ".number" : ""}`, button(make("span", column.title, " ", set(make("span.arrow", arrow), { "aria-hidden": "true" })), () => {
			view.rising = sorted ? !view.rising : true;
			view.sort = column.key;
			showTable();
			$("results").querySelector(`[data-column="${column.key}"] button`).focus();
			say(`Sorted by ${column.title}, ${view.rising ? "rising" : "falling"}`);
		}, ".sorter"));
		cell.dataset.column = column.key;
		cell.scope = "col";
		if (sorted) set(cell, { "aria-sort": view.rising ? "ascending" : "descending" });
		return cell;
	}));

	const column = columns.find(({ key }) => key === view.sort) || columns[0];
	const shown = state.items.filter((item) => !view.only || verdictOf(item) === view.only);
	const sorted = shown.map((item) => [column.of(item), item]).sort(([a, x], [b, y]) => {
		// What has no value stands last either way.
		const order = isEmpty(a) || isEmpty(b) ? compare(a, b) : view.rising ? compare(a, b) : compare(b, a);
		return order || compare(x.name, y.name);
	});
	const body = make("tbody", sorted.map(([, item]) => make(`tr.${(VERDICTS[verdictOf(item)] || { mark: "bad" }).mark}`, columns.map((column) => {
		const value = column.of(item);
		return make(`td${column.number ? ".number" : ""}.of-${column.key}`, column.show ? column.show(item) : value === undefined || value === null ? "" : column.number ? number(value) : String(value));
	}))));
	const table = make("table", make("caption.unseen", "The proofs and their verdicts"), make("thead", head), body);
	const scroller = set(make("div.scroller", table), { role: "region", "aria-label": "Table of the proofs", tabindex: "0" });

	put($("results"),
		make("div.toolbar", title, button("Print this table", () => print(), ".plain")),
		network && make("p.test-network", make("strong", `Test network: ${network}.`), " Its blocks cost next to nothing. Results here are a rehearsal, and prove nothing to others."),
		set(make("div.chips", chips), { role: "group", "aria-label": "Show only" }),
		times.length > 0 && make("p.quiet", `Under the trust file `, make("bdi", state.trust.name), `, ${date(state.now * 1000)}; ${average.toFixed(1)} ms for each proof. Open a file to read its report.`),
		scroller);
	$("results").hidden = false;
}
