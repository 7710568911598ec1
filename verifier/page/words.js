// What the page says. The verifier's own words stand beside them wherever they are exact where these are plain.

const VERDICTS = {
	VERIFIED: {
		word: "Verified",
		mark: "ok",
		means: "Every check holds. The record existed, exactly as shown, before the Bitcoin block named in the report.",
	},
	INVALID: {
		word: "Invalid",
		mark: "bad",
		means: "A check does not hold: the file was altered or damaged, or it belongs to another chain than the one you trust.",
	},
	STALE: {
		word: "Stale",
		mark: "wait",
		means: "Nothing is wrong, but it is not finished: not in Bitcoin yet, or older than your trust file allows.",
	},
	REVOKED: {
		word: "Revoked",
		mark: "revoked",
		means: "The operator's key had been withdrawn before the record was sealed. Reserved: keys can't be withdrawn yet.",
	},
};

// The levels in the order in which they build on each other.
const LEVELS = ["sealed", "linked", "included", "finalised", "anchored"];

const ACCOUNT_LEVELS = ["sealed", "included", "head", "finalised", "anchored"];

const LEVEL_NAMES = {
	head: "To the end",
	sealed: "Sealed",
	linked: "Linked",
	included: "Included",
	finalised: "Finalised",
	anchored: "Anchored",
};

const isTest = (network) => network !== "mainnet";

const networkName = (network) => network === "mainnet" ? "Bitcoin" : `Bitcoin ${network}`;

// What a level that was reached proves, in a plain sentence.
const PROVES = {
	sealed: (level) => level.batch_count
		? `The holder of this operator's secret key signed a batch of ${plural(level.batch_count, "record")}, and this is one of them, unaltered.`
		: "The holder of this operator's secret key signed exactly this record. Another letter in it, and the signature would fail.",
	linked: () => "What was intended was sealed first: the intent stands in the log before this answer to it.",
	included: (level) => `The record has its fixed place in the log: entry ${number(level.index)}, counted from 0, of ${plural(level.log_size, "entry", "entries")}. It can't be moved or exchanged.`,
	finalised: (level) => `${level.set_id === level.trusted_set_id
		? "The validators that your trust file names"
		: `The validators of set ${number(level.set_id)}, to which those that your trust file names (set ${number(level.trusted_set_id)}) led by signed hand-offs,`} made block ${number(level.block_number)} final, and with it this state of the log. It is that chain's log, and not one made for you.`,
	anchored: (level) => isTest(level.network)
		? `A fingerprint of the log stands in block ${number(level.height)} of ${networkName(level.network)}, a test network whose blocks cost next to nothing. It shows that the mechanism works, and proves nothing to others.`
		: `A fingerprint of the log stands in Bitcoin block ${number(level.height)}. To alter or back-date the record, somebody would have to redo Bitcoin's work since: ${work(level.work)}.`,
};

// The same for an account of an operator's positions, where it is not the same.
const PROVES_OF_ACCOUNT = {
	...PROVES,
	sealed: (level) => `The holder of this operator's secret key signed each of the ${plural(level.statements, "statement")} shown.`,
	included: (level) => `Each of them has its fixed place in the log of ${plural(level.log_size, "entry", "entries")}, in the order of their positions.`,
	head: (level) => `As of block ${number(level.block_number)}, this operator's chain on this log has exactly ${plural(level.length, "position")}, and its last record is known. So nothing can be missing at its end.`,
};

// What a level that was not reached leaves open.
const OPEN = {
	head: "Not shown: how many positions the operator's chain has.",
	sealed: "Not shown: the seal could not be checked.",
	linked: "Not shown: the file does not prove what this answers.",
	included: "Not shown: the record's place in the log is not proven.",
	finalised: "Not shown: the validators that you trust did not make this state of the log final.",
	anchored: "Not reached: the file leads to no Bitcoin block.",
};

// What a failed step means to a person, and what to do.
const FAILED = {
	decode: ["The file is no proof, or it was damaged or cut off on its way.", "Ask for the file again, and compare its length and SHA-256 with the sender's."],
	member: ["The record is not one of the batch that was sealed.", "The record or its place in the batch was altered. Ask the operator for the proof anew."],
	key: ["The key in the file is not this operator's.", "Somebody else's key was put in the operator's place. Ask the operator for the proof anew."],
	sealed: ["The seal does not fit the record.", "The record or its seal was altered after sealing, or another key made the seal. Treat its content as unproven."],
	chain: ["The proof is for another chain than the one in your trust file.", "Check that you chose the trust file that you meant. If you did, this record is not in the log that you trust."],
	numbered: ["The positions do not follow each other.", "Ask the operator for the proof anew."],
	linked: ["The proof does not show the intent that it claims to answer.", "The record itself may stand; what it says it answers does not. Ask for a proof with the right intent."],
	included: ["The record is not at the place in the log that the file claims.", "It may never have been in the log, or the file was altered. Treat it as unproven."],
	head: ["The operator's last position is not the one that the file claims.", "Ask the operator for the proof anew."],
	finalised: ["The validators that you trust did not make this state of the log final.", "The file was altered, or it shows another log under this chain's name, or your trust file names other validators."],
	anchored: ["The Bitcoin part does not hold.", "Without it nothing shows when the record existed. If your trust file asks for more confirmations than the proof has, a newer proof may help."],
};

