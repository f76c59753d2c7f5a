/** Keys with limits and rotation, personal tokens, how embed tokens and those of other applications are signed, dashboards. */
import type { Kysely } from 'kysely';
import type { MigrationKit } from '../../src/server/catalog/migration.ts';

/** What of the versions before is read and changed here. */
interface EarlierTables {
  workspaces: { id: string; created_at: number };
  keys: { id: string; workspace_id: string; kind: string; name: string; scopes: string; created_at: number; revoked_at: number | null };
}

/** Adds the tables, and keeps one key of the installation an operator's. */
export async function up(kit: MigrationKit): Promise<void> {
  await widenKeys(kit);
  await keepOperatorKey(kit);
  await createPersonalTokens(kit);
  await createTokenSettings(kit);
  await createDashboards(kit);
}

async function widenKeys({ db, bigint }: MigrationKit): Promise<void> {
  const keys = () => db.schema.alterTable('keys');
  await keys().addColumn('role', 'text').execute();
  await keys()
    .addColumn('rules', 'text', (c) => c.notNull().defaultTo('{}'))
    .execute();
  await keys().addColumn('expires_at', bigint).execute();
  await keys().addColumn('calls_per_minute', bigint).execute();
  await keys()
    .addColumn('origins', 'text', (c) => c.notNull().defaultTo('[]'))
    .execute();
  await keys()
    .addColumn('addresses', 'text', (c) => c.notNull().defaultTo('[]'))
    .execute();
  await keys().addColumn('maker_kind', 'text').execute();
  await keys().addColumn('maker_id', 'text').execute();
  await keys().addColumn('last_used_from', 'text').execute();
  await keys().addColumn('previous_hash', 'text').execute();
  await keys().addColumn('previous_until', bigint).execute();
  await db.schema.createIndex('keys_by_previous_hash').on('keys').column('previous_hash').execute();
}

/** Every key with the scope `admin` spanned workspaces so far; from now on only the one that the first start made does. */
async function keepOperatorKey({ db }: MigrationKit): Promise<void> {
  const earlier = db as Kysely<EarlierTables>;
  const oldest = await earlier.selectFrom('workspaces').select('id').orderBy('created_at').orderBy('id').limit(1).executeTakeFirst();
  if (oldest === undefined) return;
  const initial = await earlier
    .selectFrom('keys')
    .select(['id', 'scopes'])
    .where('workspace_id', '=', oldest.id)
    .where('kind', '=', 'api')
    .where('name', '=', 'Initial')
    .where('revoked_at', 'is', null)
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  const key = initial.find(({ scopes }) => (JSON.parse(scopes) as string[]).includes('admin'));
  if (key === undefined) return;
  const scopes = JSON.stringify([...(JSON.parse(key.scopes) as string[]), 'operator']);
  await earlier.updateTable('keys').set({ scopes }).where('id', '=', key.id).execute();
}

async function createPersonalTokens({ db, table, bigint }: MigrationKit): Promise<void> {
  await table('personal_tokens')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('workspace_id', 'text', (c) => c.notNull())
    .addColumn('person_id', 'text', (c) => c.notNull())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('prefix', 'text', (c) => c.notNull())
    .addColumn('hash', 'text', (c) => c.notNull().unique())
    .addColumn('scopes', 'text', (c) => c.notNull())
    .addColumn('created_at', bigint, (c) => c.notNull())
    .addColumn('expires_at', bigint)
    .addColumn('last_used_at', bigint)
    .addColumn('last_used_from', 'text')
    // Whoever leaves the workspace leaves no token behind.
    .addForeignKeyConstraint(
      'personal_tokens_of_members',
      ['workspace_id', 'person_id'],
      'memberships',
      ['workspace_id', 'person_id'],
      (c) => c.onDelete('cascade'),
    )
    .execute();
  await db.schema.createIndex('personal_tokens_by_person').on('personal_tokens').columns(['person_id', 'created_at']).execute();
  await db.schema.createIndex('personal_tokens_by_member').on('personal_tokens').columns(['workspace_id', 'person_id']).execute();
}

async function createTokenSettings({ table, bigint }: MigrationKit): Promise<void> {
  await table('embed_settings')
    .addColumn('workspace_id', 'text', (c) => c.primaryKey().references('workspaces.id').onDelete('cascade'))
    .addColumn('secret_sealed', 'text')
    .addColumn('secret_prefix', 'text')
    .addColumn('secret_made_at', bigint)
    .addColumn('previous_sealed', 'text')
    .addColumn('previous_until', bigint)
    .addColumn('jwks_url', 'text')
    .addColumn('frame_origins', 'text', (c) => c.notNull())
    .execute();
  await table('outside_settings')
    .addColumn('workspace_id', 'text', (c) => c.primaryKey().references('workspaces.id').onDelete('cascade'))
    .addColumn('algorithm', 'text', (c) => c.notNull())
    .addColumn('secret_sealed', 'text')
    .addColumn('jwks_url', 'text')
    .addColumn('issuer', 'text')
    .addColumn('audience', 'text')
    .addColumn('claims', 'text', (c) => c.notNull())
    .addColumn('sees_all', 'text')
    .addColumn('permissions', 'text', (c) => c.notNull())
    .addColumn('changed_at', bigint, (c) => c.notNull())
    .execute();
}

async function createDashboards({ db, table, bigint }: MigrationKit): Promise<void> {
  await table('dashboards')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('workspace_id', 'text', (c) => c.notNull().references('workspaces.id').onDelete('cascade'))
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('name_key', 'text', (c) => c.notNull())
    .addColumn('description', 'text', (c) => c.notNull())
    .addColumn('panels', 'text', (c) => c.notNull())
    .addColumn('version', bigint, (c) => c.notNull())
    .addColumn('created_at', bigint, (c) => c.notNull())
    .addColumn('updated_at', bigint, (c) => c.notNull())
    .execute();
  await db.schema.createIndex('dashboards_by_name').on('dashboards').columns(['workspace_id', 'name_key', 'id']).execute();
}
