/** The composed server in this process: from a first event to a backup that answers the same. */
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { restoreStores, startServer, type RunningServer } from '../../src/server/app.ts';
import { readConfig, type Config } from '../../src/server/config.ts';
import type { Ledger } from '../../src/shared/model/ledger.ts';
import type { Result } from '../../src/shared/model/result.ts';
import { until } from '../fixtures/until.ts';

let folder: string;
let config: Config;
let server: RunningServer;

const configFor = (dataFolder: string) => readConfig({ PORT: '0', BELLWETHER_DATA: dataFolder, LOG_LEVEL: 'error' });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bellwether-app-'));
  config = configFor(join(folder, 'data'));
  server = await startServer({ config, listen: true });
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

async function call<T>(path: string, body?: unknown): Promise<T> {
  const headers = { authorization: `Bearer ${server.token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
  const response = await fetch(
    `${server.url}${path}`,
    body === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) },
  );
  const text = await response.text();
  if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
  return (text.startsWith('{') && !text.includes('\n') ? JSON.parse(text) : text) as T;
}

const question = {
  kind: 'breakdown',
  by: ['properties.country'],
  metrics: [{ aggregate: 'sum', of: 'properties.amount', as: 'revenue' }],
  range: { last: '24h' },
};
const revenue = async () => (await call<Result>('/api/analytics/query', question)).rows;

test('an empty folder gives a link for the first owner and a note that only its owner can read', async () => {
  expect(server.signUpUrl).toContain('/sign-up?token=');
  expect((await stat(join(config.dataFolder, 'server.json'))).mode & 0o777).toBe(0o600);
  expect(JSON.parse(await readFile(join(config.dataFolder, 'server.json'), 'utf8'))).toMatchObject({
    pid: process.pid,
    token: server.token,
  });
  await expect(startServer({ config, listen: false })).rejects.toThrow('in use by another Bellwether');
});

test('events become answers, a catalog, people and a ledger that balances', async () => {
  const events = ['DE', 'DE', 'FR'].map((country, i) => ({
    name: 'purchase',
    id: `e${i}`,
    user: `u${i}`,
    properties: { country, amount: 10 + i },
  }));
  expect(await call('/v1/events', { events: [...events, { name: '' }] })).toMatchObject({ accepted: 3, rejected: 1 });
  await until(async () => (await call<Ledger>('/api/analytics/ledger')).stored === 3, 'the events to be stored');
  expect(await revenue()).toEqual([
    ['DE', 21],
    ['FR', 12],
  ]);
  await until(async () => JSON.stringify(await call('/api/analytics/catalog')).includes('country'), 'the catalog');
  expect(await call('/api/analytics/dead-letters')).toMatchObject({ deadLetters: [{ reason: 'NAME_MISSING' }] });
  const metrics = await call<string>('/metrics');
  expect(metrics).toContain('bellwether_committed_events_total 3');
  expect(metrics).toContain('bellwether_committer_failing 0');
  expect(await call('/api/admin/health')).toMatchObject({ warehouse: { state: 'ready' }, spool: { pendingEvents: 0 } });
});

test('an import is undone as a whole, and answers follow', async () => {
  const started = await call<{ import: { id: string } }>('/api/analytics/imports', {
    fileName: 'a.ndjson',
    contentHash: 'a'.repeat(64),
    mapping: null,
  });
  const { id } = started.import;
  const headers = { authorization: `Bearer ${server.token}`, 'content-type': 'application/x-ndjson', 'x-bellwether-import': id };
  const body = '{"name":"purchase","properties":{"country":"DE","amount":100}}\n';
  expect((await fetch(`${server.url}/v1/events`, { method: 'POST', headers, body })).status).toBe(200);
  await until(async () => (await revenue())[0]?.[1] === 121, 'the imported event');
  const undone = await fetch(`${server.url}/api/analytics/imports/${id}`, {
    method: 'DELETE',
    headers: { authorization: headers.authorization },
  });
  expect(await undone.json()).toMatchObject({ deleted: 1 });
  expect((await revenue())[0]).toEqual(['DE', 21]);
});

test('a backup restored into an empty folder answers the same', { timeout: 120_000 }, async () => {
  const directory = join(folder, 'backup');
  await call('/api/admin/backup', { directory });
  const before = await revenue();
  await server.close();
  const restored = configFor(join(folder, 'restored'));
  const steps: string[] = [];
  const manifest = await restoreStores(restored, directory, (step) => steps.push(step));
  expect(manifest.warehouse.events).toBe(3);
  expect(steps).toContain('warehouse');
  server = await startServer({ config: restored, listen: true });
  expect(await revenue()).toEqual(before);
});
