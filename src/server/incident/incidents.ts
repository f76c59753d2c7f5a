/** The incident room: opens, counts, escalates and resolves; keeps the timeline, what was done, and how to undo it. */
import { oneLine } from '../../shared/format/plain-text.ts';
import { compareSeverity } from '../../shared/model/severity.ts';
import { Problem } from '../../shared/model/errors.ts';
import type { Catalog, CatalogDatabase } from '../catalog/schema.ts';
import { isUniqueViolation } from '../catalog/violations.ts';
import type { Clock, RandomBytes } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Act, Actor, EntryKind, Incident, IncidentChange, IncidentState, IncidentStory, Json, NewAct, Opening } from './incident.ts';
import * as store from './store.ts';

/** What the room is made of. */
export interface IncidentParts {
  catalog: Catalog;
  clock: Clock;
  randomBytes: RandomBytes;
  log: Log;
}

/** Takes an act back. It may be asked more than once for the same act. */
export type UndoHandler = (undo: Json, about: { workspaceId: string; incident: Incident; actor: Actor }) => Promise<void>;

/** What somebody does to an incident. */
export interface Doing {
  workspaceId: string;
  id: string;
  by: Actor;
  /** why, for the timeline */
  text?: string;
}

/** The room. */
export interface Incidents {
  /** `opened`: a new incident. `repeated`: counted at the one of its key. `reopened`: it had been resolved shortly before. */
  open(opening: Opening): Promise<{ incident: Incident; outcome: 'opened' | 'repeated' | 'reopened' }>;
  list(workspaceId: string, filter: store.IncidentFilter): Promise<{ incidents: Incident[]; unresolved: number }>;
  /** @throws NOT_FOUND */
  story(workspaceId: string, id: string): Promise<IncidentStory>;
  /** @throws NOT_FOUND, CONFLICT when it is not open */
  acknowledge(doing: Doing): Promise<Incident>;
  /** @throws NOT_FOUND, CONFLICT when it is resolved */
  resolve(doing: Doing): Promise<Incident>;
  /** Resolves the incident of a cause that is gone; null when there is none. */
  resolveCause(cause: { workspaceId: string; dedupKey: string; by: Actor; text: string }): Promise<Incident | null>;
  /** @throws NOT_FOUND, CONFLICT when it is not resolved, or its cause has a newer incident */
  reopen(doing: Doing): Promise<Incident>;
  /** @throws NOT_FOUND, CONFLICT when it is resolved */
  assign(doing: Doing & { assigneeId: string | null }): Promise<Incident>;
  /** @throws NOT_FOUND */
  note(doing: Doing & { text: string }): Promise<Incident>;
  /** Notes what was done in answer. @throws NOT_FOUND */
  addAct(doing: Doing, act: NewAct): Promise<Act>;
  /** Takes an act back. @throws NOT_FOUND, CONFLICT when it cannot be undone, or was; whatever its handler throws */
  undoAct(doing: Doing, actId: string): Promise<Act>;
  /** Says how acts of `kind` are undone. */
  registerUndo(kind: string, handler: UndoHandler): void;
  /** Tells of every change, after it is durable; a listener that fails is logged and harms nobody. */
  onChange(listener: (change: IncidentChange) => Promise<void> | void): void;
  /** Deletes incidents that were resolved before `beforeMs`. */
  prune(beforeMs: number): Promise<number>;
}

const unresolved: readonly IncidentState[] = ['open', 'acknowledged'];
/** After this time a node that was undoing an act counts as gone. */
const undoMs = 60_000;
const openingTries = 5;

/** The room. */
export function createIncidents(parts: IncidentParts): Incidents {
  const room = new Room(parts);
  const { db } = parts.catalog;
  return {
    open: (opening) => open(room, opening),
    list: async (workspaceId, filter) => ({
      incidents: await store.listIncidents(db, workspaceId, filter),
      unresolved: await store.countUnresolved(db, workspaceId),
    }),
    story: async (workspaceId, id) => ({
      incident: await room.get(workspaceId, id),
      timeline: await store.listEntries(db, id),
      acts: await store.listActs(db, id),
    }),
    acknowledge: (doing) => room.move(doing, 'acknowledged', ['open'], { state: 'acknowledged', acknowledged_at: room.nowMs() }),
    resolve: (doing) => room.move(doing, 'resolved', unresolved, { state: 'resolved', resolved_at: room.nowMs() }),
    resolveCause: async ({ workspaceId, dedupKey, by, text }) => {
      const id = await room.unresolvedOf(workspaceId, fitKey(dedupKey));
      if (id === null) return null;
      return room.maybeMove({ workspaceId, id, by, text }, 'resolved', unresolved, { state: 'resolved', resolved_at: room.nowMs() });
    },
    reopen: (doing) => reopen(room, doing),
    assign: ({ assigneeId, ...doing }) =>
      room.move({ text: assigneeId ?? 'nobody', ...doing }, 'assigned', unresolved, { assignee_id: assigneeId }),
    note: (doing) => room.note(doing, 'note', doing.text),
    addAct: (doing, act) => room.addAct(doing, act),
    undoAct: (doing, actId) => undoAct(room, doing, actId),
    registerUndo: (kind, handler) => void room.undoByKind.set(kind, handler),
    onChange: (listener) => void room.listeners.push(listener),
    prune: (beforeMs) => store.pruneIncidents(db, beforeMs),
  };
}

