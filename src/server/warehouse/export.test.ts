/** Exports of the real warehouse. */
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestWarehouse, type TestWarehouse } from '../../../test/fixtures/open-warehouse.ts';
import { maskSalt, viewFor } from '../../../test/fixtures/views.ts';
import { sql, bind, type Statement } from '../sql/statement.ts';
import { exportEvents } from './export.ts';
import { saltedHash } from './view/salt.ts';

let opened: TestWarehouse;
const all: Statement = sql`FROM events WHERE workspace = ${bind('String', 'w')}`;

const stored = [
  {
    id: 'a',
    name: 'purchase',
    time: '2024-05-01 10:00:00.123',
    user: 'u1',
    anonymous: '',
    session: 's',
    properties: { amount: 12.5, country: 'DE', nested: { deep: { n: 2.5 } }, tags: ['x', 'y "z"'], isGift: true, mixed: 5 },
  },
  {
    id: '',
    name: 'page',
    time: '2024-05-02 10:00:00.000',
    user: '',
    anonymous: 'n1',
    session: '',
    properties: { country: 'line\nbreak, "quoted"', mixed: 'five', items: [{ sku: 'A', price: 3 }] },
  },
];

beforeAll(async () => {
  opened = await openTestWarehouse();
  const rows = [...stored.map((event) => ({ ...event, workspace: 'w' })), { ...stored[0], workspace: 'other' }];
  const lines = rows
    .map((row) => `${JSON.stringify({ ...row, source: 'http', import_id: '', received: '2024-05-03 00:00:00.000' })}\n`)
    .join('');
  await opened.warehouse.insert({ table: 'events', token: 'one', bytes: [Buffer.from(lines)] });
});
afterAll(() => opened.close());

async function collect(format: 'ndjson' | 'csv' | 'parquet', view = viewFor('w')): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of await exportEvents(opened.warehouse, { rows: all, view }, format, {})) parts.push(part);
  return Buffer.concat(parts);
}

describe('an export', () => {
  test('as NDJSON is the events again, of this workspace only', async () => {
    const events = (await collect('ndjson'))
      .toString()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { name: string });
    expect(events.sort((a, b) => b.name.localeCompare(a.name))).toEqual([
      { ...stored[0], time: '2024-05-01T10:00:00.123Z', anonymous: null },
      { ...stored[1], time: '2024-05-02T10:00:00.000Z', id: null, user: null, session: null },
    ]);
  });

  test('as CSV has a column per property, lists as JSON, missing as empty', async () => {
    const text = (await collect('csv')).toString();
    expect(text.split('\n')[0]).toBe(
      '"id","name","time","user","anonymous","session","properties.amount","properties.country","properties.isGift","properties.items","properties.mixed","properties.nested.deep.n","properties.tags"',
    );
    expect(text).toContain('"a","purchase","2024-05-01T10:00:00.123Z","u1",,"s","12.5","DE","true",,"5","2.5","[""x"",""y \\""z\\""""]"');
  });

  test('asks conditions of what is stored: an event without a user is not of another user', async () => {
    const others = sql`${all} AND NOT (user IN ${bind('Array(String)', ['u1'])})`;
    for (const format of ['ndjson', 'csv'] as const) {
      const parts: Uint8Array[] = [];
      for await (const part of await exportEvents(opened.warehouse, { rows: others, view: viewFor('w') }, format, {})) parts.push(part);
      expect(Buffer.concat(parts).toString()).toContain('2024-05-02T10:00:00.000Z');
    }
  });

  test('as Parquet keeps the types of properties that have one', async () => {
    const file = join(opened.folder, 'events.parquet');
    await writeFile(file, await collect('parquet'));
    const rows = await parquetReadObjects({ file: await asyncBufferFromFile(file), compressors });
    expect(rows.find(({ id }) => id === 'a')).toMatchObject({
      name: 'purchase',
      time: new Date('2024-05-01T10:00:00.123Z'),
      'properties.amount': 12.5,
      'properties.isGift': true,
      'properties.mixed': '5',
      'properties.nested.deep.n': 2.5,
    });
  });

  describe('to those who see a part', () => {
    const view = viewFor(
      'w',
      [],
      [
        { field: 'user', as: 'hash' },
        { field: 'name', as: 'last4' },
        { field: 'session', as: 'hide' },
        { field: 'properties.country', as: 'hash' },
        { field: 'properties.nested', as: 'hide' },
        { field: 'properties.items.price', as: 'bucket', step: 10 },
      ],
    );

    test('leaves out what is masked in every format, lists with masked members as well', async () => {
      const events = (await collect('ndjson', view)).toString().trim().split('\n');
      expect(events.map((line) => JSON.parse(line) as object)).toEqual(
        expect.arrayContaining([
          {
            id: 'a',
            name: '••••hase',
            time: '2024-05-01T10:00:00.123Z',
            user: saltedHash(maskSalt('w'), 'su1'),
            anonymous: null,
            session: null,
            properties: { amount: 12.5, tags: ['x', 'y "z"'], isGift: true, mixed: 5 },
          },
          {
            id: null,
            name: '••••',
            time: '2024-05-02T10:00:00.000Z',
            user: null,
            anonymous: 'n1',
            session: null,
            properties: { mixed: 'five' },
          },
        ]),
      );
      const csv = (await collect('csv', view)).toString();
      expect(csv.split('\n')[0]).toBe(
        '"id","name","time","user","anonymous","session","properties.amount","properties.isGift","properties.items","properties.mixed","properties.tags"',
      );
      for (const secret of ['u1', 'DE', 'quoted', '2.5,', 'price', 'purchase']) expect(csv.replaceAll('12.5', '')).not.toContain(secret);
      const file = join(opened.folder, 'masked.parquet');
      await writeFile(file, await collect('parquet', view));
      const rows = await parquetReadObjects({ file: await asyncBufferFromFile(file), compressors });
      expect(rows.find(({ id }) => id === 'a')).toEqual({
        id: 'a',
        name: '••••hase',
        time: new Date('2024-05-01T10:00:00.123Z'),
        user: saltedHash(maskSalt('w'), 'su1'),
        'properties.amount': 12.5,
        anonymous: null,
        session: null,
        'properties.items': null,
        'properties.isGift': true,
        'properties.mixed': '5',
        'properties.tags': '["x","y \\"z\\""]',
      });
    });
  });
});
