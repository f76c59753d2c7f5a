/** Keys of ids are spread evenly, depend on the seed and the workspace, and do not collide. */
import { expect, it } from 'vitest';
import { hashId, hashWorkspace } from './id-hash.ts';

const keysOf = (seed: number, workspaceId: string, ids: readonly string[]): BigUint64Array => {
  const state = hashWorkspace(Uint32Array.of(seed, 7), workspaceId);
  const halves = new Uint32Array(ids.length * 2);
  ids.forEach((id, i) => hashId(state, id, halves, i * 2));
  return new BigUint64Array(halves.buffer);
};

const counting = Array.from({ length: 100_000 }, (_, i) => `order-${i}`);

it('gives different ids different keys', () => {
  expect(new Set([...keysOf(1, 'w', counting), ...keysOf(1, 'v', counting), ...keysOf(2, 'w', counting)]).size).toBe(300_000);
});

it('gives the same id the same key', () => {
  expect(keysOf(1, 'w', counting)).toEqual(keysOf(1, 'w', counting));
});

it('fills the space of keys evenly, from either end', () => {
  for (const shift of [0n, 26n, 32n, 58n]) {
    const counts = Array.from({ length: 64 }, () => 0);
    for (const key of keysOf(3, 'w', counting)) counts[Number((key >> shift) & 63n)]!++;
    const expected = counting.length / 64;
    const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    // 63 degrees of freedom: above 120 once in a hundred thousand seeds
    expect(chiSquare).toBeLessThan(120);
  }
});

it('changes about half of the bits when one character changes', () => {
  const [a, b] = [
    keysOf(1, 'w', counting),
    keysOf(
      1,
      'w',
      counting.map((id) => `O${id.slice(1)}`),
    ),
  ];
  let changed = 0;
  for (let i = 0; i < 10_000; i++) changed += (a[i]! ^ b[i]!).toString(2).replaceAll('0', '').length;
  expect(changed / 10_000).toBeCloseTo(32, 0);
});
