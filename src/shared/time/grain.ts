/** Which grain suits a range, and how many buckets that makes. */
import type { Grain } from '../model/query.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Usual widths of the grains, for estimates. */
export const nominalMs: Readonly<Record<Grain, number>> = {
  minute: 60_000,
  hour: hourMs,
  day: dayMs,
  week: 7 * dayMs,
  month: 30.4 * dayMs,
  quarter: 91.3 * dayMs,
  year: 365.2 * dayMs,
};

const longestRangeMs: readonly (readonly [Grain, number])[] = [
  ['minute', 3 * hourMs],
  ['hour', 4 * dayMs],
  ['day', 100 * dayMs],
  ['week', 200 * dayMs],
  ['month', 3660 * dayMs],
  ['quarter', 10_980 * dayMs],
];

/** The grain that shows a range in roughly 30 to 180 buckets. */
export function chooseGrain(fromMs: number, toMs: number): Grain {
  return longestRangeMs.find(([, longestMs]) => toMs - fromMs <= longestMs)?.[0] ?? 'year';
}

/** About how many buckets a range has; good to one or two. */
export function estimateBuckets(grain: Grain, fromMs: number, toMs: number): number {
  return Math.ceil((toMs - fromMs) / nominalMs[grain]) + 1;
}
