/** What every catalog does, on SQLite and on PostgreSQL alike. */
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm, stat, writeFile, readFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Kysely } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openPostgresCatalog } from '../../src/server/adapters/postgres/catalog.ts';
import { openSqliteCatalog } from '../../src/server/adapters/sqlite/catalog.ts';
import { migrateCatalog } from '../../src/server/catalog/migrate.ts';
import { pingCatalog } from '../../src/server/catalog/ping.ts';
import type { Catalog } from '../../src/server/catalog/schema.ts';
import { isUniqueViolation } from '../../src/server/catalog/violations.ts';
import { postgresMissing, startPrivatePostgres, type PrivatePostgres } from '../fixtures/private-postgres.ts';

const clock = { now: () => 1_700_000_000_000 };
const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const migrations = new URL('../../migrations/catalog/', import.meta.url);

let folder: string;
let postgres: PrivatePostgres;
let files = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bellwether-contract-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('SQLite catalog', () => {
  const address = async (): Promise<string> => join(folder, `catalog-${++files}`, 'catalog.db');
  const open = (file: string): Promise<Catalog> => openSqliteCatalog({ file, clock });
  isCatalog(address, open);

  test('its file can be read by its owner alone', async () => {
    const file = await address();
    const catalog = await open(file);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(`${file}-wal`)).mode & 0o777).toBe(0o600);
    await catalog.close();
  });

  test('a Date as a value is refused instead of shifting the others', async () => {
    const catalog = await open(await address());
    const wrong = { name: new Date(0) as unknown as string, value: 'x' };
    await expect(catalog.db.insertInto('facts').values(wrong).execute()).rejects.toThrow('Date (give epoch ms)');
    await catalog.close();
  });

  test('a process killed in the middle loses no commit that it reported, and leaves no half of one', async () => {
    const file = await address();
    const writer = spawn(process.execPath, [fileURLToPath(new URL('../fixtures/catalog-writer.ts', import.meta.url)), file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let reported = -1;
    for await (const lines of writer.stdout) {
      reported = Number(String(lines).trim().split('\n').at(-1));
      if (reported >= 100) writer.kill('SIGKILL');
    }
    const catalog = await open(file);
    const names = new Set((await catalog.db.selectFrom('facts').select('name').execute()).map((row) => row.name));
    for (let n = 0; n <= reported; n++) expect(names.has(`first-${n}`) && names.has(`second-${n}`)).toBe(true);
    expect(names.size % 2).toBe(0);
    await catalog.close();
  });

  test('a file that is no database is reported as such', async () => {
    const file = join(folder, 'not-a-database');
    await writeFile(file, 'something else entirely, and long enough to be a header of SQLite or not');
    await expect(open(file)).rejects.toMatchObject({ code: 'CATALOG_UNAVAILABLE' });
  });
});

describe.skipIf(postgresMissing() !== null)('PostgreSQL catalog', () => {
  beforeAll(async () => {
    postgres = await startPrivatePostgres();
  });
  afterAll(() => postgres.close());
  const open = (url: string): Promise<Catalog> => openPostgresCatalog({ url, clock, log });
  isCatalog(() => postgres.createDatabase(), open);

  test('while the server is away, statements fail as CATALOG_UNAVAILABLE, and it comes back by itself', async () => {
    const catalog = await open(await postgres.createDatabase());
    await postgres.stop();
    await expect(pingCatalog(catalog)).rejects.toMatchObject({ code: 'CATALOG_UNAVAILABLE' });
    await postgres.start();
    await pingCatalog(catalog);
    await catalog.close();
  });
});

