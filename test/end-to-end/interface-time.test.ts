/** Time in questions, sentence by sentence, on the real server over HTTP: zones, changes of the clock, ranges, grains, comparisons. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { QueryInput } from '../../src/shared/model/query.ts';
import { callsOf, type Calls } from '../fixtures/calls.ts';
import { openTestServer, type TestServer } from '../fixtures/open-server.ts';

let server: TestServer;
let calls: Calls;

/** Around both changes of the clock in Berlin. */
const clockTimes = [
  '2025-10-25T22:30:00Z',
  '2025-10-26T00:30:00Z',
  '2025-10-26T01:30:00Z',
  '2025-10-26T22:59:59.999Z',
  '2025-10-26T23:00:00Z',
  '2026-03-29T00:59:00Z',
  '2026-03-29T01:00:00Z',
  '2026-03-29T22:00:00Z',
];

beforeAll(async () => {
  server = await openTestServer();
  calls = callsOf(server);
  const noon = Array.from({ length: 10 }, () => ({ name: 'request', time: '2026-06-01T12:00:00Z' }));
  await calls.post('/v1/events', JSON.stringify([...noon, ...clockTimes.map((time) => ({ name: 'clock', time }))]));
  await calls.settled();
});
afterAll(() => server.close());

const named = (name: string) => ({ field: 'name', is: [name] });
const count = { aggregate: 'count', as: 'n' } as const;
const asked = (query: Partial<QueryInput>): QueryInput => ({ kind: 'total', metrics: [count], where: [named('request')], ...query });
const clock = (query: Partial<QueryInput>) =>
  calls.ask(asked({ kind: 'trend', where: [named('clock')], timezone: 'Europe/Berlin', ...query }));

test('a day has 25 hours when the clock goes back, and the hour that comes twice is two buckets', async () => {
  const { rows } = await clock({ grain: 'hour', range: { from: '2025-10-26', to: '2025-10-27' } });
  expect(rows).toHaveLength(25);
  expect(rows.filter(([, n]) => n !== 0)).toEqual([
    ['2025-10-26T00:00:00+02:00', 1],
    ['2025-10-26T02:00:00+02:00', 1],
    ['2025-10-26T02:00:00+01:00', 1],
    ['2025-10-26T23:00:00+01:00', 1],
  ]);
});

test('and 23 when it goes forward', async () => {
  const { rows } = await clock({ grain: 'hour', range: { from: '2026-03-29', to: '2026-03-30' } });
  expect(rows).toHaveLength(23);
  expect(rows.slice(1, 3)).toEqual([
    ['2026-03-29T01:00:00+01:00', 1],
    ['2026-03-29T03:00:00+02:00', 1],
  ]);
});

test.each([
  ['day', '2025-10-25', '2025-10-28', ['2025-10-25T00:00:00+02:00', '2025-10-26T00:00:00+02:00', '2025-10-27T00:00:00+01:00'], [0, 4, 1]],
  ['week', '2025-10-20', '2025-11-03', ['2025-10-20T00:00:00+02:00', '2025-10-27T00:00:00+01:00'], [4, 1]],
  ['month', '2025-10-01', '2025-12-01', ['2025-10-01T00:00:00+02:00', '2025-11-01T00:00:00+01:00'], [5, 0]],
  ['quarter', '2025-10-01', '2026-04-01', ['2025-10-01T00:00:00+02:00', '2026-01-01T00:00:00+01:00'], [5, 3]],
  ['year', '2025-01-01', '2027-01-01', ['2025-01-01T00:00:00+01:00', '2026-01-01T00:00:00+01:00'], [5, 3]],
] as const)('grain %s: local buckets, dense', async (grain, from, to, buckets, counts) => {
  const { rows, totals } = await clock({ grain, range: { from, to } });
  expect(rows).toEqual(buckets.map((bucket, i) => [bucket, counts[i]]));
  expect(totals).toEqual([null, counts.reduce<number>((sum, n) => sum + n, 0)]);
});

