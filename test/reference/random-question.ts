/** Random worlds of events and random questions about them: summer time, missing values, mixed types, letters of the world. */
import fc from 'fast-check';
import type { Event, Json } from '../../src/shared/model/event.ts';
import type { Condition, QueryInput, Scalar } from '../../src/shared/model/query.ts';
import type { Link } from '../fixtures/event-rows.ts';
import { maskSalt } from '../fixtures/views.ts';
import type { World } from './reference-engine.ts';

/** A world with the workspace that holds it. */
export interface NamedWorld extends World {
  workspaceId: string;
  links: Link[];
}

const zones = [
  'UTC',
  'Europe/Berlin',
  'America/Sao_Paulo',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'America/St_Johns',
  'Africa/Casablanca',
  'Pacific/Apia',
];
const texts = [
  '',
  'a',
  'A',
  'ab',
  '5',
  'true',
  'null',
  'Straße',
  'STRASSE',
  'Élan',
  'ÉLAN',
  'Ελλάδα',
  'ΟΔΟΣ',
  'οδοσ',
  'İz',
  'i',
  'ПРИВЕТ',
  'привет',
  '日本',
  '🙂 ok',
  'a\nb',
  "it's",
  'back\\slash',
  '%_',
  'x'.repeat(60),
  '\u0001raw',
  '[1]',
  '2024-03-31',
];
/** Users of random events. */
export const users = ['', 'u1', 'u2', 'u3', 'Ünal', 'u1 '];
const anonymous = ['', 'a1', 'a2', 'a3', 'u1'];
/** Names of random events. */
export const names = ['view', 'buy', 'sign up', 'Élan'];
/** Properties of random events. */
export const paths = [
  'properties.mixed',
  'properties.amount',
  'properties.text',
  'properties.flag',
  'properties.deep.er.value',
  'properties.never',
  'properties.odd {p0:String} key`"',
];

/** Times around which the worlds happen: each has a change of some zone's clock. */
const centres = ['2024-03-31T01:00Z', '2024-10-27T01:00Z', '2018-11-04T03:00Z', '2024-04-06T15:00Z', '2011-12-30T10:00Z'].map((text) =>
  Date.parse(text),
);

const anyText = fc.constantFrom(...texts);
const anyNumber = fc.oneof(fc.integer({ min: -3, max: 6 }), fc.constantFrom(0.1, 2.5, -0.25, 1e6, 123456789.125));
const anyValue: fc.Arbitrary<Json | undefined> = fc.oneof(
  { weight: 3, arbitrary: anyNumber },
  { weight: 3, arbitrary: anyText },
  { weight: 1, arbitrary: fc.boolean() },
  { weight: 2, arbitrary: fc.constantFrom(null, undefined) },
  { weight: 1, arbitrary: fc.constantFrom<Json>([1, 'z'], ['x'], { inner: 1 }) },
);

function anyEvent(centreMs: number): fc.Arbitrary<Event> {
  const near = fc.oneof(
    fc.integer({ min: -3 * 86_400_000, max: 3 * 86_400_000 }),
    fc.integer({ min: -7_200_000, max: 7_200_000 }),
    fc.integer({ min: -400 * 86_400_000, max: 40 * 86_400_000 }),
  );
  return fc
    .record({
      timeMs: near.map((offsetMs) => centreMs + offsetMs),
      name: fc.constantFrom(...names),
      user: fc.constantFrom(...users),
      anonymous: fc.constantFrom(...anonymous),
      session: fc.constantFrom('', 's1', 's2'),
      mixed: anyValue,
      amount: fc.option(anyNumber),
      text: fc.option(anyText),
      flag: fc.option(fc.boolean()),
      deep: fc.option(anyValue),
      odd: fc.option(anyText),
    })
    .map(({ mixed, amount, text, flag, deep, odd, ...event }) => {
      const properties = { mixed, amount, text, flag, deep: { er: { value: deep } }, 'odd {p0:String} key`"': odd };
      return { ...event, id: '', properties: JSON.parse(JSON.stringify(properties)) as Event['properties'] };
    });
}

