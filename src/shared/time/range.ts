/** Ranges of a query as instants. `now` comes by argument, so a question means the same however long it takes. */
import { Problem } from '../model/errors.ts';
import type { Grain, Range } from '../model/query.ts';
import { addLocal, floorLocal, unitMs } from './calendar.ts';
import { parseInstant } from './instant.ts';
import { toCalendarMs, toInstant, toLocalMs } from './zone.ts';

/** A range as instants, half-open, and what it is made of. */
export interface ResolvedRange {
  fromMs: number;
  toMs: number;
  /** the unit that a comparison steps by; null: the range is no whole number of local units */
  unit: Grain | null;
  /** how many units; 0 where `unit` is null */
  count: number;
}

const unitBySuffix: Readonly<Record<string, Grain>> = { m: 'minute', h: 'hour', d: 'day', w: 'week', mo: 'month', q: 'quarter', y: 'year' };

/** Instants that a range may touch: what the warehouse can hold. */
const earliestMs = Date.UTC(1900, 0, 1);
const latestMs = Date.UTC(2200, 0, 1);

/**
 * The instants of `range` in `zone`. `d w mo q y` are local calendar units of which the last one holds `now`; `m` and `h`
 * roll with the clock: they end with the minute that holds `now`. @throws QUERY_INVALID
 */
export function resolveRange(range: Range, zone: string, nowMs: number): ResolvedRange {
  const resolved = 'last' in range ? resolveLast(range.last, zone, nowMs) : resolveExplicit(range, zone);
  if (resolved.fromMs < earliestMs || resolved.toMs > latestMs) {
    throw new Problem('QUERY_INVALID', `range: ${describe(range)} reaches beyond the years 1900 to 2199.`);
  }
  return resolved;
}

function resolveLast(last: string, zone: string, nowMs: number): ResolvedRange {
  const [, digits, suffix] = /^(\d+)([a-z]+)$/.exec(last) ?? [];
  const unit = unitBySuffix[suffix ?? ''];
  const count = Number(digits);
  if (unit === undefined || !(count >= 1))
    throw new Problem('QUERY_INVALID', `range.last: "${last}" must look like 30d, 24h, 60m, 8w, 12mo, 4q or 2y.`);
  if (unit === 'minute' || unit === 'hour') {
    const toMs = floorLocal('minute', nowMs) + 60_000;
    return { fromMs: addLocal(unit, toMs, -count), toMs, unit, count };
  }
  const endMs = addLocal(unit, floorLocal(unit, toLocalMs(zone, nowMs)), 1);
  return { fromMs: toInstant(zone, addLocal(unit, endMs, -count)), toMs: toInstant(zone, endMs), unit, count };
}

function resolveExplicit(range: { from: string | number; to: string | number }, zone: string): ResolvedRange {
  const fromMs = parseInstant(range.from, zone, 'range.from');
  const toMs = parseInstant(range.to, zone, 'range.to');
  if (fromMs >= toMs)
    throw new Problem('QUERY_INVALID', `range: "to" (${range.to}) must lie after "from" (${range.from}); the range is half-open.`);
  const days = unitsBetween(zone, 'day', fromMs, toMs);
  return { fromMs, toMs, unit: days === 0 ? null : 'day', count: days };
}

/** How many whole units of `grain` lie between two instants that both start one; 0 when one of them does not. */
export function unitsBetween(zone: string, grain: Grain, fromMs: number, toMs: number): number {
  const from = toCalendarMs(zone, fromMs);
  const to = toCalendarMs(zone, toMs);
  if (floorLocal(grain, from) !== from || floorLocal(grain, to) !== to) return 0;
  let count = Math.floor((to - from) / longestDays[grain] / unitMs.day);
  while (addLocal(grain, from, count) < to) count++;
  return count;
}

/** Days that no unit exceeds, to start counting from. */
const longestDays: Readonly<Record<Grain, number>> = { minute: 1 / 1440, hour: 1 / 24, day: 1, week: 7, month: 31, quarter: 92, year: 366 };

function describe(range: Range): string {
  return 'last' in range ? `"${range.last}"` : `${range.from} to ${range.to}`;
}
