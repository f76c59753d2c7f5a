/** Rows as a table, JSON, CSV or NDJSON: what `--format` chooses between. */
import { textTable } from './table.ts';
import type { TableColumn } from './table.ts';

/** Formats of answers that have rows. */
export const rowFormats = ['table', 'json', 'csv', 'ndjson'] as const;
/** One of {@link rowFormats}. */
export type RowFormat = (typeof rowFormats)[number];

/** Rows with named columns. */
export interface Rows {
  columns: readonly TableColumn[];
  rows: readonly (readonly unknown[])[];
}

/** `rows` in `format`; JSON is an array of objects here. */
export function formatRows({ columns, rows }: Rows, format: RowFormat): string {
  switch (format) {
    case 'table':
      return textTable(
        columns,
        rows.map((row) => row.map(cellText)),
      );
    case 'json':
      return `${JSON.stringify(
        rows.map((row) => rowObject(columns, row)),
        null,
        2,
      )}\n`;
    case 'ndjson':
      return rows.map((row) => `${JSON.stringify(rowObject(columns, row))}\n`).join('');
    case 'csv':
      return [columns.map(({ name }) => name), ...rows].map(csvLine).join('');
  }
}

function rowObject(columns: readonly TableColumn[], row: readonly unknown[]): Record<string, unknown> {
  return Object.fromEntries(columns.map(({ name }, i) => [name, row[i] ?? null]));
}

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 3 });

/** A cell as a person reads it: digits grouped, missing as a dash, the rest of a limited breakdown as `others`. */
export function cellText(value: unknown): string {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'number') return grouped.format(value);
  if (typeof value === 'object') return isOthers(value) ? 'others' : JSON.stringify(value);
  return String(value);
}

function isOthers(value: object): boolean {
  return 'others' in value && value.others === true;
}

/** One line of RFC 4180 CSV, ended by a line feed; missing is empty. */
export function csvLine(row: readonly unknown[]): string {
  return `${row.map(csvCell).join(',')}\n`;
}

function csvCell(value: unknown): string {
  if (value === null || value === undefined) return '';
  const text = typeof value === 'object' ? (isOthers(value) ? 'others' : JSON.stringify(value)) : String(value);
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
