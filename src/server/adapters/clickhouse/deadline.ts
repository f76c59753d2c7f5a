/** When a statement has to end, and whose wish that was. */
import { warehouseProblem } from './engine-problems.ts';

/** Ends a statement when the caller aborts or the time is over, and knows which of them it was. */
export class Deadline {
  readonly #controller = new AbortController();
  readonly #caller: AbortSignal | undefined;
  readonly #timer: NodeJS.Timeout | null;
  #cause: 'timeout' | 'cancelled' | null = null;

  constructor(caller: AbortSignal | undefined, timeoutMs: number | null) {
    this.#caller = caller;
    this.#timer = timeoutMs === null ? null : setTimeout(() => this.#stop('timeout'), timeoutMs);
    if (caller?.aborted === true) this.#stop('cancelled');
    else caller?.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** for whatever is to be ended */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** @throws Problem when it has ended already */
  check(): void {
    if (this.#cause !== null) throw this.problem(null);
  }

  /** `error` in our words, given why this ended */
  problem(error: unknown): Error {
    return warehouseProblem(error, this.#cause);
  }

  /** Lets go of the timer and the caller's signal. */
  dispose(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#caller?.removeEventListener('abort', this.#onAbort);
  }

  readonly #onAbort = (): void => this.#stop('cancelled');

  #stop(cause: 'timeout' | 'cancelled'): void {
    this.#cause ??= cause;
    this.#controller.abort();
  }
}
