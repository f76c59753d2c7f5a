/** Asks the catalog the smallest possible question. */
import { sql } from 'kysely';
import type { Catalog } from './schema.ts';

/** Resolves when the catalog answers. @throws CATALOG_UNAVAILABLE */
export async function pingCatalog(catalog: Catalog): Promise<void> {
  await sql`select 1`.execute(catalog.db);
}
