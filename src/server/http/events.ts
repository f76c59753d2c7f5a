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
import { seesWhole, type Policy } from '../identity/policy.ts';
import type { Clock } from '../ports/clock.ts';
import type { Warehouse } from '../ports/warehouse.ts';
import { viewOf } from '../query/policy/view.ts';
import { maybeDeadLetter, readDeadLetters, type DeadLetterRow } from '../warehouse/listing/dead-letters.ts';
import { maybeEvent, readEvents, type EventRow } from '../warehouse/listing/events.ts';
import type { PageRequest } from '../warehouse/listing/newest-first.ts';
import type { MaskSalt } from '../warehouse/view/salt.ts';
import { bindRoute, type RouteBinding } from './binding.ts';

/** What these routes need. */
export interface EventRouteParts {
  warehouse: Warehouse;
  clock: Clock;
  maskSalt: MaskSalt;
}

/** Routes of stored and rejected events. */
export function eventRoutes({ warehouse, clock, maskSalt }: EventRouteParts): RouteBinding[] {
  return [
    bindRoute(eventsRoute, async ({ principal, query }) => {
      const { rows, next } = await readEvents(warehouse, viewOf(principal.policy, maskSalt), query, toRequest(query), clock.now());
      return { events: rows.map(toStoredEvent), next };
    }),
    bindRoute(eventRoute, async ({ principal, params }) => {
      const event = await maybeEvent(warehouse, viewOf(principal.policy, maskSalt), params.key);
      if (event === null) throw new Problem('NOT_FOUND', `There is no event with the key ${params.key}.`);
      return toStoredEvent(event);
    }),
    bindRoute(deadLettersRoute, async ({ principal, query }) => {
      assertSeesWhole(principal.policy);
      const { rows, next } = await readDeadLetters(warehouse, principal.workspaceId, query, toRequest(query), clock.now());
      return { deadLetters: rows.map(toAnswer), next };
    }),
    bindRoute(deadLetterRoute, async ({ principal, params }) => {
      assertSeesWhole(principal.policy);
      const letter = await maybeDeadLetter(warehouse, principal.workspaceId, params.key);
      if (letter === null) throw new Problem('NOT_FOUND', `There is no dead letter with the key ${params.key}.`);
      return toAnswer(letter);
    }),
  ];
}

/** A rejected event is kept as it came: no filter can be asked of it and nothing in it masked. @throws FORBIDDEN */
function assertSeesWhole(policy: Policy): void {
  if (seesWhole(policy, 'events')) return;
  throw new Problem('FORBIDDEN', 'Rejected events are kept as they came, and you may see events only in part.');
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
  return { ...event, time: new Date(timeMs).toISOString(), received: receivedMs === null ? '' : new Date(receivedMs).toISOString() };
}

function toAnswer({ receivedMs, ...letter }: DeadLetterRow): DeadLetter {
  return { ...letter, received: new Date(receivedMs).toISOString() };
}