test('grain minute', async () => {
  const { rows } = await calls.ask(
    asked({ kind: 'trend', grain: 'minute', timezone: 'Asia/Kolkata', range: { from: '2026-06-01T17:29', to: '2026-06-01T17:32' } }),
  );
  expect(rows).toEqual([
    ['2026-06-01T17:29:00+05:30', 0],
    ['2026-06-01T17:30:00+05:30', 10],
    ['2026-06-01T17:31:00+05:30', 0],
  ]);
});

const localDate = (timeMs: number, zone: string) => new Intl.DateTimeFormat('en-CA', { timeZone: zone }).format(timeMs);

test('{last:"30d"} are the 30 local days that end with today', async () => {
  const zone = 'Pacific/Auckland';
  const { rows } = await calls.ask({ kind: 'trend', grain: 'day', range: { last: '30d' }, timezone: zone });
  expect(rows).toHaveLength(30);
  expect(String(rows.at(-1)?.[0]).slice(0, 10)).toBe(localDate(Date.now(), zone));
});

test('"24h" rolls, "12mo" are the calendar months that end with this one', async () => {
  const rolling = (await calls.ask({ kind: 'total', range: { last: '24h' } })).lineage.range;
  expect(Date.parse(rolling.to) - Date.parse(rolling.from)).toBe(86_400_000);
  expect(Math.abs(Date.parse(rolling.to) - Date.now())).toBeLessThan(120_000);
  const { rows } = await calls.ask({ kind: 'trend', grain: 'month', range: { last: '12mo' }, timezone: 'Europe/Berlin' });
  expect(rows).toHaveLength(12);
  expect(String(rows.at(-1)?.[0]).slice(0, 10)).toBe(`${localDate(Date.now(), 'Europe/Berlin').slice(0, 7)}-01`);
});

test('{from,to} is half-open: a date is local midnight, an instant and epoch ms are as they say', async () => {
  const within = async (from: string | number, to: string | number, timezone: string) =>
    (await calls.ask(asked({ range: { from, to }, timezone }))).rows[0]?.[0];
  expect(await within('2026-06-01', '2026-06-02', 'UTC')).toBe(10);
  expect(await within('2026-06-02', '2026-06-03', 'Pacific/Kiritimati')).toBe(10);
  expect(await within('2026-06-01T12:00:00Z', '2026-06-01T13:00:00Z', 'Asia/Tokyo')).toBe(10);
  expect(await within('2026-06-01T11:00:00Z', '2026-06-01T12:00:00Z', 'UTC')).toBe(0);
  expect(await within('2026-06-01T14:00', '2026-06-01T15:00', 'Europe/Berlin')).toBe(10);
  const noon = Date.UTC(2026, 5, 1, 12);
  expect([await within(noon, noon + 1, 'UTC'), await within(noon - 1, noon, 'UTC')]).toEqual([10, 0]);
});

test.each([
  ['previous', { from: '2026-06-02', to: '2026-06-03' }, '2026-06-01T00:00:00+02:00'],
  ['previousWeek', { from: '2026-06-08', to: '2026-06-09' }, '2026-06-01T00:00:00+02:00'],
  ['previousYear', { from: '2027-06-01', to: '2027-06-02' }, '2026-06-01T00:00:00+02:00'],
] as const)('compare %s', async (compare, range, bucket) => {
  const { rows, comparison } = await calls.ask(asked({ kind: 'trend', grain: 'day', timezone: 'Europe/Berlin', range, compare }));
  expect(rows[0]?.[1]).toBe(0);
  expect(comparison?.rows).toEqual([[bucket, 10]]);
});

test('compare previous takes as many local units, not as many hours', async () => {
  const { comparison } = await clock({ grain: 'day', range: { from: '2025-10-27', to: '2025-10-28' }, compare: 'previous' });
  expect(comparison?.rows).toEqual([['2025-10-26T00:00:00+02:00', 4]]);
  expect(comparison?.range).toEqual({ from: '2025-10-25T22:00:00.000Z', to: '2025-10-26T23:00:00.000Z' });
});
