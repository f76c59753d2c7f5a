/** Tests of the pipeline: every event is counted once, kept as a row or as a dead letter, and followers hear of it once durable. */
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { MemoryIdWindow, MemorySpool } from '../../../test/fixtures/memory-spool.ts';
import { Problem } from '../../shared/model/errors.ts';
import type { AcceptedBatch } from '../ports/accepted.ts';
import { readNative } from './formats/native.ts';
import { createIngest, type Ingest, type IngestCall } from './ingest.ts';

const now = Date.UTC(2025, 5, 15, 12, 30);
const call: IngestCall = { workspaceId: 'ws_1', source: 'http', importId: '', receivedMs: now, country: null, isBackfill: false };

let spool: MemorySpool;
let ingest: Ingest;
let heard: AcceptedBatch[];

beforeEach(() => {
  const idWindow = new MemoryIdWindow();
  spool = new MemorySpool(idWindow);
  heard = [];
  ingest = createIngest({ spool, idWindow, clock: { now: () => now + 5 }, listeners: [(batch) => heard.push(batch)] });
});

const take = (items: unknown[], changes: Partial<IngestCall> = {}) => ingest.take({ ...call, ...changes }, items, readNative);

describe('an accepted event', () => {
  test('becomes one row with the columns of the warehouse', async () => {
    const answer = await take([
      {
        name: 'purchase',
        id: 'e1',
        time: '2025-06-15T12:00:00+02:00',
        user: 'u',
        anonymous: 'a',
        session: 's',
        properties: { amount: 5, 'öl"': 'x' },
      },
    ]);
    expect(answer).toEqual({ accepted: 1, duplicates: 0, rejected: 0, errors: [] });
    expect(spool.rows('events')).toEqual([
      {
        workspace: 'ws_1',
        name: 'purchase',
        time: Date.UTC(2025, 5, 15, 10),
        id: 'e1',
        user: 'u',
        anonymous: 'a',
        session: 's',
        properties: { amount: 5, 'öl"': 'x' },
        source: 'http',
        import_id: '',
        received: now,
      },
    ]);
    expect(spool.entries[0]).toMatchObject({ hours: [Math.floor(Date.UTC(2025, 5, 15, 10) / 3_600_000)], receivedMs: now });
  });

  test('may leave out everything but its name', async () => {
    await take([{ name: 'x', id: null, time: null, user: null, properties: null }]);
    expect(spool.rows('events')[0]).toMatchObject({ name: 'x', time: now, id: '', user: '', anonymous: '', session: '', properties: {} });
  });

  test('is told to followers after it is durable, with imports marked', async () => {
    await take([{ name: 'x', id: '1' }, { name: '' }, { name: 'x', id: '1' }], { isBackfill: true });
    expect(heard).toHaveLength(1);
    expect(heard[0]).toMatchObject({ workspaceId: 'ws_1', source: 'http', durableMs: now + 5, isBackfill: true });
    expect(heard[0]?.events.map((event) => event.name)).toEqual(['x']);
  });

  test('goes to the partition of its month', async () => {
    await take([
      { name: 'a', time: '2024-12-31T23:59:59Z' },
      { name: 'b', time: '2025-01-01' },
      { name: 'c', time: '2024-12-01' },
    ]);
    expect(spool.entries[0]?.rows.map(({ table, month, count }) => [table, month, count])).toEqual([
      ['events', 202412, 2],
      ['events', 202501, 1],
    ]);
  });

  test('takes the country of its sender unless it says otherwise', async () => {
    await take([{ name: 'a' }, { name: 'b', properties: { $country: 'FR' } }, { name: 'c', properties: { $geoip_disable: true } }], {
      country: 'DE',
    });
    expect(spool.rows('events').map((row) => (row['properties'] as Record<string, unknown>)['$country'])).toEqual(['DE', 'FR', undefined]);
  });

  test('never keeps the address of a client', async () => {
    await take([{ name: 'a', properties: { $ip: '203.0.113.9', b: 1 } }]);
    expect(spool.rows('events')[0]?.['properties']).toEqual({ b: 1 });
  });
});

describe('duplicates', () => {
  test('count once in a call and over calls, per workspace', async () => {
    expect(await take([{ name: 'a', id: '1' }, { name: 'a', id: '1' }, { name: 'a' }, { name: 'a' }])).toMatchObject({
      accepted: 3,
      duplicates: 1,
    });
    expect(await take([{ name: 'a', id: '1' }])).toMatchObject({ accepted: 0, duplicates: 1 });
    expect(await take([{ name: 'a', id: '1' }], { workspaceId: 'ws_2' })).toMatchObject({ accepted: 1, duplicates: 0 });
  });

  test('are not remembered from a call that failed', async () => {
    spool.failWith = new Problem('SPOOL_FULL', 'full');
    await expect(take([{ name: 'a', id: '1' }])).rejects.toMatchObject({ code: 'SPOOL_FULL' });
    expect(heard).toEqual([]);
    spool.failWith = null;
    expect(await take([{ name: 'a', id: '1' }])).toMatchObject({ accepted: 1 });
  });
});

