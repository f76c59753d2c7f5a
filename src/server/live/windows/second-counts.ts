/** Events per second around now, with the sliding counts of 1, 5, 15 and 60 minutes always up to date. */

/** Seconds that the longest window covers. */
export const windowSeconds = 3_600;

const slots = 4_096;
const mask = slots - 1;

/** Seconds ahead of now that the ring can hold; later ones must wait elsewhere. */
export const aheadSeconds = slots - windowSeconds - 1;

/**
 * A ring of one count a second. A second counts in a window of n seconds while it lies in `(now - n, now]`; a second
 * that lies ahead is kept and counts when now reaches it.
 */
export class SecondCounts {
  readonly #ring = new Float64Array(slots);
  #now: number;
  m1 = 0;
  m5 = 0;
  m15 = 0;
  m60 = 0;

  /** @param nowSecond epoch seconds */
  constructor(nowSecond: number) {
    this.#now = nowSecond;
  }

  /** Adds `count` events of `second`; what lies outside the ring is ignored. Call `advance` before. */
  add(second: number, count: number): void {
    const age = this.#now - second;
    if (age >= windowSeconds || age < -aheadSeconds) return;
    this.#ring[second & mask]! += count;
    if (age < 0) return;
    this.m60 += count;
    if (age >= 900) return;
    this.m15 += count;
    if (age >= 300) return;
    this.m5 += count;
    if (age < 60) this.m1 += count;
  }

  /** Moves now to `nowSecond`; an earlier one than before changes nothing. */
  advance(nowSecond: number): void {
    if (nowSecond - this.#now >= slots) this.#restart(nowSecond);
    const ring = this.#ring;
    while (this.#now < nowSecond) {
      const now = ++this.#now;
      const arrived = ring[now & mask]!;
      this.m1 += arrived - ring[(now - 60) & mask]!;
      this.m5 += arrived - ring[(now - 300) & mask]!;
      this.m15 += arrived - ring[(now - 900) & mask]!;
      this.m60 += arrived - ring[(now - windowSeconds) & mask]!;
      ring[(now + aheadSeconds) & mask] = 0;
    }
  }

  /** Counts of the 60 minutes of the clock that end with the current one, which is still filling. Oldest first. */
  perMinute(): number[] {
    const counts = Array.from({ length: 60 }, () => 0);
    const currentMinute = Math.floor(this.#now / 60);
    for (let second = (currentMinute - 59) * 60; second <= this.#now; second++) {
      counts[Math.floor(second / 60) - currentMinute + 59]! += this.#ring[second & mask]!;
    }
    return counts;
  }

  #restart(nowSecond: number): void {
    this.#ring.fill(0);
    this.#now = nowSecond;
    this.m1 = this.m5 = this.m15 = this.m60 = 0;
  }
}
