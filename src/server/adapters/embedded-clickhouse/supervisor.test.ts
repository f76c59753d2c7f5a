/** Tests of the warehouse child's life: start, death, hanging, the death of its parent, and what an interrupted insert leaves. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Log } from '../../ports/log.ts';
import { EmbeddedClickHouse, type EmbeddedOptions } from './supervisor.ts';

const log: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
let folder: string;
const opened: EmbeddedClickHouse[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bellwether-child-'));
});
afterEach(async () => {
  for (const server of opened.splice(0)) await server.close();
  await rm(folder, { recursive: true, force: true });
});

function open(options: Partial<EmbeddedOptions> = {}): EmbeddedClickHouse {
  const server = new EmbeddedClickHouse({ folder, log, randomBytes: (count) => randomBytes(count), ...options });
  opened.push(server);
  return server;
}

async function until(isDone: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const endMs = performance.now() + 20_000;
  while (!(await isDone())) {
    if (performance.now() > endMs) throw new Error(`waited for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const ready = (server: EmbeddedClickHouse): Promise<void> => until(() => server.health().state === 'ready', 'the child');

/** One statement over plain HTTP. */
async function post(
  server: EmbeddedClickHouse,
  query: string,
  options: { body?: BodyInit; headers?: Record<string, string>; search?: Record<string, string> } = {},
): Promise<Response> {
  const address = server.address();
  if (address === null) throw new Error('the child is not there');
  const search = new URLSearchParams({ query, ...options.search });
  return fetch(`${address.url}/?${search}`, {
    method: 'POST',
    headers: { 'X-ClickHouse-Key': address.password, ...options.headers },
    body: options.body ?? null,
  });
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test('the child listens on loopback only, and lets nobody in without the secret', async () => {
  const server = open();
  await ready(server);
  expect(server.address()?.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect((await post(server, 'SELECT 1', { headers: { 'X-ClickHouse-Key': 'guess' } })).status).toBe(403);
  const basic = Buffer.from(`x:${server.address()?.password}`).toString('base64');
  const answer = await fetch(`${server.address()?.url}/?query=SELECT%201%20FORMAT%20CSVWithNames`, {
    headers: { Authorization: `Basic ${basic}` },
  });
  expect(await answer.text()).toBe('"1"\n1\n');
  expect(answer.headers.get('x-clickhouse-summary')).toContain('"read_rows":"1"');
});

test('its command line says warehouse and not the secret', async () => {
  const server = open();
  await ready(server);
  const commandLine = await readFile(`/proc/${server.health().pid}/cmdline`, 'utf8').catch(() => 'warehouse');
  expect(commandLine).toContain('warehouse');
  expect(commandLine).not.toContain(server.address()?.password ?? 'no secret');
});

test('bodies may be gzipped, and errors say their number', async () => {
  const server = open();
  await ready(server);
  await post(server, 'CREATE TABLE t (a UInt32) ENGINE = MergeTree ORDER BY a');
  const { gzipSync } = await import('node:zlib');
  const inserted = await post(server, 'INSERT INTO t FORMAT JSONEachRow', {
    body: gzipSync('{"a":1}\n{"a":2}\n'),
    headers: { 'Content-Encoding': 'gzip' },
  });
  expect(inserted.status).toBe(200);
  expect(inserted.headers.get('x-clickhouse-summary')).toContain('"written_rows":"2"');
  const broken = await post(server, 'INSERT INTO t FORMAT JSONEachRow', {
    body: gzipSync('{"a":3}\n').subarray(0, 12),
    headers: { 'Content-Encoding': 'gzip' },
  });
  expect(broken.status).toBe(500);
  const unknown = await post(server, 'SELECT * FROM nowhere');
  expect(unknown.headers.get('x-clickhouse-exception-code')).toBe('60');
  expect(await (await post(server, 'SELECT count() FROM t')).text()).toBe('2\n');
});

test('the engine reads no files and no addresses', async () => {
  const server = open();
  await ready(server);
  for (const sql of [
    "SELECT 1 INTO OUTFILE 'x.txt'",
    "SELECT 1 INTO /* */ OUTFILE 'x.txt'",
    "INSERT INTO t FROM INFILE 'x.txt' FORMAT CSV",
  ]) {
    expect((await post(server, sql)).headers.get('x-clickhouse-exception-code')).toBe('497');
  }
  expect(await (await post(server, "SELECT 'INTO OUTFILE'")).text()).toBe('INTO OUTFILE\n');
  for (const source of [
    `file('/etc/hostname', LineAsString)`,
    `url('http://127.0.0.1:1/', LineAsString)`,
    `remote('127.0.0.1', system.one)`,
  ]) {
    expect((await post(server, `SELECT * FROM ${source}`)).headers.get('x-clickhouse-exception-code')).toBe('497');
  }
});

test('a killed child is started again at another address with its data', async () => {
  const server = open();
  await ready(server);
  await post(server, 'CREATE TABLE t (a UInt32) ENGINE = MergeTree ORDER BY a');
  await post(server, 'INSERT INTO t VALUES (1), (2)');
  const states: string[] = [];
  server.onHealth((health) => states.push(health.state));
  process.kill(server.health().pid as number, 'SIGKILL');
  await until(() => states.at(-1) === 'ready', 'the restart');
  expect(states).toEqual(['down', 'ready']);
  expect(server.health()).toMatchObject({ restarts: 1, lastError: expect.stringContaining('SIGKILL') });
  expect(await (await post(server, 'SELECT count() FROM t')).text()).toBe('2\n');
});

test('a child that hangs is killed and started again', async () => {
  const server = open({ pingEveryMs: 50, pingTimeoutMs: 500 });
  await ready(server);
  const first = server.health().pid as number;
  process.kill(first, 'SIGSTOP');
  await until(() => server.health().state === 'ready' && server.health().pid !== first, 'the restart');
  expect(isAlive(first)).toBe(false);
});

test('a folder that another child holds is refused with a reason, and taken when it is free', async () => {
  const first = open();
  await ready(first);
  const second = open();
  await until(() => second.health().state === 'down', 'the refusal');
  expect(second.health().lastError).toContain('Another process may be using this folder');
  await first.close();
  await ready(second);
});

test('the child ignores a Ctrl-C that reaches the whole group, and stops when it is told', async () => {
  const server = open();
  await ready(server);
  const pid = server.health().pid as number;
  process.kill(pid, 'SIGINT');
  process.kill(pid, 'SIGTERM');
  expect((await post(server, 'SELECT 1')).status).toBe(200);
  const running = post(server, 'SELECT sum(sipHash64(number)) FROM numbers(100000000000)').then(
    (response) => response.status,
    () => 0,
  );
  await server.close();
  expect(isAlive(pid)).toBe(false);
  expect(server.health()).toMatchObject({ state: 'stopped', pid: null });
  expect(server.address()).toBeNull();
  expect(await running).not.toBe(200);
});

test('the child dies with a parent that is killed', async () => {
  const supervisor = fileURLToPath(new URL('./supervisor.ts', import.meta.url));
  const script = `
    import { EmbeddedClickHouse } from ${JSON.stringify(supervisor)};
    import { randomBytes } from 'node:crypto';
    const log = { debug() {}, info() {}, warn() {}, error() {} };
    const server = new EmbeddedClickHouse({ folder: ${JSON.stringify(folder)}, log, randomBytes });
    server.onHealth((health) => health.state === 'ready' && console.log(health.pid));`;
  const parent = spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const pid = await new Promise<number>((resolve) =>
    createInterface({ input: parent.stdout }).once('line', (line) => resolve(Number(line))),
  );
  expect(isAlive(pid)).toBe(true);
  parent.kill('SIGKILL');
  await until(() => !isAlive(pid), 'the child to follow');
});

test('an insert cut off by a crash and repeated with its token is there once', async () => {
  const server = open();
  await ready(server);
  await post(
    server,
    'CREATE TABLE t (a UInt64, j JSON) ENGINE = MergeTree ORDER BY a SETTINGS non_replicated_deduplication_window = 100, fsync_after_insert = 1',
  );
  const rows = 60_000;
  const body = Buffer.from([...Array(rows).keys()].map((a) => `{"a":${a},"j":{"k":"v${a}","n":${a}.5}}\n`).join(''));
  const insert = () =>
    post(server, 'INSERT INTO t FORMAT JSONEachRow', { body, search: { insert_deduplication_token: '77' } }).then(
      (response) => response.status === 200,
      () => false,
    );
  for (const delayMs of [20, 60, 120, 200, 300]) {
    const first = insert();
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    const before = server.health();
    if (before.pid !== null) process.kill(before.pid, 'SIGKILL');
    await first;
    await until(() => server.health().restarts > before.restarts && server.health().state === 'ready', 'the restart');
  }
  await until(insert, 'the insert');
  expect(await (await post(server, 'SELECT count(), uniqExact(a) FROM t')).text()).toBe(`${rows}\t${rows}\n`);
});
