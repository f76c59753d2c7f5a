/** The range to offer when everything that is known lies before the range one looks at. */
import type { Period } from '../../data/period.ts';

const dayMs = 86_400_000;
const spanMs: Readonly<Record<string, number>> = {
  m: 60_000,
  h: 3_600_000,
  d: dayMs,
  w: 7 * dayMs,
  mo: 31 * dayMs,
  q: 92 * dayMs,
  y: 366 * dayMs,
};

/** The year that ends with the day of the newest event, as it stands in an address; null if the range already reaches it. */
export function rangeThatShows(newest: string, { range }: Period, nowMs: number): string | null {
  const newestMs = Date.parse(newest);
  const match = /^(\d+)(m|h|d|w|mo|q|y)$/.exec(range);
  const startMs = match === null ? Date.parse(range.split('..')[0] ?? '') : nowMs - Number(match[1]) * (spanMs[match[2] ?? ''] ?? 0);
  if (Number.isNaN(newestMs) || Number.isNaN(startMs) || newestMs >= startMs) return null;
  const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
  return `${day(newestMs - 365 * dayMs)}..${day(newestMs + dayMs)}`;
}
