/** Newline-delimited JSON as a stream: whole lines in steps of about 1 MB, whatever the size of the whole. */
import { isUtf8 } from 'node:buffer';
import { eventLimits } from '../../../shared/model/event.ts';
import { Refusal } from '../event/refusal.ts';

/** A step is at least this large unless it is the last, bytes. */
export const STEP_BYTES = 1_048_576;

const NEWLINE = 0x0a;
/** what is kept of a line that is too long, for its dead letter */
const HEAD_BYTES = 65_536;

/** Cuts a stream of bytes into steps of parsed lines. Holds at most one step and one line of at most 1 MB. */
export class NdjsonSteps {
  #chunks: Buffer[] = [];
  #sizeBytes = 0;
  /** bytes since the last newline */
  #tailBytes = 0;
  /** the head of a line that is being skipped because it is too long */
  #tooLong: Buffer | null = null;
  #items: unknown[] = [];

  /** Takes the next bytes; returns the items of a step when one is full, else null. An invalid line is a Refusal. */
  push(chunk: Buffer): unknown[] | null {
    const last = chunk.lastIndexOf(NEWLINE);
    if (last < 0) {
      this.#addPartial(chunk);
    } else {
      this.#addWhole(chunk, last + 1);
      this.#addPartial(chunk.subarray(last + 1));
    }
    return this.#sizeBytes - this.#tailBytes >= STEP_BYTES ? this.#takeLines() : null;
  }

  /** The items that are left, the last line being whole without a newline too. */
  finish(): unknown[] {
    if (this.#tooLong !== null) this.#endTooLong();
    this.#tailBytes = 0;
    return this.#takeLines();
  }

  /** Adds the first `end` bytes of `chunk`, which end with a newline. */
  #addWhole(chunk: Buffer, end: number): void {
    let from = 0;
    if (this.#tooLong !== null) {
      from = chunk.indexOf(NEWLINE) + 1;
      this.#endTooLong();
    }
    this.#append(chunk.subarray(from, end));
    this.#tailBytes = 0;
  }

  #addPartial(part: Buffer): void {
    if (this.#tooLong !== null || part.length === 0) return;
    this.#append(part);
    this.#tailBytes += part.length;
    if (this.#tailBytes > eventLimits.eventBytes) this.#beginTooLong();
  }

  #append(part: Buffer): void {
    if (part.length === 0) return;
    this.#chunks.push(part);
    this.#sizeBytes += part.length;
  }

  /** Parses what is whole before the overlong line, and keeps only the head of that line. */
  #beginTooLong(): void {
    const all = Buffer.concat(this.#chunks);
    const start = all.length - this.#tailBytes;
    this.#tooLong = Buffer.from(all.subarray(start, start + HEAD_BYTES));
    parseLines(all.subarray(0, start), this.#items);
    this.#clear();
  }

  #endTooLong(): void {
    parseLines(Buffer.concat(this.#chunks), this.#items);
    this.#clear();
    const head = this.#tooLong?.toString('utf8') ?? '';
    this.#items.push(new Refusal('EVENT_TOO_LARGE', `The line is longer than ${eventLimits.eventBytes} bytes.`, head));
    this.#tooLong = null;
  }

  #clear(): void {
    this.#chunks = [];
    this.#sizeBytes = 0;
    this.#tailBytes = 0;
  }

  #takeLines(): unknown[] {
    const all = this.#chunks.length === 1 ? (this.#chunks[0] as Buffer) : Buffer.concat(this.#chunks);
    const end = all.length - this.#tailBytes;
    parseLines(all.subarray(0, end), this.#items);
    const tail = all.subarray(end);
    this.#chunks = tail.length > 0 ? [tail] : [];
    this.#sizeBytes = tail.length;
    const items = this.#items;
    this.#items = [];
    return items;
  }
}

/** Parses each non-blank line of `bytes` onto the end of `items`. */
export function parseLines(bytes: Buffer, items: unknown[]): void {
  const isValid = isUtf8(bytes);
  const text = bytes.toString('utf8');
  let from = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  while (from < text.length) {
    let end = text.indexOf('\n', from);
    if (end < 0) end = text.length;
    const line = text.slice(from, end).trim();
    if (line !== '') items.push(parseLine(line, isValid));
    from = end + 1;
  }
}

function parseLine(line: string, isValidUtf8: boolean): unknown {
  // TRICKY: invalid bytes were decoded to U+FFFD; only such lines are refused, their neighbours are good.
  if (!isValidUtf8 && line.includes('\ufffd')) return new Refusal('NOT_JSON', 'The line is not valid UTF-8.', line);
  if (
    line.length > eventLimits.eventBytes ||
    (line.length * 3 > eventLimits.eventBytes && Buffer.byteLength(line) > eventLimits.eventBytes)
  ) {
    return new Refusal('EVENT_TOO_LARGE', `The line is longer than ${eventLimits.eventBytes} bytes.`, line);
  }
  try {
    return JSON.parse(line);
  } catch (error) {
    return new Refusal('NOT_JSON', `The line is not valid JSON: ${(error as Error).message}`, line);
  }
}
