/** What a column of a file looks like, judged by a sample of its values. */
import { maybeTime, timeFormats } from './time-format.ts';
import type { TimeFormat } from './time-format.ts';

/** What the values of a column are. */
export type ColumnKind = 'empty' | 'number' | 'boolean' | 'text' | 'object' | 'mixed';

/** A column, as the sample shows it. */
export interface ColumnShape {
  name: string;
  kind: ColumnKind;
  /** values that are there */
  filled: number;
  distinct: number;
  /** how it writes instants, if it does: the formats that fit most values, and more than half, likeliest first */
  times: TimeFormat[];
  /** share of the values that are instants so written, 0..1 */
  timeRatio: number;
}

/** Cells that are numbers without loss: no leading zeros, no plus, whole numbers up to 2^53. */
export function isNumberCell(cell: string): boolean {
  if (!/^-?(?:0|[1-9]\d*)?(?:\.\d+)?(?:[eE][+-]?\d{1,3})?$/.test(cell) || !/^-?\.?\d/.test(cell)) return false;
  const value = Number(cell);
  return Number.isFinite(value) && (!/^-?\d+$/.test(cell) || Number.isSafeInteger(value));
}

/** Cells that are booleans. */
export function isBooleanCell(cell: string): boolean {
  return /^(?:true|false|True|False|TRUE|FALSE)$/.test(cell);
}

/** The columns of `records`. With `isText` every value is text, as in CSV, and typed by how it is written. */
export function columnShapes(records: readonly Record<string, unknown>[], isText: boolean): ColumnShape[] {
  const names = new Set(records.flatMap((record) => Object.keys(record)));
  return [...names].map((name) =>
    columnShape(
      name,
      records.map((record) => record[name]),
      isText,
    ),
  );
}

function columnShape(name: string, values: readonly unknown[], isText: boolean): ColumnShape {
  const filled = values.filter((value) => value !== null && value !== undefined && value !== '');
  const kinds = new Set(filled.map((value) => valueKind(value, isText)));
  const [only = 'empty'] = kinds;
  return {
    name,
    kind: kinds.size > 1 ? mixedKind(isText) : only,
    filled: filled.length,
    distinct: new Set(filled.map((value) => (typeof value === 'object' ? JSON.stringify(value) : value))).size,
    ...timesOf(filled),
  };
}

/** One typing error in a column of dates does not make it another column. */
function timesOf(filled: readonly unknown[]): Pick<ColumnShape, 'times' | 'timeRatio'> {
  const fits = timeFormats.map((format) => ({ format, count: filled.filter((value) => isTime(value, format)).length }));
  const most = Math.max(...fits.map(({ count }) => count));
  if (most * 2 <= filled.length) return { times: [], timeRatio: 0 };
  return { times: fits.filter(({ count }) => count === most).map(({ format }) => format), timeRatio: most / filled.length };
}

/** In a text file, cells of several kinds are all text; JSON says itself what it means. */
function mixedKind(isText: boolean): ColumnKind {
  return isText ? 'text' : 'mixed';
}

function valueKind(value: unknown, isText: boolean): ColumnKind {
  if (typeof value === 'number') return 'number';
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'object') return 'object';
  const cell = String(value).trim();
  if (!isText) return 'text';
  if (isNumberCell(cell)) return 'number';
  if (isBooleanCell(cell)) return 'boolean';
  return isObjectText(cell) ? 'object' : 'text';
}

function isObjectText(cell: string): boolean {
  if (!cell.startsWith('{') || !cell.endsWith('}')) return false;
  try {
    JSON.parse(cell);
    return true;
  } catch {
    return false;
  }
}

/** Years 1990 to 2100 in each unit of epoch time: numbers outside are taken for numbers. */
const epochBounds: Readonly<Partial<Record<TimeFormat, readonly [number, number]>>> = {
  s: [631_152_000, 4_102_444_800],
  ms: [631_152_000_000, 4_102_444_800_000],
  us: [631_152_000_000_000, 4_102_444_800_000_000],
  ns: [631_152_000_000_000_000, 4_102_444_800_000_000_000],
};

function isTime(value: unknown, format: TimeFormat): boolean {
  const bounds = epochBounds[format];
  if (bounds === undefined) return maybeTime(value, format, (localMs) => localMs) !== null;
  const number = typeof value === 'number' || (typeof value === 'string' && isNumberCell(value.trim())) ? Number(value) : NaN;
  return number >= bounds[0] && number < bounds[1];
}