const FAILED_OF_ACCOUNT = {
	...FAILED,
	decode: ["The file is no account of an operator's positions, or it was damaged or cut off on its way.", FAILED.decode[1]],
	member: ["A record that is shown is not in the batch that it is said to be in.", "Ask the operator for the account anew."],
	sealed: ["A seal does not fit what is shown.", "A record or its seal was altered after sealing. Treat the account as unproven."],
	linked: ["The records that are shown do not follow each other.", "Records were left out, exchanged or reordered. Treat the account as unproven."],
};

const KINDS = {
	intent: "Intent: what was about to be done",
	outcome: "Outcome: what came of it",
	denial: "Denial: it was not allowed",
	approval: "Approval: it was allowed",
	batch: "Batch: many records under one seal",
	provenance: "Provenance: where something comes from",
	"key-rotate": "Key rotation",
	"key-revoke": "Key revocation",
};

// The record's fields: key in the report, name, what it is.
const FIELDS = [
	["id", "Record id", "the fingerprint (SHA-256) of the record; links name it"],
	["operator", "Operator", "who sealed it: the fingerprint of the operator's first key"],
	["sequence", "Position", "in this operator's own chain of records, counted from 0"],
	["index", "Place in its batch", "counted from 0"],
	["batch_count", "Records in the batch", ""],
	["log_index", "Entry in the log", "counted from 0"],
	["previous", "Record before it", "of the same operator"],
	["intent", "Answers the intent", ""],
	["input", "Input", "a salted fingerprint of what went in; the content is not in the proof"],
	["output", "Output", "a salted fingerprint of what came out; the content is not in the proof"],
	["model", "Model", "fingerprint of the model's description"],
	["policy", "Policy", "fingerprint of the rules in force"],
	["authority", "Authority", "who permitted it"],
	["parents", "Derived from", "the records that it builds on"],
	["locator", "Kept at", "where the operator says the content is; not checked"],
];

// The parts of a proof bundle by their path in the file.
const PARTS = {
	0: "What the file is",
	1: "Format version",
	2: "Statement: record and seal (COSE_Sign1, ML-DSA-65)",
	"3.0": "The operator's public key (ML-DSA-65)",
	"4.0": "The record, as a member of the batch",
	"4.1": "Path from the record to the batch's root (SHA-256)",
	"5.0": "Entry in the log",
	"5.1": "Path from the entry to the log's root (SHA-256)",
	6: "Checkpoint: genesis, block, log size and root",
	"7.0": "The final block's header",
	"7.1": "The validators' votes (GRANDPA justification)",
	"8.0": "Bitcoin transaction",
	"8.1": "Its position in the Bitcoin block",
	"8.2": "Path from the transaction to the block's Merkle root",
	"8.3": "The block's first transaction (coinbase)",
	"8.4": "Path from the coinbase to the Merkle root",
	"8.5": "Height of the first Bitcoin header",
	"8.6": "Which header holds the transaction",
	"8.7": "Bitcoin headers, 80 bytes each",
	"9.0": "The intent's statement",
	"9.1.0": "The intent, as a member of its batch",
	"9.1.1": "Path from the intent to its batch's root",
	"9.2.0": "The intent's entry in the log",
	"9.2.1": "Path from the intent's entry to the log's root",
};

const ACCOUNT_PARTS = {
	0: PARTS[0],
	1: PARTS[1],
	"2.0": PARTS["3.0"],
	"3.0": "First position",
	"3.1": "Last position",
	5: "Path from the statements to the log's root (SHA-256)",
};

function partName(path, kind) {
	if (kind === "completeness") {
		const position = /^4\.(\d+)\.([0-3])/.exec(path);
		const what = ["entry in the log, or how many are withheld", "statement", "members shown", "path to the batch's root"];
		if (position) return `Item ${Number(position[1]) + 1}: ${what[position[2]]}`;
		if (path.startsWith("9.")) return `State proof, node ${Number(path.slice(2)) + 1}`;
		if (!/^[678]/.test(path)) return ACCOUNT_PARTS[path] || `Part ${path}`;
	}
	const handoff = /^7\.2\.(\d+)\.([01])$/.exec(path);
	if (handoff) {
		return `Hand-off ${Number(handoff[1]) + 1} to new validators: ${handoff[2] === "0" ? "header" : "votes"}`;
	}
	return PARTS[path] || `Part ${path}`;
}
