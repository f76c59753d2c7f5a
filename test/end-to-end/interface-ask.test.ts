/** The asking interface, sentence by sentence, on the real server over HTTP: fields, conditions, results, refusals, catalog. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CatalogAnswer } from '../../src/shared/contract/catalog.ts';
import type { QueryInput } from '../../src/shared/model/query.ts';
import { asker, callsOf, type Calls } from '../fixtures/calls.ts';
import { openTestServer, type TestServer } from '../fixtures/open-server.ts';

let server: TestServer;
let calls: Calls;

/** Ten requests at noon of 1 June 2026 UTC, a Monday: `ms` is 1 to 10. */
const requests = Array.from({ length: 10 }, (_, index) => {
  const ms = index + 1;
  const country = ['de', 'fr', 'es', null][ms % 4];
  return {
    name: 'request',
    time: '2026-06-01T12:00:00Z',
    user: `u${ms % 3}`,
    session: `s${ms}`,
    id: `request-${ms}`,
    properties: {
      ms,
      ...(country === null ? {} : { country }),
      isFast: ms % 2 === 0,
      plan: ms % 2 === 0 ? 'Team' : 'solo',
      deep: { x: { y: ms } },
    },
  };
});

beforeAll(async () => {
  server = await openTestServer();
  calls = callsOf(server);
  const people = [
    { name: 'visit', time: '2026-06-02T12:00:00Z', anonymous: 'a1' },
    { name: 'visit', time: '2026-06-02T12:00:00Z', anonymous: 'a2' },
    { name: 'visit', time: '2026-06-02T12:00:00Z', user: 'ann' },
    { name: 'visit', time: '2026-06-02T13:00:00Z', user: 'ann before' },
  ];
  await calls.post('/v1/events', JSON.stringify([...requests, ...people]));
  const at = { timestamp: '2026-06-02T12:30:00Z' };
  await calls.post('/v1/identify', JSON.stringify({ userId: 'ann', anonymousId: 'a1', traits: { plan: 'pro' }, ...at }));
  await calls.post('/v1/alias', JSON.stringify({ userId: 'ann', previousId: 'ann before', ...at }));
  await calls.settled();
});
afterAll(() => server.close());

const june = { from: '2026-06-01', to: '2026-06-03' };
const named = (name: string) => ({ field: 'name', is: [name] });
const count = { aggregate: 'count', as: 'n' } as const;
const asked = (query: Partial<QueryInput>): QueryInput => ({
  kind: 'total',
  metrics: [count],
  where: [named('request')],
  range: june,
  ...query,
});
const counted = async (...where: NonNullable<QueryInput['where']>) =>
  (await calls.ask(asked({ where: [named('request'), ...where] }))).rows[0]?.[0];

describe('aggregates', () => {
  test('are exact, percentiles by linear interpolation', async () => {
    const of = 'properties.ms';
    const { columns, rows, totals } = await calls.ask(
      asked({
        metrics: [
          { aggregate: 'count' },
          { aggregate: 'unique', of: 'user', as: 'people' },
          ...(['sum', 'avg', 'min', 'max', 'p50', 'p90', 'p95', 'p99'] as const).map((aggregate) => ({ aggregate, of, as: aggregate })),
        ],
      }),
    );
    expect(columns.map(({ name }) => name)).toEqual(['count', 'people', 'sum', 'avg', 'min', 'max', 'p50', 'p90', 'p95', 'p99']);
    const exact = [10, 3, 55, 5.5, 1, 10, 5.5, 9.1, 9.55, 9.91];
    expect(rows).toHaveLength(1);
    rows[0]?.forEach((value, i) => expect(value).toBeCloseTo(exact[i]!, 9));
    expect(totals).toEqual(rows[0]);
  });

  test('may be approximate when asked to, and then say how far off', async () => {
    const approximate = { metrics: [{ aggregate: 'unique', of: 'user' }] as const, approximate: true };
    expect((await calls.ask(asked({ ...approximate, metrics: [...approximate.metrics] }))).lineage.approximate).toEqual({
      errorBound: expect.any(Number),
    });
    expect((await calls.ask(asked({}))).lineage.approximate).toBeUndefined();
  });

  test('unique of user counts ids as sent, of person joins what identify and alias linked', async () => {
    const unique = (of: string) => ({ aggregate: 'unique', of, as: of }) as const;
    const { rows } = await calls.ask(asked({ metrics: ['user', 'anonymous', 'person'].map(unique), where: [named('visit')] }));
    expect(rows).toEqual([[2, 2, 2]]);
  });
});

