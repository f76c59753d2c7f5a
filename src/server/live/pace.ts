/** How often things that share one budget may run, so that together they never use more than a part of the time. */

/** Weight of the newest cost in the running mean. */
const newest = 0.3;

/**
 * Divides a share of the time among members of very different cost. A member of mean cost c starts at most once every
 * sqrt(c) * (sum of all sqrt(c)) / share milliseconds: of all divisions that keep to the share, this one has the smallest
 * sum of waiting times. Alone, a member starts once every c / share; a cheap one beside a dear one waits little.
 */
export class SharedTime {
  readonly #share: number;
  readonly #rootByMember = new Map<object, number>();
  #rootSum = 0;

  /** @param share part of the time that all members together may use; 1: one of them is running at any time */
  constructor(share: number) {
    this.#share = share;
  }

  /** Takes note that a run of `member` took `costMs`. */
  report(member: object, costMs: number): void {
    const before = this.#rootByMember.get(member);
    const mean = before === undefined ? costMs : before * before * (1 - newest) + costMs * newest;
    const root = Math.sqrt(mean);
    this.#rootByMember.set(member, root);
    this.#rootSum += root - (before ?? 0);
  }

  /** How long after its start a run of `member` may start again, ms. */
  gapMs(member: object): number {
    return ((this.#rootByMember.get(member) ?? 0) * this.#rootSum) / this.#share;
  }

  /** Forgets a member that will not run again. */
  remove(member: object): void {
    this.#rootSum = Math.max(0, this.#rootSum - (this.#rootByMember.get(member) ?? 0));
    this.#rootByMember.delete(member);
  }
}

/** Lets at most `places` pieces of work run at once; the others wait in order. */
export class Turnstile {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(places: number) {
    this.#free = places;
  }

  /** What `work` answers, run as soon as there is a place; null if `isWanted` says by then that nobody wants it. */
  async pass<T>(isWanted: () => boolean, work: () => Promise<T>): Promise<T | null> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return isWanted() ? await work() : null;
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free++;
      else next();
    }
  }
}

/** A bucket of permissions that fills steadily: bounds how fast somebody may ask. */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #burst: number;
  #tokens: number;
  #atMs: number;

  constructor(perSecond: number, burst: number, nowMs: number) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#tokens = burst;
    this.#atMs = nowMs;
  }

  /** Takes one permission; false if there is none. */
  take(nowMs: number): boolean {
    this.#tokens = Math.min(this.#burst, this.#tokens + (Math.max(0, nowMs - this.#atMs) / 1000) * this.#perSecond);
    this.#atMs = nowMs;
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }
}
