/** Joins the audit log, incidents, notifications and the watch with people and keys. */
import { Problem } from '../../shared/model/errors.ts';
import type { AuditLog } from '../audit/audit.ts';
import type { Catalog } from '../catalog/schema.ts';
import type { Identity } from '../identity/identity.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { openWatch, type Watch, type WatchParts } from '../watch/watch.ts';
import { createAccountability, type Accountability, type AccountabilityParts } from './accountability.ts';
import { incidentsOfWatch, joinIncidentRooms, undoByWatch, type IncidentRoomParts, type IncidentRooms } from './incident-rooms.ts';

/** What the rooms are joined from. */
export interface SecurityRoomParts extends IncidentRoomParts {
  audit: AuditLog;
  identity: Identity;
  /** the oldest: hears of what concerns none */
  homeWorkspaceId: string;
}

/** The joined rooms. */
export interface SecurityRooms extends IncidentRooms {
  audit: AuditLog;
  watch: Watch;
  accountability: Accountability;
  /** Ends what runs in them; before the catalog is closed. */
  close(): Promise<void>;
}

/** How often the watch writes down what it learned, and hears whom other nodes slowed down, ms. */
const tidyMs = 5_000;
/** How long a person's name is taken as it was, and of how many. */
const describedMs = 60_000;
const mostDescribed = 1_000;

/** Joins the rooms; `notifications.start()` is left to whoever starts the server. */
export async function openSecurityRooms(parts: SecurityRoomParts): Promise<SecurityRooms> {
  const { audit, identity, catalog, clock, log } = parts;
  const rooms = joinIncidentRooms(parts);
  const watch = await openWatch({
    db: catalog.db,
    clock,
    log,
    homeWorkspaceId: () => parts.homeWorkspaceId,
    acts: actsOf(catalog, identity),
    ...recordingActs(incidentsOfWatch(rooms.incidents), audit),
  });
  undoByWatch(rooms.incidents, watch);
  const accountability = createAccountability({ audit, watch, clock, log, ...peopleOf(catalog, clock) });
  identity.signIn.listen(accountability.onSignIn);
  const tidying = keepTidy(watch, log);
  return {
    ...rooms,
    audit,
    watch,
    accountability,
    close: async () => {
      clearInterval(tidying);
      await rooms.notifications.stop();
      await accountability.settle().catch((error: unknown) => log.warn({ err: error }, 'what was asked last could not be recorded'));
      await watch.settle();
      await watch.tidy().catch((error: unknown) => log.warn({ err: error }, 'the watch forgets what it learned last'));
    },
  };
}

type IncidentsOfWatch = Pick<WatchParts, 'openIncident' | 'noteAct'>;

/** `incidents`, with what the watch did to somebody on the audit log as well: nobody's call did it. */
function recordingActs({ openIncident, noteAct }: IncidentsOfWatch, audit: Pick<AuditLog, 'record' | 'strangerId'>): IncidentsOfWatch {
  return {
    openIncident,
    noteAct: async (workspaceId, incidentId, act) => {
      await noteAct(workspaceId, incidentId, act);
      const { response, subject } = act;
      if (response === 'note') return;
      const isAddress = subject.kind === 'address';
      await audit.record({
        workspaceId,
        action: 'watchActed',
        outcome: 'done',
        actor: { kind: 'system', id: 'watch' },
        target: isAddress ? { kind: 'address', id: audit.strangerId(subject.id) } : subject,
        detail: { response, incident: incidentId },
        personal: isAddress ? [{ personId: audit.strangerId(subject.id), fields: { address: subject.id } }] : [],
      });
    },
  };
}

function keepTidy(watch: Watch, log: Log): NodeJS.Timeout {
  const tidying = setInterval(() => {
    watch.tidy().catch((error: unknown) => log.warn({ err: error }, 'the watch could not write down what it learned'));
  }, tidyMs);
  return tidying.unref();
}

/** What the watch may do to people and keys. */
function actsOf({ db }: Catalog, { keys, signIn, tokens }: Identity): WatchParts['acts'] {
  return {
    endSessions: async (personId) => void (await signIn.sessions.end(personId, {})),
    endTokens: async (personId) => void (await tokens.revokeAll(personId)),
    revokeKey: (workspaceId, keyId) =>
      keys.revoke(workspaceId, keyId).then(
        () => true,
        (error: unknown) => {
          if (error instanceof Problem && error.code === 'NOT_FOUND') return false;
          throw error;
        },
      ),
    restoreKey: (workspaceId, keyId) => keys.restore(workspaceId, keyId),
    setLocked: (personId, isLocked) => signIn.setLocked(personId, isLocked),
    isLastOwner: async (workspaceId, personId) => {
      const owners = await db
        .selectFrom('memberships')
        .select('person_id')
        .where('workspace_id', '=', workspaceId)
        .where('role', '=', 'owner')
        .execute();
      return owners.length === 1 && owners[0]?.person_id === personId;
    },
  };
}

/** What the audit log keeps of a person besides the id, and where they belong; both are asked with every sign-in and change. */
function peopleOf({ db }: Catalog, clock: Clock): Pick<AccountabilityParts, 'describePerson' | 'workspacesOf'> {
  const described = new Map<string, { fields: Record<string, string>; atMs: number }>();
  return {
    describePerson: async (personId) => {
      const nowMs = clock.now();
      const known = described.get(personId);
      if (known !== undefined && nowMs - known.atMs < describedMs) return known.fields;
      const row = await db.selectFrom('auth_users').select(['name', 'email']).where('id', '=', personId).executeTakeFirst();
      const fields: Record<string, string> = row === undefined ? {} : { ...row };
      if (described.size >= mostDescribed) described.clear();
      described.set(personId, { fields, atMs: nowMs });
      return fields;
    },
    workspacesOf: async (personId) => {
      const rows = await db.selectFrom('memberships').select('workspace_id').where('person_id', '=', personId).execute();
      return rows.map((row) => row.workspace_id);
    },
  };
}
