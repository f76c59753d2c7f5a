/** A catalog goes out as lines and comes back the same, also into the other database. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { postgresMissing, startPrivatePostgres, type PrivatePostgres } from '../../../test/fixtures/private-postgres.ts';
import { silentLog } from '../../../test/fixtures/silent-log.ts';
import { openPostgresCatalog } from '../adapters/postgres/catalog.ts';
import { openSqliteCatalog } from '../adapters/sqlite/catalog.ts';
import type { Catalog } from './schema.ts';
import { fillCatalog, isCatalogEmpty, migrationsOf, readCatalog, type CatalogRow } from './snapshot.ts';

const clock = { now: () => 1_700_000_000_000 };
const at = '2024-05-01T10:00:00.000Z';
let folder: string;
let postgres: PrivatePostgres | null = null;
let files = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bellwether-snapshot-'));
  if (postgresMissing() === null) postgres = await startPrivatePostgres();
});
afterAll(async () => {
  await postgres?.close();
  await rm(folder, { recursive: true, force: true });
});

const openSqlite = () => openSqliteCatalog({ file: join(folder, `${++files}.db`), clock });
const openPostgres = async () => openPostgresCatalog({ url: await (postgres as PrivatePostgres).createDatabase(), clock, log: silentLog });

async function fill(catalog: Catalog): Promise<void> {
  const { db, dialect } = catalog;
  const isVerified = (dialect === 'postgres' ? true : 1) as 1;
  await db.insertInto('workspaces').values({ id: 'w', name: 'Main "ß"', created_at: 1_700_000_000_123, settings: '{}' }).execute();
  await db
    .insertInto('auth_users')
    .values({ id: 'p', name: 'Ada', email: 'ada@example.com', email_verified: isVerified, created_at: at, updated_at: at })
    .execute();
  await db.insertInto('memberships').values({ workspace_id: 'w', person_id: 'p', role: 'owner', created_at: 1 }).execute();
  await db
    .insertInto('groups')
    .values({ id: 'g', workspace_id: 'w', name: 'Team', name_key: 'team', roles: '[]', created_at: 1 })
    .execute();
  await db.insertInto('group_members').values({ group_id: 'g', workspace_id: 'w', person_id: 'p' }).execute();
  for (let i = 0; i < 250; i++)
    await db
      .insertInto('ledger')
      .values({ workspace_id: 'w', source: `s${i}`, received: 2 ** 50, duplicates: 0, rejected: 0, stored: i })
      .execute();
  await db
    .insertInto('jobs')
    .values({ kind: 'clean', workspace_id: null, payload: '{}', state: 'done', run_at: 5, attempts: 1, max_attempts: 3, created_at: 5 })
    .execute();
}

/** As JSON keeps it, without what differs by database. */
function comparable(rows: readonly CatalogRow[]): unknown {
  return (JSON.parse(JSON.stringify(rows)) as CatalogRow[])
    .filter(({ table }) => table !== 'catalog_migrations')
    .map(({ table, row }) => ({ table, row: { ...row, email_verified: Number(row.email_verified ?? 0) } }));
}

async function expectRoundTrip(from: Catalog, to: Catalog): Promise<void> {
  await fill(from);
  const lines = JSON.parse(JSON.stringify(await readCatalog(from))) as CatalogRow[];
  expect(migrationsOf(lines)).toEqual((await readdir('migrations/catalog')).toSorted());
  expect(await isCatalogEmpty(to)).toBe(true);
  await fillCatalog(to, lines);
  expect(await isCatalogEmpty(to)).toBe(false);
  expect(comparable(await readCatalog(to))).toEqual(comparable(lines));
  await to.db
    .insertInto('jobs')
    .values({ kind: 'next', workspace_id: null, payload: '{}', state: 'queued', run_at: 5, attempts: 0, max_attempts: 3, created_at: 5 })
    .execute();
  await from.close();
  await to.close();
}

describe('a catalog snapshot', () => {
  test('comes back the same in SQLite', async () => expectRoundTrip(await openSqlite(), await openSqlite()));

  test.skipIf(postgresMissing() !== null)('moves from SQLite to PostgreSQL', async () =>
    expectRoundTrip(await openSqlite(), await openPostgres()),
  );

  test.skipIf(postgresMissing() !== null)('moves from PostgreSQL to SQLite', async () =>
    expectRoundTrip(await openPostgres(), await openSqlite()),
  );

  test('is taken whole or not at all', async () => {
    const catalog = await openSqlite();
    const twice = { table: 'workspaces', row: { id: 'w', name: 'x', created_at: 1, settings: '{}' } };
    await expect(fillCatalog(catalog, [twice, twice])).rejects.toThrow(/unique/i);
    expect(await isCatalogEmpty(catalog)).toBe(true);
    await catalog.close();
  });
});
