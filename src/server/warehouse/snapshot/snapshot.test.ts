/** Tests of taking the whole warehouse out while it is written to, and putting it into an empty one. */
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestWarehouse, type TestWarehouse } from '../../../../test/fixtures/open-warehouse.ts';
import type { Warehouse } from '../../ports/warehouse.ts';
import { bind, sql } from '../../sql/statement.ts';
import { deleteImport } from '../removal/imports.ts';
import { restoreWarehouse, verifySnapshot } from './restore.ts';
import { backupWarehouse, freezeWarehouse } from './take.ts';

let source: TestWarehouse;
let target: TestWarehouse;
let folder: string;

beforeAll(async () => {
  source = await openTestWarehouse();
  target = await openTestWarehouse();
  folder = await mkdtemp(join(tmpdir(), 'bellwether-snapshot-'));
  await store('2024-01', 3_000, '');
  await store('2024-02', 2_000, 'wrong');
  await store('2024-02', 5_000, '');
  await source.warehouse.insert({
    table: 'traits',
    token: 't',
    bytes: [Buffer.from('{"workspace":"w","kind":"user","id":"u","time":1,"traits":{"plan":"pro","n":1.5},"received":1}\n')],
  });
  await source.warehouse.insert({
    table: 'dead_letters',
    token: 'd',
    bytes: [
      Buffer.from(
        `{"workspace":"w","received":${Date.now()},"source":"s","import_id":"","reason":"r","message":"m","name":"n","body":"b"}\n`,
      ),
    ],
  });
  await deleteImport(source.warehouse, 'w', 'wrong');
});
afterAll(async () => {
  await source?.close();
  await target?.close();
  await rm(folder, { recursive: true, force: true });
});

let inserts = 0;

async function store(month: string, count: number, importId: string): Promise<void> {
  const first = inserts++ * 100_000;
  const rows = Array.from(
    { length: count },
    (_, i) =>
      `{"workspace":"w","name":"n${i % 5}","time":"${month}-${String((i % 28) + 1).padStart(2, '0')}T00:00:00Z","id":"${first + i}","user":"u${i % 100}","anonymous":"","session":"","properties":{"a":${i}.5,"b":"text ${i}","c":{"d":${i % 2 === 0}},"mixed":${i % 3 === 0 ? '"x"' : '1.0'}},"source":"s","import_id":"${importId}","received":${i}}\n`,
  );
  await source.warehouse.insert({ table: 'events', token: `s${inserts}`, bytes: [Buffer.from(rows.join(''))] });
}

const digest = async (warehouse: Warehouse) =>
  (
    await warehouse.ask(
      sql`SELECT count(), sum(cityHash64(workspace, name, time, id, user, anonymous, session, toJSONString(properties), source, import_id, received)), groupUniqArray(dynamicType(properties.mixed)) FROM events WHERE toUInt64(id) < ${bind('UInt64', 300_000)}`,
    )
  ).rows.map((row) => [row[0], row[1], (row[2] as string[]).sort()]);

test('a snapshot is of the moment when it was frozen, whatever is written after', async () => {
  const before = await digest(source.warehouse);
  const frozen = await freezeWarehouse(source.warehouse);
  await store('2024-02', 1_000, 'late');
  await source.warehouse.command(sql`OPTIMIZE TABLE events FINAL`);
  const rows = await frozen.write(folder);
  await frozen.release();
  expect(rows).toEqual({ dead_letters: 1, events: 8_000, identity_links: 0, traits: 1 });
  expect(await restoreWarehouse(target.warehouse, folder)).toEqual(rows);
  expect(await digest(target.warehouse)).toEqual(before);
  expect((await target.warehouse.ask(sql`SELECT id, toJSONString(traits) FROM traits`)).rows).toEqual([['u', '{"n":1.5,"plan":"pro"}']]);
});

test('nothing frozen stays behind, not even after a crash', async () => {
  await freezeWarehouse(source.warehouse);
  const again = await mkdtemp(join(tmpdir(), 'bellwether-snapshot-'));
  expect((await backupWarehouse(source.warehouse, again))['events']).toBe(9_000);
  await rm(again, { recursive: true });
  expect((await source.warehouse.ask(sql`SHOW TABLES LIKE 'snapshot%'`)).rows).toEqual([]);
});

test('a warehouse that is not empty is not touched', async () => {
  await expect(restoreWarehouse(target.warehouse, folder)).rejects.toMatchObject({ code: 'CONFLICT' });
});

test('a damaged or missing file is found before anything is written', async () => {
  const path = join(folder, 'events', (await readdir(join(folder, 'events')))[0] as string);
  const whole = await readFile(path);
  const damaged = Buffer.from(whole);
  damaged[whole.length >> 1] = (damaged[whole.length >> 1] as number) ^ 1;
  await writeFile(path, damaged);
  await expect(verifySnapshot(folder)).rejects.toMatchObject({ code: 'BACKUP_DAMAGED' });
  await rm(path);
  await expect(verifySnapshot(folder)).rejects.toMatchObject({ code: 'BACKUP_DAMAGED' });
  await writeFile(path, whole);
  expect((await verifySnapshot(folder)).migrations[0]).toBe('0001_events');
});
