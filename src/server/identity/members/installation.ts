/** What spans workspaces: the workspaces themselves, and who runs the installation. */
import { permissions } from '../../../shared/model/permission.ts';
import { Problem } from '../../../shared/model/errors.ts';
import type { CatalogDatabase } from '../../catalog/schema.ts';
import type { Principal } from '../principal.ts';
import { makeId } from '../random-text.ts';
import { raiseIdentityVersion } from '../version.ts';
import type { ChangeParts } from './change.ts';
import { insertOperator } from './grants.ts';
import { insertInvitation, invitationLink } from './invitations.ts';

const ownerLinkDays = 7;

/** A workspace as it is listed. Instants in epoch ms. */
export interface ListedWorkspace {
  id: string;
  name: string;
  createdMs: number;
  memberCount: number;
  keyCount: number;
}

/** What workspaces are made with. */
export interface WorkspaceParts extends ChangeParts {
  /** where browsers find the app */
  appUrl: () => string;
  /** Makes the first write key of a workspace, in the open transaction; the key itself. */
  insertWriteKey: (db: CatalogDatabase, workspaceId: string) => Promise<string>;
}

/** Workspaces by what can be done with them. */
export interface Workspaces {
  list(): Promise<ListedWorkspace[]>;
  /** A person who makes one owns it; else the link is for its owner. */
  create(principal: Principal, name: string): Promise<{ workspace: ListedWorkspace; writeKey: string; ownerLink: string | null }>;
  /** @throws NOT_FOUND */
  rename(workspaceId: string, name: string): Promise<void>;
}

/** Workspaces in the catalog. */
export function createWorkspaces(parts: WorkspaceParts): Workspaces {
  const { db, clock, randomBytes, version, announce, appUrl, insertWriteKey } = parts;
  return {
    list: () => listWorkspaces(db),
    create: async (principal, name) => {
      const id = makeId('ws', randomBytes);
      const nowMs = clock.now();
      const { writeKey, token } = await db.transaction().execute(async (open) => {
        await raiseIdentityVersion(open);
        await open.insertInto('workspaces').values({ id, name, created_at: nowMs, settings: '{}' }).execute();
        const secret = await insertWriteKey(open, id);
        if (principal.personId !== undefined) {
          const membership = { workspace_id: id, person_id: principal.personId, role: 'owner', created_at: nowMs, last_seen_at: null };
          await open.insertInto('memberships').values(membership).execute();
          return { writeKey: secret, token: null };
        }
        const authority = { permissions: new Set(permissions), rules: {}, isOwner: true, personId: null };
        const change = { db: open, workspaceId: id, authority, before: new Map(), nowMs };
        const owner = { email: null, role: 'owner', groups: [], attributes: {}, expiresInDays: ownerLinkDays };
        return { writeKey: secret, token: (await insertInvitation(parts, change, principal, owner)).token };
      });
      version.forget();
      if (principal.personId !== undefined) announce([principal.personId]);
      const workspace = (await listWorkspaces(db)).find((each) => each.id === id)!;
      return { workspace, writeKey, ownerLink: token === null ? null : invitationLink(appUrl(), token) };
    },
    rename: async (workspaceId, name) => {
      const renamed = await db.transaction().execute(async (open) => {
        await raiseIdentityVersion(open);
        return open.updateTable('workspaces').set({ name }).where('id', '=', workspaceId).returning('id').execute();
      });
      if (renamed.length === 0) throw new Problem('NOT_FOUND', `There is no workspace "${workspaceId}".`);
      version.forget();
    },
  };
}

async function listWorkspaces(db: CatalogDatabase): Promise<ListedWorkspace[]> {
  const rows = await db
    .selectFrom('workspaces as w')
    .select((from) => [
      'w.id',
      'w.name',
      'w.created_at',
      from
        .selectFrom('memberships as m')
        .whereRef('m.workspace_id', '=', 'w.id')
        .select((count) => count.fn.countAll<number>().as('n'))
        .as('members'),
      from
        .selectFrom('keys as k')
        .whereRef('k.workspace_id', '=', 'w.id')
        .where('k.revoked_at', 'is', null)
        .select((count) => count.fn.countAll<number>().as('n'))
        .as('keys'),
    ])
    .orderBy('w.created_at')
    .orderBy('w.id')
    .execute();
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    createdMs: row.created_at,
    memberCount: Number(row.members ?? 0),
    keyCount: Number(row.keys ?? 0),
  }));
}

/** Operators by what can be done with them. */
export interface Operators {
  /** Makes a person one of those who run the installation, or takes that back. @throws NOT_FOUND, CONFLICT for the last one */
  set(personId: string, isOperator: boolean): Promise<void>;
}

/** Operators in the catalog. */
export function createOperators({ db, clock, version, announce }: ChangeParts): Operators {
  return {
    set: async (personId, isOperator) => {
      await db.transaction().execute(async (open) => {
        await raiseIdentityVersion(open);
        const person = await open.selectFrom('auth_users').select('id').where('id', '=', personId).executeTakeFirst();
        if (person === undefined) throw new Problem('NOT_FOUND', `There is no person "${personId}".`);
        if (isOperator) return insertOperator(open, personId, clock.now());
        await open.deleteFrom('operators').where('person_id', '=', personId).execute();
        const left = await open.selectFrom('operators').select('person_id').limit(1).execute();
        if (left.length === 0) throw new Problem('CONFLICT', 'Nobody else runs the installation. Make somebody else an operator first.');
      });
      version.forget();
      announce([personId]);
    },
  };
}