describe('fields', () => {
  test.each<[string, unknown[]]>([
    ['id', ['request-1']],
    ['name', ['request']],
    ['user', ['u1']],
    ['anonymous', [null]],
    ['session', ['s1']],
    ['person', ['u1']],
    ['time', ['2026-06-01T12:00:00.000Z']],
    ['time.hour', [14]],
    ['time.weekday', [1]],
    ['time.month', [6]],
    ['properties.ms', [1]],
    ['properties.country', ['fr']],
    ['properties.isFast', [false]],
    ['properties.deep.x.y', [1]],
    ['properties.nowhere', [null]],
  ])('%s', async (field, value) => {
    const where = [named('request'), { field: 'properties.ms', is: [1] }];
    const { columns, rows } = await calls.ask(asked({ kind: 'breakdown', by: [field], where, timezone: 'Europe/Berlin' }));
    expect(columns.map(({ name }) => name)).toEqual([field, 'n']);
    expect(rows).toEqual([[...value, 1]]);
  });

  test('received is when it came', async () => {
    const { rows } = await calls.ask(asked({ kind: 'table', metrics: [], columns: ['received'], limit: 1 }));
    expect(Math.abs(Date.parse(String(rows[0]?.[0])) - Date.now())).toBeLessThan(600_000);
  });
});

describe('conditions', () => {
  const country = 'properties.country';
  const plan = 'properties.plan';
  const ms = 'properties.ms';
  test.each<[string, NonNullable<QueryInput['where']>, number]>([
    ['is', [{ field: country, is: ['de', 'fr'] }], 5],
    ['is, matching missing', [{ field: country, is: [null] }], 2],
    ['is, missing or one', [{ field: country, is: [null, 'de'] }], 4],
    ['isNot', [{ field: country, isNot: ['de'] }], 8],
    ['contains, ignoring case', [{ field: plan, contains: 'EA' }], 5],
    ['startsWith', [{ field: plan, startsWith: 'Te' }], 5],
    ['startsWith minds case', [{ field: plan, startsWith: 'te' }], 0],
    ['matches', [{ field: plan, matches: '^[Tt]e.m$' }], 5],
    ['gt and lte', [{ field: ms, gt: 2, lte: 5 }], 3],
    ['gte and lt', [{ field: ms, gte: 2, lt: 5 }], 3],
    ['exists', [{ field: country, exists: true }], 8],
    ['exists not', [{ field: country, exists: false }], 2],
    ['a boolean', [{ field: 'properties.isFast', is: [true] }], 5],
    ['any', [{ any: [{ field: ms, gte: 10 }, { not: { field: country, exists: true } }] }], 3],
    ['not', [{ not: { field: ms, gte: 3 } }], 2],
    [
      'a list means and',
      [
        { field: ms, gte: 5 },
        { field: plan, is: ['solo'] },
      ],
      3,
    ],
    [
      'of time',
      [
        { field: 'time', gte: '2026-06-01T12:00:00Z' },
        { field: 'time.hour', is: [12] },
      ],
      10,
    ],
  ])('%s', async (_, where, expected) => {
    expect(await counted(...where)).toBe(expected);
  });

  test.each([`' OR 1=1 --`, `\\' OR 1=1 --`, '%', '_', '`', '"', '{p:String}', '$1', '\u0000', '\\', '🚀'])(
    'the hostile value %j is a value',
    async (text) => {
      for (const where of [{ is: [text] }, { contains: text }, { startsWith: text }])
        expect(await counted({ field: 'user', ...where })).toBe(0);
      const reply = await calls.askAnything(asked({ kind: 'breakdown', by: [`properties.${text}`] }));
      expect([200, 400]).toContain(reply.status);
      expect((await calls.askAnything(asked({ metrics: [{ aggregate: 'count', as: text }] }))).status).toBeLessThan(500);
    },
  );
});

describe('results', () => {
  test('trend rows are dense: every bucket and group, with the value that stands for nothing', async () => {
    const { rows, totals } = await calls.ask(
      asked({
        kind: 'trend',
        grain: 'day',
        by: ['properties.country'],
        metrics: [count, { aggregate: 'avg', of: 'properties.ms', as: 'mean' }],
      }),
    );
    expect(rows).toHaveLength(2 * 4);
    expect(rows.filter(([bucket]) => bucket === '2026-06-02T00:00:00+00:00').map((row) => row.slice(2))).toEqual(
      Array.from({ length: 4 }, () => [0, null]),
    );
    expect(totals).toEqual([null, null, 10, 5.5]);
  });

  test('beyond the limit one group of others is exact, for every aggregate', async () => {
    const metrics: QueryInput['metrics'] = [
      count,
      { aggregate: 'unique', of: 'user', as: 'people' },
      { aggregate: 'p50', of: 'properties.ms', as: 'median' },
    ];
    const { rows, totals } = await calls.ask(
      asked({ kind: 'breakdown', by: ['properties.country'], metrics, limit: 1, order: { by: 'n', desc: true } }),
    );
    expect(rows).toHaveLength(2);
    expect(rows[0]?.[1]).toBe(3);
    expect(rows[1]?.[0]).toEqual({ others: true });
    const first = rows[0]?.[0];
    const rest = requests.filter(({ properties }) => properties.country !== first).map(({ properties }) => properties.ms);
    expect(rows[1]?.slice(1)).toEqual([7, 3, rest[3]]);
    expect(totals).toEqual([null, 10, 3, 5.5]);
  });

  test('order is by any column, either way', async () => {
    const by = ['properties.country'];
    const sum: QueryInput['metrics'] = [{ aggregate: 'sum', of: 'properties.ms', as: 'sum' }];
    const sums = async (desc: boolean) =>
      (await calls.ask(asked({ kind: 'breakdown', by, metrics: sum, order: { by: 'sum', desc } }))).rows.map((row) => row[1]);
    expect(await sums(true)).toEqual([18, 15, 12, 10]);
    expect(await sums(false)).toEqual([10, 12, 15, 18]);
  });

  test('lineage says how the answer came to be', async () => {
    const query = asked({ kind: 'breakdown', by: ['user'], limit: 50 });
    const { lineage } = await calls.ask(query);
    expect(lineage).toMatchObject({ queryId: expect.any(String), cache: 'miss', staleMs: 0, policy: expect.any(String), definitions: [] });
    expect(lineage.sql).toContain('SELECT');
    expect(Date.parse(lineage.watermark)).toBeGreaterThan(Date.now() - 600_000);
    expect((await calls.ask(query)).lineage.cache).toBe('hit');
  });

  test('a table has rows as they are', async () => {
    const table = await calls.ask(
      asked({ kind: 'table', metrics: [], columns: ['id', 'properties.ms'], order: { by: 'properties.ms' }, limit: 2 }),
    );
    expect(table.rows).toEqual([
      ['request-1', 1],
      ['request-2', 2],
    ]);
  });
});

