/** Which entries are meant: the conditions of a search, an export or a stream. */
import type { CatalogDatabase } from '../../catalog/schema.ts';
import type { AuditOutcome } from '../entry.ts';
import { selectEntries } from '../stored.ts';

/** Conditions, joined with "and"; null: any. */
export interface EntryFilter {
  /** how the action begins */
  action: string | null;
  actorId: string | null;
  targetId: string | null;
  outcome: AuditOutcome | null;
  fromMs: number | null;
  /** exclusive */
  toMs: number | null;
  /** somewhere in action, ids or detail, whatever the case */
  text: string | null;
}

/** Everything. */
export const noFilter: EntryFilter = { action: null, actorId: null, targetId: null, outcome: null, fromMs: null, toMs: null, text: null };

/** A query for entries of `workspaceId` that fit `filter`, but for its action and its text, which need more than one condition. */
export function matchingEntries(db: CatalogDatabase, workspaceId: string, filter: EntryFilter) {
  let query = selectEntries(db, workspaceId);
  if (filter.actorId !== null) query = query.where('actor_id', '=', filter.actorId);
  if (filter.targetId !== null) query = query.where('target_id', '=', filter.targetId);
  if (filter.outcome !== null) query = query.where('outcome', '=', filter.outcome);
  if (filter.fromMs !== null) query = query.where('audit_entries.at', '>=', filter.fromMs);
  if (filter.toMs !== null) query = query.where('audit_entries.at', '<', filter.toMs);
  return query;
}

/** The actions that the log of `workspaceId` holds. One step through the index for each, however many entries there are. */
export async function listActions(db: CatalogDatabase, workspaceId: string): Promise<string[]> {
  const actions: string[] = [];
  for (;;) {
    let query = db.selectFrom('audit_entries').select('action').where('workspace_id', '=', workspaceId).orderBy('action').limit(1);
    if (actions.length > 0) query = query.where('action', '>', actions.at(-1)!);
    const row = await query.executeTakeFirst();
    if (row === undefined) return actions;
    actions.push(row.action);
  }
}

/** The actions that `filter` allows; null: any. PostgreSQL may sort texts as a language does, so prefixes are compared here. */
export async function actionsOf(db: CatalogDatabase, workspaceId: string, { action }: EntryFilter): Promise<string[] | null> {
  if (action === null) return null;
  const prefix = action.toLowerCase();
  return (await listActions(db, workspaceId)).filter((each) => each.toLowerCase().startsWith(prefix));
}

/** Whether an entry holds `text`; what is sealed is not searched. */
export function holdsText(entry: { action: string; actor_id: string; target_id: string; rest: string }, text: string): boolean {
  const sought = text.toLowerCase();
  const detail = entry.rest.replace(/,?"personal":\[.*$/s, '');
  return [entry.action, entry.actor_id, entry.target_id, detail].some((each) => each.toLowerCase().includes(sought));
}
