/** The range that a range is compared with. */
import type { comparisons, Grain } from '../model/query.ts';
import { addLocal } from './calendar.ts';
import { unitsBetween, type ResolvedRange } from './range.ts';
import { toCalendarMs, toInstant } from './zone.ts';

/** What a range may be compared with. */
export type Comparison = (typeof comparisons)[number];

/**
 * The range to compare `range` with. `previous`: the same number of local units just before; units are those of the grain
 * where the range is made of whole ones, else those that the range was given in, else the elapsed time. `previousWeek`
 * moves both ends by 7 local days, `previousYear` by one year on the wall clock (by 52 weeks when the grain is a week).
 */
export function comparisonRange(zone: string, range: ResolvedRange, comparison: Comparison, grain: Grain | null): ResolvedRange {
  if (comparison === 'previousWeek') return moved(zone, range, 'week', -1);
  if (comparison === 'previousYear') return grain === 'week' ? moved(zone, range, 'week', -52) : moved(zone, range, 'year', -1);
  const { unit, count } = stepOf(zone, range, grain);
  if (unit === null || unit === 'minute' || unit === 'hour') {
    return { ...range, fromMs: 2 * range.fromMs - range.toMs, toMs: range.fromMs };
  }
  return { fromMs: shifted(zone, range.fromMs, unit, -count), toMs: range.fromMs, unit, count };
}

function stepOf(zone: string, range: ResolvedRange, grain: Grain | null): Pick<ResolvedRange, 'unit' | 'count'> {
  if (grain === null || grain === 'minute' || grain === 'hour') return range;
  const count = unitsBetween(zone, grain, range.fromMs, range.toMs);
  return count === 0 ? range : { unit: grain, count };
}

function moved(zone: string, range: ResolvedRange, unit: Grain, count: number): ResolvedRange {
  return { ...range, fromMs: shifted(zone, range.fromMs, unit, count), toMs: shifted(zone, range.toMs, unit, count) };
}

function shifted(zone: string, epochMs: number, unit: Grain, count: number): number {
  return toInstant(zone, addLocal(unit, toCalendarMs(zone, epochMs), count));
}
