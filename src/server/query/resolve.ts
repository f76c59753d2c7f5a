/** Resolve: a query as it came in becomes one with every name checked, every default filled in, and the policy attached. */
import { Problem } from '../../shared/model/errors.ts';
import { describeIssues, isTooDeep, mostLevels } from '../../shared/model/issue.ts';
import { querySchema, type Grain, type Query, type Range } from '../../shared/model/query.ts';
import type { Comparison } from '../../shared/time/comparison.ts';
import { parseZone } from '../../shared/time/zone.ts';
import type { Policy } from '../identity/policy.ts';
import { fieldsOf, resolveConditions, type Test } from './condition.ts';
import { isHidden, tableFields, type Field, type FieldReader } from './field.ts';
import { resolveMetrics, type Metric } from './metric.ts';
import { ruleFor } from './policy/rule.ts';

/** What rows are ordered by: the n-th metric, the n-th `by`, the bucket, or (kind table) a field. */
export type OrderTarget = { what: 'metric' | 'by'; index: number } | { what: 'bucket' } | { what: 'field'; field: Field };

/**
 * A query that can be planned. Two that are equal as JSON are the same question with the same answer, whoever asks: of a policy
 * it holds the row filter and the masks of the fields that are asked for, and not the name.
 */
export interface ResolvedQuery {
  kind: 'total' | 'trend' | 'breakdown' | 'table';
  workspaceId: string;
  dataset: string;
  metrics: Metric[];
  /** the policy's row filter, asked of true values in UTC; null: every row may be seen */
  rows: Test | null;
  /** the query's own conditions, asked of what may be seen */
  where: Test;
  by: Field[];
  /** kind table: what to show; else empty */
  columns: Field[];
  grain: Grain | null;
  zone: string;
  range: Range;
  compare: Comparison | null;
  order: { target: OrderTarget; desc: boolean };
  limit: number;
  after: string | null;
  approximate: boolean;
  /** kind table: rows that are equal by the order must not be told apart by what is masked */
  isTieSalted?: boolean;
}

/** Groups of a breakdown or trend, rows of a table, when a query says nothing. */
const defaultLimit = 100;
/** Groups of a trend or a comparison: they are looked up by their keys in every row. */
const mostSeries = 1_000;

/** The query that `input` means under `policy`. @throws QUERY_INVALID, FIELD_UNKNOWN, METRIC_UNKNOWN, DATASET_UNKNOWN */
export function resolve(policy: Policy, input: unknown): ResolvedQuery {
  if (isTooDeep(input)) throw new Problem('QUERY_INVALID', `The query is nested deeper than ${mostLevels} levels.`);
  const parsed = querySchema.safeParse(input);
  if (!parsed.success) throw new Problem('QUERY_INVALID', describeIssues(parsed.error));
  const query = parsed.data;
  if (query.dataset !== 'events')
    throw new Problem('DATASET_UNKNOWN', `dataset: there is no dataset "${query.dataset}". Datasets: events.`);
  const kind = kindOf(query);
  assertFitsKind(kind, query);
  const zone = parseZone(query.timezone);
  const { rows, masks, fieldOf } = ruleFor(policy);
  const metrics = kind === 'table' ? [] : resolveMetrics(query.metrics, zone, fieldOf);
  const by = query.by.map((name, i) => assertNotWhole(fieldOf(name, `by[${i}]`), `by[${i}]`));
  const columns = kind === 'table' ? (query.columns ?? tableFields).map((name, i) => fieldOf(name, `columns[${i}]`)) : [];
  assertUniqueNames([
    ...(kind === 'trend' ? ['bucket'] : []),
    ...by.map((field) => field.name),
    ...metrics.map((metric) => metric.name),
    ...columns.map((field) => field.name),
  ]);
  return {
    kind,
    workspaceId: policy.workspaceId,
    dataset: query.dataset,
    metrics,
    rows,
    where: resolveConditions(query.where, zone, 'where', fieldOf),
    by,
    columns,
    grain: query.grain ?? null,
    zone,
    range: query.range,
    compare: query.compare ?? null,
    order: resolveOrder(kind, query, metrics, by, fieldOf),
    limit: query.limit ?? defaultLimit,
    after: query.after ?? null,
    approximate: query.approximate,
    ...(kind === 'table' && tieFields.some((name) => masks.of(name) !== null) ? { isTieSalted: true } : {}),
  };
}

