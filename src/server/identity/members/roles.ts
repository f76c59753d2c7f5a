/** The roles of a workspace: listed, made, changed, deleted. */
import type { RoleBody } from '../../../shared/contract/roles.ts';
import { Problem } from '../../../shared/model/errors.ts';
import { builtInRoles, permissions, type Permission } from '../../../shared/model/permission.ts';
import type { DatasetRules } from '../../../shared/model/policy.ts';
import type { CatalogDatabase } from '../../catalog/schema.ts';
import { isUniqueViolation } from '../../catalog/violations.ts';
import type { Principal } from '../principal.ts';
import { makeId } from '../random-text.ts';
import type { Role } from './access.ts';
import { maybeMisplaced } from './bind.ts';
import { assertGrantable, changeWorkspace, type Authority, type ChangeParts } from './change.ts';
import { readMembers } from './grants.ts';
import { builtInRole, isBuiltInRole, listCustomRoles, maybeFindRole } from './role-store.ts';
import { joinRules, seesNoMore } from './rules.ts';

const mostRoles = 200;
const mostRuleBytes = 64 * 1024;

/** A role with who uses it. */
export interface ListedRole extends Role {
  description: string;
  isBuiltIn: boolean;
  memberCount: number;
  groupCount: number;
  invitationCount: number;
}

/** Roles by what can be done with them. */
export interface Roles {
  list(workspaceId: string): Promise<ListedRole[]>;
  /** @throws FORBIDDEN, CONFLICT, REQUEST_INVALID */
  create(principal: Principal, body: RoleBody): Promise<ListedRole>;
  /** @throws NOT_FOUND, FORBIDDEN, CONFLICT, REQUEST_INVALID */
  change(principal: Principal, roleId: string, body: RoleBody): Promise<ListedRole>;
  /** @throws NOT_FOUND, CONFLICT when it is in use, FORBIDDEN for a built-in role */
  remove(principal: Principal, roleId: string): Promise<void>;
}

/** What roles are kept with. */
export interface RoleParts extends ChangeParts {
  /** Makes sure that rules can be applied to questions. @throws QUERY_INVALID, FIELD_UNKNOWN, DATASET_UNKNOWN */
  assertRules: (rules: DatasetRules) => void;
}

/** Roles in the catalog. */
export function createRoles(parts: RoleParts): Roles {
  const { db, randomBytes } = parts;
  const findListed = async (workspaceId: string, id: string): Promise<ListedRole> =>
    (await listRoles(db, workspaceId)).find((role) => role.id === id)!;

  return {
    list: (workspaceId) => listRoles(db, workspaceId),
    create: async (principal, body) => {
      assertBody(parts, body);
      const id = makeId('role', randomBytes);
      await changeWorkspace(parts, principal, { needs: 'roles:manage', about: [] }, async ({ db: open, workspaceId, authority, nowMs }) => {
        assertGrantable(body.permissions, authority);
        if ((await listCustomRoles(open, workspaceId)).length >= mostRoles)
          throw new Problem('CONFLICT', `A workspace can have ${mostRoles} roles of its own. Delete one that nobody has.`);
        const row = rowOf(body, joinRules(body.rules, authority.rules));
        await open
          .insertInto('roles')
          .values({ id, workspace_id: workspaceId, ...row, created_at: nowMs, updated_at: nowMs })
          .execute();
      }).catch((error: unknown) => throwNameTaken(error, body.name));
      return findListed(principal.workspaceId, id);
    },
    change: async (principal, roleId, body) => {
      assertBody(parts, body);
      await changeWorkspace(
        parts,
        principal,
        { needs: 'roles:manage', about: 'everybody' },
        async ({ db: open, workspaceId, authority, nowMs }) => {
          const role = await findCustom(open, workspaceId, roleId);
          assertGrantable(body.permissions, authority, role.permissions);
          const row = rowOf(body, rulesWithin(body.rules, role, authority));
          await open
            .updateTable('roles')
            .set({ ...row, updated_at: nowMs })
            .where('workspace_id', '=', workspaceId)
            .where('id', '=', roleId)
            .execute();
        },
      ).catch((error: unknown) => throwNameTaken(error, body.name));
      return findListed(principal.workspaceId, roleId);
    },
    remove: (principal, roleId) =>
      changeWorkspace(parts, principal, { needs: 'roles:manage', about: [] }, async ({ db: open, workspaceId, authority }) => {
        const role = await findCustom(open, workspaceId, roleId);
        assertGrantable(role.permissions, authority);
        const uses = await listUses(open, workspaceId, roleId);
        if (uses.length > 0) {
          const named = uses.slice(0, 5).join(', ') + (uses.length > 5 ? ` and ${uses.length - 5} more` : '');
          throw new Problem('CONFLICT', `The role "${role.name}" is in use by ${named}. Give them another role first.`);
        }
        await open.deleteFrom('roles').where('workspace_id', '=', workspaceId).where('id', '=', roleId).execute();
      }),
  };
}

/** @throws NOT_FOUND when the workspace has no such role */
export async function findRole(db: CatalogDatabase, workspaceId: string, id: string): Promise<Role> {
  const role = await maybeFindRole(db, workspaceId, id);
  if (role === null) throw new Problem('NOT_FOUND', `There is no role "${id}" in this workspace.`);
  return role;
}

async function findCustom(db: CatalogDatabase, workspaceId: string, id: string): Promise<Role> {
  if (isBuiltInRole(id))
    throw new Problem('FORBIDDEN', `The role "${id}" is the same in every workspace and cannot be changed. Make one of your own.`);
  return findRole(db, workspaceId, id);
}

