/** A window of 200 million ids stays within its memory, whatever is under way. */
import { expect, it } from 'vitest';
import { KeyTable } from './key-table.ts';
import { createFilter } from './runs/bloom-filter.ts';
import { pagesFor } from './runs/run-page.ts';
import { bitsPerKey, planWindow, tablesAtOnce, workerBytes } from './window-plan.ts';

/** Bytes in memory of a run of `count` keys. */
const runBytes = (count: number, bits: number): number => pagesFor(count) * 4 + createFilter(count, bits).bits.byteLength;

it('adds up to 64 MB at most at 200 million ids, while every level is being merged', () => {
  const plan = planWindow(200_000_000, 86_400_000, 64_000_000);
  const table = new KeyTable();
  for (let i = 1; i <= plan.tableKeys + 10_000; i++) table.add(i, Math.imul(i, 0x9e3779b1) >>> 0);
  const middleKeys = plan.middleKeys + plan.tableKeys * plan.freshRuns;
  const partKeys = Math.ceil((plan.capacity + plan.slotKeys + middleKeys) / plan.parts);
  const bytes = [
    table.memoryBytes * tablesAtOnce,
    runBytes(plan.tableKeys, plan.freshBitsPerKey) * (plan.freshRuns + 2),
    // the middle run, its successor in the making, the one before that is being spread
    runBytes(middleKeys, bitsPerKey(plan.middleFilterBits, middleKeys)) * 3,
    // all parts, and the successor of one
    runBytes(partKeys, bitsPerKey(plan.partFilterBits, partKeys)) * (plan.parts + 1),
    workerBytes(plan.freshRuns + 2),
  ];
  const sum = bytes.reduce((total, part) => total + part, 0);
  expect(sum).toBeLessThanOrEqual(64_000_000);
  expect(sum).toBeGreaterThan(55_000_000);
});

it('gives few ids better filters', () => {
  const plan = planWindow(200_000_000, 86_400_000, 64_000_000);
  expect(bitsPerKey(plan.partFilterBits, 20_000_000 / plan.parts)).toBe(10);
  expect(bitsPerKey(plan.partFilterBits, 200_000_000 / plan.parts)).toBeGreaterThan(1.2);
});
