/** Takes a backup while everything goes on: senders are answered all the time, only commits to the warehouse rest. */
import { copyFile, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { BackupManifest } from '../../shared/contract/backup.ts';
import { Problem } from '../../shared/model/errors.ts';
import type { Catalog } from '../catalog/schema.ts';
import { readCatalog, readGrown, type CatalogRow } from '../catalog/snapshot.ts';
import type { Clock } from '../ports/clock.ts';
import { copyFolder, makeEmptyFolder, writeManifest } from './files.ts';

/** A moment of the warehouse. */
export interface FrozenStore {
  /** writes all tables into `directory` and answers how many rows each has */
  write(directory: string): Promise<Record<string, number>>;
  release(): Promise<void>;
}

/** What a backup is taken of. */
export interface BackupParts {
  version: string;
  clock: Clock;
  catalog: Catalog;
  /** waits until everything acknowledged so far is in the warehouse; answers whether it was within `timeoutMs` */
  settle(timeoutMs: number): Promise<boolean>;
  /** runs `work` between two commits; none begins before it is over */
  whileCommitsRest<T>(work: () => Promise<T>): Promise<T>;
  /** holds the warehouse as it is at one moment, so that it can be written while commits go on */
  freezeWarehouse(): Promise<FrozenStore>;
  /** events that are durable and not in the warehouse */
  pendingEvents(): number;
  idWindowFolder: string;
  spoolFolder: string;
  /** null: the secret is given by the environment */
  secretFile: string | null;
}

/** How long what was acknowledged before the backup may take to reach the warehouse; beyond it it is taken from the spool. */
const settleMs = 60_000;
const rowsAtOnce = 1_000;

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
 * Commits rest for a moment, in which warehouse and catalog (with the ledger and the list of committed segments) are held and the
 * spool is copied; what is acknowledged after that is not in the backup. The id window is copied before the spool: an id without its event would make a sender's
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
  const { frozen, rows, spoolEvents } = await parts.whileCommitsRest(() => holdMoment(parts, place, onStep));
  onStep('warehouse');
  await mkdir(place('warehouse'), { mode: 0o700 });
  const warehouse = await frozen.write(place('warehouse')).finally(() => frozen.release());
  const catalog = await writeCatalog(parts.catalog, rows, place('catalog'));
  const hasSecret = !options.isWithoutSecret && parts.secretFile !== null && (await copySecret(parts.secretFile, place('secret')));
  onStep('checksums');
  return writeManifest(directory, {
    format: 1,
    version: parts.version,
    createdAt,
    warehouse,
    catalog,
    spoolEvents,
    hasSecret,
  });
}

/** Everything as of one moment, in a moment: the warehouse is held, what is small is read and copied. */
async function holdMoment(parts: BackupParts, place: (name: keyof typeof backupLayout) => string, onStep: (step: string) => void) {
  onStep('catalog, id window and spool');
  const frozen = await parts.freezeWarehouse();
  try {
    const rows = await readCatalog(parts.catalog);
    await copyFolder(parts.idWindowFolder, place('idWindow'), isKept);
    const spoolEvents = parts.pendingEvents();
    await copyFolder(parts.spoolFolder, place('spool'), isKept);
    return { frozen, rows, spoolEvents };
  } catch (error) {
    await frozen.release();
    throw error;
  }
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

/** Writes the rows of the moment, and after them the tables that only grow; answers how many rows each table has. */
async function writeCatalog(catalog: Catalog, rows: readonly CatalogRow[], file: string): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  const handle = await open(file, 'wx', 0o600);
  const write = async (page: readonly CatalogRow[]): Promise<void> => {
    for (const { table } of page) counts[table] = (counts[table] ?? 0) + 1;
    await handle.appendFile(page.map((row) => `${JSON.stringify(row)}\n`).join(''));
  };
  try {
    for (let from = 0; from < rows.length; from += rowsAtOnce) await write(rows.slice(from, from + rowsAtOnce));
    for await (const page of readGrown(catalog, rows)) await write(page);
  } finally {
    await handle.close();
  }
  return counts;
}
