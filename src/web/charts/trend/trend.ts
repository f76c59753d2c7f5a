/** Decides what a picture of numbers over time shows: which series, in which colours and panes, and where the present is. */
import type { BucketGrain } from '../../../shared/format/time.ts';
import type { Cell, Column, Result } from '../../../shared/model/result.ts';
import { groupText, isOthers, numberIn } from '../cell-text.ts';
import type { SeriesColor } from '../series-color.ts';

/** How numbers over time may be drawn. */
export type TrendShape = 'line' | 'area' | 'bar';

/** At most this many series are drawn. */
export const seriesDrawn = 8;
/** Metrics whose sizes differ by more than this factor do not share an axis. */
const sameScale = 25;

/** One line, area or row of bars. */
export interface TrendSeries {
  key: string;
  label: string;
  color: SeriesColor;
  /** one per bucket; null where nothing is known */
  values: (number | null)[];
  /** the same buckets of the range it is compared with; null without comparison */
  before: (number | null)[] | null;
  unit: string | null;
  pane: number;
}

/** What the picture shows. */
export interface Trend {
  shape: TrendShape;
  grain: BucketGrain;
  /** starts of the buckets, ISO with offset */
  buckets: string[];
  startsMs: number[];
  /** the bucket that holds the present and is still filling; null if the range has ended */
  fillingIndex: number | null;
  series: TrendSeries[];
  /** units of the axes, one above the other */
  panes: { unit: string | null }[];
  isStacked: boolean;
  /** series that are in the table but not in the picture */
  notDrawn: number;
}

/** What the one who asks for the picture knows. */
export interface TrendOptions {
  shape: TrendShape;
  nowMs: number;
  /** values of different groups add up to a whole */
  isAdditive: boolean;
  /** colours of the values of a dimension */
  colorsOf: (dimension: string, values: readonly string[]) => number[];
}

interface Group {
  by: Cell[];
  /** place of each of its rows in the result, by bucket */
  rowByBucket: Map<string, number>;
}

function roleIndexes(columns: readonly Column[], role: Column['role']): number[] {
  return columns.flatMap((column, index) => (column.role === role ? [index] : []));
}

function bucketsOf(rows: readonly Cell[][], index: number): string[] {
  return [...new Set(rows.map((row) => String(row[index])))].sort((a, b) => Date.parse(a) - Date.parse(b));
}

function groupsOf(rows: readonly Cell[][], bucketIndex: number, byIndexes: readonly number[]): Group[] {
  const groups = new Map<string, Group>();
  for (const [at, row] of rows.entries()) {
    const by = byIndexes.map((index) => row[index] ?? null);
    const key = JSON.stringify(by);
    let group = groups.get(key);
    if (group === undefined) groups.set(key, (group = { by, rowByBucket: new Map() }));
    group.rowByBucket.set(String(row[bucketIndex]), at);
  }
  return [...groups.values()];
}

/** The values of a candidate in the comparison, in the order of its own buckets: the first is compared with the first. */
function valuesBefore({ comparison }: Result, layout: Layout, one: Candidate): (number | null)[] | null {
  if (comparison === undefined) return null;
  const key = JSON.stringify(one.group.by);
  const rows = comparison.rows.filter((row) => JSON.stringify(layout.by.map((index) => row[index] ?? null)) === key);
  const rowByBucket = new Map(rows.map((row) => [String(row[layout.bucket]), row]));
  return bucketsOf(comparison.rows, layout.bucket).map((bucket) => numberIn(rowByBucket.get(bucket)?.[layout.metrics[one.metric] ?? -1]));
}

function weight(values: readonly (number | null)[]): number {
  return values.reduce<number>((sum, value) => sum + Math.abs(value ?? 0), 0);
}

function peak(values: readonly (number | null)[]): number {
  return values.reduce<number>((most, value) => Math.max(most, Math.abs(value ?? 0)), 0);
}

/** The metric's pane: the first of the same unit and about the same size, else one of its own. */
function panesOf(metrics: readonly { unit: string | null; peak: number }[]): { panes: { unit: string | null }[]; paneOf: number[] } {
  const panes: { unit: string | null; peak: number }[] = [];
  const paneOf = metrics.map((metric) => {
    const fits = (pane: { unit: string | null; peak: number }): boolean => {
      if (pane.unit !== metric.unit) return false;
      const [small, large] = [pane.peak, metric.peak].sort((a, b) => a - b) as [number, number];
      return small === 0 || large / small <= sameScale;
    };
    const found = panes.findIndex(fits);
    return found >= 0 ? found : panes.push({ ...metric }) - 1;
  });
  return { panes: panes.map(({ unit }) => ({ unit })), paneOf };
}

