/** The server as a process, sentence by sentence: variables, files, signals, kills, and what a second one is told. */
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { QueryInput } from '../../src/shared/model/query.ts';
import { callsOf, type Calls } from '../fixtures/calls.ts';
import { openTestServer, testOwner, type TestServer } from '../fixtures/open-server.ts';
import { childrenOf, isRunning, running, type Running } from '../fixtures/processes.ts';
import { runCli } from '../fixtures/run-cli.ts';
import { projectFolder } from '../fixtures/source-tree.ts';
import { until } from '../fixtures/until.ts';

let folder: string;
let server: TestServer;
let calls: Calls;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bellwether-process-'));
  server = await openTestServer({ LOG_LEVEL: 'trace' });
  calls = callsOf(server);
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

const send = (name: string, count = 1) => calls.post('/v1/events', JSON.stringify(Array.from({ length: count }, () => ({ name }))));
const countNamed = async (name: string) =>
  (await calls.ask({ kind: 'total', where: [{ field: 'name', is: [name] }], range: { last: '2d' } })).totals[0];

function warehouseChild(): Running {
  const [child, ...others] = childrenOf(server.pid());
  expect(others).toEqual([]);
  return child!;
}

/** Starts a server that is expected to stop by itself; its environment is `env` and a free port. */
function startInVain(env: Record<string, string>): Promise<{ code: number | null; err: string; out: string }> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'src/server/main.ts'], {
    cwd: projectFolder,
    env: { PATH: process.env.PATH, PORT: '0', BELLWETHER_DATA: join(folder, 'vain'), LOG_LEVEL: 'silent', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, out, err })));
}

