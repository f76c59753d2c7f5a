/** Tests of ranges, comparison ranges and the choice of a grain. */
import { expect, test } from 'vitest';
import type { Grain, Range } from '../model/query.ts';
import { bucketStarts } from './bucket.ts';
import { comparisonRange, type Comparison } from './comparison.ts';
import { chooseGrain, estimateBuckets } from './grain.ts';
import { maybeInstant } from './instant.ts';
import { resolveRange } from './range.ts';

const now = Date.parse('2024-05-15T13:37:42.123Z');
const iso = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z');
const ends = (range: Range, zone = 'UTC', at = now): string[] => {
  const { fromMs, toMs } = resolveRange(range, zone, at);
  return [iso(fromMs), iso(toMs)];
};
const compared = (range: Range, comparison: Comparison, zone = 'UTC', grain: Grain | null = null): string[] => {
  const { fromMs, toMs } = comparisonRange(zone, resolveRange(range, zone, now), comparison, grain);
  return [iso(fromMs), iso(toMs)];
};

test('days are local and include today', () => {
  expect(ends({ last: '1d' })).toEqual(['2024-05-15T00:00:00Z', '2024-05-16T00:00:00Z']);
  expect(ends({ last: '30d' }, 'Europe/Berlin')).toEqual(['2024-04-15T22:00:00Z', '2024-05-15T22:00:00Z']);
  expect(ends({ last: '60d' }, 'Europe/Berlin')).toEqual(['2024-03-16T23:00:00Z', '2024-05-15T22:00:00Z']);
  expect(ends({ last: '1d' }, 'Pacific/Kiritimati')).toEqual(['2024-05-15T10:00:00Z', '2024-05-16T10:00:00Z']);
});

test('minutes and hours roll and include the current minute', () => {
  expect(ends({ last: '24h' })).toEqual(['2024-05-14T13:38:00Z', '2024-05-15T13:38:00Z']);
  expect(ends({ last: '5m' }, 'Asia/Kathmandu')).toEqual(['2024-05-15T13:33:00Z', '2024-05-15T13:38:00Z']);
});

test('weeks, months, quarters and years are calendar units that end with the current one', () => {
  expect(ends({ last: '2w' })).toEqual(['2024-05-06T00:00:00Z', '2024-05-20T00:00:00Z']);
  expect(ends({ last: '12mo' }, 'Europe/Berlin')).toEqual(['2023-05-31T22:00:00Z', '2024-05-31T22:00:00Z']);
  expect(ends({ last: '1q' })).toEqual(['2024-04-01T00:00:00Z', '2024-07-01T00:00:00Z']);
  expect(ends({ last: '2y' })).toEqual(['2023-01-01T00:00:00Z', '2025-01-01T00:00:00Z']);
});

test('dates are local midnights, offsets are kept, numbers are epoch ms', () => {
  expect(ends({ from: '2024-03-31', to: '2024-04-01' }, 'Europe/Berlin')).toEqual(['2024-03-30T23:00:00Z', '2024-03-31T22:00:00Z']);
  expect(ends({ from: '2024-03-31T12:00', to: '2024-03-31T12:00:00.5Z' }, 'Europe/Berlin')).toEqual([
    '2024-03-31T10:00:00Z',
    '2024-03-31T12:00:00.500Z',
  ]);
  expect(ends({ from: '2024-03-31T12:00:00+05:30', to: now })).toEqual(['2024-03-31T06:30:00Z', iso(now)]);
  expect(ends({ from: '2018-11-04', to: '2018-11-05' }, 'America/Sao_Paulo')).toEqual(['2018-11-04T03:00:00Z', '2018-11-05T02:00:00Z']);
});

