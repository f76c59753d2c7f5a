/** A question is data: the schema of a query as clients send it (normative text: docs/formats/query.md). */
import { z } from 'zod';

const scalar = z.union([z.string().max(4096), z.number(), z.boolean()]);
const fieldName = z.string().min(1).max(512);

/** What a condition compares with. */
export type Scalar = string | number | boolean;

/** A test of one field. Several operators in one condition must all hold. */
export interface FieldCondition {
  field: string;
  is?: (Scalar | null)[];
  isNot?: (Scalar | null)[];
  contains?: string;
  startsWith?: string;
  matches?: string;
  gt?: Scalar;
  gte?: Scalar;
  lt?: Scalar;
  lte?: Scalar;
  exists?: boolean;
}

/** A condition, or a combination of conditions. A list of conditions means "and". */
export type Condition = FieldCondition | { any: Condition[] } | { all: Condition[] } | { not: Condition };

const fieldConditionSchema = z.strictObject({
  field: fieldName,
  is: z.array(scalar.nullable()).max(1000).optional(),
  isNot: z.array(scalar.nullable()).max(1000).optional(),
  contains: z.string().max(4096).optional(),
  startsWith: z.string().max(4096).optional(),
  matches: z.string().max(1000).optional(),
  gt: scalar.optional(),
  gte: scalar.optional(),
  lt: scalar.optional(),
  lte: scalar.optional(),
  exists: z.boolean().optional(),
});

/** Schema of {@link Condition}. */
export const conditionSchema: z.ZodType<Condition> = z.lazy(() =>
  z.union([
    fieldConditionSchema,
    z.strictObject({ any: z.array(conditionSchema).max(100) }),
    z.strictObject({ all: z.array(conditionSchema).max(100) }),
    z.strictObject({ not: conditionSchema }),
  ]),
);

/** How a measure is folded into one number. */
export const aggregates = ['count', 'unique', 'sum', 'avg', 'min', 'max', 'p50', 'p90', 'p95', 'p99'] as const;
/** One of {@link aggregates}. */
export type Aggregate = (typeof aggregates)[number];

const label = z.string().min(1).max(100);

/** One column of numbers: a named metric, or an aggregate asked for on the spot. */
export const metricTermSchema = z.union([
  z.strictObject({ metric: label, as: label.optional() }),
  z.strictObject({
    aggregate: z.enum(aggregates),
    of: fieldName.optional(),
    as: label.optional(),
    where: z.array(conditionSchema).max(50).optional(),
  }),
]);
/** A parsed {@link metricTermSchema}. */
export type MetricTerm = z.infer<typeof metricTermSchema>;

/** Widths of time buckets. Weeks start on Monday. */
export const grains = ['minute', 'hour', 'day', 'week', 'month', 'quarter', 'year'] as const;
/** One of {@link grains}. */
export type Grain = (typeof grains)[number];

/** `{last}` counts back from now (`m`, `h` roll; `d`, `w`, `mo`, `q`, `y` are local calendar units, the current one included); `{from,to}` is half-open. */
export const rangeSchema = z.union([
  z.strictObject({ last: z.string().regex(/^[1-9]\d{0,4}(m|h|d|w|mo|q|y)$/, 'must look like 30d, 24h, 60m, 8w, 12mo, 4q or 2y') }),
  z.strictObject({ from: z.union([z.string().max(64), z.number()]), to: z.union([z.string().max(64), z.number()]) }),
]);
/** A parsed {@link rangeSchema}. */
export type Range = z.infer<typeof rangeSchema>;

/** What a range may be compared with. */
export const comparisons = ['previous', 'previousWeek', 'previousYear'] as const;

/** A query over a dataset. */
export const querySchema = z.strictObject({
  kind: z.enum(['total', 'trend', 'breakdown', 'table']),
  dataset: z.string().min(1).max(100).default('events'),
  metrics: z.array(metricTermSchema).max(20).default([]),
  where: z.array(conditionSchema).max(100).default([]),
  by: z.array(fieldName).max(5).default([]),
  /** fields shown by kind `table`; default: all plain fields of the dataset */
  columns: z.array(fieldName).max(100).optional(),
  grain: z.enum(grains).optional(),
  timezone: z.string().min(1).max(64).default('UTC'),
  range: rangeSchema.default({ last: '30d' }),
  compare: z.enum(comparisons).optional(),
  order: z.strictObject({ by: fieldName, desc: z.boolean().default(false) }).optional(),
  limit: z.int().min(1).max(50_000).optional(),
  /** kind `table`: opaque cursor of the page after */
  after: z.string().max(2000).optional(),
  approximate: z.boolean().default(false),
});
/** A query with its defaults filled in. */
export type Query = z.output<typeof querySchema>;
/** A query as clients write it. */
export type QueryInput = z.input<typeof querySchema>;
