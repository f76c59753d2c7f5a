/** Takes a backup while everything goes on: senders are answered all the time, only commits to the warehouse rest. */
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BackupManifest } from '../../shared/contract/backup.ts';
import { Problem } from '../../shared/model/errors.ts';
import type { Catalog } from '../catalog/schema.ts';
import { readCatalog, type CatalogRow } from '../catalog/snapshot.ts';
import type { Clock } from '../ports/clock.ts';
import { copyFolder, makeEmptyFolder, writeManifest } from './files.ts';

/** What a backup is taken of. */
export interface BackupParts {
  version: string;
  clock: Clock;
  catalog: Catalog;
  /** waits until everything acknowledged so far is in the warehouse; answers whether it was within `timeoutMs` */
  settle(timeoutMs: number): Promise<boolean>;
  /** runs `work` between two commits; none begins before it is over */
  whileCommitsRest<T>(work: () => Promise<T>): Promise<T>;
  /** writes all tables into `directory` and answers how many rows each has */
  backupWarehouse(directory: string): Promise<Record<string, number>>;
  /** events that are durable and not in the warehouse */
  pendingEvents(): number;
  idWindowFolder: string;
  spoolFolder: string;
  /** null: the secret is given by the environment */
  secretFile: string | null;
}

/** How long what was acknowledged before the backup may take to reach the warehouse; beyond it it is taken from the spool. */
const settleMs = 60_000;

/** The parts of a backup, as folders and files in it. */
export const backupLayout = {
  warehouse: 'warehouse',
  catalog: 'catalog.ndjson',
  idWindow: 'id-window',
  spool: 'spool',
  secret: 'secret',
} as const;

/** Files of the id window and the spool that belong to the running process. */
export function isKept(path: string): boolean {
  return !/(^|\/)[^/]*(\.lock|\.pid|\.tmp|\.partial)$/.test(path);
}

/**
 * A backup in `directory`, which must be new or empty. It holds every event that was acknowledged before the call.
 *
 * While commits rest, warehouse and catalog (with the ledger and the list of committed segments) are of one moment, and what is
 * acknowledged after it lies in the spool. The id window is copied before the spool: an id without its event would make a sender's
 * retry a duplicate of nothing, while an event without its id is found again when the spool is opened.
 *
 * @throws CONFLICT when the folder is not empty
 */
export async function takeBackup(
  parts: BackupParts,
  options: { directory: string; isWithoutSecret: boolean },
  onStep: (step: string) => void,
): Promise<BackupManifest> {
  const { directory } = options;
  const place = (name: keyof typeof backupLayout) => join(directory, backupLayout[name]);
  await makeEmptyFolder(directory);
  const createdAt = new Date(parts.clock.now()).toISOString();
  onStep('waiting for what has been acknowledged so far');
  await parts.settle(settleMs);
  const { rows, warehouse, spoolEvents } = await parts.whileCommitsRest(async () => {
    onStep('warehouse');
    await mkdir(place('warehouse'), { mode: 0o700 });
    const counted = await parts.backupWarehouse(place('warehouse'));
    onStep('catalog');
    const read = await readCatalog(parts.catalog);
    onStep('id window and spool');
    await copyFolder(parts.idWindowFolder, place('idWindow'), isKept);
    const pending = parts.pendingEvents();
    await copyFolder(parts.spoolFolder, place('spool'), isKept);
    return { rows: read, warehouse: counted, spoolEvents: pending };
  });
  await writeFile(place('catalog'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''), { mode: 0o600 });
  const hasSecret = !options.isWithoutSecret && parts.secretFile !== null && (await copySecret(parts.secretFile, place('secret')));
  onStep('checksums');
  return writeManifest(directory, {
    format: 1,
    version: parts.version,
    createdAt,
    warehouse,
    catalog: countByTable(rows),
    spoolEvents,
    hasSecret,
  });
}

async function copySecret(from: string, to: string): Promise<boolean> {
  try {
    await copyFile(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw new Problem('INTERNAL', 'The secret cannot be copied.', {}, error);
  }
}

/** Rows per table. */
export function countByTable(rows: readonly CatalogRow[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { table } of rows) counts[table] = (counts[table] ?? 0) + 1;
  return counts;
}
