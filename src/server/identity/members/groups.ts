/** Groups of a workspace: people who have further roles together. */
import type { GroupBody } from '../../../shared/contract/groups.ts';
import { Problem } from '../../../shared/model/errors.ts';
import type { CatalogDatabase } from '../../catalog/schema.ts';
import { isUniqueViolation } from '../../catalog/violations.ts';
import type { Principal } from '../principal.ts';
import { makeId } from '../random-text.ts';
import { assertGrantable, changeWorkspace, type Change, type ChangeParts } from './change.ts';
import { byName } from './grants.ts';
import { loadRoles } from './role-store.ts';
import { findRole } from './roles.ts';

const mostGroups = 500;
const rowsPerInsert = 500;

const byManager = { needs: 'people:manage', about: 'everybody' } as const;

/** A group as it is listed. */
export interface Group {
  id: string;
  name: string;
  roles: { id: string; name: string }[];
  members: { id: string; name: string; email: string }[];
}

/** Groups by what can be done with them. */
export interface Groups {
  list(workspaceId: string): Promise<Group[]>;
  /** @throws FORBIDDEN, NOT_FOUND for a role or person of elsewhere, CONFLICT */
  create(principal: Principal, body: GroupBody): Promise<Group>;
  /** @throws NOT_FOUND, FORBIDDEN, CONFLICT */
  change(principal: Principal, groupId: string, body: GroupBody): Promise<Group>;
  /** @throws NOT_FOUND, FORBIDDEN */
  remove(principal: Principal, groupId: string): Promise<void>;
}

/** Groups in the catalog. */
export function createGroups(parts: ChangeParts): Groups {
  const { db, randomBytes } = parts;
  const find = async (workspaceId: string, id: string): Promise<Group> =>
    (await listGroups(db, workspaceId)).find((group) => group.id === id)!;

  return {
    list: (workspaceId) => listGroups(db, workspaceId),
    create: async (principal, body) => {
      const id = makeId('grp', randomBytes);
      await changeWorkspace(parts, principal, byManager, async (change) => {
        const existing = await change.db.selectFrom('groups').select('id').where('workspace_id', '=', change.workspaceId).execute();
        if (existing.length >= mostGroups) throw new Problem('CONFLICT', `A workspace can have ${mostGroups} groups. Delete one.`);
        await assertRoles(change, body.roles, []);
        await change.db
          .insertInto('groups')
          .values({ id, workspace_id: change.workspaceId, ...rowOf(body), created_at: change.nowMs })
          .execute();
        await fillGroup(change, id, body.members);
      }).catch((error: unknown) => throwNameTaken(error, body.name));
      return find(principal.workspaceId, id);
    },
    change: async (principal, groupId, body) => {
      await changeWorkspace(parts, principal, byManager, async (change) => {
        const { roles } = await findGroup(change, groupId);
        await assertRoles(change, body.roles, roles);
        await change.db
          .updateTable('groups')
          .set(rowOf(body))
          .where('workspace_id', '=', change.workspaceId)
          .where('id', '=', groupId)
          .execute();
        await change.db.deleteFrom('group_members').where('group_id', '=', groupId).execute();
        await fillGroup(change, groupId, body.members);
      }).catch((error: unknown) => throwNameTaken(error, body.name));
      return find(principal.workspaceId, groupId);
    },
    remove: (principal, groupId) =>
      changeWorkspace(parts, principal, byManager, async (change) => {
        await findGroup(change, groupId);
        await change.db.deleteFrom('groups').where('workspace_id', '=', change.workspaceId).where('id', '=', groupId).execute();
      }),
  };
}

/** Puts a member into exactly those groups. @throws NOT_FOUND */
export async function setGroupsOf({ db, workspaceId }: Change, personId: string, groupIds: readonly string[]): Promise<void> {
  await assertGroups(db, workspaceId, groupIds);
  await db.deleteFrom('group_members').where('workspace_id', '=', workspaceId).where('person_id', '=', personId).execute();
  const rows = [...new Set(groupIds)].map((id) => ({ group_id: id, workspace_id: workspaceId, person_id: personId }));
  if (rows.length > 0) await db.insertInto('group_members').values(rows).execute();
}

