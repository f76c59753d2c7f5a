/** The files of a backup: written with checksums, read back only if they still have them. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, mkdir, open, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { backupManifest, type BackupManifest } from '../../shared/contract/backup.ts';
import { Problem } from '../../shared/model/errors.ts';

const manifestName = 'manifest.json';

/** Size and SHA-256 of a file. */
export async function fingerprint(path: string): Promise<{ sizeBytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1_048_576 }) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    sizeBytes += chunk.length;
  }
  return { sizeBytes, sha256: hash.digest('hex') };
}

/** All files under `folder`, relative, in order of their names; none if there is no such folder. */
export async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .toSorted();
}

/** Copies the files of `from` into `to`. A file that goes away meanwhile was no longer needed. */
export async function copyFolder(from: string, to: string, isWanted: (path: string) => boolean): Promise<void> {
  for (const path of await listFiles(from)) {
    if (!isWanted(path)) continue;
    await mkdir(dirname(join(to, path)), { recursive: true, mode: 0o700 });
    await copyFile(join(from, path), join(to, path)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
  }
}

/** Makes `folder` for its owner alone. @throws CONFLICT unless it is new or empty */
export async function makeEmptyFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if ((await readdir(folder)).length > 0)
    throw new Problem('CONFLICT', `The folder "${folder}" is not empty; give one that is new or empty.`);
}

/** Writes the manifest with the checksums of everything in `folder`: last, so that a backup without one is known to be half. */
export async function writeManifest(folder: string, facts: Omit<BackupManifest, 'files'>): Promise<BackupManifest> {
  const files: BackupManifest['files'] = [];
  for (const path of await listFiles(folder)) {
    files.push({ path, ...(await fingerprint(join(folder, path))) });
    await syncFile(join(folder, path));
  }
  const manifest: BackupManifest = { ...facts, files };
  const path = join(folder, manifestName);
  await writeFile(path, `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600 });
  await syncFile(path);
  return manifest;
}

async function syncFile(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The manifest of the backup in `folder`. @throws NOT_FOUND, BACKUP_DAMAGED */
export async function readManifest(folder: string): Promise<BackupManifest> {
  const text = await readFile(join(folder, manifestName), 'utf8').catch(() => null);
  if (text === null) throw new Problem('NOT_FOUND', `"${folder}" holds no whole backup: ${manifestName} is missing.`);
  try {
    return backupManifest.parse(JSON.parse(text));
  } catch (error) {
    throw new Problem('BACKUP_DAMAGED', `"${join(folder, manifestName)}" cannot be read.`, {}, error);
  }
}

/** Checks that every file of the backup is there and unchanged. @throws BACKUP_DAMAGED naming the first that is not */
export async function verifyFiles(folder: string, manifest: BackupManifest): Promise<void> {
  for (const file of manifest.files) {
    const path = join(folder, file.path);
    const isOutside = relative(folder, path).startsWith('..');
    const size = isOutside
      ? null
      : await stat(path).then(
          (found) => found.size,
          () => null,
        );
    if (size === null) throw new Problem('BACKUP_DAMAGED', `The backup lacks "${file.path}".`);
    const found = size === file.sizeBytes ? await fingerprint(path) : null;
    if (found?.sha256 !== file.sha256)
      throw new Problem('BACKUP_DAMAGED', `"${file.path}" of the backup is not what was written: its checksum differs.`);
  }
}
