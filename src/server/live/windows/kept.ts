/** Which of many series are kept when memory is bounded: the ones that are met most often. */

/** One candidate for a series: how often it was met lately, and the series if it has a place. */
export interface Entry<S> {
  hits: number;
  series: S | null;
}

/** Gives the `places` most met of `entries` a series and takes it from the rest; older hits weigh half as much each time. */
export function rebalance<S>(entries: Iterable<Entry<S>>, places: number, create: () => S): void {
  const byHits = [...entries].sort((a, b) => b.hits - a.hits || Number(b.series !== null) - Number(a.series !== null));
  byHits.forEach((entry, i) => {
    if (i >= places) entry.series = null;
    else entry.series ??= create();
    entry.hits /= 2;
  });
}

/** Whether an entry may be forgotten: it has no series, or was not met for a long time. */
export function isForgotten<S>(entry: Entry<S>): boolean {
  return entry.hits < (entry.series === null ? 0.5 : 1e-18);
}
