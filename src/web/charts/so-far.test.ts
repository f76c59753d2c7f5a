/** Half of today is compared with half of yesterday, not with all of it. */
import { expect, test } from 'vitest';
import { sampleHours, trendResult } from './sample-results.ts';
import { soFar } from './so-far.ts';
import { prepareTrend } from './trend/trend.ts';

const result = {
  ...trendResult({ events: [10, 20, 3, 0] }),
  comparison: { rows: sampleHours(4).map((hour) => [hour, 8]), totals: [], range: { from: '', to: '' } },
};

function at(nowMs: number) {
  const trend = prepareTrend(result, { shape: 'line', nowMs, isAdditive: true, colorsOf: () => [] });
  const [series] = trend.series;
  if (series === undefined) throw new Error('no series');
  return soFar(trend, series, nowMs);
}

test('closed hours count whole, the filling one by the part of it that has passed', () => {
  expect(at(Date.UTC(2026, 2, 5, 2, 30))).toEqual({ now: 33, before: 20, isEstimate: true });
});

test('a range that is over is compared whole', () => {
  expect(at(Date.UTC(2026, 2, 9))).toEqual({ now: 33, before: 32, isEstimate: false });
});
