/** The embedded catalog: one SQLite file, one connection, transactions one after another. */
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CompiledQuery, Kysely, SqliteDialect, SqliteDriver, type DatabaseConnection, type Driver } from 'kysely';
import { migrateCatalog } from '../../catalog/migrate.ts';
import type { Catalog, CatalogTables } from '../../catalog/schema.ts';
import type { Clock } from '../../ports/clock.ts';
import { isBusy, openDatabase, type OpenDatabase } from './database.ts';

/** A statement that finds another process writing is tried again for about five seconds; the event loop goes on meanwhile. */
const busyTries = 150;
const busyPauseMs = 15;

/** Where the catalog lies, and the clock that dates its migrations. */
export interface SqliteCatalogOptions {
  file: string;
  clock: Clock;
}

/**
 * The catalog in `file`, made (readable by its owner alone) when missing, and migrated.
 *
 * TRICKY: there is one connection, so every statement waits for the open transaction: inside one, await nothing but the
 * transaction's own statements, or the process waits for itself.
 */
export async function openSqliteCatalog({ file, clock }: SqliteCatalogOptions): Promise<Catalog> {
  await mkdir(dirname(file), { recursive: true });
  await (await open(file, 'a', 0o600)).close();
  const db = new Kysely<CatalogTables>({ dialect: new ImmediateDialect(await patiently(async () => openDatabase(file))) });
  try {
    await migrateCatalog(db, 'sqlite', clock);
  } catch (error) {
    await db.destroy();
    throw error;
  }
  return { db, dialect: 'sqlite', close: () => db.destroy() };
}

class ImmediateDialect extends SqliteDialect {
  readonly #database: OpenDatabase;

  constructor(database: OpenDatabase) {
    super({ database });
    this.#database = database;
  }

  override createDriver(): Driver {
    return new ImmediateDriver(this.#database);
  }
}

class ImmediateDriver extends SqliteDriver {
  readonly #database: OpenDatabase;

  constructor(database: OpenDatabase) {
    super({ database });
    this.#database = database;
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    const connection = await super.acquireConnection();
    return {
      executeQuery: (query) => patiently(() => connection.executeQuery(query)),
      streamQuery: (query, chunkSize) => connection.streamQuery(query, chunkSize),
    };
  }

  /** Takes the write lock when a transaction begins: one that read first could not be granted it later (SQLITE_BUSY at once). */
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }

  /** SQLite itself has rolled back after a full disk; asking again would hide the reason behind a second error. */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#database.isInTransaction()) await super.rollbackTransaction(connection);
  }
}

/** `step` again and again while another connection holds the write lock. */
async function patiently<T>(step: () => Promise<T>): Promise<T> {
  for (let left = busyTries; ; left--) {
    try {
      return await step();
    } catch (error) {
      if (left === 0 || !isBusy(error)) throw error;
    }
    await sleep(busyPauseMs);
  }
}
