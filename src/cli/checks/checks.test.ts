/** What the doctor finds on this machine, and what it says of a broken one. */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Patient } from './check.ts';
import { folderCheck, spaceCheck, syncCheck } from './disk.ts';
import { clockCheck, memoryCheck, nodeCheck, processorCheck, systemCheck } from './machine.ts';
import { portCheck } from './port.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bellwether-doctor-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const patient = (parts: Partial<Patient> = {}): Patient => ({
  dataFolder: folder,
  env: {},
  now: Date.now,
  elapsed: () => performance.now(),
  ...parts,
});

test('this machine can run the server', async () => {
  for (const check of [nodeCheck, systemCheck, processorCheck, memoryCheck, syncCheck]) {
    expect((await check(patient())).map(({ state }) => state)).not.toContain('fail');
  }
});

test('a clock of long ago, and one that jumps', async () => {
  expect(await clockCheck(patient({ now: () => 0 }))).toMatchObject([{ state: 'fail', found: '1970-01-01T00:00:00.000Z' }]);
  let now = Date.UTC(2030, 0, 1);
  expect(await clockCheck(patient({ now: () => (now += 60_000) }))).toMatchObject([
    { state: 'warn', found: expect.stringContaining('jumped') },
  ]);
});

test('a data folder that is not there yet is made on the first start', async () => {
  expect(await folderCheck(patient({ dataFolder: join(folder, 'new', 'data') }))).toMatchObject([
    { state: 'ok', found: expect.stringContaining('made on the first start') },
  ]);
});

test('a data folder that is a file', async () => {
  await writeFile(join(folder, 'file'), '');
  expect(await folderCheck(patient({ dataFolder: join(folder, 'file') }))).toMatchObject([{ state: 'fail' }]);
});

test('a secret that others may read', async () => {
  await writeFile(join(folder, 'secret'), '');
  await chmod(join(folder, 'secret'), 0o644);
  expect(await folderCheck(patient())).toMatchObject([
    { state: 'ok' },
    { name: 'secret', state: 'fail', advice: `chmod 600 ${join(folder, 'secret')}` },
  ]);
});

test('too little room', async () => {
  expect(await spaceCheck(patient({ env: { BELLWETHER_DISK_RESERVE_MB: '1000000000' } }))).toMatchObject([{ state: 'fail' }]);
});

test('a port that is taken, and one that is free', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  expect(await portCheck(patient({ env: { PORT: String(port) } }))).toMatchObject([
    { state: 'fail', found: expect.stringContaining('taken') },
  ]);
  await new Promise((resolve) => server.close(resolve));
  expect(await portCheck(patient({ env: { PORT: String(port) } }))).toMatchObject([{ state: 'ok' }]);
});
