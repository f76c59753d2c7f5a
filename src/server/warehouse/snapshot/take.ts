/** Writes the tables of the warehouse, as of one moment, into compressed files. */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createZstdCompress } from 'node:zlib';
import type { Warehouse } from '../../ports/warehouse.ts';
import { bind, identifier, sql } from '../../sql/statement.ts';
import { freezeTables, releaseTables, type FrozenTable } from './freeze.ts';
import { rowsByTable, writeManifest, type SnapshotManifest, type SnapshotSlice } from './manifest.ts';

/** What a slice may have; restoring holds one slice in memory at a time. */
const sliceBytes = 32 * 1024 * 1024;
const sliceRows = 200_000;
const streamLimits = { timeoutMs: 3_600_000 };

/** Where a slice lies in a frozen table. */
interface Place {
  part: string;
  from: number;
  to: number;
}

/** A moment of the warehouse that is held until it is released. */
export interface FrozenWarehouse {
  /** Writes everything into `folder`, which exists and is empty; says how many rows each table has. */
  write(folder: string): Promise<Record<string, number>>;
  release(): Promise<void>;
}

/** Holds the warehouse as it is now. Commits have to rest only while this runs, not while it is written. */
export async function freezeWarehouse(warehouse: Warehouse): Promise<FrozenWarehouse> {
  const tables = await freezeTables(warehouse);
  return { write: (folder) => writeTables(warehouse, tables, folder), release: () => releaseTables(warehouse) };
}

/** Writes the warehouse as it is now into `folder`; says how many rows each table has. */
export async function backupWarehouse(warehouse: Warehouse, folder: string): Promise<Record<string, number>> {
  const frozen = await freezeWarehouse(warehouse);
  try {
    return await frozen.write(folder);
  } finally {
    await frozen.release();
  }
}

async function writeTables(warehouse: Warehouse, tables: readonly FrozenTable[], folder: string): Promise<Record<string, number>> {
  const { rows } = await warehouse.ask(sql`SELECT name FROM migrations ORDER BY name`);
  const manifest: SnapshotManifest = { format: 1, migrations: rows.map(([name]) => String(name)), tables: [] };
  for (const table of tables) {
    await mkdir(join(folder, table.name), { recursive: true, mode: 0o700 });
    const slices: SnapshotSlice[] = [];
    for (const place of await findPlaces(warehouse, table)) {
      const file = `${table.name}/${String(slices.length + 1).padStart(6, '0')}.native.zst`;
      const written = await writeSlice(warehouse, table, place, folder, file);
      if (written.rows > 0) slices.push(written);
    }
    manifest.tables.push({ name: table.name, rows: slices.reduce((total, slice) => total + slice.rows, 0), slices });
  }
  await writeManifest(folder, manifest);
  return rowsByTable(manifest);
}

/** Parts are cut so that a slice stays small, however large their rows are. */
async function findPlaces(warehouse: Warehouse, table: FrozenTable): Promise<Place[]> {
  const { rows } = await warehouse.ask(
    sql`SELECT name, rows, data_uncompressed_bytes FROM system.parts
      WHERE database = currentDatabase() AND table = ${bind('String', table.frozenName)} AND active ORDER BY partition_id, min_block_number`,
  );
  return (rows as [string, number, number][]).flatMap(([part, count, bytes]) => {
    const size = Math.max(1, Math.min(sliceRows, Math.floor((sliceBytes * count) / Math.max(1, bytes))));
    return Array.from({ length: Math.ceil(count / size) }, (_, i) => ({ part, from: i * size, to: Math.min(count, (i + 1) * size) }));
  });
}

async function writeSlice(warehouse: Warehouse, table: FrozenTable, place: Place, folder: string, file: string): Promise<SnapshotSlice> {
  const within = sql`${identifier(table.frozenName)} WHERE _part = ${bind('String', place.part)}
    AND _part_offset >= ${bind('UInt64', place.from)} AND _part_offset < ${bind('UInt64', place.to)}`;
  // Rows that were deleted and not yet merged away are in the part and not in the answer.
  const { rows } = await warehouse.ask(sql`SELECT count() FROM ${within}`, { limits: streamLimits });
  const count = Number(rows[0]?.[0]);
  if (count === 0) return { file, rows: 0, sizeBytes: 0, sha256: '' };
  const hash = createHash('sha256');
  let sizeBytes = 0;
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      sizeBytes += chunk.length;
      done(null, chunk);
    },
  });
  const native = await warehouse.stream(sql`SELECT * FROM ${within}`, 'Native', { limits: streamLimits });
  const compress = createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: 3 } });
  await pipeline(Readable.from(native), compress, meter, createWriteStream(join(folder, file), { mode: 0o600, flush: true }));
  return { file, rows: count, sizeBytes, sha256: hash.digest('hex') };
}
