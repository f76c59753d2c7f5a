/** Looking at single events and at what was rejected: lists newest first, and one of them whole. */
import { z } from 'zod';
import { rejectReasons } from '../model/event.ts';
import type { Route } from './route.ts';

/** a date is midnight UTC */
const instant = z.union([z.iso.datetime({ offset: true }), z.iso.date()]);
const text = z.string().max(512);

/** What both lists share: half-open span, page size, and the `next` of the page before. */
const page = {
  from: instant.optional(),
  to: instant.optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  after: z
    .string()
    .regex(/^\d{1,15}-\d{1,9}$/, 'must be the "next" of an answer')
    .optional(),
};

const key = z.string().regex(/^\d{1,15}-[0-9a-f]{16}$/, 'must be the "key" of a list');

/** A stored event. */
export const storedEvent = z.object({
  /** finds it again: `GET /api/analytics/events/:key` */
  key,
  name: z.string(),
  /** '' when the sender gave none */
  id: z.string(),
  time: z.string(),
  user: z.string(),
  anonymous: z.string(),
  session: z.string(),
  properties: z.record(z.string(), z.unknown()),
  source: z.string(),
  importId: z.string(),
  /** '' when it is masked */
  received: z.string(),
});
/** A parsed {@link storedEvent}. */
export type StoredEvent = z.infer<typeof storedEvent>;

/** Query string of {@link eventsRoute}. */
export const eventsQuery = z.strictObject({
  ...page,
  name: z.string().max(200).optional(),
  /** user or anonymous id */
  user: text.optional(),
  source: text.optional(),
  /** anywhere in name, ids or properties that are text; ignores case */
  text: text.optional(),
});

/** A page of events. */
export const eventsAnswer = z.object({ events: z.array(storedEvent), next: z.string().nullable() });
/** A parsed {@link eventsAnswer}. */
export type EventsAnswer = z.infer<typeof eventsAnswer>;

/** The stored events, newest first. */
export const eventsRoute = {
  method: 'GET',
  path: '/api/analytics/events',
  operation: 'events',
  summary: 'Stored events, newest first by event time; search by name, user, source or text.',
  tag: 'events',
  access: 'events:read',
  query: eventsQuery,
  answer: eventsAnswer,
} as const satisfies Route;

/** One stored event. */
export const eventRoute = {
  method: 'GET',
  path: '/api/analytics/events/:key',
  operation: 'event',
  summary: 'One stored event, whole.',
  tag: 'events',
  access: 'events:read',
  params: z.object({ key }),
  answer: storedEvent,
} as const satisfies Route;

const reasons = Object.keys(rejectReasons) as (keyof typeof rejectReasons)[];

/** A rejected event. */
export const deadLetter = z.object({
  /** finds it again: `GET /api/analytics/dead-letters/:key` */
  key,
  received: z.string(),
  source: z.string(),
  importId: z.string(),
  reason: z.enum(reasons),
  /** names the offending value */
  message: z.string(),
  name: z.string(),
  /** the event as it came: its first 2,000 characters in a list, up to 64 KiB of it alone */
  body: z.string(),
  isBodyCut: z.boolean(),
});
/** A parsed {@link deadLetter}. */
export type DeadLetter = z.infer<typeof deadLetter>;

/** Query string of {@link deadLettersRoute}; the span is that of `received`. */
export const deadLettersQuery = z.strictObject({ ...page, reason: z.enum(reasons).optional(), source: text.optional() });

/** A page of dead letters. */
export const deadLettersAnswer = z.object({ deadLetters: z.array(deadLetter), next: z.string().nullable() });
/** A parsed {@link deadLettersAnswer}. */
export type DeadLettersAnswer = z.infer<typeof deadLettersAnswer>;

/** The rejected events, newest first. */
export const deadLettersRoute = {
  method: 'GET',
  path: '/api/analytics/dead-letters',
  operation: 'deadLetters',
  summary: 'Rejected events, newest first, with their reasons; filter by reason, source and time.',
  tag: 'events',
  access: 'sources:read',
  query: deadLettersQuery,
  answer: deadLettersAnswer,
} as const satisfies Route;

/** One rejected event. */
export const deadLetterRoute = {
  method: 'GET',
  path: '/api/analytics/dead-letters/:key',
  operation: 'deadLetter',
  summary: 'One rejected event with as much of it as was kept.',
  tag: 'events',
  access: 'sources:read',
  params: z.object({ key }),
  answer: deadLetter,
} as const satisfies Route;
