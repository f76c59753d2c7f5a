/** Bars of days start at zero, and say in words what they show. */
import { expect, test } from 'vitest';
import { prepareDayBars } from './day-bars.ts';

test('heights are shares of the highest bar, and a day without anything has none', () => {
  const { bars, top, sum, sentence } = prepareDayBars(
    [
      { day: '2026-03-04', count: 0 },
      { day: '2026-03-05', count: 4 },
      { day: '2026-03-06', count: 1 },
    ],
    'denial',
  );
  expect(bars.map((bar) => bar.height)).toEqual([0, 1, 0.25]);
  expect([top, sum]).toEqual([4, 5]);
  expect(bars[1]?.words).toBe('Thu 5 Mar: 4');
  expect(sentence).toBe('5 denials in 3 days; most on Thu 5 Mar, 4.');
});

test('nothing at all is said, not drawn', () => {
  const { bars, sentence } = prepareDayBars([{ day: '2026-03-04', count: 0 }], 'sign-in');
  expect(bars.every((bar) => bar.height === 0)).toBe(true);
  expect(sentence).toBe('No sign-in in 1 day.');
});
