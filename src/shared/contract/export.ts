/** Events out of the warehouse as a file: all of them, or those of a range and a filter. */
import { z } from 'zod';
import { conditionSchema, rangeSchema } from '../model/query.ts';
import type { Route } from './route.ts';

/** Formats of an export. NDJSON is lossless and can be imported again as it is; CSV and Parquet have a column per property. */
export const exportFormats = ['ndjson', 'csv', 'parquet'] as const;
/** One of {@link exportFormats}. */
export type ExportFormat = (typeof exportFormats)[number];

const conditionsText = z
  .string()
  .max(16_000)
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue({ code: 'custom', message: 'must be JSON' });
      return z.NEVER;
    }
  })
  .pipe(z.array(conditionSchema).max(100));

const instantText = z.string().min(1).max(64);

/** Query string of {@link exportRoute}. Without a range: all events. */
export const exportQuery = z
  .object({
    format: z.enum(exportFormats).default('ndjson'),
    /** such as 30d, see the range of a query */
    last: rangeSchema.options[0].shape.last.optional(),
    from: instantText.optional(),
    to: instantText.optional(),
    timezone: z.string().min(1).max(64).default('UTC'),
    /** conditions as JSON, see the where of a query */
    where: conditionsText.optional(),
  })
  .refine(({ last, from, to }) => last === undefined || (from === undefined && to === undefined), {
    message: 'takes either "last" or "from" and "to"',
  });
/** A parsed {@link exportQuery}. */
export type ExportQuery = z.output<typeof exportQuery>;

/** Streams events. */
export const exportRoute = {
  method: 'GET',
  path: '/api/analytics/export',
  operation: 'export',
  summary: 'Events as a stream of NDJSON, CSV or Parquet, in no particular order.',
  tag: 'analytics',
  access: 'events:export',
  limit: 'export',
  isRecorded: true,
  query: exportQuery,
} as const satisfies Route;
