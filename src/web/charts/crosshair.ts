/** The one crosshair of a page: pointing at an instant on one chart marks it on all of them. */
import { useSyncExternalStore } from 'react';

let pointedMs: number | null = null;
const watchers = new Set<() => void>();

/** Points at an instant, in epoch ms; null points nowhere. */
export function pointAt(ms: number | null): void {
  if (ms === pointedMs) return;
  pointedMs = ms;
  for (const watcher of watchers) watcher();
}

function watch(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

/** The instant that is pointed at anywhere on the page. */
export function usePointed(): number | null {
  return useSyncExternalStore(watch, () => pointedMs);
}

/** The bucket that holds `ms`: the last that starts at or before it, if it lies within the width of a bucket; -1 if none does. */
export function bucketAt(startsMs: readonly number[], ms: number): number {
  const first = startsMs[0];
  if (first === undefined || ms < first) return -1;
  let low = 0;
  let high = startsMs.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((startsMs[middle] ?? 0) <= ms) low = middle;
    else high = middle - 1;
  }
  const width = startsMs.length > 1 ? (startsMs.at(-1) ?? 0) - (startsMs.at(-2) ?? 0) : Number.POSITIVE_INFINITY;
  return low === startsMs.length - 1 && ms >= (startsMs[low] ?? 0) + width ? -1 : low;
}
