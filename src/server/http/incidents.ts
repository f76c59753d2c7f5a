/** Answers about incidents, and what people do to them. */
import {
  acknowledgeIncidentRoute,
  assignIncidentRoute,
  incidentRoute,
  incidentsRoute,
  noteIncidentRoute,
  reopenIncidentRoute,
  resolveIncidentRoute,
  undoActRoute,
  type IncidentAnswer,
  type IncidentStoryAnswer,
} from '../../shared/contract/incidents.ts';
import { Problem } from '../../shared/model/errors.ts';
import type { Principal } from '../identity/principal.ts';
import type { Actor, Incident, IncidentStory } from '../incident/incident.ts';
import type { Doing, Incidents } from '../incident/incidents.ts';
import { bindRoute, type RouteBinding } from './binding.ts';

/** What the routes of incidents need. */
export interface IncidentRouteParts {
  incidents: Incidents;
  /** the names of those of `personIds` who belong to the workspace */
  namesOf(workspaceId: string, personIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

type Names = ReadonlyMap<string, string>;

/** The routes of src/shared/contract/incidents.ts. */
export function incidentRoutes(parts: IncidentRouteParts): RouteBinding[] {
  const { incidents } = parts;
  const after = async (done: Promise<unknown>, { workspaceId }: Principal, id: string): Promise<IncidentStoryAnswer> => {
    await done;
    return tellStory(parts, workspaceId, id);
  };
  return [
    bindRoute(incidentsRoute, async ({ principal: { workspaceId }, query }) => {
      const { state = null, severity = null, kind = null, limit } = query;
      const filter = { states: state, severities: severity, kind, after: cursorOf(query.after), limit };
      const { incidents: found, unresolved } = await incidents.list(workspaceId, filter);
      const names = await parts.namesOf(workspaceId, peopleOf(found, []));
      const last = found.length === limit ? found.at(-1) : undefined;
      return {
        incidents: found.map((incident) => incidentAnswerOf(incident, names)),
        unresolved,
        next: last === undefined ? null : `${last.openedMs}-${last.id}`,
      };
    }),
    bindRoute(incidentRoute, ({ principal, params }) => tellStory(parts, principal.workspaceId, params.id)),
    bindRoute(acknowledgeIncidentRoute, ({ principal, params, body }) =>
      after(incidents.acknowledge(doingOf(principal, params.id, body.text)), principal, params.id),
    ),
    bindRoute(resolveIncidentRoute, ({ principal, params, body }) =>
      after(incidents.resolve(doingOf(principal, params.id, body.text)), principal, params.id),
    ),
    bindRoute(reopenIncidentRoute, ({ principal, params, body }) =>
      after(incidents.reopen(doingOf(principal, params.id, body.text)), principal, params.id),
    ),
    bindRoute(assignIncidentRoute, async ({ principal, params, body: { assignee } }) => {
      const name = assignee === null ? 'nobody' : await nameOfMember(parts, principal.workspaceId, assignee);
      const assigning = incidents.assign({ ...doingOf(principal, params.id, name), assigneeId: assignee });
      return after(assigning, principal, params.id);
    }),
    bindRoute(noteIncidentRoute, ({ principal, params, body }) =>
      after(incidents.note({ ...doingOf(principal, params.id, ''), text: body.text }), principal, params.id),
    ),
    bindRoute(undoActRoute, ({ principal, params }) =>
      after(incidents.undoAct(doingOf(principal, params.id, ''), params.act), principal, params.id),
    ),
  ];
}

async function tellStory({ incidents, namesOf }: IncidentRouteParts, workspaceId: string, id: string): Promise<IncidentStoryAnswer> {
  const { incident, timeline, acts }: IncidentStory = await incidents.story(workspaceId, id);
  const actors = timeline.map(({ actor }) => actor);
  const names = await namesOf(workspaceId, peopleOf([incident], actors));
  return {
    incident: incidentAnswerOf(incident, names),
    timeline: timeline.map(({ atMs, kind, actor, text }) => ({
      at: isoOf(atMs),
      kind,
      actor: { ...actor, name: names.get(actor.id) ?? null },
      text,
    })),
    acts: acts.map(({ doneMs, undoneMs, ...act }) => ({ ...act, doneAt: isoOf(doneMs), undoneAt: maybeIso(undoneMs) })),
  };
}

async function nameOfMember({ namesOf }: IncidentRouteParts, workspaceId: string, personId: string): Promise<string> {
  const name = (await namesOf(workspaceId, [personId])).get(personId);
  if (name === undefined) throw new Problem('REQUEST_INVALID', `"${personId}" is not a member of this workspace.`);
  return name;
}

function doingOf({ kind, id, personId, workspaceId }: Principal, incidentId: string, text: string): Doing {
  return { workspaceId, id: incidentId, by: personId === undefined ? { kind, id } : { kind: 'person', id: personId }, text };
}

function peopleOf(incidents: readonly Incident[], actors: readonly Actor[]): string[] {
  const assignees = incidents.map(({ assigneeId }) => assigneeId).filter((id) => id !== null);
  return [...new Set([...assignees, ...actors.filter(({ kind }) => kind === 'person').map(({ id }) => id)])];
}

function cursorOf(text: string | undefined): { openedMs: number; id: string } | null {
  if (text === undefined) return null;
  const at = text.indexOf('-');
  return { openedMs: Number(text.slice(0, at)), id: text.slice(at + 1) };
}

function incidentAnswerOf(incident: Incident, names: Names): IncidentAnswer {
  const { id, kind, severity, state, title, cause, evidence, subject, symptoms, assigneeId } = incident;
  return {
    id,
    kind,
    severity,
    state,
    title,
    cause,
    evidence,
    subject,
    symptoms,
    assignee: assigneeId === null ? null : { id: assigneeId, name: names.get(assigneeId) ?? null },
    openedAt: isoOf(incident.openedMs),
    lastSeenAt: isoOf(incident.lastSeenMs),
    acknowledgedAt: maybeIso(incident.acknowledgedMs),
    resolvedAt: maybeIso(incident.resolvedMs),
  };
}

function isoOf(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

function maybeIso(epochMs: number | null): string | null {
  return epochMs === null ? null : isoOf(epochMs);
}
