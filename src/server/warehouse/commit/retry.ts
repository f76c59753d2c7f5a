/** Tries again, ever less often, until it works: for stores that may be down for a while. */
import type { RandomBytes } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';

/** The result of `act`, tried until it resolves. @throws what `act` threw, once trying was stopped */
export type Retry = <T>(what: string, act: () => Promise<T>) => Promise<T>;

const firstMs = 100;
const longestMs = 10_000;

/** Tries again after a doubling delay of which a random half is kept. */
export class Patience {
  /** the last failure since the last success, for the vitals */
  lastError: string | null = null;
  readonly #log: Log;
  readonly #random: RandomBytes;
  readonly #signal: AbortSignal;
  readonly #wakers = new Set<() => void>();

  constructor(log: Log, random: RandomBytes, signal: AbortSignal) {
    this.#log = log;
    this.#random = random;
    this.#signal = signal;
    signal.addEventListener('abort', () => this.wake());
  }

  /** Ends all waits now: what failed may work again. */
  wake(): void {
    for (const waker of this.#wakers) waker();
  }

  retry: Retry = async (what, act) => {
    for (let attempt = 1; ; attempt++) {
      try {
        const result = await act();
        this.lastError = null;
        return result;
      } catch (error) {
        if (this.#signal.aborted) throw error;
        this.lastError = `${what}: ${error instanceof Error ? error.message : String(error)}`;
        this.#log.warn({ err: error, attempt }, `committer: ${what} failed; trying again`);
        await this.#wait(attempt);
      }
    }
  };

  #wait(attempt: number): Promise<void> {
    const wholeMs = Math.min(longestMs, firstMs * 2 ** Math.min(attempt - 1, 20));
    const delayMs = wholeMs * (0.5 + (this.#random(1)[0] ?? 0) / 512);
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#wakers.delete(done);
        resolve();
      };
      const timer = setTimeout(done, delayMs);
      this.#wakers.add(done);
    });
  }
}
