/** Calendar arithmetic on local ms (see zone.ts): floor to a unit, add units. Weeks start on Monday. */
import type { Grain } from '../model/query.ts';

/** Widths of the units that are always equally long on the wall clock. */
export const unitMs = { minute: 60_000, hour: 3_600_000, day: 86_400_000, week: 604_800_000 } as const;

/** Monday, 5 January 1970. */
const firstMondayMs = 4 * unitMs.day;
const monthsOf = { month: 1, quarter: 3, year: 12 } as const;

/** The start of the unit that `localMs` lies in, local ms. */
export function floorLocal(grain: Grain, localMs: number): number {
  if (grain === 'week') return Math.floor((localMs - firstMondayMs) / unitMs.week) * unitMs.week + firstMondayMs;
  if (grain === 'minute' || grain === 'hour' || grain === 'day') return Math.floor(localMs / unitMs[grain]) * unitMs[grain];
  const date = new Date(localMs);
  const month = date.getUTCMonth();
  return utcMs(date.getUTCFullYear(), month - (month % monthsOf[grain]), 1);
}

/** `localMs` moved by `count` units; a day that the target month lacks becomes its last day. */
export function addLocal(grain: Grain, localMs: number, count: number): number {
  if (grain === 'minute' || grain === 'hour' || grain === 'day' || grain === 'week') return localMs + count * unitMs[grain];
  const date = new Date(localMs);
  const timeOfDayMs = localMs - floorLocal('day', localMs);
  const months = date.getUTCMonth() + count * monthsOf[grain];
  const lastDay = new Date(utcMs(date.getUTCFullYear(), months + 1, 0)).getUTCDate();
  return utcMs(date.getUTCFullYear(), months, Math.min(date.getUTCDate(), lastDay)) + timeOfDayMs;
}

/** Like Date.UTC, but years 0 to 99 are themselves and not 1900 to 1999. */
export function utcMs(year: number, month: number, day: number): number {
  return new Date(0).setUTCFullYear(year, month, day);
}
