/** What a picture over time decides: which series, where the present is, what does not share an axis, what is said in words. */
import { describe, expect, test } from 'vitest';
import { sampleHours, trendResult } from '../sample-results.ts';
import { tickLabels } from './ticks.ts';
import { niceScale } from './trend-option.ts';
import { describeTrend, readTrend, speakReading } from './trend-words.ts';
import { prepareTrend } from './trend.ts';
import type { TrendOptions } from './trend.ts';

const nowMs = Date.UTC(2026, 2, 5, 2, 30);
const options: TrendOptions = { shape: 'line', nowMs, isAdditive: true, colorsOf: (_, values) => values.map((_value, index) => index) };

test('buckets that have not begun hold nothing, the one that holds the present is filling', () => {
  const trend = prepareTrend(trendResult({ events: [5, 6, 2, 0, 0] }), options);
  expect(trend.series[0]?.values).toEqual([5, 6, 2, null, null]);
  expect(trend.fillingIndex).toBe(2);
});

test('a range in the past has no filling bucket', () => {
  expect(prepareTrend(trendResult({ events: [5, 6, 2] }), { ...options, nowMs: Date.UTC(2026, 3, 1) }).fillingIndex).toBeNull();
});

test('missing stays missing', () => {
  expect(prepareTrend(trendResult({ events: [5, null, 2] }), options).series[0]?.values).toEqual([5, null, 2]);
});

test('the eight heaviest series are drawn, the others grey and last, the rest counted', () => {
  const many = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`c${index}`, [index, index]]));
  const trend = prepareTrend(trendResult({ ...many, others: [7, 7] }), options);
  expect(trend.series.map((series) => series.label)).toEqual(['c999', 'c998', 'c997', 'c996', 'c995', 'c994', 'c993', 'c992', 'others']);
  expect(trend.series.at(-1)?.color).toBe('others');
  expect(trend.notDrawn).toBe(992);
});

test('the comparison is matched bucket by bucket, by place', () => {
  const result = trendResult({ events: [5, 6, 2] });
  const before = sampleHours(3).map((hour, at) => [hour.replace('03-05', '03-04'), at * 10]);
  const trend = prepareTrend({ ...result, comparison: { rows: before, totals: [], range: { from: '', to: '' } } }, options);
  expect(trend.series[0]?.before).toEqual([0, 10, 20]);
  expect(speakReading(readTrend(trend, trend.series, 1))).toBe('Thu 5 Mar, 01:00: events 6, −40 % against 10.');
});

test('metrics of other units or sizes get an axis of their own', () => {
  const result = trendResult({ events: [5, 6, 2] });
  const metric = (name: string, unit: string | null) => ({ name, type: 'number' as const, unit, role: 'metric' as const });
  const columns = [...result.columns, metric('people', null), metric('revenue', 'EUR'), metric('bytes', null)];
  const trend = prepareTrend({ ...result, columns, rows: result.rows.map((row) => [...row, 3, 4, 5_000]) }, options);
  expect(trend.series.map((series) => series.pane)).toEqual([0, 0, 1, 2]);
  expect(trend.panes).toEqual([{ unit: null }, { unit: 'EUR' }, { unit: null }]);
});

test('only parts of a whole are stacked', () => {
  const parts = trendResult({ DE: [1, 2], AT: [3, 4] });
  expect(prepareTrend(parts, { ...options, shape: 'area' }).isStacked).toBe(true);
  expect(prepareTrend(parts, { ...options, shape: 'area', isAdditive: false }).isStacked).toBe(false);
  expect(prepareTrend(trendResult({ DE: [1, -2], AT: [3, 4] }), { ...options, shape: 'bar' }).isStacked).toBe(false);
});

test('the picture is told in sentences', () => {
  expect(describeTrend(prepareTrend(trendResult({ events: [5, 6, 2] }), options))).toBe(
    'Lines by hour from Thu 5 Mar, 00:00 to Thu 5 Mar, 02:00. events: last 2 (Thu 5 Mar, 02:00, still filling), highest 6 (Thu 5 Mar, 01:00), lowest 2 (Thu 5 Mar, 02:00).',
  );
  expect(describeTrend(prepareTrend(trendResult({ events: [] }), options))).toBe('Nothing to show.');
});

describe('axes', () => {
  test.each([
    [0, 97, true, { min: 0, max: 100, interval: 25 }],
    [-8, 12, true, { min: -10, max: 15, interval: 5 }],
    [950, 1000, false, { min: 940, max: 1000, interval: 20 }],
    [0, 0, true, { min: 0, max: 1, interval: 0.25 }],
    [0, 3e12, true, { min: 0, max: 3e12, interval: 1e12 }],
  ])('%s to %s, from zero: %s', (low, high, isFromZero, scale) => expect(niceScale(low, high, isFromZero, 4)).toEqual(scale));

  test('labels stand on boundaries that people count in and never exceed what fits', () => {
    const labels = tickLabels(sampleHours(48), 'hour', 5);
    expect(labels.filter((label) => label !== '')).toEqual(['5 Mar', '12:00', '6 Mar', '12:00']);
    expect(tickLabels(sampleHours(7), 'hour', 4).filter((label) => label !== '')).toEqual(['5 Mar', '02:00', '04:00', '06:00']);
  });
});
