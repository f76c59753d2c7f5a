/** The event: one immutable thing that happened, as clients send it and as Bellwether keeps it, with its limits. */

/** Bounds of one event. A breach rejects that event with a reason and keeps it in the dead letters. */
export const eventLimits = {
  eventBytes: 1_048_576,
  properties: 1_000,
  depth: 16,
  nameLength: 200,
  idLength: 128,
  /** user, anonymous and session ids, characters */
  actorLength: 512,
  /** keys of properties, characters */
  keyLength: 200,
  bodyBytes: 10 * 1_048_576,
  futureMs: 24 * 3_600_000,
} as const;

/** A JSON value. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** An accepted event in memory, after decode, validate and enrich. Times in epoch ms; absent ids are ''. */
export interface Event {
  name: string;
  /** '' when the sender gave none; then it is never deduplicated */
  id: string;
  timeMs: number;
  user: string;
  anonymous: string;
  session: string;
  /** numbers are finite doubles; no duplicate keys, no key that contains a dot's twin (`a.b` beside `a:{b}`) */
  properties: { [key: string]: Json };
}

/** Why an event was rejected. Stable: shown in answers, dead letters and the ingest ledger. */
export const rejectReasons = {
  NOT_JSON: 'The line is not valid JSON.',
  NOT_AN_OBJECT: 'An event must be a JSON object.',
  NAME_MISSING: 'An event needs a "name": a string of 1 to 200 characters.',
  NAME_TOO_LONG: 'The name is longer than 200 characters.',
  ID_INVALID: 'The id must be a string of at most 128 characters.',
  TIME_INVALID: 'The time must be ISO 8601 or epoch milliseconds.',
  TIME_TOO_EARLY: 'The time lies before 1970.',
  TIME_IN_FUTURE: 'The time lies more than 24 hours ahead.',
  ACTOR_INVALID: 'user, anonymous and session must be strings of at most 512 characters.',
  PROPERTIES_INVALID: 'properties must be a JSON object.',
  PROPERTIES_TOO_MANY: 'More than 1,000 properties.',
  PROPERTIES_TOO_DEEP: 'Properties nest deeper than 16 levels.',
  PROPERTY_KEY_INVALID: 'A property key is empty, longer than 200 characters, reserved, or given twice.',
  PROPERTY_VALUE_INVALID: 'A property value cannot be kept.',
  EVENT_TOO_LARGE: 'The event is larger than 1 MB.',
  TYPE_UNKNOWN: 'The message type is not known.',
  WAREHOUSE_REFUSED: 'The warehouse refused the row; the event had been acknowledged.',
} as const;

/** A key of {@link rejectReasons}. */
export type RejectReason = keyof typeof rejectReasons;
