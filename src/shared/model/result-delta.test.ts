/** A delta applied to the old answer gives the new one, whatever changed. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Cell, Result } from './result.ts';
import { applyDelta, diffResults } from './result-delta.ts';

const lineage: Result['lineage'] = {
  queryId: 'q',
  sql: '',
  watermark: '2026-01-01T00:00:00.000Z',
  cache: 'miss',
  staleMs: 0,
  policy: 'workspace',
  definitions: [],
  rowsRead: 0,
  elapsedMs: 0,
  range: { from: '', to: '', timezone: 'UTC' },
  grain: null,
};

function trend(rows: Cell[][], totals: Cell[] = [null, null, 0]): Result {
  return {
    columns: [
      { name: 'bucket', type: 'bucket', unit: null, role: 'bucket' },
      { name: 'properties.country', type: 'string', unit: null, role: 'by' },
      { name: 'count', type: 'number', unit: null, role: 'metric' },
    ],
    rows,
    totals,
    lineage,
  };
}

const cell = fc.oneof(fc.constantFrom('a', 'b', 'c', 'd', null), fc.constant({ others: true as const }));
const table = fc
  .uniqueArray(fc.tuple(fc.constantFrom('t1', 't2', 't3'), cell, fc.integer({ min: 0, max: 3 })), {
    selector: (row) => JSON.stringify(row.slice(0, 2)),
  })
  .map((rows) => trend(rows as Cell[][], [null, null, rows.length]));

describe('deltas of results', () => {
  test('apply(previous, diff(previous, next)) is next, in its order', () => {
    fc.assert(
      fc.property(table, table, (previous, next) => {
        const delta = diffResults(previous, next);
        expect(delta).not.toBeNull();
        if (delta === null) return;
        expect(delta === 'same' ? previous : applyDelta(previous, delta)).toEqual(next);
      }),
    );
  });

  test('holds only the rows that changed, and no order when nothing moved', () => {
    const delta = diffResults(
      trend([
        ['t1', 'a', 1],
        ['t2', 'a', 2],
      ]),
      trend([
        ['t2', 'a', 5],
        ['t3', 'a', 1],
      ]),
    );
    expect(delta).toMatchObject({
      result: {
        rows: [
          ['t2', 'a', 5],
          ['t3', 'a', 1],
        ],
      },
      removed: [['t1', 'a']],
    });
    expect(delta).not.toHaveProperty('order');
  });

  test('a total is one row without a key, so its delta is that row', () => {
    const total = (n: number): Result => ({
      ...trend([[n]], [n]),
      columns: [{ name: 'count', type: 'number', unit: null, role: 'metric' }],
    });
    const delta = diffResults(total(1), total(2));
    expect(delta).toMatchObject({ result: { rows: [[2]], totals: [2] } });
    expect(diffResults(total(2), { ...total(2), lineage: { ...lineage, cache: 'hit' } })).toBe('same');
  });

  test('a comparison travels only when it changed', () => {
    const withComparison = (n: number): Result => ({
      ...trend([['t1', 'a', n]], [null, null, n]),
      comparison: { rows: [['t0', 'a', 7]], totals: [null, null, 7], range: { from: '', to: '' } },
    });
    const delta = diffResults(withComparison(1), withComparison(2));
    expect(delta).not.toHaveProperty('result.comparison');
    if (delta === null || delta === 'same') throw new Error('a delta was expected');
    expect(applyDelta(withComparison(1), delta)).toEqual(withComparison(2));
  });

  test('tables have no keys: a change of them needs a snapshot', () => {
    const list = (id: string): Result => ({ ...trend([[id]]), columns: [{ name: 'id', type: 'string', unit: null, role: 'field' }] });
    expect(diffResults(list('a'), list('b'))).toBeNull();
    expect(diffResults(list('a'), list('a'))).toBe('same');
  });

  test('rows that cannot be told apart need a snapshot', () => {
    expect(
      diffResults(
        trend([]),
        trend([
          ['t1', 'a', 1],
          ['t1', 'a', 2],
        ]),
      ),
    ).toBeNull();
  });
});
