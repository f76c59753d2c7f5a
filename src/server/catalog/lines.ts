/** Rows as lines of text that the database itself joins: many times faster than row by row, and all the same bytes on both databases. */
import { sql } from 'kysely';
import type { Catalog, CatalogTables } from './schema.ts';

/** Which rows, and in which order. */
export interface LineRange<T extends keyof CatalogTables> {
  table: T;
  /** a line is these, separated by tabs; none of them is ever null */
  columns: readonly (keyof CatalogTables[T] & string)[];
  workspaceId: string;
  /** the column that orders and bounds */
  by: keyof CatalogTables[T] & string;
  /** both included */
  from: number;
  to: number;
}

/** The lines in UTF-8, separated by line feeds; empty where there are no rows. */
export async function readLines<T extends keyof CatalogTables>(catalog: Catalog, range: LineRange<T>): Promise<Uint8Array> {
  const { table, columns, workspaceId, by, from, to } = range;
  const fields = columns.map((column) => sql.ref(column));
  // Each database is much slower at the other's way.
  const line =
    catalog.dialect === 'sqlite' ? sql`concat_ws(${'\t'}, ${sql.join(fields)})` : sql.join(fields, sql` || ${sql.lit('\t')} || `);
  const ordered = sql`
    select ${line} as line
    from ${sql.table(table)}
    where workspace_id = ${workspaceId} and ${sql.ref(by)} between ${from} and ${to}
    order by ${sql.ref(by)}`;
  const joined = sql`string_agg(line, ${'\n'})`;
  const lines = catalog.dialect === 'sqlite' ? sql`cast(${joined} as blob)` : joined;
  const answer = await sql<{ lines: Uint8Array | string | null }>`select ${lines} as lines from (${ordered}) as ordered`.execute(
    catalog.db,
  );
  const found = answer.rows[0]?.lines ?? '';
  return typeof found === 'string' ? Buffer.from(found) : found;
}
