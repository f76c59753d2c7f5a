/** Brings the warehouse's tables to the state that this version needs. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Problem } from '../../shared/model/errors.ts';
import type { Log } from '../ports/log.ts';
import { WarehouseError, type Warehouse } from '../ports/warehouse.ts';
import { bind, sql, trusted } from '../sql/statement.ts';
import { readMigrations, type WarehouseMigration } from './migration-files.ts';

/** ClickHouse's number for "table already exists". */
const tableExists = 57;
/** A lock this old was left behind by a server that died. */
const lockStaleMs = 120_000;
const lockPollMs = 100;

/**
 * Applies the migrations in `folder` that have not been applied yet; returns their names. Several servers may call this at
 * once: one of them works, the others wait.
 * @throws Error when an applied file has been changed or is not there any more
 */
export async function migrateWarehouse(warehouse: Warehouse, folder: string, log: Log): Promise<string[]> {
  const migrations = readMigrations(folder);
  await warehouse.command(
    sql`CREATE TABLE IF NOT EXISTS migrations (name String, checksum String, applied DateTime64(3, 'UTC') DEFAULT now64(3)) ENGINE = MergeTree ORDER BY name`,
  );
  if ((await findMissing(warehouse, migrations)).length === 0) return [];
  await lock(warehouse, log);
  try {
    const missing = await findMissing(warehouse, migrations);
    for (const migration of missing) await apply(warehouse, migration, log);
    return missing.map((migration) => migration.name);
  } finally {
    await warehouse.command(sql`DROP TABLE IF EXISTS migration_lock`);
  }
}

async function findMissing(warehouse: Warehouse, migrations: readonly WarehouseMigration[]): Promise<WarehouseMigration[]> {
  const { rows } = await warehouse.ask(sql`SELECT name, checksum FROM migrations ORDER BY name`);
  const applied = new Map(rows as [string, string][]);
  for (const [name, checksum] of applied) {
    const file = migrations.find((migration) => migration.name === name);
    if (file === undefined)
      throw new Problem(
        'CONFLICT',
        `The warehouse was made by a newer version: its migration ${name} is not known here. Start that version, or restore a backup.`,
      );
    if (file.checksum !== checksum)
      throw new Problem(
        'CONFLICT',
        `The migration ${name} was changed after it had been applied to this warehouse. Put the file back, and make the change in a new migration.`,
      );
  }
  return migrations.filter((migration) => !applied.has(migration.name));
}

/** A migration that was cut off is repeated from its start: each of its statements may run again. */
async function apply(warehouse: Warehouse, migration: WarehouseMigration, log: Log): Promise<void> {
  for (const statement of migration.statements) await warehouse.command(sql`${trusted(statement)}`);
  await warehouse.command(
    sql`INSERT INTO migrations (name, checksum) VALUES (${bind('String', migration.name)}, ${bind('String', migration.checksum)})`,
  );
  log.info({ migration: migration.name }, 'the warehouse was migrated');
}

/** CREATE TABLE succeeds for one of many, which makes an empty table a lock that every size of the engine has. */
async function lock(warehouse: Warehouse, log: Log): Promise<void> {
  for (;;) {
    try {
      return await warehouse.command(sql`CREATE TABLE migration_lock (taken DateTime) ENGINE = MergeTree ORDER BY taken`);
    } catch (error) {
      if (!(error instanceof WarehouseError) || error.engineCode !== tableExists) throw error;
    }
    if (await isLockStale(warehouse)) {
      log.warn({}, 'a migration lock was left behind and is removed');
      await warehouse.command(sql`DROP TABLE IF EXISTS migration_lock`);
    } else await sleep(lockPollMs);
  }
}

/** TRICKY: while the engine still writes the file of a new table, its time of modification is 1970; that lock is new, not old. */
async function isLockStale(warehouse: Warehouse): Promise<boolean> {
  const { rows } = await warehouse.ask(
    sql`SELECT toUnixTimestamp(metadata_modification_time) > 0 AND dateDiff('millisecond', toDateTime64(metadata_modification_time, 3), now64(3)) > ${bind('UInt32', lockStaleMs)} FROM system.tables WHERE database = currentDatabase() AND name = 'migration_lock'`,
  );
  return Boolean(rows[0]?.[0]);
}
