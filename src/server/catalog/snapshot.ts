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
  'auth_users',
  'workspaces',
  'memberships',
  'groups',
  'incidents',
  'notifications',
  'notification_channels',
  'notification_deliveries',
];
const migrationTable = 'catalog_migrations';
/** Tables that only ever grow, and may be too large for memory: read page by page, up to where they were at the moment. */
const grownTables = ['audit_entries', 'audit_heads'] as const;
const rowsPerInsert = 100;
const rowsPerPage = 1_000;

/** All rows of all tables but those that only grow, as of one moment, those that others point to first. */
export async function readCatalog(catalog: Catalog): Promise<CatalogRow[]> {
  const db = catalog.db as unknown as AnyDatabase;
  const tables = (await listTables(db)).filter(({ name }) => !isGrown(name));
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

/** The tables that only grow, in pages, up to where they were at the moment that `rows` were read. */
export async function* readGrown({ db }: Catalog, rows: readonly CatalogRow[]): AsyncGenerator<CatalogRow[]> {
  const chains = rows.flatMap(({ table, row }) =>
    table === 'audit_chains' ? [{ id: String(row.workspace_id), seq: Number(row.seq) }] : [],
  );
  for (const table of grownTables) {
    const key = table === 'audit_entries' ? 'seq' : 'number';
    for (const { id, seq } of chains) {
      for (let after = 0; ;) {
        const page = await db
          .selectFrom(table as 'audit_heads')
          .selectAll()
          .where('workspace_id', '=', id)
          .where('seq', '<=', seq)
          .where(key as 'number', '>', after)
          .orderBy(key as 'number')
          .limit(rowsPerPage)
          .execute();
        if (page.length > 0) yield page.map((row) => ({ table, row }));
        if (page.length < rowsPerPage) break;
        after = page.at(-1)![key as 'number'];
      }
    }
  }
}

/** The migrations that `rows` were read under. */
export function migrationsOf(rows: readonly CatalogRow[]): string[] {
  return rows.flatMap(({ table, row }) => (table === migrationTable ? [String(row.name)] : [])).toSorted();
}

/** The migrations that the catalog has gone through. */
export async function migrationsIn({ db }: Catalog): Promise<string[]> {
  const rows = await (db as unknown as AnyDatabase).selectFrom(migrationTable).select('name').execute();
  return rows.map(({ name }) => String(name)).toSorted();
}

/** How many rows each table has; tables without any are left out. */
export async function countCatalog(catalog: Catalog): Promise<Record<string, number>> {
  const db = catalog.db as unknown as AnyDatabase;
  const counts: Record<string, number> = {};
  for (const { name } of await listTables(db)) {
    const { count } = await db
      .selectFrom(name)
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    if (count > 0) counts[name] = count;
  }
  return counts;
}

/** True if the catalog holds nothing but what its migrations put there. */
export async function isCatalogEmpty(catalog: Catalog): Promise<boolean> {
  return Object.keys(await countCatalog(catalog)).every((table) => table === migrationTable);
}

/**
 * Puts `rows`, in the order in which they were read, into an empty, migrated catalog, all or none. Numbers that the database counts up
 * itself are given anew.
 */
export async function fillCatalog(catalog: Catalog, rows: Iterable<CatalogRow> | AsyncIterable<CatalogRow>): Promise<void> {
  const db = catalog.db as unknown as AnyDatabase;
  const tables = new Map((await listTables(db)).map((table) => [table.name, table]));
  await db.transaction().execute(async (transaction) => {
    let waiting: CatalogRow[] = [];
    const insert = async (): Promise<void> => {
      const table = tables.get(waiting[0]?.table ?? '');
      const fitting = table === undefined ? [] : waiting.map(({ row }) => fittingRow(table, row, catalog.dialect));
      if (fitting.length > 0) await transaction.insertInto(table!.name).values(fitting).execute();
      waiting = [];
    };
    for await (const row of rows) {
      if (row.table === migrationTable) continue;
      if (waiting.length === rowsPerInsert || (waiting.length > 0 && waiting[0]!.table !== row.table)) await insert();
      waiting.push(row);
    }
    await insert();
  });
}

function isGrown(table: string): boolean {
  return (grownTables as readonly string[]).includes(table);
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
