/** Keys that were taken once and may be taken again, because their events were deleted: they hide what runs on disk still hold. */
import { type FileHandle, open, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { KeyTable } from './key-table.ts';
import { syncFolder } from './manifest.ts';

const fileName = 'forgotten.log';
const headerBytes = 8;
/** 64-bit words before the keys of a record: when, and what happened to them. */
const leadWords = 2;
const isForgotten = 0n;
const isTakenAgain = 1n;

interface LogRecord {
  atMs: number;
  happened: bigint;
  keys: BigUint64Array;
}

/** The forgotten keys of a window, in memory and in a log. */
export class ForgottenKeys {
  readonly #folder: string;
  readonly #table = new KeyTable();
  #handle: FileHandle | null = null;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Those in `folder` that were forgotten after `sinceMs`: no run holds older ones any more. */
  static async open(folder: string, sinceMs: number): Promise<ForgottenKeys> {
    const forgotten = new ForgottenKeys(folder);
    const records = readRecords(await readFile(join(folder, fileName)).catch(noBytes)).filter(({ atMs }) => atMs > sinceMs);
    for (const { happened, keys } of records) {
      eachKey(keys, (high, low) => (happened === isForgotten ? forgotten.#table.add(high, low) : forgotten.#table.delete(high, low)));
    }
    await forgotten.#rewrite(records);
    return forgotten;
  }

  has(high: number, low: number): boolean {
    return this.#table.count > 0 && this.#table.has(high, low);
  }

  /**
   * Resolves when it is durable that `keys` may be taken again. `drop` takes them out of memory, in the same turn of the event loop:
   * a table that is written to disk in between would count as having taken them again.
   */
  async forget(keys: BigUint64Array, nowMs: number, drop: () => void): Promise<void> {
    if (keys.length === 0) return;
    await this.#inTurn(() => this.#append({ atMs: nowMs, happened: isForgotten, keys }));
    eachKey(keys, (high, low) => this.#table.add(high, low));
    drop();
  }

  /** Resolves when it is durable that those of `keys` that were forgotten have been taken again. */
  async takenAgain(keys: BigUint64Array, nowMs: number): Promise<void> {
    if (this.#table.count === 0) return;
    const again = keys.filter((key) => this.#table.has(Number(key >> 32n), Number(key & 0xffff_ffffn)));
    if (again.length === 0) return;
    await this.#inTurn(() => this.#append({ atMs: nowMs, happened: isTakenAgain, keys: again }));
    eachKey(again, (high, low) => this.#table.delete(high, low));
  }

  /** `keys` without those that are forgotten. */
  without(keys: BigUint64Array): BigUint64Array {
    return keys.filter((key) => !this.has(Number(key >> 32n), Number(key & 0xffff_ffffn)));
  }

  close(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#handle?.close();
      this.#handle = null;
    });
  }

  #inTurn(act: () => Promise<void>): Promise<void> {
    const done = this.#last.then(act);
    this.#last = done.catch(() => undefined);
    return done;
  }

  async #append(record: LogRecord): Promise<void> {
    if (this.#handle === null) {
      this.#handle = await open(join(this.#folder, fileName), 'a');
      await syncFolder(this.#folder);
    }
    const { size } = await this.#handle.stat();
    try {
      await this.#handle.appendFile(encodeRecord(record));
      await this.#handle.datasync();
    } catch (error) {
      // what stands behind a broken record is never read
      await this.#handle.truncate(size);
      throw error;
    }
  }

  /** Keeps of the log only what still counts. */
  async #rewrite(records: readonly LogRecord[]): Promise<void> {
    const path = join(this.#folder, fileName);
    if (this.#table.count === 0) {
      await unlink(path).catch(noBytes);
      return;
    }
    const kept = records
      .filter(({ happened }) => happened === isForgotten)
      .map((record) => ({ ...record, keys: record.keys.filter((key) => this.#table.has(Number(key >> 32n), Number(key & 0xffff_ffffn))) }));
    await writeFile(`${path}.tmp`, Buffer.concat(kept.map(encodeRecord)), { flush: true });
    await rename(`${path}.tmp`, path);
    await syncFolder(this.#folder);
  }
}

function noBytes(error: NodeJS.ErrnoException): Buffer {
  if (error.code === 'ENOENT') return Buffer.alloc(0);
  throw error;
}

function eachKey(keys: BigUint64Array, act: (high: number, low: number) => void): void {
  for (const key of keys) act(Number(key >> 32n), Number(key & 0xffff_ffffn));
}

function encodeRecord({ atMs, happened, keys }: LogRecord): Buffer {
  const words = new BigUint64Array(leadWords + keys.length);
  words[0] = BigInt(Math.round(atMs));
  words[1] = happened;
  words.set(keys, leadWords);
  const body = new Uint8Array(words.buffer);
  const header = Buffer.alloc(headerBytes);
  header.writeUInt32LE(words.length, 0);
  header.writeUInt32LE(crc32(body, words.length), 4);
  return Buffer.concat([header, body]);
}

/** Each whole record; a torn end was never answered. */
function readRecords(bytes: Buffer): LogRecord[] {
  const records: LogRecord[] = [];
  for (let offset = 0; offset + headerBytes <= bytes.length;) {
    const count = bytes.readUInt32LE(offset);
    const body = bytes.subarray(offset + headerBytes, offset + headerBytes + count * 8);
    if (body.length !== count * 8 || count < leadWords || crc32(body, count) !== bytes.readUInt32LE(offset + 4)) break;
    const words = new BigUint64Array(count);
    new Uint8Array(words.buffer).set(body);
    records.push({ atMs: Number(words[0]), happened: words[1] ?? isForgotten, keys: words.slice(leadWords) });
    offset += headerBytes + body.length;
  }
  return records;
}
