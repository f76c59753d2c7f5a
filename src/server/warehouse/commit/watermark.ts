/** Up to which instant everything received is answerable, per workspace and dataset. */
import type { CatalogDatabase } from '../../catalog/schema.ts';
import type { CommitNotice } from '../../ports/accepted.ts';

/** The watermarks of this node, as commits move them. */
export interface Watermarks {
  /** epoch ms; null before the first commit */
  watermarkMs(workspaceId: string, dataset?: string): number | null;
  /** Moves a watermark on; never back. */
  move(notice: Pick<CommitNotice, 'workspaceId' | 'dataset' | 'watermarkMs'>): void;
}

/** The watermarks that the catalog holds. */
export async function openWatermarks(db: CatalogDatabase): Promise<Watermarks> {
  const watermarkByDataset = new Map<string, number>();
  const keyOf = (workspaceId: string, dataset: string): string => `${workspaceId}\n${dataset}`;
  for (const { workspace_id: workspaceId, dataset, watermark_ms: watermarkMs } of await db.selectFrom('watermarks').selectAll().execute()) {
    watermarkByDataset.set(keyOf(workspaceId, dataset), watermarkMs);
  }
  return {
    watermarkMs: (workspaceId, dataset = 'events') => watermarkByDataset.get(keyOf(workspaceId, dataset)) ?? null,
    move({ workspaceId, dataset, watermarkMs }) {
      const key = keyOf(workspaceId, dataset);
      watermarkByDataset.set(key, Math.max(watermarkMs, watermarkByDataset.get(key) ?? 0));
    },
  };
}

/** Writes watermarks down, never back; part of the transaction that counts a segment. */
export async function saveWatermarks(
  db: CatalogDatabase,
  watermarks: readonly { workspaceId: string; receivedMs: number }[],
): Promise<void> {
  if (watermarks.length === 0) return;
  await db
    .insertInto('watermarks')
    .values(watermarks.map(({ workspaceId, receivedMs }) => ({ workspace_id: workspaceId, dataset: 'events', watermark_ms: receivedMs })))
    .onConflict((conflict) =>
      conflict
        .columns(['workspace_id', 'dataset'])
        .doUpdateSet((set) => ({ watermark_ms: set.ref('excluded.watermark_ms') }))
        .whereRef('watermarks.watermark_ms', '<', 'excluded.watermark_ms'),
    )
    .execute();
}
