/** A catalog of the first version comes to the roles, operators and keys of the second, on both databases. */
import { createHash } from 'node:crypto';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Kysely, PostgresDialect, SqliteDialect, type Dialect } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openPool } from '../../src/server/adapters/postgres/pool.ts';
import { openDatabase } from '../../src/server/adapters/sqlite/database.ts';
import { migrateCatalog } from '../../src/server/catalog/migrate.ts';
import type { CatalogDatabase, CatalogDialect, CatalogTables } from '../../src/server/catalog/schema.ts';
import { readPlaces } from '../../src/server/identity/person/places.ts';
import { postgresMissing, startPrivatePostgres } from '../fixtures/private-postgres.ts';
import { silentLog } from '../fixtures/silent-log.ts';

const clock = { now: () => 1_780_000_000_000 };
const at = '2026-01-01T00:00:00.000Z';
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bellwether-migration-'));
  await cp('migrations/catalog/0001_first.ts', join(folder, 'migrations', '0001_first.ts'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function isMigrated(own: Dialect, dialect: CatalogDialect): Promise<void> {
  const db: CatalogDatabase = new Kysely<CatalogTables>({ dialect: own });
  expect(await migrateCatalog(db, dialect, clock, pathToFileURL(join(folder, 'migrations/')))).toEqual(['0001_first.ts']);
  const verified = (dialect === 'postgres' ? true : 1) as 1;
  for (const id of ['olga', 'anna', 'mark', 'otto'])
    await db
      .insertInto('auth_users')
      .values({ id, name: id, email: `${id}@example.com`, email_verified: verified, created_at: at, updated_at: at })
      .execute();
  for (const [id, createdMs] of [['newer', 2] as const, ['older', 1] as const])
    await db.insertInto('workspaces').values({ id, name: id, created_at: createdMs, settings: '{}' }).execute();
  for (const [workspaceId, personId, role] of [
    ['older', 'olga', 'owner'],
    ['older', 'anna', 'admin'],
    ['older', 'mark', 'member'],
    ['newer', 'otto', 'owner'],
  ] as const)
    await db.insertInto('memberships').values({ workspace_id: workspaceId, person_id: personId, role, created_at: 5 }).execute();

  await insertFirstKeys(db);

  expect((await migrateCatalog(db, dialect, clock))[0]).toBe('0002_access.ts');
  const found = await Promise.all(
    ['olga', 'anna', 'mark', 'otto'].map(async (id) => {
      const [place] = await readPlaces(db, id);
      return [id, place?.member.role.id, place?.principal.isOperator, place?.principal.policy.name, place?.member.attributes];
    }),
  );
  expect(found).toEqual([
    ['olga', 'owner', true, 'workspace', {}],
    ['anna', 'admin', false, 'workspace', {}],
    ['mark', 'viewer', false, 'workspace', {}],
    ['otto', 'owner', false, 'workspace', {}],
  ]);
  const keys = await db.selectFrom('keys').select(['id', 'scopes', 'rules', 'origins']).orderBy('id').execute();
  expect(keys.filter(({ scopes }) => scopes.includes('operator'))).toEqual([
    { id: 'k_initial', scopes: '["ask","admin","operator"]', rules: '{}', origins: '[]' },
  ]);
  await db.destroy();
}

/** Of these the one that the first start made runs the installation; so far all with the scope `admin` did. */
async function insertFirstKeys(db: CatalogDatabase): Promise<void> {
  for (const [id, workspaceId, name, createdMs, revokedMs, scopes] of [
    ['k_revoked', 'older', 'Initial', 1, 9, ['ask', 'admin']],
    ['k_asking', 'older', 'Initial', 2, null, ['ask']],
    ['k_initial', 'older', 'Initial', 3, null, ['ask', 'admin']],
    ['k_namesake', 'older', 'Initial', 4, null, ['ask', 'admin']],
    ['k_other', 'older', 'Other', 2, null, ['ask', 'admin']],
    ['k_elsewhere', 'newer', 'Initial', 1, null, ['ask', 'admin']],
  ] as const) {
    const hash = createHash('sha256').update(id).digest('hex');
    const times = { created_at: createdMs, revoked_at: revokedMs, last_used_at: null };
    const row = { id, workspace_id: workspaceId, kind: 'api', name, prefix: '', hash, sealed: null, scopes: JSON.stringify(scopes) };
    await (db as unknown as Kysely<FirstTables>)
      .insertInto('keys')
      .values({ ...row, ...times })
      .execute();
  }
}

/** `keys` as the first version had it. */
type FirstTables = {
  keys: Record<'id' | 'workspace_id' | 'kind' | 'name' | 'prefix' | 'hash' | 'scopes', string> &
    Record<'sealed', string | null> &
    Record<'created_at', number> &
    Record<'revoked_at' | 'last_used_at', number | null>;
};

test('on SQLite', () => isMigrated(new SqliteDialect({ database: openDatabase(join(folder, 'catalog.db')) }), 'sqlite'));

test.skipIf(postgresMissing() !== null)('on PostgreSQL', async () => {
  const postgres = await startPrivatePostgres();
  const pool = openPool(await postgres.createDatabase(), 2, silentLog);
  await isMigrated(new PostgresDialect({ pool }), 'postgres').finally(() => postgres.close());
});