test('what is no instant is refused with its value', () => {
  for (const value of ['', 'yesterday', '2024-02-30', '2024-13-01', '2024-01-01T25:00Z', '2024-1-1', '20240101'])
    expect([value, maybeInstant(value, 'UTC')]).toEqual([value, null]);
  expect(() => resolveRange({ from: '2024-02-30', to: '2024-03-01' }, 'UTC', now)).toThrow('range.from: "2024-02-30" is no instant');
  expect(() => resolveRange({ from: '2024-03-01', to: '2024-03-01' }, 'UTC', now)).toThrow('must lie after');
  expect(() => resolveRange({ last: '9999y' }, 'UTC', now)).toThrow('1900 to 2199');
  expect(() => resolveRange({ from: '0001-01-01', to: '2024-03-01' }, 'UTC', now)).toThrow('1900 to 2199');
});

test('previous is the same number of local units just before', () => {
  expect(compared({ last: '30d' }, 'previous', 'Europe/Berlin')).toEqual(['2024-03-16T23:00:00Z', '2024-04-15T22:00:00Z']);
  expect(compared({ last: '24h' }, 'previous')).toEqual(['2024-05-13T13:38:00Z', '2024-05-14T13:38:00Z']);
  expect(compared({ last: '1mo' }, 'previous')).toEqual(['2024-04-01T00:00:00Z', '2024-05-01T00:00:00Z']);
  expect(compared({ from: '2024-03-31', to: '2024-04-01' }, 'previous', 'Europe/Berlin')).toEqual([
    '2024-03-29T23:00:00Z',
    '2024-03-30T23:00:00Z',
  ]);
  expect(compared({ from: '2024-03-01', to: '2024-04-01' }, 'previous')).toEqual(['2024-01-30T00:00:00Z', '2024-03-01T00:00:00Z']);
  expect(compared({ from: '2024-03-01', to: '2024-04-01' }, 'previous', 'UTC', 'month')).toEqual([
    '2024-02-01T00:00:00Z',
    '2024-03-01T00:00:00Z',
  ]);
  expect(compared({ from: 1000, to: 4000 }, 'previous')).toEqual(['1969-12-31T23:59:58Z', '1970-01-01T00:00:01Z']);
});

test('previous starts at a midnight although the range starts on a day without one', () => {
  expect(compared({ from: '2018-11-04', to: '2018-11-06' }, 'previous', 'America/Sao_Paulo')).toEqual([
    '2018-11-02T03:00:00Z',
    '2018-11-04T03:00:00Z',
  ]);
});

test('previousWeek and previousYear keep the wall clock', () => {
  expect(compared({ from: '2024-04-02', to: '2024-04-03' }, 'previousWeek', 'Europe/Berlin')).toEqual([
    '2024-03-25T23:00:00Z',
    '2024-03-26T23:00:00Z',
  ]);
  expect(compared({ from: '2024-02-29', to: '2024-03-01' }, 'previousYear')).toEqual(['2023-02-28T00:00:00Z', '2023-03-01T00:00:00Z']);
  expect(compared({ last: '12mo' }, 'previousYear')).toEqual(['2022-06-01T00:00:00Z', '2023-06-01T00:00:00Z']);
});

test('by weeks the year before is 52 weeks before, so that buckets stay whole', () => {
  expect(compared({ last: '4w' }, 'previousYear', 'UTC', 'week')).toEqual(['2023-04-24T00:00:00Z', '2023-05-22T00:00:00Z']);
});

test('the chosen grain makes a readable number of buckets', () => {
  const grainOf = (last: string): Grain => {
    const { fromMs, toMs } = resolveRange({ last }, 'UTC', now);
    return chooseGrain(fromMs, toMs);
  };
  expect(['60m', '24h', '3d', '7d', '30d', '90d', '26w', '12mo', '5y', '20y', '50y'].map(grainOf)).toEqual([
    'minute',
    'hour',
    'hour',
    'day',
    'day',
    'day',
    'week',
    'month',
    'month',
    'quarter',
    'year',
  ]);
});

test('the estimate of buckets is within two of the truth', () => {
  for (const grain of ['hour', 'day', 'week', 'month', 'quarter', 'year'] as const) {
    const fromMs = Date.parse('2015-03-03T10:00Z');
    const real = bucketStarts('Europe/Berlin', grain, fromMs, now).length;
    expect([grain, Math.abs(estimateBuckets(grain, fromMs, now) - real) <= 2]).toEqual([grain, true]);
  }
});
