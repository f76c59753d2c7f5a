/** The calls by which events come in. Their bodies come in many shapes, so these values document; the plugin decodes by itself. */
import { z } from 'zod';
import { eventLimits, rejectReasons } from '../model/event.ts';
import type { Route } from './route.ts';

const time = z.union([z.string(), z.number()]);
const actor = z.string().max(eventLimits.actorLength);

/** An event as senders write it (normative text: docs/formats/event.md). */
export const sentEvent = z.object({
  name: z.string().min(1).max(eventLimits.nameLength),
  /** counts once per workspace */
  id: z.string().max(eventLimits.idLength).optional(),
  /** ISO 8601 (no zone = UTC) or epoch ms; default now */
  time: time.optional(),
  user: actor.optional(),
  anonymous: actor.optional(),
  session: actor.optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
});

const count = z.int().min(0);

/** What became of the events of a call. */
export const ingestAnswer = z.object({
  accepted: count,
  duplicates: count,
  rejected: count,
  /** the first hundred that were rejected */
  errors: z.array(
    z.object({ index: count, code: z.enum(Object.keys(rejectReasons) as (keyof typeof rejectReasons)[]), message: z.string() }),
  ),
});

function call(
  method: 'GET' | 'POST',
  path: string,
  operation: string,
  summary: string,
  parts: Pick<Route, 'body' | 'bodyTypes' | 'answer' | 'params'> = {},
): Route {
  return { method, path, operation, summary, tag: 'ingest', access: 'events:write', ...parts };
}

const segmentMessage = z.looseObject({
  type: z.string().optional(),
  messageId: z.string().optional(),
  userId: z.string().optional(),
  anonymousId: z.string().optional(),
});
const segmentBatch = z.looseObject({ batch: z.array(segmentMessage), sentAt: z.string().optional(), writeKey: z.string().optional() });
const segmentAnswer = z.object({ success: z.literal(true) });
const posthogEvent = z.looseObject({
  event: z.string(),
  distinct_id: z.string(),
  uuid: z.string().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
});
const posthogBody = z.union([posthogEvent, z.array(posthogEvent), z.looseObject({ api_key: z.string(), batch: z.array(posthogEvent) })]);
const posthogAnswer = z.object({ status: z.literal(1) });
const key = z.object({ key: z.string() });

const segmentCalls = ['track', 'identify', 'page', 'screen', 'group', 'alias'] as const;
const beacon = { 'text/plain': 'The same JSON, as browsers send it without asking first.' };

/** Every ingest call, for the OpenAPI document. */
export const ingestContract: readonly Route[] = [
  call(
    'POST',
    '/v1/events',
    'sendEvents',
    'One event, an array, {"events":[...]}, or NDJSON (application/x-ndjson, streamed); gzip accepted. Answered when durable.',
    {
      body: z.union([sentEvent, z.array(sentEvent), z.object({ events: z.array(sentEvent), writeKey: z.string().optional() })]),
      bodyTypes: { 'application/x-ndjson': 'One event a line, any number of lines.' },
      answer: ingestAnswer,
    },
  ),
  ...segmentCalls.map((name) =>
    call('POST', `/v1/${name}`, `segment-${name}`, `A ${name} call of a Segment or RudderStack library.`, {
      body: segmentMessage,
      answer: segmentAnswer,
    }),
  ),
  ...segmentCalls.map((name) =>
    call('POST', `/v1/${name[0]}`, `segment-${name}-browser`, `A ${name} call of Segment's browser library.`, {
      body: segmentMessage,
      bodyTypes: beacon,
      answer: segmentAnswer,
    }),
  ),
  call('POST', '/v1/b', 'segment-batch-browser', "A batch of Segment's browser library.", {
    body: segmentBatch,
    bodyTypes: beacon,
    answer: segmentAnswer,
  }),
  call('POST', '/v1/batch', 'segment-batch', 'A batch of a Segment or RudderStack library.', { body: segmentBatch, answer: segmentAnswer }),
  call('POST', '/v1/import', 'segment-import', 'A batch of old events of a Segment library.', {
    body: segmentBatch,
    answer: segmentAnswer,
  }),
  call('GET', '/v1/projects/:key/settings', 'segment-settings', "Settings of Segment's browser library.", { params: key }),
  ...['/batch/', '/capture/', '/e/', '/i/v0/e/'].map((path) =>
    call(
      'POST',
      path,
      `posthog-${path.split('/').filter(Boolean).join('-')}`,
      'Events of a PostHog library: JSON, gzip, or a form with data=.',
      { body: posthogBody, answer: posthogAnswer },
    ),
  ),
  ...['flags', 'decide'].map((name) =>
    call('POST', `/${name}/`, `posthog-${name}`, 'Feature flags of a PostHog library: always an empty set.'),
  ),
  call('GET', '/array/:key/config', 'posthog-config', "Configuration of PostHog's browser library.", { params: key }),
  call('GET', '/array/:key/config.js', 'posthog-config-script', "Configuration of PostHog's browser library, as a script.", {
    params: key,
  }),
];
