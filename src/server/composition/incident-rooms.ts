/** Joins incidents and notifications with those who belong to a workspace, and tells people of incidents. */
import { accessOf } from '../identity/members/access.ts';
import { readMembers } from '../identity/members/grants.ts';
import { systemActor, type IncidentChange, type Json } from '../incident/incident.ts';
import { createIncidents, type Incidents } from '../incident/incidents.ts';
import type { Notice } from '../notification/notification.ts';
import { createNotifications, type NotificationParts, type Notifications } from '../notification/notifications.ts';
import type { Act } from '../watch/responses.ts';
import type { Watch, WatchParts } from '../watch/watch.ts';

/** What the rooms are joined from. */
export type IncidentRoomParts = Omit<NotificationParts, 'peopleWith' | 'emailOf'>;

/** The joined rooms. */
export interface IncidentRooms {
  incidents: Incidents;
  notifications: Notifications;
  /** the names of those of `personIds` who belong to the workspace */
  namesOf(workspaceId: string, personIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

/** Both rooms; `notifications.start()` is left to whoever starts the server. */
export function joinIncidentRooms(parts: IncidentRoomParts): IncidentRooms {
  const { db } = parts.catalog;
  const incidents = createIncidents(parts);
  const notifications = createNotifications({
    ...parts,
    peopleWith: async (workspaceId, permission) => {
      const members = await readMembers(db, { workspaceId });
      return members.filter((member) => accessOf(member).permissions.has(permission)).map(({ person }) => person.id);
    },
    emailOf: async (workspaceId, personId) => (await readMembers(db, { workspaceId, personId }))[0]?.person.email ?? null,
  });
  incidents.onChange(async (change) => {
    const notice = maybeNotice(change);
    if (notice !== null) await notifications.notify(notice);
  });
  return {
    incidents,
    notifications,
    namesOf: async (workspaceId, personIds) => {
      if (personIds.length === 0) return new Map();
      const members = await readMembers(db, { workspaceId });
      return new Map(members.filter(({ person }) => personIds.includes(person.id)).map(({ person, name }) => [person.id, name]));
    },
  };
}

/** Where the web app shows an incident. */
export function incidentPath(id: string): string {
  return `/settings/security?incident=${id}`;
}

/** What people are told of a change: those who manage incidents that there is one or that it got worse, its assignee that it is theirs. */
function maybeNotice({ what, incident }: IncidentChange): Notice | null {
  const { id, workspaceId, severity, title, cause, assigneeId } = incident;
  const about = { workspaceId, link: incidentPath(id), about: `incident:${id}`, body: cause };
  const managers = { permission: 'incidents:manage' } as const;
  switch (what) {
    case 'opened':
      return { ...about, severity, title, to: managers, dedupKey: `incident ${id} opened` };
    case 'escalated':
      return { ...about, severity, title: `It got worse: ${title}`, to: managers };
    case 'reopened':
      return { ...about, severity, title: `It is back: ${title}`, to: managers };
    case 'resolved':
      return { ...about, severity: 'low', title: `It is over: ${title}`, to: managers };
    case 'assigned':
      if (assigneeId === null) return null;
      return { ...about, severity: 'low', title: `For you to look after: ${title}`, to: { people: [assigneeId] }, isInAppOnly: true };
    default:
      return null;
  }
}

const watchActor = systemActor('watch');
const watchAct = 'watch-response';

/** The incidents of the watch: one for each cause, with what the watch did about it. */
export function incidentsOfWatch(incidents: Incidents): Pick<WatchParts, 'openIncident' | 'noteAct'> {
  return {
    openIncident: async (found) => {
      const { incident, outcome } = await incidents.open({ ...found, cause: found.title, by: watchActor });
      return { id: incident.id, isNew: outcome !== 'repeated' };
    },
    noteAct: async (workspaceId, id, { response, subject, said, canUndo }) => {
      const undo: Json = canUndo ? { response, subject: { ...subject } } : null;
      await incidents.addAct({ workspaceId, id, by: watchActor }, { kind: watchAct, title: said, undo });
    },
  };
}

/** Lets people take back, from the incident, what the watch did. */
export function undoByWatch(incidents: Incidents, watch: Pick<Watch, 'undo'>): void {
  incidents.registerUndo(watchAct, (undo, { workspaceId }) =>
    watch.undo(workspaceId, undo as unknown as Pick<Act, 'response' | 'subject'>),
  );
}
