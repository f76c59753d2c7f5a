/** The answer to a query: columns, rows, totals, comparison and lineage (normative text: docs/formats/result.md). */
import type { Json } from './event.ts';
import type { maskKinds } from './policy.ts';
import type { Scalar } from './query.ts';

/** What a column holds. `bucket` is ISO 8601 with the zone's offset, `time` ISO 8601 in UTC. */
export type ColumnType = 'bucket' | 'string' | 'number' | 'boolean' | 'time' | 'json';

/** A column of a result. */
export interface Column {
  name: string;
  type: ColumnType;
  /** null: a bare number */
  unit: string | null;
  /** what the column is: where it lies in time, what it is grouped by, or a metric */
  role: 'bucket' | 'by' | 'metric' | 'field';
}

/** A cell. `{others:true}` stands for all groups beyond the limit. */
export type Cell = Json | { others: true };

/** A field of the question that was shown only behind a mask. */
export interface MaskedField {
  field: string;
  as: (typeof maskKinds)[number];
  /** of `bucket` */
  step?: number;
}

/** What the policy kept from whoever asked. */
export interface Limits {
  /**
   * one entry per condition of the row filter: the fields it asks of, and the values of an `is` that every row in the answer
   * meets. Other values are not told: they may say what rows there are that may not be seen.
   */
  rows: { fields: string[]; is?: (Scalar | null)[] }[];
  masks: MaskedField[];
}

/** How an answer came to be. */
export interface Lineage {
  queryId: string;
  sql: string;
  /** everything received up to this instant is in the answer; ISO 8601 */
  watermark: string;
  cache: 'hit' | 'partial' | 'miss' | 'stale';
  /** age of a stale answer, ms; 0 otherwise */
  staleMs: number;
  policy: string;
  /** absent when the question was answered from all rows and nothing of it was masked */
  limits?: Limits;
  definitions: { metric: string; version: number; formula: string }[];
  rowsRead: number;
  elapsedMs: number;
  range: { from: string; to: string; timezone: string };
  grain: string | null;
  approximate?: { errorBound: number };
}

/** An answer. */
export interface Result {
  columns: Column[];
  rows: Cell[][];
  /** one row over the whole range: null under bucket and by columns */
  totals: Cell[];
  comparison?: { rows: Cell[][]; totals: Cell[]; range: { from: string; to: string } };
  /** kind `table`: cursor of the next page, null at the end */
  next?: string | null;
  lineage: Lineage;
}
