/** The matrix holds every permission once, and its keys and toggles do what one expects. */
import { expect, test } from 'vitest';
import { permissions } from '../../../../../shared/model/permission.ts';
import type { Permission } from '../../../../../shared/model/permission.ts';
import { extent, moveBy, operations, permissionsOfColumn, permissionsOfRow, resources, toggleAll } from './matrix.ts';

const all = (): boolean => true;

test('every permission stands in one row and one column', () => {
  expect(resources.flatMap(permissionsOfRow).sort()).toEqual([...permissions].sort());
  expect(operations.flatMap(permissionsOfColumn).sort()).toEqual([...permissions].sort());
});

test('a press takes all of a row, and the next gives it back', () => {
  const row = permissionsOfRow('events');
  const taken = toggleAll(row, new Set<Permission>(['events:read']), all);
  expect(extent(row, taken)).toBe('all');
  expect(extent(row, toggleAll(row, taken, all))).toBe('none');
});

test('what may not be given is not given, and what is there can be taken', () => {
  const mayGive = (one: Permission): boolean => one !== 'events:delete';
  const next = toggleAll(permissionsOfRow('events'), new Set(), mayGive);
  expect(next.has('events:delete')).toBe(false);
  expect(next.size).toBe(4);
  const kept = toggleAll(['events:delete'], new Set<Permission>(['events:delete']), mayGive);
  expect(kept.size).toBe(0);
});

test('arrows lead over gaps, and stop at the edge', () => {
  const sql = resources.indexOf('sql') + 1;
  expect(moveBy('ArrowRight', { row: sql, column: 0 })).toEqual({ row: sql, column: operations.indexOf('run') + 1 });
  expect(moveBy('ArrowRight', { row: sql, column: operations.indexOf('run') + 1 })).toBeNull();
  expect(moveBy('ArrowUp', { row: 1, column: 0 })).toBeNull();
  expect(moveBy('Enter', { row: 1, column: 1 })).toBeNull();
  expect(moveBy('End', { row: sql, column: 0 })).toEqual({ row: sql, column: operations.indexOf('run') + 1 });
});
