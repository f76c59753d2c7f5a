/** Loaded after the page: how it loaded, step by step, and its Web Vitals. One event each per page. */
import { onCLS, onFCP, onINP, onLCP, onTTFB, type Metric } from 'web-vitals';
import type { Properties, Tracker } from './events.ts';

const tracker = window.bellwether as Tracker;

/** Milliseconds of each step from the address to the loaded page. */
function loadSteps(entry: PerformanceNavigationTiming): Properties {
  const step = (from: number, to: number): number => Math.max(0, Math.round(to - from));
  return {
    dns: step(entry.domainLookupStart, entry.domainLookupEnd),
    tcp: step(entry.connectStart, entry.connectEnd),
    request: step(entry.requestStart, entry.responseStart),
    response: step(entry.responseStart, entry.responseEnd),
    dom: step(entry.responseEnd, entry.domContentLoadedEventEnd),
    load: step(entry.startTime, entry.loadEventEnd),
  };
}

function reportLoad(): void {
  const [entry] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  if (entry === undefined) return;
  // The end of `load` is known only after its listeners have run, one of which may be what loaded this file.
  if (entry.loadEventEnd === 0) setTimeout(reportLoad, 50);
  else tracker.track('page-load', loadSteps(entry));
}

const vitals: Properties = {};
let isReported = false;

function keep({ name, value }: Metric): void {
  vitals[name.toLowerCase()] = name === 'CLS' ? Math.round(value * 10_000) / 10_000 : Math.round(value);
}

/** Sends what was measured when the page is hidden for the first time; later values would belong to another visit. */
function reportVitals(): void {
  if (isReported || Object.keys(vitals).length === 0) return;
  isReported = true;
  tracker.track('web-vitals', vitals);
  tracker.flush();
}

for (const follow of [onCLS, onFCP, onINP, onLCP, onTTFB]) follow(keep, { reportAllChanges: true });
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'hidden') reportVitals();
});
addEventListener('pagehide', reportVitals);
reportLoad();
