/** What members were given, read from the catalog: of one person everywhere, or of everybody in a workspace. */
import type { Attributes } from '../../../shared/contract/members.ts';
import type { DatasetRules } from '../../../shared/model/policy.ts';
import type { CatalogDatabase } from '../../catalog/schema.ts';
import type { Grants } from './access.ts';
import { loadRoles } from './role-store.ts';

/** A group of a member. */
export interface GroupReference {
  id: string;
  name: string;
}

/** A member with everything that they were given. Instants in epoch ms. */
export interface Member extends Grants {
  workspaceName: string;
  name: string;
  groups: GroupReference[];
  joinedMs: number;
  lastSeenMs: number | null;
}

const names = new Intl.Collator('en', { numeric: true });

/** Orders people by name, the same on every database; who has the same name by id. */
export function byName(a: { name: string; id: string }, b: { name: string; id: string }): number {
  return names.compare(a.name, b.name) || (a.id < b.id ? -1 : 1);
}

/** Whose memberships are read. */
export type Whose =
  | { workspaceId: string; personId?: string }
  | { personId: string; workspaceId?: string }
  | { workspaceId: string; personIds: readonly string[] };

/** The member of a workspace that a person is, or null. */
export async function maybeReadMember(db: CatalogDatabase, workspaceId: string, personId: string): Promise<Member | null> {
  return (await readMembers(db, { workspaceId, personId }))[0] ?? null;
}

/** Memberships, oldest workspace first. */
export async function readMembers(db: CatalogDatabase, whose: Whose): Promise<Member[]> {
  const { workspaceId } = whose;
  const personIds = 'personIds' in whose ? whose.personIds : whose.personId === undefined ? null : [whose.personId];
  if (personIds?.length === 0) return [];
  let memberships = db
    .selectFrom('memberships as m')
    .innerJoin('workspaces as w', 'w.id', 'm.workspace_id')
    .innerJoin('auth_users as u', 'u.id', 'm.person_id')
    .select(['m.workspace_id', 'm.person_id', 'm.role', 'm.attributes', 'm.limits', 'm.created_at', 'm.last_seen_at'])
    .select(['w.name as workspace', 'u.name', 'u.email'])
    .orderBy('w.created_at')
    .orderBy('w.id')
    .orderBy('u.id');
  let groups = db
    .selectFrom('group_members as gm')
    .innerJoin('groups as g', 'g.id', 'gm.group_id')
    .select(['gm.workspace_id', 'gm.person_id', 'g.id', 'g.name', 'g.roles'])
    .whereRef('g.workspace_id', '=', 'gm.workspace_id')
    .orderBy('g.name_key');
  if (workspaceId !== undefined) {
    memberships = memberships.where('m.workspace_id', '=', workspaceId);
    groups = groups.where('gm.workspace_id', '=', workspaceId);
  }
  if (personIds !== null) {
    memberships = memberships.where('m.person_id', 'in', personIds);
    groups = groups.where('gm.person_id', 'in', personIds);
  }
  const [memberRows, groupRows] = [await memberships.execute(), await groups.execute()];
  const groupsByMember = Map.groupBy(groupRows, (row) => `${row.workspace_id} ${row.person_id}`);
  const rolesOf = new Map(groupRows.map((row) => [row.id, JSON.parse(row.roles) as string[]]));
  const roleOf = await loadRoles(db, [...memberRows.map((row) => row.role), ...[...rolesOf.values()].flat()]);
  return memberRows.map((row) => {
    const own = groupsByMember.get(`${row.workspace_id} ${row.person_id}`) ?? [];
    const further = new Set(own.flatMap((group) => rolesOf.get(group.id) ?? []));
    return {
      workspaceId: row.workspace_id,
      workspaceName: row.workspace,
      person: { id: row.person_id, email: row.email },
      name: row.name,
      role: roleOf(row.workspace_id, row.role),
      further: [...further].toSorted().map((id) => roleOf(row.workspace_id, id)),
      groups: own.map(({ id, name }) => ({ id, name })),
      attributes: JSON.parse(row.attributes) as Attributes,
      limits: JSON.parse(row.limits) as DatasetRules,
      joinedMs: row.created_at,
      lastSeenMs: row.last_seen_at,
    };
  });
}

/** Whether that person runs the installation. */
export async function isOperator(db: CatalogDatabase, personId: string): Promise<boolean> {
  return (await db.selectFrom('operators').select('person_id').where('person_id', '=', personId).executeTakeFirst()) !== undefined;
}

/** Makes a person one of those who run the installation. */
export async function insertOperator(db: CatalogDatabase, personId: string, nowMs: number): Promise<void> {
  await db
    .insertInto('operators')
    .values({ person_id: personId, created_at: nowMs })
    .onConflict((conflict) => conflict.column('person_id').doNothing())
    .execute();
}

/** Makes a person the one who runs the installation, if nobody does yet. */
export async function makeFirstOperator(db: CatalogDatabase, personId: string, nowMs: number): Promise<void> {
  const known = await db.selectFrom('operators').select('person_id').limit(1).executeTakeFirst();
  if (known === undefined) await insertOperator(db, personId, nowMs);
}

/** Notes that a member was here; the version does not rise for that. */
export async function touchMember(db: CatalogDatabase, workspaceId: string, personId: string, nowMs: number): Promise<void> {
  await db
    .updateTable('memberships')
    .set({ last_seen_at: nowMs })
    .where('workspace_id', '=', workspaceId)
    .where('person_id', '=', personId)
    .execute();
}
