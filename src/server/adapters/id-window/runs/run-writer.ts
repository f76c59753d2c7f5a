/** Writes one run of sorted keys to a file, with its index behind it. Blocks: belongs into a worker thread. */
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { addToFilter, type BloomFilter, createFilter } from './bloom-filter.ts';
import { createPages, pageBytes, pageKeys, pagesFor, setKey } from './run-page.ts';

/** Bytes of the footer, the end of every run file. */
export const footerBytes = 40;
/** Opens the footer. */
export const footerMagic = Buffer.from('BWIDRUN1');

const bufferedPages = 16;

/** All of a run that is kept in memory. */
export interface RunIndex {
  count: number;
  /** the slot of age 0 */
  baseSlot: number;
  newestSlot: number;
  /** high half of the first key of each page */
  fence: Uint32Array<ArrayBuffer>;
  filter: BloomFilter;
}

/** A run that is being written; keys are added in rising order. */
export class RunWriter {
  readonly #fd: number;
  readonly #baseSlot: number;
  readonly #pages = createPages(bufferedPages);
  readonly #fence: Uint32Array<ArrayBuffer>;
  readonly #filter: BloomFilter;
  #count = 0;
  #newestSlot = 0;

  /** `expected`: at least as many keys as will be added; sizes fence and filter. */
  constructor(path: string, baseSlot: number, expected: number, bitsPerKey: number) {
    this.#fd = openSync(path, 'w');
    this.#baseSlot = baseSlot;
    this.#fence = new Uint32Array(pagesFor(expected));
    this.#filter = createFilter(expected, bitsPerKey);
  }

  add(high: number, low: number, slot: number): void {
    const at = this.#count % pageKeys;
    const page = (this.#count - at) / pageKeys;
    if (at === 0) this.#startPage(page, high);
    setKey(this.#pages, page % bufferedPages, at, high, low, slot - this.#baseSlot);
    addToFilter(this.#filter, high, low);
    if (slot > this.#newestSlot) this.#newestSlot = slot;
    this.#count++;
  }

  #startPage(page: number, high: number): void {
    if (page > 0 && page % bufferedPages === 0) this.#write(this.#pages.bytes);
    this.#fence[page] = high;
  }

  /** The index, once all is on disk. */
  finish(): RunIndex {
    const pages = pagesFor(this.#count);
    const fence = this.#fence.slice(0, pages);
    const rest = pages === 0 ? 0 : ((pages - 1) % bufferedPages) + 1;
    this.#write(this.#pages.bytes.subarray(0, rest * pageBytes));
    this.#write(asBytes(fence));
    this.#write(asBytes(this.#filter.bits));
    this.#write(this.#footer(fence));
    fsyncSync(this.#fd);
    closeSync(this.#fd);
    return { count: this.#count, baseSlot: this.#baseSlot, newestSlot: this.#newestSlot, fence, filter: this.#filter };
  }

  /** Gives the file up. */
  abandon(): void {
    closeSync(this.#fd);
  }

  #footer(fence: Uint32Array): Buffer {
    const footer = Buffer.alloc(footerBytes);
    const { bits, hashes } = this.#filter;
    footer.set(footerMagic, 0);
    const indexChecksum = crc32(asBytes(bits), crc32(asBytes(fence)));
    [this.#count, this.#baseSlot, this.#newestSlot, fence.length, bits.length, hashes, indexChecksum].forEach((value, i) =>
      footer.writeUInt32LE(value, 8 + i * 4),
    );
    footer.writeUInt32LE(crc32(footer.subarray(0, 36)), 36);
    return footer;
  }

  #write(bytes: Uint8Array): void {
    let written = 0;
    while (written < bytes.length) written += writeSync(this.#fd, bytes, written, bytes.length - written);
  }
}

function asBytes(words: Uint32Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}
