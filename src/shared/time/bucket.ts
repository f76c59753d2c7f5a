/** Buckets of each grain in a zone: where they start, how they are labelled. They follow each other without gap or overlap. */
import type { Grain } from '../model/query.ts';
import { addLocal, floorLocal, unitMs } from './calendar.ts';
import { offsetSpanAt, toInstant, toLocalMs } from './zone.ts';

/**
 * Start of the bucket that holds the instant. A minute or an hour is one reading of the wall clock under one offset, so an
 * hour that the clock shows twice is two buckets; a day and longer begins with the first instant of its first date.
 */
export function bucketStart(zone: string, grain: Grain, epochMs: number): number {
  const span = offsetSpanAt(zone, epochMs);
  const localMs = floorLocal(grain, epochMs + span.offsetMs);
  if (grain === 'minute' || grain === 'hour') return Math.max(localMs - span.offsetMs, span.fromMs);
  // Where the clock goes back over midnight the new day has begun although the wall shows the old one again.
  const next = toInstant(zone, addLocal(grain, localMs, 1));
  return next <= epochMs ? next : toInstant(zone, localMs);
}

/** Start of the bucket after the one that starts at `startMs`, which is the end of that one. */
export function nextBucketStart(zone: string, grain: Grain, startMs: number): number {
  if (grain === 'minute' || grain === 'hour') {
    const span = offsetSpanAt(zone, startMs);
    const localMs = floorLocal(grain, startMs + span.offsetMs);
    return Math.min(localMs + unitMs[grain] - span.offsetMs, span.toMs);
  }
  let localMs = floorLocal(grain, toLocalMs(zone, startMs));
  let next = startMs;
  // a date that a zone skipped as a whole (Apia, 30 December 2011) has no bucket
  while (next <= startMs) next = toInstant(zone, (localMs = addLocal(grain, localMs, 1)));
  return next;
}

/** Starts of all buckets that touch `[fromMs, toMs)`, ascending; the first may start before `fromMs`. */
export function bucketStarts(zone: string, grain: Grain, fromMs: number, toMs: number): number[] {
  const starts: number[] = [];
  for (let at = bucketStart(zone, grain, fromMs); at < toMs; at = nextBucketStart(zone, grain, at)) starts.push(at);
  return starts;
}

/** Position in the ascending `starts` of the bucket that holds the instant; -1 before the first. */
export function bucketIndex(starts: readonly number[], epochMs: number): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((starts[middle] as number) <= epochMs) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The label of a bucket: its start as ISO 8601 with the offset of the zone, such as `2024-03-31T00:00:00+01:00`. */
export function bucketLabel(zone: string, startMs: number): string {
  const { offsetMs } = offsetSpanAt(zone, startMs);
  return new Date(startMs + offsetMs).toISOString().slice(0, -5) + offsetLabel(offsetMs);
}

function offsetLabel(offsetMs: number): string {
  const seconds = Math.abs(offsetMs) / 1000;
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, ...(seconds % 60 === 0 ? [] : [seconds % 60])];
  return (offsetMs < 0 ? '-' : '+') + parts.map((part) => String(part).padStart(2, '0')).join(':');
}
