/** What can be asked about: datasets, event names and properties, as they were discovered while events arrived. */
import { z } from 'zod';
import { maskKinds } from '../model/policy.ts';
import type { Route } from './route.ts';

/** What the values of a property are. */
export const propertyTypes = ['string', 'number', 'boolean', 'array', 'other'] as const;
/** One of {@link propertyTypes}. */
export type PropertyType = (typeof propertyTypes)[number];

/** How the policy of whoever asks masks a field; absent: it is shown as it is. Of masked fields there are no values. */
const masked = z.enum(maskKinds).optional();

/** An event name. */
export const catalogEvent = z.object({
  name: z.string(),
  /** exact, as of `asOf` of the answer; under a row filter of the 90 days that end with the newest event that may be seen */
  count: z.number(),
  /** earliest and latest event time, ISO 8601 */
  firstSeen: z.string(),
  lastSeen: z.string(),
});

/** A property. Shares and counts of values come from a sample of the events. */
export const catalogProperty = z.object({
  /** as a field of queries: `properties.country` */
  field: z.string(),
  masked,
  /** what most of its values are */
  type: z.enum(propertyTypes),
  /** what its values are, with the share of each, largest first; a property with more than one is worth cleaning up */
  types: z.array(z.object({ type: z.enum(propertyTypes), share: z.number() })),
  /** share of all events that have it, 0..1 */
  coverage: z.number(),
  /** how many different values it has, within about 2 % */
  cardinality: z.number(),
  /** the most frequent values as text, cut to 100 characters, most frequent first */
  samples: z.array(z.string()),
  /** of its numbers; null if it has none */
  min: z.number().nullable(),
  max: z.number().nullable(),
  /** events that have it, with the share of their events that do, largest share of all first */
  events: z.array(z.object({ name: z.string(), coverage: z.number() })),
});
/** A parsed {@link catalogProperty}. */
export type CatalogProperty = z.infer<typeof catalogProperty>;

/** A field that every row of a dataset has. */
export const catalogField = z.object({
  field: z.string(),
  type: z.enum(['string', 'number', 'time']),
  title: z.string(),
  masked,
});
/** A parsed {@link catalogField}. */
export type CatalogField = z.infer<typeof catalogField>;

/** A dataset. */
export const catalogDataset = z.object({
  name: z.string(),
  rows: z.number(),
  firstSeen: z.string().nullable(),
  lastSeen: z.string().nullable(),
  fields: z.array(catalogField),
});

/** A metric that was defined; what a defined metric carries beyond its name comes with definitions. */
export const catalogMetric = z.object({ name: z.string(), title: z.string(), unit: z.string().nullable() });

/** All of it. */
export const catalogAnswer = z.object({
  datasets: z.array(catalogDataset),
  /** most frequent first; at most 1,000 */
  events: z.array(catalogEvent),
  /** most widespread first; at most 1,000 */
  properties: z.array(catalogProperty),
  metrics: z.array(catalogMetric),
  /** events received up to this instant are in it, ISO 8601; null: nothing has been discovered yet */
  asOf: z.string().nullable(),
});
/** A parsed {@link catalogAnswer}. */
export type CatalogAnswer = z.infer<typeof catalogAnswer>;

/** What can be asked about. */
export const catalogRoute = {
  method: 'GET',
  path: '/api/analytics/catalog',
  operation: 'readCatalog',
  summary: 'Datasets, event names and properties with types, cardinality and samples, and metrics',
  tag: 'analytics',
  access: 'events:read',
  answer: catalogAnswer,
} as const satisfies Route;
