/** Bellwether's own event format (normative text: docs/formats/event.md). */
import { isObject, type Draft } from '../event/draft.ts';
import { Refusal, shown } from '../event/refusal.ts';

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
  if (isObject(body) && Array.isArray(body['events']) && body['name'] === undefined) return body['events'];
  return [body];
}
