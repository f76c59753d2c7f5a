/** How long a failed job waits before it is tried again. */

const firstMs = 2_000;
const longestMs = 15 * 60_000;

/** Delay after the `attempts`-th failed attempt: doubling up to a quarter of an hour, a random half to a whole of it. */
export function backoffMs(attempts: number, random: () => number): number {
  const wholeMs = Math.min(longestMs, firstMs * 2 ** Math.min(attempts - 1, 30));
  return Math.round(wholeMs * (0.5 + random() / 2));
}
