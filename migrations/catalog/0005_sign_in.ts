/** Sign-in: what is known of sessions, locked accounts, second factors, links for a new password, sign-in providers. */
import type { MigrationKit } from '../../src/server/catalog/migration.ts';

/** Adds the tables of sign-in. Sessions of before end: only the hash of their token is kept from now on. */
export async function up(kit: MigrationKit): Promise<void> {
  await extendSessions(kit);
  await createPasswordTables(kit);
  await createTwoFactor(kit);
  await createProviders(kit);
}

async function extendSessions({ db, bigint }: MigrationKit): Promise<void> {
  await db.deleteFrom('auth_sessions' as never).execute();
  await db.schema
    .alterTable('auth_sessions')
    .addColumn('opened_at', bigint, (c) => c.notNull().defaultTo(0))
    .execute();
  await db.schema
    .alterTable('auth_sessions')
    .addColumn('last_seen_at', bigint, (c) => c.notNull().defaultTo(0))
    .execute();
  await db.schema
    .alterTable('auth_sessions')
    .addColumn('method', 'text', (c) => c.notNull().defaultTo('password'))
    .execute();
  await db.schema
    .alterTable('auth_sessions')
    .addColumn('has_second_factor', 'integer', (c) => c.notNull().defaultTo(0))
    .execute();
  await db.schema.alterTable('auth_sessions').addColumn('provider_id', 'text').execute();
  await db.schema.alterTable('auth_sessions').addColumn('country', 'text').execute();
}

async function createPasswordTables({ db, table, bigint }: MigrationKit): Promise<void> {
  await table('sign_in_locks')
    .addColumn('subject', 'text', (c) => c.primaryKey())
    .addColumn('failures', 'integer', (c) => c.notNull())
    .addColumn('window_ends_at', bigint, (c) => c.notNull())
    .addColumn('locks', 'integer', (c) => c.notNull())
    .addColumn('locked_until', bigint, (c) => c.notNull())
    .addColumn('forget_at', bigint, (c) => c.notNull())
    .execute();
  await db.schema.createIndex('sign_in_locks_by_forget').on('sign_in_locks').column('forget_at').execute();
  await table('locked_people')
    .addColumn('person_id', 'text', (c) => c.primaryKey().references('auth_users.id').onDelete('cascade'))
    .addColumn('created_at', bigint, (c) => c.notNull())
    .execute();
  await table('password_resets')
    .addColumn('hash', 'text', (c) => c.primaryKey())
    .addColumn('person_id', 'text', (c) => c.notNull().references('auth_users.id').onDelete('cascade'))
    .addColumn('created_at', bigint, (c) => c.notNull())
    .addColumn('expires_at', bigint, (c) => c.notNull())
    .execute();
  await db.schema.createIndex('password_resets_by_person').on('password_resets').columns(['person_id', 'created_at']).execute();
}

async function createTwoFactor({ db, table, bigint }: MigrationKit): Promise<void> {
  await table('two_factors')
    .addColumn('person_id', 'text', (c) => c.primaryKey().references('auth_users.id').onDelete('cascade'))
    .addColumn('sealed', 'text', (c) => c.notNull())
    .addColumn('last_step', bigint, (c) => c.notNull())
    .addColumn('created_at', bigint, (c) => c.notNull())
    .addColumn('confirmed_at', bigint)
    .execute();
  await table('recovery_codes')
    .addColumn('person_id', 'text', (c) => c.notNull().references('auth_users.id').onDelete('cascade'))
    .addColumn('hash', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('recovery_codes_key', ['person_id', 'hash'])
    .execute();
  await table('trusted_devices')
    .addColumn('hash', 'text', (c) => c.primaryKey())
    .addColumn('person_id', 'text', (c) => c.notNull().references('auth_users.id').onDelete('cascade'))
    .addColumn('created_at', bigint, (c) => c.notNull())
    .addColumn('expires_at', bigint, (c) => c.notNull())
    .execute();
  await db.schema.createIndex('trusted_devices_by_person').on('trusted_devices').column('person_id').execute();
  await table('second_factor_waits')
    .addColumn('hash', 'text', (c) => c.primaryKey())
    .addColumn('person_id', 'text', (c) => c.notNull().references('auth_users.id').onDelete('cascade'))
    .addColumn('method', 'text', (c) => c.notNull())
    .addColumn('provider_id', 'text')
    .addColumn('tries', 'integer', (c) => c.notNull())
    .addColumn('expires_at', bigint, (c) => c.notNull())
    .execute();
}

async function createProviders({ db, table, bigint }: MigrationKit): Promise<void> {
  await table('sign_in_providers')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('issuer', 'text', (c) => c.notNull())
    .addColumn('client_id', 'text', (c) => c.notNull())
    .addColumn('sealed', 'text')
    .addColumn('settings', 'text', (c) => c.notNull())
    .addColumn('is_on', 'integer', (c) => c.notNull())
    .addColumn('created_at', bigint, (c) => c.notNull())
    .addColumn('updated_at', bigint, (c) => c.notNull())
    .execute();
  await table('sign_in_links')
    .addColumn('provider_id', 'text', (c) => c.notNull().references('sign_in_providers.id').onDelete('cascade'))
    .addColumn('subject', 'text', (c) => c.notNull())
    .addColumn('person_id', 'text', (c) => c.notNull().references('auth_users.id').onDelete('cascade'))
    .addColumn('email', 'text')
    .addColumn('created_at', bigint, (c) => c.notNull())
    .addPrimaryKeyConstraint('sign_in_links_key', ['provider_id', 'subject'])
    .execute();
  await db.schema.createIndex('sign_in_links_by_person').on('sign_in_links').columns(['person_id', 'provider_id']).unique().execute();
  await table('provider_visits')
    .addColumn('hash', 'text', (c) => c.primaryKey())
    .addColumn('browser_hash', 'text', (c) => c.notNull())
    .addColumn('provider_id', 'text', (c) => c.notNull().references('sign_in_providers.id').onDelete('cascade'))
    .addColumn('sealed', 'text', (c) => c.notNull())
    .addColumn('return_path', 'text', (c) => c.notNull())
    .addColumn('link_session_id', 'text')
    .addColumn('expires_at', bigint, (c) => c.notNull())
    .execute();
}
