/** What a kind of query gives back, and how it asks the warehouse. */
import type { Cell, Column, ColumnType } from '../../../shared/model/result.ts';
import type { Statement } from '../../sql/statement.ts';
import type { Field } from '../field.ts';
import { isInstant } from '../metric.ts';
import type { ResolvedQuery } from '../resolve.ts';

/**
 * Runs one statement of the question within its budget; resolves to its rows. With `mostGroups` it is given up with
 * QUERY_OVER_BUDGET as soon as it has more groups.
 */
export type Ask = (statement: Statement, options?: { mostGroups?: number }) => Promise<unknown[][]>;

/** An answer without its lineage. */
export interface Answer {
  columns: Column[];
  rows: Cell[][];
  totals: Cell[];
  comparison?: { rows: Cell[][]; totals: Cell[] };
  next?: string | null;
}

const typeByKind: Record<Exclude<Field['kind'], 'property'>, ColumnType> = {
  text: 'string',
  person: 'string',
  time: 'time',
  clock: 'number',
  properties: 'json',
};

/** The column of a `by` or `columns` field; a property is of the type that all its `cells` have, else `json`. */
export function fieldColumn(field: Field, role: 'by' | 'field', cells: Iterable<Cell>): Column {
  return { name: field.name, type: field.kind === 'property' ? typeOf(cells) : typeByKind[field.kind], unit: null, role };
}

function typeOf(cells: Iterable<Cell>): ColumnType {
  const types = new Set<string>();
  for (const cell of cells) if (cell !== null && !isOthers(cell)) types.add(typeof cell);
  const [type = 'string'] = types;
  return types.size <= 1 && (type === 'string' || type === 'number' || type === 'boolean') ? type : 'json';
}

/** The columns of the `by` fields, given the groups that are in the answer. */
export function byColumns(query: ResolvedQuery, groups: readonly { cells: readonly Cell[] }[]): Column[] {
  return query.by.map((field, i) =>
    fieldColumn(
      field,
      'by',
      groups.map((group) => group.cells[i] ?? null),
    ),
  );
}

/** The columns of the metrics. */
export function metricColumns(query: ResolvedQuery): Column[] {
  return query.metrics.map((metric) => ({ name: metric.name, type: isInstant(metric) ? 'time' : 'number', unit: null, role: 'metric' }));
}

/** Stands for all groups beyond the limit. */
export const others = { others: true } as const;

/** Whether a cell is {@link others}. */
export function isOthers(cell: Cell): boolean {
  return typeof cell === 'object' && cell !== null && !Array.isArray(cell) && cell.others === true;
}
