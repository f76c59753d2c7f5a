/** The data folder: made for this user only, and refused in one line where it cannot be. */
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeDataFolder } from './data-folder.ts';

let base: string;
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'bellwether-folder-'));
});
afterEach(() => rm(base, { recursive: true }));

test('a folder is made with those above it, and one that is there is kept as it is', async () => {
  await makeDataFolder(join(base, 'a/b/c'));
  expect((await stat(join(base, 'a/b/c'))).mode & 0o777).toBe(0o700);
  await mkdir(join(base, 'mine'), { mode: 0o755 });
  await makeDataFolder(join(base, 'mine'));
  expect((await stat(join(base, 'mine'))).mode & 0o777).toBe(0o755);
});

test('what is in the way is named in one line', async () => {
  await writeFile(join(base, 'file'), '');
  const refusal = (path: string) => makeDataFolder(path).then(String, (error: Error) => error.message);
  expect(await refusal(join(base, 'file'))).toBe(
    `BELLWETHER_DATA is "${join(base, 'file')}": it is a file. Allowed is a folder that can be made and written.`,
  );
  expect(await refusal(join(base, 'file/deeper'))).toContain('a part of it is a file');
});

test.runIf(process.platform === 'linux')('a place where nothing can be made is refused, not waited for', async () => {
  await expect(makeDataFolder('/proc/bellwether')).rejects.toThrow('it cannot be made there');
});
