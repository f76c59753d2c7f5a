/** The table twin of a picture: the same figures, exact, for eyes, screen readers and spreadsheets. */
import type { Result } from '../../shared/model/result.ts';
import type { BucketGrain } from '../../shared/format/time.ts';
import { fieldText, tableText } from './cell-text.ts';

/** A table of texts. */
export interface Twin {
  caption: string;
  columns: { label: string; isNumber: boolean }[];
  rows: string[][];
}

function columnLabel(column: Result['columns'][number]): string {
  const name = column.role === 'bucket' ? 'time' : fieldText(column.name);
  return column.unit === null || column.unit === '' ? name : `${name} (${column.unit})`;
}

/** The table of every row of `result`, and beside each figure that of the comparison where rows correspond. Rows that start after `nowMs` are left out: they have not happened. */
export function twinOf(result: Result, caption: string, nowMs: number): Twin {
  const grain = result.lineage.grain as BucketGrain | null;
  const { timezone } = result.lineage.range;
  const { comparison } = result;
  const bucket = result.columns.findIndex((column) => column.role === 'bucket');
  const hasBefore = comparison !== undefined && comparison.rows.length === result.rows.length && bucket >= 0;
  const metrics = result.columns.map((column, index) => ({ column, index })).filter(({ column }) => column.role === 'metric');
  const rows = result.rows.flatMap((row, at) => {
    if (bucket >= 0 && Date.parse(String(row[bucket])) > nowMs) return [];
    const before = hasBefore ? metrics.map(({ column, index }) => tableText(comparison.rows[at]?.[index], column, grain, timezone)) : [];
    return [[...result.columns.map((column, index) => tableText(row[index], column, grain, timezone)), ...before]];
  });
  return {
    caption,
    columns: [
      ...result.columns.map((column) => ({ label: columnLabel(column), isNumber: column.type === 'number' })),
      ...(hasBefore ? metrics.map(({ column }) => ({ label: `${columnLabel(column)}, before`, isNumber: true })) : []),
    ],
    rows,
  };
}

/** The table as CSV (RFC 4180); a text that a spreadsheet would run as a formula is disarmed. */
export function csvOf(twin: Twin): string {
  const quote = (text: string): string => {
    const safe = /^[=@\t\r]|^[+-](?![\d.])/.test(text) ? `'${text}` : text;
    return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const plain = (text: string, isNumber: boolean): string =>
    isNumber ? text.replaceAll(',', '').replace('−', '-').replace('–', '') : text;
  const lines = [
    twin.columns.map((column) => quote(column.label)),
    ...twin.rows.map((row) => row.map((text, index) => quote(plain(text, twin.columns[index]?.isNumber ?? false)))),
  ];
  return `${lines.map((line) => line.join(',')).join('\r\n')}\r\n`;
}
