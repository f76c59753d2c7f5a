/** The secrets of an installation stay the same until they are rotated, and stay private. */
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addSecret, countKeptSecrets, dropOlderSecrets, keepSecrets } from './secret.ts';

const nothing = { secret: null, previousSecrets: [] };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bellwether-secret-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('one is made once, readable by its owner alone, and kept', async () => {
  const data = join(folder, 'data');
  const first = await keepSecrets(nothing, data, randomBytes);
  expect(first.secret.length).toBeGreaterThanOrEqual(64);
  expect(first.previousSecrets).toEqual([]);
  expect((await stat(join(data, 'secret'))).mode & 0o777).toBe(0o600);
  expect(await keepSecrets(nothing, data, randomBytes)).toEqual(first);
  expect((await readFile(join(data, 'secret'), 'utf8')).trim()).toBe(first.secret);
});

test('a configured one is used and not written down', async () => {
  const data = join(folder, 'configured');
  const configured = { secret: 'a configured secret of enough characters', previousSecrets: ['an older one'] };
  expect(await keepSecrets(configured, data, randomBytes)).toEqual(configured);
  await expect(stat(data)).rejects.toThrow('ENOENT');
});

test('a rotation puts a new one before those that were there, and drops none', async () => {
  const data = join(folder, 'rotated');
  const before = await keepSecrets(nothing, data, randomBytes);
  expect(await addSecret(data, randomBytes)).toBe(2);
  const after = await keepSecrets(nothing, data, randomBytes);
  expect(after.secret).not.toBe(before.secret);
  expect(after.previousSecrets).toEqual([before.secret]);
  expect((await stat(join(data, 'secret'))).mode & 0o777).toBe(0o600);
  expect(await dropOlderSecrets(data)).toBe(1);
  expect(await keepSecrets(nothing, data, randomBytes)).toEqual({ secret: after.secret, previousSecrets: [] });
  expect(await dropOlderSecrets(data)).toBe(0);
  expect(await countKeptSecrets(data)).toBe(1);
});

test('one that was configured before can still be opened with after a move into the folder', async () => {
  const data = join(folder, 'moved');
  const moved = await keepSecrets({ secret: null, previousSecrets: ['the one that was configured'] }, data, randomBytes);
  expect(moved.previousSecrets).toEqual(['the one that was configured']);
});

test('a file that cannot be read is an error, not a reason for a new secret', async () => {
  const data = join(folder, 'unreadable');
  await mkdir(join(data, 'secret'), { recursive: true });
  await expect(keepSecrets(nothing, data, randomBytes)).rejects.toThrow('EISDIR');
});

test('blank lines of a file that was edited by hand do not count', async () => {
  const data = join(folder, 'edited');
  await mkdir(data);
  await writeFile(join(data, 'secret'), `\n  ${'n'.repeat(40)}  \n\n${'o'.repeat(40)}`);
  expect(await keepSecrets(nothing, data, randomBytes)).toEqual({ secret: 'n'.repeat(40), previousSecrets: ['o'.repeat(40)] });
});
