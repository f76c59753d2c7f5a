/** Fills the tables of an empty warehouse from a snapshot, and checks what came in. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createZstdDecompress } from 'node:zlib';
import { Problem } from '../../../shared/model/errors.ts';
import type { Warehouse } from '../../ports/warehouse.ts';
import { identifier, sql } from '../../sql/statement.ts';
import { listTables } from './freeze.ts';
import { readManifest, rowsByTable, type SnapshotManifest, type SnapshotSlice } from './manifest.ts';

/**
 * Fills the migrated, empty warehouse from the snapshot in `folder`; says how many rows each table has.
 * @throws CONFLICT when a table has rows already, or the snapshot is of a newer version
 * @throws BACKUP_DAMAGED when a file is not what was written, or rows are missing afterwards
 */
export async function restoreWarehouse(warehouse: Warehouse, folder: string): Promise<Record<string, number>> {
  const manifest = await verifySnapshot(folder);
  await assertFits(warehouse, manifest);
  for (const { name, rows, slices } of manifest.tables) {
    let written = 0;
    for (const slice of slices) {
      const bytes = createReadStream(join(folder, slice.file)).pipe(createZstdDecompress());
      written += await warehouse.insertStream(name, 'Native', `restore:${slice.sha256}`, bytes);
    }
    if (written !== rows)
      throw new Problem('BACKUP_DAMAGED', `The table ${name} got ${written} rows from the backup, which should have ${rows}.`);
  }
  return rowsByTable(manifest);
}

/** What the snapshot in `folder` holds, after reading every file of it. @throws BACKUP_DAMAGED */
export async function verifySnapshot(folder: string): Promise<SnapshotManifest> {
  const manifest = await readManifest(folder);
  for (const { slices } of manifest.tables) {
    for (const slice of slices) await verifySlice(folder, slice);
  }
  return manifest;
}

async function verifySlice(folder: string, slice: SnapshotSlice): Promise<void> {
  const path = join(folder, slice.file);
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path), hash);
  } catch (error) {
    throw new Problem('BACKUP_DAMAGED', `${path} cannot be read.`, {}, error);
  }
  if (hash.digest('hex') !== slice.sha256) throw new Problem('BACKUP_DAMAGED', `${path} is not what was written: its checksum differs.`);
}

async function assertFits(warehouse: Warehouse, manifest: SnapshotManifest): Promise<void> {
  const { rows } = await warehouse.ask(sql`SELECT name FROM migrations`);
  const applied = new Set(rows.map(([name]) => String(name)));
  const unknown = manifest.migrations.find((name) => !applied.has(name));
  if (unknown !== undefined) throw new Problem('CONFLICT', `The backup is of a newer version: its migration ${unknown} is not known here.`);
  const tables = new Set(await listTables(warehouse));
  for (const { name } of manifest.tables) {
    if (!tables.has(name)) throw new Problem('CONFLICT', `The backup has a table ${name} that this version does not have.`);
    if ((await countRows(warehouse, name)) > 0) throw new Problem('CONFLICT', `The table ${name} of the warehouse is not empty.`);
  }
}

async function countRows(warehouse: Warehouse, table: string): Promise<number> {
  const { rows } = await warehouse.ask(sql`SELECT count() FROM ${identifier(table)}`, { limits: { timeoutMs: 60_000 } });
  return Number(rows[0]?.[0]);
}
