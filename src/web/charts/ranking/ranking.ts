/** Decides what a ranking shows: groups by size, each with its bar, its share and its change. */
import { formatChange } from '../../../shared/format/number.ts';
import type { Change } from '../../../shared/format/number.ts';
import type { Cell, Result } from '../../../shared/model/result.ts';
import { groupText, isOthers, numberIn } from '../cell-text.ts';
import type { SeriesColor } from '../series-color.ts';

/** One group. */
export interface RankingRow {
  key: string;
  label: string;
  /** the values it is made of, one per field of `by`; null for the others */
  by: Cell[] | null;
  value: number | null;
  /** of the whole, 0..1; null where parts do not add up to it */
  share: number | null;
  change: Change | null;
  color: SeriesColor;
  /** where its bar begins and how long it is, each 0..1 of the width */
  bar: { from: number; length: number };
}

/** The groups, largest first, the others last. */
export interface Ranking {
  rows: RankingRow[];
  unit: string | null;
  /** groups that are in the table but not drawn */
  notDrawn: number;
}

/** What the one who asks for the picture knows. */
export interface RankingOptions {
  /** at most this many rows */
  most: number;
  isAdditive: boolean;
  colorsOf: (dimension: string, values: readonly string[]) => number[];
}

interface Entry {
  by: Cell[];
  value: number | null;
  isRest: boolean;
}

function beforeByKey(result: Result, byIndexes: readonly number[], metric: number): Map<string, number | null> | null {
  if (result.comparison === undefined) return null;
  return new Map(
    result.comparison.rows.map((row) => [JSON.stringify(byIndexes.map((index) => row[index] ?? null)), numberIn(row[metric])]),
  );
}

function barsOf(entries: readonly Entry[]): (value: number | null) => RankingRow['bar'] {
  const values = entries.map((entry) => entry.value ?? 0);
  const low = Math.min(0, ...values);
  const span = Math.max(0, ...values) - low || 1;
  return (value) => ({ from: (Math.min(0, value ?? 0) - low) / span, length: Math.abs(value ?? 0) / span });
}

/** The ranking of the first metric of a result of kind `breakdown`. */
export function prepareRanking(result: Result, options: RankingOptions): Ranking {
  const byIndexes = result.columns.flatMap((column, index) => (column.role === 'by' ? [index] : []));
  const metric = result.columns.findIndex((column) => column.role === 'metric');
  const entries = result.rows.map((row): Entry => {
    const by = byIndexes.map((index) => row[index] ?? null);
    return { by, value: numberIn(row[metric]), isRest: by.some(isOthers) };
  });
  const named = entries
    .filter((entry) => !entry.isRest)
    .sort((a, b) => (b.value ?? Number.NEGATIVE_INFINITY) - (a.value ?? Number.NEGATIVE_INFINITY));
  const drawn = [...named.slice(0, options.most), ...entries.filter((entry) => entry.isRest)];
  const before = beforeByKey(result, byIndexes, metric);
  const whole = numberIn(result.totals[metric]);
  const bar = barsOf(drawn);
  const labels = drawn.map((entry) => entry.by.map(groupText).join(' · '));
  const dimension = byIndexes.map((index) => result.columns[index]?.name ?? '').join(' · ');
  const colors = options.colorsOf(dimension, labels.filter((_, at) => drawn[at]?.isRest === false).slice(0, 8));
  const rows = drawn.map((entry, at): RankingRow => {
    const key = JSON.stringify(entry.by);
    return {
      key,
      label: labels[at] ?? '',
      by: entry.isRest ? null : entry.by,
      value: entry.value,
      share: options.isAdditive && whole !== null && whole > 0 && entry.value !== null ? entry.value / whole : null,
      change: before === null ? null : formatChange(entry.value, before.get(key) ?? (options.isAdditive ? 0 : null)),
      color: entry.isRest ? 'others' : (colors[at] ?? 'others'),
      bar: bar(entry.value),
    };
  });
  return { rows, unit: result.columns[metric]?.unit ?? null, notDrawn: named.length - Math.min(named.length, options.most) };
}
