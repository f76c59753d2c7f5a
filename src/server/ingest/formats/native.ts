/** Bellwether's own event format (normative text: docs/formats/event.md). */
import { isObject, type Draft, type DraftReader } from '../event/draft.ts';
import { Refusal, shown } from '../event/refusal.ts';
import { clockSkewMs, correctedTime } from './clock-skew.ts';

/** The draft in one item of a native body. `userId`, `distinct_id` and `anonymousId` are understood too. */
export function readNative(item: unknown): Draft | Refusal {
  if (!isObject(item)) return new Refusal('NOT_AN_OBJECT', `An event must be a JSON object, not ${shown(item)}.`);
  return {
    name: item['name'],
    id: item['id'],
    time: item['time'],
    user: item['user'] ?? item['userId'] ?? item['distinct_id'],
    anonymous: item['anonymous'] ?? item['anonymousId'],
    session: item['session'],
    properties: item['properties'],
  };
}

/** The items of a native JSON body: one event, an array of events, or `{"events":[...]}`. */
export function nativeItems(body: unknown): readonly unknown[] {
  if (Array.isArray(body)) return body;
  return isEnvelope(body) ? body.events : [body];
}

/** Reads the items of `body`; where an envelope says `sentAt`, the times of a clock that is wrong are corrected. */
export function nativeReader(body: unknown, receivedMs: number): DraftReader {
  const skewMs = isEnvelope(body) ? clockSkewMs(body['sentAt'], receivedMs) : 0;
  if (skewMs === 0) return readNative;
  return (item) => {
    const draft = readNative(item);
    return draft instanceof Refusal ? draft : { ...draft, time: correctedTime(draft.time, skewMs) };
  };
}

function isEnvelope(body: unknown): body is Record<string, unknown> & { events: unknown[] } {
  return isObject(body) && Array.isArray(body['events']) && body['name'] === undefined;
}
