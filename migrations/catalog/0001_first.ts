/** The first catalog: people and sign-in, workspaces and keys, ingest ledger, imports, jobs. */
import { sql } from 'kysely';
import type { MigrationKit } from '../../src/server/catalog/migration.ts';

/** Creates every table of the first version. */
export async function up(kit: MigrationKit): Promise<void> {
  await createSignIn(kit);
  await createWorkspaces(kit);
  await createKeys(kit);
  await createLedger(kit);
  await createImports(kit);
  await createJobs(kit);
  await kit
    .table('facts')
    .addColumn('name', 'text', (c) => c.primaryKey())
    .addColumn('value', 'text', (c) => c.notNull())
    .execute();
}

/** The tables of better-auth 1.7, under our names. */
async function createSignIn({ db, table, authBoolean, authInstant }: MigrationKit): Promise<void> {
  await table('auth_users')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('email', 'text', (c) => c.notNull().unique())
    .addColumn('email_verified', authBoolean, (c) => c.notNull())
    .addColumn('image', 'text')
    .addColumn('created_at', authInstant, (c) => c.notNull())
    .addColumn('updated_at', authInstant, (c) => c.notNull())
    .execute();
  await table('auth_sessions')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('user_id', 'text', (c) => c.notNull().references('auth_users.id').onDelete('cascade'))
    .addColumn('token', 'text', (c) => c.notNull().unique())
    .addColumn('expires_at', authInstant, (c) => c.notNull())
    .addColumn('ip_address', 'text')
    .addColumn('user_agent', 'text')
    .addColumn('created_at', authInstant, (c) => c.notNull())
    .addColumn('updated_at', authInstant, (c) => c.notNull())
    .execute();
  await db.schema.createIndex('auth_sessions_by_user').on('auth_sessions').column('user_id').execute();
  await table('auth_accounts')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('user_id', 'text', (c) => c.notNull().references('auth_users.id').onDelete('cascade'))
    .addColumn('account_id', 'text', (c) => c.notNull())
    .addColumn('provider_id', 'text', (c) => c.notNull())
    .addColumn('access_token', 'text')
    .addColumn('refresh_token', 'text')
    .addColumn('id_token', 'text')
    .addColumn('access_token_expires_at', authInstant)
    .addColumn('refresh_token_expires_at', authInstant)
    .addColumn('scope', 'text')
    .addColumn('password', 'text')
    .addColumn('created_at', authInstant, (c) => c.notNull())
    .addColumn('updated_at', authInstant, (c) => c.notNull())
    .execute();
  await db.schema.createIndex('auth_accounts_by_user').on('auth_accounts').column('user_id').execute();
  await table('auth_verifications')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('identifier', 'text', (c) => c.notNull())
    .addColumn('value', 'text', (c) => c.notNull())
    .addColumn('expires_at', authInstant, (c) => c.notNull())
    .addColumn('created_at', authInstant, (c) => c.notNull())
    .addColumn('updated_at', authInstant, (c) => c.notNull())
    .execute();
  await db.schema.createIndex('auth_verifications_by_identifier').on('auth_verifications').column('identifier').execute();
}

async function createWorkspaces({ db, table, bigint }: MigrationKit): Promise<void> {
  await table('workspaces')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('created_at', bigint, (c) => c.notNull())
    .addColumn('settings', 'text', (c) => c.notNull())
    .execute();
  await table('memberships')
    .addColumn('workspace_id', 'text', (c) => c.notNull().references('workspaces.id').onDelete('cascade'))
    .addColumn('person_id', 'text', (c) => c.notNull().references('auth_users.id').onDelete('cascade'))
    .addColumn('role', 'text', (c) => c.notNull())
    .addColumn('created_at', bigint, (c) => c.notNull())
    .addPrimaryKeyConstraint('memberships_key', ['workspace_id', 'person_id'])
    .execute();
  await db.schema.createIndex('memberships_by_person').on('memberships').column('person_id').execute();
  await table('sign_up_links')
    .addColumn('hash', 'text', (c) => c.primaryKey())
    .addColumn('workspace_id', 'text', (c) => c.notNull().references('workspaces.id').onDelete('cascade'))
    .addColumn('role', 'text', (c) => c.notNull())
    .addColumn('created_at', bigint, (c) => c.notNull())
    .addColumn('used_at', bigint)
    .execute();
}

