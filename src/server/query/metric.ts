/** The metrics of a query: what each column of numbers folds, what it is called, what it is where nothing was. */
import { Problem } from '../../shared/model/errors.ts';
import type { Aggregate, MetricTerm } from '../../shared/model/query.ts';
import { resolveConditions, type Test } from './condition.ts';
import type { Field, FieldReader } from './field.ts';

/** A column of numbers. */
export interface Metric {
  name: string;
  aggregate: Aggregate;
  /** null: the rows themselves (count only) */
  of: Field | null;
  /** null: all rows of the query */
  where: Test | null;
}

/** The metrics that `terms` name; none means count. @throws METRIC_UNKNOWN, FIELD_UNKNOWN, QUERY_INVALID */
export function resolveMetrics(terms: readonly MetricTerm[], zone: string, fieldOf: FieldReader): Metric[] {
  const wanted: readonly MetricTerm[] = terms.length === 0 ? [{ aggregate: 'count' }] : terms;
  return wanted.map((term, i) => resolveMetric(term, zone, fieldOf, `metrics[${i}]`));
}

function resolveMetric(term: MetricTerm, zone: string, fieldOf: FieldReader, place: string): Metric {
  if ('metric' in term) {
    throw new Problem(
      'METRIC_UNKNOWN',
      `${place}: there is no metric "${term.metric}". Ask for an aggregate, such as {"aggregate":"count"}.`,
    );
  }
  const { aggregate } = term;
  const of = term.of === undefined ? null : fieldOf(term.of, `${place}.of`);
  if (of === null && aggregate !== 'count')
    throw new Problem('QUERY_INVALID', `${place}: "${aggregate}" needs "of", the field to aggregate.`);
  if (of !== null) assertFits(aggregate, of, place);
  const where = term.where === undefined || term.where.length === 0 ? null : resolveConditions(term.where, zone, `${place}.where`, fieldOf);
  return { name: term.as ?? generatedName(aggregate, of), aggregate, of, where };
}

function assertFits(aggregate: Aggregate, of: Field, place: string): void {
  if (of.kind === 'properties') throw new Problem('FIELD_UNKNOWN', `${place}.of: name one property, such as "properties.amount".`);
  const isFree = aggregate === 'count' || aggregate === 'unique';
  const isExtreme = aggregate === 'min' || aggregate === 'max';
  const isNumeric = of.kind === 'property' || of.kind === 'clock';
  if (isFree || isNumeric || (of.kind === 'time' && isExtreme)) return;
  const advice = of.kind === 'time' ? 'Of an instant there are count, unique, min and max.' : 'Of text there are count and unique.';
  throw new Problem('QUERY_INVALID', `${place}: "${aggregate}" needs numbers, and "${of.name}" has none. ${advice}`);
}

/** `count`, `unique_user`, `sum_amount`, `p95_timing_ms`. */
function generatedName(aggregate: Aggregate, of: Field | null): string {
  return of === null ? aggregate : `${aggregate}_${of.name.replace(/^properties\./, '').replaceAll('.', '_')}`;
}

/** What a metric is where no row was: nothing counted, nothing summed is 0; an average, an extreme or a percentile of nothing is missing. */
export function noDataValue(metric: Metric): 0 | null {
  return metric.aggregate === 'count' || metric.aggregate === 'unique' || metric.aggregate === 'sum' ? 0 : null;
}

/** Whether the metric yields an instant and not a number. */
export function isInstant(metric: Metric): boolean {
  return metric.of?.kind === 'time' && (metric.aggregate === 'min' || metric.aggregate === 'max');
}