describe('refusals', () => {
  test.each<[string, unknown, number, string]>([
    ['nothing', null, 400, 'REQUEST_INVALID'],
    ['no kind', {}, 400, 'REQUEST_INVALID'],
    ['an unknown kind', { kind: 'pie' }, 400, 'REQUEST_INVALID'],
    ['a kind of a later version', { kind: 'funnel', steps: [] }, 400, 'REQUEST_INVALID'],
    ['an unknown member', { kind: 'total', colour: 1 }, 400, 'REQUEST_INVALID'],
    ['an unknown dataset', { kind: 'total', dataset: 'nope' }, 400, 'DATASET_UNKNOWN'],
    ['an unknown metric', { kind: 'total', metrics: [{ metric: 'revenue' }] }, 400, 'METRIC_UNKNOWN'],
    ['an unknown field', { kind: 'breakdown', by: ['nope'] }, 400, 'FIELD_UNKNOWN'],
    ['an unknown field in a condition', { kind: 'total', where: [{ field: 'nope', is: [1] }] }, 400, 'FIELD_UNKNOWN'],
    ['an unknown aggregate', { kind: 'total', metrics: [{ aggregate: 'median', of: 'time' }] }, 400, 'REQUEST_INVALID'],
    ['an unknown zone', { kind: 'total', timezone: 'Mars/Olympus' }, 400, 'QUERY_INVALID'],
    ['a range that ends before it begins', { kind: 'total', range: { from: '2026-01-02', to: '2026-01-01' } }, 400, 'QUERY_INVALID'],
    ['a pattern that is none', { kind: 'total', where: [{ field: 'name', matches: '(' }] }, 400, 'QUERY_INVALID'],
    ['two columns of one name', { kind: 'total', metrics: [count, count] }, 400, 'QUERY_INVALID'],
    ['ten years of minutes', { kind: 'trend', grain: 'minute', range: { last: '10y' } }, 422, 'QUERY_OVER_BUDGET'],
  ])('%s', async (_, query, status, code) => {
    const reply = await calls.askAnything(query);
    expect([reply.status, reply.body['code']]).toEqual([status, code]);
    expect(reply.headers.get('content-type')).toContain('application/problem+json');
  });

  test('however deep a condition nests, the answer is no 5xx', async () => {
    for (const depth of [10, 1_000, 20_000]) {
      const body = `{"kind":"total","where":[${'{"not":'.repeat(depth)}{"field":"name","exists":true}${'}'.repeat(depth)}]}`;
      const { status } = await calls.call('/api/analytics/query', { method: 'POST', body, headers: asker });
      expect(status).toBeLessThan(500);
    }
  });
});

test('the catalog has datasets, event names, and properties with types, cardinality and samples', async () => {
  const catalog = await server.json<CatalogAnswer>('/api/analytics/catalog');
  expect(catalog.datasets).toMatchObject([{ name: 'events', rows: 16 }]);
  expect(Object.fromEntries(catalog.events.map(({ name, count }) => [name, count]))).toEqual({
    request: 10,
    visit: 4,
    identify: 1,
    alias: 1,
  });
  const property = (field: string) => catalog.properties.find((candidate) => candidate.field === field);
  expect(property('properties.ms')).toMatchObject({ type: 'number', cardinality: 10, min: 1, max: 10 });
  expect(property('properties.country')).toMatchObject({
    type: 'string',
    cardinality: 3,
    samples: expect.arrayContaining(['de', 'fr', 'es']),
  });
  expect(property('properties.isFast')).toMatchObject({ type: 'boolean' });
  expect(property('properties.deep.x.y')).toMatchObject({ type: 'number' });
  expect(catalog.metrics).toEqual([]);
});
