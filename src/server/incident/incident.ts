/** What an incident is: something that happened, why, what was done about it, and who looks after it. */
import type { Severity } from '../../shared/model/severity.ts';

/** Any JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Who did something: a person or key by its id, or a room of the server by its name. */
export interface Actor {
  kind: string;
  id: string;
}

/** The room of the server named `id` as an actor. */
export function systemActor(id: string): Actor {
  return { kind: 'system', id };
}

/** States of an incident. Acknowledged: somebody knows. */
export const incidentStates = ['open', 'acknowledged', 'resolved'] as const;
/** One of {@link incidentStates}. */
export type IncidentState = (typeof incidentStates)[number];

/** What somebody noticed. */
export interface Opening {
  workspaceId: string;
  /** what sort of thing it is, such as `brute-force`: lower case words joined by hyphens */
  kind: string;
  severity: Severity;
  /** one line */
  title: string;
  /** why it happened, as far as that is known */
  cause: string;
  /** what shows it; beyond 32 kB it is left out, and that is said */
  evidence: Json;
  /** whom or what it is about: a person, a key, an address, an alert rule */
  subject: { kind: string; id: string } | null;
  /** one cause has one key: while its incident is not resolved, further symptoms count up there */
  dedupKey: string;
  /** an incident of the same key that was resolved no longer ago is opened again; default 0: never */
  reopenWithinMs?: number;
  by: Actor;
}

/** An incident as it is now. */
export interface Incident {
  id: string;
  workspaceId: string;
  kind: string;
  severity: Severity;
  state: IncidentState;
  title: string;
  cause: string;
  evidence: Json;
  subject: { kind: string; id: string } | null;
  dedupKey: string;
  /** how often the cause was seen */
  symptoms: number;
  /** the person who looks after it */
  assigneeId: string | null;
  openedMs: number;
  lastSeenMs: number;
  acknowledgedMs: number | null;
  resolvedMs: number | null;
}

/** What a line of the timeline says. */
export type EntryKind =
  | 'opened'
  | 'escalated'
  | 'acknowledged'
  | 'assigned'
  | 'note'
  | 'act'
  | 'act-undone'
  | 'undo-failed'
  | 'resolved'
  | 'reopened';

/** A line of the timeline. */
export interface Entry {
  atMs: number;
  kind: EntryKind;
  actor: Actor;
  text: string;
}

/** Something that was done in answer to an incident. */
export interface NewAct {
  /** names who can undo it, such as `revoke-key` */
  kind: string;
  /** what was done, one line */
  title: string;
  /** what undoing needs to know; null: cannot be undone */
  undo: Json;
}

/** An act as it is now. */
export interface Act {
  id: string;
  kind: string;
  title: string;
  state: 'done' | 'undoing' | 'undone';
  canUndo: boolean;
  doneMs: number;
  undoneMs: number | null;
}

/** An incident with all that happened. */
export interface IncidentStory {
  incident: Incident;
  /** oldest first; the newest 500 */
  timeline: readonly Entry[];
  /** oldest first */
  acts: readonly Act[];
}

/** What has changed of an incident. */
export interface IncidentChange {
  what: EntryKind;
  incident: Incident;
}
