/** Tests of discovery on a real warehouse: what arrives is in the catalog, once, and what is deleted leaves it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestWarehouse, type TestWarehouse } from '../../../test/fixtures/open-warehouse.ts';
import { silentLog } from '../../../test/fixtures/silent-log.ts';
import { viewFor } from '../../../test/fixtures/views.ts';
import { until } from '../../../test/fixtures/until.ts';
import { sql, trusted } from '../sql/statement.ts';
import { discoverSpan, firstPart } from '../warehouse/discover.ts';
import type { Mask } from '../../shared/model/policy.ts';
import { Discovery } from './discovery.ts';

let subject: TestWarehouse;
let discovery: Discovery;
const startMs = Date.UTC(2024, 4, 1);

beforeAll(async () => {
  subject = await openTestWarehouse();
  discovery = new Discovery(subject.warehouse, { now: () => startMs }, silentLog);
});
afterAll(async () => {
  await discovery.close();
  await subject.close();
});

let inserts = 0;

/** Events of one name; `properties` is JSON text, because the warehouse is sent numbers with a point. */
async function store(workspace: string, name: string, properties: readonly string[], receivedMs: number): Promise<void> {
  const lines = properties.map((text, i) => {
    const head = JSON.stringify({
      workspace,
      name,
      time: startMs + i * 1000,
      id: `${inserts}-${i}`,
      user: 'u',
      anonymous: '',
      session: '',
      source: 's',
      import_id: '',
      received: receivedMs,
    });
    return `${head.slice(0, -1)},"properties":${text}}`;
  });
  await subject.warehouse.insert({ table: 'events', token: `e${inserts++}`, bytes: [Buffer.from(lines.join('\n'))] });
}

async function caughtUp(workspaceId: string, watermarkMs: number) {
  discovery.noteCommit({ workspaceId, dataset: 'events', watermarkMs });
  await until(async () => (await discovery.catalog(viewFor(workspaceId))).asOf === new Date(watermarkMs).toISOString(), 'discovery');
  return discovery.catalog(viewFor(workspaceId));
}

test('a workspace without events has the dataset and nothing else', async () => {
  const catalog = await discovery.catalog(viewFor('empty'));
  expect(catalog).toMatchObject({ events: [], properties: [], metrics: [], asOf: null });
  expect(catalog.datasets).toMatchObject([{ name: 'events', rows: 0, firstSeen: null, lastSeen: null }]);
  expect(catalog.datasets[0]?.fields.map(({ field }) => field)).toContain('person');
});

test('names, types, coverage, values and ranges are found, and added up over commits', async () => {
  await store(
    'w',
    'purchase',
    [
      '{"amount":5.0,"plan":"pro","address":{"city":"Kiel"}}',
      '{"amount":7.5,"plan":"free"}',
      '{"amount":"n/a","plan":"pro","tags":["a","b"]}',
    ],
    startMs,
  );
  await store('w', 'visit', ['{"mobile":true}', '{"mobile":false,"plan":"pro"}'], startMs + 10);
  await caughtUp('w', startMs + 100);
  await store('w', 'purchase', ['{"amount":100.0,"plan":"pro"}'], startMs + 200);
  await store('other', 'secret', ['{"hidden":1.0}'], startMs + 200);
  const catalog = await caughtUp('w', startMs + 200);
  expect(catalog.datasets[0]).toMatchObject({ rows: 6, firstSeen: '2024-05-01T00:00:00.000Z', lastSeen: '2024-05-01T00:00:02.000Z' });
  expect(catalog.events).toEqual([
    { name: 'purchase', count: 4, firstSeen: '2024-05-01T00:00:00.000Z', lastSeen: '2024-05-01T00:00:02.000Z' },
    { name: 'visit', count: 2, firstSeen: '2024-05-01T00:00:00.000Z', lastSeen: '2024-05-01T00:00:01.000Z' },
  ]);
  const byField = Object.fromEntries(catalog.properties.map((property) => [property.field, property]));
  expect(Object.keys(byField)).toEqual([
    'properties.plan',
    'properties.amount',
    'properties.mobile',
    'properties.address.city',
    'properties.tags',
  ]);
  expect(byField['properties.plan']).toMatchObject({
    type: 'string',
    coverage: 5 / 6,
    cardinality: 2,
    samples: ['pro', 'free'],
    min: null,
    max: null,
  });
  expect(byField['properties.plan']?.events).toEqual([
    { name: 'purchase', coverage: 1 },
    { name: 'visit', coverage: 0.5 },
  ]);
  expect(byField['properties.amount']).toMatchObject({
    type: 'number',
    types: [
      { type: 'number', share: 0.75 },
      { type: 'string', share: 0.25 },
    ],
    min: 5,
    max: 100,
    cardinality: 4,
  });
  expect(byField['properties.mobile']).toMatchObject({ type: 'boolean', cardinality: 2 });
  expect(byField['properties.tags']?.type).toBe('array');
});

test('the same span counts once, though two servers look at it', async () => {
  await store('twice', 'n', ['{"a":1.0}', '{"a":2.0}'], startMs);
  const span = { workspaceId: 'twice', generation: 0, fromMs: 0, toMs: startMs };
  await Promise.all([discoverSpan(subject.warehouse, span), discoverSpan(subject.warehouse, span)]);
  const catalog = await discovery.catalog(viewFor('twice'));
  expect(catalog.events[0]?.count).toBe(2);
  expect(catalog.properties[0]?.coverage).toBe(1);
});

