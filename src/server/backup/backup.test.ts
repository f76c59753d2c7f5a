/** Backups taken and restored, with a real catalog and real files; the warehouse is a folder here, its own snapshot has its own tests. */
import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openSqliteCatalog } from '../adapters/sqlite/catalog.ts';
import type { Catalog } from '../catalog/schema.ts';
import { restoreBackup, type RestoreParts } from './restore.ts';
import { takeBackup, type BackupParts } from './take.ts';

const clock = { now: () => 1_700_000_000_000 };
let folder: string;
let catalog: Catalog;
let steps: string[];
const at = (...path: string[]) => join(folder, ...path);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bellwether-backup-'));
  steps = [];
  catalog = await openSqliteCatalog({ file: at('data', 'catalog.db'), clock });
  await catalog.db.insertInto('workspaces').values({ id: 'w', name: 'Main', created_at: 1, settings: '{}' }).execute();
  await mkdir(at('data', 'ids', 'runs'), { recursive: true });
  await mkdir(at('data', 'spool'));
  await writeFile(at('data', 'ids', 'runs', '1.run'), 'keys');
  await writeFile(at('data', 'spool', '1.segment'), 'events');
  await writeFile(at('data', 'spool', 'server.lock'), 'pid');
  await writeFile(at('data', 'secret'), 'secret', { mode: 0o600 });
});
afterEach(async () => {
  await catalog.close();
  await rm(folder, { recursive: true, force: true });
});

function takeParts(): BackupParts {
  return {
    version: '0.1.0',
    clock,
    catalog,
    settle: async () => true,
    whileCommitsRest: async (work) => {
      steps.push('rest');
      const result = await work();
      steps.push('go on');
      return result;
    },
    freezeWarehouse: async () => ({
      write: async (directory) => {
        await writeFile(join(directory, 'events.ndjson'), 'a\nb\n');
        return { events: 2 };
      },
      release: async () => void steps.push('released'),
    }),
    pendingEvents: () => 1,
    idWindowFolder: at('data', 'ids'),
    spoolFolder: at('data', 'spool'),
    secretFile: at('data', 'secret'),
  };
}

function restoreParts(name: string): RestoreParts {
  return {
    dataFolder: at(name),
    openCatalog: () => openSqliteCatalog({ file: at(name, 'catalog.db'), clock }),
    restoreWarehouse: async (directory) => ({ events: (await readFile(join(directory, 'events.ndjson'), 'utf8')).split('\n').length - 1 }),
    idWindowFolder: at(name, 'ids'),
    spoolFolder: at(name, 'spool'),
    secretFile: at(name, 'secret'),
  };
}

const take = (isWithoutSecret = false) =>
  takeBackup(takeParts(), { directory: at('backup'), isWithoutSecret }, (step) => void steps.push(step));
const restore = (name = 'restored') => restoreBackup(restoreParts(name), at('backup'), () => undefined);

describe('a backup', () => {
  test('copies the stores while commits rest, and says what it holds', async () => {
    expect(await take()).toMatchObject({ warehouse: { events: 2 }, catalog: { workspaces: 1 }, spoolEvents: 1, hasSecret: true });
    expect(steps).toEqual([
      'waiting for what has been acknowledged so far',
      'rest',
      'catalog, id window and spool',
      'go on',
      'warehouse',
      'released',
      'checksums',
    ]);
  });

  test('lets the warehouse go when it fails', async () => {
    const failing = {
      ...takeParts(),
      pendingEvents: () => {
        throw new Error('no spool');
      },
    };
    await expect(takeBackup(failing, { directory: at('backup'), isWithoutSecret: false }, () => undefined)).rejects.toThrow('no spool');
    expect(steps).toContain('released');
  });

  test('comes back whole', async () => {
    await take();
    await restore();
    const restored = await openSqliteCatalog({ file: at('restored', 'catalog.db'), clock });
    expect(await restored.db.selectFrom('workspaces').select('name').execute()).toEqual([{ name: 'Main' }]);
    await restored.close();
    expect(await readFile(at('restored', 'ids', 'runs', '1.run'), 'utf8')).toBe('keys');
    expect(await readFile(at('restored', 'spool', '1.segment'), 'utf8')).toBe('events');
    expect(await readFile(at('restored', 'secret'), 'utf8')).toBe('secret');
    await expect(readFile(at('restored', 'spool', 'server.lock'))).rejects.toThrow('ENOENT');
  });

  test('without the secret has none', async () => {
    expect((await take(true)).hasSecret).toBe(false);
    await restore();
    await expect(readFile(at('restored', 'secret'))).rejects.toThrow('ENOENT');
  });

  test('needs a folder that is new or empty, and so does a restore', async () => {
    await take();
    await expect(take()).rejects.toMatchObject({ code: 'CONFLICT' });
    await restore();
    await expect(restore()).rejects.toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('is not empty') });
  });

  test.each([
    ['changed', (path: string) => writeFile(path, 'a\nc\n')],
    ['grown', (path: string) => appendFile(path, 'c\n')],
    ['lost', (path: string) => rm(path)],
  ])('with a file that was %s is refused before anything is written', async (_how, damage) => {
    await take();
    await damage(at('backup', 'warehouse', 'events.ndjson'));
    await expect(restore()).rejects.toMatchObject({ code: 'BACKUP_DAMAGED', message: expect.stringContaining('warehouse/events.ndjson') });
    await expect(readFile(at('restored', 'catalog.db'))).rejects.toThrow('ENOENT');
  });

  test('that was broken off has no manifest and is refused', async () => {
    await mkdir(at('backup'));
    await expect(restore()).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('whose counts do not come back is told', async () => {
    await take();
    const parts = { ...restoreParts('restored'), restoreWarehouse: async () => ({ events: 1 }) };
    await expect(restoreBackup(parts, at('backup'), () => undefined)).rejects.toThrow(
      '"events" has 1 rows after the restore, the backup says 2',
    );
  });
});
