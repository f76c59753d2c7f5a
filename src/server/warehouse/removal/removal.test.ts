/** Tests of removing events, by import and by age. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestWarehouse, type TestWarehouse } from '../../../../test/fixtures/open-warehouse.ts';
import { bind, sql } from '../../sql/statement.ts';
import { deleteImport } from './imports.ts';
import { removeOldEvents } from './retention.ts';

let subject: TestWarehouse;
beforeAll(async () => {
  subject = await openTestWarehouse();
});
afterAll(() => subject.close());

let inserts = 0;

async function store(workspace: string, importId: string, times: readonly string[]): Promise<void> {
  const rows = times.map((time) =>
    JSON.stringify({
      workspace,
      name: 'n',
      time: `${time}Z`,
      id: '',
      user: '',
      anonymous: '',
      session: '',
      properties: {},
      source: 's',
      import_id: importId,
      received: 0,
    }),
  );
  for (const [i, row] of rows.entries())
    await subject.warehouse.insert({ table: 'events', token: `r${inserts++}-${i}`, bytes: [Buffer.from(row)] });
}

const left = async (workspace: string) =>
  (
    await subject.warehouse.ask(
      sql`SELECT import_id, toString(time) FROM events WHERE workspace = ${bind('String', workspace)} ORDER BY time, import_id`,
    )
  ).rows;
const hour = (time: string) => Date.parse(`${time}Z`) / 3_600_000;

test('an import is taken back as a whole and nothing else with it', async () => {
  await store('a', 'wrong', ['2024-01-01T10:30:00', '2024-01-01T10:45:00', '2024-02-03T23:59:59']);
  await store('a', 'right', ['2024-01-01T10:30:00']);
  await store('b', 'wrong', ['2024-01-01T10:30:00']);
  await subject.warehouse.insert({
    table: 'dead_letters',
    token: 'd',
    bytes: [
      Buffer.from(
        JSON.stringify({ workspace: 'a', received: 0, source: 's', import_id: 'wrong', reason: 'r', message: '', name: '', body: '' }),
      ),
    ],
  });
  expect(await deleteImport(subject.warehouse, 'a', 'wrong')).toEqual({
    workspaceId: 'a',
    count: 3,
    hours: [hour('2024-01-01T10:00:00'), hour('2024-02-03T23:00:00')],
  });
  expect(await left('a')).toEqual([['right', '2024-01-01 10:30:00.000']]);
  expect(await left('b')).toHaveLength(1);
  expect((await subject.warehouse.ask(sql`SELECT count() FROM dead_letters`)).rows).toEqual([[0]]);
  expect(await deleteImport(subject.warehouse, 'a', 'wrong')).toEqual({ workspaceId: 'a', count: 0, hours: [] });
  await expect(deleteImport(subject.warehouse, 'a', '')).rejects.toThrow(TypeError);
});

test('old events go by the UTC day, whole months and parts of one', async () => {
  await store('old', '', [
    '2023-11-05T00:00:00',
    '2023-12-31T23:59:59',
    '2024-03-09T23:59:59',
    '2024-03-10T00:00:00',
    '2024-04-01T00:00:00',
  ]);
  const removed = await removeOldEvents(subject.warehouse, Date.parse('2024-03-10T15:00:00Z'));
  expect(removed.find(({ workspaceId }) => workspaceId === 'old')).toEqual({
    workspaceId: 'old',
    count: 3,
    hours: [hour('2023-11-05T00:00:00'), hour('2023-12-31T23:00:00'), hour('2024-03-09T23:00:00')],
  });
  expect((await left('old')).map((row) => row[1])).toEqual(['2024-03-10 00:00:00.000', '2024-04-01 00:00:00.000']);
  expect(await left('a')).toEqual([]);
  expect(await removeOldEvents(subject.warehouse, Date.parse('2024-03-10T15:00:00Z'))).toEqual([]);
});
