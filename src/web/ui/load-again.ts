/** Code that is fetched when it is first needed, also where the server is away at that moment. */

const againMs = 1_000;
const tries = 60;
/** after so many tries the page is loaded anew, if the server is there */
const triesBeforeReload = 4;
const reloadKey = 'bellwether.reloaded-at';
const reloadPauseMs = 8_000;

const pause = (delayMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, delayMs));

/**
 * What `load` gives; tried again for a minute before its error is thrown.
 *
 * TRICKY: Chromium before 156 remembers for the life of a page that a module could not be fetched, so trying again alone is not
 * enough: `reload` loads the page anew, whose address restores what was seen.
 */
export async function loadAgain<T>(
  load: () => Promise<T>,
  wait: (delayMs: number) => Promise<void> = pause,
  reload: () => Promise<void> = reloadWhenServed,
): Promise<T> {
  for (let left = tries; ; left--) {
    try {
      return await load();
    } catch (error) {
      if (left <= 1) throw error;
      if (tries - left >= triesBeforeReload) await reload();
      await wait(againMs);
    }
  }
}

/** Loads the page anew if the server answers, at most every few seconds. */
async function reloadWhenServed(): Promise<void> {
  const lastMs = Number(sessionStorage.getItem(reloadKey) ?? 0);
  if (Date.now() - lastMs < reloadPauseMs) return;
  const isServed = await fetch('/healthz').then(
    (response) => response.ok,
    () => false,
  );
  if (!isServed) return;
  sessionStorage.setItem(reloadKey, String(Date.now()));
  location.reload();
}
