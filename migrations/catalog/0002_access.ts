/** Who may do and see what: custom roles, groups, attributes and limits of members, invitations, and who runs the installation. */
import type { Kysely } from 'kysely';
import type { MigrationKit } from '../../src/server/catalog/migration.ts';

/** What of the first version is read and changed here. */
interface FirstTables {
  workspaces: { id: string; created_at: number };
  memberships: { workspace_id: string; person_id: string; role: string; created_at: number };
  sign_up_links: { role: string };
  operators: { person_id: string; created_at: number };
}

/** Adds the tables, and brings members of the first version to the roles of this one. */
export async function up(kit: MigrationKit): Promise<void> {
  await widenMemberships(kit);
  await createRoles(kit);
  await createGroups(kit);
  await createInvitations(kit);
  await createOperators(kit);
}

async function widenMemberships({ db, bigint }: MigrationKit): Promise<void> {
  const empty = '{}';
  await db.schema
    .alterTable('memberships')
    .addColumn('attributes', 'text', (c) => c.notNull().defaultTo(empty))
    .execute();
  await db.schema
    .alterTable('memberships')
    .addColumn('limits', 'text', (c) => c.notNull().defaultTo(empty))
    .execute();
  await db.schema.alterTable('memberships').addColumn('last_seen_at', bigint).execute();
  const first = db as Kysely<FirstTables>;
  await first.updateTable('memberships').set({ role: 'viewer' }).where('role', '=', 'member').execute();
  await first.updateTable('sign_up_links').set({ role: 'viewer' }).where('role', '=', 'member').execute();
}

async function createRoles({ table, bigint }: MigrationKit): Promise<void> {
  await table('roles')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('workspace_id', 'text', (c) => c.notNull().references('workspaces.id').onDelete('cascade'))
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('name_key', 'text', (c) => c.notNull())
    .addColumn('description', 'text', (c) => c.notNull())
    .addColumn('permissions', 'text', (c) => c.notNull())
    .addColumn('rules', 'text', (c) => c.notNull())
    .addColumn('created_at', bigint, (c) => c.notNull())
    .addColumn('updated_at', bigint, (c) => c.notNull())
    .addUniqueConstraint('roles_by_name', ['workspace_id', 'name_key'])
    .execute();
}

async function createGroups({ db, table, bigint }: MigrationKit): Promise<void> {
  await table('groups')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('workspace_id', 'text', (c) => c.notNull().references('workspaces.id').onDelete('cascade'))
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('name_key', 'text', (c) => c.notNull())
    .addColumn('roles', 'text', (c) => c.notNull())
    .addColumn('created_at', bigint, (c) => c.notNull())
    .addUniqueConstraint('groups_by_name', ['workspace_id', 'name_key'])
    .execute();
  await table('group_members')
    .addColumn('group_id', 'text', (c) => c.notNull().references('groups.id').onDelete('cascade'))
    .addColumn('workspace_id', 'text', (c) => c.notNull())
    .addColumn('person_id', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('group_members_key', ['group_id', 'person_id'])
    // Whoever leaves the workspace leaves its groups.
    .addForeignKeyConstraint(
      'group_members_are_members',
      ['workspace_id', 'person_id'],
      'memberships',
      ['workspace_id', 'person_id'],
      (c) => c.onDelete('cascade'),
    )
    .execute();
  await db.schema.createIndex('group_members_by_person').on('group_members').columns(['workspace_id', 'person_id']).execute();
}

async function createInvitations({ db, table, bigint }: MigrationKit): Promise<void> {
  await table('invitations')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('workspace_id', 'text', (c) => c.notNull().references('workspaces.id').onDelete('cascade'))
    .addColumn('hash', 'text', (c) => c.notNull().unique())
    .addColumn('email', 'text')
    .addColumn('role', 'text', (c) => c.notNull())
    .addColumn('groups', 'text', (c) => c.notNull())
    .addColumn('attributes', 'text', (c) => c.notNull())
    .addColumn('limits', 'text', (c) => c.notNull())
    .addColumn('inviter_kind', 'text', (c) => c.notNull())
    .addColumn('inviter_id', 'text', (c) => c.notNull())
    .addColumn('created_at', bigint, (c) => c.notNull())
    .addColumn('expires_at', bigint, (c) => c.notNull())
    .execute();
  await db.schema.createIndex('invitations_by_workspace').on('invitations').columns(['workspace_id', 'created_at']).execute();
}

/** The owners of the oldest workspace have run the installation so far. */
async function createOperators({ db, table, bigint }: MigrationKit): Promise<void> {
  await table('operators')
    .addColumn('person_id', 'text', (c) => c.primaryKey().references('auth_users.id').onDelete('cascade'))
    .addColumn('created_at', bigint, (c) => c.notNull())
    .execute();
  const first = db as Kysely<FirstTables>;
  const oldest = await first.selectFrom('workspaces').select('id').orderBy('created_at').orderBy('id').limit(1).executeTakeFirst();
  if (oldest === undefined) return;
  const owners = await first
    .selectFrom('memberships')
    .select(['person_id', 'created_at'])
    .where('workspace_id', '=', oldest.id)
    .where('role', '=', 'owner')
    .execute();
  if (owners.length > 0) await first.insertInto('operators').values(owners).execute();
}
