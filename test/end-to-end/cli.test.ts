/** The command line against the real server: what goes in is there once, comes out again, and survives. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Import } from '../../src/shared/contract/imports.ts';
import type { Ledger } from '../../src/shared/model/ledger.ts';
import type { QueryInput } from '../../src/shared/model/query.ts';
import type { Result } from '../../src/shared/model/result.ts';
import { openTestServer, testOwner, type TestServer } from '../fixtures/open-server.ts';
import { runCli, startCli } from '../fixtures/run-cli.ts';
import { projectFolder } from '../fixtures/source-tree.ts';
import { until } from '../fixtures/until.ts';

const year2024 = { from: '2024-01-01', to: '2025-01-01' };
const orders = join(projectFolder, 'test/fixtures/orders.csv');
let folder: string;
let server: TestServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bellwether-cli-'));
  server = await openTestServer();
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

const at = (name: string) => join(folder, name);
const cli = (...words: string[]) => runCli(server.folder, words);
const ask = (query: QueryInput, of: TestServer = server) =>
  of.json<Result>('/api/analytics/query', { method: 'POST', body: JSON.stringify(query) });
const imports = async () => (await server.json<{ imports: Import[] }>('/api/analytics/imports')).imports;

async function countNamed(name: string, of: TestServer = server): Promise<number> {
  const result = await ask(
    { kind: 'total', metrics: [{ aggregate: 'count' }], where: [{ field: 'name', is: [name] }], range: year2024 },
    of,
  );
  return result.totals[0] as number;
}

/** Events of some weeks of 2024, as NDJSON; their ids begin with `prefix`. */
function visits(prefix: string, count: number): string {
  const lines = Array.from({ length: count }, (_, i) =>
    JSON.stringify({
      id: `${prefix}-${i}`,
      name: prefix,
      time: new Date(Date.UTC(2024, 4, 1) + i * 10_000).toISOString(),
      user: `u${i % 997}`,
      properties: {
        path: `/p/${i % 50}`,
        ms: i % 777,
        isNew: i % 3 === 0,
        nested: { deep: [1, 'zwei', null, { drei: i }] },
        text: 'a "quoted"\nline',
      },
    }),
  );
  return `${lines.join('\n')}\n`;
}

