/** Tests of migrations: once, in order, by one server at a time, and never with a changed file. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { openTestWarehouse, warehouseMigrations, type TestWarehouse } from '../../../test/fixtures/open-warehouse.ts';
import { silentLog } from '../../../test/fixtures/silent-log.ts';
import { identifier, sql } from '../sql/statement.ts';
import { migrateWarehouse } from './migrate.ts';
import { readMigrations, splitStatements } from './migration-files.ts';

let subject: TestWarehouse;
let folder: string;

beforeAll(async () => {
  subject = await openTestWarehouse(false);
});
afterAll(() => subject.close());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bellwether-migrations-'));
});
afterEach(async () => {
  for (const table of ['migrations', 'migration_lock', 'a', 'b'])
    await subject.warehouse.command(sql`DROP TABLE IF EXISTS ${identifier(table)}`);
  await rm(folder, { recursive: true });
});

const write = (name: string, text: string) => writeFile(join(folder, name), text);
const migrate = () => migrateWarehouse(subject.warehouse, folder, silentLog);
const makeTable = (name: string) => `CREATE TABLE IF NOT EXISTS ${name} (n UInt8) ENGINE = MergeTree ORDER BY n;`;

test('statements are cut at semicolons outside of strings and comments', () => {
  expect(splitStatements("-- a; b\nSELECT ';--' , 1 - 2 / 3; /* x; */ SELECT `q;`;\n")).toEqual([
    "SELECT ';--' , 1 - 2 / 3",
    'SELECT `q;`',
  ]);
});

test('files need a number of their own', async () => {
  await write('first.sql', '');
  expect(() => readMigrations(folder)).toThrow('must be called like');
  await rm(join(folder, 'first.sql'));
  await write('0001_a.sql', '');
  await write('0001_b.sql', '');
  expect(() => readMigrations(folder)).toThrow('have the number 0001');
});

test('what is missing is applied in order, and nothing twice', async () => {
  await write('0001_a.sql', makeTable('a'));
  expect(await migrate()).toEqual(['0001_a']);
  await write('0002_b.sql', `${makeTable('b')} INSERT INTO b VALUES (1);`);
  expect(await migrate()).toEqual(['0002_b']);
  expect(await migrate()).toEqual([]);
  expect((await subject.warehouse.ask(sql`SELECT count() FROM b`)).rows).toEqual([[1]]);
});

test('several servers at once apply each migration once', async () => {
  await write('0001_a.sql', `${makeTable('a')} INSERT INTO a VALUES (1);`);
  const applied = await Promise.all([migrate(), migrate(), migrate()]);
  expect(applied.flat()).toEqual(['0001_a']);
  expect((await subject.warehouse.ask(sql`SELECT count() FROM a`)).rows).toEqual([[1]]);
});

test('a file that was changed after it was applied stops the start and is named', async () => {
  await write('0001_a.sql', makeTable('a'));
  await migrate();
  await write('0001_a.sql', `${makeTable('a')} -- better`);
  await expect(migrate()).rejects.toThrow('0001_a was changed after it had been applied');
});

test('a warehouse of a newer version is not touched', async () => {
  await write('0001_a.sql', makeTable('a'));
  await migrate();
  await rm(join(folder, '0001_a.sql'));
  await expect(migrate()).rejects.toThrow('made by a newer version');
});

test('a migration that fails leaves no lock and is repeated when it is mended', async () => {
  await write('0001_a.sql', `${makeTable('a')} NONSENSE;`);
  await expect(migrate()).rejects.toMatchObject({ engineCode: 62 });
  await write('0001_a.sql', makeTable('a'));
  expect(await migrate()).toEqual(['0001_a']);
});

test('the migrations of this version can each be repeated', async () => {
  for (const { statements } of readMigrations(warehouseMigrations)) {
    for (const text of [...statements, ...statements]) await subject.warehouse.command({ kind: 'statement', text, params: {} });
  }
});
