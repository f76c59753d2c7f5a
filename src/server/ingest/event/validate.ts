/** Turns a draft into an event, or says why it cannot be one. A hand loop: this runs for every event that arrives. */
import { eventLimits, type Event, type Json } from '../../../shared/model/event.ts';
import { isObject, type Draft } from './draft.ts';
import { enrich, type Enrichment } from './enrich.ts';
import { readTime, type TimeFault } from './event-time.ts';
import { PropertyWalk } from './properties.ts';
import { protect } from './protect.ts';
import { Refusal, shown } from './refusal.ts';

/** An event that passed, with its properties as the warehouse takes them. */
export interface CheckedEvent extends Event {
  /** JSON text of `properties`; not enumerated by what follows the stream */
  propertiesText: string;
}

const walk = new PropertyWalk();

/** The event in `draft`, received at `nowMs`, or its refusal. */
export function validate(draft: Draft, nowMs: number, enrichment: Enrichment): CheckedEvent | Refusal {
  const name = draft.name;
  if (typeof name !== 'string' || name === '') return nameMissing(name);
  if (name.length > eventLimits.nameLength) {
    return new Refusal('NAME_TOO_LONG', `The name ${shown(name)} is longer than ${eventLimits.nameLength} characters.`);
  }
  const id = draft.id ?? '';
  if (typeof id !== 'string' || id.length > eventLimits.idLength) return named(name, idInvalid(id));
  const timeMs = readTime(draft.time, nowMs);
  if (typeof timeMs === 'string') return named(name, timeRefused(timeMs, draft.time));
  const user = draft.user ?? '';
  const anonymous = draft.anonymous ?? '';
  const session = draft.session ?? '';
  if (!isActor(user)) return named(name, actorInvalid('user', user));
  if (!isActor(anonymous)) return named(name, actorInvalid('anonymous', anonymous));
  if (!isActor(session)) return named(name, actorInvalid('session', session));
  const properties = draft.properties ?? {};
  if (!isObject(properties))
    return named(name, new Refusal('PROPERTIES_INVALID', `properties must be a JSON object, not ${shown(properties)}.`));
  const kept = properties as Record<string, Json>;
  protect(kept);
  enrich(kept, enrichment);
  const propertiesText = walk.write(kept);
  if (typeof propertiesText !== 'string') return named(name, propertiesText);
  if (isOverBytes(propertiesText, eventLimits.eventBytes)) {
    return named(name, new Refusal('EVENT_TOO_LARGE', `The properties take more than ${eventLimits.eventBytes} bytes.`));
  }
  return {
    name: name.toWellFormed(),
    id: id.toWellFormed(),
    timeMs,
    user: user.toWellFormed(),
    anonymous: anonymous.toWellFormed(),
    session: session.toWellFormed(),
    properties: kept,
    propertiesText,
  };
}

function isActor(value: unknown): value is string {
  return typeof value === 'string' && value.length <= eventLimits.actorLength;
}

function isOverBytes(text: string, limitBytes: number): boolean {
  return text.length * 3 > limitBytes && Buffer.byteLength(text) > limitBytes;
}

function named(name: string, refusal: Refusal): Refusal {
  refusal.name = name;
  return refusal;
}

function nameMissing(name: unknown): Refusal {
  const found = name === undefined ? 'has none' : `has ${shown(name)}`;
  return new Refusal('NAME_MISSING', `An event needs a "name", a string of 1 to ${eventLimits.nameLength} characters; this one ${found}.`);
}

function idInvalid(id: unknown): Refusal {
  return new Refusal('ID_INVALID', `The id ${shown(id)} is not a string of at most ${eventLimits.idLength} characters.`);
}

function actorInvalid(field: string, value: unknown): Refusal {
  return new Refusal('ACTOR_INVALID', `${field} is ${shown(value)}, not a string of at most ${eventLimits.actorLength} characters.`);
}

function timeRefused(fault: TimeFault, time: unknown): Refusal {
  if (fault === 'TIME_TOO_EARLY') return new Refusal(fault, `The time ${shown(time)} lies before 1970.`);
  if (fault === 'TIME_IN_FUTURE') return new Refusal(fault, `The time ${shown(time)} lies more than 24 hours ahead of the server's clock.`);
  return new Refusal(fault, `The time ${shown(time)} is neither ISO 8601, such as 2025-01-31T12:00:00Z, nor epoch milliseconds.`);
}
