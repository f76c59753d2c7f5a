/** Kind `total`: each metric over the whole range, one row. */
import type { Cell } from '../../../shared/model/result.ts';
import { sql, type Statement } from '../../sql/statement.ts';
import type { Plan, Window } from '../plan.ts';
import type { ResolvedQuery } from '../resolve.ts';
import { metricCell, metricColumns } from './aggregate-sql.ts';
import { metricColumns as answerColumns, type Answer, type Ask } from './answer.ts';
import { scopeOf, source } from './source-sql.ts';

/** The answer to a `total`. */
export async function answerTotal(plan: Plan, ask: Ask): Promise<Answer> {
  const [main, compared] = await Promise.all([
    askTotals(plan.query, plan.main, ask),
    plan.comparison === null ? null : askTotals(plan.query, plan.comparison, ask),
  ]);
  return {
    columns: answerColumns(plan.query),
    rows: [main],
    totals: main,
    ...(compared === null ? {} : { comparison: { rows: [compared], totals: compared } }),
  };
}

/** The metrics over all of `window`. */
export async function askTotals(query: ResolvedQuery, window: Window, ask: Ask): Promise<Cell[]> {
  const [row] = await ask(totalStatement(query, window));
  return metricCells(query, row ?? []);
}

function totalStatement(query: ResolvedQuery, window: Window): Statement {
  return sql`SELECT ${metricColumns(query, scopeOf(query, window))}
${source(query, window)}`;
}

/** The cells of the metrics, of which `values` holds what the engine said; nothing said is the no-data value. */
export function metricCells(query: ResolvedQuery, values: readonly unknown[]): Cell[] {
  return query.metrics.map((metric, i) => metricCell(metric, values[i]));
}
