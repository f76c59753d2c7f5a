/** Aggregates as SQL: exact ones, and the sketches that `approximate` allows. */
import { bind, join, sql, trusted, type Statement } from '../../sql/statement.ts';
import type { Aggregate } from '../../../shared/model/query.ts';
import type { Cell } from '../../../shared/model/result.ts';
import { isInstant, noDataValue, type Metric } from '../metric.ts';
import type { ResolvedQuery } from '../resolve.ts';
import { condition } from './condition-sql.ts';
import { groupKey, isoTime, numeric, present, type Scope } from './field-sql.ts';

/** Relative error that the sketches keep to: distinct counts within it in 99.9 % of cases, percentiles always (of the value at that rank). */
export const sketchErrorBound = 0.01;

const levels: Partial<Record<Aggregate, string>> = { p50: '0.5', p90: '0.9', p95: '0.95', p99: '0.99' };

/** `m0, m1, ...`: the metrics of a query as columns. */
export function metricColumns(query: ResolvedQuery, scope: Scope): Statement {
  return join(
    query.metrics.map((_, i) => metricColumn(query, i, scope)),
    ', ',
  );
}

/** The n-th metric of a query as a column. */
export function metricColumn({ metrics, approximate }: ResolvedQuery, index: number, scope: Scope): Statement {
  return sql`${aggregate(metrics[index] as Metric, scope, approximate)} AS ${metricAlias(index)}`;
}

/** The alias of the n-th metric. Names that people gave stay out of the SQL, where they could hide a column. */
function metricAlias(index: number): Statement {
  return sql`${trusted(`m${index}`)}`;
}

function aggregate(metric: Metric, scope: Scope, isApproximate: boolean): Statement {
  const where = metric.where === null ? null : condition(metric.where, scope);
  if (metric.aggregate === 'count') return count(metric, where);
  if (metric.aggregate === 'unique') return unique(metric, where, scope, isApproximate);
  if (metric.of === null) throw new TypeError(`${metric.aggregate} of nothing`);
  const value = numeric(metric.of, scope);
  const level = levels[metric.aggregate];
  if (level === undefined) return call(`${metric.aggregate}OrNull`, value, where);
  if (isApproximate) return call('quantileDDOrNull', value, where, `(${sketchErrorBound}, ${level})`);
  return call('quantileExactInclusiveOrNull', value, where, `(${level})`);
}

function call(name: string, value: Statement, where: Statement | null, parameters = ''): Statement {
  return where === null ? sql`${trusted(name + parameters)}(${value})` : sql`${trusted(`${name}If${parameters}`)}(${value}, ${where})`;
}

function count(metric: Metric, where: Statement | null): Statement {
  const conditions = [...(metric.of === null ? [] : [present(metric.of)]), ...(where === null ? [] : [where])];
  return conditions.length === 0 ? sql`count()` : sql`countIf(${join(conditions, ' AND ')})`;
}

/**
 * Distinct values are told apart by a 64-bit hash (docs/decisions: a question is data): 3 times faster than comparing text,
 * and among ten million values the chance that any two are taken for one is 3 in a million.
 */
function unique(metric: Metric, where: Statement | null, scope: Scope, isApproximate: boolean): Statement {
  if (metric.of === null) throw new TypeError('unique of nothing');
  const conditions = [present(metric.of), ...(where === null ? [] : [where])];
  const name = trusted(isApproximate ? 'uniqCombined64If(17)' : 'uniqExactIf');
  return sql`${name}(xxh3(${groupKey(metric.of, scope).expression}), ${join(conditions, ' AND ')})`;
}

/** The cell that an answer of the engine stands for; `null` and NaN become the metric's no-data value. */
export function metricCell(metric: Metric, value: unknown): Cell {
  if (value === null || value === undefined || Number.isNaN(value)) return noDataValue(metric);
  return isInstant(metric) ? isoTime(value) : (value as number);
}

/** Orders by a metric column, its missing values last. */
export function metricOrder(index: number, desc: boolean): Statement {
  return sql`${metricAlias(index)} ${trusted(desc ? 'DESC' : 'ASC')} NULLS LAST`;
}

/** `value` bound as a count of rows. */
export function rowCount(value: number): Statement {
  return sql`${bind('UInt32', value)}`;
}
