/** The calls of the tracker, and who an event is about: person, browser and session. */
import type { Outbox } from './outbox.ts';
import { newId, readValue, removeValue, writeValue } from './storage.ts';

/** Values that go with an event. */
export type Properties = Record<string, unknown>;

/** What pages call: `window.bellwether`. */
export interface Tracker {
  track(name: string, properties?: Properties): void;
  page(properties?: Properties): void;
  /** says who the person is; kept until {@link Tracker.reset} */
  identify(user: string, traits?: Properties): void;
  group(groupId: string, traits?: Properties): void;
  /** forgets the person, and begins a new anonymous one */
  reset(): void;
  /** sends what waits, now */
  flush(): void;
}

const SESSION_MS = 30 * 60_000;

/** The tracker that puts its events into `outbox`. */
export function makeEvents(outbox: Outbox): Tracker {
  const send = (name: string, properties: Properties = {}): void =>
    outbox.add({
      name,
      id: newId(),
      time: new Date().toISOString(),
      user: readValue('user') ?? undefined,
      anonymous: anonymousId(),
      session: sessionId(),
      properties,
    });
  return {
    track: (name, properties) => send(name, { $path: location.pathname, ...properties }),
    page: (properties) => send('page', { ...pageProperties(), ...properties }),
    identify(user, traits) {
      writeValue('user', user);
      send('identify', traits);
    },
    group: (groupId, traits) => send('group', { ...traits, groupId }),
    reset: () => ['user', 'anonymous', 'session'].forEach(removeValue),
    flush: () => outbox.flush(),
  };
}

function pageProperties(): Properties {
  const properties: Properties = {
    url: location.href,
    path: location.pathname,
    title: document.title,
    referrer: document.referrer || undefined,
    language: navigator.language,
    width: innerWidth,
  };
  new URLSearchParams(location.search).forEach((value, name) => {
    if (name.startsWith('utm_')) properties['$' + name] = value;
  });
  return properties;
}

function anonymousId(): string {
  return readValue('anonymous') ?? writeValue('anonymous', newId());
}

/** The session of this browser: a new one after 30 minutes without an event. */
function sessionId(): string {
  const [id, last] = (readValue('session') ?? '').split(' ');
  const nowMs = Date.now();
  const current = id && nowMs - Number(last) < SESSION_MS ? id : newId();
  writeValue('session', `${current} ${nowMs}`);
  return current;
}
