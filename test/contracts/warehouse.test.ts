/** The contract of the warehouse, run on the embedded child and, where one is named, on a ClickHouse server. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ClickHouseServer } from '../../src/server/adapters/clickhouse/clickhouse-server.ts';
import { ClickHouseWarehouse } from '../../src/server/adapters/clickhouse/clickhouse-warehouse.ts';
import type { Warehouse } from '../../src/server/ports/warehouse.ts';
import { bind, identifier, sql, trusted } from '../../src/server/sql/statement.ts';
import { migrateWarehouse } from '../../src/server/warehouse/migrate.ts';
import { openTestWarehouse, warehouseMigrations } from '../fixtures/open-warehouse.ts';
import { silentLog } from '../fixtures/silent-log.ts';
import { until } from '../fixtures/until.ts';

interface Subject {
  warehouse: Warehouse;
  close(): Promise<void>;
}

async function openServer(url: string): Promise<Subject> {
  const warehouse = new ClickHouseWarehouse(new ClickHouseServer(url));
  await warehouse.ready(10_000);
  await migrateWarehouse(warehouse, warehouseMigrations, silentLog);
  return { warehouse, close: () => warehouse.close() };
}

const serverUrl = process.env['TEST_CLICKHOUSE_URL'];
if (serverUrl === undefined) console.log('skipped: the warehouse contract on a ClickHouse server, because TEST_CLICKHOUSE_URL is not set');

describe.each([
  ['the embedded child', () => openTestWarehouse()],
  ...(serverUrl === undefined ? [] : [['a server', () => openServer(serverUrl)] as const]),
] as const)('a warehouse on %s', (_name, open) => {
  let subject: Subject;
  let warehouse: Warehouse;
  let table: string;

  beforeAll(async () => {
    subject = await open();
    ({ warehouse } = subject);
  });
  afterAll(() => subject?.close());

  async function makeTable(): Promise<void> {
    table = `t_${randomUUID().replaceAll('-', '')}`;
    await warehouse.command(
      sql`CREATE TABLE ${identifier(table)} (n UInt32, j JSON, s String) ENGINE = MergeTree ORDER BY n SETTINGS non_replicated_deduplication_window = 100`,
    );
  }
  const ask = async (statement: Parameters<Warehouse['ask']>[0], options?: Parameters<Warehouse['ask']>[1]) =>
    (await warehouse.ask(statement, options)).rows;
  const countRows = async () => (await ask(sql`SELECT count() FROM ${identifier(table)}`))[0]?.[0];
  const lines = (...rows: object[]) => [Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''))];

  test('values arrive as they were bound, whatever they hold', async () => {
    const texts = ['', "x' OR 1=1 --", 'back\\slash', 'line\nbreak\ttab', '{p0:String}', '12345', '\\N', 'ünï 🐦', 'a\0b'];
    for (const text of texts) expect(await ask(sql`SELECT ${bind('String', text)}`)).toEqual([[text]]);
    expect(await ask(sql`SELECT ${bind('Array(String)', texts)}`)).toEqual([[texts]]);
    expect(
      await ask(sql`SELECT ${bind('Float64', 0.1)}, ${bind('UInt64', 2 ** 53)}, ${bind('Nullable(String)', null)}, ${bind('Bool', true)}`),
    ).toEqual([[0.1, 2 ** 53, null, true]]);
    expect(await ask(sql`SELECT ${bind("DateTime64(3, 'UTC')", '2024-05-01 10:00:00.123')}`)).toEqual([['2024-05-01 10:00:00.123']]);
    expect(
      await ask(sql`SELECT count() FROM system.one WHERE 'x' IN ${bind('Array(String)', [...Array(20_000).keys()].map(String))}`),
    ).toEqual([[0]]);
  });

  test('questions at the same time keep their own values', async () => {
    const answers = await Promise.all(
      [...Array(60).keys()].map((i) =>
        ask(sql`SELECT ${bind('UInt32', i)}, ${bind('String', `v${i}`)}, sum(number) FROM numbers(${bind('UInt32', i + 1)})`),
      ),
    );
    answers.forEach((rows, i) => expect(rows).toEqual([[i, `v${i}`, (i * (i + 1)) / 2]]));
  });

  test('an answer names its columns and types and what it read', async () => {
    const answer = await warehouse.ask(sql`SELECT number AS n, toString(number) AS s FROM numbers(3)`);
    expect(answer.columns).toEqual([
      { name: 'n', type: 'UInt64' },
      { name: 's', type: 'String' },
    ]);
    expect(answer.rows).toEqual([
      [0, '0'],
      [1, '1'],
      [2, '2'],
    ]);
    expect(answer.rowsRead).toBe(3);
  });

  test('each kind of failure has its code', async () => {
    await expect(ask(sql`SELECT nope`)).rejects.toMatchObject({ name: 'WarehouseError', engineCode: 47 });
    await expect(
      ask(sql`SELECT sleepEachRow(0.1) FROM numbers(100) SETTINGS max_block_size = 1`, { limits: { timeoutMs: 300 } }),
    ).rejects.toMatchObject({ code: 'QUERY_TIMEOUT' });
    await expect(ask(sql`SELECT number FROM numbers(1000)`, { limits: { resultRows: 10 } })).rejects.toMatchObject({
      code: 'QUERY_OVER_BUDGET',
    });
    await expect(ask(sql`SELECT count() FROM numbers(1000)`, { limits: { rowsToRead: 10 } })).rejects.toMatchObject({
      code: 'QUERY_OVER_BUDGET',
    });
    await expect(
      ask(sql`SELECT length(groupArray(number)) FROM numbers(10000000)`, { limits: { memoryBytes: 20_000_000 } }),
    ).rejects.toMatchObject({ code: 'QUERY_OVER_BUDGET' });
    await expect(ask(sql`SELECT 1; SELECT 2`)).rejects.toMatchObject({ engineCode: 62 });
    await expect(ask({ kind: 'statement', text: 'SELECT {missing:String}', params: {} })).rejects.toMatchObject({ engineCode: 456 });
  });

  test('what a failed question had written never reaches another one', async () => {
    for (let i = 0; i < 8; i++) {
      await expect(ask(sql`SELECT number FROM numbers(200000)`, { limits: { resultRows: 150_000 } })).rejects.toMatchObject({
        code: 'QUERY_OVER_BUDGET',
      });
      expect(await ask(sql`SELECT ${bind('UInt8', i)}`)).toEqual([[i]]);
    }
  });

  test('a question cannot write', async () => {
    await makeTable();
    await expect(ask(sql`DROP TABLE ${identifier(table)}`)).rejects.toMatchObject({ engineCode: 164 });
    await expect(ask(sql`INSERT INTO ${identifier(table)} (n) VALUES (1)`)).rejects.toMatchObject({ engineCode: 164 });
    await expect(ask(sql`SELECT 1 SETTINGS readonly = 0`)).rejects.toMatchObject({ engineCode: 164 });
    expect(await countRows()).toBe(0);
  });

  test('an abort ends the question inside the engine', async () => {
    const cancel = new AbortController();
    const running = ask(sql`SELECT 'find me', sum(sipHash64(number)) FROM numbers(100000000000)`, {
      signal: cancel.signal,
      limits: { timeoutMs: 60_000 },
    });
    const found = sql`SELECT count() FROM system.processes WHERE query LIKE ${bind('String', '%find me%numbers(100%')} AND query NOT LIKE '%system.processes%'`;
    await until(async () => (await ask(found))[0]?.[0] === 1, 'the question to run');
    cancel.abort();
    await expect(running).rejects.toMatchObject({ code: 'QUERY_CANCELLED' });
    await until(async () => (await ask(found))[0]?.[0] === 0, 'the question to end');
    await expect(ask(sql`SELECT 1`, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'QUERY_CANCELLED' });
  });

  test('more questions than connections wait for their turn', async () => {
    const answers = await Promise.all(
      [...Array(100).keys()].map((i) => ask(sql`SELECT ${bind('UInt8', i)} FROM numbers(1) WHERE sleepEachRow(0.01) = 0`)),
    );
    expect(answers.map((rows) => rows[0]?.[0])).toEqual([...Array(100).keys()]);
  });

  test('a long answer is streamed whole', async () => {
    let bytes = 0;
    let newlines = 0;
    for await (const piece of await warehouse.stream(sql`SELECT number FROM numbers(${bind('UInt32', 3_000_000)})`, 'JSONEachRow')) {
      bytes += piece.byteLength;
      for (const byte of piece) newlines += byte === 10 ? 1 : 0;
    }
    expect(newlines).toBe(3_000_000);
    expect(bytes).toBe(55_888_890);
  });

  test('a stream that fails on its way fails for its reader, and early failures come at once', async () => {
    const read = async () => {
      let bytes = 0;
      for await (const piece of await warehouse.stream(
        sql`SELECT throwIf(number = 2500000, 'no more') FROM numbers(3000000)`,
        'JSONEachRow',
      ))
        bytes += piece.byteLength;
      return bytes;
    };
    await expect(read()).rejects.toMatchObject({ name: 'WarehouseError', engineCode: 395 });
    await expect(warehouse.stream(sql`SELECT nope`, 'Native')).rejects.toMatchObject({ engineCode: 47 });
    expect(await ask(sql`SELECT 1`)).toEqual([[1]]);
  });

  test('a reader that leaves ends the stream in the engine', async () => {
    for await (const piece of await warehouse.stream(sql`SELECT 'gone', number FROM numbers(100000000000)`, 'TabSeparated')) {
      expect(piece.byteLength).toBeGreaterThan(0);
      break;
    }
    await until(
      async () =>
        (await ask(sql`SELECT count() FROM system.processes WHERE query LIKE '%gone%' AND query NOT LIKE '%system.processes%'`))[0]?.[0] ===
        0,
      'the stream to end',
    );
  });

  test('equal tokens are inserted once, other tokens always', async () => {
    await makeTable();
    for (const token of ['1', '1', '2', 'a-3:0-20000:202401']) await warehouse.insert({ table, token, bytes: lines({ n: 1, s: 'x' }) });
    expect(await countRows()).toBe(3);
  });

  test('the bytes of an insert may come in pieces that cut rows', async () => {
    await makeTable();
    const bytes = Buffer.concat(lines({ n: 1, s: 'ä\n' }, { n: 2, s: 'b' }, { n: 3, s: 'c' }));
    await warehouse.insert({ table, token: 'cut', bytes: [bytes.subarray(0, 14), bytes.subarray(14, 25), bytes.subarray(25)] });
    expect(await ask(sql`SELECT n, s FROM ${identifier(table)} ORDER BY n`)).toEqual([
      [1, 'ä\n'],
      [2, 'b'],
      [3, 'c'],
    ]);
  });

  test('a JSON path holds numbers as Float64, text as text, and never a date', async () => {
    await makeTable();
    const texts = ['5.0', '5.5', '"x"', 'true', 'null', '[1.0,2.5]', '["a","b"]', '{"b":{"c":"d"}}', '"2024-01-01"', '"12"', '1e300', '""'];
    const body = texts.map((value, n) => `{"n":${n},"j":{"a":${value}},"s":""}\n`).join('');
    await warehouse.insert({ table, token: 'types', bytes: [Buffer.from(body)] });
    const rows = await ask(sql`SELECT dynamicType(j.a), toJSONString(j) FROM ${identifier(table)} ORDER BY n`);
    expect(rows.map((row) => row[0])).toEqual([
      'Float64',
      'Float64',
      'String',
      'Bool',
      'None',
      'Array(Nullable(Float64))',
      'Array(Nullable(String))',
      'None',
      'String',
      'String',
      'Float64',
      'String',
    ]);
    expect(rows.map((row) => row[1])).toEqual([
      '{"a":5}',
      '{"a":5.5}',
      '{"a":"x"}',
      '{"a":true}',
      '{}',
      '{"a":[1,2.5]}',
      '{"a":["a","b"]}',
      '{"a":{"b":{"c":"d"}}}',
      '{"a":"2024-01-01"}',
      '{"a":"12"}',
      '{"a":1e300}',
      '{"a":""}',
    ]);
  });

  test('the bytes of an insert are rows, and never statements', async () => {
    await makeTable();
    const drop = `TRUNCATE TABLE ${table}`;
    await warehouse.insert({ table, token: 'a', bytes: [Buffer.from('{"n":1}\n\n{"n":2}\n \n\r\n{"n":3}')] });
    await expect(warehouse.insert({ table, token: 'b', bytes: [Buffer.from(`{"n":4}\n\n${drop};\n`)] })).rejects.toMatchObject({
      name: 'WarehouseError',
    });
    async function* csv() {
      yield Buffer.from(`5,"{}","x\n\n${drop}\n\n;"\n`);
    }
    expect(await warehouse.insertStream(table, 'CSV', 'c', csv())).toBe(1);
    expect(await ask(sql`SELECT n, s FROM ${identifier(table)} ORDER BY n`)).toEqual([
      [1, ''],
      [2, ''],
      [3, ''],
      [5, `x\n\n${drop}\n\n;`],
    ]);
  });

  test('one bad row keeps the whole block out, and the connection stays clean', async () => {
    await makeTable();
    await expect(warehouse.insert({ table, token: 'bad', bytes: [Buffer.from('{"n":1}\n{"n":"nope"}\n')] })).rejects.toMatchObject({
      name: 'WarehouseError',
    });
    expect(await countRows()).toBe(0);
    await warehouse.insert({ table, token: 'bad', bytes: lines({ n: 7 }) });
    expect(await countRows()).toBe(1);
  });

  test('rows can go out in Native and come back in', async () => {
    await makeTable();
    await warehouse.insert({
      table,
      token: 'a',
      bytes: lines(...[...Array(1000).keys()].map((n) => ({ n, j: { k: `v${n}`, f: n + 0.5 }, s: 's' }))),
    });
    const from = table;
    await makeTable();
    const native = await warehouse.stream(sql`SELECT * FROM ${identifier(from)}`, 'Native');
    expect(await warehouse.insertStream(table, 'Native', 'copy', native)).toBe(1000);
    const digest = (name: string) => ask(sql`SELECT count(), sum(cityHash64(n, toJSONString(j), s)) FROM ${identifier(name)}`);
    expect(await digest(table)).toEqual(await digest(from));
  });

  test('CSV comes in without a stray line', async () => {
    await makeTable();
    async function* csv() {
      yield Buffer.from('1,"{}","a\nb"\n2,"{}"');
      yield Buffer.from(',c\n');
    }
    await warehouse.insertStream(table, 'CSV', 'csv', csv());
    expect(await ask(sql`SELECT n, s FROM ${identifier(table)} ORDER BY n`)).toEqual([
      [1, 'a\nb'],
      [2, 'c'],
    ]);
  });

  test('settings of one statement do not reach the next', async () => {
    expect(await ask(sql`SELECT getSetting('max_block_size')`, { settings: { max_block_size: 123 } })).toEqual([[123]]);
    for (let i = 0; i < 8; i++) expect(await ask(sql`SELECT getSetting('max_block_size') = 123`)).toEqual([[0]]);
    await expect(ask(sql`SELECT 1`, { settings: { no_such_setting: 1 } })).rejects.toMatchObject({ engineCode: 115 });
    expect(await ask(sql`SELECT ${trusted('1')}`)).toEqual([[1]]);
  });
});
