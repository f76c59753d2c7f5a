/** The data folder: its rights, its room, how fast it syncs, whether it is a disk of this machine. */
import { access, constants, mkdtemp, open, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fail, ok, sizeText, warn } from './check.ts';
import type { Finding, MachineCheck } from './check.ts';

const syncs = 20;
const slowSyncMs = 20;
const uselessSyncMs = 100;

/** Whether the folder can be written, and nobody else reads the secret and the token in it. */
export const folderCheck: MachineCheck = async ({ dataFolder }) => {
  const found = await stat(dataFolder).catch(() => null);
  if (found === null) {
    const parent = await nearestFolder(dataFolder);
    const isWritable = await canWrite(parent);
    return [
      isWritable
        ? ok('data folder', `${dataFolder} (made on the first start)`)
        : fail('data folder', `${dataFolder} cannot be made`, `give this user the right to write in ${parent}, or set BELLWETHER_DATA`),
    ];
  }
  if (!found.isDirectory()) return [fail('data folder', `${dataFolder} is a file`, 'set BELLWETHER_DATA to a folder')];
  if (!(await canWrite(dataFolder)))
    return [fail('data folder', `${dataFolder} cannot be written`, 'give it to the user that runs the server (chown)')];
  return [ok('data folder', dataFolder), ...(await privateFindings(dataFolder))];
};

/** Files that only their owner may read. */
async function privateFindings(dataFolder: string): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const name of ['secret', 'server.json']) {
    const found = await stat(join(dataFolder, name)).catch(() => null);
    if (found !== null && (found.mode & 0o077) !== 0) {
      findings.push(fail(name, `may be read by others (mode ${(found.mode & 0o777).toString(8)})`, `chmod 600 ${join(dataFolder, name)}`));
    }
  }
  return findings;
}

async function canWrite(folder: string): Promise<boolean> {
  return access(folder, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function nearestFolder(path: string): Promise<string> {
  const found = await stat(path).catch(() => null);
  return found?.isDirectory() === true || path === dirname(path) ? path : nearestFolder(dirname(path));
}

/** Free space, against what the reserve keeps for the stores. */
export const spaceCheck: MachineCheck = async ({ dataFolder, env }) => {
  const { bavail, bsize, blocks } = await statfs(await nearestFolder(dataFolder));
  const freeBytes = bavail * bsize;
  const found = `${sizeText(freeBytes)} free of ${sizeText(blocks * bsize)}`;
  const reserveBytes = Number(env.BELLWETHER_DISK_RESERVE_MB ?? 512) * 2 ** 20;
  if (freeBytes < reserveBytes)
    return [
      fail(
        'disk space',
        found,
        `below ${sizeText(reserveBytes)} no events are taken (BELLWETHER_DISK_RESERVE_MB): make room, or shorten BELLWETHER_RETENTION_DAYS`,
      ),
    ];
  if (freeBytes < reserveBytes * 4) return [warn('disk space', found, 'make room soon, or shorten BELLWETHER_RETENTION_DAYS')];
  return [ok('disk space', `${found}, room for about ${Math.floor(freeBytes / 60e6)} million events`)];
};

/** How long a write takes to be durable: every answer to a sender waits for one. */
export const syncCheck: MachineCheck = async ({ dataFolder, elapsed }) => {
  const parent = await nearestFolder(dataFolder);
  const folder = await mkdtemp(join(parent, '.doctor-')).catch(() => null);
  if (folder === null) return [];
  try {
    const medianMs = await medianSync(join(folder, 'sync'), elapsed);
    const found = `${medianMs.toFixed(1)} ms a sync`;
    if (medianMs > uselessSyncMs) return [fail('disk speed', found, 'senders wait for this: use a local SSD, not a network disk')];
    if (medianMs > slowSyncMs) return [warn('disk speed', found, 'answers to senders will be slow: a local SSD takes 1 to 5 ms')];
    return [ok('disk speed', found)];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

async function medianSync(path: string, elapsed: () => number): Promise<number> {
  const handle = await open(path, 'w');
  const block = Buffer.alloc(4096, 1);
  const times: number[] = [];
  try {
    for (let i = 0; i < syncs; i++) {
      const startMs = elapsed();
      await handle.write(block);
      await handle.datasync();
      times.push(elapsed() - startMs);
    }
  } finally {
    await handle.close();
  }
  return times.toSorted((a, b) => a - b)[Math.floor(syncs / 2)] ?? 0;
}
