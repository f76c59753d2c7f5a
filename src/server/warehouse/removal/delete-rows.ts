/** Deletes rows of a table and waits until they are gone. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Problem } from '../../../shared/model/errors.ts';
import { WarehouseError, type Warehouse } from '../../ports/warehouse.ts';
import { bind, identifier, sql, type Statement } from '../../sql/statement.ts';

const pollMs = 50;
const timeoutMs = 600_000;

/**
 * Deletes the rows of `table` that fit `condition`, and resolves when no question sees them any more.
 *
 * TRICKY: the order is given without waiting and its progress is asked for, because a delete that waits hangs for ever when
 * the disk is full (ClickHouse 26.7). The engine goes on with an order that failed here, and repeating it does no harm.
 *
 * @throws DISK_FULL, WAREHOUSE_UNAVAILABLE
 */
export async function deleteRows(warehouse: Warehouse, table: string, condition: Statement): Promise<void> {
  await warehouse.command(sql`DELETE FROM ${identifier(table)} WHERE ${condition} SETTINGS lightweight_deletes_sync = 0`);
  const endMs = performance.now() + timeoutMs;
  const state = sql`SELECT count(), max(latest_fail_reason) FROM system.mutations
    WHERE database = currentDatabase() AND table = ${bind('String', table)} AND NOT is_done`;
  for (;;) {
    const { rows } = await warehouse.ask(state);
    const [open, reason] = rows[0] as [number, string];
    if (open === 0) return;
    if (reason !== '') throw failure(reason);
    if (performance.now() > endMs)
      throw new Problem(
        'WAREHOUSE_UNAVAILABLE',
        `Rows of ${table} are still being deleted after ${timeoutMs / 60_000} minutes. Try again later.`,
      );
    await sleep(pollMs);
  }
}

function failure(reason: string): Error {
  if (/NOT_ENOUGH_SPACE|No space left/.test(reason))
    return new Problem('DISK_FULL', 'The disk of the warehouse is too full to delete. Free space; the deletion goes on by itself then.');
  return new WarehouseError(Number(/Code: (\d+)/.exec(reason)?.[1] ?? 0), reason);
}
