/** Takes an import back: its events and its dead letters leave the warehouse. */
import type { Warehouse } from '../../ports/warehouse.ts';
import { bind, sql } from '../../sql/statement.ts';
import { deleteRows } from './delete-rows.ts';
import { previewRemoval, type Removal } from './removal.ts';

/** Deletes what an import brought; says what was there. Call it when nothing of the import is in the spool any more. */
export async function deleteImport(warehouse: Warehouse, workspaceId: string, importId: string): Promise<Removal> {
  if (importId === '') throw new TypeError('events of no import cannot be deleted as one');
  const condition = sql`workspace = ${bind('String', workspaceId)} AND import_id = ${bind('String', importId)}`;
  const [removal] = await previewRemoval(warehouse, condition);
  if (removal !== undefined) await deleteRows(warehouse, 'events', condition);
  const { rows } = await warehouse.ask(sql`SELECT count() FROM dead_letters WHERE ${condition}`);
  if (Number(rows[0]?.[0]) > 0) await deleteRows(warehouse, 'dead_letters', condition);
  return removal ?? { workspaceId, count: 0, hours: [] };
}
