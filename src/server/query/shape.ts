/** Shape: an answer of a kind, with its lineage, as the result that goes out. */
import type { Cell, Limits, Lineage, Result } from '../../shared/model/result.ts';
import type { Cost } from './budget.ts';
import { sketchErrorBound } from './kinds/aggregate-sql.ts';
import type { Answer } from './kinds/answer.ts';
import type { Plan } from './plan.ts';

/** An answer and how it came to be, as the cache keeps it. */
export interface Kept {
  answer: Answer;
  plan: Plan;
  cost: Cost;
  watermarkMs: number | null;
  madeMs: number;
}

/** How an answer is given this time. */
export interface Delivery {
  cache: Lineage['cache'];
  staleMs: number;
  watermarkMs: number | null;
}

/** As whom an answer is given. Others who see the same get the same answer. */
export interface Asker {
  /** name of the policy */
  policy: string;
  limits: Limits | null;
}

/**
 * The result for one caller. A cached answer keeps the id and SQL of the question that made it, and read nothing. What a question
 * under a row filter read is not told: it would say how many rows there are besides those that may be seen.
 */
export function toResult(kept: Kept, delivery: Delivery, asker: Asker): Result {
  const { answer, plan, cost } = kept;
  const { comparison, ...rest } = answer;
  const isFresh = delivery.cache === 'miss';
  return {
    ...rest,
    ...(comparison === undefined || plan.comparison === null
      ? {}
      : { comparison: { ...comparison, range: { from: iso(plan.comparison.fromMs), to: iso(plan.comparison.toMs) } } }),
    lineage: {
      queryId: cost.queryId,
      sql: cost.sql,
      watermark: iso(delivery.watermarkMs ?? 0),
      cache: delivery.cache,
      staleMs: delivery.staleMs,
      policy: asker.policy,
      ...(asker.limits === null ? {} : { limits: asker.limits }),
      definitions: [],
      rowsRead: isFresh && plan.query.rows === null ? cost.rowsRead : 0,
      elapsedMs: isFresh ? cost.elapsedMs : 0,
      range: { from: iso(plan.main.fromMs), to: iso(plan.main.toMs), timezone: plan.query.zone },
      grain: plan.grain,
      ...(isApproximate(plan) ? { approximate: { errorBound: sketchErrorBound } } : {}),
    },
  };
}

function iso(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

/** Sketches replace distinct counts and percentiles only. */
function isApproximate({ query }: Plan): boolean {
  return query.approximate && query.metrics.some((metric) => metric.aggregate === 'unique' || metric.aggregate.startsWith('p'));
}

/** About how many bytes of memory `kept` takes. */
export function sizeOf({ answer, cost, plan }: Kept): number {
  const rows = [answer.rows, answer.comparison?.rows ?? []];
  return rows.reduce(
    (sum, part) => sum + rowsSize(part),
    2 * cost.sql.length + 8 * (plan.main.starts.length + (plan.comparison?.starts.length ?? 0)) + 2_000,
  );
}

function rowsSize(rows: readonly Cell[][]): number {
  return rows.reduce((sum, row) => row.reduce((rowSum: number, cell) => rowSum + cellSize(cell), sum + 32), 0);
}

function cellSize(cell: Cell): number {
  if (typeof cell === 'string') return 24 + 2 * cell.length;
  return typeof cell === 'object' && cell !== null ? 64 + 4 * JSON.stringify(cell).length : 16;
}