describe('a wrong start stops with one line', () => {
  const owner = { BELLWETHER_INIT_EMAIL: 'a@example.com', BELLWETHER_INIT_PASSWORD: 'long enough' };
  const secretPart = 'hunter2';

  test('that names the variable, its value and what is allowed; secrets are not shown', { timeout: 90_000 }, async () => {
    const wrong: [string, string, string | null, RegExp][] = [
      ['PORT', 'eighty', '"eighty"', /0 to 65535/],
      ['HOST', 'no host', '"no host"', /address or host name/],
      ['PUBLIC_URL', 'example.com', '"example.com"', /https?:\/\//],
      ['WEB_ORIGINS', 'https://a.example/path', '"https://a.example/path"', /origins such as/],
      ['LOG_LEVEL', 'loud', '"loud"', /`?trace/],
      ['BELLWETHER_ROLES', 'query', '"query"', /not in this version/],
      ['BELLWETHER_INIT_EMAIL', 'nobody', '"nobody"', /e-mail/],
      ['BELLWETHER_SECRET', secretPart, null, /32 to 512/],
      ['CLICKHOUSE_URL', `ftp://u:${secretPart}@h`, null, /http\(s\):\/\//],
      ['DATABASE_URL', `mysql://u:${secretPart}@h`, null, /postgres:\/\//],
      ['REDIS_URL', `redis://:${secretPart}@h`, null, /not in this version/],
      ['SMTP_URL', `imap://u:${secretPart}@h`, null, /smtp\(s\):\/\//],
      ['BELLWETHER_INIT_PASSWORD', 'short', null, /8 to 128/],
      ['BELLWETHER_INIT_WRITE_KEY', `${secretPart} `.repeat(3), null, /8 to 200/],
      ['BELLWETHER_INIT_API_KEY', 'key', null, /8 to 200/],
    ];
    while (wrong.length > 0) {
      await Promise.all(
        wrong.splice(0, 3).map(async ([name, value, shown, allowed]) => {
          const { code, err, out } = await startInVain({ ...owner, [name]: value });
          expect([name, code, out]).toEqual([name, 2, '']);
          expect(err).toMatch(/^bellwether: [^\n]+\n$/);
          expect(err).toContain(name);
          expect(err).toMatch(allowed);
          expect(err).toContain(shown ?? `set (${value.length} characters, not shown)`);
          expect(err).not.toContain(secretPart);
        }),
      );
    }
    expect(await readdir(folder)).toEqual([]);
  });

  test('when the folder is in use, the port is taken, or the folder cannot be made', async () => {
    await writeFile(join(folder, 'file'), '');
    const [inUse, taken, inTheWay] = await Promise.all([
      startInVain({ BELLWETHER_DATA: server.folder }),
      startInVain({ BELLWETHER_DATA: join(folder, 'other'), PORT: String(server.port) }),
      startInVain({ BELLWETHER_DATA: join(folder, 'file') }),
    ]);
    for (const { code, err } of [inUse, taken, inTheWay]) {
      expect(code).toBeGreaterThan(0);
      expect(err).toMatch(/^bellwether: [^\n]+\n$/);
    }
    expect(inUse.err).toContain(`${server.folder} is in use by another Bellwether`);
    expect(taken.err).toContain(`PORT is ${server.port}`);
    expect(inTheWay.err).toContain('BELLWETHER_DATA is');
    expect((await calls.call('/readyz')).status).toBe(200);
    expect(running().filter(({ command }) => command.includes(folder))).toEqual([]);
  });
});

describe('a running server', () => {
  test('notes where it is for commands of this machine, for this user only', async () => {
    const note = JSON.parse(await readFile(join(server.folder, 'server.json'), 'utf8')) as { url: string; pid: number; token: string };
    expect(note).toMatchObject({ url: server.url, pid: server.pid() });
    const authorization = `Bearer ${note.token}`;
    expect((await calls.call('/api/admin/health', { headers: { authorization } })).status).toBe(200);
    for (const name of ['server.json', 'secret', 'catalog.sqlite'])
      expect((await stat(join(server.folder, name))).mode & 0o777).toBe(0o600);
  });

  test('has one child, in its own process group, whose command line tells what it is', () => {
    const child = warehouseChild();
    expect(child.command).toContain('warehouse');
    expect(child.group).toBe(running().find(({ pid }) => pid === server.pid())?.group);
  });

  test('PORT=0 takes a free port and prints it; without an owner a one-time link is printed', async () => {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'src/server/main.ts'], {
      cwd: projectFolder,
      env: { PATH: process.env.PATH, PORT: '0', BELLWETHER_DATA: join(folder, 'any'), LOG_LEVEL: 'warn' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    await until(() => out.includes('/sign-up?token='), 'the link');
    const [url] = /http:\/\/localhost:\d+/.exec(out) ?? [''];
    expect(out).toContain(`${url}/sign-up?token=`);
    expect((await fetch(`${url.replace('localhost', '127.0.0.1')}/healthz`)).status).toBe(200);
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGINT');
    expect(await ended).toBe(0);
  });
});

describe('signals', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('%s stops it cleanly: the child is gone, so is the note, nothing is lost', async (signal) => {
    const { pid } = warehouseChild();
    await send(signal, 3);
    await server.kill(signal);
    expect(isRunning(pid)).toBe(false);
    const left = await readdir(server.folder);
    expect(left).not.toContain('server.json');
    expect(left.filter((name) => name.startsWith('catalog'))).toEqual(['catalog.sqlite']);
    await server.start();
    await calls.settled();
    expect(await countNamed(signal)).toBe(3);
  });

  test('kill -9 of the main process: its child goes away within seconds, and a restart works at once', async () => {
    const { pid } = warehouseChild();
    await send('before the kill', 3);
    await server.kill('SIGKILL');
    await server.start();
    await until(() => !isRunning(pid), 'the child to go away', 10_000);
    await calls.settled();
    expect(await countNamed('before the kill')).toBe(3);
  });

  test('kill -9 of the warehouse: no event is refused, known answers come at once and say that they are old, then all is back', async () => {
    const known: QueryInput = { kind: 'breakdown', by: ['name'], range: { last: '3d' } };
    await calls.ask(known);
    await send('new');
    await calls.settled();
    process.kill(warehouseChild().pid, 'SIGKILL');
    const { lineage } = await calls.ask(known);
    expect(lineage.cache).toBe('stale');
    expect(lineage.staleMs).toBeGreaterThan(0);
    for (let i = 0; i < 20; i++) expect((await send('while away')).status).toBe(200);
    expect((await calls.askAnything({ kind: 'total', range: { last: '5d' } })).status).toBe(200);
    await calls.settled();
    expect(await countNamed('while away')).toBe(20);
    expect((await calls.ask(known)).lineage.cache).toBe('miss');
    expect((await calls.call('/metrics')).text).toMatch(/^bellwether_warehouse_restarts_total [1-9]/m);
  });
});

describe('commands', () => {
  test('end with 0 when done, 1 when it failed, 2 for wrong usage or a later version', async () => {
    const cli = (...words: string[]) => runCli(server.folder, words);
    const [done, failed, wrong, unknown, ...later] = await Promise.all([
      cli('query', '{"kind":"total"}'),
      cli('query', '{"kind":"total"}', '--url', server.url, '--key', 'nope'),
      cli('query', '{"kind":'),
      cli('fly'),
      ...['plan', 'forecast', 'detect'].map((word) => cli(word)),
    ]);
    expect([done.code, failed.code, wrong.code, unknown.code]).toEqual([0, 1, 2, 2]);
    for (const { code, err } of later) expect([code, err]).toEqual([2, expect.stringContaining('not in this version')]);
  });
});

test('at the most talkative level neither keys nor passwords are printed', () => {
  for (const secret of [testOwner.writeKey, testOwner.apiKey, testOwner.password]) expect(server.output()).not.toContain(secret);
  expect(server.output()).not.toMatch(/bw_l_[0-9a-f]/);
});
