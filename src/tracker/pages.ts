/** Follows page views, also those of an application that changes the address itself. */
import type { Tracker } from './events.ts';

/** Calls `tracker.page()` now and whenever the path or the search changes. */
export function followPages(tracker: Tracker): void {
  let last = '';
  const look = (): void => {
    const current = location.pathname + location.search;
    if (current === last) return;
    last = current;
    tracker.page();
  };
  for (const name of ['pushState', 'replaceState'] as const) {
    const change = history[name].bind(history);
    history[name] = (...values: Parameters<History['pushState']>) => {
      change(...values);
      // The application sets the title after the address.
      setTimeout(look);
    };
  }
  addEventListener('popstate', look);
  // A page that the browser prepares ahead has not been seen yet.
  if ((document as Document & { prerendering?: boolean }).prerendering)
    document.addEventListener('prerenderingchange', look, { once: true });
  else look();
}
