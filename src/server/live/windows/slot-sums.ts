/** Sums of one numeric property around now, in slots of five seconds. */

const slotSeconds = 5;
const slots = 1_024;
const mask = slots - 1;

/** Sliding sums over 5 and 60 minutes, in steps of five seconds: the slot that now lies in counts, and those before it. */
export class SlotSums {
  readonly #ring = new Float64Array(slots);
  #slot: number;

  /** @param nowSecond epoch seconds */
  constructor(nowSecond: number) {
    this.#slot = Math.floor(nowSecond / slotSeconds);
  }

  /** Adds `value` at `second`; what lies outside the ring is ignored. Call `advance` before. */
  add(second: number, value: number): void {
    const slot = Math.floor(second / slotSeconds);
    const age = this.#slot - slot;
    if (age < 720 && age > 720 - slots) this.#ring[slot & mask]! += value;
  }

  /** Moves now to `nowSecond`; an earlier one than before changes nothing. */
  advance(nowSecond: number): void {
    const target = Math.floor(nowSecond / slotSeconds);
    if (target - this.#slot >= slots) {
      this.#ring.fill(0);
      this.#slot = target;
    }
    while (this.#slot < target) {
      this.#slot++;
      this.#ring[(this.#slot - 720) & mask] = 0;
    }
  }

  /** The sum over the last 5 minutes. */
  m5(): number {
    return this.#sum(60);
  }

  /** The sum over the last 60 minutes. */
  m60(): number {
    return this.#sum(720);
  }

  #sum(count: number): number {
    let sum = 0;
    for (let slot = this.#slot - count + 1; slot <= this.#slot; slot++) sum += this.#ring[slot & mask]!;
    return sum;
  }
}
