/** Sends events in batches, keeps what could not be sent, and sends it again with the same ids, so that it counts once. */
import { readValue, removeValue, writeValue } from './storage.ts';

/** Where events go. */
export interface Outbox {
  add(event: object): void;
  flush(): void;
}

const BATCH_MS = 300;
const BATCH_EVENTS = 40;
/** events kept while the server cannot be reached; the oldest go first */
const KEPT_EVENTS = 400;
/** browsers send at most 64 KiB from a page that is closing */
const BEACON_BYTES = 60_000;
const RETRY_MAX_MS = 60_000;

/** An outbox to `address`, with what an earlier page left behind. */
export function makeOutbox(address: string, writeKey: string): Outbox {
  let waiting: object[] = takeKept();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;

  const bodyOf = (events: object[]): string => JSON.stringify({ writeKey, sentAt: new Date().toISOString(), events });
  const plan = (): void => {
    timer ??= setTimeout(sendNext, failures > 0 ? Math.min(RETRY_MAX_MS, 1000 * 2 ** failures) : BATCH_MS);
  };

  /** Sends a batch; what the server could not take is kept and tried again, later each time. */
  const sendNext = async (): Promise<void> => {
    timer = undefined;
    const batch = waiting.splice(0, BATCH_EVENTS);
    if (batch.length === 0) return;
    const body = bodyOf(batch);
    const status = await fetch(address, { method: 'POST', body, credentials: 'omit', keepalive: body.length < BEACON_BYTES }).then(
      (answer) => answer.status,
      () => 0,
    );
    // 4xx will not be better next time, except 408 and 429.
    const isRefused = status === 0 || status >= 500 || status === 408 || status === 429;
    failures = isRefused ? failures + 1 : 0;
    if (isRefused) waiting = [...batch, ...waiting].slice(-KEPT_EVENTS);
    if (waiting.length > 0) plan();
  };

  /** The page may be gone in a moment: hand everything to the browser, keep what it does not take. */
  const sendAtOnce = (): void => {
    const rest: object[] = [];
    while (waiting.length > 0) {
      const batch = waiting.splice(0, BATCH_EVENTS);
      const body = bodyOf(batch);
      // A beacon says nothing of its fate: none while the server cannot be reached.
      const canBeacon = failures === 0 && navigator.onLine && body.length < BEACON_BYTES;
      if (!canBeacon || !navigator.sendBeacon(address, body)) rest.push(...batch);
    }
    if (rest.length > 0) writeValue('queue', JSON.stringify([...takeKept(), ...rest].slice(-KEPT_EVENTS)));
  };

  /** Takes up again what was kept while the page was hidden or offline. */
  const resume = (): void => {
    waiting = [...takeKept(), ...waiting];
    if (waiting.length > 0) plan();
  };

  addEventListener('pagehide', sendAtOnce);
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') sendAtOnce();
    else resume();
  });
  addEventListener('online', () => {
    clearTimeout(timer);
    timer = undefined;
    failures = 0;
    resume();
  });
  if (waiting.length > 0) plan();
  return {
    add(event) {
      waiting.push(event);
      plan();
    },
    flush: sendAtOnce,
  };
}

/** The events that an earlier page could not send; they are no longer kept. */
function takeKept(): object[] {
  const text = readValue('queue');
  removeValue('queue');
  try {
    return JSON.parse(text ?? '[]') as object[];
  } catch {
    return [];
  }
}
