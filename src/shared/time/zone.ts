/** Time zones: which names are valid, and how an instant relates to the wall clock there. */
import * as ZonedDateTime from 'temporal-polyfill/fns/ZonedDateTime';
import { Problem } from '../model/errors.ts';

/** A stretch of time `[fromMs, toMs)` in which a zone keeps one offset. `fromMs`, `toMs` may be infinite. */
export interface OffsetSpan {
  readonly fromMs: number;
  readonly toMs: number;
  /** wall clock minus UTC */
  readonly offsetMs: number;
}

const dayMs = 86_400_000;
const ianaName = /^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*$/;
const canonicalByName = new Map<string, string | null>();
const spansByZone = new Map<string, OffsetSpan[]>();

/** The IANA zone that `name` means, in its usual spelling; null when there is none. Offsets such as `+02:00` are no zones. */
export function maybeZone(name: string): string | null {
  let zone = canonicalByName.get(name);
  if (zone === undefined) {
    zone = lookUpZone(name);
    if (canonicalByName.size < 10_000) canonicalByName.set(name, zone);
  }
  return zone;
}

/** The IANA zone that `name` means. @throws QUERY_INVALID */
export function parseZone(name: string): string {
  const zone = maybeZone(name);
  if (zone === null)
    throw new Problem('QUERY_INVALID', `timezone: "${name}" is not an IANA time zone. Use a name such as "Europe/Berlin" or "UTC".`);
  return zone;
}

function lookUpZone(name: string): string | null {
  if (!ianaName.test(name)) return null;
  try {
    return ZonedDateTime.create(0n, name).timeZoneId;
  } catch {
    return null;
  }
}

/** The span of constant offset that holds the instant. */
export function offsetSpanAt(zone: string, epochMs: number): OffsetSpan {
  let spans = spansByZone.get(zone);
  if (spans === undefined) spansByZone.set(zone, (spans = []));
  const at = lastStartingAtOrBefore(spans, epochMs);
  const known = spans[at];
  if (known !== undefined && epochMs < known.toMs) return known;
  const found = findSpan(zone, epochMs);
  spans.splice(at + 1, 0, found);
  return found;
}

/** The spans of constant offset that touch `[fromMs, toMs)`, in order of time. */
export function offsetSpans(zone: string, fromMs: number, toMs: number): OffsetSpan[] {
  const spans = [offsetSpanAt(zone, fromMs)];
  for (let last = spans[0]; last !== undefined && last.toMs < toMs;) spans.push((last = offsetSpanAt(zone, last.toMs)));
  return spans;
}

function lastStartingAtOrBefore(spans: readonly OffsetSpan[], epochMs: number): number {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((spans[middle] as OffsetSpan).fromMs <= epochMs) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function findSpan(zone: string, epochMs: number): OffsetSpan {
  const here = zonedAt(zone, epochMs);
  const offsetMs = offsetOf(here);
  const next = ZonedDateTime.getTimeZoneTransition(here, 'next');
  // `previous` looks strictly before, so it is asked one millisecond later: a transition at this very instant counts
  const previous = ZonedDateTime.getTimeZoneTransition(zonedAt(zone, epochMs + 1), 'previous');
  return {
    fromMs: previous === null ? -Infinity : previous.epochMilliseconds,
    toMs: next === null ? Infinity : next.epochMilliseconds,
    offsetMs,
  };
}

function zonedAt(zone: string, epochMs: number): ZonedDateTime.Record {
  return ZonedDateTime.create(BigInt(Math.floor(epochMs)) * 1_000_000n, zone);
}

function offsetOf(zoned: ZonedDateTime.Record): number {
  return ZonedDateTime.offsetNanoseconds(zoned) / 1e6;
}

/**
 * The wall clock of an instant, as *local ms*: the epoch ms that the same reading would have in UTC. Calendar arithmetic
 * is done on local ms and brought back with {@link toInstant}.
 */
export function toLocalMs(zone: string, epochMs: number): number {
  return epochMs + offsetSpanAt(zone, epochMs).offsetMs;
}

/**
 * The first instant at which the clock of the zone shows `localMs` or later. Where the clock is set back it shows the
 * reading twice: the earlier one; where it is set forward and skips the reading: the instant of the change.
 */
export function toInstant(zone: string, localMs: number): number {
  // no zone is a day away from UTC, so the reading comes after this span has begun
  let span = offsetSpanAt(zone, localMs - dayMs);
  while (localMs - span.offsetMs >= span.toMs) span = offsetSpanAt(zone, span.toMs);
  return Math.max(localMs - span.offsetMs, span.fromMs);
}

/**
 * The wall clock of an instant as local ms, where the first instant of a local day counts as its midnight even if the clock
 * skips midnight that day. What calendar arithmetic on ranges starts from.
 */
export function toCalendarMs(zone: string, epochMs: number): number {
  const localMs = toLocalMs(zone, epochMs);
  const midnightMs = Math.floor(localMs / dayMs) * dayMs;
  return toInstant(zone, midnightMs) === epochMs ? midnightMs : localMs;
}
