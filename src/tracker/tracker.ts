/** The browser snippet: reads its own script tag, follows page views, and puts `bellwether` on the window. */
import { makeEvents, type Tracker } from './events.ts';
import { makeOutbox } from './outbox.ts';
import { followPages } from './pages.ts';

/** A call made before the script had loaded: `bellwether.push(['track', 'purchase', { amount: 49 }])`. */
type EarlyCall = [keyof Tracker, ...unknown[]];

declare global {
  interface Window {
    bellwether?: Tracker | EarlyCall[];
  }
}

const calls = ['track', 'page', 'identify', 'group', 'reset', 'flush'] as const satisfies (keyof Tracker)[];

/** All calls, doing nothing: nothing is sent, and nothing is kept in the browser. */
function silentTracker(): Tracker {
  return Object.fromEntries(calls.map((name) => [name, () => undefined])) as unknown as Tracker;
}

/** Do Not Track and Global Privacy Control. */
function mayTrack(): boolean {
  const asked = navigator as Navigator & { doNotTrack?: string; globalPrivacyControl?: boolean };
  return asked.doNotTrack !== '1' && asked.globalPrivacyControl !== true;
}

/** Loads the second file, which measures the page, once the page itself is there. */
function loadVitals(address: string): void {
  addEventListener('load', () => {
    const script = document.createElement('script');
    script.src = address;
    document.head.append(script);
  });
}

function start(base: string, { key, auto, vitals }: DOMStringMap): void {
  const early = Array.isArray(window.bellwether) ? window.bellwether : [];
  const tracker = mayTrack() ? makeEvents(makeOutbox(new URL('v1/events', base).href, key ?? '')) : silentTracker();
  window.bellwether = tracker;
  if (mayTrack() && auto !== 'off') followPages(tracker);
  for (const [name, ...rest] of early) (tracker[name] as (...values: unknown[]) => void)(...rest);
  if (mayTrack() && vitals !== 'off') loadVitals(new URL('tracker-vitals.js', base).href);
}

const script = document.currentScript as HTMLScriptElement | null;
if (script?.dataset['key'] !== undefined) start(script.src, script.dataset);