describe('a rejected event', () => {
  const long = (length: number): string => 'x'.repeat(length);
  test.each([
    [null, 'NOT_AN_OBJECT', 'null'],
    [42, 'NOT_AN_OBJECT', '42'],
    [['a'], 'NOT_AN_OBJECT', 'an array'],
    [{}, 'NAME_MISSING', 'none'],
    [{ name: '' }, 'NAME_MISSING', '""'],
    [{ name: 7 }, 'NAME_MISSING', '7'],
    [{ name: long(201) }, 'NAME_TOO_LONG', '200'],
    [{ name: 'a', id: 7 }, 'ID_INVALID', '7'],
    [{ name: 'a', id: long(129) }, 'ID_INVALID', '128'],
    [{ name: 'a', time: 'soon' }, 'TIME_INVALID', '"soon"'],
    [{ name: 'a', time: '1969-12-31' }, 'TIME_TOO_EARLY', '1969-12-31'],
    [{ name: 'a', time: '2999-01-01' }, 'TIME_IN_FUTURE', '2999-01-01'],
    [{ name: 'a', user: 7 }, 'ACTOR_INVALID', 'user is 7'],
    [{ name: 'a', anonymous: {} }, 'ACTOR_INVALID', 'anonymous is an object'],
    [{ name: 'a', session: long(513) }, 'ACTOR_INVALID', 'session'],
    [{ name: 'a', properties: [] }, 'PROPERTIES_INVALID', 'an array'],
    [{ name: 'a', properties: 'x' }, 'PROPERTIES_INVALID', '"x"'],
    [{ name: 'a', properties: { x: long(1_048_577) } }, 'EVENT_TOO_LARGE', '1048576'],
  ])('%.40j says %s and names the value', async (item, code, part) => {
    const answer = await take([{ name: 'good' }, item]);
    expect(answer).toMatchObject({ accepted: 1, rejected: 1, errors: [{ index: 1, code }] });
    expect(answer.errors[0]?.message).toContain(part);
    expect(spool.entries[0]?.tally).toEqual({ received: 2, duplicates: 0, rejected: { [code]: 1 } });
    const letter = spool.rows('dead_letters')[0];
    expect(letter).toMatchObject({ workspace: 'ws_1', source: 'http', reason: code, received: now });
    expect(String(letter?.['body']).length).toBeLessThanOrEqual(65_536);
  });

  test('names at most a hundred in the answer and keeps at most five thousand whole', async () => {
    const answer = await take(Array.from({ length: 6_000 }, () => 1));
    expect(answer.rejected).toBe(6_000);
    expect(answer.errors).toHaveLength(100);
    const letters = spool.rows('dead_letters');
    expect(letters).toHaveLength(5_001);
    expect(letters.at(-1)?.['message']).toContain('1000 more');
  });

  test('is kept although it nests a hundred thousand deep', async () => {
    const deep: unknown = JSON.parse(`{"name":"a","properties":{"x":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`);
    expect(await take([deep])).toMatchObject({ rejected: 1, errors: [{ code: 'PROPERTIES_TOO_DEEP' }] });
    expect(spool.rows('dead_letters')[0]?.['body']).toContain('"name":"a"');
  });

  test('is cut between characters', async () => {
    await take([{ name: '', properties: { x: '😀'.repeat(40_000) } }]);
    const body = String(spool.rows('dead_letters')[0]?.['body']);
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(65_536);
    expect(body.endsWith('😀')).toBe(true);
  });
});

describe('people', () => {
  test('identify writes traits and links the anonymous id', async () => {
    await take([{ name: 'identify', time: 1000, user: 'u', anonymous: 'a', properties: { plan: 'team' } }]);
    expect(spool.rows('traits')).toEqual([
      { workspace: 'ws_1', kind: 'user', id: 'u', time: 1000, traits: { plan: 'team' }, received: now },
    ]);
    expect(spool.rows('identity_links')).toEqual([{ workspace: 'ws_1', alias: 'a', person: 'u', time: 1000, received: now }]);
  });

  test('alias links, group and $set write traits, and what says nothing writes nothing', async () => {
    await take([
      { name: 'alias', user: 'new', properties: { previousId: 'old' } },
      { name: 'alias', user: 'new', properties: { previousId: 'new' } },
      { name: 'group', user: 'u', properties: { groupId: 'g', size: 3 } },
      { name: 'page', user: 'u', properties: { $set: { email: 'e@example.com' } } },
      { name: 'identify', anonymous: 'a', properties: { x: 1 } },
      { name: 'identify', user: 'u' },
    ]);
    expect(spool.rows('identity_links').map((row) => [row['alias'], row['person']])).toEqual([['old', 'new']]);
    expect(spool.rows('traits').map((row) => [row['kind'], row['id'], row['traits']])).toEqual([
      ['group', 'g', { groupId: 'g', size: 3 }],
      ['user', 'u', { email: 'e@example.com' }],
    ]);
  });
});

test('whatever JSON comes, each item is counted and nothing throws', async () => {
  const eventish = fc.record(
    { name: fc.anything(), id: fc.anything(), time: fc.anything(), user: fc.anything(), properties: fc.anything() },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.oneof(
          fc.jsonValue(),
          eventish.map((item): unknown => JSON.parse(JSON.stringify(item) ?? 'null', reviveSafely)),
        ),
        { maxLength: 20 },
      ),
      async (items) => {
        const before = spool.entries.length;
        const answer = await take(items);
        expect(answer.accepted + answer.duplicates + answer.rejected).toBe(items.length);
        for (const entry of spool.entries.slice(before)) for (const rows of entry.rows) expect(rowCount(rows.bytes)).toBe(rows.count);
      },
    ),
  );
});

/** fast-check makes bigints and the like that JSON.stringify refuses; those cases are not JSON. */
function reviveSafely(_key: string, value: unknown): unknown {
  return value;
}

function rowCount(bytes: Uint8Array): number {
  const lines = Buffer.from(bytes).toString('utf8').split('\n');
  for (const line of lines.slice(0, -1)) JSON.parse(line);
  return lines.length - 1;
}
