/** What a removal of events changed in a workspace, so that caches and counts can follow. */
import type { Warehouse } from '../../ports/warehouse.ts';
import { sql, type Statement } from '../../sql/statement.ts';

/** Events removed from a workspace. */
export interface Removal {
  workspaceId: string;
  count: number;
  /** UTC epoch hours in which events were */
  hours: number[];
}

/** What removing the events that fit `condition` changes, most affected workspace first. */
export async function previewRemoval(warehouse: Warehouse, condition: Statement): Promise<Removal[]> {
  const { rows } = await warehouse.ask(
    sql`SELECT workspace, sum(events), groupArray(hour) FROM (
        SELECT workspace, intDiv(toUnixTimestamp(time), 3600) AS hour, count() AS events FROM events WHERE ${condition} GROUP BY workspace, hour ORDER BY hour
      ) GROUP BY workspace ORDER BY sum(events) DESC, workspace`,
    { limits: { timeoutMs: 60_000 } },
  );
  return rows.map(([workspaceId, count, hours]) => ({ workspaceId: String(workspaceId), count: Number(count), hours: hours as number[] }));
}
