/** What one can pick in a question: metrics and fields, from what the catalog knows. */
import type { CatalogAnswer, CatalogProperty } from '../../../shared/contract/catalog.ts';
import type { Aggregate } from '../../../shared/model/query.ts';
import { formatCount, formatShare } from '../../../shared/format/number.ts';
import { fieldName, metricName } from '../../data/question.ts';
import type { MetricChoice } from '../../data/question.ts';
import type { Option } from '../../ui/pick.ts';

/** The metric as a value of a list, as it stands in addresses too. */
export function metricValue({ aggregate, of }: MetricChoice): string {
  return of === null ? aggregate : `${aggregate}:${of}`;
}

/** The metric that a value of the list says. */
export function metricOf(value: string): MetricChoice {
  const at = value.indexOf(':');
  return at < 0 ? { aggregate: value as Aggregate, of: null } : { aggregate: value.slice(0, at) as Aggregate, of: value.slice(at + 1) };
}

const distinct = ['person', 'user', 'session', 'anonymous'] as const;
const numeric = ['sum', 'avg', 'p50', 'p90', 'p95', 'p99', 'min', 'max'] as const satisfies readonly Aggregate[];

function isNumeric(property: CatalogProperty): boolean {
  return property.types.some(({ type }) => type === 'number') || property.type === 'number';
}

function metricOption(metric: MetricChoice, group: string, hint?: string): Option {
  return { value: metricValue(metric), label: metricName(metric), group, ...(hint === undefined ? {} : { hint }) };
}

/** Metrics to pick from: counts first, then figures of numeric properties, then distinct values. */
export function metricOptions(catalog: CatalogAnswer | undefined): Option[] {
  const properties = catalog?.properties ?? [];
  return [
    metricOption({ aggregate: 'count', of: null }, 'Counts', 'how often it happened'),
    ...distinct.map((of) =>
      metricOption({ aggregate: 'unique', of }, 'Counts', of === 'person' ? 'known ids of one person count once' : 'distinct'),
    ),
    ...properties
      .filter(isNumeric)
      .flatMap((property) => numeric.map((aggregate) => metricOption({ aggregate, of: property.field }, fieldName(property.field)))),
    ...properties.map((property) => metricOption({ aggregate: 'unique', of: property.field }, 'Distinct values')),
  ];
}

const ownFields: readonly Option[] = [
  { value: 'name', label: 'event', hint: 'its name', group: 'Event' },
  { value: 'user', label: 'user', group: 'Event' },
  { value: 'person', label: 'person', hint: 'user and anonymous ids joined', group: 'Event' },
  { value: 'anonymous', label: 'anonymous id', group: 'Event' },
  { value: 'session', label: 'session', group: 'Event' },
  { value: 'id', label: 'event id', group: 'Event' },
  { value: 'time.hour', label: 'hour of day', group: 'Time' },
  { value: 'time.weekday', label: 'weekday', hint: '1 is Monday', group: 'Time' },
  { value: 'time.month', label: 'month of year', group: 'Time' },
];

/** Fields to filter or split by: the event's own, then its properties, the most widespread first. */
export function fieldOptions(catalog: CatalogAnswer | undefined): Option[] {
  const properties = (catalog?.properties ?? []).map((property) => ({
    value: property.field,
    label: fieldName(property.field),
    hint: `${property.type}, ${formatCount(property.cardinality, 'value')}, on ${formatShare(property.coverage)}`,
    group: 'Properties',
  }));
  return [...ownFields, ...properties];
}

/** A typed name as a property that the catalog has not met. */
export function typedField(typed: string): Option {
  const field = typed.includes('.') || ownFields.some((option) => option.value === typed) ? typed : `properties.${typed}`;
  return { value: field, label: fieldName(field), hint: 'as typed', group: 'Other' };
}

/** The name of a field in a sentence. */
export function fieldLabel(field: string): string {
  return ownFields.find((option) => option.value === field)?.label ?? fieldName(field);
}
