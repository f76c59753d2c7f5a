/** Kind `trend`: metrics per bucket of time, and per group where the query has `by`; every bucket x group has its row. */
import { Problem } from '../../../shared/model/errors.ts';
import type { Cell, Column } from '../../../shared/model/result.ts';
import { bucketLabel } from '../../../shared/time/bucket.ts';
import { sql } from '../../sql/statement.ts';
import type { Plan, Window } from '../plan.ts';
import type { ResolvedQuery } from '../resolve.ts';
import { metricColumns } from './aggregate-sql.ts';
import { fieldColumn, metricColumn, others, type Answer, type Ask } from './answer.ts';
import { bucketKey } from './bucket-sql.ts';
import { askDetails, askGroups, type Group, type RankedGroups } from './groups.ts';
import { scopeOf, source } from './source-sql.ts';
import { askTotals, metricCells } from './total.ts';

/** Metrics of one series, by position of the bucket; a hole is a bucket without rows. */
type Series = { cells: Cell[]; metricsByBucket: Cell[][] };

const bucketColumn: Column = { name: 'bucket', type: 'bucket', unit: null, role: 'bucket' };

/** The answer to a `trend`. */
export function answerTrend(plan: Plan, ask: Ask): Promise<Answer> {
  return plan.query.by.length === 0 ? answerPlainTrend(plan, ask) : answerGroupedTrend(plan, ask);
}

async function answerPlainTrend(plan: Plan, ask: Ask): Promise<Answer> {
  const { query, main, comparison } = plan;
  const [answer, compared] = await Promise.all([
    askSeries(query, main, ask),
    comparison === null ? null : askSeries(query, comparison, ask),
  ]);
  return {
    columns: [bucketColumn, ...query.metrics.map(metricColumn)],
    rows: denseRows(plan, main, [answer.series]),
    totals: [null, ...answer.totals],
    ...(compared === null || comparison === null
      ? {}
      : { comparison: { rows: denseRows(plan, comparison, [compared.series]), totals: [null, ...compared.totals] } }),
  };
}

/** One series and its totals, in one pass over the rows. */
async function askSeries(query: ResolvedQuery, window: Window, ask: Ask): Promise<{ series: Series; totals: Cell[] }> {
  const bucket = bucketKey(window);
  const rows =
    await ask(sql`SELECT grouping(bucket) AS is_total, ${bucket.expression} AS bucket, ${metricColumns(query.metrics, scopeOf(query, window), query.approximate)}
${source(query, window)}
GROUP BY bucket WITH ROLLUP`);
  const series: Series = { cells: [], metricsByBucket: [] };
  let totals = metricCells(query, []);
  for (const [isTotal, value, ...metrics] of rows) {
    if (Number(isTotal) === 1) totals = metricCells(query, metrics);
    else series.metricsByBucket[bucket.indexOf(Number(value))] = metricCells(query, metrics);
  }
  return { series, totals };
}

async function answerGroupedTrend(plan: Plan, ask: Ask): Promise<Answer> {
  const { query, main, comparison } = plan;
  const ranked = await askGroups(plan, ask);
  assertFewEnough(plan, ranked);
  const [series, compared, comparedTotals] = await Promise.all([
    askGroupedSeries(query, main, ranked, ranked.hasMore, ask),
    comparison === null ? null : askGroupedSeries(query, comparison, ranked, true, ask),
    comparison === null ? null : askTotals(query, comparison, ask),
  ]);
  const blank = [null, ...query.by.map(() => null)];
  return {
    columns: [
      bucketColumn,
      ...query.by.map((field, i) =>
        fieldColumn(
          field,
          'by',
          ranked.groups.map((group) => group.cells[i] ?? null),
        ),
      ),
      ...query.metrics.map(metricColumn),
    ],
    rows: denseRows(plan, main, series),
    totals: [...blank, ...ranked.totals],
    ...(comparison === null || compared === null || comparedTotals === null
      ? {}
      : { comparison: { rows: denseRows(plan, comparison, compared), totals: [...blank, ...comparedTotals] } }),
  };
}

function assertFewEnough({ query, main, limits }: Plan, { groups, hasMore }: RankedGroups): void {
  const rows = main.starts.length * (groups.length + (hasMore ? 1 : 0));
  if (rows <= limits.resultRows) return;
  throw new Problem(
    'QUERY_OVER_BUDGET',
    `The answer would have ${rows} rows (${main.starts.length} buckets x ${groups.length} groups of ${query.by.map((field) => field.name).join(', ')}), more than ${limits.resultRows}. Lower "limit", use a coarser "grain" or a shorter "range".`,
  );
}

/** A series for each ranked group, and one for all others where there are more. */
async function askGroupedSeries(
  query: ResolvedQuery,
  window: Window,
  ranked: RankedGroups,
  needsList: boolean,
  ask: Ask,
): Promise<Series[]> {
  const bucket = bucketKey(window);
  const series = ranked.groups.map((group: Group): Series => ({ cells: group.cells, metricsByBucket: [] }));
  const seriesByGroup = new Map<string | null, Series>(series.map((one, i) => [(ranked.groups[i] as Group).packed, one]));
  if (ranked.hasMore) {
    const rest: Series = { cells: query.by.map(() => others), metricsByBucket: [] };
    series.push(rest);
    seriesByGroup.set(null, rest);
  }
  for (const detail of await askDetails(query, window, { bucket: bucket.expression, listed: needsList ? ranked.groups : null }, ask)) {
    const one = seriesByGroup.get(detail.group);
    if (one !== undefined) one.metricsByBucket[bucket.indexOf(detail.bucket)] = detail.metrics;
  }
  return series;
}

/**
 * Every bucket of the main window x every series. Another window is aligned by position: a bucket that it lacks has no
 * label and no values, one that it has too many of is left out.
 */
function denseRows({ query, main }: Plan, window: Window, series: readonly Series[]): Cell[][] {
  const empty = metricCells(query, []);
  const absent = query.metrics.map(() => null);
  const positions = main.starts.map((_, i) => i);
  if (query.order.target.what === 'bucket' && query.order.desc) positions.reverse();
  return positions.flatMap((position) => {
    const start = window.starts[position];
    const label = start === undefined ? null : bucketLabel(query.zone, start);
    const nothing = start === undefined ? absent : empty;
    return series.map(({ cells, metricsByBucket }) => [label, ...cells, ...(metricsByBucket[position] ?? nothing)]);
  });
}
