/** The secret of an installation stays the same, and stays private. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { keepSecret } from './secret.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bellwether-secret-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('it is made once, readable by its owner alone, and kept', async () => {
  const data = join(folder, 'data');
  const first = await keepSecret(null, data, randomBytes);
  expect(first.length).toBeGreaterThanOrEqual(64);
  expect((await stat(join(data, 'secret'))).mode & 0o777).toBe(0o600);
  expect(await keepSecret(null, data, randomBytes)).toBe(first);
  expect((await readFile(join(data, 'secret'), 'utf8')).trim()).toBe(first);
});

test('a configured one is used and not written down', async () => {
  const data = join(folder, 'configured');
  expect(await keepSecret('a configured secret of enough characters', data, randomBytes)).toBe('a configured secret of enough characters');
  await expect(stat(data)).rejects.toThrow('ENOENT');
});