function isCatalog(address: () => Promise<string>, open: (address: string) => Promise<Catalog>): void {
  let catalog: Catalog;
  let where: string;
  beforeAll(async () => {
    where = await address();
    catalog = await open(where);
  });
  afterAll(() => catalog.close());

  test('it answers', () => pingCatalog(catalog));

  test('64-bit instants, sums and counts come back as numbers', async () => {
    const { db } = catalog;
    const row = {
      workspace_id: 'w1',
      source: 'http',
      received: 9_007_199_254_740_991,
      duplicates: 0,
      rejected: 0,
      stored: 1_700_000_000_123,
    };
    await db.insertInto('ledger').values(row).execute();
    expect({ ...(await db.selectFrom('ledger').selectAll().executeTakeFirstOrThrow()) }).toEqual(row);
    const sums = await db
      .selectFrom('ledger')
      .select((e) => [e.fn.sum<number>('stored').as('stored'), e.fn.countAll<number>().as('rows')])
      .executeTakeFirstOrThrow();
    expect({ ...sums }).toEqual({ stored: 1_700_000_000_123, rows: 1 });
  });

  test('UPDATE ... RETURNING brings the changed rows', async () => {
    await catalog.db.insertInto('facts').values({ name: 'returning', value: 'before' }).execute();
    const changed = await catalog.db
      .updateTable('facts')
      .set({ value: 'after' })
      .where('name', '=', 'returning')
      .returning('value')
      .execute();
    expect(changed.map((row) => row.value)).toEqual(['after']);
  });

  test('ON CONFLICT DO UPDATE adds to what is there', async () => {
    const add = (received: number): Promise<unknown> =>
      catalog.db
        .insertInto('ledger')
        .values({ workspace_id: 'w2', source: 'http', received, duplicates: 0, rejected: 0, stored: 0 })
        .onConflict((c) =>
          c.columns(['workspace_id', 'source']).doUpdateSet((e) => ({ received: e('ledger.received', '+', e.ref('excluded.received')) })),
        )
        .execute();
    await Promise.all([add(1), add(20), add(300)]);
    const row = await catalog.db.selectFrom('ledger').select('received').where('workspace_id', '=', 'w2').executeTakeFirstOrThrow();
    expect(row.received).toBe(321);
  });

  test('ids of jobs rise by themselves', async () => {
    const { db } = catalog;
    const first = await db.insertInto('jobs').values(sampleJob).returning('id').executeTakeFirstOrThrow();
    const second = await db.insertInto('jobs').values(sampleJob).returning('id').executeTakeFirstOrThrow();
    expect(second.id).toBeGreaterThan(first.id);
  });

  test('a key that is taken is a unique violation, and nothing else is', async () => {
    const insert = (): Promise<unknown> =>
      catalog.db.insertInto('workspaces').values({ id: 'same', name: 'n', created_at: 0, settings: '{}' }).execute();
    await insert();
    const failure = await insert().catch((error: unknown) => error);
    expect(isUniqueViolation(failure)).toBe(true);
    const orphan = { workspace_id: 'nowhere', person_id: 'nobody', role: 'owner', created_at: 0 };
    const other = await catalog.db
      .insertInto('memberships')
      .values(orphan)
      .execute()
      .catch((error: unknown) => error);
    expect(other).toBeInstanceOf(Error);
    expect(isUniqueViolation(other)).toBe(false);
  });

  test('a failed transaction leaves nothing, and the next one works', async () => {
    const write = (name: string, fails: boolean): Promise<void> =>
      catalog.db.transaction().execute(async (transaction) => {
        await transaction.insertInto('facts').values({ name, value: '' }).execute();
        if (fails) throw new Error('on purpose');
      });
    await expect(write('rolled back', true)).rejects.toThrow('on purpose');
    await write('kept', false);
    const names = (await catalog.db.selectFrom('facts').select('name').where('name', 'in', ['rolled back', 'kept']).execute()).map(
      (row) => row.name,
    );
    expect(names).toEqual(['kept']);
  });

  test('transactions that read and then write lose no update', async () => {
    await catalog.db.insertInto('facts').values({ name: 'counter', value: '0' }).execute();
    const addOne = (): Promise<void> =>
      catalog.db.transaction().execute(async (transaction) => {
        let query = transaction.selectFrom('facts').select('value').where('name', '=', 'counter');
        if (catalog.dialect === 'postgres') query = query.forUpdate();
        const { value } = await query.executeTakeFirstOrThrow();
        await transaction
          .updateTable('facts')
          .set({ value: String(Number(value) + 1) })
          .where('name', '=', 'counter')
          .execute();
      });
    await Promise.all(Array.from({ length: 20 }, addOne));
    expect((await catalog.db.selectFrom('facts').select('value').where('name', '=', 'counter').executeTakeFirstOrThrow()).value).toBe('20');
  });

  test('what was written is there after it was closed and opened again', async () => {
    const own = await address();
    const first = await open(own);
    await first.db.insertInto('facts').values({ name: 'a', value: 'ä€😀' }).execute();
    await first.close();
    const second = await open(own);
    expect((await second.db.selectFrom('facts').select('value').executeTakeFirstOrThrow()).value).toBe('ä€😀');
    await second.close();
  });

  test('two nodes that open an empty catalog at once migrate it once', async () => {
    const own = await address();
    const both = await Promise.all([open(own), open(own)]);
    const applied = await (both[0].db as unknown as AnyTables).selectFrom('catalog_migrations').select('name').execute();
    expect(applied.map(({ name }) => name).toSorted()).toEqual((await readdir(migrations)).toSorted());
    await Promise.all(both.map((each) => each.close()));
  });

  test('a migration that was edited, or is not known, stops the start; a failing one leaves nothing', async () => {
    const own = await open(await address());
    const copy = await mkdtemp(join(folder, 'migrations-'));
    const at = pathToFileURL(`${copy}/`);
    const first = (await readFile(new URL('0001_first.ts', migrations), 'utf8')).replaceAll(
      '../../src',
      new URL('../../src', import.meta.url).pathname,
    );
    await mkdir(copy, { recursive: true });
    await expect(migrateCatalog(own.db, own.dialect, clock, at)).rejects.toThrow('newer version');
    await writeFile(join(copy, '0001_first.ts'), `${first}\n// edited`);
    await expect(migrateCatalog(own.db, own.dialect, clock, at)).rejects.toThrow('0001_first.ts was edited');
    for (const name of await readdir(migrations)) await writeFile(join(copy, name), await readFile(new URL(name, migrations)));
    await writeFile(
      join(copy, '9999_broken.ts'),
      `export async function up({ table }) { await table('half').addColumn('a', 'text').execute(); throw new Error('broken'); }`,
    );
    await expect(migrateCatalog(own.db, own.dialect, clock, at)).rejects.toThrow('broken');
    expect((await own.db.introspection.getTables()).map((table) => table.name)).not.toContain('half');
    await own.close();
  });
}

type AnyTables = Kysely<{ catalog_migrations: { name: string } }>;

const sampleJob = {
  kind: 'k',
  workspace_id: null,
  payload: '{}',
  state: 'queued',
  run_at: 0,
  attempts: 0,
  max_attempts: 1,
  singleton_key: null,
  lease_owner: null,
  lease_until: null,
  last_error: null,
  created_at: 0,
  finished_at: null,
};
