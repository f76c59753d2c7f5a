/** Looks at a gzip stream whole before any of it is used, so that a broken one takes nothing. */
import { open, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { Writable, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { Problem } from '../../../shared/model/errors.ts';

/** Bytes of one packed body that stay in memory; more go to a file. */
const MEMORY_BYTES = 8 * 1_048_576;

/** Where packed bodies wait that are too large for memory. */
export interface WaitingPlace {
  folder: string;
  random: (sizeBytes: number) => Buffer;
}

/**
 * Hands the unpacked bytes of `packed` to `read` once all of it has arrived and is sound.
 * @throws the error of zlib for broken gzip, DISK_FULL, and what `read` throws
 */
export async function readWholeGzip(
  packed: AsyncIterable<Buffer>,
  place: WaitingPlace,
  read: (unpacked: AsyncIterable<Buffer>) => Promise<void>,
): Promise<void> {
  const kept = new KeptBytes(place);
  try {
    await pipeline(kept.keeping(packed), createGunzip(), nowhere());
    await pipeline(kept.bytes(), createGunzip(), read);
  } finally {
    await kept.close();
  }
}

function nowhere(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}

/** Bytes that can be read again: a first part in memory, the rest in a file that no folder shows. */
class KeptBytes {
  readonly #place: WaitingPlace;
  readonly #inMemory: Buffer[] = [];
  #memoryBytes = 0;
  #file: FileHandle | null = null;

  constructor(place: WaitingPlace) {
    this.#place = place;
  }

  /** The chunks as they come, each kept. */
  async *keeping(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      await this.#keep(chunk);
      yield chunk;
    }
  }

  /** What was kept, from the start. */
  async *bytes(): AsyncGenerator<Buffer> {
    yield* this.#inMemory;
    if (this.#file !== null) yield* this.#file.createReadStream({ start: 0, autoClose: false }) as Readable & AsyncIterable<Buffer>;
  }

  async close(): Promise<void> {
    await this.#file?.close();
  }

  async #keep(chunk: Buffer): Promise<void> {
    if (this.#file === null && this.#memoryBytes + chunk.length <= MEMORY_BYTES) {
      this.#memoryBytes += chunk.length;
      this.#inMemory.push(chunk);
      return;
    }
    try {
      this.#file ??= await openUnlisted(this.#place);
      await this.#file.writeFile(chunk);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      throw new Problem('DISK_FULL', 'The disk has no room for a body of this size. Send smaller ones.', { retryAfterSeconds: 30 });
    }
  }
}

/** A file that is gone when it is closed, however the process ends. */
async function openUnlisted(place: WaitingPlace): Promise<FileHandle> {
  const path = join(place.folder, `body-${place.random(12).toString('hex')}`);
  const file = await open(path, 'wx+', 0o600);
  await unlink(path);
  return file;
}