/** What all doings share: the catalog, the clock, the timeline and those who listen. */
class Room {
  readonly db: CatalogDatabase;
  readonly undoByKind = new Map<string, UndoHandler>();
  readonly listeners: ((change: IncidentChange) => Promise<void> | void)[] = [];
  readonly #parts: IncidentParts;

  constructor(parts: IncidentParts) {
    this.#parts = parts;
    this.db = parts.catalog.db;
  }

  nowMs(): number {
    return this.#parts.clock.now();
  }

  makeId(prefix: string): string {
    return `${prefix}_${Buffer.from(this.#parts.randomBytes(10)).toString('hex')}`;
  }

  async get(workspaceId: string, id: string): Promise<Incident> {
    const incident = await store.findIncident(this.db, workspaceId, id);
    if (incident === null) throw new Problem('NOT_FOUND', `There is no incident "${id}".`);
    return incident;
  }

  async unresolvedOf(workspaceId: string, dedupKey: string): Promise<string | null> {
    const row = await this.db
      .selectFrom('incidents')
      .select('id')
      .where('workspace_id', '=', workspaceId)
      .where('dedup_key', '=', dedupKey)
      .where('state', '!=', 'resolved')
      .executeTakeFirst();
    return row?.id ?? null;
  }

  /** Changes an incident and says so on its timeline; null when it is in none of the states `from`. */
  async maybeMove(
    { workspaceId, id, by, text = '' }: Doing,
    kind: EntryKind,
    from: readonly IncidentState[],
    changes: store.IncidentChanges,
  ): Promise<Incident | null> {
    const moved = await this.db.transaction().execute(async (transaction) => {
      const incident = await store.changeIncident(transaction, { workspaceId, id, from }, changes);
      if (incident !== null) await store.addEntry(transaction, id, { atMs: this.nowMs(), kind, actor: by, text });
      return incident;
    });
    if (moved !== null) await this.tell({ what: kind, incident: moved });
    return moved;
  }

  async move(doing: Doing, kind: EntryKind, from: readonly IncidentState[], changes: store.IncidentChanges): Promise<Incident> {
    const moved = await this.maybeMove(doing, kind, from, changes);
    if (moved !== null) return moved;
    const { state } = await this.get(doing.workspaceId, doing.id);
    throw new Problem('CONFLICT', `The incident "${doing.id}" is ${state}: it cannot be ${kind}.`);
  }

  async note({ workspaceId, id, by }: Doing, kind: EntryKind, text: string): Promise<Incident> {
    const incident = await this.get(workspaceId, id);
    await store.addEntry(this.db, id, { atMs: this.nowMs(), kind, actor: by, text });
    await this.tell({ what: kind, incident });
    return incident;
  }

  async addAct({ workspaceId, id, by }: Doing, newAct: NewAct): Promise<Act> {
    const incident = await this.get(workspaceId, id);
    const atMs = this.nowMs();
    const act = await this.db.transaction().execute(async (transaction) => {
      await store.addEntry(transaction, id, { atMs, kind: 'act', actor: by, text: newAct.title });
      return store.insertAct(transaction, this.makeId('act'), id, newAct, atMs);
    });
    await this.tell({ what: 'act', incident });
    return act;
  }

  async tell(change: IncidentChange): Promise<void> {
    const told = await Promise.allSettled(this.listeners.map(async (listener) => listener(change)));
    for (const outcome of told) {
      if (outcome.status === 'rejected')
        this.#parts.log.error({ err: outcome.reason, incident: change.incident.id }, 'could not tell of an incident');
    }
  }
}

/** Keys and names often hold what a stranger typed. */
function fitKey(text: string): string {
  return oneLine(text, 300);
}

