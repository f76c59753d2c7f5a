/** The table of keys behaves like a set, also when keys collide, leave and come back. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { KeyTable } from './key-table.ts';

const step = fc.record({
  high: fc.nat(3),
  low: fc.integer({ min: 0, max: 4_000 }).map((n) => (n % 2 === 0 ? n : (n << 20) >>> 0)),
  isAdded: fc.boolean(),
});

it('answers as a set does', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 2_000, size: 'max' }), (steps) => {
      const table = new KeyTable();
      const set = new Set<bigint>();
      for (const { high, low, isAdded } of steps) {
        if (high === 0 && low === 0) continue;
        const key = (BigInt(high) << 32n) | BigInt(low);
        expect(table.has(high, low)).toBe(set.has(key));
        const isChanged = isAdded ? table.add(high, low) : table.delete(high, low);
        expect(isChanged).toBe(set.has(key) !== isAdded);
        if (isAdded) set.add(key);
        else set.delete(key);
        expect(table.count).toBe(set.size);
      }
      expect(new Set(table.keys())).toEqual(set);
    }),
    { numRuns: 50 },
  );
});
