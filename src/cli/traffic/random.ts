/** Seeded random numbers: the same seed and the same words give the same sequence on every machine. */

/** A sequence of random numbers. */
export interface Random {
  /** uniform in [0, 1) */
  next(): number;
  /** uniform whole number in [0, below) */
  below(below: number): number;
  isTrue(probability: number): boolean;
  /** one of `choices`, as often as their weights say */
  weighted<T>(choices: readonly (readonly [T, number])[]): T;
  /** log-normal: half of the values are below `median`; `spread` 0.5 is mild, 1 is wild */
  logNormal(median: number, spread: number): number;
  /** how many of many rare things happen, where `mean` happen on average */
  poisson(mean: number): number;
}

/** A sequence of its own for `seed` and `words`. */
export function createRandom(seed: number, ...words: (string | number)[]): Random {
  let state = hash(`${seed}/${words.join('/')}`);
  const next = () => {
    // mulberry32
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  return {
    next,
    below: (below) => Math.floor(next() * below),
    isTrue: (probability) => next() < probability,
    weighted: (choices) => pick(choices, next()),
    logNormal: (median, spread) => median * Math.exp(spread * normal()),
    poisson: (mean) => (mean > 30 ? Math.max(0, Math.round(mean + Math.sqrt(mean) * normal())) : smallPoisson(mean, next)),
  };
}

/** FNV-1a with a final mix, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  return value ^ (value >>> 13);
}

function pick<T>(choices: readonly (readonly [T, number])[], at: number): T {
  const total = choices.reduce((sum, [, weight]) => sum + weight, 0);
  let left = at * total;
  for (const [choice, weight] of choices) {
    left -= weight;
    if (left < 0) return choice;
  }
  const last = choices.at(-1);
  if (last === undefined) throw new RangeError('nothing to choose from');
  return last[0];
}

/** @source Knuth, The Art of Computer Programming 2, 3.4.1 */
function smallPoisson(mean: number, next: () => number): number {
  const limit = Math.exp(-mean);
  let product = next();
  let count = 0;
  for (; product > limit; count++) product *= next();
  return count;
}
