/** What the engine's errors are called on our side. */
import { ClickHouseError } from '@clickhouse/client';
import { Problem, type ProblemCode } from '../../../shared/model/errors.ts';
import { WarehouseError } from '../../ports/warehouse.ts';

/** ClickHouse error numbers that have a name in our table, with what to do about them. */
const expected: Record<number, [ProblemCode, string]> = {
  159: ['QUERY_TIMEOUT', 'The question took longer than its time limit. Narrow the range or the filters.'],
  160: ['QUERY_TIMEOUT', 'The question would take longer than its time limit. Narrow the range or the filters.'],
  158: ['QUERY_OVER_BUDGET', 'The question reads more rows than it may. Narrow the range or the filters.'],
  241: ['QUERY_OVER_BUDGET', 'The question needs more memory than it may use. Group by fewer values or narrow the range.'],
  307: ['QUERY_OVER_BUDGET', 'The question reads more bytes than it may. Narrow the range or the filters.'],
  396: ['QUERY_OVER_BUDGET', 'The answer has more rows than it may have. Lower the limit or narrow the range.'],
  394: ['QUERY_CANCELLED', 'The question was cancelled.'],
  735: ['QUERY_CANCELLED', 'The question was cancelled.'],
  202: ['WAREHOUSE_UNAVAILABLE', 'The warehouse has too many questions at once. Try again in a moment.'],
  209: ['WAREHOUSE_UNAVAILABLE', 'The warehouse did not answer in time. Try again in a moment.'],
  210: ['WAREHOUSE_UNAVAILABLE', 'The warehouse cannot be reached. Try again in a moment.'],
  242: ['WAREHOUSE_UNAVAILABLE', 'The warehouse is read-only at the moment. Try again later.'],
  425: ['WAREHOUSE_UNAVAILABLE', 'The warehouse cannot be reached. Try again in a moment.'],
  516: ['WAREHOUSE_UNAVAILABLE', 'The warehouse refused our credentials. Check CLICKHOUSE_URL.'],
  243: ['DISK_FULL', 'The disk of the warehouse is full. Free space or shorten the retention.'],
};

/** `error` of a statement as a Problem or a WarehouseError. `cause` says why our side gave up, if it did. */
export function warehouseProblem(error: unknown, cause: 'timeout' | 'cancelled' | null): Error {
  if (cause === 'timeout')
    return new Problem('QUERY_TIMEOUT', 'The question took longer than its time limit. Narrow the range or the filters.', {}, error);
  if (cause === 'cancelled') return new Problem('QUERY_CANCELLED', 'The question was cancelled.', {}, error);
  if (error instanceof Problem || error instanceof WarehouseError) return error;
  const code = engineCodeOf(error);
  if (code === null) return new Problem('WAREHOUSE_UNAVAILABLE', 'The warehouse cannot be reached. Try again in a moment.', {}, error);
  if (/No space left on device|ENOSPC/.test((error as Error).message)) return problemOf(243, error);
  return code in expected ? problemOf(code, error) : new WarehouseError(code, (error as Error).message);
}

function problemOf(code: number, error: unknown): Problem {
  const [name, message] = expected[code] as [ProblemCode, string];
  return new Problem(name, message, { engineCode: code }, error);
}

/** null: not an answer of the engine, so the connection itself failed. */
function engineCodeOf(error: unknown): number | null {
  if (error instanceof ClickHouseError) return Number(error.code);
  const inText = error instanceof Error ? /Code: (\d+)/.exec(error.message)?.[1] : undefined;
  return inText === undefined ? null : Number(inText);
}
