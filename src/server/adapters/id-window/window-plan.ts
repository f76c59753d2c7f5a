/** How a window of so many ids is laid out, so that all of it in memory stays below a bound. */
import { pageKeys } from './runs/run-page.ts';

/** Bounds and sizes of an id window. */
export interface WindowPlan {
  /** ids that the window holds at least, once so many were seen */
  capacity: number;
  /** how long an id is remembered, unless `capacity` newer ones came */
  spanMs: number;
  /** keys of a table in memory before it is written as a run */
  tableKeys: number;
  /** fresh runs that are merged at once */
  freshRuns: number;
  /** keys of the middle run from which on it is spread over the parts */
  middleKeys: number;
  /** the oldest keys lie in so many runs by the first bits of the key; a power of two */
  parts: number;
  /** an age group: so many ids or so long, whichever ends first */
  slotKeys: number;
  slotMs: number;
  freshBitsPerKey: number;
  /** filter bits of the middle run and of one part, whatever they hold */
  middleFilterBits: number;
  partFilterBits: number;
}

const bestBitsPerKey = 10;
/** A run outgrows its plan a little while another merge is under way, and ids that left are dropped by merges only. */
const slack = 1.1;

/** Tables that exist at once: one takes, two wait to be written. */
export const tablesAtOnce = 3;

/** The plan for `capacity` ids over `spanMs` within `memoryBytes`. */
export function planWindow(capacity: number, spanMs: number, memoryBytes: number): WindowPlan {
  const tableKeys = Math.min(131_072, Math.max(256, 2 ** Math.ceil(Math.log2(capacity / 1_536))));
  const freshRuns = 8;
  const middleKeys = Math.max(tableKeys * freshRuns, Math.ceil(capacity / 25));
  const parts = capacity >= 1_000_000 ? 64 : 4;
  const middleFilterBits = middleKeys * slack * 6;
  const tableBytes = tablesAtOnce * tableKeys * 2 * 8;
  const freshBytes = (freshRuns * 1.5 * tableKeys * bestBitsPerKey) / 8;
  // the middle run, the next one while it is being made, and the one that is being spread
  const middleBytes = (3 * middleFilterBits) / 8;
  const fenceBytes = ((capacity * slack) / pageKeys) * 4;
  const partsBytes = memoryBytes - tableBytes - freshBytes - middleBytes - fenceBytes - workerBytes(freshRuns + 2);
  return {
    capacity,
    spanMs,
    tableKeys,
    freshRuns,
    middleKeys,
    parts,
    slotKeys: Math.ceil(capacity / 50),
    slotMs: Math.ceil(spanMs / 144),
    freshBitsPerKey: bestBitsPerKey,
    middleFilterBits,
    partFilterBits: Math.max(32, (partsBytes * 8) / (parts + 1)),
  };
}

/** Filter bits per key for a run of `count` keys that may have `filterBits` in all. */
export function bitsPerKey(filterBits: number, count: number): number {
  return Math.min(bestBitsPerKey, filterBits / Math.max(1, count));
}

/** Bytes of the buffers of the worker thread while it merges `inputs` runs. */
export function workerBytes(inputs: number): number {
  return (inputs + 1) * 65_536;
}
