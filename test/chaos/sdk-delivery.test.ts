/** The unmodified Segment and PostHog clients deliver every event once, though the server or its warehouse is killed in the middle. */
import { Analytics } from '@segment/analytics-node';
import { PostHog } from 'posthog-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Ledger } from '../../src/shared/model/ledger.ts';
import type { Result } from '../../src/shared/model/result.ts';
import { openTestServer, testOwner, type TestServer } from '../fixtures/open-server.ts';
import { until } from '../fixtures/until.ts';

const eventsPerClient = 10_000;

/** How often each value of `n` is stored under `name`. */
async function askNumbers(server: TestServer, name: string): Promise<{ count: number; distinct: number; sum: number }> {
  const query = {
    kind: 'total',
    metrics: [
      { aggregate: 'count', as: 'count' },
      { aggregate: 'unique', of: 'properties.n', as: 'distinct' },
      { aggregate: 'sum', of: 'properties.n', as: 'sum' },
    ],
    where: [{ field: 'name', is: [name] }],
    range: { last: '24h' },
  };
  const result = await server.json<Result>('/api/analytics/query', { method: 'POST', body: JSON.stringify(query) });
  const [count, distinct, sum] = result.totals as number[];
  return { count: count ?? 0, distinct: distinct ?? 0, sum: sum ?? 0 };
}

async function sendWithSegment(server: TestServer, name: string): Promise<void> {
  const client = new Analytics({
    writeKey: testOwner.writeKey,
    host: server.url,
    flushAt: 200,
    flushInterval: 200,
    maxRetries: 50,
    httpRequestTimeout: 10_000,
  });
  for (let n = 0; n < eventsPerClient; n++) {
    client.track({ userId: `user-${n % 97}`, event: name, properties: { n } });
    if (n % 500 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await client.closeAndFlush({ timeout: 120_000 });
}

async function sendWithPostHog(server: TestServer, name: string): Promise<void> {
  const client = new PostHog(testOwner.writeKey, {
    host: server.url,
    flushAt: 200,
    flushInterval: 200,
    maxQueueSize: 20_000,
    fetchRetryCount: 50,
    fetchRetryDelay: 300,
  });
  for (let n = 0; n < eventsPerClient; n++) {
    client.capture({ distinctId: `user-${n % 97}`, event: name, properties: { n } });
    if (n % 500 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await client.shutdown(120_000);
}

const once = { count: eventsPerClient, distinct: eventsPerClient, sum: (eventsPerClient * (eventsPerClient - 1)) / 2 };

async function expectBalance(server: TestServer): Promise<void> {
  await until(async () => (await server.json<Ledger>('/api/analytics/ledger')).pending === 0, 'the spool to drain', 60_000);
  const ledger = await server.json<Ledger>('/api/analytics/ledger');
  expect(ledger.received).toBe(ledger.accepted + ledger.duplicates + ledger.rejected);
  expect(ledger.accepted).toBe(ledger.stored + ledger.pending);
}

async function childPid(server: TestServer): Promise<number> {
  const health = await server.json<{ warehouse: { pid: number | null } }>('/api/admin/health');
  if (health.warehouse.pid === null) throw new Error('the warehouse has no process');
  return health.warehouse.pid;
}

async function acceptedSoFar(server: TestServer): Promise<number> {
  return (await server.json<Ledger>('/api/analytics/ledger').catch(() => ({ accepted: 0 }))).accepted;
}

describe('delivery across a kill', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await openTestServer();
  });
  afterAll(() => server.close());

  test('of the main process: all events of both clients are stored once', { timeout: 240_000 }, async () => {
    const sending = Promise.all([sendWithSegment(server, 'segment main'), sendWithPostHog(server, 'posthog main')]);
    await until(async () => (await acceptedSoFar(server)) > 3_000, 'some events to arrive');
    await server.kill('SIGKILL');
    await server.start();
    await sending;
    await expectBalance(server);
    expect(await askNumbers(server, 'segment main')).toEqual(once);
    expect(await askNumbers(server, 'posthog main')).toEqual(once);
  });

  test('of the warehouse: all events of both clients are stored once', { timeout: 240_000 }, async () => {
    const before = await acceptedSoFar(server);
    const sending = Promise.all([sendWithSegment(server, 'segment child'), sendWithPostHog(server, 'posthog child')]);
    await until(async () => (await acceptedSoFar(server)) > before + 3_000, 'some events to arrive');
    process.kill(await childPid(server), 'SIGKILL');
    await sending;
    await expectBalance(server);
    expect(await askNumbers(server, 'segment child')).toEqual(once);
    expect(await askNumbers(server, 'posthog child')).toEqual(once);
  });
});
