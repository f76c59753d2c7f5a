/** Incidents: what happened, why, what was done about it, and who looks after it. */
import { z } from 'zod';
import { severities } from '../model/severity.ts';
import type { Route } from './route.ts';

/** States of an incident. Acknowledged: somebody knows. */
export const incidentStates = ['open', 'acknowledged', 'resolved'] as const;

/** A person with the name they go by now; null: not a member any more. */
const person = z.object({ id: z.string(), name: z.string().nullable() });
const actor = person.extend({
  /** `person`, `api-key`, `local-owner`, or `system` for a part of this server */
  kind: z.string(),
});

/** An incident as it is listed. */
export const incidentAnswer = z.object({
  id: z.string(),
  /** what sort of thing it is, such as `brute-force` */
  kind: z.string(),
  severity: z.enum(severities),
  state: z.enum(incidentStates),
  title: z.string(),
  /** why it happened, as far as that is known */
  cause: z.string(),
  /** what shows it, as it was seen last */
  evidence: z.unknown(),
  /** whom or what it is about */
  subject: z.object({ kind: z.string(), id: z.string() }).nullable(),
  /** how often its cause was seen */
  symptoms: z.number(),
  assignee: person.nullable(),
  openedAt: z.string(),
  lastSeenAt: z.string(),
  acknowledgedAt: z.string().nullable(),
  resolvedAt: z.string().nullable(),
});
/** A parsed {@link incidentAnswer}. */
export type IncidentAnswer = z.infer<typeof incidentAnswer>;

/** What a line of the timeline says. */
export const incidentEntryKinds = [
  'opened',
  'escalated',
  'acknowledged',
  'assigned',
  'note',
  'act',
  'act-undone',
  'undo-failed',
  'resolved',
  'reopened',
] as const;

/** An incident with all that happened. */
export const incidentStory = z.object({
  incident: incidentAnswer,
  /** oldest first; the newest 500 */
  timeline: z.array(z.object({ at: z.string(), kind: z.enum(incidentEntryKinds), actor, text: z.string() })),
  /** what was done in answer, oldest first */
  acts: z.array(
    z.object({
      id: z.string(),
      kind: z.string(),
      title: z.string(),
      state: z.enum(['done', 'undoing', 'undone']),
      canUndo: z.boolean(),
      doneAt: z.string(),
      undoneAt: z.string().nullable(),
    }),
  ),
});
/** A parsed {@link incidentStory}. */
export type IncidentStoryAnswer = z.infer<typeof incidentStory>;

const incidentId = z.object({ id: z.string().regex(/^[\w-]{1,64}$/) });

/** One or several of `values`, separated by commas. */
const someOf = <T extends string>(values: readonly [T, ...T[]]) =>
  z
    .string()
    .max(200)
    .transform((text) => text.split(','))
    .pipe(z.array(z.enum(values)).max(values.length));

/** Query string of {@link incidentsRoute}. */
export const incidentsQuery = z.strictObject({
  state: someOf(incidentStates).optional(),
  severity: someOf(severities).optional(),
  kind: z
    .string()
    .regex(/^[a-z0-9-]{1,64}$/)
    .optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  after: z
    .string()
    .regex(/^\d{1,15}-[\w-]{1,64}$/, 'must be the "next" of an answer')
    .optional(),
});

/** The incidents of the workspace. */
export const incidentsRoute = {
  method: 'GET',
  path: '/api/analytics/incidents',
  operation: 'incidents',
  summary: 'Incidents by state, severity and kind (several separated by commas), newest first.',
  tag: 'incidents',
  access: 'incidents:read',
  query: incidentsQuery,
  answer: z.object({
    incidents: z.array(incidentAnswer),
    /** of the whole workspace, whatever was asked for */
    unresolved: z.number(),
    next: z.string().nullable(),
  }),
} as const satisfies Route;

/** One incident. */
export const incidentRoute = {
  method: 'GET',
  path: '/api/analytics/incidents/:id',
  operation: 'incident',
  summary: 'One incident with its timeline, what was done, and what of that can be undone.',
  tag: 'incidents',
  access: 'incidents:read',
  params: incidentId,
  answer: incidentStory,
} as const satisfies Route;

const reason = z.strictObject({
  /** why, for the timeline */
  text: z.string().trim().max(4_000).default(''),
});

const change = <Operation extends string, Body extends z.ZodType>(operation: Operation, verb: string, summary: string, body: Body) =>
  ({
    method: 'POST',
    path: `/api/analytics/incidents/:id/${verb}`,
    operation,
    summary,
    tag: 'incidents',
    access: 'incidents:manage',
    params: incidentId,
    body,
    answer: incidentStory,
  }) as const satisfies Route;

/** Says that somebody knows. */
export const acknowledgeIncidentRoute = change('acknowledgeIncident', 'acknowledge', 'Says that somebody knows of the incident.', reason);
/** Says that it is over. */
export const resolveIncidentRoute = change('resolveIncident', 'resolve', 'Says that the incident is over.', reason);
/** Says that it is not over. */
export const reopenIncidentRoute = change('reopenIncident', 'reopen', 'Says that the incident is not over after all.', reason);
/** Says who looks after it. */
export const assignIncidentRoute = change(
  'assignIncident',
  'assign',
  'Says which member looks after the incident; null: nobody.',
  z.strictObject({ assignee: z.string().min(1).max(64).nullable() }),
);
/** Adds a note. */
export const noteIncidentRoute = change(
  'noteIncident',
  'note',
  'Adds a note to the timeline.',
  z.strictObject({ text: z.string().trim().min(1).max(4_000) }),
);

/** Takes back what was done in answer to an incident. */
export const undoActRoute = {
  method: 'POST',
  path: '/api/analytics/incidents/:id/acts/:act/undo',
  operation: 'undoAct',
  summary: 'Takes back what was done in answer to an incident.',
  tag: 'incidents',
  access: 'incidents:manage',
  params: incidentId.extend({ act: z.string().regex(/^[\w-]{1,64}$/) }),
  answer: incidentStory,
} as const satisfies Route;