/** One world per change of a clock, the same for the same seed. */
export function makeWorlds(seed: number): NamedWorld[] {
  return centres.map((centreMs, index) => {
    const events = fc
      .sample(anyEvent(centreMs), { numRuns: 250, seed: seed + index })
      .map((event, i) => ({ ...event, id: `${index}-${String(i).padStart(4, '0')}` }));
    const links = [
      ['a1', 'u1'],
      ['a2', 'a3'],
      ['a3', 'u2'],
      ['u2', 'u3'],
    ]
      .slice(0, index + 1)
      .map(([alias = '', person = '']) => ({ alias, person, timeMs: centreMs }));
    const workspaceId = `world-${index}`;
    return {
      workspaceId,
      events,
      links,
      personByAlias: new Map(links.map(({ alias, person }) => [alias, person])),
      nowMs: centreMs + 3_600_000 * 5,
      salt: maskSalt(workspaceId),
    };
  });
}

const anyPath = fc.constantFrom(...paths);
const plainField = fc.constantFrom('name', 'user', 'anonymous', 'session', 'person', 'id');
const clockField = fc.constantFrom('time.hour', 'time.weekday', 'time.month');
const anyBy = fc.oneof(anyPath, anyPath, plainField, clockField);
const anyScalar: fc.Arbitrary<Scalar> = fc.oneof(anyText, anyNumber, fc.boolean());
const anyOrder = fc.constantFrom('gt', 'gte', 'lt', 'lte');
const anyInstant = fc.oneof(
  fc.constantFrom('2024-03-31', '2024-10-27T02:30', '2018-11-04T00:30', '2011-12-30', '2024-04-06T15:30:00Z'),
  fc.constantFrom(...centres),
);

const anyLeaf: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({ field: anyPath, is: fc.array(fc.option(anyScalar), { maxLength: 4 }) }),
  fc.record({ field: anyPath, isNot: fc.array(fc.option(anyScalar), { maxLength: 4 }) }),
  fc.record({ field: plainField, is: fc.array(fc.option(fc.constantFrom(...users, ...names, 'u1', 'a1')), { maxLength: 4 }) }),
  fc.record({ field: fc.oneof(anyPath, plainField), exists: fc.boolean() }),
  fc.record({ field: fc.oneof(anyPath, plainField), contains: anyText }),
  fc.record({ field: fc.oneof(anyPath, plainField), startsWith: anyText }),
  fc.record({
    field: fc.oneof(anyPath, plainField),
    matches: fc.constantFrom('^a', 'b$', '[0-9]+', 'a.b', 'Stra(ß|s)e', '^$', '\\\\', 'é|É'),
  }),
  fc.tuple(fc.oneof(anyPath, plainField), anyOrder, anyScalar).map(([field, order, value]) => ({ field, [order]: value })),
  fc.tuple(clockField, anyOrder, fc.integer({ min: 0, max: 24 })).map(([field, order, value]) => ({ field, [order]: value })),
  fc.record({ field: clockField, is: fc.array(fc.integer({ min: 0, max: 24 }), { maxLength: 3 }) }),
  fc.tuple(fc.constantFrom('time', 'received'), anyOrder, anyInstant).map(([field, order, value]) => ({ field, [order]: value })),
);

/** Any condition on any field. */
export const anyCondition: fc.Arbitrary<Condition> = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    { weight: 6, arbitrary: anyLeaf },
    { weight: 1, arbitrary: fc.record({ any: fc.array(tie('condition'), { maxLength: 3 }) }) },
    { weight: 1, arbitrary: fc.record({ all: fc.array(tie('condition'), { maxLength: 3 }) }) },
    { weight: 1, arbitrary: fc.record({ not: tie('condition') }) },
  ),
})).condition;

