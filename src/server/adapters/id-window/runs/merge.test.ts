/** Runs answer as a map of keys to slots does, as written, merged, and cut to a part. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { type MergeInput, writeFlush, writeMerge } from './merge.ts';
import { Run } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'bellwether-runs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
const newPath = (): string => join(folder, `${++files}.run`);

/** Few high halves, so that pages begin and end in the middle of equal ones. */
const key = fc.tuple(fc.nat(40), fc.integer({ min: 0, max: 60 })).map(([high, low]) => (BigInt(high * 100_000_000) << 32n) | BigInt(low));
const table = fc.uniqueArray(key, { maxLength: 1_800, size: 'max' });

function flush(keys: readonly bigint[], slot: number): Run {
  const path = newPath();
  return Run.adopt(path, writeFlush({ keys: BigUint64Array.from(keys), slot, path, bitsPerKey: 8 }));
}

const slotIn = (run: Run, one: bigint): number => run.find(Number(one >> 32n), Number(one & 0xffff_ffffn));
const inputOf = (run: Run, firstPage = 0): MergeInput => ({
  path: run.path,
  count: run.index.count,
  baseSlot: run.index.baseSlot,
  firstPage,
});

it('finds every key of a run, and no other', () => {
  fc.assert(
    fc.property(table, table, (keys, others) => {
      const run = flush(keys, 9);
      const again = Run.open(run.path);
      const known = new Set(keys);
      for (const one of [...keys, ...others]) {
        expect(slotIn(run, one)).toBe(known.has(one) ? 9 : -1);
        expect(slotIn(again, one)).toBe(known.has(one) ? 9 : -1);
      }
      run.close();
      again.close();
    }),
    { numRuns: 30 },
  );
});

it('keeps the newest slot of each key that lives, in the part asked for', () => {
  fc.assert(
    fc.property(fc.array(table, { minLength: 1, maxLength: 5 }), fc.nat(6), fc.nat(40), fc.nat(40), (tables, liveFrom, a, b) => {
      const runs = tables.map((keys, slot) => flush(keys, slot + 1));
      const [highFrom, highTo] = [Math.min(a, b) * 100_000_000, Math.max(a, b) * 100_000_000 + 1];
      const slots = new Map(tables.flatMap((keys, slot) => keys.map((one) => [one, slot + 1] as const)));
      const path = newPath();
      const index = writeMerge({
        inputs: runs.map((run) => inputOf(run, run.index.count > 0 ? run.pageOf(highFrom) : 0)),
        highFrom,
        highTo,
        liveFrom,
        path,
        expected: slots.size,
        bitsPerKey: 2,
      });
      const merged = Run.adopt(path, index);
      let count = 0;
      for (const [one, slot] of slots) {
        const high = Number(one >> 32n);
        const isKept = slot >= liveFrom && high >= highFrom && high < highTo;
        if (isKept) count++;
        expect(slotIn(merged, one)).toBe(isKept ? slot : -1);
      }
      expect(index.count).toBe(count);
      for (const run of [...runs, merged]) run.close();
    }),
    { numRuns: 30 },
  );
});
