/** Shows single events and dead letters. */
import {
  deadLetterRoute,
  deadLettersRoute,
  eventRoute,
  eventsRoute,
  type DeadLetter,
  type StoredEvent,
} from '../../shared/contract/events.ts';
import { Problem } from '../../shared/model/errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Warehouse } from '../ports/warehouse.ts';
import { maybeDeadLetter, readDeadLetters, type DeadLetterRow } from '../warehouse/listing/dead-letters.ts';
import { maybeEvent, readEvents, type EventRow } from '../warehouse/listing/events.ts';
import type { PageRequest } from '../warehouse/listing/newest-first.ts';
import { bindRoute, type RouteBinding } from './binding.ts';

/** What these routes need. */
export interface EventRouteParts {
  warehouse: Warehouse;
  clock: Clock;
}

/** Routes of stored and rejected events. */
export function eventRoutes({ warehouse, clock }: EventRouteParts): RouteBinding[] {
  return [
    bindRoute(eventsRoute, async ({ principal, query }) => {
      const { rows, next } = await readEvents(warehouse, principal.workspaceId, query, toRequest(query), clock.now());
      return { events: rows.map(toStoredEvent), next };
    }),
    bindRoute(eventRoute, async ({ principal, params }) => {
      const event = await maybeEvent(warehouse, principal.workspaceId, params.key);
      if (event === null) throw new Problem('NOT_FOUND', `There is no event with the key ${params.key}.`);
      return toStoredEvent(event);
    }),
    bindRoute(deadLettersRoute, async ({ principal, query }) => {
      const { rows, next } = await readDeadLetters(warehouse, principal.workspaceId, query, toRequest(query), clock.now());
      return { deadLetters: rows.map(toAnswer), next };
    }),
    bindRoute(deadLetterRoute, async ({ principal, params }) => {
      const letter = await maybeDeadLetter(warehouse, principal.workspaceId, params.key);
      if (letter === null) throw new Problem('NOT_FOUND', `There is no dead letter with the key ${params.key}.`);
      return toAnswer(letter);
    }),
  ];
}

function toRequest(query: { from?: string | undefined; to?: string | undefined; limit: number; after?: string | undefined }): PageRequest {
  return {
    fromMs: query.from === undefined ? null : Date.parse(query.from),
    toMs: query.to === undefined ? null : Date.parse(query.to),
    limit: query.limit,
    after: query.after ?? null,
  };
}

function toStoredEvent({ timeMs, receivedMs, ...event }: EventRow): StoredEvent {
  return { ...event, time: new Date(timeMs).toISOString(), received: new Date(receivedMs).toISOString() };
}

function toAnswer({ receivedMs, ...letter }: DeadLetterRow): DeadLetter {
  return { ...letter, received: new Date(receivedMs).toISOString() };
}
