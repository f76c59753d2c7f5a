/** Reads the time of an event: strict ISO 8601 (no zone means UTC) or epoch milliseconds. */
import { eventLimits } from '../../../shared/model/event.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** What is wrong with a time that cannot be used. */
export type TimeFault = 'TIME_INVALID' | 'TIME_TOO_EARLY' | 'TIME_IN_FUTURE';

/** `value` in epoch ms, `nowMs` where it is absent (undefined, null), or what is wrong with it. */
export function readTime(value: unknown, nowMs: number): number | TimeFault {
  if (value === undefined || value === null) return nowMs;
  const timeMs = typeof value === 'string' ? maybeIsoTime(value) : typeof value === 'number' ? Math.trunc(value) : NaN;
  if (!Number.isFinite(timeMs)) return 'TIME_INVALID';
  if (timeMs < 0) return 'TIME_TOO_EARLY';
  if (timeMs > nowMs + eventLimits.futureMs) return 'TIME_IN_FUTURE';
  return timeMs + 0;
}

/**
 * Epoch ms of `YYYY-MM-DD[(T| )hh:mm[:ss[.fraction]][Z|±hh[[:]mm]]]`, NaN for anything else. Digits beyond the
 * millisecond are cut off; 24:00 and a leap second :60 are the instant that follows.
 */
export function maybeIsoTime(text: string): number {
  const dayMs = readDay(text);
  if (text.length === 10) return dayMs;
  const separator = text.charCodeAt(10);
  if (separator !== 0x54 && separator !== 0x74 && separator !== 0x20) return NaN;
  if (text.charCodeAt(13) !== 0x3a) return NaN;
  const clock = readClock(text, twoDigits(text, 11), twoDigits(text, 14));
  return dayMs + clock;
}

/** Epoch ms of the UTC midnight that begins the date at the start of `text`; NaN if there is no such date. */
function readDay(text: string): number {
  if (text.charCodeAt(4) !== 0x2d || text.charCodeAt(7) !== 0x2d) return NaN;
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month))) return NaN;
  return daysFromCivil(year, month, day) * DAY_MS;
}

/** Milliseconds from midnight UTC to the time of day that starts at character 11; NaN if it is malformed. */
function readClock(text: string, hour: number, minute: number): number {
  let at = 16;
  let second = 0;
  let milli = 0;
  if (text.charCodeAt(at) === 0x3a) {
    second = twoDigits(text, at + 1);
    at += 3;
    const mark = text.charCodeAt(at);
    if (mark === 0x2e || mark === 0x2c) {
      const start = ++at;
      let digit: number;
      for (let weight = 100; (digit = text.charCodeAt(at) - 0x30) >= 0 && digit <= 9; weight /= 10, at++) {
        if (weight >= 1) milli += digit * weight;
      }
      if (at === start) return NaN;
    }
  }
  if (!(hour <= 24 && minute <= 59 && second <= 60)) return NaN;
  if (hour === 24 && (minute > 0 || second > 0 || milli > 0)) return NaN;
  return hour * HOUR_MS + minute * MINUTE_MS + second * 1000 + milli - readOffset(text, at);
}

/** The zone that ends `text` at `at`, in ms east of UTC; no zone is UTC; NaN if something else stands there. */
function readOffset(text: string, at: number): number {
  const rest = text.length - at;
  if (rest === 0) return 0;
  const mark = text.charCodeAt(at);
  if (mark === 0x5a || mark === 0x7a) return rest === 1 ? 0 : NaN;
  if (mark !== 0x2b && mark !== 0x2d) return NaN;
  const hour = twoDigits(text, at + 1);
  let minute = 0;
  if (rest === 6 && text.charCodeAt(at + 3) === 0x3a) minute = twoDigits(text, at + 4);
  else if (rest === 5) minute = twoDigits(text, at + 3);
  else if (rest !== 3) return NaN;
  if (!(hour <= 23 && minute <= 59)) return NaN;
  const offsetMs = hour * HOUR_MS + minute * MINUTE_MS;
  return mark === 0x2d ? -offsetMs : offsetMs;
}

function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 0x30;
  const ones = text.charCodeAt(at + 1) - 0x30;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : NaN;
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/**
 * Days from 1970-01-01 to a date of the proleptic Gregorian calendar.
 * @source Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil
 */
function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** The partition of an instant: yyyymm in UTC. */
export function monthOf(timeMs: number): number {
  const days = Math.floor(timeMs / DAY_MS) + 719_468;
  const era = Math.floor(days / 146_097);
  const dayOfEra = days - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0)) * 100 + month;
}

/** The UTC hour of an instant, counted from 1970. */
export function hourOf(timeMs: number): number {
  return Math.floor(timeMs / HOUR_MS);
}
