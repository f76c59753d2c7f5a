/** Counters in the catalog that rise when something cached elsewhere must be read again. */
import { sql } from 'kysely';
import type { CatalogDatabase } from './schema.ts';

/** The counter of that name; 0 before it was ever raised. */
export async function readVersion(db: CatalogDatabase, name: string): Promise<number> {
  const row = await db.selectFrom('facts').select('value').where('name', '=', name).executeTakeFirst();
  return Number(row?.value ?? 0);
}

/** Raises the counter; inside a transaction together with the change that it tells of. */
export async function raiseVersion(db: CatalogDatabase, name: string): Promise<void> {
  await db
    .insertInto('facts')
    .values({ name, value: '1' })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value: sql<string>`cast(cast(facts.value as bigint) + 1 as text)` }))
    .execute();
}
