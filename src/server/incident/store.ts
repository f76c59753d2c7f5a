/** Incidents in the catalog. Every statement on an incident asks for its workspace too. */
import { oneLine, plainText } from '../../shared/format/plain-text.ts';
import type { Severity } from '../../shared/model/severity.ts';
import type { RowOf } from '../catalog/row.ts';
import type { CatalogDatabase } from '../catalog/schema.ts';
import type { Act, Actor, Entry, EntryKind, Incident, IncidentState, Json, NewAct, Opening } from './incident.ts';

type IncidentRow = RowOf<'incidents'>;
type ActRow = RowOf<'incident_acts'>;

const mostEvidence = 32_768;
const mostEntries = 500;

/** Which incidents are listed. */
export interface IncidentFilter {
  states: readonly IncidentState[] | null;
  severities: readonly Severity[] | null;
  kind: string | null;
  /** the incident to go on after */
  after: { openedMs: number; id: string } | null;
  limit: number;
}

/** Counts one more symptom of an incident that is not resolved; null when there is none of that key. */
export async function countSymptom(db: CatalogDatabase, opening: Opening, nowMs: number): Promise<Incident | null> {
  const row = await db
    .updateTable('incidents')
    .set((e) => ({ symptoms: e('symptoms', '+', 1), last_seen_at: nowMs, evidence: evidenceText(opening.evidence) }))
    .where('workspace_id', '=', opening.workspaceId)
    .where('dedup_key', '=', opening.dedupKey)
    .where('state', '!=', 'resolved')
    .returningAll()
    .executeTakeFirst();
  return row === undefined ? null : incidentOf(row);
}

