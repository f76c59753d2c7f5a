/** Instants as files write them: ISO 8601, epoch numbers, day-month-year, month-day-year, mail headers, web server logs. */
import { maybeZone, toInstant } from '../../shared/time/zone.ts';
import { UsageError } from '../command.ts';

/** How a column writes instants. */
export const timeFormats = ['iso', 's', 'ms', 'us', 'ns', 'dmy', 'mdy', 'rfc', 'log'] as const;
/** One of {@link timeFormats}. */
export type TimeFormat = (typeof timeFormats)[number];

/** Turns a local wall-clock time into epoch ms. Of two equal ones in autumn it is the earlier; one skipped in spring is the instant of the change. */
export type Zone = (localMs: number) => number;

/** The zone with the IANA name `name`. @throws UsageError when there is none */
export function createZone(name: string): Zone {
  const zone = maybeZone(name);
  if (zone === null) throw new UsageError(`--timezone "${name}" is not known. Allowed: an IANA zone such as UTC or Europe/Berlin`);
  return zone === 'UTC' ? (localMs) => localMs : (localMs) => toInstant(zone, localMs);
}

/** Epoch ms of `value` written in `format`; null when it is not. */
export function maybeTime(value: unknown, format: TimeFormat, zone: Zone): number | null {
  const unit = epochUnits[format];
  if (unit !== undefined) return maybeEpoch(value, unit);
  if (typeof value !== 'string') return null;
  const text = value.trim();
  if (format === 'iso') return maybeIso(text, zone);
  if (format === 'rfc') return maybeRfc(text);
  if (format === 'log') return maybeLog(text);
  return maybeDayMonthYear(text, format === 'dmy', zone);
}

/** True if `text` is ISO 8601 and names no zone. */
export function isZoneless(text: string): boolean {
  const match = isoPattern.exec(text.trim());
  return match !== null && match[8] === undefined;
}

/** Divisors that make epoch milliseconds. */
const epochUnits: Readonly<Partial<Record<TimeFormat, number>>> = { s: 0.001, ms: 1, us: 1000, ns: 1_000_000 };

function maybeEpoch(value: unknown, perMs: number): number | null {
  const isText = typeof value === 'string' && /^\s*-?\d+(\.\d+)?\s*$/.test(value);
  if (typeof value !== 'number' && !isText) return null;
  const epochMs = Math.round(Number(value) / perMs);
  return Number.isSafeInteger(epochMs) ? epochMs : null;
}

const isoPattern =
  /^(\d{4})[-/](\d{2})[-/](\d{2})(?:[Tt ]+(\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?\s*(Z|z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?$/;

function maybeIso(text: string, zone: Zone): number | null {
  const match = isoPattern.exec(/^\d{8}$/.test(text) ? `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}` : text);
  if (match === null) return null;
  const [, year, month, day, hour, minute, second, fraction, offset] = match;
  const localMs = wallClock({ year, month, day, hour, minute, second, fraction });
  if (localMs === null) return null;
  return offset === undefined ? zone(localMs) : localMs - offsetMinutes(offset) * 60_000;
}

interface WallClock {
  year?: string;
  month?: string;
  day?: string;
  hour?: string;
  minute?: string;
  second?: string;
  fraction?: string;
}

/** The wall clock as if it were UTC, epoch ms; null for what no calendar has, such as 30 February or 25:00. */
function wallClock({ year, month, day, hour = '0', minute = '0', second = '0', fraction = '' }: WallClock): number | null {
  const fullYear = year?.length === 2 ? 2000 + Number(year) : Number(year);
  const isClock = Number(hour) < 24 && Number(minute) < 60 && Number(second) < 61;
  const dateMs = Date.UTC(fullYear, Number(month) - 1, Number(day));
  const date = new Date(dateMs);
  const isDay = date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
  if (!isClock || !isDay) return null;
  return dateMs + Number(hour) * 3_600_000 + Number(minute) * 60_000 + Number(second) * 1000 + Number(fraction.slice(0, 3).padEnd(3, '0'));
}

function offsetMinutes(offset: string): number {
  if (!/^[+-]/.test(offset)) return 0;
  const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(3).replace(':', '') || '0');
  return offset.startsWith('-') ? -minutes : minutes;
}

const dayMonthYear =
  /^(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?:[ ,T]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*([AaPp][Mm])?)?$/;

function maybeDayMonthYear(text: string, isDayFirst: boolean, zone: Zone): number | null {
  const match = dayMonthYear.exec(text);
  if (match === null) return null;
  const [, first, , second, year, hour, minute, seconds, fraction, half] = match;
  const [day, month] = isDayFirst ? [first, second] : [second, first];
  const localMs = wallClock({
    year,
    month,
    day,
    hour: half === undefined ? hour : hour24(hour ?? '', half),
    minute,
    second: seconds,
    fraction,
  });
  return localMs === null ? null : zone(localMs);
}

function hour24(hour: string, half: string): string {
  return String((Number(hour) % 12) + (half.toLowerCase() === 'pm' ? 12 : 0));
}

function maybeRfc(text: string): number | null {
  if (!/^([A-Za-z]{3}, ?)?\d{1,2} [A-Za-z]{3} \d{4} \d{2}:\d{2}(:\d{2})? ([+-]\d{4}|GMT|UTC|Z)$/.test(text)) return null;
  const epochMs = Date.parse(text);
  return Number.isNaN(epochMs) ? null : epochMs;
}

function maybeLog(text: string): number | null {
  const match = /^\[?(\d{2})\/([A-Za-z]{3})\/(\d{4}):(\d{2}:\d{2}:\d{2}) ([+-]\d{4})\]?$/.exec(text);
  return match === null ? null : maybeRfc(`${match[1]} ${match[2]} ${match[3]} ${match[4]} ${match[5]}`);
}
