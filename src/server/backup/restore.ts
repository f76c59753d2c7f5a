/** Puts a backup into empty stores, after checking every file of it, and checks what came in. */
import { createReadStream } from 'node:fs';
import { copyFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { BackupManifest } from '../../shared/contract/backup.ts';
import { Problem } from '../../shared/model/errors.ts';
import type { Catalog } from '../catalog/schema.ts';
import { countCatalog, fillCatalog, isCatalogEmpty, migrationsIn, migrationsOf, type CatalogRow } from '../catalog/snapshot.ts';
import { copyFolder, readManifest, verifyFiles } from './files.ts';
import { backupLayout, isKept } from './take.ts';

/** Stores to restore into. */
export interface RestoreParts {
  dataFolder: string;
  /** opens the migrated catalog */
  openCatalog(): Promise<Catalog>;
  /** fills the tables of the migrated, empty warehouse from `directory` and answers how many rows each has. @throws CONFLICT unless they are empty */
  restoreWarehouse(directory: string): Promise<Record<string, number>>;
  idWindowFolder: string;
  spoolFolder: string;
  /** null: the secret is given by the environment */
  secretFile: string | null;
}

/**
 * What was restored. Nothing is written before every checksum is right and the stores are known to be empty.
 * @throws NOT_FOUND, BACKUP_DAMAGED, CONFLICT
 */
export async function restoreBackup(parts: RestoreParts, directory: string, onStep: (step: string) => void): Promise<BackupManifest> {
  const place = (name: keyof typeof backupLayout) => join(directory, backupLayout[name]);
  onStep('checking the backup');
  const manifest = await readManifest(directory);
  await verifyFiles(directory, manifest);
  const migrations = await readMigrations(place('catalog'));
  await assertEmptyFolder(parts.dataFolder);
  const catalog = await parts.openCatalog();
  try {
    await assertFits(catalog, migrations, manifest);
    await fillStores(parts, { catalog, manifest, place, onStep });
  } finally {
    await catalog.close();
  }
  if (manifest.hasSecret && parts.secretFile !== null) await copyFile(place('secret'), parts.secretFile);
  return manifest;
}

interface Filling {
  catalog: Catalog;
  manifest: BackupManifest;
  place(name: keyof typeof backupLayout): string;
  onStep(step: string): void;
}

async function fillStores(parts: RestoreParts, { catalog, manifest, place, onStep }: Filling): Promise<void> {
  onStep('warehouse');
  const warehouse = await parts.restoreWarehouse(place('warehouse'));
  assertSame('warehouse', manifest.warehouse, warehouse);
  onStep('catalog');
  await fillCatalog(catalog, readRows(place('catalog')));
  assertSame('catalog', manifest.catalog, await countCatalog(catalog));
  onStep('id window and spool');
  await copyFolder(place('idWindow'), parts.idWindowFolder, isKept);
  await copyFolder(place('spool'), parts.spoolFolder, isKept);
}

/** Row by row: the audit log may be larger than the memory. */
async function* readRows(path: string): AsyncGenerator<CatalogRow> {
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity }))
    if (line !== '') yield JSON.parse(line) as CatalogRow;
}

async function readMigrations(path: string): Promise<string[]> {
  const migrations: string[] = [];
  for await (const row of readRows(path)) migrations.push(...migrationsOf([row]));
  return migrations.toSorted();
}

async function assertEmptyFolder(folder: string): Promise<void> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  if (names.length > 0)
    throw new Problem(
      'CONFLICT',
      `The data folder "${folder}" is not empty (${names.slice(0, 3).join(', ')}${names.length > 3 ? ', ...' : ''}); restore into one that is new or empty.`,
    );
}

async function assertFits(catalog: Catalog, migrations: readonly string[], manifest: BackupManifest): Promise<void> {
  if (!(await isCatalogEmpty(catalog))) throw new Problem('CONFLICT', 'The catalog is not empty; restore into one that is.');
  if ((await migrationsIn(catalog)).join() !== migrations.join()) {
    throw new Problem(
      'CONFLICT',
      `The backup is of Bellwether ${manifest.version}, whose catalog differs; restore it with that version, then upgrade.`,
    );
  }
}

function assertSame(store: string, expected: Readonly<Record<string, number>>, found: Readonly<Record<string, number>>): void {
  const wrong = Object.entries(expected).find(([table, count]) => (found[table] ?? 0) !== count);
  if (wrong === undefined) return;
  const [table, count] = wrong;
  throw new Problem(
    'BACKUP_DAMAGED',
    `The ${store} table "${table}" has ${found[table] ?? 0} rows after the restore, the backup says ${count}.`,
  );
}
