/** Holds the tables as they are at one moment, without copying them, so that they can be read out at leisure. */
import type { Warehouse } from '../../ports/warehouse.ts';
import { bind, identifier, sql } from '../../sql/statement.ts';

const prefix = 'snapshot_';
/** Tables that say something about the warehouse they are in, or that are made anew from the events. */
const leftOut = ['migrations', 'migration_lock', 'discovered_generations', 'discovered_events', 'discovered_properties'];

/** A table and its copy, which shares its files and does not change. */
export interface FrozenTable {
  name: string;
  frozenName: string;
}

/** Freezes all tables; takes milliseconds each. What an earlier snapshot left behind goes first. */
export async function freezeTables(warehouse: Warehouse): Promise<FrozenTable[]> {
  await releaseTables(warehouse);
  const names = (await listTables(warehouse)).filter((name) => !leftOut.includes(name));
  const tables = names.map((name) => ({ name, frozenName: prefix + name }));
  for (const { name, frozenName } of tables) {
    await warehouse.command(sql`CREATE TABLE ${identifier(frozenName)} CLONE AS ${identifier(name)}`);
    // Rows are addressed by part and position from here on: a merge would move them.
    await warehouse.command(sql`SYSTEM STOP MERGES ${identifier(frozenName)}`);
  }
  return tables;
}

/** Lets go of all frozen tables. */
export async function releaseTables(warehouse: Warehouse): Promise<void> {
  const { rows } = await warehouse.ask(
    sql`SELECT name FROM system.tables WHERE database = currentDatabase() AND startsWith(name, ${bind('String', prefix)}) ORDER BY name`,
  );
  for (const [name] of rows) await warehouse.command(sql`DROP TABLE ${identifier(String(name))} SYNC`);
}

/** The tables of the warehouse that hold rows of their own, by name. */
export async function listTables(warehouse: Warehouse): Promise<string[]> {
  const { rows } = await warehouse.ask(
    sql`SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree' AND NOT startsWith(name, ${bind('String', prefix)}) ORDER BY name`,
  );
  return rows.map(([name]) => String(name));
}