/** Rules that are no wider than before are kept as they are given; others carry the limits of whoever sets them. */
function rulesWithin(rules: DatasetRules, before: Role, authority: Authority): DatasetRules {
  return seesNoMore(rules, before.rules) ? joinRules(rules) : joinRules(rules, authority.rules);
}

function rowOf({ name, description, permissions: granted }: RoleBody, rules: DatasetRules) {
  return { name, name_key: name.toLowerCase(), description, permissions: JSON.stringify(inOrder(granted)), rules: JSON.stringify(rules) };
}

function inOrder(granted: readonly Permission[]): Permission[] {
  return permissions.filter((permission) => granted.includes(permission));
}

function assertBody(parts: RoleParts, { name, rules }: RoleBody): void {
  if (isBuiltInRole(name.toLowerCase())) throw new Problem('CONFLICT', `"${name}" is a built-in role. Choose another name.`);
  assertKeepable(parts, rules);
}

/** Makes sure that rules can be kept: their placeholders can be bound, questions can be asked under them, and they are not huge. */
export function assertKeepable({ assertRules }: Pick<RoleParts, 'assertRules'>, rules: DatasetRules): void {
  const misplaced = maybeMisplaced(rules);
  if (misplaced !== null)
    throw new Problem('REQUEST_INVALID', `${misplaced}: "{person.NAME}" can only stand as a whole value of is, isNot, gt, gte, lt or lte.`);
  if (Buffer.byteLength(JSON.stringify(rules)) > mostRuleBytes)
    throw new Problem('REQUEST_INVALID', `The rules can have ${mostRuleBytes / 1024} kB at most.`);
  assertRules(rules);
}

function throwNameTaken(error: unknown, name: string): never {
  if (isUniqueViolation(error)) throw new Problem('CONFLICT', `There is a role "${name}" already. Choose another name.`);
  throw error;
}

async function listRoles(db: CatalogDatabase, workspaceId: string): Promise<ListedRole[]> {
  const custom = await listCustomRoles(db, workspaceId);
  const members = await readMembers(db, { workspaceId });
  const groups = await db.selectFrom('groups').select('roles').where('workspace_id', '=', workspaceId).execute();
  const invitations = await db.selectFrom('invitations').select('role').where('workspace_id', '=', workspaceId).execute();
  const memberCounts = countBy(members.flatMap(({ role, further }) => [...new Set([role.id, ...further.map(({ id }) => id)])]));
  const groupCounts = countBy(groups.flatMap(({ roles }) => JSON.parse(roles) as string[]));
  const invitationCounts = countBy(invitations.map(({ role }) => role));
  const listed = (role: Role, description: string, isBuiltIn: boolean): ListedRole => ({
    ...role,
    description,
    isBuiltIn,
    memberCount: memberCounts.get(role.id) ?? 0,
    groupCount: groupCounts.get(role.id) ?? 0,
    invitationCount: invitationCounts.get(role.id) ?? 0,
  });
  return [
    ...builtInRoles.map((name) => listed(builtInRole(name), descriptions[name], true)),
    ...custom.map((role) => listed(role, role.description, false)),
  ];
}

const descriptions = {
  owner: 'May do everything, and alone decides who else owns the workspace.',
  admin: 'May do everything but make and unmake owners.',
  analyst: 'Asks anything, SQL too; exports; defines datasets, metrics and models; makes dashboards.',
  editor: 'Makes and shares dashboards, alerts and reports.',
  viewer: 'Looks at dashboards, and asks.',
  auditor: 'Reads the audit log, and who may do what; sees no events.',
} as const satisfies Record<(typeof builtInRoles)[number], string>;

function countBy(ids: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
}

/** Who uses a role, in words. */
async function listUses(db: CatalogDatabase, workspaceId: string, roleId: string): Promise<string[]> {
  const people = await db
    .selectFrom('memberships')
    .innerJoin('auth_users', 'auth_users.id', 'memberships.person_id')
    .select('auth_users.name')
    .where('workspace_id', '=', workspaceId)
    .where('role', '=', roleId)
    .orderBy('auth_users.name')
    .execute();
  const groups = await db
    .selectFrom('groups')
    .select(['name', 'roles'])
    .where('workspace_id', '=', workspaceId)
    .orderBy('name_key')
    .execute();
  const invitations = await db
    .selectFrom('invitations')
    .select('email')
    .where('workspace_id', '=', workspaceId)
    .where('role', '=', roleId)
    .execute();
  const keys = await db
    .selectFrom('keys')
    .select('name')
    .where('workspace_id', '=', workspaceId)
    .where('role', '=', roleId)
    .where('revoked_at', 'is', null)
    .orderBy('created_at')
    .execute();
  const providers = await db.selectFrom('sign_in_providers').select(['name', 'settings']).execute();
  return [
    ...people.map(({ name }) => name),
    ...groups.filter(({ roles }) => (JSON.parse(roles) as string[]).includes(roleId)).map(({ name }) => `the group "${name}"`),
    ...invitations.map(({ email }) => (email === null ? 'an open invitation' : `the invitation of ${email}`)),
    ...keys.map(({ name }) => `the key "${name}"`),
    ...providers
      .filter(({ settings }) => (JSON.parse(settings) as { autoJoin?: { role: string } | null }).autoJoin?.role === roleId)
      .map(({ name }) => `newcomers by "${name}"`),
  ];
}
