/** A ranking is ordered by size, keeps the others last, and gives shares only where parts add up. */
import { expect, test } from 'vitest';
import { breakdownResult } from '../sample-results.ts';
import { prepareRanking } from './ranking.ts';

const options = { most: 3, isAdditive: true, colorsOf: (_: string, values: readonly string[]) => values.map((_value, index) => index) };

test('largest first, others last, the rest counted', () => {
  const ranking = prepareRanking(
    breakdownResult([
      ['AT', 2],
      ['DE', 6],
      [{ others: true }, 50],
      ['CH', 1],
      [null, 1],
    ]),
    options,
  );
  expect(ranking.rows.map((row) => row.label)).toEqual(['DE', 'AT', 'CH', 'others']);
  expect(ranking.rows.map((row) => row.color)).toEqual([0, 1, 2, 'others']);
  expect(ranking.notDrawn).toBe(1);
  expect(ranking.rows[0]?.share).toBeCloseTo(0.1);
});

test('averages have no share', () => {
  expect(prepareRanking(breakdownResult([['DE', 6]]), { ...options, isAdditive: false }).rows[0]?.share).toBeNull();
});

test('bars of negative values start left of zero', () => {
  const { rows } = prepareRanking(
    breakdownResult([
      ['up', 30],
      ['down', -10],
    ]),
    options,
  );
  expect(rows.map((row) => row.bar)).toEqual([
    { from: 0.25, length: 0.75 },
    { from: 0, length: 0.25 },
  ]);
});

test('a group that was not there before is new', () => {
  const result = { ...breakdownResult([['DE', 6]]), comparison: { rows: [['AT', 3]], totals: [null, 3], range: { from: '', to: '' } } };
  expect(prepareRanking(result, options).rows[0]?.change?.text).toBe('new');
});
