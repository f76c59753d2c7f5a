/** Instants, buckets and ranges as people read them; wall-clock times come with their zone's offset and are shown as they are. */
import { formatDuration } from './number.ts';

/** Widths of buckets that can be named. */
export type BucketGrain = 'minute' | 'hour' | 'day' | 'week' | 'month' | 'quarter' | 'year';

const wall = (options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', hourCycle: 'h23', ...options });
const clock = wall({ hour: '2-digit', minute: '2-digit' });
const dayClock = wall({ weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
const dayOfYear = wall({ weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' });
const day = wall({ day: 'numeric', month: 'short' });
const fullDay = wall({ day: 'numeric', month: 'short', year: 'numeric' });
const month = wall({ month: 'short', year: 'numeric' });

const wallPattern = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?))?/;

/** Epoch ms of the wall clock that `iso` shows, read as if it were UTC: for axes and labels, not for arithmetic on instants. NaN if `iso` is none. */
export function wallMs(iso: string): number {
  const match = wallPattern.exec(iso);
  return match === null ? Number.NaN : Date.parse(`${match[1]}T${match[2] ?? '00:00'}Z`);
}

/** The name of the bucket that starts at `iso`, in full: `Thu 5 Mar, 14:00`, `Week of 2 Mar 2026`, `Q1 2026`. */
export function formatBucket(iso: string, grain: BucketGrain): string {
  const at = wallMs(iso);
  if (Number.isNaN(at)) return iso;
  switch (grain) {
    case 'minute':
    case 'hour':
      return dayClock.format(at);
    case 'day':
      return dayOfYear.format(at).replace(',', '');
    case 'week':
      return `Week of ${fullDay.format(at)}`;
    case 'month':
      return month.format(at);
    case 'quarter':
      return `Q${Math.floor(new Date(at).getUTCMonth() / 3) + 1} ${new Date(at).getUTCFullYear()}`;
    case 'year':
      return String(new Date(at).getUTCFullYear());
  }
}

/** The short name of a bucket for an axis: `14:00`, `5 Mar`, `Mar 2026`. Midnight on an hourly axis shows its day. */
export function formatTick(iso: string, grain: BucketGrain): string {
  const at = wallMs(iso);
  if (Number.isNaN(at)) return iso;
  if (grain === 'minute' || grain === 'hour') return at % 86_400_000 === 0 ? day.format(at) : clock.format(at);
  if (grain === 'day' || grain === 'week') return day.format(at);
  return formatBucket(iso, grain);
}

const instantByZone = new Map<string, Intl.DateTimeFormat>();

/** The instant `at` (ISO or epoch ms) as wall clock of `zone`: `5 Mar 2026, 14:02:07`. */
export function formatInstant(at: string | number, zone: string): string {
  const ms = typeof at === 'number' ? at : Date.parse(at);
  if (Number.isNaN(ms)) return String(at);
  let format = instantByZone.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      day: 'numeric',
      month: 'short',
      year: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
    });
    instantByZone.set(zone, format);
  }
  return format.format(ms);
}

/** The day of the instant `at` in `zone`: `5 Mar 2026`. */
export function formatDay(at: string | number, zone: string): string {
  return formatInstant(at, zone).split(',')[0] ?? '';
}

/** How long ago `at` was, seen from `nowMs`: `just now`, `12 s ago`, `3 min ago`; a time ahead is `in 3 min`. */
export function formatAgo(at: string | number, nowMs: number): string {
  const ms = nowMs - (typeof at === 'number' ? at : Date.parse(at));
  if (Number.isNaN(ms)) return String(at);
  if (Math.abs(ms) < 2_000) return 'just now';
  return ms > 0 ? `${formatDuration(Math.floor(ms / 1000) * 1000)} ago` : `in ${formatDuration(-ms)}`;
}

const lastUnits: Record<string, [one: string, many: string]> = {
  m: ['minute', 'minutes'],
  h: ['hour', 'hours'],
  d: ['day', 'days'],
  w: ['week', 'weeks'],
  mo: ['month', 'months'],
  q: ['quarter', 'quarters'],
  y: ['year', 'years'],
};

/** The name of a range: `Today`, `Last 24 hours`, `12 months`, `5 Mar 2026 to 9 Mar 2026` (the end excluded). */
export function formatRange(range: { last: string } | { from: string | number; to: string | number }): string {
  if (!('last' in range)) return `${formatEdge(range.from)} to ${formatEdge(range.to)}`;
  const match = /^(\d+)([a-z]+)$/.exec(range.last);
  const unit = lastUnits[match?.[2] ?? ''];
  if (match === null || unit === undefined) return range.last;
  const count = Number(match[1]);
  if (count === 1 && match[2] === 'd') return 'Today';
  if (count === 1 && match[2] !== 'h' && match[2] !== 'm') return `This ${unit[0]}`;
  return count === 1 ? `Last ${unit[0]}` : `Last ${count} ${unit[1]}`;
}

function formatEdge(edge: string | number): string {
  const iso = typeof edge === 'number' ? new Date(edge).toISOString() : edge;
  const at = wallMs(iso);
  if (Number.isNaN(at)) return iso;
  return at % 86_400_000 === 0 ? fullDay.format(at) : `${fullDay.format(at)}, ${clock.format(at)}`;
}

/** `zone`'s name with its offset at `atMs`: `Europe/Berlin (GMT+1)`. */
export function formatZone(zone: string, atMs: number): string {
  const parts = new Intl.DateTimeFormat('en-GB', { timeZone: zone, timeZoneName: 'shortOffset' }).formatToParts(atMs);
  const offset = parts.find((part) => part.type === 'timeZoneName')?.value ?? 'GMT';
  return zone === 'UTC' ? 'UTC' : `${zone} (${offset})`;
}
