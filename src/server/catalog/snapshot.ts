/** The whole catalog as JSON lines and back, the same for both databases: a backup of one can be restored into the other. */
import { sql, type Kysely, type TableMetadata } from 'kysely';
import type { Catalog } from './schema.ts';

/** Of a line: the table, and one of its rows by column. */
export interface CatalogRow {
  table: string;
  row: Record<string, unknown>;
}

/** A catalog whose tables are known by name only. */
type AnyDatabase = Kysely<Record<string, Record<string, unknown>>>;

/** Tables that others point to, in the order in which they can be filled. */
const parentsFirst = [
  ...['auth_users', 'workspaces', 'memberships', 'groups'],
  ...['incidents', 'notifications', 'notification_channels', 'notification_deliveries'],
];
const migrationTable = 'catalog_migrations';
const rowsPerInsert = 100;

/** All rows of all tables as of one moment, those that others point to first. */
export async function readCatalog(catalog: Catalog): Promise<CatalogRow[]> {
  const db = catalog.db as unknown as AnyDatabase;
  const tables = await listTables(db);
  const transaction = catalog.dialect === 'postgres' ? db.transaction().setIsolationLevel('repeatable read') : db.transaction();
  return transaction.execute(async (snapshot) => {
    const all: CatalogRow[] = [];
    for (const { name } of tables) {
      const rows = await snapshot.selectFrom(name).selectAll().execute();
      for (const row of rows) all.push({ table: name, row });
    }
    return all;
  });
}

/** The migrations that `rows` were read under. */
export function migrationsOf(rows: readonly CatalogRow[]): string[] {
  return rows.flatMap(({ table, row }) => (table === migrationTable ? [String(row.name)] : [])).toSorted();
}

/** True if the catalog holds nothing but what its migrations put there. */
export async function isCatalogEmpty(catalog: Catalog): Promise<boolean> {
  return (await readCatalog(catalog)).every(({ table }) => table === migrationTable);
}

/** Puts `rows` into an empty, migrated catalog, all or none. Numbers that the database counts up itself are given anew. */
export async function fillCatalog(catalog: Catalog, rows: readonly CatalogRow[]): Promise<void> {
  const db = catalog.db as unknown as AnyDatabase;
  const tables = await listTables(db);
  await db.transaction().execute(async (transaction) => {
    for (const table of tables) {
      if (table.name === migrationTable) continue;
      const own = rows.filter((each) => each.table === table.name).map(({ row }) => fittingRow(table, row, catalog.dialect));
      for (let from = 0; from < own.length; from += rowsPerInsert) {
        await transaction
          .insertInto(table.name)
          .values(own.slice(from, from + rowsPerInsert))
          .execute();
      }
    }
  });
}

async function listTables(db: AnyDatabase): Promise<TableMetadata[]> {
  const schema = await currentSchema(db);
  const tables = (await db.introspection.getTables()).filter((table) => !table.isView && (schema === null || table.schema === schema));
  const rank = ({ name }: TableMetadata) => (parentsFirst.includes(name) ? parentsFirst.indexOf(name) : parentsFirst.length);
  return tables.sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1));
}

/** The schema that tables without one are found in; null where there are no schemas. */
async function currentSchema(db: AnyDatabase): Promise<string | null> {
  const isPostgres = (await db.introspection.getSchemas()).length > 0;
  if (!isPostgres) return null;
  const { rows } = await sql<{ name: string }>`select current_schema() as name`.execute(db);
  return rows[0]?.name ?? null;
}

/** The row as this database keeps it: booleans are 0 and 1 in SQLite. */
function fittingRow(table: TableMetadata, row: Record<string, unknown>, dialect: Catalog['dialect']): Record<string, unknown> {
  const fitting: Record<string, unknown> = {};
  for (const { name, dataType, isAutoIncrementing } of table.columns) {
    const value = row[name];
    if (isAutoIncrementing || value === undefined) continue;
    const isBoolean = /^bool/i.test(dataType) && value !== null;
    if (isBoolean && dialect === 'postgres') fitting[name] = value === true || value === 1;
    else fitting[name] = typeof value === 'boolean' && dialect === 'sqlite' ? Number(value) : value;
  }
  return fitting;
}
