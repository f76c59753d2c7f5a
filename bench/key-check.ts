/** Measures the key check of the ingest path with 10,000 keys, beside the least that any check must do: a SHA-256 and a look into a Map. */
import { hash, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGuardedHttp } from '../src/server/adapters/guarded-http/guarded-http.ts';
import { openSqliteCatalog } from '../src/server/adapters/sqlite/catalog.ts';
import { createIdentity } from '../src/server/identity/identity.ts';
import { makeKeySecret } from '../src/server/identity/keys/secret-text.ts';
import { insertKey } from '../src/server/identity/keys/store.ts';
import { createSealer } from '../src/server/sealing/sealer.ts';
import { markdownTable, quantile, short } from './measure.ts';

const keyCount = 10_000;
const secrets = { secret: 'a secret for a benchmark, of enough length', previousSecrets: [] };
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const folder = await mkdtemp(join(tmpdir(), 'bellwether-bench-'));
const catalog = await openSqliteCatalog({ file: join(folder, 'catalog.db'), clock: Date });
/** A clock that can jump, so that the next check has to ask whether anything has changed. */
let aheadMs = 0;
const clock = { now: () => Date.now() + aheadMs };
const outbound = createGuardedHttp({ allow: [] });
const identity = createIdentity({
  ...secrets,
  catalog,
  localOwnerToken: 'bw_l_bench',
  publicUrl: null,
  clock,
  randomBytes,
  outbound,
  log: silent,
});
const { workspaceId } = await identity.prepareFirstStart({ owner: null, workspaceName: 'Bench', writeKey: null, apiKey: null });

/** Write keys, all of them with the limits given. */
async function insertKeys(limits: {
  origins?: string[];
  addresses?: string[];
  expiresMs?: number;
  callsPerMinute?: number;
}): Promise<string[]> {
  const sealer = createSealer(secrets, randomBytes);
  const made = Array.from({ length: keyCount }, () => makeKeySecret('write', randomBytes));
  await catalog.db.transaction().execute(async (transaction) => {
    for (const [i, secret] of made.entries()) {
      const key = {
        id: `k_${secret.slice(5, 21)}`,
        workspaceId,
        kind: 'write',
        name: `Key ${i}`,
        scopes: ['ingest'],
        createdMs: 0,
      } as const;
      await insertKey(transaction, sealer, { ...key, ...limits, secret });
    }
  });
  return made;
}

const plain = await insertKeys({});
const limited = await insertKeys({
  origins: ['https://shop.example.com', 'https://www.example.com'],
  addresses: ['10.0.0.0/8', '192.0.2.0/24', '2001:db8::/32'],
  expiresMs: Date.now() + 86_400_000,
  callsPerMinute: 600,
});
aheadMs += 2_000;
const byDigest = new Map(plain.map((secret) => [hash('sha256', secret, 'hex'), secret]));
const source = { origin: 'https://www.example.com', address: '192.0.2.77' };

/** Microseconds per call, median and p99 of `rounds` rounds of `calls` calls. */
async function measure(rounds: number, calls: number, prepare: () => void, call: (i: number) => unknown): Promise<number[]> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    prepare();
    const start = performance.now();
    for (let i = 0; i < calls; i++) if ((await call(round * calls + i)) === null) throw new Error('refused');
    times.push(((performance.now() - start) * 1_000) / calls);
  }
  return [quantile(times, 0.5), quantile(times, 0.99)];
}

const nothing = (): void => undefined;
const bare = (i: number) => byDigest.get(hash('sha256', plain[i % keyCount]!, 'hex')) ?? null;
const check = (keys: readonly string[]) => (i: number) => identity.authenticateWriteKey(keys[i % keyCount]!, source);
const unknown = Array.from({ length: 2_000 }, () => makeKeySecret('write', randomBytes));
const refuse = async (i: number) => ((await identity.authenticateWriteKey(unknown[i % unknown.length]!, source)) === null ? true : null);

// Each key once, so that all are known, and each path warm.
const first = await measure(keyCount / 100, 100, nothing, check(plain));
await measure(keyCount / 100, 100, nothing, check(limited));
await measure(50, 1_000, nothing, bare);
await measure(50, 1_000, nothing, check(plain));
const measured: [string, number[]][] = [
  ['SHA-256 and a Map: the least there is', await measure(300, 1_000, nothing, bare)],
  ['key, from memory', await measure(300, 1_000, nothing, check(plain))],
  ['key with expiry, origins, networks and a limit, from memory', await measure(300, 1_000, nothing, check(limited))],
  ['key, once a second (has anything changed?)', await measure(500, 1, () => void (aheadMs += 1_001), check(limited))],
  ['key, seen for the first time since a change', first],
  ['no key, seen before', await measure(100, 1_000, nothing, refuse)],
];
const least = measured[0]![1][0]!;
const rows = measured.map(([name, [median = 0, p99 = 0]]) => [name, short(median), short(p99), `${short(median / least)}x`]);
process.stdout.write(
  `${markdownTable(['check', 'median us', 'p99 us', 'to the least'], rows)}\n\nSQLite catalog, ${(2 * keyCount).toLocaleString('en')} keys; budget of a check on the ingest path: 50 us.\n`,
);
await identity.close();
await catalog.close();
await rm(folder, { recursive: true });
