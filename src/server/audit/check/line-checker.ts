/** Checks that lines follow from each other: of entries, and of heads, which are chained the same way. */
import { hash } from 'node:crypto';
import { hashCharacters, linkOf } from '../line.ts';

/** Something that is not as it was written; numbers are `seq` of entries or `number` of heads, both ends included. */
export interface Break {
  /**
   * `removed`: these are missing; `inserted`: these were never written; `changed`: these do not follow from what is before them;
   * `reordered`: these were written elsewhere in the chain
   */
  what: 'removed' | 'inserted' | 'changed' | 'reordered';
  from: number;
  to: number;
}

/** What a walk over lines came to. */
export interface CheckReport {
  /** lines that were read */
  count: number;
  /** the number and the stored hash of the last one */
  last: { number: number; hash: string };
  /** at most {@link mostBreaks} */
  breaks: Break[];
  /** breaks beyond those */
  moreBreaks: number;
}

/** Breaks that a report names. */
export const mostBreaks = 100;

const tab = 9;
const lineFeed = 10;

/**
 * Walks over lines in the order of their numbers, block by block. A line is `workspace TAB number TAB ... TAB hash`; its hash is that of the
 * stored hash before it, a line feed, and the line up to the last tab. What is stored stands for what comes after it, so that one change
 * is one break and not the end of the walk.
 */
export class LineChecker {
  #expected: number;
  /** stored hashes of the two lines before the one that is looked at */
  #previous: string;
  #beforePrevious = '';
  #count = 0;
  /** how much higher the numbers are than those that were written, where entries were put in or taken out and the rest was renumbered */
  #shift = 0;
  readonly #breaks: Break[] = [];
  #moreBreaks = 0;

  /** `previous`: the hash that the line of number `first` follows */
  constructor(previous: string, first: number) {
    this.#previous = previous;
    this.#expected = first;
  }

  /** The next lines in UTF-8, separated by line feeds, whole ones only. */
  take(block: Uint8Array): void {
    const bytes = Buffer.from(block.buffer, block.byteOffset, block.byteLength);
    for (let start = 0; start < bytes.length;) {
      const lineFeedAt = bytes.indexOf(lineFeed, start);
      const end = lineFeedAt === -1 ? bytes.length : lineFeedAt;
      const hashAt = Math.max(start + 1, end - hashCharacters);
      const stored = bytes.toString('latin1', hashAt, end);
      // The stored hash before, the line feed and the line stand in the block as they are hashed; only a block's first line is put together.
      const input =
        start === 0
          ? Buffer.concat([Buffer.from(`${this.#previous}\n`), bytes.subarray(start, hashAt - 1)])
          : bytes.subarray(start - 1 - hashCharacters, hashAt - 1);
      const isLinked = this.#shift === 0 && hash('sha256', input, 'hex') === stored;
      this.#count++;
      this.#step(isLinked, numberAt(bytes, start), stored, () => bytes.toString('utf8', start, hashAt - 1));
      this.#beforePrevious = this.#previous;
      this.#previous = stored;
      start = end + 1;
    }
  }

  /** `lastNumber`: the number that the last line should have. */
  finish(lastNumber: number): CheckReport {
    if (this.#expected <= lastNumber) this.#note('removed', this.#expected, lastNumber);
    const last = { number: this.#expected - 1, hash: this.#previous };
    return { count: this.#count, last, breaks: this.#breaks, moreBreaks: this.#moreBreaks };
  }

  #step(isLinked: boolean, number: number | null, stored: string, readLine: () => string): void {
    if (number === null || number < this.#expected) return this.#note('inserted', this.#expected - 1, this.#expected - 1);
    const isNext = number === this.#expected;
    if (!isNext) this.#note('removed', this.#expected, number - 1);
    this.#expected = number + 1;
    // What follows something that is gone cannot be checked: the hash before it is gone too.
    if (isLinked || !isNext) return;
    const line = readLine();
    if (this.#shift !== 0 && follows(this.#previous, line, number - this.#shift, stored)) return;
    if (follows(this.#beforePrevious, line, number - 1 - this.#shift, stored)) {
      this.#shift++;
      return this.#rename('inserted', number - 1);
    }
    if (follows(this.#previous, line, number + 1 - this.#shift, stored)) {
      this.#shift--;
      return this.#rename('removed', number - 1);
    }
    this.#note('changed', number, number);
  }

  /** What was taken for a change was `what`: the numbers after it tell. */
  #rename(what: Break['what'], number: number): void {
    const latest = this.#breaks.at(-1);
    if (latest?.what === 'changed' && latest.to === number) {
      if (latest.from === number) this.#breaks.pop();
      else latest.to = number - 1;
    }
    this.#note(what, number, number);
  }

  #note(what: Break['what'], from: number, to: number): void {
    const latest = this.#breaks.at(-1);
    if (latest?.what === what && latest.to >= from - 1) latest.to = Math.max(to, latest.to);
    else if (this.#breaks.length < mostBreaks) this.#breaks.push({ what, from, to });
    else this.#moreBreaks++;
  }
}

/** Whether `line` would have the hash `stored` after `previous`, had it `number`. */
export function follows(previous: string, line: string, number: number, stored: string): boolean {
  const [workspaceId = '', , ...columns] = line.split('\t');
  return linkOf(previous, [workspaceId, number, ...columns].join('\t')) === stored;
}

/** The second field of the line that begins at `start`; null where it is no number. */
function numberAt(bytes: Buffer, start: number): number | null {
  let at = bytes.indexOf(tab, start) + 1;
  if (at === 0) return null;
  let value = 0;
  for (; bytes[at]! >= 48 && bytes[at]! <= 57; at++) value = value * 10 + bytes[at]! - 48;
  return bytes[at] === tab ? value : null;
}