const anyMeasure: fc.Arbitrary<{
  aggregate: 'count' | 'unique' | 'sum' | 'avg' | 'min' | 'max' | 'p50' | 'p90' | 'p95' | 'p99';
  of?: string;
}> = fc.oneof(
  fc.constant({ aggregate: 'count' as const }),
  fc.record({ aggregate: fc.constant('count' as const), of: fc.oneof(anyPath, plainField) }),
  fc.record({ aggregate: fc.constant('unique' as const), of: fc.oneof(anyPath, plainField, clockField, fc.constant('time')) }),
  fc.record({ aggregate: fc.constantFrom('sum', 'avg', 'min', 'max', 'p50', 'p90', 'p95', 'p99'), of: fc.oneof(anyPath, clockField) }),
  fc.record({ aggregate: fc.constantFrom('min', 'max'), of: fc.constantFrom('time', 'received') }),
);
const anyMetrics = fc
  .array(fc.tuple(anyMeasure, fc.option(fc.array(anyCondition, { maxLength: 2 }), { nil: undefined, freq: 3 })), {
    minLength: 1,
    maxLength: 3,
  })
  .map((terms) => terms.map(([measure, where], i) => ({ ...measure, as: `m${i}`, ...(where === undefined ? {} : { where }) })));

const anyRange = fc.oneof(
  fc.constantFrom('1d', '3d', '7d', '2w', '2mo', '24h', '90m', '1q', '1y').map((last) => ({ last })),
  fc.constantFrom(...centres).map((centreMs) => ({ from: centreMs - 86_400_000 * 2, to: centreMs + 86_400_000 })),
  fc.constantFrom(
    { from: '2024-03-30', to: '2024-04-02' },
    { from: '2018-11-03', to: '2018-11-06' },
    { from: '2011-12-29', to: '2012-01-02' },
    { from: '2024-10-01', to: '2024-11-01' },
  ),
);

const shared = { timezone: fc.constantFrom(...zones), range: anyRange, where: fc.array(anyCondition, { maxLength: 3 }) };
const compare = fc.option(fc.constantFrom('previous' as const, 'previousWeek' as const, 'previousYear' as const), {
  nil: undefined,
  freq: 2,
});
const withoutUndefined = (query: object): QueryInput => JSON.parse(JSON.stringify(query)) as QueryInput;

const anyTotal = fc.record({ kind: fc.constant('total'), ...shared, metrics: anyMetrics, compare });
const anyBreakdown = fc
  .record({
    kind: fc.constant('breakdown'),
    ...shared,
    metrics: anyMetrics,
    compare,
    by: fc.uniqueArray(anyBy, { minLength: 1, maxLength: 3 }),
    limit: fc.constantFrom(1, 3, 100),
    pick: fc.nat(),
    desc: fc.boolean(),
    isOrdered: fc.boolean(),
  })
  .map(({ pick, desc, isOrdered, ...query }) => ({
    ...query,
    ...(isOrdered ? { order: orderOf(query.by, query.metrics, pick, desc) } : {}),
  }));
const anyTrend = fc
  .record({
    kind: fc.constant('trend'),
    ...shared,
    metrics: anyMetrics,
    compare,
    grain: fc.constantFrom('hour', 'day', 'week', 'month', undefined),
    by: fc.uniqueArray(anyBy, { maxLength: 2 }),
    limit: fc.constantFrom(1, 2, 5),
    desc: fc.boolean(),
    isReversed: fc.boolean(),
  })
  .map(({ desc, isReversed, ...query }) => ({ ...query, ...(isReversed ? { order: { by: 'bucket', desc } } : {}) }));
const anyTable = fc.record({
  kind: fc.constant('table'),
  ...shared,
  columns: fc.uniqueArray(fc.oneof(anyBy, fc.constantFrom('time', 'received')), { minLength: 1, maxLength: 4 }),
  limit: fc.constantFrom(7, 50, 1000),
  order: fc.option(fc.record({ by: fc.oneof(anyPath, fc.constantFrom('time', 'user', 'time.hour')), desc: fc.boolean() }), {
    nil: undefined,
  }),
});

function orderOf(by: readonly string[], metrics: readonly { as: string }[], pick: number, desc: boolean): { by: string; desc: boolean } {
  const columns = [...by, ...metrics.map((metric) => metric.as)];
  return { by: columns[pick % columns.length] as string, desc };
}

/** Any query that the engine accepts. */
export const anyQuery: fc.Arbitrary<QueryInput> = fc
  .oneof(anyTotal, anyBreakdown, anyBreakdown, anyTrend, anyTrend, anyTable)
  .map(withoutUndefined);
