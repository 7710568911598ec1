// Elements, without markup in strings: what a file says is only ever text.

const $ = (id) => document.getElementById(id);

// make("p.quiet", "text", other, …): an element with classes and children.
function make(what, ...children) {
	const [name, ...classes] = what.split(".");
	const element = document.createElement(name);
	if (classes.length) element.className = classes.join(" ");
	element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
	return element;
}

function put(element, ...children) {
	element.replaceChildren(...children.flat().filter(Boolean));
	return element;
}

function set(element, attributes) {
	for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
	return element;
}

function button(label, action, classes = "") {
	const element = make(`button${classes}`, label);
	element.type = "button";
	element.addEventListener("click", action);
	return element;
}

// The drawing namespace, from a drawing that the page has.
const SVG = document.querySelector("svg").namespaceURI;

function draw(name, attributes = {}, ...children) {
	const element = document.createElementNS(SVG, name);
	set(element, attributes);
	element.append(...children.flat().filter(Boolean));
	return element;
}

// A hash in groups of eight digits, to compare by eye; selecting it copies the digits alone.
function hash(digits) {
	return make("code.hash", (digits.match(/.{1,8}/g) || []).map((group) => make("span", group)));
}

const short = (digits) => `${digits.slice(0, 8)}…${digits.slice(-6)}`;

const number = (value) => Number(value).toLocaleString("en-GB");
const plural = (count, one, many = `${one}s`) => `${number(count)} ${Number(count) === 1 ? one : many}`;

function date(milliseconds) {
	const at = new Date(Number(milliseconds));
	if (Number.isNaN(at.getTime())) return "a time that no calendar has";
	const [day, time] = at.toISOString().split("T");
	const [year, month, dayOfMonth] = [at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()];
	if (year > 9999 || year < 1) return `${day} ${time.slice(0, 5)} UTC`;
	const months = "January February March April May June July August September October November December".split(" ");
	return `${dayOfMonth} ${months[month]} ${year}, ${time.slice(0, 5)} UTC`;
}

// A time that sorts by eye, for tables.
function stamp(milliseconds) {
	const at = new Date(Number(milliseconds));
	return Number.isNaN(at.getTime()) ? "not a time" : at.toISOString().replace("T", " ").replace(/:[^:]*$/, "");
}

function size(bytes) {
	if (bytes < 10_000) return plural(bytes, "byte");
	return bytes < 1 << 20 ? `${number(Math.round(bytes / 1024))} KiB` : `${(bytes / (1 << 20)).toFixed(1)} MiB`;
}

// Work as people can read it: "0x…" hashes.
function work(hex) {
	const count = BigInt(hex);
	if (count < 1_000_000n) return plural(count, "hash", "hashes");
	const digits = count.toString();
	const raised = String(digits.length - 1).replace(/\d/g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]);
	return `about ${digits[0]}.${digits[1]} × 10${raised} hashes`;
}

function duration(seconds) {
	const days = seconds / 86_400;
	if (days >= 2) return plural(Math.round(days), "day");
	return seconds >= 7200 ? plural(Math.round(seconds / 3600), "hour") : plural(seconds, "second");
}

// Says something to those who listen to the page rather than look at it.
function say(text) {
	$("live").textContent = text;
}