/** Another node may open or resolve the incident of this key between our statements: then once more from the start. */
async function open(room: Room, given: Opening): Promise<{ incident: Incident; outcome: 'opened' | 'repeated' | 'reopened' }> {
  const { subject } = given;
  const fitSubject = subject === null ? null : { kind: oneLine(subject.kind, 50), id: fitKey(subject.id) };
  const opening = { ...given, dedupKey: fitKey(given.dedupKey), subject: fitSubject };
  for (let tries = 0; tries < openingTries; tries++) {
    const repeated = await repeat(room, opening);
    if (repeated !== null) return { incident: repeated, outcome: 'repeated' };
    const reopened = await maybeReopen(room, opening);
    if (reopened !== null) return { incident: reopened, outcome: 'reopened' };
    const opened = await openNew(room, opening);
    if (opened !== null) return { incident: opened, outcome: 'opened' };
  }
  throw new Problem('CONFLICT', `The incident of "${opening.dedupKey}" changes too often to be opened.`);
}

/** Counts up. A symptom worse than any before is a new thing to know of: the incident is open again. */
async function repeat(room: Room, opening: Opening): Promise<Incident | null> {
  const atMs = room.nowMs();
  const { incident, isWorse } = await room.db.transaction().execute(async (transaction) => {
    const counted = await store.countSymptom(transaction, opening, atMs);
    if (counted === null || compareSeverity(opening.severity, counted.severity) <= 0) return { incident: counted, isWorse: false };
    const { workspaceId, severity, cause, by } = opening;
    const changes = { state: 'open', severity, acknowledged_at: null };
    const worse = await store.changeIncident(transaction, { workspaceId, id: counted.id, from: unresolved }, changes);
    const text = `From ${counted.severity} to ${severity}: ${cause}`;
    await store.addEntry(transaction, counted.id, { atMs, kind: 'escalated', actor: by, text });
    return { incident: worse, isWorse: true };
  });
  if (incident !== null && isWorse) await room.tell({ what: 'escalated', incident });
  return incident;
}

async function maybeReopen(room: Room, opening: Opening): Promise<Incident | null> {
  const { workspaceId, reopenWithinMs = 0, by, cause } = opening;
  if (reopenWithinMs <= 0) return null;
  const id = await store.findResolved(room.db, opening, room.nowMs() - reopenWithinMs);
  if (id === null) return null;
  try {
    const changes = { state: 'open', resolved_at: null, acknowledged_at: null };
    const reopened = await room.maybeMove({ workspaceId, id, by, text: cause }, 'reopened', ['resolved'], changes);
    return reopened === null ? null : await repeat(room, opening);
  } catch (error) {
    if (isUniqueViolation(error)) return null;
    throw error;
  }
}

async function openNew(room: Room, opening: Opening): Promise<Incident | null> {
  const atMs = room.nowMs();
  const incident = await room.db.transaction().execute(async (transaction) => {
    const inserted = await store.insertIncident(transaction, room.makeId('inc'), opening, atMs);
    if (inserted !== null) await store.addEntry(transaction, inserted.id, { atMs, kind: 'opened', actor: opening.by, text: opening.cause });
    return inserted;
  });
  if (incident !== null) await room.tell({ what: 'opened', incident });
  return incident;
}

async function reopen(room: Room, doing: Doing): Promise<Incident> {
  try {
    return await room.move(doing, 'reopened', ['resolved'], { state: 'open', resolved_at: null, acknowledged_at: null });
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw new Problem('CONFLICT', `The incident "${doing.id}" cannot be reopened: its cause has a newer incident, which is not resolved.`);
  }
}

async function undoAct(room: Room, doing: Doing, actId: string): Promise<Act> {
  const { workspaceId, id: incidentId, by } = doing;
  const incident = await room.get(workspaceId, incidentId);
  const nowMs = room.nowMs();
  const claimed = await store.claimUndo(room.db, { incidentId, actId, nowMs, staleMs: nowMs - undoMs });
  if (claimed === null) throw await whyNotUndone(room, incidentId, actId);
  const { act, undo } = claimed;
  const handler = room.undoByKind.get(act.kind);
  try {
    if (handler === undefined) throw new Problem('CONFLICT', `Nothing here knows how to undo "${act.kind}".`);
    await handler(undo, { workspaceId, incident, actor: by });
  } catch (error) {
    await store.endUndo(room.db, actId, null);
    const why = error instanceof Problem ? error.message : 'an unexpected error, which was logged';
    await room.note(doing, 'undo-failed', `${act.title}: ${why}`);
    throw error;
  }
  const undone = await store.endUndo(room.db, actId, room.nowMs());
  await room.note(doing, 'act-undone', act.title);
  return undone;
}

async function whyNotUndone(room: Room, incidentId: string, actId: string): Promise<Problem> {
  const act = (await store.listActs(room.db, incidentId)).find(({ id }) => id === actId);
  if (act === undefined) return new Problem('NOT_FOUND', `The incident "${incidentId}" has no act "${actId}".`);
  if (act.state === 'done') return new Problem('CONFLICT', `"${act.title}" cannot be undone.`);
  return new Problem('CONFLICT', act.state === 'undone' ? `"${act.title}" was undone before.` : `"${act.title}" is being undone.`);
}
