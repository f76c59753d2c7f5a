/** Code that is fetched when it is first needed, also where the server is away at that moment. */

const againMs = 1_000;
const tries = 60;

const pause = (delayMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, delayMs));

/** What `load` gives; tried again for a minute before its error is thrown. */
export async function loadAgain<T>(load: () => Promise<T>, wait: (delayMs: number) => Promise<void> = pause): Promise<T> {
  for (let left = tries; ; left--) {
    try {
      return await load();
    } catch (error) {
      if (left <= 1) throw error;
      await wait(againMs);
    }
  }
}
