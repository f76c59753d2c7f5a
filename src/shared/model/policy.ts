/** What a role lets be seen of a dataset: which rows, and which columns only behind a mask. */
import { z } from 'zod';
import { conditionSchema } from './query.ts';

/**
 * How a masked column is shown: `hide` nothing, `hash` 16 hex digits that are equal where the values are, `last4` all but the
 * last four characters as dots, `bucket` the lower end of the step that a number falls into.
 */
export const maskKinds = ['hide', 'hash', 'last4', 'bucket'] as const;

/** Schema of {@link Mask}. */
export const maskSchema = z
  .strictObject({
    /** a field of the dataset; `properties.address` covers everything below it */
    field: z.string().min(1).max(512),
    as: z.enum(maskKinds),
    /** width of a bucket; for `bucket` alone */
    step: z.number().positive().max(1e15).optional(),
  })
  .refine((mask) => (mask.as === 'bucket') === (mask.step !== undefined), { message: '"step" is for "bucket", and "bucket" needs it' });
/** A column that is shown only behind a mask, wherever it is used. */
export type Mask = z.infer<typeof maskSchema>;

/**
 * Schema of {@link DatasetRule}. A value `{person.NAME}` in a condition stands for that attribute of whoever asks; where they
 * have no such attribute they see no row.
 */
export const datasetRuleSchema = z.strictObject({
  /** all must hold; none: every row */
  rows: z.array(conditionSchema).max(50).default([]),
  masks: z.array(maskSchema).max(200).default([]),
});
/** What may be seen of one dataset. */
export type DatasetRule = z.infer<typeof datasetRuleSchema>;

/** Schema of {@link DatasetRules}. */
export const datasetRulesSchema = z.record(z.string().min(1).max(100), datasetRuleSchema);
/** What may be seen, by dataset; a dataset without a rule is seen whole. */
export type DatasetRules = Readonly<Record<string, DatasetRule>>;
