/** A sorted run of keys on disk that answers, from memory and at most a page of the disk, when a key was taken. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { mayHold } from './bloom-filter.ts';
import { createPages, findInPage, pageBytes, pageKeys } from './run-page.ts';
import { footerBytes, footerMagic, type RunIndex } from './run-writer.ts';

/** One page for all lookups: they are synchronous, so that no two need it at once. */
const page = createPages(1);

/** A run that is open for lookups. */
export class Run {
  readonly path: string;
  readonly index: RunIndex;
  readonly #fd: number;

  private constructor(path: string, fd: number, index: RunIndex) {
    this.path = path;
    this.#fd = fd;
    this.index = index;
  }

  /** The run that has just been written to `path`. */
  static adopt(path: string, index: RunIndex): Run {
    return new Run(path, openSync(path, 'r'), index);
  }

  /** The run at `path`. @throws where it is missing or its index is damaged */
  static open(path: string): Run {
    const fd = openSync(path, 'r');
    try {
      return new Run(path, fd, readIndex(fd));
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  }

  get memoryBytes(): number {
    return this.index.fence.byteLength + this.index.filter.bits.byteLength;
  }

  /** The slot in which the key was taken, or -1 where the run does not hold it. */
  find(high: number, low: number): number {
    const { fence, filter, count, baseSlot } = this.index;
    if (count === 0 || !mayHold(filter, high, low)) return -1;
    // keys with the same high half may begin on the page before
    for (let at = lastPageFrom(fence, high); at >= 0; at--) {
      readSync(this.#fd, page.bytes, 0, pageBytes, at * pageBytes);
      const age = findInPage(page, Math.min(pageKeys, count - at * pageKeys), high, low);
      if (age >= 0) return baseSlot + age;
      if (fence[at] !== high) break;
    }
    return -1;
  }

  /** The page from which keys at or above `high` are read. */
  pageOf(high: number): number {
    return Math.max(0, lastPageFrom(this.index.fence, high - 1));
  }

  close(): void {
    closeSync(this.#fd);
  }
}

/** The last page whose first key's high half is at most `high`, or -1. Guesses from the evenness of hashes, then halves. */
function lastPageFrom(fence: Uint32Array, high: number): number {
  const last = fence.length - 1;
  const first = fence[0]!;
  if (high < first) return -1;
  const span = fence[last]! - first;
  const guess = span === 0 ? last : Math.min(last, Math.floor(((high - first) / span) * last));
  let from = guess;
  let to = guess + 1;
  for (let step = 2; from > 0 && fence[from]! > high; step *= 2) from = Math.max(0, from - step);
  for (let step = 2; to <= last && fence[to]! <= high; step *= 2) to = Math.min(last + 1, to + step);
  while (to - from > 1) {
    const middle = (from + to) >>> 1;
    if (fence[middle]! <= high) from = middle;
    else to = middle;
  }
  return from;
}

function readIndex(fd: number): RunIndex {
  const footer = readExactly(fd, footerBytes, fstatSync(fd).size - footerBytes);
  if (footer.indexOf(footerMagic) !== 0 || crc32(footer.subarray(0, 36)) !== footer.readUInt32LE(36))
    throw new Error('the run has no sound footer');
  const [count, baseSlot, newestSlot, pages, words, hashes, checksum] = Array.from({ length: 7 }, (_, i) =>
    footer.readUInt32LE(8 + i * 4),
  ) as [number, number, number, number, number, number, number];
  const index = readExactly(fd, (pages + words) * 4, pages * pageBytes);
  if (crc32(index) !== checksum) throw new Error('the index of the run is damaged');
  const fence = new Uint32Array(index.buffer.slice(0, pages * 4));
  const bits = new Uint32Array(index.buffer.slice(pages * 4));
  return { count, baseSlot, newestSlot, fence, filter: { bits, hashes } };
}

function readExactly(fd: number, count: number, position: number): Buffer<ArrayBuffer> {
  const bytes = Buffer.from(new ArrayBuffer(count));
  if (position < 0 || readSync(fd, bytes, 0, count, position) !== count) throw new Error('the run is too short');
  return bytes;
}
