/** The people that identify calls have named: who they are, under which ids, and when they were seen. */
import { z } from 'zod';
import type { Route } from './route.ts';

/** A person. */
export const person = z.object({
  /** what `person` is in queries */
  id: z.string(),
  /** all ids that lead to it, its own included */
  ids: z.array(z.string()),
  /** the newest value of each */
  traits: z.record(z.string(), z.unknown()),
  /** event time of the first and the last of its events, ISO 8601; null if it has none */
  firstSeen: z.string().nullable(),
  lastSeen: z.string().nullable(),
  events: z.number(),
});
/** A parsed {@link person}. */
export type Person = z.infer<typeof person>;

/** Query string of {@link peopleRoute}. */
export const peopleQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  /** anywhere in id or traits; ignores case */
  text: z.string().max(512).optional(),
  after: z
    .string()
    .regex(/^\d{1,15}-.{1,512}$/s, 'must be the "next" of an answer')
    .optional(),
});

/** Who was identified, last identified first. */
export const peopleRoute = {
  method: 'GET',
  path: '/api/analytics/people',
  operation: 'people',
  summary: 'People with their traits, linked ids, first and last event; last identified first.',
  tag: 'events',
  access: 'events:read',
  query: peopleQuery,
  answer: z.object({ people: z.array(person), next: z.string().nullable() }),
} as const satisfies Route;

/** One person, by any of its ids. */
export const personRoute = {
  method: 'GET',
  path: '/api/analytics/people/:id',
  operation: 'person',
  summary: 'One person, by any of its ids.',
  tag: 'events',
  access: 'events:read',
  params: z.object({ id: z.string().min(1).max(512) }),
  answer: person,
} as const satisfies Route;
