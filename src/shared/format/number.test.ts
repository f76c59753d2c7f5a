/** Numbers are shown with few digits, never lose their sign, and never turn missing into zero. */
import { describe, expect, test } from 'vitest';
import {
  formatBytes,
  formatChange,
  formatCount,
  formatDuration,
  formatExact,
  formatNumber,
  formatQuantity,
  formatShare,
} from './number.ts';

describe('formatNumber', () => {
  test.each([
    [0, '0'],
    [1284, '1,284'],
    [9999, '9,999'],
    [12_345, '12.35K'],
    [1_234_567, '1.235M'],
    [-1284, '−1,284'],
    [3.24681, '3.247'],
    [0.00215, '0.00215'],
    [1e18, '1E18'],
    [null, '–'],
    [Number.NaN, '–'],
  ])('%s is shown as %s', (value, text) => expect(formatNumber(value)).toBe(text));

  test('exact figures keep every digit, but not the noise of binary fractions', () => {
    expect([1_234_567.891, 201_606.94999999998, 9_007_199_254_740_991].map(formatExact)).toEqual([
      '1,234,567.891',
      '201,606.95',
      '9,007,199,254,740,991',
    ]);
  });
});

describe('formatQuantity', () => {
  test.each([
    [8120, 'EUR', '€8,120'],
    [14_230.5, 'USD', '$14.23K'],
    [1234, 'ms', '1.2 s'],
    [90, 's', '1.5 min'],
    [0.124, 'ratio', '12.4 %'],
    [12, 'calls', '12 calls'],
    [12, null, '12'],
  ])('%s %s is %s', (value, unit, text) => expect(formatQuantity(value, unit)).toBe(text));
});

test('durations take the largest unit that stays readable', () => {
  expect([840, 1200, 42_000, 180_000, 9_000_000, 400_000_000].map(formatDuration)).toEqual([
    '840 ms',
    '1.2 s',
    '42 s',
    '3 min',
    '2.5 h',
    '4.6 d',
  ]);
});

test('bytes are decimal', () =>
  expect([0, 999, 1000, 1_200_000, 46e9].map(formatBytes)).toEqual(['0 B', '999 B', '1 kB', '1.2 MB', '46 GB']));

test('shares that round to nothing still say they are there', () =>
  expect([0, 0.0001, 0.124, null].map(formatShare)).toEqual(['0 %', '< 0.1 %', '12.4 %', '–']));

test('changes say direction and size, and know that nothing can grow by a percentage from zero', () => {
  expect(formatChange(112.4, 100)).toEqual({ direction: 'up', ratio: expect.closeTo(0.124, 6), text: '+12.4 %' });
  expect(formatChange(50, 100).text).toBe('−50 %');
  expect(formatChange(5, 0)).toEqual({ direction: 'up', ratio: null, text: 'new' });
  expect(formatChange(0, 0).text).toBe('0 %');
  expect(formatChange(5, null).text).toBe('–');
  expect(formatChange(5000, 100).text).toBe('×50');
});

test('counts agree with their noun', () => expect([formatCount(1, 'event'), formatCount(2, 'event')]).toEqual(['1 event', '2 events']));