describe('import', () => {
  test('guesses the columns of a CSV, shows them, and adds it once', async () => {
    const words = ['import', orders, '--name', 'order', '--timezone', 'Europe/Berlin'];
    const first = await cli(...words);
    expect(first).toMatchObject({ code: 0, out: expect.stringContaining('5 read = 5 accepted + 0 duplicates + 0 rejected') });
    expect(first.err).toContain('column InvoiceDate, day/month/year, Europe/Berlin where no zone is given');
    expect(await cli(...words)).toMatchObject({ code: 0, out: expect.stringContaining('nothing added') });
    const { rows } = await ask({
      kind: 'table',
      columns: ['time', 'user', 'properties'],
      where: [{ field: 'name', is: ['order'] }],
      range: year2024,
      order: { by: 'time' },
    });
    expect(rows).toEqual([
      ['2024-03-01T08:15:00.000Z', '17850', { InvoiceNo: '000101', Country: 'Germany', TotalPrice: 139.12, Gift: false }],
      [
        '2024-03-01T09:05:00.000Z',
        '13047',
        { InvoiceNo: '000102', Country: 'France', TotalPrice: 22.2, Gift: true, Note: 'with "love";\nand a line break' },
      ],
      ['2024-03-02T22:59:00.000Z', null, { InvoiceNo: '000103', Country: 'Germany', TotalPrice: 7.5, Gift: false }],
      [
        '2024-03-31T01:00:00.000Z',
        '12583',
        { InvoiceNo: '000104', Country: 'Côte d’Ivoire', TotalPrice: 0, Gift: false, Note: 'in the gap of the clock change' },
      ],
      ['2024-04-13T06:00:00.000Z', '17850', { InvoiceNo: '000105', Country: 'Germany', TotalPrice: -12.5, Gift: false, Note: 'refund' }],
    ]);
  });

  test('says of every record what became of it', async () => {
    const records = [
      '{"name":"mixed","id":"m1","time":"2024-02-01"}',
      '{"name":"mixed","id":"m1","time":"2024-02-01"}',
      '{"broken',
      '{"name":"mixed","id":"m2","time":"not a time"}',
    ];
    await writeFile(at('mixed.ndjson'), records.join('\n'));
    const { code, out } = await cli('import', at('mixed.ndjson'), '--id', 'id');
    expect(code).toBe(0);
    expect(out).toContain('4 read = 1 accepted + 1 duplicates + 2 rejected');
    expect(out).toContain('record 3: NOT_JSON');
    expect(out).toContain('record 4: TIME_INVALID');
    const [entry] = await imports();
    expect(entry).toMatchObject({ fileName: 'mixed.ndjson', state: 'done', counts: { reasons: { NOT_JSON: 1, TIME_INVALID: 1 } } });
  });

  test('goes on after a kill, counts right, can be undone, and imported again', async () => {
    const count = 40_000;
    await writeFile(at('visit.ndjson.gz'), gzipSync(visits('visit', count), { level: 1 }));
    const killed = startCli(server.folder, ['import', at('visit.ndjson.gz')]);
    await until(
      async () => ((await imports()).find(({ fileName }) => fileName === 'visit.ndjson.gz')?.position ?? 0) > 0,
      'the import to be under way',
    );
    killed.child.kill('SIGKILL');
    expect((await killed.ended).code).toBeNull();
    const resumed = await cli('import', at('visit.ndjson.gz'));
    expect(resumed.err).toContain('going on after record');
    expect(resumed).toMatchObject({ code: 0, out: expect.stringContaining('40,000 read = 40,000 accepted + 0 duplicates + 0 rejected') });
    expect(await countNamed('visit')).toBe(count);

    const id = (await imports()).find(({ fileName }) => fileName === 'visit.ndjson.gz')?.id ?? '';
    expect(await cli('import', '--undo', id)).toMatchObject({ code: 0, out: 'visit.ndjson.gz: undone, 40,000 events deleted\n' });
    expect(await countNamed('visit')).toBe(0);
    expect(await cli('import', at('visit.ndjson.gz'))).toMatchObject({
      code: 0,
      out: expect.stringContaining('40,000 read = 40,000 accepted + 0 duplicates + 0 rejected'),
    });
    expect(await countNamed('visit')).toBe(count);
    const ledger = await server.json<Ledger>('/api/analytics/ledger');
    expect(ledger.received).toBe(ledger.accepted + ledger.duplicates + ledger.rejected);
    expect(ledger.accepted).toBe(ledger.stored + ledger.pending);
  });

  test('wrong usage is one line and code 2', async () => {
    expect(await cli('import', orders, '--user', 'Customer')).toMatchObject({
      code: 2,
      err: expect.stringContaining('--user "Customer" is not a column. Allowed: InvoiceNo, InvoiceDate'),
    });
    expect((await cli('import', at('nowhere.csv'))).code).toBe(2);
    expect(await cli('query', '{"kind":"total","metrics":[{"aggregate":"count"}],"range":{"last":"soon"}}')).toMatchObject({
      code: 2,
      err: expect.stringContaining('range'),
    });
  });
});

describe('export', () => {
  test('as NDJSON comes in again without loss', async () => {
    const other = await openTestServer();
    try {
      expect((await cli('import', orders, '--name', 'order', '--timezone', 'Europe/Berlin')).code).toBe(0);
      await writeFile(at('trip.ndjson'), visits('trip', 3000));
      expect((await cli('import', at('trip.ndjson'))).code).toBe(0);
      const where = JSON.stringify([{ field: 'name', is: ['trip', 'order'] }]);
      expect(await cli('export', at('out.ndjson.gz'), '--where', where, '--from', '2024-01-01', '--to', '2025-01-01')).toMatchObject({
        code: 0,
        out: '',
      });
      expect(await runCli(other.folder, ['import', at('out.ndjson.gz')])).toMatchObject({
        code: 0,
        out: expect.stringContaining('3,005 read = 3,005 accepted'),
      });
      const again = await runCli(other.folder, ['export']);
      const once = await cli('export', '--where', where);
      const sorted = (text: string) => text.trim().split('\n').sort();
      expect(sorted(again.out)).toEqual(sorted(once.out));
      expect(sorted(again.out)).toHaveLength(3005);
    } finally {
      await other.close();
    }
  });

  test('as CSV and Parquet comes in again', async () => {
    const where = JSON.stringify([{ field: 'name', is: ['order'] }]);
    for (const format of ['csv', 'parquet']) {
      const file = at(`orders.${format}`);
      expect(await cli('export', file, '--where', where)).toMatchObject({ code: 0 });
      const { code, out } = await cli('import', file, '--dry-run');
      expect(code).toBe(0);
      expect(out).toContain('"InvoiceNo":"000101"');
      expect(out).toContain('"TotalPrice":139.12');
    }
  });
});