test('of many events a sample is looked into, counts stay exact, and rare events are not missed', async () => {
  await subject.warehouse.command(sql`INSERT INTO events (workspace, name, time, id, properties, received)
    SELECT 'many', 'often', toDateTime64('2024-05-01 00:00:00', 3, 'UTC') + number, toString(number),
      CAST(concat('{"n":', toString(number), '.5,"half":', if(number % 2 = 0, '"yes"', 'null'), '}'), 'JSON'), toDateTime64('2024-05-02 00:00:00', 3, 'UTC') + number / 1000
    FROM numbers(300000)`);
  await store('many', 'rare', ['{"only":"here"}'], Date.UTC(2024, 4, 2));
  const catalog = await caughtUp('many', Date.UTC(2024, 4, 3));
  expect(catalog.events.map(({ name, count }) => [name, count])).toEqual([
    ['often', 300_000],
    ['rare', 1],
  ]);
  const [n, half, only] = catalog.properties;
  expect(n).toMatchObject({ field: 'properties.n', type: 'number', events: [{ name: 'often', coverage: 1 }] });
  expect(half?.field).toBe('properties.half');
  expect(half?.coverage).toBeCloseTo(0.5, 1);
  expect(only).toMatchObject({ field: 'properties.only', events: [{ name: 'rare', coverage: 1 }] });
});

test('a long backlog is cut at whole seconds of receipt', async () => {
  const span = { workspaceId: 'many', generation: 0, fromMs: 0, toMs: Date.UTC(2024, 4, 3) };
  const part = await firstPart(subject.warehouse, span, 1_500);
  expect(part.toMs).toBe(Date.UTC(2024, 4, 2) + 1_999);
  expect(await firstPart(subject.warehouse, span, 10_000_000)).toEqual(span);
});

test('after a deletion the catalog is made anew', async () => {
  await store('gone', 'keep', ['{"a":1.0}'], startMs);
  await store('gone', 'drop', ['{"b":1.0}'], startMs + 5);
  expect((await caughtUp('gone', startMs + 5)).events).toHaveLength(2);
  await subject.warehouse.command(sql`DELETE FROM events WHERE workspace = 'gone' AND name = ${trusted("'drop'")}`);
  await discovery.forget('gone', startMs + 5);
  await until(async () => (await discovery.catalog(viewFor('gone'))).asOf !== null, 'discovery');
  const catalog = await discovery.catalog(viewFor('gone'));
  expect(catalog.events.map(({ name, count }) => [name, count])).toEqual([['keep', 1]]);
  expect(catalog.properties.map(({ field }) => field)).toEqual(['properties.a']);
});

test('property names may hold anything that JSON lets them hold', async () => {
  await store(
    'odd',
    'n',
    [JSON.stringify({ 'with space': 'x', 'back`tick': 'y', 'quote\'"': 'z', ünï: 'ö', '0': 'digit', 'p0:String': 'q' })],
    startMs,
  );
  const catalog = await caughtUp('odd', startMs);
  expect(catalog.properties.map(({ field, samples }) => [field, samples[0]]).sort()).toEqual([
    ['properties.0', 'digit'],
    ['properties.back`tick', 'y'],
    ['properties.p0:String', 'q'],
    ['properties.quote\'"', 'z'],
    ['properties.with space', 'x'],
    ['properties.ünï', 'ö'],
  ]);
});

test('who sees a part is told of names, properties and values in that part, and nothing of what is masked', async () => {
  await store(
    'parts',
    'buy',
    ['{"country":"DE","amount":5.0,"email":"a@x","items":[{"price":4711.0}]}', '{"country":"DE","amount":7.0,"email":"b@x"}'],
    startMs,
  );
  await store('parts', 'buy', ['{"country":"US","amount":900.0,"coupon":"X"}'], startMs);
  await store('parts', 'secret', ['{"country":"US","hidden":1.0}'], startMs);
  await caughtUp('parts', startMs + 1);
  const masks: Mask[] = [
    { field: 'properties.email', as: 'hide' },
    { field: 'properties.amount', as: 'bucket', step: 5 },
    { field: 'properties.items.price', as: 'hide' },
    { field: 'user', as: 'hash' },
  ];
  const german = viewFor('parts', [{ field: 'properties.country', is: ['DE'] }], masks);
  const catalog = await discovery.catalog(german);
  expect(JSON.stringify(catalog)).not.toMatch(/secret|hidden|coupon|US|900|@|4711/);
  expect(catalog).toMatchObject({ asOf: '2024-05-01T00:00:00.001Z', events: [{ name: 'buy', count: 2 }] });
  expect(catalog.datasets[0]).toMatchObject({ rows: 2, lastSeen: '2024-05-01T00:00:01.000Z' });
  const masked = (catalog.datasets[0]?.fields ?? []).filter((field) => field.masked !== undefined);
  expect(masked.map(({ field, masked: as }) => [field, as])).toEqual([
    ['user', 'hash'],
    ['person', 'hash'],
  ]);
  const byField = Object.fromEntries(catalog.properties.map((property) => [property.field, property]));
  expect(byField['properties.country']).toMatchObject({ samples: ['DE'], cardinality: 1, coverage: 1 });
  expect(byField['properties.amount']).toMatchObject({
    masked: 'bucket',
    type: 'number',
    samples: [],
    min: null,
    max: null,
    cardinality: 0,
    coverage: 1,
  });
  expect(byField['properties.email']).toMatchObject({ masked: 'hide', type: 'other', types: [], samples: [], coverage: 0, events: [] });
  const names = await discovery.catalog(viewFor('parts', [], [{ field: 'name', as: 'hide' }]));
  expect(JSON.stringify(names)).not.toMatch(/"buy"|"secret"/);
  expect((await discovery.catalog(viewFor('parts', [{ any: [] }]))).events).toEqual([]);
});
