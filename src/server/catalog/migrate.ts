/** Brings a catalog up to date: the numbered files of migrations/catalog, in order, under a lock, each once. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { sql, type Kysely, type Transaction } from 'kysely';
import { Problem } from '../../shared/model/errors.ts';
import { migrationKit, type CatalogMigration } from './migration.ts';
import type { CatalogDatabase, CatalogDialect } from './schema.ts';

const defaultFolder = new URL('../../../migrations/catalog/', import.meta.url);
const filePattern = /^\d{4}_[a-z0-9_]+\.ts$/;
/** Any fixed number: the key of PostgreSQL's advisory lock while a node migrates. */
const lockKey = 7_355_608;

interface MigrationFile {
  name: string;
  url: URL;
  checksum: string;
}

interface MigrationTables {
  catalog_migrations: { name: string; checksum: string; applied_at: number };
}

/**
 * The names of the migrations that were applied, oldest first. All of them or none: DDL is transactional on both databases.
 *
 * @throws CONFLICT when a released file was edited, or when the catalog was written by a newer version
 */
export async function migrateCatalog(
  db: CatalogDatabase,
  dialect: CatalogDialect,
  clock: { now(): number },
  folder: URL = defaultFolder,
): Promise<string[]> {
  const files = await readMigrationFiles(folder);
  return (db as unknown as Kysely<MigrationTables>).transaction().execute(async (transaction) => {
    // SQLite's transactions begin IMMEDIATE, which is the lock.
    if (dialect === 'postgres') await sql`select pg_advisory_xact_lock(${lockKey})`.execute(transaction);
    const pending = await findPending(transaction, dialect, files);
    for (const file of pending) {
      const migration = (await import(file.url.href)) as CatalogMigration;
      await migration.up(migrationKit(transaction as unknown as Kysely<unknown>, dialect));
      await transaction
        .insertInto('catalog_migrations')
        .values({ name: file.name, checksum: file.checksum, applied_at: clock.now() })
        .execute();
    }
    return pending.map((file) => file.name);
  });
}

async function readMigrationFiles(folder: URL): Promise<MigrationFile[]> {
  const names = (await readdir(fileURLToPath(folder))).filter((name) => filePattern.test(name)).toSorted();
  return Promise.all(
    names.map(async (name) => {
      const url = new URL(name, folder);
      const text = await readFile(url, 'utf8');
      return { name, url, checksum: createHash('sha256').update(text.replaceAll('\r\n', '\n')).digest('hex') };
    }),
  );
}

async function findPending(
  transaction: Transaction<MigrationTables>,
  dialect: CatalogDialect,
  files: MigrationFile[],
): Promise<MigrationFile[]> {
  const { bigint } = migrationKit(transaction as unknown as Kysely<unknown>, dialect);
  await transaction.schema
    .createTable('catalog_migrations')
    .ifNotExists()
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('checksum', 'text', (column) => column.notNull())
    .addColumn('applied_at', bigint, (column) => column.notNull())
    .execute();
  const applied = await transaction.selectFrom('catalog_migrations').select(['name', 'checksum']).execute();
  const fileByName = new Map(files.map((file) => [file.name, file]));
  for (const row of applied) {
    const file = fileByName.get(row.name);
    if (file === undefined)
      throw new Problem(
        'CONFLICT',
        `The catalog was written by a newer version of Bellwether: it has migration ${row.name}, which this version does not know. Start that version, or restore a backup.`,
      );
    if (file.checksum !== row.checksum)
      throw new Problem(
        'CONFLICT',
        `Migration ${row.name} was edited after it had been applied to this catalog. Put the released file back, and add a new migration instead.`,
      );
  }
  const appliedNames = new Set(applied.map((row) => row.name));
  return files.filter((file) => !appliedNames.has(file.name));
}
