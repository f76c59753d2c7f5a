/** The options of typical and awkward pictures stay as they were judged good. */
import { expect, test } from 'vitest';
import { palettes } from '../../ui/theme/tokens.ts';
import { sampleHours, trendResult } from '../sample-results.ts';
import { trendOption } from './trend-option.ts';
import { prepareTrend } from './trend.ts';
import type { TrendShape } from './trend.ts';

const size = { widthPx: 600, heightPx: 240 };

function optionOf(values: Parameters<typeof trendResult>[0], shape: TrendShape, unit: string | null = null) {
  const trend = prepareTrend(trendResult(values, unit), {
    shape,
    nowMs: Date.UTC(2026, 2, 5, 4, 30),
    isAdditive: true,
    colorsOf: (_, names) => names.map((_name, index) => index),
  });
  return trendOption(trend, trend.series, palettes.light, size);
}

test.each([
  ['a line whose last bucket is filling', { events: [5, 9, 4, 7, 2] }, 'line', null],
  ['a line with gaps and a lonely point', { events: [5, null, 4, null, 2] }, 'line', 'EUR'],
  ['stacked areas', { DE: [5, 9, 4, 7, 2], AT: [1, 2, 3, 4, 5], others: [9, 9, 9, 9, 1] }, 'area', null],
  ['bars below zero', { events: [5, -9, 4, 7, -2] }, 'bar', null],
  ['nothing', { events: [] }, 'line', null],
] as const)('%s', (_, values, shape, unit) => expect(optionOf(values, shape, unit)).toMatchSnapshot());

test('an option is plain JSON', () => {
  const option = optionOf({ events: [1, 2, 3] }, 'area');
  expect(JSON.parse(JSON.stringify(option))).toEqual(option);
});

test('a comparison lies behind as a thin grey line', () => {
  const result = trendResult({ events: [5, 9, 4] });
  const before = sampleHours(3).map((hour) => [hour, 6]);
  const trend = prepareTrend(
    { ...result, comparison: { rows: before, totals: [], range: { from: '', to: '' } } },
    { shape: 'line', nowMs: 0, isAdditive: true, colorsOf: () => [] },
  );
  const [first] = trendOption(trend, trend.series, palettes.dark, size).option.series;
  expect(first).toMatchObject({ data: [6, 6, 6], lineStyle: { width: 1.25, color: palettes.dark.comparison } });
});
