/** The catalog in PostgreSQL, for several nodes. */
import { Kysely, PostgresDialect } from 'kysely';
import { migrateCatalog } from '../../catalog/migrate.ts';
import type { Catalog, CatalogTables } from '../../catalog/schema.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { openPool } from './pool.ts';

/** Enough for the statements that one node has in flight; a hundred nodes' worth would be too many for PostgreSQL. */
const connections = 10;

/** Which database, the clock that dates its migrations, and where lost connections are reported. */
export interface PostgresCatalogOptions {
  /** `postgres://user:password@host:port/database`; tables go into the connection's first schema */
  url: string;
  clock: Clock;
  log: Log;
}

/** The catalog in the database of `url`, migrated. @throws CATALOG_UNAVAILABLE */
export async function openPostgresCatalog({ url, clock, log }: PostgresCatalogOptions): Promise<Catalog> {
  const db = new Kysely<CatalogTables>({ dialect: new PostgresDialect({ pool: openPool(url, connections, log) }) });
  try {
    await migrateCatalog(db, 'postgres', clock);
  } catch (error) {
    await db.destroy();
    throw error;
  }
  return { db, dialect: 'postgres', close: () => db.destroy() };
}