describe('other commands', () => {
  test('query prints rows for programs', async () => {
    const query = JSON.stringify({
      kind: 'breakdown',
      by: ['properties.Country'],
      metrics: [{ aggregate: 'sum', of: 'properties.TotalPrice', as: 'revenue' }],
      where: [{ field: 'name', is: ['order'] }],
      range: year2024,
      order: { by: 'revenue', desc: true },
    });
    expect(await cli('query', query, '--format', 'csv')).toMatchObject({
      code: 0,
      out: 'properties.Country,revenue\nGermany,134.12\nFrance,22.2\nCôte d’Ivoire,0\n',
    });
    expect(JSON.parse((await runCli(server.folder, ['query'], { stdin: query })).out)).toMatchObject({
      columns: [{ name: 'properties.Country' }, { name: 'revenue' }],
    });
  });

  test('another server is reached by address and key', async () => {
    const query = '{"kind":"total","metrics":[{"aggregate":"count"}],"range":{"from":"2024-01-01","to":"2025-01-01"}}';
    const env = { BELLWETHER_KEY: testOwner.apiKey };
    expect(await runCli(folder, ['query', query, '--url', server.url], { env })).toMatchObject({ code: 0 });
    expect(await runCli(folder, ['query', query, '--url', server.url, '--key', 'bw_a_wrong_key_of_nobody'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('not known'),
    });
    expect(await runCli(folder, ['query', query, '--url', server.url])).toMatchObject({
      code: 2,
      err: expect.stringContaining('--url needs --key'),
    });
  });

  test('a key is made with limits, changed, rotated with an overlap, and refused once revoked', async () => {
    const made = await cli('key', 'create', '--name', 'report', '--scope', 'ask', '--address', '192.0.2.1', '--expires', '2999-01-31');
    const status = async (key: string) =>
      (await fetch(`${server.url}/api/analytics/ledger`, { headers: { authorization: `Bearer ${key.trim()}` } })).status;
    expect(await status(made.out)).toBe(401);
    const list = JSON.parse((await cli('key', 'list')).out) as { id: string; name: string; expires: string | null }[];
    const { id, expires } = list.find(({ name }) => name === 'report')!;
    expect(expires).toBe('2999-01-31T00:00:00.000Z');
    expect(await cli('key', 'change', id, '--address', 'any', '--expires', 'never')).toMatchObject({ code: 0 });
    expect(await status(made.out)).toBe(200);
    const rotated = await cli('key', 'rotate', id, '--overlap', '1');
    expect([await status(made.out), await status(rotated.out)]).toEqual([200, 200]);
    expect(await cli('key', 'revoke', id)).toMatchObject({ code: 0 });
    expect([await status(made.out), await status(rotated.out)]).toEqual([401, 401]);
  });

  test('what a key command cannot mean is said in one line', async () => {
    for (const [words, reason] of [
      [['key', 'rotate'], 'needs ID'],
      [['key', 'create'], 'needs --name'],
      [['key', 'create', '--name', 'x', '--scope', 'all'], '--scope "all" is not allowed'],
      [['key', 'create', '--name', 'x', '--expires', 'soon'], '--expires "soon" is not allowed'],
      [['key', 'create', '--name', 'x', '--overlap', '3'], '--overlap is not an option of "key create"'],
      [['key', 'create', '--kind', 'write', '--name', 'x', '--scope', 'ask'], 'are for api keys'],
      [['key', 'change', 'k_1'], 'needs one of'],
    ] as const)
      expect(await cli(...words)).toMatchObject({ code: 2, err: expect.stringContaining(reason) });
  });

  test('the doctor finds a healthy server healthy', async () => {
    const { code, out } = await cli('doctor', '--format', 'json');
    const findings = JSON.parse(out) as { name: string; state: string }[];
    expect(findings.filter(({ state }) => state === 'fail')).toEqual([]);
    expect(code).toBe(0);
    expect(findings.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['node', 'disk speed', 'warehouse', 'catalog', 'ingest ledger']),
    );
  });

  test('simulated history is there, balances, and can be taken back', async () => {
    const { code, out } = await cli('simulate', '--days', '2', '--per-day', '2000', '--seed', '7');
    expect(code).toBe(0);
    expect(out).toMatch(/^2 days: ([\d,]+) events = \1 accepted \+ 0 duplicates \+ 0 rejected\n/);
    const id = /--undo (\S+)/.exec(out)?.[1] ?? '';
    expect((await cli('import', '--undo', id)).code).toBe(0);
  });

  test('live traffic goes on until it is stopped', async () => {
    const ledger = async () => (await server.json<Ledger>('/api/analytics/ledger')).received;
    const before = await ledger();
    const live = startCli(server.folder, ['simulate', '--live', '--rate', '200']);
    await until(async () => (await ledger()) > before + 100, 'live events to arrive');
    live.child.kill('SIGINT');
    expect((await live.ended).code).toBe(0);
  });
});

