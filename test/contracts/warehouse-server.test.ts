/** Tests of a warehouse that is named by a URL, with the embedded child standing in for the server. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ClickHouseServer } from '../../src/server/adapters/clickhouse/clickhouse-server.ts';
import { ClickHouseWarehouse } from '../../src/server/adapters/clickhouse/clickhouse-warehouse.ts';
import { EmbeddedClickHouse } from '../../src/server/adapters/embedded-clickhouse/supervisor.ts';
import { bind, sql } from '../../src/server/sql/statement.ts';
import { silentLog } from '../fixtures/silent-log.ts';
import { until } from '../fixtures/until.ts';

let folder: string;
let standIn: EmbeddedClickHouse;
let warehouse: ClickHouseWarehouse | null = null;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bellwether-server-'));
  standIn = new EmbeddedClickHouse({ folder, log: silentLog, randomBytes: (count) => randomBytes(count) });
  await until(() => standIn.health().state === 'ready', 'the child');
});
afterEach(async () => {
  await warehouse?.close();
  await standIn.close();
  await rm(folder, { recursive: true, force: true });
});

function urlOf(password: string): string {
  const address = standIn.address();
  if (address === null) throw new Error('the child is not there');
  return address.url.replace('http://', `http://${address.username}:${encodeURIComponent(password)}@`);
}

test('it answers, and says so when the server goes away', async () => {
  warehouse = new ClickHouseWarehouse(new ClickHouseServer(urlOf(standIn.address()?.password ?? '')));
  await warehouse.ready(10_000);
  expect((await warehouse.ask(sql`SELECT ${bind('String', 'there')}`)).rows).toEqual([['there']]);
  const states: string[] = [];
  warehouse.onHealth((health) => states.push(health.state));
  await standIn.close();
  await expect(warehouse.ask(sql`SELECT 1`)).rejects.toMatchObject({ code: 'WAREHOUSE_UNAVAILABLE' });
  await until(() => states.includes('down'), 'the loss to be noticed');
  expect(warehouse.health()).toMatchObject({ state: 'down', restarts: 1 });
});

test('a wrong password is not taken for a server that starts', async () => {
  warehouse = new ClickHouseWarehouse(new ClickHouseServer(urlOf('guess')));
  await expect(warehouse.ready(1_000)).rejects.toThrow(/Authentication failed/);
  await expect(warehouse.ask(sql`SELECT 1`)).rejects.toMatchObject({ code: 'WAREHOUSE_UNAVAILABLE' });
});

test('what is no address is refused at once', () => {
  for (const text of ['', 'nonsense', 'tcp://localhost:9000'])
    expect(() => new ClickHouseServer(text)).toThrow('CLICKHOUSE_URL must look like');
});
