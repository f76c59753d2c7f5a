/** Decides what the picture of a week shows: one cell per weekday and hour, its colour by size. */
import { formatQuantity } from '../../../shared/format/number.ts';
import type { Result } from '../../../shared/model/result.ts';
import { numberIn, weekdayText } from '../cell-text.ts';

/** One hour of one weekday. */
export interface WeekCell {
  value: number | null;
  /** 0..1 of what all but the fullest few hours stay below, so that one of them does not make the rest pale; null where nothing is known */
  ratio: number | null;
}

/** Seven rows of 24 cells, Monday first. */
export interface WeekGrid {
  cells: WeekCell[][];
  unit: string | null;
  /** the fullest hour; null without values */
  peak: { weekday: number; hour: number } | null;
}

/** The value that 97 of 100 known positive hours do not exceed, the largest where few are known; 0 without any. */
function nearlyLargest(values: readonly (number | null)[]): number {
  const known = values.filter((value) => value !== null && value > 0) as number[];
  known.sort((a, b) => a - b);
  const last = known.length - 1;
  return known[last < 40 ? last : Math.floor(last * 0.97)] ?? 0;
}

/** The grid of a result by `time.weekday` and `time.hour`. `isCount`: a group that is not there counts zero, not unknown. */
export function prepareWeek(result: Result, isCount: boolean): WeekGrid {
  const at = (name: string): number => result.columns.findIndex((column) => column.name === name);
  const [weekdayAt, hourAt] = [at('time.weekday'), at('time.hour')];
  const metric = result.columns.findIndex((column) => column.role === 'metric');
  const values: (number | null)[][] = Array.from({ length: 7 }, () =>
    Array.from({ length: 24 }, () => (isCount && result.rows.length > 0 ? 0 : null)),
  );
  for (const row of result.rows) {
    const hours = values[Number(row[weekdayAt]) - 1];
    const hour = Number(row[hourAt]);
    if (hours !== undefined && hour >= 0 && hour < 24) hours[hour] = numberIn(row[metric]);
  }
  let peak: WeekGrid['peak'] = null;
  let most = 0;
  for (const [day, hours] of values.entries()) {
    for (const [hour, value] of hours.entries()) if (value !== null && value > most) [most, peak] = [value, { weekday: day + 1, hour }];
  }
  const full = nearlyLargest(values.flat());
  const ratioOf = (value: number): number => (full > 0 ? Math.min(1, Math.max(0, value) / full) : 0);
  const cells = values.map((hours) => hours.map((value) => ({ value, ratio: value === null ? null : ratioOf(value) })));
  return { cells, unit: result.columns[metric]?.unit ?? null, peak };
}

/** `Wednesday, 14:00 to 15:00`. */
export function hourText(weekday: number, hour: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${weekdayText(weekday)}, ${two(hour)}:00 to ${two((hour + 1) % 24)}:00`;
}

/** The grid in a sentence. */
export function describeWeek(grid: WeekGrid): string {
  if (grid.peak === null) return 'No values.';
  const value = grid.cells[grid.peak.weekday - 1]?.[grid.peak.hour]?.value ?? null;
  return `Fullest: ${hourText(grid.peak.weekday, grid.peak.hour)}, ${formatQuantity(value, grid.unit)}.`;
}