describe('backup', () => {
  test('taken under load and restored into an empty folder answers the same', async () => {
    const questions: QueryInput[] = [
      {
        kind: 'trend',
        grain: 'day',
        metrics: [
          { aggregate: 'count' },
          { aggregate: 'unique', of: 'user', as: 'users' },
          { aggregate: 'p95', of: 'properties.ms', as: 'slow' },
        ],
        range: year2024,
      },
      { kind: 'breakdown', by: ['name'], metrics: [{ aggregate: 'count' }], range: year2024 },
    ];
    const before = await Promise.all(questions.map((query) => ask(query)));
    const loading = new AbortController();
    let acknowledged = 0;
    const load = (async () => {
      for (let i = 0; !loading.signal.aborted; i++) {
        const events = Array.from({ length: 50 }, (_, n) => ({ name: 'load', id: `load-${i}-${n}`, properties: { i } }));
        const answer = await server.json<{ accepted: number }>('/v1/events', { method: 'POST', body: JSON.stringify(events) });
        acknowledged += answer.accepted;
      }
    })();
    await until(() => acknowledged > 500, 'load to arrive');
    const atLeast = acknowledged;
    const taken = await cli('backup', at('backup'));
    loading.abort();
    await load;
    expect(taken).toMatchObject({ code: 0, out: expect.stringContaining('events in the warehouse') });

    const restoredFolder = at('restored');
    expect(await runCli(restoredFolder, ['restore', at('backup')])).toMatchObject({
      code: 0,
      out: expect.stringContaining('all checksums and counts are right'),
    });
    const restored = await openTestServer({ BELLWETHER_DATA: restoredFolder });
    try {
      const after = await Promise.all(questions.map((query) => ask(query, restored)));
      expect(after.map(({ rows, totals }) => ({ rows, totals }))).toEqual(before.map(({ rows, totals }) => ({ rows, totals })));
      await until(async () => (await restored.json<Ledger>('/api/analytics/ledger')).pending === 0, 'the restored spool to be committed');
      const loaded = await ask(
        {
          kind: 'total',
          metrics: [{ aggregate: 'count' }, { aggregate: 'unique', of: 'id', as: 'ids' }],
          where: [{ field: 'name', is: ['load'] }],
          range: { last: '2d' },
        },
        restored,
      );
      const [count = 0, ids = 0] = loaded.totals as number[];
      expect(count).toBe(ids);
      expect(count).toBeGreaterThanOrEqual(atLeast);
      expect(count).toBeLessThanOrEqual(acknowledged);
    } finally {
      await restored.close();
    }
  });

  test('is neither written over something nor restored over something', async () => {
    expect(await cli('backup', at('backup'))).toMatchObject({ code: 1, err: expect.stringContaining('is not empty') });
    expect(await runCli(at('restored'), ['restore', at('backup')])).toMatchObject({
      code: 1,
      err: expect.stringContaining('is not empty'),
    });
    expect(await cli('restore', at('backup'))).toMatchObject({ code: 2, err: expect.stringContaining('belongs to a running server') });
  });

  test('is refused once a byte of it has changed', async () => {
    const manifest = JSON.parse(await readFile(join(at('backup'), 'manifest.json'), 'utf8')) as {
      files: { path: string; sizeBytes: number }[];
    };
    const file = manifest.files.find(({ path, sizeBytes }) => path.startsWith('warehouse/') && sizeBytes > 0)?.path ?? '';
    const bytes = await readFile(join(at('backup'), file));
    bytes[0] = (bytes[0] ?? 0) ^ 1;
    await writeFile(join(at('backup'), file), bytes);
    expect(await runCli(at('never'), ['restore', at('backup')])).toMatchObject({
      code: 1,
      err: expect.stringContaining('its checksum differs'),
    });
  });
});
