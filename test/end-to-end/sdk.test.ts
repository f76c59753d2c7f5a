/** The unmodified Segment and PostHog libraries against the ingest routes over the real spool and id window: every event once. */
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Analytics } from '@segment/analytics-node';
import Fastify, { type FastifyInstance } from 'fastify';
import { PostHog } from 'posthog-node';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openIdWindow } from '../../src/server/adapters/id-window/id-window.ts';
import { openSegmentSpool } from '../../src/server/adapters/segment-spool/segment-spool.ts';
import { ingestRoutes } from '../../src/server/http/ingest/routes.ts';
import { createRateLimits } from '../../src/server/http/guard/rate-limits.ts';
import { installProblemEdge } from '../../src/server/http/problem-edge.ts';
import { rateLimitDefaults } from '../../src/shared/model/rate-limit.ts';
import { createIngest } from '../../src/server/ingest/ingest.ts';
import type { IdWindow, Spool, Tally } from '../../src/server/ports/spool.ts';
import { spoolFolder } from '../fixtures/open-spool.ts';
import { silentLog } from '../fixtures/silent-log.ts';
import { principalFor } from '../fixtures/principals.ts';

const writeKey = 'bw_w_test';
const eventCount = 2_000;

const random = (count: number): Uint8Array => randomBytes(count);
let folder: string;
let app: FastifyInstance;
let spool: Spool;
let idWindow: IdWindow;
let url: string;
/** requests that are refused before one is let in */
let refusals: number;
/** requests that are taken, and whose answer is then lost */
let lostAnswers: number;

beforeEach(async () => {
  refusals = 0;
  lostAnswers = 0;
  folder = await spoolFolder();
  idWindow = await openIdWindow({ folder: join(folder, 'ids'), clock: Date, random, log: silentLog });
  spool = await openSegmentSpool({
    folder: join(folder, 'spool'),
    clock: Date,
    random,
    log: silentLog,
    keys: idWindow,
  });
  const ingest = createIngest({ spool, idWindow, clock: Date, listeners: [] });
  app = Fastify({ routerOptions: { ignoreTrailingSlash: true }, forceCloseConnections: true });
  installProblemEdge(app);
  app.addHook('onRequest', async (_request, reply) => {
    if (refusals-- > 0) await reply.code(503).header('retry-after', '0').send();
  });
  app.addHook('onSend', async (request) => {
    if (lostAnswers-- > 0) request.raw.socket.destroy();
  });
  app.register(async (scope) =>
    ingestRoutes({
      ingest,
      authenticateWriteKey: (key) => (key === writeKey ? principalFor('write-key', 'ws', 'k', ['ingest']) : null),
      country: () => null,
      clock: Date,
      limits: createRateLimits(rateLimitDefaults, Date),
      refused: () => undefined,
      publicUrl: null,
      waitingPlace: { folder, random: randomBytes },
    })(scope),
  );
  url = await app.listen({ port: 0, host: '127.0.0.1' });
});

afterEach(async () => {
  await app.close();
  await spool.close();
  await idWindow.close();
  await rm(folder, { recursive: true, force: true });
});

interface StoredRow {
  name: string;
  id: string;
  user: string;
  anonymous: string;
  time: number;
  properties: Record<string, unknown>;
}

/** All that is in the spool: rows by table, and the tallies. */
async function drain(): Promise<{ rows: (table: string) => StoredRow[]; tally: Tally }> {
  const tally: Tally = { received: 0, duplicates: 0, rejected: {} };
  const rowsByTable: Record<string, StoredRow[]> = {};
  await spool.seal();
  while (spool.state().segments > 0) {
    const segment = (await spool.next())!;
    for (const { table, bytes } of segment.rows) {
      const lines = Buffer.concat(bytes).toString('utf8').trimEnd().split('\n');
      (rowsByTable[table] ??= []).push(...lines.map((line) => JSON.parse(line) as StoredRow));
    }
    for (const one of segment.tallies) {
      tally.received += one.tally.received;
      tally.duplicates += one.tally.duplicates;
    }
    await spool.remove(segment.id);
  }
  return { rows: (table) => rowsByTable[table] ?? [], tally };
}

function expectEachOnce(rows: StoredRow[]): void {
  expect(rows.map((row) => row.properties['n'] as number).sort((a, b) => a - b)).toEqual(Array.from({ length: eventCount }, (_, n) => n));
}

