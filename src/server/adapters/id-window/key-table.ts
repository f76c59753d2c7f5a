/** A set of 64-bit keys in memory: open addressing over two typed arrays, halves of the key side by side. */

const smallestSlots = 1_024;

/** Keys as pairs of 32-bit halves; the pair 0, 0 is not a key. At most five of eight slots are in use. */
export class KeyTable {
  count = 0;
  #high = new Uint32Array(smallestSlots);
  #low = new Uint32Array(smallestSlots);
  #mask = smallestSlots - 1;

  get memoryBytes(): number {
    return this.#high.byteLength + this.#low.byteLength;
  }

  has(high: number, low: number): boolean {
    return this.#find(high, low) >= 0;
  }

  /** false where the key is in already */
  add(high: number, low: number): boolean {
    if (this.#find(high, low) >= 0) return false;
    if (this.count * 8 >= this.#high.length * 5) this.#grow();
    this.#place(high, low);
    this.count++;
    return true;
  }

  /** false where the key was not in */
  delete(high: number, low: number): boolean {
    let hole = this.#find(high, low);
    if (hole < 0) return false;
    // close the gap: move back every follower that its home slot allows, so that no probe ends early
    for (let i = (hole + 1) & this.#mask; this.#isUsed(i); i = (i + 1) & this.#mask) {
      const home = this.#low[i]! & this.#mask;
      if (((i - home) & this.#mask) < ((i - hole) & this.#mask)) continue;
      this.#high[hole] = this.#high[i]!;
      this.#low[hole] = this.#low[i]!;
      hole = i;
    }
    this.#high[hole] = 0;
    this.#low[hole] = 0;
    this.count--;
    return true;
  }

  /** all keys, in no order */
  keys(): BigUint64Array<ArrayBuffer> {
    const halves = new Uint32Array(this.count * 2);
    let at = 0;
    for (let i = 0; i <= this.#mask; i++) {
      if (!this.#isUsed(i)) continue;
      halves[at++] = this.#low[i]!;
      halves[at++] = this.#high[i]!;
    }
    return new BigUint64Array(halves.buffer);
  }

  #isUsed(slot: number): boolean {
    return this.#low[slot] !== 0 || this.#high[slot] !== 0;
  }

  #find(high: number, low: number): number {
    for (let i = low & this.#mask; ; i = (i + 1) & this.#mask) {
      const foundLow = this.#low[i];
      const foundHigh = this.#high[i];
      if (foundLow === low && foundHigh === high) return i;
      if (foundLow === 0 && foundHigh === 0) return -1;
    }
  }

  #place(high: number, low: number): void {
    let i = low & this.#mask;
    while (this.#isUsed(i)) i = (i + 1) & this.#mask;
    this.#high[i] = high;
    this.#low[i] = low;
  }

  #grow(): void {
    const high = this.#high;
    const low = this.#low;
    this.#high = new Uint32Array(high.length * 2);
    this.#low = new Uint32Array(high.length * 2);
    this.#mask = this.#high.length - 1;
    for (let i = 0; i < high.length; i++) if (low[i] !== 0 || high[i] !== 0) this.#place(high[i]!, low[i]!);
  }
}