/** A series that could be drawn. */
interface Candidate {
  group: Group;
  metric: number;
  label: string;
  isRest: boolean;
  values: (number | null)[];
  weight: number;
}

/** Where the columns of a result stand. */
interface Layout {
  bucket: number;
  by: number[];
  metrics: number[];
}

function candidatesOf({ rows }: Result, layout: Layout, buckets: readonly string[], past: number): Candidate[] {
  return groupsOf(rows, layout.bucket, layout.by).flatMap((group) =>
    layout.metrics.map((index, metric) => {
      const values = buckets.map((bucket, at) => (at < past ? numberIn(rows[group.rowByBucket.get(bucket) ?? -1]?.[index]) : null));
      return { group, metric, label: group.by.map(groupText).join(' · '), isRest: group.by.some(isOthers), values, weight: weight(values) };
    }),
  );
}

/** The heaviest candidates, and after them the group of all others if the server made one. */
function chooseDrawn(candidates: readonly Candidate[], isSplit: boolean): Candidate[] {
  const named = candidates.filter((one) => !one.isRest).sort((a, b) => b.weight - a.weight);
  const drawn = named.slice(0, seriesDrawn);
  if (!isSplit) drawn.sort((a, b) => a.metric - b.metric);
  return [...drawn, ...candidates.filter((one) => one.isRest).slice(0, 1)];
}

function colorsFor(
  drawn: readonly Candidate[],
  dimension: string,
  isOneMetric: boolean,
  colorsOf: TrendOptions['colorsOf'],
): SeriesColor[] {
  if (dimension === '' || !isOneMetric) return drawn.map((one, at) => (one.isRest ? 'others' : at % seriesDrawn));
  const labels = drawn.filter((one) => !one.isRest).map((one) => one.label);
  const colors = colorsOf(dimension, labels);
  return drawn.map((one, at) => (one.isRest ? 'others' : (colors[at] ?? 0)));
}

/** The picture of a result of kind `trend`. */
export function prepareTrend(result: Result, options: TrendOptions): Trend {
  const { columns } = result;
  const layout: Layout = {
    bucket: roleIndexes(columns, 'bucket')[0] ?? -1,
    by: roleIndexes(columns, 'by'),
    metrics: roleIndexes(columns, 'metric'),
  };
  const buckets = bucketsOf(result.rows, layout.bucket);
  const startsMs = buckets.map((bucket) => Date.parse(bucket));
  const future = startsMs.findIndex((startMs) => startMs > options.nowMs);
  const past = future < 0 ? buckets.length : future;

  const candidates = candidatesOf(result, layout, buckets, past);
  const drawn = chooseDrawn(candidates, layout.by.length > 0);
  const dimension = layout.by.map((index) => columns[index]?.name ?? '').join(' · ');
  const colors = colorsFor(drawn, dimension, layout.metrics.length === 1, options.colorsOf);
  const metricColumns = layout.metrics.map((index) => columns[index]);
  const { panes, paneOf } = panesOf(
    metricColumns.map((column, metric) => ({
      unit: column?.unit ?? null,
      peak: Math.max(0, ...drawn.filter((one) => one.metric === metric).map((one) => peak(one.values))),
    })),
  );
  const series = drawn.map((one, at): TrendSeries => {
    const name = metricColumns[one.metric]?.name ?? '';
    return {
      key: JSON.stringify([one.group.by, name]),
      label: one.label === '' ? name : layout.metrics.length > 1 ? `${one.label} · ${name}` : one.label,
      color: colors[at] ?? 0,
      values: one.values,
      before: valuesBefore(result, layout, one),
      unit: metricColumns[one.metric]?.unit ?? null,
      pane: paneOf[one.metric] ?? 0,
    };
  });
  return {
    shape: options.shape,
    grain: (result.lineage.grain ?? 'day') as BucketGrain,
    buckets,
    startsMs,
    fillingIndex: past > 0 && options.nowMs < endMs(result, startsMs, past) ? past - 1 : null,
    series,
    panes: panes.length === 0 ? [{ unit: null }] : panes,
    isStacked:
      options.isAdditive && options.shape !== 'line' && layout.metrics.length === 1 && series.length > 1 && series.every(isNeverNegative),
    notDrawn: candidates.length - drawn.length,
  };
}

function isNeverNegative(series: TrendSeries): boolean {
  return series.values.every((value) => (value ?? 0) >= 0);
}

/** Where the last bucket that has begun ends. */
function endMs(result: Result, startsMs: readonly number[], past: number): number {
  return startsMs[past] ?? Date.parse(result.lineage.range.to);
}