async function createKeys({ db, table, bigint }: MigrationKit): Promise<void> {
  await table('keys')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('workspace_id', 'text', (c) => c.notNull().references('workspaces.id').onDelete('cascade'))
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('prefix', 'text', (c) => c.notNull())
    .addColumn('hash', 'text', (c) => c.notNull().unique())
    .addColumn('sealed', 'text')
    .addColumn('scopes', 'text', (c) => c.notNull())
    .addColumn('created_at', bigint, (c) => c.notNull())
    .addColumn('revoked_at', bigint)
    .addColumn('last_used_at', bigint)
    .execute();
  await db.schema.createIndex('keys_by_workspace').on('keys').columns(['workspace_id', 'created_at']).execute();
}

async function createLedger({ table, bigint }: MigrationKit): Promise<void> {
  await table('ledger')
    .addColumn('workspace_id', 'text', (c) => c.notNull())
    .addColumn('source', 'text', (c) => c.notNull())
    .addColumn('received', bigint, (c) => c.notNull())
    .addColumn('duplicates', bigint, (c) => c.notNull())
    .addColumn('rejected', bigint, (c) => c.notNull())
    .addColumn('stored', bigint, (c) => c.notNull())
    .addPrimaryKeyConstraint('ledger_key', ['workspace_id', 'source'])
    .execute();
  await table('ledger_reasons')
    .addColumn('workspace_id', 'text', (c) => c.notNull())
    .addColumn('source', 'text', (c) => c.notNull())
    .addColumn('reason', 'text', (c) => c.notNull())
    .addColumn('rejected', bigint, (c) => c.notNull())
    .addPrimaryKeyConstraint('ledger_reasons_key', ['workspace_id', 'source', 'reason'])
    .execute();
  await table('committed_segments')
    .addColumn('node', 'text', (c) => c.notNull())
    .addColumn('segment_id', 'text', (c) => c.notNull())
    .addColumn('committed_at', bigint, (c) => c.notNull())
    .addPrimaryKeyConstraint('committed_segments_key', ['node', 'segment_id'])
    .execute();
  await table('watermarks')
    .addColumn('workspace_id', 'text', (c) => c.notNull())
    .addColumn('dataset', 'text', (c) => c.notNull())
    .addColumn('watermark_ms', bigint, (c) => c.notNull())
    .addPrimaryKeyConstraint('watermarks_key', ['workspace_id', 'dataset'])
    .execute();
}

async function createImports({ db, table, bigint }: MigrationKit): Promise<void> {
  await table('imports')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('workspace_id', 'text', (c) => c.notNull())
    .addColumn('file_name', 'text', (c) => c.notNull())
    .addColumn('content_hash', 'text')
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('position', bigint, (c) => c.notNull())
    .addColumn('counts', 'text', (c) => c.notNull())
    .addColumn('mapping', 'text', (c) => c.notNull())
    .addColumn('created_at', bigint, (c) => c.notNull())
    .addColumn('finished_at', bigint)
    .execute();
  await db.schema.createIndex('imports_by_workspace').on('imports').columns(['workspace_id', 'created_at']).execute();
}

async function createJobs({ db, table, bigint, identity }: MigrationKit): Promise<void> {
  await table('jobs')
    .addColumn('id', bigint, identity)
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('workspace_id', 'text')
    .addColumn('payload', 'text', (c) => c.notNull())
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('run_at', bigint, (c) => c.notNull())
    .addColumn('attempts', 'integer', (c) => c.notNull())
    .addColumn('max_attempts', 'integer', (c) => c.notNull())
    .addColumn('singleton_key', 'text')
    .addColumn('lease_owner', 'text')
    .addColumn('lease_until', bigint)
    .addColumn('last_error', 'text')
    .addColumn('created_at', bigint, (c) => c.notNull())
    .addColumn('finished_at', bigint)
    .execute();
  await db.schema.createIndex('jobs_by_state').on('jobs').columns(['state', 'run_at']).execute();
  await sql`create unique index jobs_singleton on jobs (kind, singleton_key) where state in ('queued', 'running')`.execute(db);
  await table('schedules')
    .addColumn('name', 'text', (c) => c.primaryKey())
    .addColumn('cron', 'text', (c) => c.notNull())
    .addColumn('timezone', 'text', (c) => c.notNull())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('payload', 'text', (c) => c.notNull())
    .addColumn('next_at', bigint, (c) => c.notNull())
    .addColumn('last_at', bigint)
    .execute();
}
