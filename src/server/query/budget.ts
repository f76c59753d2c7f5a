/** The budget of one question: its statements share one deadline, and what they cost is added up for the lineage. */
import { Problem } from '../../shared/model/errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { RunOptions, Warehouse } from '../ports/warehouse.ts';
import type { Statement } from '../sql/statement.ts';
import { sendSalted } from '../warehouse/view/salt.ts';
import type { QueryLimits } from './plan.ts';
import { readableSql } from './sql-text.ts';

/** What answering took. */
export interface Cost {
  queryId: string;
  sql: string;
  rowsRead: number;
  elapsedMs: number;
}

/** What the statements of one question are run with. */
export interface BudgetParts {
  warehouse: Pick<Warehouse, 'ask'>;
  clock: Clock;
  limits: QueryLimits;
  queryId: string;
  /** of the workspace that is asked about */
  salt: () => string;
  signal: AbortSignal;
}

/** Runs the statements of one question. */
export class Budget {
  readonly #parts: BudgetParts;
  readonly #startedMs: number;
  readonly #statements: Statement[] = [];
  #rowsRead = 0;

  constructor(parts: BudgetParts) {
    this.#parts = parts;
    this.#startedMs = parts.clock.now();
  }

  /** The rows of `statement`. @throws QUERY_TIMEOUT, QUERY_OVER_BUDGET, QUERY_CANCELLED, WAREHOUSE_UNAVAILABLE */
  async ask(statement: Statement, { mostGroups }: { mostGroups?: number } = {}): Promise<unknown[][]> {
    const { warehouse, clock, limits, queryId, salt, signal } = this.#parts;
    const { timeoutMs, memoryBytes, rowsToRead, resultRows } = limits;
    const leftMs = this.#startedMs + timeoutMs - clock.now();
    if (leftMs <= 0)
      throw new Problem('QUERY_TIMEOUT', `The question took longer than ${timeoutMs} ms. Use a shorter range or fewer conditions.`);
    const valueLength = sizeOfValues(Object.values(statement.params));
    if (valueLength > mostValueLength)
      throw new Problem(
        'QUERY_OVER_BUDGET',
        `The values in the conditions and groups have ${valueLength} characters, more than ${mostValueLength}. Compare with fewer or shorter values, or lower "limit".`,
      );
    const number = this.#statements.push(statement);
    const options: RunOptions = {
      queryId: number === 1 ? queryId : `${queryId}-${number}`,
      // the comparison may have a few buckets more than the main window
      limits: { timeoutMs: leftMs, memoryBytes, rowsToRead, resultRows: 2 * resultRows },
      signal,
      settings: mostGroups === undefined ? {} : { max_rows_to_group_by: mostGroups, group_by_overflow_mode: 'throw' },
    };
    const answer = await sendSalted(statement, salt, (salted) => warehouse.ask(salted, options));
    this.#rowsRead += answer.rowsRead;
    return answer.rows;
  }

  /** What has been spent so far. */
  cost(): Cost {
    return {
      queryId: this.#parts.queryId,
      sql: this.#statements.map(readableSql).join(';\n\n'),
      rowsRead: this.#rowsRead,
      elapsedMs: this.#parts.clock.now() - this.#startedMs,
    };
  }
}

/** Characters of the values that one statement may bring; the engine reads them slowly. */
const mostValueLength = 1_000_000;

function sizeOfValues(values: readonly unknown[]): number {
  return values.reduce((sum: number, value) => {
    if (Array.isArray(value)) return sum + sizeOfValues(value) + value.length;
    return sum + (typeof value === 'string' ? value.length : 8);
  }, 0);
}
