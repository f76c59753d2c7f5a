/** Asking: a query in, a result out (normative text: docs/formats/query.md and result.md). */
import { z } from 'zod';
import { maskKinds } from '../model/policy.ts';
import { querySchema } from '../model/query.ts';
import type { Result } from '../model/result.ts';
import type { Route } from './route.ts';

const cell: z.ZodType<Result['rows'][number][number]> = z
  .json()
  .describe('a JSON value; {"others":true} stands for all groups beyond the limit');
const row = z.array(cell);
const instant = z.string().describe('ISO 8601');

/** Schema of a {@link Result}. */
export const resultSchema = z.object({
  columns: z.array(
    z.object({
      name: z.string(),
      type: z.enum(['bucket', 'string', 'number', 'boolean', 'time', 'json']),
      unit: z.string().nullable(),
      role: z.enum(['bucket', 'by', 'metric', 'field']),
    }),
  ),
  rows: z.array(row),
  totals: row.describe('one row over the whole range; null under bucket and by columns'),
  comparison: z.object({ rows: z.array(row), totals: row, range: z.object({ from: instant, to: instant }) }).optional(),
  next: z.string().nullable().optional().describe('kind table: the cursor of the next page, null at the end'),
  lineage: z.object({
    queryId: z.string(),
    sql: z.string(),
    watermark: instant,
    cache: z.enum(['hit', 'partial', 'miss', 'stale']),
    staleMs: z.number(),
    policy: z.string(),
    limits: z
      .object({
        rows: z.array(
          z.object({ fields: z.array(z.string()), is: z.array(z.union([z.string(), z.number(), z.boolean(), z.null()])).optional() }),
        ),
        masks: z.array(z.object({ field: z.string(), as: z.enum(maskKinds), step: z.number().optional() })),
      })
      .optional()
      .describe('what the policy kept from whoever asked'),
    definitions: z.array(z.object({ metric: z.string(), version: z.number(), formula: z.string() })),
    rowsRead: z.number(),
    elapsedMs: z.number(),
    range: z.object({ from: instant, to: instant, timezone: z.string() }),
    grain: z.string().nullable(),
    approximate: z.object({ errorBound: z.number() }).optional(),
  }),
}) satisfies z.ZodType<Result>;

/** Asks a question. */
export const queryRoute = {
  method: 'POST',
  path: '/api/analytics/query',
  operation: 'query',
  summary: 'Answers a query: totals, trends, breakdowns and tables over the events of the workspace.',
  tag: 'analytics',
  access: 'events:read',
  isForEmbeds: true,
  body: querySchema,
  answer: resultSchema,
} as const satisfies Route;