/** Adds an incident; null when one of that key is there and not resolved. */
export async function insertIncident(db: CatalogDatabase, id: string, opening: Opening, nowMs: number): Promise<Incident | null> {
  const row = await db
    .insertInto('incidents')
    .values({
      id,
      workspace_id: opening.workspaceId,
      kind: opening.kind,
      severity: opening.severity,
      state: 'open',
      title: oneLine(opening.title, 200),
      cause: plainText(opening.cause, 4_000),
      evidence: evidenceText(opening.evidence),
      subject_kind: opening.subject?.kind ?? null,
      subject_id: opening.subject?.id ?? null,
      dedup_key: opening.dedupKey,
      symptoms: 1,
      assignee_id: null,
      opened_at: nowMs,
      last_seen_at: nowMs,
      acknowledged_at: null,
      resolved_at: null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst();
  return row === undefined ? null : incidentOf(row);
}

/** The id of the newest incident of that key that was resolved at `sinceMs` or later, or null. */
export async function findResolved(db: CatalogDatabase, { workspaceId, dedupKey }: Opening, sinceMs: number): Promise<string | null> {
  const row = await db
    .selectFrom('incidents')
    .select('id')
    .where('workspace_id', '=', workspaceId)
    .where('dedup_key', '=', dedupKey)
    .where('state', '=', 'resolved')
    .where('resolved_at', '>=', sinceMs)
    .orderBy('resolved_at', 'desc')
    .executeTakeFirst();
  return row?.id ?? null;
}

/** What may change of an incident after it was opened. */
export type IncidentChanges = Partial<
  Pick<IncidentRow, 'state' | 'severity' | 'title' | 'cause' | 'assignee_id' | 'acknowledged_at' | 'resolved_at'>
>;

/** Changes the incident if it is in one of the states `from`; null when it is not, or is not there. */
export async function changeIncident(
  db: CatalogDatabase,
  { workspaceId, id, from }: { workspaceId: string; id: string; from: readonly IncidentState[] },
  changes: IncidentChanges,
): Promise<Incident | null> {
  const row = await db
    .updateTable('incidents')
    .set(changes)
    .where('workspace_id', '=', workspaceId)
    .where('id', '=', id)
    .where('state', 'in', from)
    .returningAll()
    .executeTakeFirst();
  return row === undefined ? null : incidentOf(row);
}

/** The incident, or null. */
export async function findIncident(db: CatalogDatabase, workspaceId: string, id: string): Promise<Incident | null> {
  const row = await db.selectFrom('incidents').selectAll().where('workspace_id', '=', workspaceId).where('id', '=', id).executeTakeFirst();
  return row === undefined ? null : incidentOf(row);
}

/** Incidents that fit, newest first. */
export async function listIncidents(db: CatalogDatabase, workspaceId: string, filter: IncidentFilter): Promise<Incident[]> {
  const { states, severities, kind, after, limit } = filter;
  const rows = await db
    .selectFrom('incidents')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .$if(states !== null, (query) => query.where('state', 'in', states!))
    .$if(severities !== null, (query) => query.where('severity', 'in', severities!))
    .$if(kind !== null, (query) => query.where('kind', '=', kind!))
    .$if(after !== null, (query) =>
      query.where((e) =>
        e.or([e('opened_at', '<', after!.openedMs), e.and([e('opened_at', '=', after!.openedMs), e('id', '<', after!.id)])]),
      ),
    )
    .orderBy('opened_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
  return rows.map(incidentOf);
}

/** How many incidents are not resolved. */
export async function countUnresolved(db: CatalogDatabase, workspaceId: string): Promise<number> {
  const row = await db
    .selectFrom('incidents')
    .select((e) => e.fn.countAll().as('n'))
    .where('workspace_id', '=', workspaceId)
    .where('state', '!=', 'resolved')
    .executeTakeFirstOrThrow();
  return Number(row.n);
}

/** Deletes what was resolved before `beforeMs`; answers how many incidents there were. */
export async function pruneIncidents(db: CatalogDatabase, beforeMs: number): Promise<number> {
  const result = await db.deleteFrom('incidents').where('state', '=', 'resolved').where('resolved_at', '<', beforeMs).executeTakeFirst();
  return Number(result.numDeletedRows);
}

/** Adds a line to the timeline. */
export async function addEntry(db: CatalogDatabase, incidentId: string, entry: Entry): Promise<void> {
  const { atMs, kind, actor, text } = entry;
  await db
    .insertInto('incident_entries')
    .values({ incident_id: incidentId, at: atMs, kind, actor_kind: actor.kind, actor_id: actor.id, text: plainText(text, 4_000) })
    .execute();
}

/** The newest lines of the timeline, oldest first. */
export async function listEntries(db: CatalogDatabase, incidentId: string): Promise<Entry[]> {
  const rows = await db
    .selectFrom('incident_entries')
    .selectAll()
    .where('incident_id', '=', incidentId)
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(mostEntries)
    .execute();
  return rows.toReversed().map((row) => ({
    atMs: row.at,
    kind: row.kind as EntryKind,
    actor: { kind: row.actor_kind, id: row.actor_id } satisfies Actor,
    text: row.text,
  }));
}

/** Adds an act. */
export async function insertAct(db: CatalogDatabase, id: string, incidentId: string, act: NewAct, nowMs: number): Promise<Act> {
  const row = await db
    .insertInto('incident_acts')
    .values({
      id,
      incident_id: incidentId,
      kind: act.kind,
      title: oneLine(act.title, 200),
      state: 'done',
      undo: act.undo === null ? null : JSON.stringify(act.undo),
      done_at: nowMs,
      undoing_at: null,
      undone_at: null,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return actOf(row);
}

/** The acts of an incident, oldest first. */
export async function listActs(db: CatalogDatabase, incidentId: string): Promise<Act[]> {
  const rows = await db
    .selectFrom('incident_acts')
    .selectAll()
    .where('incident_id', '=', incidentId)
    .orderBy('done_at')
    .orderBy('id')
    .execute();
  return rows.map(actOf);
}

/** Takes an act for undoing, also from a node that took it before `staleMs` and has not finished; null when it cannot be had. */
export async function claimUndo(
  db: CatalogDatabase,
  { incidentId, actId, nowMs, staleMs }: { incidentId: string; actId: string; nowMs: number; staleMs: number },
): Promise<{ act: Act; undo: Json } | null> {
  const row = await db
    .updateTable('incident_acts')
    .set({ state: 'undoing', undoing_at: nowMs })
    .where('id', '=', actId)
    .where('incident_id', '=', incidentId)
    .where('undo', 'is not', null)
    .where((e) => e.or([e('state', '=', 'done'), e.and([e('state', '=', 'undoing'), e('undoing_at', '<', staleMs)])]))
    .returningAll()
    .executeTakeFirst();
  return row === undefined ? null : { act: actOf(row), undo: JSON.parse(row.undo!) as Json };
}

/** Notes how undoing ended; `undoneMs` null: it failed, and can be tried again. */
export async function endUndo(db: CatalogDatabase, actId: string, undoneMs: number | null): Promise<Act> {
  const row = await db
    .updateTable('incident_acts')
    .set({ state: undoneMs === null ? 'done' : 'undone', undoing_at: null, undone_at: undoneMs })
    .where('id', '=', actId)
    .returningAll()
    .executeTakeFirstOrThrow();
  return actOf(row);
}

function evidenceText(evidence: Json): string {
  const text = JSON.stringify(evidence);
  return text.length <= mostEvidence ? text : JSON.stringify({ leftOut: `${text.length} characters of evidence are too many to keep` });
}

function incidentOf(row: IncidentRow): Incident {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    kind: row.kind,
    severity: row.severity as Severity,
    state: row.state as IncidentState,
    title: row.title,
    cause: row.cause,
    evidence: JSON.parse(row.evidence) as Json,
    subject: row.subject_kind === null || row.subject_id === null ? null : { kind: row.subject_kind, id: row.subject_id },
    dedupKey: row.dedup_key,
    symptoms: row.symptoms,
    assigneeId: row.assignee_id,
    openedMs: row.opened_at,
    lastSeenMs: row.last_seen_at,
    acknowledgedMs: row.acknowledged_at,
    resolvedMs: row.resolved_at,
  };
}

function actOf(row: ActRow): Act {
  return {
    id: row.id,
    kind: row.kind,
    title: row.title,
    state: row.state as Act['state'],
    canUndo: row.undo !== null && row.state === 'done',
    doneMs: row.done_at,
    undoneMs: row.undone_at,
  };
}
