/** A Bloom filter over keys that are hashes already: says "certainly not" from a few bits a key. */

/** `bits` is a view over the filter's bytes; `hashes` is how many bits a key sets. */
export interface BloomFilter {
  bits: Uint32Array;
  hashes: number;
}

/** An empty filter for `count` keys at `bitsPerKey`, with the number of hashes that errs least. */
export function createFilter(count: number, bitsPerKey: number): BloomFilter {
  const words = Math.max(1, Math.ceil((count * bitsPerKey) / 32));
  return { bits: new Uint32Array(words), hashes: hashCount(bitsPerKey) };
}

function hashCount(bitsPerKey: number): number {
  return Math.max(1, Math.round(bitsPerKey * Math.LN2));
}

/** Adds a key. */
export function addToFilter({ bits, hashes }: BloomFilter, high: number, low: number): void {
  const step = (Math.imul(high, 0x9e3779b1) >>> 0) | 1;
  let x = low;
  for (let i = 0; i < hashes; i++) {
    const bit = bitOf(x, bits.length);
    bits[bit >>> 5]! |= 1 << (bit & 31);
    x = (x + step) >>> 0;
  }
}

/** false: the key was certainly never added. */
export function mayHold({ bits, hashes }: BloomFilter, high: number, low: number): boolean {
  const step = (Math.imul(high, 0x9e3779b1) >>> 0) | 1;
  let x = low;
  for (let i = 0; i < hashes; i++) {
    const bit = bitOf(x, bits.length);
    if ((bits[bit >>> 5]! & (1 << (bit & 31))) === 0) return false;
    x = (x + step) >>> 0;
  }
  return true;
}

/** `x` spread evenly over the bits; a multiplication, since a remainder would cost more. */
function bitOf(x: number, words: number): number {
  return Math.floor((x / 4_294_967_296) * words * 32);
}
