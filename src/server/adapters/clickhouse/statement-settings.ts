/** The settings that go with each kind of statement. */
import type { StatementLimits } from '../../ports/warehouse.ts';

type Settings = Record<string, string | number>;

/** Bounds of a statement that names none. */
export const defaultLimits = {
  timeoutMs: 10_000,
  memoryBytes: 1_500_000_000,
  resultRows: 1_000_000,
} as const;

/** Settings of a question: it cannot write, and it is bounded in time, memory, rows read and rows returned. */
export function askSettings(limits: StatementLimits = {}): Settings {
  const { timeoutMs, memoryBytes, resultRows, rowsToRead } = { ...defaultLimits, ...limits };
  return {
    readonly: 2,
    cancel_http_readonly_queries_on_client_close: 1,
    output_format_json_quote_64bit_integers: 0,
    max_execution_time: timeoutMs / 1000,
    max_memory_usage: memoryBytes,
    max_result_rows: resultRows,
    ...(rowsToRead === undefined ? {} : { max_rows_to_read: rowsToRead }),
  };
}

/** Settings of an answer that is streamed: like a question, without a bound on its rows. */
export function streamSettings(limits: StatementLimits = {}): Settings {
  const { resultRows, ...others } = limits;
  const { max_result_rows: _, ...settings } = askSettings({ timeoutMs: 3_600_000, ...others });
  return { ...settings, ...(resultRows === undefined ? {} : { max_result_rows: resultRows }) };
}

/** Settings of statements that change something. */
export function commandSettings(limits: StatementLimits = {}): Settings {
  return {
    max_execution_time: (limits.timeoutMs ?? 600_000) / 1000,
    ...(limits.memoryBytes === undefined ? {} : { max_memory_usage: limits.memoryBytes }),
  };
}

/**
 * How rows become columns, on both sizes. A number under a JSON path is always Float64 and a string always String, so that one
 * path does not hold a mixture of Int64, Float64 and dates.
 */
export const typingSettings: Settings = {
  input_format_try_infer_integers: 0,
  input_format_try_infer_dates: 0,
  input_format_try_infer_datetimes: 0,
  input_format_json_try_infer_numbers_from_strings: 0,
  // else [true, 1] becomes [1, 1]
  input_format_json_read_bools_as_numbers: 0,
  date_time_input_format: 'best_effort',
};

/** Settings of an insert. Equal tokens are inserted once; without a token the engine would drop equal bodies silently. */
export function insertSettings(token: string, limits: StatementLimits = {}): Settings {
  return {
    ...typingSettings,
    async_insert: 0,
    wait_end_of_query: 1,
    insert_deduplicate: 1,
    insert_deduplication_token: token,
    deduplicate_blocks_in_dependent_materialized_views: 1,
    max_execution_time: (limits.timeoutMs ?? 300_000) / 1000,
  };
}
