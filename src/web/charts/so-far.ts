/** A range that is not over against the same stretch of the range before: today until now against yesterday until this time. */
import type { Trend, TrendSeries } from './trend/trend.ts';

/** Both sides of a fair comparison. */
export interface SoFar {
  now: number | null;
  before: number | null;
  /** the filling bucket was counted by the part of it that has passed */
  isEstimate: boolean;
}

function sum(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((total, value) => total + value, 0);
}

/** The sums of an additive series and of its comparison up to now; the bucket that is filling counts by how much of it has passed. */
export function soFar(trend: Trend, series: TrendSeries, nowMs: number): SoFar {
  const { fillingIndex, startsMs } = trend;
  const before = series.before;
  if (before === null) return { now: sum(series.values), before: null, isEstimate: false };
  if (fillingIndex === null) return { now: sum(series.values), before: sum(before), isEstimate: false };
  const startMs = startsMs[fillingIndex] ?? nowMs;
  const widthMs = (startsMs[fillingIndex + 1] ?? startMs + startMs - (startsMs[fillingIndex - 1] ?? startMs - 3_600_000)) - startMs;
  const passed = Math.min(1, Math.max(0, (nowMs - startMs) / widthMs));
  const closed = sum(before.slice(0, fillingIndex));
  const partly = before[fillingIndex] ?? null;
  return { now: sum(series.values), before: partly === null ? closed : (closed ?? 0) + partly * passed, isEstimate: true };
}
