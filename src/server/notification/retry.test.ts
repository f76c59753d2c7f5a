/** Waiting between tries. */
import { expect, test } from 'vitest';
import { mostAttempts, retryAfterMs, retryDelayMs } from './retry.ts';

test('it waits four times longer after each try, up to six hours, between half and the whole of it', () => {
  const delays = (random: number) => [1, 2, 3, 6, 7, 100].map((attempts) => retryDelayMs(attempts, () => random));
  expect(delays(0)).toEqual([5_000, 20_000, 80_000, 5_120_000, 10_800_000, 10_800_000]);
  expect(delays(1)).toEqual([10_000, 40_000, 160_000, 10_240_000, 21_600_000, 21_600_000]);
});

test('all tries together take between five and ten hours', () => {
  const together = (random: number) =>
    Array.from({ length: mostAttempts - 1 }, (_, i) => retryDelayMs(i + 1, () => random)).reduce((sum, each) => sum + each, 0) / 3_600_000;
  expect([Math.floor(together(0)), Math.ceil(together(1))]).toEqual([4, 10]);
});

test('the other side may ask for longer, up to a day, but not for shorter', () => {
  expect(retryDelayMs(1, () => 1, 60_000)).toBe(60_000);
  expect(retryDelayMs(1, () => 1, 1_000)).toBe(10_000);
  expect(retryDelayMs(1, () => 1, 1e12)).toBe(86_400_000);
});

test('a header asks in seconds or by a date; what cannot be read asks for nothing', () => {
  const nowMs = Date.parse('2026-01-15T12:00:00Z');
  const headers = ['120', ' 5 ', 'Thu, 15 Jan 2026 12:01:00 GMT', 'Thu, 15 Jan 2026 11:00:00 GMT', 'soon', '-1', '1e9', undefined];
  expect(headers.map((header) => retryAfterMs(header, nowMs))).toEqual([120_000, 5_000, 60_000, 0, 0, 0, 0, 0]);
});
