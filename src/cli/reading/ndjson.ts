/** Reads newline-delimited JSON: one record a line, blank lines left out. */
import { isUtf8 } from 'node:buffer';
import { CommandFailed } from '../command.ts';
import { longestRecordBytes, rowsPerBatch } from './row.ts';
import type { SourceRow } from './row.ts';

const newline = 0x0a;

/** The records of `content` from record `skip` on, in batches. */
export async function* readNdjson(content: AsyncIterable<Uint8Array>, skip: number): AsyncGenerator<SourceRow[]> {
  let batch: SourceRow[] = [];
  let index = 0;
  for await (const line of splitLines(content)) {
    if (isBlank(line)) continue;
    if (index >= skip) batch.push(lineRow(index, line));
    index += 1;
    if (batch.length < rowsPerBatch) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

async function* splitLines(content: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  let isFirst = true;
  for await (const chunk of content) {
    let bytes = rest.length === 0 ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength) : Buffer.concat([rest, chunk]);
    if (isFirst && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) bytes = bytes.subarray(3);
    isFirst = false;
    let from = 0;
    for (let at = bytes.indexOf(newline); at !== -1; at = bytes.indexOf(newline, from)) {
      yield bytes.subarray(from, at);
      from = at + 1;
    }
    rest = bytes.subarray(from);
    if (rest.length > longestRecordBytes) throw new CommandFailed('a line is longer than 16 MB: this is not NDJSON');
  }
  if (rest.length > 0) yield rest;
}

function isBlank(line: Buffer): boolean {
  for (const byte of line) if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d) return false;
  return true;
}

function lineRow(index: number, line: Buffer): SourceRow {
  const text = line.toString('utf8').trim();
  if (text.includes('\ufffd') && !isUtf8(line)) return { index, text: null, fields: null, fault: 'the line is not valid UTF-8' };
  if (text === '') return { index, text: null, fields: null, fault: 'the line holds nothing but invisible characters' };
  return jsonRow(index, text);
}

/** The record that `text` spells; text that is no JSON object goes to the server as it is, which rejects it with a reason. */
export function jsonRow(index: number, text: string): SourceRow {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    const line = /[\r\n]/.test(text) ? JSON.stringify(value) : text;
    return { index, text: line, fields: isObject ? (value as Record<string, unknown>) : null, fault: null };
  } catch {
    return { index, text: text.replace(/[\r\n]+/g, ' '), fields: null, fault: null };
  }
}
