/** When a delivery is tried again, and when it is given up. */

/** Tries of a delivery: the last is about ten hours after the first. */
export const mostAttempts = 8;

const firstMs = 10_000;
const longestMs = 6 * 3_600_000;
const longestAskedMs = 24 * 3_600_000;

/**
 * Delay after the `attempts`-th failed try: four times longer each time up to six hours, a random half to a whole of it; longer, up to
 * a day, if the other side asks for it.
 */
export function retryDelayMs(attempts: number, random: () => number, askedMs = 0): number {
  const wholeMs = Math.min(longestMs, firstMs * 4 ** Math.min(attempts - 1, 20));
  return Math.max(Math.round(wholeMs * (0.5 + random() / 2)), Math.min(askedMs, longestAskedMs));
}

/** What a `retry-after` header asks for, in ms from now; 0 when it asks for nothing that can be read. */
export function retryAfterMs(header: string | undefined, nowMs: number): number {
  if (header === undefined) return 0;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1_000;
  const atMs = Date.parse(header);
  return Number.isNaN(atMs) ? 0 : Math.max(0, atMs - nowMs);
}
