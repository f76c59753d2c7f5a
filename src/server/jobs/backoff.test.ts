/** Waiting between attempts. */
import { expect, test } from 'vitest';
import { backoffMs } from './backoff.ts';

test('it doubles from two seconds to a quarter of an hour, between half and the whole of it', () => {
  expect([1, 2, 3, 10, 1_000].map((attempts) => backoffMs(attempts, () => 0))).toEqual([1_000, 2_000, 4_000, 450_000, 450_000]);
  expect([1, 2, 3, 10, 1_000].map((attempts) => backoffMs(attempts, () => 1))).toEqual([2_000, 4_000, 8_000, 900_000, 900_000]);
});
