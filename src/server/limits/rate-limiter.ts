/** Bounds how often something may be done, in memory of this node. */

/** What one try came to. Whole seconds, rounded up. */
export interface RateVerdict {
  isAllowed: boolean;
  /** how many more are allowed at once */
  remaining: number;
  /** until all are allowed again */
  resetSeconds: number;
  /** until the next one is allowed; 0 when one is */
  retryAfterSeconds: number;
}

const minuteMs = 60_000;

/**
 * A leaky bucket for each key, kept as one number: the instant at which it will have run empty (the generic cell rate algorithm of
 * ATM Forum TM 4.0). A full minute's allowance may be used at once; it comes back evenly.
 *
 * Memory is bounded: keys stand in two maps, and when the young one is full, the old one is let go. A key is forgotten only when
 * `capacity / 2` others came since it was last used; by then its bucket has mostly run empty.
 */
export class RateLimiter {
  readonly #half: number;
  #young = new Map<string, number>();
  #old = new Map<string, number>();

  constructor(capacity = 100_000) {
    this.#half = Math.ceil(capacity / 2);
  }

  /** Counts one try of `key`; a refused try is not counted. */
  take(key: string, perMinute: number, nowMs: number): RateVerdict {
    const stepMs = minuteMs / perMinute;
    const emptyMs = Math.max(this.#emptyMs(key), nowMs);
    const isAllowed = emptyMs + stepMs - nowMs <= minuteMs + 1e-6;
    const afterMs = isAllowed ? emptyMs + stepMs : emptyMs;
    this.#keep(key, afterMs);
    return verdict(isAllowed, afterMs - nowMs, stepMs);
  }

  /** What a try of `key` would come to, without counting it. */
  look(key: string, perMinute: number, nowMs: number): RateVerdict {
    const stepMs = minuteMs / perMinute;
    const fillMs = Math.max(this.#emptyMs(key) - nowMs, 0);
    return verdict(fillMs + stepMs <= minuteMs + 1e-6, fillMs, stepMs);
  }

  /** Keys that are remembered. */
  get size(): number {
    return this.#young.size + this.#old.size;
  }

  #emptyMs(key: string): number {
    return this.#young.get(key) ?? this.#old.get(key) ?? -Infinity;
  }

  #keep(key: string, emptyMs: number): void {
    if (this.#young.size >= this.#half && !this.#young.has(key)) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, emptyMs);
  }
}

function verdict(isAllowed: boolean, fillMs: number, stepMs: number): RateVerdict {
  return {
    isAllowed,
    remaining: Math.max(Math.floor((minuteMs - fillMs) / stepMs + 1e-6), 0),
    resetSeconds: Math.ceil(fillMs / 1_000),
    retryAfterSeconds: isAllowed ? 0 : Math.max(Math.ceil((fillMs + stepMs - minuteMs) / 1_000), 1),
  };
}
