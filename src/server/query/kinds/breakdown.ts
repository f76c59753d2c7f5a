/** Kind `breakdown`: metrics per group over the whole range, the first `limit` groups and one row for all others. */
import type { Cell } from '../../../shared/model/result.ts';
import type { Plan } from '../plan.ts';
import { fieldColumn, metricColumn, others, type Answer, type Ask } from './answer.ts';
import { askDetails, askGroups, askOthers, type RankedGroups } from './groups.ts';
import { askTotals, metricCells } from './total.ts';

/** The answer to a `breakdown`. */
export async function answerBreakdown(plan: Plan, ask: Ask): Promise<Answer> {
  const { query } = plan;
  const ranked = await askGroups(plan, ask);
  const [rest, comparison] = await Promise.all([ranked.hasMore ? askRest(plan, ranked, ask) : null, askComparison(plan, ranked, ask)]);
  const rows = ranked.groups.map((group) => [...group.cells, ...group.metrics]);
  if (rest !== null) rows.push([...query.by.map(() => others), ...rest]);
  return {
    columns: [
      ...query.by.map((field, i) =>
        fieldColumn(
          field,
          'by',
          ranked.groups.map((group) => group.cells[i] ?? null),
        ),
      ),
      ...query.metrics.map(metricColumn),
    ],
    rows,
    totals: [...query.by.map(() => null), ...ranked.totals],
    ...(comparison === null ? {} : { comparison }),
  };
}

/** Counts are whole numbers, so the rest is what the listed groups leave of the total; all else is computed over the rows of the rest. */
function askRest(plan: Plan, ranked: RankedGroups, ask: Ask): Cell[] | Promise<Cell[]> {
  if (plan.query.metrics.some((metric) => metric.aggregate !== 'count')) return askOthers(plan.query, plan.main, ranked.groups, ask);
  return ranked.totals.map((total, i) => ranked.groups.reduce((rest, group) => rest - Number(group.metrics[i]), Number(total)));
}

/** The same groups in the same order, as they were in the range compared with. */
async function askComparison(plan: Plan, ranked: RankedGroups, ask: Ask): Promise<Answer['comparison'] | null> {
  const { query, comparison } = plan;
  if (comparison === null) return null;
  const [totals, details] = await Promise.all([
    askTotals(query, comparison, ask),
    askDetails(query, comparison, { bucket: null, listed: ranked.groups }, ask),
  ]);
  const byGroup = new Map(details.map((detail) => [detail.group, detail.metrics]));
  const rows = ranked.groups.map((group) => [...group.cells, ...(byGroup.get(group.packed) ?? metricCells(query, []))]);
  if (ranked.hasMore) rows.push([...query.by.map(() => others), ...(byGroup.get(null) ?? metricCells(query, []))]);
  return { rows, totals: [...query.by.map(() => null), ...totals] };
}
