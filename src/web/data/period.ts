/** The range and zone of a data page, as they stand in its address. */
import type { Range } from '../../shared/model/query.ts';
import { oneOf } from './address.ts';

/** What a data page looks at. */
export interface Period {
  /** `24h`, `30d`, or `2026-03-05..2026-03-09` */
  range: string;
  /** IANA name */
  zone: string;
}

const lastPattern = /^[1-9]\d{0,4}(m|h|d|w|mo|q|y)$/;
const edge = String.raw`\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2})?)?`;
const fromToPattern = new RegExp(`^(${edge})\\.\\.(${edge})$`);

/** The range that `text` says, or null where it says none. */
export function maybeRange(text: string): Range | null {
  if (lastPattern.test(text)) return { last: text };
  const match = fromToPattern.exec(text);
  return match === null || Date.parse(match[1] ?? '') >= Date.parse(match[2] ?? '') ? null : { from: match[1] ?? '', to: match[2] ?? '' };
}

/** `range` as it stands in an address. */
export function rangeText(range: Range): string {
  return 'last' in range ? range.last : `${range.from}..${range.to}`;
}

/** Whether the browser knows the zone. */
export function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** The period in `search`, with `fallback` for what it does not say or says wrong. */
export function periodOf(search: Readonly<Record<string, unknown>>, fallback: Period): Period {
  const range = oneOf(search, 'range');
  const zone = oneOf(search, 'zone');
  return {
    range: range !== undefined && maybeRange(range) !== null ? range : fallback.range,
    zone: zone !== undefined && isZone(zone) ? zone : fallback.zone,
  };
}

const zoneKey = 'bellwether.zone';

/** The zone this person last chose, else the browser's. */
export function preferredZone(): string {
  const chosen = localStorage.getItem(zoneKey);
  return chosen !== null && isZone(chosen) ? chosen : browserZone();
}

/** The browser's own zone. */
export function browserZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** Keeps `zone` as this person's choice. */
export function preferZone(zone: string): void {
  localStorage.setItem(zoneKey, zone);
}

/** Ranges one click away, shortest first. */
export const commonRanges = ['60m', '24h', '1d', '7d', '30d', '90d', '12mo', '5y'] as const;
