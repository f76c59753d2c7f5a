/** Takes the body of an insert into a file of its own, from which the engine reads it. */
import { mkdirSync, rmSync } from 'node:fs';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

/** Bytes that are written at a time. */
const portionBytes = 1024 * 1024;

/** Bodies that are being inserted, as files in the working directory of the child. */
export class IncomingBodies {
  readonly #folder: string;
  #count = 0;

  /** What an earlier process left behind is removed. */
  constructor(folder: string) {
    this.#folder = folder;
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
  }

  /** Takes all of `source` and runs `work` with the path of the file; the file is gone afterwards. */
  async with<T>(source: AsyncIterable<Buffer>, work: (path: string) => Promise<T>): Promise<T> {
    const path = join(this.#folder, String(++this.#count));
    try {
      const file = await open(path, 'wx', 0o600);
      try {
        await writeAll(file, source);
      } finally {
        await file.close();
      }
      return await work(path);
    } finally {
      await rm(path, { force: true });
    }
  }
}

async function writeAll(file: FileHandle, source: AsyncIterable<Buffer>): Promise<void> {
  let portion: Buffer[] = [];
  let size = 0;
  for await (const chunk of source) {
    portion.push(chunk);
    size += chunk.length;
    if (size < portionBytes) continue;
    await writePortion(file, portion);
    portion = [];
    size = 0;
  }
  if (size > 0) await writePortion(file, portion);
}

/** TRICKY: writev may write less than it was given, for one when the disk fills up. */
async function writePortion(file: FileHandle, portion: Buffer[]): Promise<void> {
  const size = portion.reduce((total, chunk) => total + chunk.length, 0);
  const { bytesWritten } = await file.writev(portion);
  let rest = bytesWritten < size ? Buffer.concat(portion, size).subarray(bytesWritten) : null;
  while (rest !== null && rest.length > 0) rest = rest.subarray((await file.write(rest)).bytesWritten);
}
