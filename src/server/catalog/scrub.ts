/** Makes sure that what was deleted or overwritten is not left in the database's files. */
import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Catalog, CatalogTables } from './schema.ts';

const tries = 40;
const pauseMs = 50;

/**
 * Whether what was deleted from `table`, or overwritten there, is gone from the files. SQLite zeroes what it frees (`secure_delete`), so that
 * only the write-ahead log remains to be emptied, which waits for readers; PostgreSQL rewrites the table, which should be small.
 */
export async function scrubDeleted(catalog: Catalog, table: keyof CatalogTables): Promise<boolean> {
  if (catalog.dialect === 'postgres') {
    await catalog.db.connection().execute(async (connection) => {
      // While it waits for a long reader, such as a dump, everybody else would wait behind it.
      await sql`set lock_timeout = '2s'`.execute(connection);
      await sql`vacuum full ${sql.table(table)}`.execute(connection).finally(() => sql`reset lock_timeout`.execute(connection));
    });
    return true;
  }
  for (let left = tries; left > 0; left--) {
    const { rows } = await sql<{ busy: number }>`pragma wal_checkpoint(truncate)`.execute(catalog.db);
    if (rows[0]?.busy === 0) return true;
    await pause(pauseMs);
  }
  return false;
}
