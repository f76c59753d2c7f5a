/** Removes events that are older than they may be kept. */
import type { Warehouse } from '../../ports/warehouse.ts';
import { bind, sql, trusted, type Statement } from '../../sql/statement.ts';
import { deleteRows } from './delete-rows.ts';
import { previewRemoval, type Removal } from './removal.ts';

const dayMs = 86_400_000;

/**
 * Removes the events of all workspaces from before the UTC day of `keepFromMs`; says what was there. Whole months are dropped
 * at no cost; of the month in which the day lies, rows are deleted.
 */
export async function removeOldEvents(warehouse: Warehouse, keepFromMs: number): Promise<Removal[]> {
  const keepFrom = new Date(Math.floor(keepFromMs / dayMs) * dayMs);
  const old = before(keepFrom);
  const removals = await previewRemoval(warehouse, old);
  if (removals.length === 0) return [];
  for (const month of await oldMonths(warehouse, keepFrom))
    await warehouse.command(sql`ALTER TABLE events DROP PARTITION ${trusted(String(month))}`);
  const { rows } = await warehouse.ask(sql`SELECT count() FROM events WHERE ${old}`);
  if (Number(rows[0]?.[0]) > 0) await deleteRows(warehouse, 'events', old);
  return removals;
}

/** Removes the dead letters of all workspaces received before `keepFromMs`. */
export async function removeOldDeadLetters(warehouse: Warehouse, keepFromMs: number): Promise<void> {
  const old = sql`received < fromUnixTimestamp64Milli(${bind('Int64', keepFromMs)}, 'UTC')`;
  const { rows } = await warehouse.ask(sql`SELECT count() FROM dead_letters WHERE ${old}`);
  if (Number(rows[0]?.[0]) > 0) await deleteRows(warehouse, 'dead_letters', old);
}

function before(instant: Date): Statement {
  return sql`time < toDateTime64(${bind('String', instant.toISOString().slice(0, 19).replace('T', ' '))}, 3, 'UTC')`;
}

/** Partitions (yyyymm) all of whose events are from before the month of `keepFrom`. */
async function oldMonths(warehouse: Warehouse, keepFrom: Date): Promise<number[]> {
  const month = keepFrom.getUTCFullYear() * 100 + keepFrom.getUTCMonth() + 1;
  const { rows } = await warehouse.ask(
    sql`SELECT DISTINCT toUInt32(partition) AS month FROM system.parts
      WHERE database = currentDatabase() AND table = 'events' AND active AND month < ${bind('UInt32', month)} ORDER BY month`,
  );
  return rows.map(([value]) => Number(value));
}
