/** Reads a JSON array of objects, or JSON objects one after another, without holding the file in memory. */
import { CommandFailed } from '../command.ts';
import { jsonRow } from './ndjson.ts';
import { longestRecordBytes, rowsPerBatch } from './row.ts';
import type { SourceRow } from './row.ts';

/** The records of `content` from record `skip` on, in batches. */
export async function* readJson(content: AsyncIterable<Uint8Array>, skip: number): AsyncGenerator<SourceRow[]> {
  let batch: SourceRow[] = [];
  let index = 0;
  for await (const text of splitValues(content)) {
    if (index >= skip) batch.push(jsonRow(index, text));
    index += 1;
    if (batch.length < rowsPerBatch) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** Text of each element of the outer array (or of each value, where there is no outer array). */
async function* splitValues(content: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const splitter = new ValueSplitter();
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for await (const chunk of content) yield* splitter.push(decode(decoder, chunk));
  yield* splitter.push(decode(decoder));
  const last = splitter.end();
  if (last !== null) yield last;
}

function decode(decoder: TextDecoder, chunk?: Uint8Array): string {
  try {
    return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
  } catch {
    throw new CommandFailed('the file is not valid UTF-8');
  }
}

/** Finds where values begin and end by counting brackets outside of strings. */
class ValueSplitter {
  private text = '';
  /** position up to which `text` was looked at */
  private at = 0;
  private from = -1;
  private depth = 0;
  private isInString = false;
  private isEscaped = false;
  private hasOuterArray: boolean | null = null;
  private isClosed = false;

  push(chunk: string): string[] {
    this.text += chunk;
    const values: string[] = [];
    for (; this.at < this.text.length; this.at++) this.look(this.text.charCodeAt(this.at), values);
    const keepFrom = this.from === -1 ? this.at : this.from;
    this.text = this.text.slice(keepFrom);
    this.at -= keepFrom;
    if (this.from !== -1) this.from = 0;
    if (this.text.length > longestRecordBytes) throw new CommandFailed('a record is longer than 16 MB');
    return values;
  }

  /** What is left at the end: half a value, or null. @throws CommandFailed when the array was never closed */
  end(): string | null {
    if (this.from !== -1) return this.text.slice(this.from);
    if (this.hasOuterArray === true && !this.isClosed) throw new CommandFailed('the JSON array is cut off: its closing bracket is missing');
    return null;
  }

  private look(code: number, values: string[]): void {
    if (this.isInString) {
      if (this.isEscaped) this.isEscaped = false;
      else if (code === backslash) this.isEscaped = true;
      else if (code === quote) this.isInString = false;
      return;
    }
    if (isSpace(code)) {
      if (this.from !== -1 && this.depth === 0) this.finish(this.at, values);
      return;
    }
    if (this.hasOuterArray === null && code !== byteOrderMark) {
      this.hasOuterArray = code === openBracket;
      if (this.hasOuterArray) return;
    }
    if (this.depth === 0 && (code === comma || code === closeBracket || code === byteOrderMark)) this.between(code, values);
    else this.inside(code, values);
  }

  private between(code: number, values: string[]): void {
    if (this.from !== -1) this.finish(this.at, values);
    if (code === closeBracket) this.isClosed = true;
  }

  private inside(code: number, values: string[]): void {
    if (this.from === -1) this.from = this.at;
    if (code === quote) this.isInString = true;
    else if (code === openBrace || code === openBracket) this.depth += 1;
    else if (code === closeBrace || code === closeBracket) {
      this.depth = Math.max(0, this.depth - 1);
      if (this.depth === 0) this.finish(this.at + 1, values);
    }
  }

  private finish(to: number, values: string[]): void {
    values.push(this.text.slice(this.from, to));
    this.from = -1;
  }
}

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const byteOrderMark = 0xfeff;

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}
