/** The calls of Segment's and RudderStack's libraries: track, identify, page, screen, group, alias and batches of them. */
import { isObject, type Draft, type DraftReader } from '../event/draft.ts';
import { Refusal, shown } from '../event/refusal.ts';
import { actorId } from './actor-id.ts';
import { clockSkewMs, correctedTime } from './clock-skew.ts';

type Fields = Record<string, unknown>;

/** The kind of call by the last part of its path; `batch` and `import` carry a type in each message. */
export const segmentPaths: Readonly<Record<string, string | null>> = {
  track: 'track',
  identify: 'identify',
  page: 'page',
  screen: 'screen',
  group: 'group',
  alias: 'alias',
  batch: null,
  import: null,
  t: 'track',
  i: 'identify',
  p: 'page',
  s: 'screen',
  g: 'group',
  a: 'alias',
  b: null,
};

/** What each type of message becomes: its event name, and its properties. */
const mappings: Readonly<Record<string, (message: Fields) => { name: unknown; properties: unknown }>> = {
  track: (message) => ({ name: message['event'], properties: message['properties'] }),
  page: (message) => ({ name: 'page', properties: titled(message) }),
  screen: (message) => ({ name: 'screen', properties: titled(message) }),
  identify: (message) => ({ name: 'identify', properties: traitsOf(message) }),
  group: (message) => ({ name: 'group', properties: extended(traitsOf(message), { groupId: actorId(message['groupId']) }) }),
  alias: (message) => ({ name: 'alias', properties: { previousId: actorId(message['previousId']) } }),
};

/** The messages of a body: `{"batch":[...]}`, a bare array, or one message. */
export function segmentItems(body: unknown): readonly unknown[] {
  if (Array.isArray(body)) return body;
  return isObject(body) && Array.isArray(body['batch']) ? body['batch'] : [body];
}

/** The write key that browser libraries put into the body; undefined if there is none. */
export function segmentKey(body: unknown): unknown {
  return isObject(body) ? body['writeKey'] : undefined;
}

/** Reads the messages of one body. `type` is that of the path, null where each message names its own. */
export function segmentReader(body: unknown, type: string | null, receivedMs: number): DraftReader {
  const envelope: Fields = isObject(body) ? body : {};
  const skewMs = clockSkewMs(envelope['sentAt'], receivedMs);
  const sharedContext = isObject(envelope['context']) && Array.isArray(envelope['batch']) ? envelope['context'] : null;
  return (item) => {
    if (!isObject(item)) return new Refusal('NOT_AN_OBJECT', `A message must be a JSON object, not ${shown(item)}.`);
    const itsType = type ?? item['type'];
    const mapping = typeof itsType === 'string' && Object.hasOwn(mappings, itsType) ? mappings[itsType] : undefined;
    if (mapping === undefined)
      return new Refusal('TYPE_UNKNOWN', `The message type ${shown(itsType)} is not one of ${Object.keys(mappings).join(', ')}.`);
    return draftOf(item, mapping(item), sharedContext, skewMs);
  };
}

function draftOf(message: Fields, mapped: { name: unknown; properties: unknown }, sharedContext: Fields | null, skewMs: number): Draft {
  const context = isObject(message['context']) ? message['context'] : sharedContext;
  return {
    name: mapped.name,
    id: message['messageId'],
    time: correctedTime(message['timestamp'] ?? message['originalTimestamp'], skewMs),
    user: actorId(message['userId']),
    anonymous: actorId(message['anonymousId']),
    session: actorId(context?.['sessionId']),
    properties: context === null ? mapped.properties : withContext(mapped.properties, context),
  };
}

/** Page and screen calls carry their name and category beside the properties. */
function titled(message: Fields): unknown {
  return extended(message['properties'], { name: message['name'], category: message['category'] });
}

/** The traits of identify and group; some libraries put them into the context. */
function traitsOf(message: Fields): unknown {
  return message['traits'] ?? (isObject(message['context']) ? message['context']['traits'] : undefined);
}

/** `properties` with those of `more` that are set and not there yet; unchanged if it is no object, for validation to judge. */
function extended(properties: unknown, more: Fields): unknown {
  if (properties !== undefined && properties !== null && !isObject(properties)) return properties;
  const all: Fields = { ...properties };
  for (const key in more) if (more[key] !== undefined && more[key] !== null && all[key] === undefined) all[key] = more[key];
  return all;
}

/** What is kept of a message's context: [part, field, property]. The client's address and user agent are not. */
const keptContext: readonly [part: string, field: string, property: string][] = [
  ['page', 'url', '$url'],
  ['page', 'path', '$path'],
  ['page', 'title', '$title'],
  ['page', 'referrer', '$referrer'],
  ['campaign', 'source', '$utm_source'],
  ['campaign', 'medium', '$utm_medium'],
  ['campaign', 'name', '$utm_campaign'],
  ['campaign', 'term', '$utm_term'],
  ['campaign', 'content', '$utm_content'],
  ['device', 'type', '$device_type'],
  ['os', 'name', '$os'],
  ['app', 'version', '$app_version'],
];

function withContext(properties: unknown, context: Fields): unknown {
  const more: Fields = { $locale: scalar(context['locale']), $timezone: scalar(context['timezone']), $group: scalar(context['groupId']) };
  for (const [part, field, property] of keptContext) {
    const holder = context[part];
    if (isObject(holder)) more[property] = scalar(holder[field]);
  }
  return extended(properties, more);
}

function scalar(value: unknown): unknown {
  return typeof value === 'string' || typeof value === 'number' ? value : undefined;
}
