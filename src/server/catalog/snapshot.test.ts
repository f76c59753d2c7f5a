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
import { countCatalog, fillCatalog, isCatalogEmpty, migrationsOf, readCatalog, readGrown, type CatalogRow } from './snapshot.ts';

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

/** A chain of the audit log that goes on after the moment. */
async function fillChain({ db }: Catalog, entries: number): Promise<void> {
  const entry = {
    workspace_id: 'w',
    at: 1,
    action: 'a',
    outcome: 'done',
    actor_kind: '',
    actor_id: '',
    target_kind: '',
    target_id: '',
    rest: '',
    hash: '',
  };
  for (let from = 1; from <= entries; from += 100)
    await db
      .insertInto('audit_entries')
      .values(Array.from({ length: 100 }, (_, i) => ({ ...entry, seq: from + i })))
      .execute();
  await db.insertInto('audit_chains').values({ workspace_id: 'w', genesis: 'g', seq: entries, hash: '' }).execute();
  const head = { workspace_id: 'w', hash: '', at: 1, intact: 1, key_id: '', signature: '', digest: '' } as const;
  for (const number of [1, 2])
    await db
      .insertInto('audit_heads')
      .values({ ...head, number, seq: number * 100 })
      .execute();
}

async function readAll(catalog: Catalog): Promise<CatalogRow[]> {
  const rows = await readCatalog(catalog);
  for await (const page of readGrown(catalog, [...rows])) rows.push(...page);
  return rows;
}

/** As JSON keeps it, without what differs by database. */
function comparable(rows: readonly CatalogRow[]): unknown {
  return (JSON.parse(JSON.stringify(rows)) as CatalogRow[])
    .filter(({ table }) => table !== 'catalog_migrations')
    .map(({ table, row }) => ({ table, row: { ...row, email_verified: Number(row.email_verified ?? 0) } }));
}

async function expectRoundTrip(from: Catalog, to: Catalog): Promise<void> {
  await fill(from);
  await fillChain(from, 2_500);
  const lines = JSON.parse(JSON.stringify(await readAll(from))) as CatalogRow[];
  expect(await countCatalog(from)).toMatchObject({ audit_entries: 2_500, audit_heads: 2, ledger: 250 });
  expect(migrationsOf(lines)).toEqual((await readdir('migrations/catalog')).toSorted());
  expect(await isCatalogEmpty(to)).toBe(true);
  await fillCatalog(to, lines);
  expect(await isCatalogEmpty(to)).toBe(false);
  expect(comparable(await readAll(to))).toEqual(comparable(lines));
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

  test('ends where the log was at its moment', async () => {
    const catalog = await openSqlite();
    await fillChain(catalog, 200);
    const rows = await readCatalog(catalog);
    await catalog.db.updateTable('audit_entries').set({ seq: 201 }).where('seq', '=', 200).execute();
    let last = 0;
    for await (const page of readGrown(catalog, rows))
      for (const { table, row } of page) if (table === 'audit_entries') last = Number(row.seq);
    expect(last).toBe(199);
    await catalog.close();
  });

  test('is taken whole or not at all', async () => {
    const catalog = await openSqlite();
    const twice = { table: 'workspaces', row: { id: 'w', name: 'x', created_at: 1, settings: '{}' } };
    await expect(fillCatalog(catalog, [twice, twice])).rejects.toThrow(/unique/i);
    expect(await isCatalogEmpty(catalog)).toBe(true);
    await catalog.close();
  });
});
