/** The calls of PostHog's libraries: single events, arrays and batches, with their special names mapped to ours. */
import { isObject, type Draft, type DraftReader } from '../event/draft.ts';
import { Refusal, shown } from '../event/refusal.ts';
import { actorId } from './actor-id.ts';
import { clockSkewMs, correctedTime } from './clock-skew.ts';

type Fields = Record<string, unknown>;

/** PostHog's own event names and what they are here. All other names stay as they are. */
const ownNames: Readonly<Record<string, string>> = {
  $pageview: 'page',
  $screen: 'screen',
  $identify: 'identify',
  $create_alias: 'alias',
  $groupidentify: 'group',
};

/** The events of a body: `{"batch":[...]}`, an array, or one event. */
export function posthogItems(body: unknown): readonly unknown[] {
  if (Array.isArray(body)) return body;
  return isObject(body) && Array.isArray(body['batch']) ? body['batch'] : [body];
}

/** The write key in a body, wherever the library put it; undefined if there is none. */
export function posthogKey(body: unknown): unknown {
  const first = Array.isArray(body) ? body[0] : body;
  if (!isObject(first)) return undefined;
  const properties = isObject(first['properties']) ? first['properties'] : {};
  return first['api_key'] ?? first['token'] ?? properties['token'];
}

/** Whether the sender calls this a migration of old events. */
export function isPosthogMigration(body: unknown): boolean {
  return isObject(body) && body['historical_migration'] === true;
}

/**
 * The JSON text inside a form-encoded body: `data=` holds JSON, or JSON in base64. null if `text` is not such a form.
 * A `+` that a library forgot to escape was a plus of base64.
 */
export function maybeFormData(text: string): string | null {
  const data = new URLSearchParams(text).get('data');
  if (data === null) return null;
  const trimmed = data.trim();
  if (trimmed.startsWith('{') || trimmed.startsWith('[')) return trimmed;
  return Buffer.from(trimmed.replaceAll(' ', '+'), 'base64').toString('utf8');
}

/** Reads the events of one body. `sentAt` is that of the query string, where older libraries put it. */
export function posthogReader(body: unknown, sentAt: unknown, receivedMs: number): DraftReader {
  const envelopeSentAt = isObject(body) ? (body['sent_at'] ?? sentAt) : sentAt;
  const skewMs = isPosthogMigration(body) ? 0 : clockSkewMs(envelopeSentAt, receivedMs);
  return (item) => {
    if (!isObject(item)) return new Refusal('NOT_AN_OBJECT', `An event must be a JSON object, not ${shown(item)}.`);
    const given = item['properties'] ?? {};
    if (!isObject(given)) return new Refusal('PROPERTIES_INVALID', `properties must be a JSON object, not ${shown(given)}.`);
    return draftOf(item, given, timeOf(item, skewMs, receivedMs));
  };
}

function draftOf(item: Fields, given: Fields, time: unknown): Draft {
  const distinctId = actorId(item['distinct_id'] ?? item['$distinct_id'] ?? given['distinct_id']);
  const isAnonymous = given['$is_identified'] === false;
  const eventName = item['event'];
  return {
    name: typeof eventName === 'string' && Object.hasOwn(ownNames, eventName) ? ownNames[eventName] : eventName,
    id: item['uuid'],
    time,
    user: isAnonymous ? undefined : distinctId,
    anonymous: isAnonymous ? distinctId : actorId(given['$anon_distinct_id'] ?? given['$device_id']),
    session: actorId(given['$session_id']),
    properties: propertiesOf(eventName, item, given),
  };
}

/** `timestamp`, corrected for a wrong clock; or so many ms before now as `offset` says. */
function timeOf(item: Fields, skewMs: number, receivedMs: number): unknown {
  if (item['timestamp'] !== undefined && item['timestamp'] !== null) return correctedTime(item['timestamp'], skewMs);
  const offsetMs = item['offset'];
  return typeof offsetMs === 'number' && Number.isFinite(offsetMs) && offsetMs >= 0 ? receivedMs - offsetMs : undefined;
}

/** Properties without the write key; for the special events, in the shape that those have here. */
function propertiesOf(eventName: unknown, item: Fields, given: Fields): Fields {
  const { token: _, ...properties } = given;
  if (eventName === '$identify')
    return { ...objectOf(given['$set_once']), ...objectOf(item['$set_once']), ...objectOf(given['$set']), ...objectOf(item['$set']) };
  if (eventName === '$create_alias') return { previousId: actorId(given['alias']) };
  if (eventName === '$groupidentify') {
    return { ...objectOf(given['$group_set']), groupId: actorId(given['$group_key']), groupType: given['$group_type'] };
  }
  return isObject(item['$set']) ? { ...properties, $set: item['$set'] } : properties;
}

function objectOf(value: unknown): Fields {
  return isObject(value) ? value : {};
}
