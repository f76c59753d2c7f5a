/** How far a stream is, and which node feeds it; kept in the catalog, so that another node goes on where one stopped. */
import type { CatalogDatabase } from '../../catalog/schema.ts';

/** The newest entry and head of a chain that were streamed. */
export interface Cursor {
  seq: number;
  head: number;
}

/** Whether `holder` feeds the stream until `untilMs`; false while another node does. */
export async function holdStream(db: CatalogDatabase, target: string, holder: string, nowMs: number, untilMs: number): Promise<boolean> {
  const changed = await db
    .updateTable('audit_streams')
    .set({ holder, lease_until: untilMs })
    .where('target', '=', target)
    .where((eb) => eb.or([eb('holder', '=', holder), eb('lease_until', '<', nowMs)]))
    .executeTakeFirst();
  if (changed.numUpdatedRows > 0n) return true;
  const made = await db
    .insertInto('audit_streams')
    .values({ target, holder, lease_until: untilMs })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return (made.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/** Lets another node feed the stream at once. */
export async function releaseStream(db: CatalogDatabase, target: string, holder: string): Promise<void> {
  await db.updateTable('audit_streams').set({ lease_until: 0 }).where('target', '=', target).where('holder', '=', holder).execute();
}

/** Cursors by workspace. */
export async function readCursors(db: CatalogDatabase, target: string): Promise<Map<string, Cursor>> {
  const rows = await db.selectFrom('audit_stream_cursors').selectAll().where('target', '=', target).execute();
  return new Map(rows.map(({ workspace_id, seq, head }) => [workspace_id, { seq, head }]));
}

/** Moves cursors on. */
export async function writeCursors(db: CatalogDatabase, target: string, cursors: ReadonlyMap<string, Cursor>): Promise<void> {
  for (const [workspaceId, { seq, head }] of cursors)
    await db
      .insertInto('audit_stream_cursors')
      .values({ target, workspace_id: workspaceId, seq, head })
      .onConflict((conflict) => conflict.columns(['target', 'workspace_id']).doUpdateSet({ seq, head }))
      .execute();
}

/** Workspaces whose chains have entries or heads beyond `cursors`. */
export async function listBehind(db: CatalogDatabase, cursors: ReadonlyMap<string, Cursor>): Promise<string[]> {
  const rows = await db
    .selectFrom('audit_chains')
    .select('audit_chains.workspace_id')
    .select((eb) => [
      // as text, for somebody may have bent it to a number that no number can hold
      eb.cast<string>('audit_chains.seq', 'text').as('seq'),
      eb
        .selectFrom('audit_heads')
        .select('audit_heads.number')
        .whereRef('audit_heads.workspace_id', '=', 'audit_chains.workspace_id')
        .orderBy('audit_heads.number', 'desc')
        .limit(1)
        .as('head'),
    ])
    .orderBy('audit_chains.workspace_id')
    .execute();
  return rows
    .filter((row) => {
      const cursor = cursors.get(row.workspace_id) ?? { seq: 0, head: 0 };
      return Number(row.seq) > cursor.seq || (row.head ?? 0) > cursor.head;
    })
    .map((row) => row.workspace_id);
}
