/** What ingest accepts the warehouse takes and gives back: one refused row would refuse its whole batch for ever. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readNative } from '../../src/server/ingest/formats/native.ts';
import { createIngest, type IngestCall } from '../../src/server/ingest/ingest.ts';
import type { Json } from '../../src/shared/model/event.ts';
import { sql } from '../../src/server/sql/statement.ts';
import { insertSpooled } from '../fixtures/insert-spooled.ts';
import { MemoryIdWindow, MemorySpool } from '../fixtures/memory-spool.ts';
import { openTestWarehouse, type TestWarehouse } from '../fixtures/open-warehouse.ts';

const now = Date.UTC(2025, 5, 15, 12);
const call: IngestCall = { workspaceId: 'ws', source: 'http', importId: '', receivedMs: now, country: null, isBackfill: false };
let store: TestWarehouse;

beforeAll(async () => {
  store = await openTestWarehouse();
});
afterAll(() => store.close());

/** Takes `items` and inserts them; answers how many were accepted. */
async function takeAndStore(items: unknown[]): Promise<number> {
  const idWindow = new MemoryIdWindow();
  const spool = new MemorySpool(idWindow);
  const { accepted } = await createIngest({ spool, idWindow, clock: { now: () => now }, listeners: [] }).take(call, items, readNative);
  await insertSpooled(store.warehouse, spool);
  return accepted;
}

async function countEvents(): Promise<number> {
  const { rows } = await store.warehouse.ask(sql`SELECT toFloat64(count()) FROM events`);
  return rows[0]?.[0] as number;
}

async function storedAs(properties: string): Promise<{ text: unknown; types: unknown; time: unknown }> {
  const name = `p${Math.abs(hashOf(properties))}`;
  expect(await takeAndStore([{ name, time: 1_700_000_000_123, properties: JSON.parse(properties) as Json }])).toBe(1);
  const { rows } = await store.warehouse.ask(
    sql`SELECT toString(properties), toString(JSONAllPathsWithTypes(properties)), toFloat64(toUnixTimestamp64Milli(time)) FROM events WHERE name = ${{ kind: 'bound', type: 'String', value: name }}`,
  );
  const [text, types, time] = rows[0] ?? [];
  return { text, types, time };
}

function hashOf(text: string): number {
  return [...text].reduce((hash, character) => (hash * 31 + character.codePointAt(0)!) | 0, 7);
}

describe('a property is stored with one type for all numbers', () => {
  test.each([
    ['{"a":5}', '{"a":5}', "{'a':'Float64'}"],
    ['{"a":12345678901234567890}', '{"a":12345678901234567000}', "{'a':'Float64'}"],
    ['{"a":1e20}', '{"a":100000000000000000000}', "{'a':'Float64'}"],
    ['{"a":0.30000000000000004}', '{"a":0.30000000000000004}', "{'a':'Float64'}"],
    ['{"a":true}', '{"a":true}', "{'a':'Bool'}"],
    ['{"a":"2024-01-01"}', '{"a":"2024-01-01"}', "{'a':'String'}"],
    ['{"a":"2024-01-01T00:00:00Z","b":"12"}', '{"a":"2024-01-01T00:00:00Z","b":"12"}', "{'a':'String','b':'String'}"],
    ['{"a":[1,2.5]}', '{"a":[1,2.5]}', "{'a':'Array(Nullable(Float64))'}"],
    ['{"a":[true,1]}', '{"a":[true,1]}', "{'a':'Array(Dynamic)'}"],
    ['{"a":{"b":{"c":1}},"d":null}', '{"a":{"b":{"c":1}}}', "{'a.b.c':'Float64'}"],
    ['{"a":"\\u0000\\u001f"}', '{"a":"\\u0000\\u001F"}', "{'a':'String'}"],
    ['{"a":"\\ud800"}', '{"a":"\ufffd"}', "{'a':'String'}"],
  ])('%s', async (properties, text, types) => {
    expect(await storedAs(properties)).toEqual({ text, types, time: 1_700_000_000_123 });
  });
});

test('whatever is accepted is stored', async () => {
  const key = fc.oneof(
    fc.string({ minLength: 1, maxLength: 8, unit: 'binary' }),
    fc.constantFrom('a', 'b', 'a.b', 'b.a', 'a.', '.a', 'a..b', '$x', 'a b', 'a`b', "a'b", '[]', 'a[]'),
  );
  const { json } = fc.letrec<{ json: Json }>((tie) => ({
    json: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom<Json>(
        null,
        true,
        false,
        0,
        -0,
        1,
        1e20,
        1e21,
        -1e300,
        5e-324,
        2 ** 53,
        '',
        'x',
        '2024-01-01',
        '\u0000',
        '\ud800',
        '😀',
        '\u2028',
      ),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.array(tie('json'), { maxLength: 4 }),
      fc.dictionary(key, tie('json'), { maxKeys: 4 }),
    ),
  }));
  const event = fc.record({
    name: fc.string({ minLength: 1, maxLength: 20, unit: 'binary' }),
    user: fc.string({ unit: 'binary', maxLength: 20 }),
    properties: fc.dictionary(key, json, { maxKeys: 6 }),
  });
  let expected = await countEvents();
  await fc.assert(
    fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 40 }), async (events) => {
      expected += await takeAndStore(events.map((item) => ({ ...item, properties: item.properties })));
      expect(await countEvents()).toBe(expected);
    }),
    { numRuns: 60 },
  );
});
