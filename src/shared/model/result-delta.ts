/** What changed between two answers to one query, and how a client applies it (normative text: docs/formats/live.md). */
import type { Cell, Column, Result } from './result.ts';

/** A change of a result. `result` holds only rows that are new or different; columns, totals and lineage are whole. */
export interface ResultDelta {
  /** `comparison` is there only if it changed, then whole */
  result: Result;
  /** keys (values of bucket and `by`, in column order) of rows that are gone */
  removed?: Cell[][];
  /** only where rows moved: for each row of the new result its place among kept rows followed by new rows */
  order?: number[];
}

const isKey = (column: Column) => column.role === 'bucket' || column.role === 'by';

/** Positions of the columns that make a row what it is: bucket and `by`. */
function keyPositions(columns: readonly Column[]): number[] {
  return columns.flatMap((column, i) => (isKey(column) ? [i] : []));
}

/** The key of a row as text; different keys have different texts. */
function keyText(row: readonly Cell[], positions: readonly number[]): string {
  let text = '';
  for (const position of positions) {
    const cell = row[position];
    text += typeof cell === 'string' ? `${cell.length}:${cell}` : `${JSON.stringify(cell)};`;
  }
  return text;
}

function isSameCell(a: Cell | undefined, b: Cell | undefined): boolean {
  return a === b || (typeof a === 'object' && typeof b === 'object' && JSON.stringify(a) === JSON.stringify(b));
}

function isSameRow(a: readonly Cell[], b: readonly Cell[]): boolean {
  return a === b || (a.length === b.length && a.every((cell, i) => isSameCell(cell, b[i])));
}

/** Whether rows of a result can be told apart by bucket and `by`, so that a delta of it makes sense. */
function hasKeys(result: Result): boolean {
  return !result.columns.some((column) => column.role === 'field');
}

/**
 * The delta that leads from `previous` to `next`; 'same' if rows, totals and comparison are equal; null where only a
 * snapshot will do (other columns, rows without keys).
 */
export function diffResults(previous: Result, next: Result): ResultDelta | 'same' | null {
  if (JSON.stringify(previous.columns) !== JSON.stringify(next.columns)) return null;
  const comparisonMoved = JSON.stringify(previous.comparison) !== JSON.stringify(next.comparison);
  const totalsMoved = JSON.stringify(previous.totals) !== JSON.stringify(next.totals);
  if (!hasKeys(next)) {
    const isSame =
      !comparisonMoved && !totalsMoved && previous.next === next.next && JSON.stringify(previous.rows) === JSON.stringify(next.rows);
    return isSame ? 'same' : null;
  }
  const rows = diffRows(previous, next);
  if (rows === null) return null;
  if (!comparisonMoved && !totalsMoved && rows.changed.length === 0 && rows.removed.length === 0 && rows.order === null) return 'same';
  const { comparison, ...rest } = next;
  const result: Result = { ...rest, rows: rows.changed };
  if (comparisonMoved && comparison !== undefined) result.comparison = comparison;
  if (comparisonMoved && comparison === undefined) return null;
  return {
    result,
    ...(rows.removed.length > 0 ? { removed: rows.removed } : {}),
    ...(rows.order !== null ? { order: rows.order } : {}),
  };
}

interface RowsDelta {
  changed: Cell[][];
  removed: Cell[][];
  order: number[] | null;
}

function diffRows(previous: Result, next: Result): RowsDelta | null {
  const positions = keyPositions(next.columns);
  const nextKeys = next.rows.map((row) => keyText(row, positions));
  const isInNext = new Set(nextKeys);
  if (isInNext.size !== nextKeys.length) return null;
  const removed: Cell[][] = [];
  const previousByKey = new Map<string, { row: Cell[]; place: number }>();
  let kept = 0;
  for (const row of previous.rows) {
    const key = keyText(row, positions);
    if (previousByKey.has(key)) return null;
    const isKept = isInNext.has(key);
    if (!isKept) removed.push(positions.map((i) => row[i] ?? null));
    previousByKey.set(key, { row, place: isKept ? kept++ : -1 });
  }
  const changed: Cell[][] = [];
  const order: number[] = [];
  let isMoved = false;
  next.rows.forEach((row, i) => {
    const before = previousByKey.get(nextKeys[i] ?? '');
    if (before === undefined || !isSameRow(before.row, row)) changed.push(row);
    const place = before?.place ?? kept++;
    order.push(place);
    isMoved ||= place !== i;
  });
  return { changed, removed, order: isMoved ? order : null };
}

/** The result that `delta` makes of `previous`: equal to what the server has. Arguments stay as they are. */
export function applyDelta(previous: Result, delta: ResultDelta): Result {
  const { result } = delta;
  const positions = keyPositions(result.columns);
  const gone = new Set((delta.removed ?? []).map((key) => keyText(key, [...key.keys()])));
  const changedByKey = new Map(result.rows.map((row) => [keyText(row, positions), row]));
  const rows: Cell[][] = [];
  for (const row of previous.rows) {
    const key = keyText(row, positions);
    if (gone.has(key)) continue;
    rows.push(changedByKey.get(key) ?? row);
    changedByKey.delete(key);
  }
  rows.push(...changedByKey.values());
  const ordered = delta.order === undefined ? rows : delta.order.map((place) => rows[place] ?? []);
  const comparison = result.comparison ?? previous.comparison;
  return { ...result, rows: ordered, ...(comparison === undefined ? {} : { comparison }) };
}
