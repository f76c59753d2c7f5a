/** Versions of cells change when, and as good as only when, something in them changed. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCells } from './cells.ts';

const touch = (hours: number[] | null, dataset = 'events', workspaceId = 'w') => ({ workspaceId, dataset, hours });

describe('cells', () => {
  it('keep the version of hours that nothing changed', () => {
    const cells = createCells();
    cells.bump(touch([100]));
    const before = cells.cellVersion('w', 'events', 90, 101);
    cells.bump(touch([101]));
    cells.bump(touch([89]));
    cells.bump(touch([100], 'traits'));
    cells.bump(touch([100], 'events', 'v'));
    expect(cells.cellVersion('w', 'events', 90, 101)).toBe(before);
    cells.bump(touch([90]));
    expect(cells.cellVersion('w', 'events', 90, 101)).not.toBe(before);
  });

  it('change all of a dataset at once', () => {
    const cells = createCells();
    const before = cells.cellVersion('w', 'events', 0, Number.MAX_SAFE_INTEGER);
    cells.bump(touch(null));
    expect(cells.cellVersion('w', 'events', 5, 6)).not.toBe(before);
    expect(cells.cellVersion('w', 'events', 0, Number.MAX_SAFE_INTEGER)).not.toBe(before);
  });

  it('tell processes apart by their first version', () => {
    expect(createCells(1_000).cellVersion('w', 'events', 0, 1)).not.toBe(createCells(2_000).cellVersion('w', 'events', 0, 1));
  });

  it('miss no change among very many hours, and stay bounded', () => {
    const cells = createCells();
    const hours = Array.from({ length: 60_000 }, (_, i) => i);
    cells.bump(touch(hours));
    const before = [0, 30_000, 59_999].map((hour) => cells.cellVersion('w', 'events', hour, hour + 1));
    cells.bump(touch(hours.map((hour) => hour + 60_000)));
    const after = [0, 30_000, 59_999].map((hour) => cells.cellVersion('w', 'events', hour, hour + 1));
    expect(after.every((version, i) => version >= before[i]!)).toBe(true);
    cells.bump(touch([30_000]));
    expect(cells.cellVersion('w', 'events', 30_000, 30_001)).toBeGreaterThan(after[1]!);
  });

  it('answer a range as its hours would', () => {
    const hour = fc.nat(200);
    fc.assert(
      fc.property(fc.array(fc.array(hour, { maxLength: 5 }), { maxLength: 20 }), hour, hour, (bumps, from, length) => {
        const cells = createCells();
        for (const hours of bumps) cells.bump(touch(hours));
        const single = Array.from({ length }, (_, i) => cells.cellVersion('w', 'events', from + i, from + i + 1));
        expect(cells.cellVersion('w', 'events', from, from + length)).toBe(Math.max(0, ...single));
      }),
    );
  });
});
