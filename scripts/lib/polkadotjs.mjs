// What PolkadotJS, as any wallet uses it, makes of a node: node polkadotjs.mjs WS-URL
// Run by `scripts/test --full`. Needs @polkadot/api beside it.
import { ApiPromise, Keyring, WsProvider } from '@polkadot/api';
import assert from 'node:assert/strict';

const OURS = ['Operators', 'AuditRecord', 'Anchor', 'PanToken', 'Validators'];

// PolkadotJS warns of types and extensions that it doesn't know. That a chain has RPC methods of its own is no fault.
const warnings = [];
console.warn = console.error = (...words) => warnings.push(words.join(' '));

const api = await ApiPromise.create({ provider: new WsProvider(process.argv[2]) });
const strange = warnings.filter((warning) => !warning.includes('RPC methods not decorated'));
assert.deepEqual(strange, [], 'PolkadotJS warns');
assert.deepEqual(api.registry.chainTokens, ['PAN']);
assert.deepEqual(api.registry.chainDecimals, [12]);
assert.equal(api.registry.chainSS58, api.consts.system.ss58Prefix.toNumber());

// Everything of ours is documented.
const undocumented = [];
for (const pallet of api.runtimeMetadata.asLatest.pallets) {
	const name = pallet.name.toString();
	if (!OURS.includes(name)) continue;
	const variants = ['calls', 'errors', 'events']
		.filter((kind) => pallet[kind].isSome)
		.flatMap((kind) => [...api.registry.lookup.getSiType(pallet[kind].unwrap().type).def.asVariant.variants]);
	const stored = pallet.storage.isSome ? [...pallet.storage.unwrap().items] : [];
	for (const item of [...pallet.constants, ...stored, ...variants]) {
		if (item.docs.length === 0) undocumented.push(`${name}.${item.name}`);
	}
}
assert.deepEqual(undocumented, [], 'without documentation');

// A signed transfer, followed to its finalised block.
const keyring = new Keyring({ type: 'sr25519', ss58Format: api.registry.chainSS58 });
const [alice, bob] = ['//Alice', '//Bob'].map((uri) => keyring.addFromUri(uri));
const before = (await api.query.system.account(bob.address)).data.free.toBigInt();
const amount = 1_500_000_000_000n;
const done = await new Promise((resolve, reject) => {
	api.tx.balances
		.transferKeepAlive(bob.address, amount)
		.signAndSend(alice, (result) => {
			if (result.isError) reject(new Error(`the transfer is ${result.status.type}`));
			if (result.isFinalized) resolve(result);
		})
		.catch(reject);
});
const names = done.events.map(({ event }) => `${event.section}.${event.method}`);
for (const name of ['balances.Transfer', 'transactionPayment.TransactionFeePaid', 'system.ExtrinsicSuccess']) {
	assert.ok(names.includes(name), `${name} is not among ${names}`);
}
assert.equal((await api.query.system.account(bob.address)).data.free.toBigInt(), before + amount);

// Its header carries the log's checkpoint, which state and runtime API hold too.
const block = done.status.asFinalized;
const header = await api.rpc.chain.getHeader(block);
assert.ok(header.digest.logs.some((log) => log.isConsensus && log.asConsensus[0].toString() === 'PNLG'), 'no log digest');
const at = await api.at(block);
assert.deepEqual((await at.call.auditApi.logState()).toJSON(), (await at.query.auditRecord.log()).toJSON().log);

await api.disconnect();