/** What tells apart rows of a table that its order does not. */
export const tieFields = ['id', 'name', 'user', 'anonymous', 'session', 'received'] as const;

/** The fields that the query names anywhere; of those in the policy's row filter none. */
export function fieldsAsked(query: ResolvedQuery): Field[] {
  const ordered = query.order.target.what === 'field' ? [query.order.target.field] : [];
  const measured = query.metrics.flatMap(({ of, where }) => [...(of === null ? [] : [of]), ...(where === null ? [] : fieldsOf(where))]);
  return [...query.by, ...query.columns, ...ordered, ...measured, ...fieldsOf(query.where)];
}

/** Whether any part of the query asks who somebody is. */
export function asksPerson(query: ResolvedQuery): boolean {
  return fieldsAsked(query).some((field) => field.kind === 'person' && !isHidden(field));
}

/** Whether the policy's row filter asks who somebody is. */
export function filtersPerson({ rows }: ResolvedQuery): boolean {
  return rows !== null && fieldsOf(rows).some((field) => field.kind === 'person');
}

/** A table of groups is a breakdown and one of metrics alone a total; without either it lists the rows of the dataset. */
function kindOf(query: Query): ResolvedQuery['kind'] {
  if (query.kind !== 'table') return query.kind;
  if (query.by.length > 0) return 'breakdown';
  return query.metrics.length > 0 ? 'total' : 'table';
}

function assertFitsKind(kind: ResolvedQuery['kind'], query: Query): void {
  const refuse = (member: string, advice: string): never => {
    throw new Problem('QUERY_INVALID', `${member}: not for kind "${query.kind}". ${advice}`);
  };
  if (kind !== 'trend' && query.grain !== undefined) refuse('grain', 'Buckets of time are for kind "trend".');
  if (kind === 'total' && query.by.length > 0) refuse('by', 'Use kind "breakdown".');
  if (kind === 'breakdown' && query.by.length === 0)
    refuse('by', 'A breakdown needs at least one field in "by"; without one ask for kind "total".');
  if (kind !== 'table' && query.columns !== undefined) refuse('columns', 'Columns are for kind "table" without "metrics" and "by".');
  if (kind !== 'table' && query.after !== undefined) refuse('after', 'Only kind "table" has further pages; raise "limit".');
  if (kind !== 'table' && (kind === 'trend' || query.compare !== undefined) && (query.limit ?? 0) > mostSeries)
    throw new Problem('QUERY_INVALID', `limit: a trend or a comparison has at most ${mostSeries} groups.`);
  if (kind === 'table' && query.compare !== undefined)
    refuse('compare', 'Rows have nothing to compare with; ask for kind "trend", "breakdown" or "total".');
}

function assertNotWhole(field: Field, place: string): Field {
  if (field.kind === 'properties') throw new Problem('FIELD_UNKNOWN', `${place}: name one property, such as "properties.country".`);
  return field;
}

function assertUniqueNames(names: readonly string[]): void {
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new Problem('QUERY_INVALID', `There would be two columns called "${twice}". Name a metric with "as".`);
}

function resolveOrder(
  kind: ResolvedQuery['kind'],
  query: Query,
  metrics: readonly Metric[],
  by: readonly Field[],
  fieldOf: FieldReader,
): ResolvedQuery['order'] {
  if (kind === 'table') {
    const field = assertNotWhole(fieldOf(query.order?.by ?? 'time', 'order.by'), 'order.by');
    return { target: { what: 'field', field }, desc: query.order?.desc ?? true };
  }
  if (query.order === undefined) return { target: { what: 'metric', index: 0 }, desc: true };
  const { by: name, desc } = query.order;
  const metric = metrics.findIndex((candidate) => candidate.name === name);
  if (metric >= 0) return { target: { what: 'metric', index: metric }, desc };
  const group = by.findIndex((field) => field.name === name);
  if (group >= 0) return { target: { what: 'by', index: group }, desc };
  if (kind === 'trend' && name === 'bucket') return { target: { what: 'bucket' }, desc };
  const columns = [
    ...(kind === 'trend' ? ['bucket'] : []),
    ...by.map((field) => field.name),
    ...metrics.map((candidate) => candidate.name),
  ];
  throw new Problem('QUERY_INVALID', `order.by: "${name}" is not a column of this query. Columns: ${columns.join(', ')}.`);
}
