/** Measures the audit log: how fast it is written, what waiting for it adds to a call, and how long a million entries take to verify. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { openPostgresCatalog } from '../src/server/adapters/postgres/catalog.ts';
import { openSqliteCatalog } from '../src/server/adapters/sqlite/catalog.ts';
import { createAudit, type AuditLog } from '../src/server/audit/audit.ts';
import type { AuditEntry } from '../src/server/audit/entry.ts';
import { noFilter } from '../src/server/audit/read/conditions.ts';
import type { Catalog } from '../src/server/catalog/schema.ts';
import { createSealer } from '../src/server/sealing/sealer.ts';
import { postgresMissing, startPrivatePostgres } from '../test/fixtures/private-postgres.ts';
import { markdownTable, median, quantile, short } from './measure.ts';

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const entries = Number(process.env.BENCH_AUDIT_ENTRIES ?? 1_000_000);
const secrets = { secret: 'a secret for a benchmark, of enough length', previousSecrets: [] };

/** What a question leaves behind. */
const question = (i: number): AuditEntry => ({
  workspaceId: 'w1',
  action: i % 50 === 0 ? 'export' : 'query',
  outcome: i % 200 === 0 ? 'denied' : 'done',
  actor: { kind: 'person', id: `p${i % 500}` },
  detail: { kind: 'trend', dataset: 'events', metrics: ['count'], range: { last: '30d' }, rows: 31, cache: 'hit', policy: 'analyst' },
  personal: [
    {
      personId: `p${i % 500}`,
      fields: { name: 'Ada Lovelace', email: 'ada@example.com', address: '203.0.113.9', userAgent: 'Mozilla/5.0 (X11)' },
    },
  ],
});

/** Entries a second, with `atOnce` callers that each wait for their entry. */
async function fill(audit: AuditLog, count: number, atOnce: number): Promise<number> {
  const start = performance.now();
  let next = 0;
  const caller = async (): Promise<void> => {
    while (next < count) await audit.record(question(next++));
  };
  await Promise.all(Array.from({ length: atOnce }, caller));
  return (count * 1_000) / (performance.now() - start);
}

/** Milliseconds that an entry takes until it is durable. */
async function latencies(audit: AuditLog, rounds: number, atOnce: number): Promise<number[]> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++)
    await Promise.all(
      Array.from({ length: atOnce }, async (_, i) => {
        const start = performance.now();
        await audit.record(question(i));
        times.push(performance.now() - start);
      }),
    );
  return times;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** How late the event loop was during `work`: p99 and the worst, ms. */
async function lateness(work: () => Promise<unknown>): Promise<string> {
  const delays = monitorEventLoopDelay({ resolution: 1 });
  delays.enable();
  await work();
  delays.disable();
  return `${short(delays.percentile(99) / 1e6)} / ${short(delays.max / 1e6)}`;
}

async function measure(name: string, catalog: Catalog): Promise<(string | number)[][]> {
  const audit = createAudit({
    catalog,
    secrets,
    sealer: createSealer(secrets, randomBytes),
    clock: Date,
    stopwatch: () => performance.now(),
    randomBytes,
    log: silent,
    headsFile: null,
    patienceMs: 600_000,
  });
  await fill(audit, 2_000, 200);
  const alone = await latencies(audit, 200, 1);
  const many = await latencies(audit, 20, 200);
  const rate = await fill(audit, entries, 1_000);
  const sealMs = await timed(() => audit.signHeads());
  const verify = () => audit.verify({ workspaceIds: ['w1'], heads: [] });
  const verifyMs: number[] = [];
  for (let i = 0; i < 3; i++) verifyMs.push(await timed(verify));
  const late = await lateness(verify);
  const { ok, entries: checked } = await verify();
  if (!ok) throw new Error('the log does not verify');
  const list = async (filter: object) =>
    median(
      await Promise.all(
        Array.from({ length: 5 }, () =>
          timed(() => audit.list({ workspaceId: 'w1', filter: { ...noFilter, ...filter }, after: null, limit: 50 })),
        ),
      ),
    );
  const rows: (string | number)[][] = [
    ['verify, ms', short(median(verifyMs)), `${checked.toLocaleString('en')} entries; budget 5,000`],
    ['event loop late meanwhile: p99 / most, ms', late, ''],
    ['first head over all of it, ms', short(sealMs), ''],
    ['entries a second, 1,000 callers that wait', short(rate), ''],
    ['until durable, one caller: median / p99 ms', `${short(median(alone))} / ${short(quantile(alone, 0.99))}`, ''],
    ['until durable, 200 callers at once: median / p99 ms', `${short(median(many))} / ${short(quantile(many, 0.99))}`, ''],
    [
      'newest 50: all / of a person / denied / of an action, ms',
      (await Promise.all([list({}), list({ actorId: 'p7' }), list({ outcome: 'denied' }), list({ action: 'exp' })])).map(short).join(' / '),
      '',
    ],
  ];
  await audit.close();
  return rows.map(([what = '', ...rest]) => [`${name}: ${what}`, ...rest]);
}

const folder = await mkdtemp(join(tmpdir(), 'bellwether-bench-'));
const file = join(folder, 'catalog.db');
const sqlite = await openSqliteCatalog({ file, clock: Date });
const rows = await measure('SQLite', sqlite);
await sqlite.close();
rows.push(['SQLite: bytes an entry', short((await stat(file)).size / entries), 'with its indexes']);
await rm(folder, { recursive: true });
if (postgresMissing() === null) {
  const postgres = await startPrivatePostgres();
  const catalog = await openPostgresCatalog({ url: await postgres.createDatabase(), clock: Date, log: silent });
  rows.push(...(await measure('PostgreSQL', catalog)));
  await catalog.close();
  await postgres.close();
}
process.stdout.write(
  `${markdownTable(['what', 'measured', ''], rows)}\n\nEntries like those of questions, each with the personal data of one of 500 people. The PostgreSQL of the measurement does not sync its disk.\n`,
);
