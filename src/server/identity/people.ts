/** People and the workspaces that they are members of. */
import { permissionsByRole, type BuiltInRole, type Permission } from '../../shared/model/permission.ts';
import type { CatalogDatabase } from '../catalog/schema.ts';

/** A person's place in a workspace. */
export interface Membership {
  workspaceId: string;
  workspaceName: string;
  role: string;
}

/** What a member of that role may do. */
export function permissionsOf(role: string): ReadonlySet<Permission> {
  return new Set(role in permissionsByRole ? permissionsByRole[role as BuiltInRole] : permissionsByRole.viewer);
}

/** The memberships of a person, oldest workspace first. */
export async function listMemberships(db: CatalogDatabase, personId: string): Promise<Membership[]> {
  const rows = await db
    .selectFrom('memberships')
    .innerJoin('workspaces', 'workspaces.id', 'memberships.workspace_id')
    .select(['workspaces.id', 'workspaces.name', 'memberships.role'])
    .where('memberships.person_id', '=', personId)
    .orderBy('workspaces.created_at')
    .orderBy('workspaces.id')
    .execute();
  return rows.map((row) => ({ workspaceId: row.id, workspaceName: row.name, role: row.role }));
}

/** The ids of all workspaces, oldest first. */
export async function listWorkspaceIds(db: CatalogDatabase): Promise<string[]> {
  const rows = await db.selectFrom('workspaces').select('id').orderBy('created_at').orderBy('id').execute();
  return rows.map((row) => row.id);
}

/** Whether anybody owns a workspace yet. */
export async function hasOwner(db: CatalogDatabase): Promise<boolean> {
  return (await db.selectFrom('memberships').select('person_id').where('role', '=', 'owner').limit(1).executeTakeFirst()) !== undefined;
}

/** A person to be added, with the hash of their password. */
export interface NewPerson {
  id: string;
  name: string;
  email: string;
  passwordHash: string;
  createdMs: number;
}

/** Adds somebody who can sign in; run it in a transaction. Fails with a unique violation when the address is taken. */
export async function insertAccount(db: CatalogDatabase, person: NewPerson): Promise<void> {
  const at = new Date(person.createdMs).toISOString();
  const dates = { created_at: at, updated_at: at };
  await db
    .insertInto('auth_users')
    .values({ id: person.id, name: person.name, email: person.email.toLowerCase(), email_verified: 0, ...dates })
    .execute();
  await db
    .insertInto('auth_accounts')
    .values({
      id: person.id,
      user_id: person.id,
      account_id: person.id,
      provider_id: 'credential',
      password: person.passwordHash,
      ...dates,
    })
    .execute();
}

/** Adds somebody who can sign in, as a member; run it in a transaction. Fails with a unique violation when the address is taken. */
export async function insertMember(db: CatalogDatabase, person: NewPerson, workspaceId: string, role: string): Promise<void> {
  await insertAccount(db, person);
  await db
    .insertInto('memberships')
    .values({ workspace_id: workspaceId, person_id: person.id, role, created_at: person.createdMs })
    .execute();
}

/** Deletes the sessions that have expired; nobody can use them, and nothing else removes those that are never shown again. */
export async function pruneSessions(db: CatalogDatabase, nowMs: number): Promise<void> {
  await db.deleteFrom('auth_sessions').where('expires_at', '<', new Date(nowMs).toISOString()).execute();
}
