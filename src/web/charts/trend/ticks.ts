/** Where an axis of time has its labels: on boundaries that people count in, never more than fit. */
import { formatTick, wallMs } from '../../../shared/format/time.ts';
import type { BucketGrain } from '../../../shared/format/time.ts';

type Boundary = (date: Date) => boolean;

const minuteOf = (date: Date): number => date.getUTCHours() * 60 + date.getUTCMinutes();
const everyMinutes =
  (step: number): Boundary =>
  (date) =>
    minuteOf(date) % step === 0;
const everyDays =
  (step: number): Boundary =>
  (date) =>
    minuteOf(date) === 0 && Math.round(date.getTime() / 86_400_000) % step === 0;
const monday: Boundary = (date) => minuteOf(date) === 0 && date.getUTCDay() === 1;
const everyMonths =
  (step: number): Boundary =>
  (date) =>
    date.getUTCDate() === 1 && date.getUTCMonth() % step === 0;
const everyYears =
  (step: number): Boundary =>
  (date) =>
    everyMonths(12)(date) && date.getUTCFullYear() % step === 0;

/** From fine to coarse. */
const boundaries: readonly Boundary[] = [
  () => true,
  ...[5, 10, 15, 30, 60, 120, 180, 360, 720].map(everyMinutes),
  ...[1, 2].map(everyDays),
  monday,
  ...[1, 3, 6].map(everyMonths),
  ...[1, 2, 5, 10, 20, 50].map(everyYears),
];

/** The label of each bucket, '' for those that have none; at most `most` labels. */
export function tickLabels(buckets: readonly string[], grain: BucketGrain, most: number): string[] {
  const dates = buckets.map((bucket) => new Date(wallMs(bucket)));
  const fits = (boundary: Boundary): boolean => {
    const count = dates.filter(boundary).length;
    return count > 0 && count <= most;
  };
  const boundary = boundaries.find(fits);
  const step = Math.ceil(buckets.length / Math.max(1, most));
  return buckets.map((bucket, index) => {
    const hasLabel = boundary === undefined ? index % step === 0 : boundary(dates[index] ?? new Date(0));
    return hasLabel ? formatTick(bucket, grain) : '';
  });
}
