/** A question as the screen holds it: parts of a sentence, written in the address, turned into a query. */
import type { Aggregate, Grain, MetricTerm, QueryInput } from '../../shared/model/query.ts';
import { allOf, among, oneOf } from './address.ts';
import { maybeFilter, toCondition, writeFilter } from './condition-text.ts';
import type { Filter } from './condition-text.ts';
import { maybeRange } from './period.ts';
import type { Period } from './period.ts';

/** Ways to fold a measure, in the order of the menu. */
export const foldings = ['count', 'unique', 'sum', 'avg', 'min', 'max', 'p50', 'p90', 'p95', 'p99'] as const satisfies readonly Aggregate[];
/** Widths of buckets, fine to coarse. */
export const grainChoices = ['minute', 'hour', 'day', 'week', 'month', 'quarter', 'year'] as const satisfies readonly Grain[];
/** What a range may be compared with. */
export const comparisonChoices = ['previous', 'previousWeek', 'previousYear'] as const;
/** How an answer may be shown. */
export const showings = ['line', 'area', 'bar', 'number', 'ranking', 'heatmap', 'table'] as const;
/** One of {@link showings}. */
export type Showing = (typeof showings)[number];

/** One metric of a question. */
export interface MetricChoice {
  aggregate: Aggregate;
  /** null only for `count` */
  of: string | null;
}

/** A question without its range and zone, which the page has. */
export interface Question {
  metrics: MetricChoice[];
  filters: Filter[];
  by: string[];
  /** null: as suits the range */
  grain: Grain | null;
  compare: (typeof comparisonChoices)[number] | null;
  show: Showing;
}

/** Where Explore starts. */
export const firstQuestion: Question = { metrics: [{ aggregate: 'count', of: null }], filters: [], by: [], grain: null, compare: null, show: 'area' };

const mostMetrics = 6;
const mostBy = 5;

function maybeMetric(text: string): MetricChoice | null {
  const at = text.indexOf(':');
  const aggregate = among(foldings, at < 0 ? text : text.slice(0, at));
  if (aggregate === undefined) return null;
  if (aggregate === 'count') return { aggregate, of: null };
  return at < 0 || at === text.length - 1 ? null : { aggregate, of: text.slice(at + 1) };
}

/** The question in an address; whatever is wrong in it is left out. */
export function questionOf(search: Readonly<Record<string, unknown>>): Question {
  const metrics = allOf(search, 'metric').map(maybeMetric).filter((metric) => metric !== null).slice(0, mostMetrics);
  return {
    metrics: metrics.length === 0 ? firstQuestion.metrics : metrics,
    filters: allOf(search, 'where').map(maybeFilter).filter((filter) => filter !== null),
    by: [...new Set(allOf(search, 'by').filter((field) => field !== ''))].slice(0, mostBy),
    grain: among(grainChoices, oneOf(search, 'grain')) ?? null,
    compare: among(comparisonChoices, oneOf(search, 'compare')) ?? null,
    show: among(showings, oneOf(search, 'show')) ?? firstQuestion.show,
  };
}

/** The question as it stands in an address. */
export function questionSearch(question: Question): Record<string, string | string[] | undefined> {
  return {
    metric: question.metrics.map(({ aggregate, of }) => (of === null ? aggregate : `${aggregate}:${of}`)),
    where: question.filters.map(writeFilter),
    by: question.by,
    grain: question.grain ?? undefined,
    compare: question.compare ?? undefined,
    show: question.show,
  };
}

/** A field's name in a sentence: `properties.plan` is "plan". */
export function fieldName(field: string): string {
  return field.startsWith('properties.') ? field.slice('properties.'.length) : field;
}

const plainWords: Readonly<Record<string, string>> = { 'unique:user': 'users', 'unique:person': 'people', 'unique:session': 'sessions', 'unique:anonymous': 'anonymous ids' };

/** A metric's name: `events`, `people`, `sum of amount`. */
export function metricName({ aggregate, of }: MetricChoice): string {
  if (of === null) return 'events';
  const words = plainWords[`${aggregate}:${of}`];
  if (words !== undefined) return words;
  const folding = { count: 'count', unique: 'unique', sum: 'sum of', avg: 'average', min: 'least', max: 'greatest', p50: 'median', p90: 'p90', p95: 'p95', p99: 'p99' }[aggregate];
  return `${folding} ${fieldName(of)}`;
}

/** Whether parts add up to the whole. */
export function isAdditive({ aggregate }: MetricChoice): boolean {
  return aggregate === 'count' || aggregate === 'sum';
}

/** Whether the answer is a row of buckets. */
export function isOverTime({ show, by }: Pick<Question, 'show' | 'by'>): boolean {
  return show === 'line' || show === 'area' || show === 'bar' || show === 'number' || (show === 'table' && by.length === 0);
}

/** Fields that the picture of a week is split by. */
export const weekFields = ['time.weekday', 'time.hour'] as const;

/** Groups asked for: as many as are drawn over time, or fit a table. */
const groupsOverTime = 8;
const groupsListed = 200;

/** The query of a question over a period. */
export function toQuery(question: Question, period: Period): QueryInput {
  const { show, by } = question;
  const isTrend = isOverTime(question);
  const groups = show === 'heatmap' ? [...weekFields] : show === 'number' ? [] : show === 'ranking' && by.length === 0 ? ['name'] : by;
  const names = new Set<string>();
  const metrics = (isTrend || show === 'table' ? question.metrics : question.metrics.slice(0, 1)).map(({ aggregate, of }): MetricTerm => {
    const as = metricName({ aggregate, of }).slice(0, 100);
    return of === null ? { aggregate, as } : { aggregate, of, as };
  });
  return {
    kind: isTrend ? 'trend' : 'breakdown',
    metrics: metrics.filter((metric) => metric.as !== undefined && !names.has(metric.as) && names.add(metric.as)),
    where: question.filters.map(toCondition),
    by: groups,
    timezone: period.zone,
    range: maybeRange(period.range) ?? { last: '30d' },
    limit: isTrend ? groupsOverTime : groupsListed,
    ...(isTrend && question.grain !== null ? { grain: question.grain } : {}),
    ...(question.compare !== null && show !== 'heatmap' ? { compare: question.compare } : {}),
  };
}
