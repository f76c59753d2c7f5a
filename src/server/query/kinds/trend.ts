/** Kind `trend`: metrics per bucket of time, and per group where the query has `by`; every bucket x group has its row. */
import { Problem } from '../../../shared/model/errors.ts';
import type { Cell, Column } from '../../../shared/model/result.ts';
import { bucketLabel } from '../../../shared/time/bucket.ts';
import { sql } from '../../sql/statement.ts';
import type { Plan, Window } from '../plan.ts';
import type { ResolvedQuery } from '../resolve.ts';
import * as aggregates from './aggregate-sql.ts';
import { byColumns, metricColumns, others, type Answer, type Ask } from './answer.ts';
import { bucketKey } from './bucket-sql.ts';
import { askDetails, askGroupsAndDetails, type Details, type Group, type Leaders } from './groups.ts';
import { scopeOf, source } from './source-sql.ts';
import { metricCells } from './total.ts';

/** One line of the picture: its group, and its metrics by position of the bucket; a hole is a bucket without rows. */
interface Series {
  group: Cell[];
  metricsByBucket: Cell[][];
}

/** The series of a window and the metrics over all of it. */
interface Measured {
  series: Series[];
  totals: Cell[];
}

const bucketColumn: Column = { name: 'bucket', type: 'bucket', unit: null, role: 'bucket' };

/** The answer to a `trend`. */
export function answerTrend(plan: Plan, ask: Ask): Promise<Answer> {
  return plan.query.by.length === 0 ? answerPlainTrend(plan, ask) : answerGroupedTrend(plan, ask);
}

async function answerPlainTrend(plan: Plan, ask: Ask): Promise<Answer> {
  const { query, main, comparison } = plan;
  const [measured, compared] = await Promise.all([
    askSeries(query, main, ask),
    comparison === null ? null : askSeries(query, comparison, ask),
  ]);
  return shaped(plan, [], measured, compared);
}

async function answerGroupedTrend(plan: Plan, ask: Ask): Promise<Answer> {
  const { query, main, comparison } = plan;
  const { details, ...leaders } = await askGroupsAndDetails(plan, bucketKey(main).expression, ask);
  assertFewEnough(plan, leaders);
  const measure = async (window: Window): Promise<Measured> =>
    groupedSeries(query, window, leaders, await askDetails(query, window, leaders.groups, bucketKey(window).expression, ask));
  const [measured, compared] = await Promise.all([
    details === null ? measure(main) : groupedSeries(query, main, leaders, details),
    comparison === null ? null : measure(comparison),
  ]);
  return shaped(plan, leaders.groups, measured, compared);
}

function shaped(plan: Plan, groups: readonly Group[], measured: Measured, compared: Measured | null): Answer {
  const { query, main, comparison } = plan;
  const blank = [null, ...query.by.map(() => null)];
  return {
    columns: [bucketColumn, ...byColumns(query, groups), ...metricColumns(query)],
    rows: denseRows(plan, main, measured.series),
    totals: [...blank, ...measured.totals],
    ...(comparison === null || compared === null
      ? {}
      : { comparison: { rows: denseRows(plan, comparison, compared.series), totals: [...blank, ...compared.totals] } }),
  };
}

/** One series without a group and its totals, in one pass over the rows. */
async function askSeries(query: ResolvedQuery, window: Window, ask: Ask): Promise<Measured> {
  const bucket = bucketKey(window);
  const rows =
    await ask(sql`SELECT grouping(bucket) AS is_total, ${bucket.expression} AS bucket, ${aggregates.metricColumns(query, scopeOf(query, window))}
${source(query, window)}
GROUP BY bucket WITH ROLLUP`);
  const series: Series = { group: [], metricsByBucket: [] };
  let totals = metricCells(query, []);
  for (const [isTotal, value, ...metrics] of rows) {
    if (Number(isTotal) === 1) totals = metricCells(query, metrics);
    else series.metricsByBucket[bucket.indexOf(Number(value))] = metricCells(query, metrics);
  }
  return { series: [series], totals };
}

function assertFewEnough({ query, main, limits }: Plan, { groups, hasMore }: Leaders): void {
  const rows = main.starts.length * (groups.length + (hasMore ? 1 : 0));
  if (rows <= limits.resultRows) return;
  const names = query.by.map((field) => field.name).join(', ');
  throw new Problem(
    'QUERY_OVER_BUDGET',
    `The answer would have ${rows} rows (${main.starts.length} buckets x ${groups.length} groups of ${names}), more than ${limits.resultRows}. Lower "limit", use a coarser "grain" or a shorter "range".`,
  );
}

/** A series for each leading group, and one for all others where there are more. */
function groupedSeries(query: ResolvedQuery, window: Window, { groups, hasMore }: Leaders, { cells, totals }: Details): Measured {
  const bucket = bucketKey(window);
  const keys = [...groups.map((group) => group.cells), ...(hasMore ? [query.by.map(() => others)] : [])];
  const series = keys.map((group, position): Series => {
    const metricsByBucket: Cell[][] = [];
    for (const [at, metrics] of cells.get(position) ?? []) metricsByBucket[bucket.indexOf(at)] = metrics;
    return { group, metricsByBucket };
  });
  return { series, totals };
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
    return series.map(({ group, metricsByBucket }) => [label, ...group, ...(metricsByBucket[position] ?? nothing)]);
  });
}
