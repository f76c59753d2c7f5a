/** The columnar engine as the rest of the server sees it: ask, insert, command, health. */
import type { Statement } from '../sql/statement.ts';

/** Bounds of one statement. */
export interface StatementLimits {
  /** default 10,000 */
  timeoutMs?: number;
  memoryBytes?: number;
  /** rows the engine may read */
  rowsToRead?: number;
  resultRows?: number;
}

/** How a statement is run. */
export interface RunOptions {
  queryId?: string;
  limits?: StatementLimits;
  signal?: AbortSignal;
  /** ClickHouse settings besides those the limits make */
  settings?: Record<string, string | number>;
}

/** Rows as arrays, in the order of `columns`. 64-bit integers arrive as numbers (exact to 2^53), DateTime64 as text. */
export interface WarehouseAnswer {
  columns: { name: string; type: string }[];
  rows: unknown[][];
  rowsRead: number;
  bytesRead: number;
  elapsedMs: number;
}

/** A block of rows ready to be inserted: NDJSON bytes in the column names of `table`. */
export interface InsertBlock {
  table: string;
  /** equal tokens are inserted once, whatever is retried */
  token: string;
  bytes: readonly Uint8Array[];
}

/** How the warehouse is. */
export interface WarehouseHealth {
  state: 'starting' | 'ready' | 'down' | 'stopped';
  restarts: number;
  lastError: string | null;
  pid: number | null;
}

/**
 * The warehouse. Errors of the engine become Problems: WAREHOUSE_UNAVAILABLE (not reachable), QUERY_TIMEOUT,
 * QUERY_OVER_BUDGET, QUERY_CANCELLED, DISK_FULL; anything else is a WarehouseError with the engine's code.
 */
export interface Warehouse {
  ask(statement: Statement, options?: RunOptions): Promise<WarehouseAnswer>;
  /** the answer as a stream of bytes in a ClickHouse format such as JSONEachRow, Native, Parquet; constant memory */
  stream(statement: Statement, format: string, options?: RunOptions): Promise<AsyncIterable<Uint8Array>>;
  insert(block: InsertBlock, options?: RunOptions): Promise<void>;
  /**
   * Bytes of any input format into a table, in constant memory on our side; says how many rows were written. Formats with one
   * row a line are inserted block by block, others as one. Used by restore.
   */
  insertStream(table: string, format: string, token: string, bytes: AsyncIterable<Uint8Array>): Promise<number>;
  command(statement: Statement, options?: RunOptions): Promise<void>;
  health(): WarehouseHealth;
  /** called on every change of health */
  onHealth(listener: (health: WarehouseHealth) => void): () => void;
  /** resolves when the engine answers; rejects with WAREHOUSE_UNAVAILABLE after `timeoutMs` */
  ready(timeoutMs: number): Promise<void>;
  close(): Promise<void>;
}

/** An error that the engine reported and that is not one of the expected kinds. */
export class WarehouseError extends Error {
  readonly engineCode: number;

  constructor(engineCode: number, message: string) {
    super(message);
    this.name = 'WarehouseError';
    this.engineCode = engineCode;
  }
}