describe('Segment', () => {
  const open = () => new Analytics({ writeKey, host: url, flushAt: 100, flushInterval: 50, maxRetries: 10 });

  async function sendMany(): Promise<void> {
    const client = open();
    for (let n = 0; n < eventCount; n++) client.track({ userId: `u${n % 97}`, event: 'numbered', properties: { n } });
    await client.closeAndFlush({ timeout: 40_000 });
  }

  test('delivers every event once', async () => {
    await sendMany();
    const { rows, tally } = await drain();
    expectEachOnce(rows('events'));
    expect(tally).toMatchObject({ received: eventCount, duplicates: 0 });
  });

  test('delivers every event once though the server refuses and answers get lost', async () => {
    refusals = 1;
    lostAnswers = 2;
    await sendMany();
    const { rows, tally } = await drain();
    expectEachOnce(rows('events'));
    expect(tally.received).toBe(eventCount + tally.duplicates);
    expect(tally.duplicates).toBeGreaterThan(0);
  });

  test('all its calls become events, traits and links', async () => {
    const client = open();
    const timestamp = new Date('2025-01-02T03:04:05.678Z');
    client.identify({ userId: 'ana', anonymousId: 'visitor', traits: { plan: 'team' } });
    client.track({ userId: 'ana', event: 'Order Completed', timestamp, properties: { total: 49.5, items: ['a', 'b'] } });
    client.page({ anonymousId: 'visitor', name: 'Home', properties: { path: '/' } });
    client.screen({ userId: 'ana', name: 'Cart' });
    client.group({ userId: 'ana', groupId: 'acme', traits: { size: 3 } });
    client.alias({ userId: 'ana', previousId: 'old-ana' });
    await client.closeAndFlush({ timeout: 10_000 });
    const { rows } = await drain();
    expect(new Set(rows('events').map((row) => row.name))).toEqual(
      new Set(['identify', 'Order Completed', 'page', 'screen', 'group', 'alias']),
    );
    expect(rows('events').find((row) => row.name === 'Order Completed')).toMatchObject({
      user: 'ana',
      time: timestamp.getTime(),
      properties: { total: 49.5, items: ['a', 'b'] },
    });
    expect(
      rows('traits')
        .map((row) => row.id)
        .sort(),
    ).toEqual(['acme', 'ana']);
    expect(rows('identity_links')).toHaveLength(2);
  });

  test('a wrong key is reported to the sender', async () => {
    const client = new Analytics({ writeKey: 'wrong', host: url, flushInterval: 50, maxRetries: 0 });
    const failed = new Promise((resolve) => client.on('error', resolve));
    client.track({ userId: 'u', event: 'x' });
    await failed;
    await client.closeAndFlush({ timeout: 5_000 });
    expect((await drain()).rows('events')).toEqual([]);
  });
});

describe('PostHog', () => {
  const open = () =>
    new PostHog(writeKey, { host: url, flushAt: 100, flushInterval: 50, maxQueueSize: 20_000, fetchRetryCount: 10, fetchRetryDelay: 50 });

  async function sendMany(): Promise<void> {
    const client = open();
    for (let n = 0; n < eventCount; n++) client.capture({ distinctId: `u${n % 97}`, event: 'numbered', properties: { n } });
    await client.shutdown(40_000);
  }

  test('delivers every event once', async () => {
    await sendMany();
    const { rows, tally } = await drain();
    expectEachOnce(rows('events'));
    expect(tally).toMatchObject({ received: eventCount, duplicates: 0 });
  });

  test('delivers every event once though the server refuses and answers get lost', async () => {
    refusals = 1;
    lostAnswers = 2;
    await sendMany();
    const { rows, tally } = await drain();
    expectEachOnce(rows('events'));
    expect(tally.received).toBe(eventCount + tally.duplicates);
    expect(tally.duplicates).toBeGreaterThan(0);
  });

  test('all its calls become events, traits and links; flags are off', async () => {
    const client = open();
    const timestamp = new Date('2025-01-02T03:04:05.678Z');
    client.capture({ distinctId: 'ana', event: 'bought', timestamp, properties: { total: 49.5, $set: { email: 'ana@example.com' } } });
    client.capture({ distinctId: 'ana', event: '$pageview', properties: { $current_url: 'https://shop.example/' } });
    client.identify({ distinctId: 'ana', properties: { plan: 'team' } });
    client.alias({ distinctId: 'ana', alias: 'old-ana' });
    client.groupIdentify({ groupType: 'company', groupKey: 'acme', properties: { size: 3 } });
    expect(await client.getFeatureFlag('anything', 'ana')).toBeFalsy();
    await client.shutdown(10_000);
    const { rows } = await drain();
    const events = rows('events').filter((row) => row.name !== '$feature_flag_called');
    expect(new Set(events.map((row) => row.name))).toEqual(new Set(['bought', 'page', 'identify', 'alias', 'group']));
    expect(events.find((row) => row.name === 'bought')).toMatchObject({
      user: 'ana',
      time: timestamp.getTime(),
      properties: { total: 49.5 },
    });
    expect(new Set(rows('traits').map((row) => row.id))).toEqual(new Set(['ana', 'acme']));
    expect(rows('identity_links')).toMatchObject([{ alias: 'old-ana', person: 'ana' }]);
    expect(JSON.stringify(rows('events'))).not.toContain(writeKey);
  });
});
