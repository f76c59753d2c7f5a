/** The list of what a snapshot of the warehouse holds, as a file beside its data. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { Problem } from '../../../shared/model/errors.ts';

const sliceSchema = z.strictObject({
  /** relative to the snapshot */
  file: z.string().regex(/^[\w-]+\/\d{6}\.native\.zst$/),
  rows: z.int().nonnegative(),
  sizeBytes: z.int().nonnegative(),
  /** of the file, hex */
  sha256: z.string().length(64),
});
/** Some rows of a table, all of one partition, in one file. */
export type SnapshotSlice = z.infer<typeof sliceSchema>;

const manifestSchema = z.strictObject({
  format: z.literal(1),
  /** migrations that made the tables */
  migrations: z.array(z.string()),
  tables: z.array(z.strictObject({ name: z.string().regex(/^\w+$/), rows: z.int().nonnegative(), slices: z.array(sliceSchema) })),
});
/** What a snapshot holds. */
export type SnapshotManifest = z.infer<typeof manifestSchema>;

const fileName = 'warehouse.json';

/** The manifest in `folder`. @throws BACKUP_DAMAGED */
export async function readManifest(folder: string): Promise<SnapshotManifest> {
  try {
    return manifestSchema.parse(JSON.parse(await readFile(join(folder, fileName), 'utf8')));
  } catch (error) {
    throw new Problem('BACKUP_DAMAGED', `${join(folder, fileName)} cannot be read.`, {}, error);
  }
}

/** Writes the manifest; the last thing that is written. */
export async function writeManifest(folder: string, manifest: SnapshotManifest): Promise<void> {
  await writeFile(join(folder, fileName), `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600 });
}

/** Rows of each table. */
export function rowsByTable(manifest: SnapshotManifest): Record<string, number> {
  return Object.fromEntries(manifest.tables.map(({ name, rows }) => [name, rows]));
}
