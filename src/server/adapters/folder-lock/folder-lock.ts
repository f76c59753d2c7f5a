/** Keeps a second server off a data folder; the lock goes with the process, however it ends. */
import { createHash } from 'node:crypto';
import { realpath, unlink } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';

/** Raised when another process holds the folder. */
export class FolderInUse extends Error {
  override readonly name = 'FolderInUse';
}

/** A held lock. */
export interface FolderLock {
  release(): Promise<void>;
}

/** Locks `folder`, which must exist. @throws FolderInUse */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const path = await realpath(folder);
  const isLinux = process.platform === 'linux';
  // Linux frees an abstract socket with its process; elsewhere a socket file may be left over from a process that was killed.
  const address = isLinux ? `\0bellwether-${createHash('sha256').update(path).digest('hex').slice(0, 32)}` : join(path, 'lock.sock');
  const server = await listen(address).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE') throw error;
    if (isLinux || (await isAnswering(address)))
      throw new FolderInUse(`The folder ${path} is in use by another Bellwether. Stop that one, or set BELLWETHER_DATA to another folder.`);
    await unlink(address);
    return listen(address);
  });
  return { release: () => new Promise((resolve) => server.close(() => resolve())) };
}

function listen(address: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.end());
    server.once('error', reject);
    server.listen(address, () => resolve(server.unref()));
  });
}

function isAnswering(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address);
    socket.once('connect', () => resolve(socket.destroy() !== null));
    socket.once('error', () => resolve(false));
  });
}
