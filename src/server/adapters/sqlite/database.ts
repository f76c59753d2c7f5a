/** Node's SQLite in the shape that Kysely's SQLite driver expects, with strict values and kept statements. */
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import type { SqliteDatabase, SqliteStatement } from 'kysely';
import { Problem } from '../../../shared/model/errors.ts';

const statementsKept = 256;
/** How long SQLite itself waits, with the event loop standing still, for another process that writes. */
const blockingWaitMs = 20;

/** A database as Kysely's driver wants it. */
export interface OpenDatabase extends SqliteDatabase {
  isInTransaction(): boolean;
}

/** A handle on `file`, in which a commit is durable when it returns (WAL with synchronous=FULL). */
export function openDatabase(file: string): OpenDatabase {
  const handle = withProblems(() => new DatabaseSync(file, { timeout: blockingWaitMs, enableForeignKeyConstraints: true }));
  try {
    // What is deleted is zeroed: a key that was destroyed must not be found in the file.
    withProblems(() => handle.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON'));
  } catch (error) {
    handle.close();
    throw error;
  }
  const statements = new Map<string, SqliteStatement>();
  return {
    prepare: (sql) => {
      const kept = statements.get(sql);
      // A kept statement moves to the end, so that the first is always the one unused for longest.
      if (kept !== undefined) statements.delete(sql);
      else if (statements.size >= statementsKept) statements.delete(statements.keys().next().value!);
      const statement = kept ?? wrapStatement(withProblems(() => handle.prepare(sql)));
      statements.set(sql, statement);
      return statement;
    },
    isInTransaction: () => handle.isTransaction,
    close: () => handle.close(),
  };
}

function wrapStatement(statement: StatementSync): SqliteStatement {
  return {
    // TRICKY: not only SELECT returns rows: UPDATE ... RETURNING does too. Asked each time, for a schema change may alter it.
    get reader() {
      return statement.columns().length > 0;
    },
    all: (values) => withProblems(() => statement.all(...strictValues(values))),
    run: (values) => withProblems(() => statement.run(...strictValues(values))),
    iterate: (values) => statement.iterate(...strictValues(values)),
  };
}

/** TRICKY: node:sqlite takes a leading object, a Date too, for named parameters and shifts the rest without an error. */
function strictValues(values: readonly unknown[]): SQLInputValue[] {
  for (const value of values) {
    const isBindable =
      value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' || value instanceof Uint8Array;
    if (!isBindable)
      throw new TypeError(`SQLite cannot store a value of type ${value instanceof Date ? 'Date (give epoch ms)' : typeof value}.`);
  }
  return values as SQLInputValue[];
}

/** Whether `error` says that another connection holds the write lock, so that the statement may be tried again. */
export function isBusy(error: unknown): boolean {
  return error instanceof Problem && primaryCode(error.cause) === 5;
}

/** Primary result codes that tell of the file and the disk, not of the statement. */
const problemByCode: Partial<Record<number, () => Problem>> = {
  5: () => new Problem('CATALOG_UNAVAILABLE', 'Another process holds the catalog. Stop it, or try again.'),
  8: () => new Problem('CATALOG_UNAVAILABLE', 'The catalog file is read-only. Make it writable for the user that runs the server.'),
  10: () => new Problem('CATALOG_UNAVAILABLE', 'The disk reported an error while the catalog was read or written.'),
  11: () => new Problem('CATALOG_UNAVAILABLE', 'The catalog file is damaged. Restore it from a backup.'),
  13: () => new Problem('DISK_FULL', 'The disk that holds the catalog is full. Free some space.'),
  14: () => new Problem('CATALOG_UNAVAILABLE', 'The catalog file cannot be opened. Check its folder and permissions.'),
  26: () => new Problem('CATALOG_UNAVAILABLE', 'The catalog file is not a SQLite database.'),
};

function withProblems<T>(step: () => T): T {
  try {
    return step();
  } catch (error) {
    const problem = problemByCode[primaryCode(error)]?.();
    if (problem === undefined) throw error;
    problem.cause = error;
    throw problem;
  }
}

function primaryCode(error: unknown): number {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : 0;
}