/** The groups of those ids, with the ids of their roles. @throws NOT_FOUND when the workspace has not all of them */
export async function assertGroups(
  db: CatalogDatabase,
  workspaceId: string,
  ids: readonly string[],
): Promise<{ id: string; name: string; roles: string[] }[]> {
  if (ids.length === 0) return [];
  const rows = await db
    .selectFrom('groups')
    .select(['id', 'name', 'roles'])
    .where('workspace_id', '=', workspaceId)
    .where('id', 'in', ids)
    .execute();
  const missing = ids.find((id) => !rows.some((row) => row.id === id));
  if (missing !== undefined) throw new Problem('NOT_FOUND', `There is no group "${missing}" in this workspace.`);
  return rows.map(({ id, name, roles }) => ({ id, name, roles: JSON.parse(roles) as string[] }));
}

async function findGroup({ db, workspaceId }: Change, id: string): Promise<{ roles: string[] }> {
  return (await assertGroups(db, workspaceId, [id]))[0]!;
}

/** A role that is new to a group must be one that whoever adds it could give to a person. */
async function assertRoles({ db, workspaceId, authority }: Change, roleIds: readonly string[], had: readonly string[]): Promise<void> {
  for (const id of new Set(roleIds)) {
    if (id === 'owner') throw new Problem('REQUEST_INVALID', 'The role "owner" is given to people, not to groups.');
    const role = await findRole(db, workspaceId, id);
    if (!had.includes(id)) assertGrantable(role.permissions, authority);
  }
}

async function fillGroup({ db, workspaceId, before }: Change, groupId: string, personIds: readonly string[]): Promise<void> {
  const unknown = personIds.find((id) => !before.has(id));
  if (unknown !== undefined) throw new Problem('NOT_FOUND', `There is no member "${unknown}" in this workspace.`);
  const rows = [...new Set(personIds)].map((id) => ({ group_id: groupId, workspace_id: workspaceId, person_id: id }));
  for (let from = 0; from < rows.length; from += rowsPerInsert)
    await db
      .insertInto('group_members')
      .values(rows.slice(from, from + rowsPerInsert))
      .execute();
}

function rowOf({ name, roles }: GroupBody) {
  return { name, name_key: name.toLowerCase(), roles: JSON.stringify([...new Set(roles)]) };
}

function throwNameTaken(error: unknown, name: string): never {
  if (isUniqueViolation(error)) throw new Problem('CONFLICT', `There is a group "${name}" already. Choose another name.`);
  throw error;
}

async function listGroups(db: CatalogDatabase, workspaceId: string): Promise<Group[]> {
  const groups = await db
    .selectFrom('groups')
    .select(['id', 'name', 'roles'])
    .where('workspace_id', '=', workspaceId)
    .orderBy('name_key')
    .execute();
  const members = await db
    .selectFrom('group_members as gm')
    .innerJoin('auth_users as u', 'u.id', 'gm.person_id')
    .select(['gm.group_id', 'u.id', 'u.name', 'u.email'])
    .where('gm.workspace_id', '=', workspaceId)
    .execute();
  const membersByGroup = Map.groupBy(members, (row) => row.group_id);
  const roleIdsOf = (text: string): string[] => JSON.parse(text) as string[];
  const roleOf = await loadRoles(
    db,
    groups.flatMap(({ roles }) => roleIdsOf(roles)),
  );
  return groups.map(({ id, name, roles }) => ({
    id,
    name,
    roles: roleIdsOf(roles).map((roleId) => ({ id: roleId, name: roleOf(workspaceId, roleId).name })),
    members: (membersByGroup.get(id) ?? []).map((row) => ({ id: row.id, name: row.name, email: row.email })).toSorted(byName),
  }));
}
