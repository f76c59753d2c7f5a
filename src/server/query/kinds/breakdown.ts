/** Kind `breakdown`: metrics per group over the whole range, the first `limit` groups and one row for all others. */
import type { Cell } from '../../../shared/model/result.ts';
import type { Plan } from '../plan.ts';
import { byColumns, metricColumns, others, type Answer, type Ask } from './answer.ts';
import { askDetails, askMeasuredGroups, askOthers, type Leaders, type MeasuredGroup } from './groups.ts';
import { metricCells } from './total.ts';

/** The groups of the main window with the totals over all of them. */
type Measured = Leaders<MeasuredGroup> & { totals: Cell[] };

/** The answer to a `breakdown`. */
export async function answerBreakdown(plan: Plan, ask: Ask): Promise<Answer> {
  const { query } = plan;
  const measured = await askMeasuredGroups(plan, ask);
  const [rest, comparison] = await Promise.all([
    measured.hasMore ? askRest(plan, measured, ask) : null,
    askComparison(plan, measured, ask),
  ]);
  const rows = measured.groups.map((group) => [...group.cells, ...group.metrics]);
  if (rest !== null) rows.push([...query.by.map(() => others), ...rest]);
  return {
    columns: [...byColumns(query, measured.groups), ...metricColumns(query)],
    rows,
    totals: [...query.by.map(() => null), ...measured.totals],
    ...(comparison === null ? {} : { comparison }),
  };
}

/** Counts are whole numbers, so the rest is what the listed groups leave of the total; all else is computed over the rows of the rest. */
function askRest({ query, main }: Plan, { groups, totals }: Measured, ask: Ask): Cell[] | Promise<Cell[]> {
  if (query.metrics.some((metric) => metric.aggregate !== 'count')) return askOthers(query, main, groups, ask);
  return totals.map((total, i) => groups.reduce((rest, group) => rest - Number(group.metrics[i]), Number(total)));
}

/** The same groups in the same order, as they were in the range compared with. */
async function askComparison({ query, comparison }: Plan, { groups, hasMore }: Measured, ask: Ask): Promise<Answer['comparison'] | null> {
  if (comparison === null) return null;
  const { cells, totals } = await askDetails(query, comparison, groups, null, ask);
  const keys = [...groups.map((group) => group.cells), ...(hasMore ? [query.by.map(() => others)] : [])];
  return {
    rows: keys.map((key, position) => [...key, ...(cells.get(position)?.get(0) ?? metricCells(query, []))]),
    totals: [...query.by.map(() => null), ...totals],
  };
}
