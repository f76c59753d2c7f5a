/** Turns sorted runs into one: each key once, with its newest slot, without what has left the window. Blocks, like its writer. */
import { closeSync, openSync, readSync, unlinkSync } from 'node:fs';
import { ageAt, createPages, highAt, lowAt, pageBytes, pageKeys, type PageView } from './run-page.ts';
import { type RunIndex, RunWriter } from './run-writer.ts';

/** A run, or a part of it, to be merged. */
export interface MergeInput {
  path: string;
  count: number;
  baseSlot: number;
  /** where to begin; keys before `highFrom` on that page are passed over */
  firstPage: number;
}

/** A merge: the keys of `inputs` whose high half is in `[highFrom, highTo)` and whose slot is at least `liveFrom`. */
export interface MergeJob {
  inputs: MergeInput[];
  highFrom: number;
  highTo: number;
  liveFrom: number;
  path: string;
  /** at least as many keys as come out */
  expected: number;
  bitsPerKey: number;
}

/** Keys in no order, to be sorted and written. */
export interface FlushJob {
  keys: BigUint64Array<ArrayBuffer>;
  slot: number;
  path: string;
  bitsPerKey: number;
}

const bufferedPages = 16;

/** The run of the keys of `job`, sorted. */
export function writeFlush({ keys, slot, path, bitsPerKey }: FlushJob): RunIndex {
  keys.sort();
  const halves = new Uint32Array(keys.buffer);
  return writing(path, slot, keys.length, bitsPerKey, (writer) => {
    for (let i = 0; i < halves.length; i += 2) writer.add(halves[i + 1]!, halves[i]!, slot);
  });
}

/** The run that `job` makes of its inputs. */
export function writeMerge(job: MergeJob): RunIndex {
  const baseSlot = Math.max(job.liveFrom, Math.min(...job.inputs.map((input) => input.baseSlot)));
  const cursors = job.inputs.map((input) => new RunCursor(input, job.highFrom, job.highTo));
  try {
    return writing(job.path, baseSlot, job.expected, job.bitsPerKey, (writer) => mergeInto(writer, cursors, job.liveFrom));
  } finally {
    for (const cursor of cursors) cursor.close();
  }
}

function writing(path: string, baseSlot: number, expected: number, bitsPerKey: number, fill: (writer: RunWriter) => void): RunIndex {
  const writer = new RunWriter(path, baseSlot, expected, bitsPerKey);
  try {
    fill(writer);
    return writer.finish();
  } catch (error) {
    writer.abandon();
    unlinkSync(path);
    throw error;
  }
}

function mergeInto(writer: RunWriter, cursors: readonly RunCursor[], liveFrom: number): void {
  const live = cursors.filter((cursor) => cursor.next());
  while (live.length > 0) {
    let least = live[0]!;
    for (let i = 1; i < live.length; i++) if (isBefore(live[i]!, least)) least = live[i]!;
    const { high, low } = least;
    let slot = -1;
    for (let i = live.length - 1; i >= 0; i--) {
      const cursor = live[i]!;
      if (cursor.low !== low || cursor.high !== high) continue;
      if (cursor.slot > slot) slot = cursor.slot;
      if (!cursor.next()) live.splice(i, 1);
    }
    if (slot >= liveFrom) writer.add(high, low, slot);
  }
}

function isBefore(a: RunCursor, b: RunCursor): boolean {
  return a.high < b.high || (a.high === b.high && a.low < b.low);
}

/** Walks over a run in key order; `high`, `low` and `slot` are those of the current key. */
class RunCursor {
  high = 0;
  low = 0;
  slot = 0;
  readonly #fd: number;
  readonly #baseSlot: number;
  readonly #count: number;
  readonly #highFrom: number;
  readonly #highTo: number;
  readonly #pages: PageView = createPages(bufferedPages);
  #nextPage: number;
  #index: number;
  #bufferEnd = 0;
  #at = 0;

  constructor(input: MergeInput, highFrom: number, highTo: number) {
    this.#fd = openSync(input.path, 'r');
    this.#baseSlot = input.baseSlot;
    this.#count = input.count;
    this.#highFrom = highFrom;
    this.#highTo = highTo;
    this.#nextPage = input.firstPage;
    this.#index = input.firstPage * pageKeys;
  }

  /** false at the end */
  next(): boolean {
    for (;;) {
      if (this.#index >= this.#count) return false;
      if (this.#at === this.#bufferEnd) this.#fill();
      const at = this.#at % pageKeys;
      const page = (this.#at - at) / pageKeys;
      this.#at++;
      this.#index++;
      this.high = highAt(this.#pages, page, at);
      if (this.high >= this.#highTo) return false;
      if (this.high < this.#highFrom) continue;
      this.low = lowAt(this.#pages, page, at);
      this.slot = this.#baseSlot + ageAt(this.#pages, page, at);
      return true;
    }
  }

  #fill(): void {
    const read = readSync(this.#fd, this.#pages.bytes, 0, this.#pages.bytes.length, this.#nextPage * pageBytes);
    const pages = Math.floor(read / pageBytes);
    if (pages === 0) throw new Error('the run is shorter than its footer says');
    this.#nextPage += pages;
    this.#bufferEnd = pages * pageKeys;
    this.#at = 0;
  }

  close(): void {
    closeSync(this.#fd);
  }
}
