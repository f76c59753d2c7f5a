/** People and the workspaces that they are members of. */
import type { CatalogDatabase } from '../catalog/schema.ts';

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
