/** Measures what it costs to check a key and a session: from memory, and when the catalog has to be asked. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteCatalog } from '../src/server/adapters/sqlite/catalog.ts';
import { createGuardedHttp } from '../src/server/adapters/guarded-http/guarded-http.ts';
import { createIdentity } from '../src/server/identity/identity.ts';
import { markdownTable, quantile, short } from './measure.ts';

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const folder = await mkdtemp(join(tmpdir(), 'bellwether-bench-'));
const catalog = await openSqliteCatalog({ file: join(folder, 'catalog.db'), clock: Date });
/** A clock that can jump, so that the next check has to ask whether anything has changed. */
let aheadMs = 0;
const clock = { now: () => Date.now() + aheadMs };
const identity = createIdentity({
  catalog,
  secret: 'a secret for a benchmark, of enough length',
  previousSecrets: [],
  localOwnerToken: 'local',
  publicUrl: null,
  clock,
  randomBytes,
  outbound: createGuardedHttp({ allow: [] }),
  log: silent,
});
const { signUpToken } = await identity.prepareFirstStart({
  owner: null,
  workspaceName: 'Bench',
  writeKey: null,
  apiKey: null,
});
const maker = (await identity.authenticateBearer('local'))!;
const keys = await Promise.all(
  Array.from({ length: 200 }, async (_, i) => {
    const wanted = { kind: 'write', name: `Key ${i}`, scopes: ['ingest'], role: null, expiresAt: null, callsPerMinute: null } as const;
    return (await identity.keys.create(maker, { ...wanted, scopes: ['ingest'], origins: [], addresses: [] })).secret;
  }),
);
const visitor = { headers: new Headers(), address: '', country: null };
const applicant = { name: 'B', email: 'b@example.com', password: 'correct horse' };
const { setCookies } = await identity.joining.signUp(visitor, signUpToken!, applicant);
const headers = new Headers({ cookie: setCookies[0]!.split(';')[0]! });

/** Microseconds per call, median and p99 of `rounds` rounds of `calls` calls. */
async function measure(rounds: number, calls: number, prepare: () => void, call: (i: number) => Promise<unknown>): Promise<string[]> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    prepare();
    const start = performance.now();
    for (let i = 0; i < calls; i++) if ((await call(i)) === null) throw new Error('refused');
    times.push(((performance.now() - start) * 1_000) / calls);
  }
  return [short(quantile(times, 0.5)), short(quantile(times, 0.99))];
}

const nothing = (): void => undefined;
const pass = (ms: number) => (): void => void (aheadMs += ms);
const key = (i: number) => identity.authenticateWriteKey(keys[i % keys.length]!);
const session = () => identity.authenticateSession(headers);
await measure(20, 1_000, nothing, key);
await measure(20, 1_000, nothing, session);
const rows = [
  ['key, from memory', ...(await measure(200, 1_000, nothing, key))],
  ['key, once a second (has anything changed?)', ...(await measure(500, 1, pass(1_001), key))],
  ['session, from memory', ...(await measure(200, 1_000, nothing, session))],
  ['session, every ten seconds (read again by better-auth)', ...(await measure(300, 1, pass(10_001), session))],
];
process.stdout.write(
  `${markdownTable(['check', 'median us', 'p99 us'], rows)}\n\nSQLite catalog, 200 keys in turn; budget of a key check: 50 us.\n`,
);
await identity.close();
await catalog.close();
await rm(folder, { recursive: true });
