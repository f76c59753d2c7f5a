/** How one cell of a result reads, in labels and tables. */
import { formatExact } from '../../shared/format/number.ts';
import { formatBucket, formatInstant } from '../../shared/format/time.ts';
import type { BucketGrain } from '../../shared/format/time.ts';
import type { Cell, Column } from '../../shared/model/result.ts';

/** Whether the cell stands for all groups beyond the limit. */
export function isOthers(cell: Cell | undefined): cell is { others: true } {
  return typeof cell === 'object' && cell !== null && !Array.isArray(cell) && cell['others'] === true;
}

/** The name of a group. What is missing and what is empty have names too. */
export function groupText(cell: Cell | undefined): string {
  if (cell === null || cell === undefined) return '(not set)';
  if (isOthers(cell)) return 'others';
  if (cell === '') return '(empty)';
  return typeof cell === 'object' ? JSON.stringify(cell) : String(cell);
}

/** The number in a cell; null where there is none. */
export function numberIn(cell: Cell | undefined): number | null {
  return typeof cell === 'number' && Number.isFinite(cell) ? cell : null;
}

/** The text of a cell in a table: exact numbers, full names of buckets, instants in `zone`. */
export function tableText(cell: Cell | undefined, column: Column, grain: BucketGrain | null, zone: string): string {
  if (column.role === 'by') return groupText(cell);
  if (cell === null || cell === undefined) return '–';
  if (column.type === 'number' && typeof cell === 'number') return formatExact(cell);
  if (column.type === 'bucket') return formatBucket(String(cell), grain ?? 'day');
  if (column.type === 'time') return formatInstant(String(cell), zone);
  return groupText(cell);
}

const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

/** The name of a field as people say it: `properties.country` is "country". */
export function fieldText(field: string): string {
  const known: Record<string, string> = {
    name: 'event',
    'time.hour': 'hour of day',
    'time.weekday': 'weekday',
    'time.month': 'month of year',
  };
  return known[field] ?? (field.startsWith('properties.') ? field.slice('properties.'.length) : field);
}

/** The name of a weekday, 1 = Monday. */
export function weekdayText(weekday: number): string {
  return weekdays[weekday - 1] ?? String(weekday);
}
