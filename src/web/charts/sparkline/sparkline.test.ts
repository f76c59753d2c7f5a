/** A sparkline breaks where values are missing, starts at zero, and keeps the filling bucket apart. */
import { expect, test } from 'vitest';
import { prepareSparkline } from './sparkline.ts';

test('straight segments from zero, the filling bucket apart', () => {
  const { line, tail, last } = prepareSparkline({ values: [0, 10, 5], fillingIndex: 2 });
  expect(line).toBe('M0 96L50 4');
  expect(tail).toBe('M50 4L100 50');
  expect(last).toEqual({ x: 100, y: 50 });
});

test('missing values break the line and are not zero', () => {
  const { line, area } = prepareSparkline({ values: [1, null, 1, 1], fillingIndex: null });
  expect(line.match(/M/g)).toHaveLength(2);
  expect(area).toBe('');
});

test.each([{ values: [] }, { values: [null, null] }])('nothing known draws nothing: $values', ({ values }) => {
  expect(prepareSparkline({ values, fillingIndex: null })).toEqual({ line: '', tail: '', area: '', before: '', last: null });
});

test('negative values hang below zero', () => {
  const { last } = prepareSparkline({ values: [10, -10], fillingIndex: null });
  expect(last?.y).toBe(96);
});
