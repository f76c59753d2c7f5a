/** The log of committed ids that no run holds yet, so that a restart finds them. One file for each table in memory. */
import { type FileHandle, open, readdir, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { syncFolder } from './manifest.ts';

const namePattern = /^keys-(\d+)\.log$/;
const headerBytes = 8;

/** Appends keys to the file of the current generation. */
export class KeyLog {
  readonly #folder: string;
  #generation: number;
  #handle: FileHandle | null = null;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(folder: string, generation: number) {
    this.#folder = folder;
    this.#generation = generation;
  }

  /** The log in `folder` for a new generation, after `found` was called with the keys of each older record. */
  static async open(folder: string, found: (keys: BigUint64Array) => void): Promise<KeyLog> {
    const generations = await listGenerations(folder);
    for (const generation of generations) for (const keys of readRecords(await readFile(logPath(folder, generation)))) found(keys);
    return new KeyLog(folder, (generations.at(-1) ?? 0) + 1);
  }

  get generation(): number {
    return this.#generation;
  }

  /** Resolves when `keys` are on disk. */
  append(keys: BigUint64Array): Promise<void> {
    return this.#inTurn(() => this.#write(keys));
  }

  /** Goes on in the file of the next generation. */
  rotate(): void {
    this.#generation++;
    void this.#inTurn(() => this.#closeFile());
  }

  /** Deletes the files of `generation` and before: a run holds their keys. */
  forget(generation: number): Promise<void> {
    return this.#inTurn(async () => {
      for (const old of await listGenerations(this.#folder)) if (old <= generation) await unlink(logPath(this.#folder, old));
    });
  }

  close(): Promise<void> {
    return this.#inTurn(() => this.#closeFile());
  }

  #inTurn(act: () => Promise<void>): Promise<void> {
    const done = this.#last.then(act);
    this.#last = done.catch(() => undefined);
    return done;
  }

  async #write(keys: BigUint64Array): Promise<void> {
    this.#handle ??= await this.#createFile();
    try {
      await this.#handle.appendFile(encodeRecord(keys));
      await this.#handle.datasync();
    } catch (error) {
      // what stands behind a broken record is never read: go on in another file
      this.#generation++;
      await this.#closeFile();
      throw error;
    }
  }

  async #createFile(): Promise<FileHandle> {
    const handle = await open(logPath(this.#folder, this.#generation), 'a');
    await syncFolder(this.#folder);
    return handle;
  }

  async #closeFile(): Promise<void> {
    const handle = this.#handle;
    this.#handle = null;
    await handle?.close();
  }
}

function logPath(folder: string, generation: number): string {
  return join(folder, `keys-${generation}.log`);
}

async function listGenerations(folder: string): Promise<number[]> {
  const names = await readdir(folder);
  return names
    .flatMap((name) => namePattern.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
}

function encodeRecord(keys: BigUint64Array): Buffer {
  const body = new Uint8Array(keys.buffer, keys.byteOffset, keys.byteLength);
  const header = Buffer.alloc(headerBytes);
  header.writeUInt32LE(keys.length, 0);
  header.writeUInt32LE(crc32(body, keys.length), 4);
  return Buffer.concat([header, body]);
}

/** The keys of each whole record; a torn end is what no commit relied on. */
function* readRecords(bytes: Buffer): Iterable<BigUint64Array> {
  for (let offset = 0; offset + headerBytes <= bytes.length;) {
    const count = bytes.readUInt32LE(offset);
    const body = bytes.subarray(offset + headerBytes, offset + headerBytes + count * 8);
    if (body.length !== count * 8 || crc32(body, count) !== bytes.readUInt32LE(offset + 4)) return;
    const keys = new BigUint64Array(count);
    new Uint8Array(keys.buffer).set(body);
    yield keys;
    offset += headerBytes + body.length;
  }
}
