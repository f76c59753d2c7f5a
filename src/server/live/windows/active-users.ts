/**
 * Distinct users in the last 30 minutes: exact up to a bound, beyond it estimated from a sample of the users.
 *
 * @source P. B. Gibbons, "Distinct Sampling for Highly-Accurate Answers to Distinct Values Queries and Event Reports", VLDB 2001
 */

const windowSeconds = 1_800;
const seconds = 2_048;
const mask = seconds - 1;

/** Users kept before the count becomes an estimate. */
export const exactUsers = 200_000;

/** Two 32-bit hashes of a text, reused by the next call. Collisions of both: 1 in 10^9 at 200,000 users. */
const hash = { low: 0, high: 0 };

function hashText(text: string): void {
  let low = 0x9747b28c;
  let high = 0x85ebca6b;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    low = Math.imul(low ^ code, 0x9e3779b1);
    high = Math.imul(high ^ code, 0x5bd1e995);
  }
  low = Math.imul(low ^ (low >>> 16), 0x85ebca6b) ^ Math.imul(high ^ (high >>> 13), 0xc2b2ae35);
  high = Math.imul(high ^ (high >>> 16), 0x27d4eb2f) ^ Math.imul(low ^ (low >>> 13), 0x165667b1);
  hash.low = (low ^ (low >>> 15)) >>> 0;
  hash.high = (high ^ (high >>> 15)) >>> 0;
}

/** The users whose hash ends in `level` zero bits, each with the second it was last seen. A table of open addressing. */
class Sample {
  level: number;
  active = 0;
  readonly #bound: number;
  #used = 0;
  #capacity = 1_024;
  #low = new Uint32Array(this.#capacity);
  #high = new Uint32Array(this.#capacity);
  /** epoch seconds; 0: free */
  #last = new Uint32Array(this.#capacity);
  /** users by the second they were last seen */
  readonly #leaving = new Uint32Array(seconds);
  #now: number;

  constructor(nowSecond: number, level: number, bound: number) {
    this.#now = nowSecond;
    this.level = level;
    this.#bound = bound;
  }

  /** Takes the user in {@link hash}, seen at `second`, which is not ahead of now. */
  see(second: number): void {
    if ((hash.high & ((1 << this.level) - 1)) !== 0 || second <= this.#now - windowSeconds) return;
    this.#place(hash.low, hash.high, second);
    if (this.#used * 2 > this.#capacity) this.#rebuild();
  }

  #place(low: number, high: number, second: number): void {
    const last = this.#last;
    let i = (low ^ (high >>> 7)) & (this.#capacity - 1);
    while (last[i] !== 0 && (this.#low[i] !== low || this.#high[i] !== high)) i = (i + 1) & (this.#capacity - 1);
    const before = last[i]!;
    if (before >= second) return;
    if (before === 0) {
      this.#used++;
      this.#low[i] = low;
      this.#high[i] = high;
    }
    if (before > this.#now - windowSeconds) this.#leaving[before & mask]!--;
    else this.active++;
    last[i] = second;
    this.#leaving[second & mask]!++;
  }

  /** Moves now; users not seen for 30 minutes leave. */
  advance(nowSecond: number): void {
    if (nowSecond - this.#now > windowSeconds) {
      this.#leaving.fill(0);
      this.active = 0;
      this.#now = nowSecond;
    }
    while (this.#now < nowSecond) {
      const gone = (++this.#now - windowSeconds) & mask;
      this.active -= this.#leaving[gone]!;
      this.#leaving[gone] = 0;
    }
  }

  /** Throws out who has left, halves the sample while it is over the bound, and makes room for twice what is there. */
  #rebuild(): void {
    while (this.active > this.#bound) {
      this.level++;
      this.active = this.#countSampled();
    }
    const [low, high, last] = [this.#low, this.#high, this.#last];
    while (this.active * 2.5 > this.#capacity) this.#capacity *= 2;
    if (this.active * 16 < this.#capacity && this.#capacity > 1_024) this.#capacity /= 2;
    this.#low = new Uint32Array(this.#capacity);
    this.#high = new Uint32Array(this.#capacity);
    this.#last = new Uint32Array(this.#capacity);
    this.#leaving.fill(0);
    this.#used = 0;
    this.active = 0;
    for (let i = 0; i < last.length; i++) {
      if (last[i]! > this.#now - windowSeconds && this.#isSampled(high[i]!)) this.#place(low[i]!, high[i]!, last[i]!);
    }
  }

  #countSampled(): number {
    let count = 0;
    for (let i = 0; i < this.#last.length; i++) {
      if (this.#last[i]! > this.#now - windowSeconds && this.#isSampled(this.#high[i]!)) count++;
    }
    return count;
  }

  #isSampled(high: number): boolean {
    return (high & ((1 << this.level) - 1)) === 0;
  }
}

/** Distinct users of the last 30 minutes. */
export class ActiveUsers {
  #sample: Sample;
  /** a finer sample that replaces the coarse one once it has seen 30 minutes */
  #next: { sample: Sample; sinceSecond: number } | null = null;
  #now: number;
  readonly #bound: number;

  /** @param bound users above which the count becomes an estimate */
  constructor(nowSecond: number, bound = exactUsers) {
    this.#now = nowSecond;
    this.#bound = bound;
    this.#sample = new Sample(nowSecond, 0, bound);
  }

  /** Takes `user`, seen at `second`; one ahead of now must wait elsewhere. Call `advance` before. */
  see(user: string, second: number): void {
    hashText(user);
    this.#sample.see(second);
    this.#next?.sample.see(second);
  }

  /** Moves now to `nowSecond`; an earlier one than before changes nothing. */
  advance(nowSecond: number): void {
    if (nowSecond <= this.#now) return;
    this.#now = nowSecond;
    this.#sample.advance(nowSecond);
    this.#next?.sample.advance(nowSecond);
    this.#refine();
  }

  /** The count, exact while `errorRatio` (its standard error, as a ratio) is 0. */
  count(): { users: number; errorRatio: number } {
    const { active, level } = this.#sample;
    if (level === 0) return { users: active, errorRatio: 0 };
    return { users: active * 2 ** level, errorRatio: 1 / Math.sqrt(Math.max(active, 1)) };
  }

  /** After a peak the sample is coarser than it must be: a finer one is filled beside it for as long as the window is. */
  #refine(): void {
    const { level, active } = this.#sample;
    if (this.#next === null && level > 0 && active * 4 < this.#bound) {
      this.#next = { sample: new Sample(this.#now, Math.max(0, level - 2), this.#bound), sinceSecond: this.#now };
    }
    if (this.#next !== null && this.#now - this.#next.sinceSecond >= windowSeconds) {
      if (this.#next.sample.level < level) this.#sample = this.#next.sample;
      this.#next = null;
    }
  }
}
