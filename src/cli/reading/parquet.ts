/** Reads Parquet files one row group at a time. */
import { open } from 'node:fs/promises';
import { parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import type { AsyncBuffer } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { CommandFailed } from '../command.ts';
import { rowsPerBatch } from './row.ts';
import type { ReadCounter } from './input.ts';
import type { SourceRow } from './row.ts';

/** The records of the file at `path` from record `skip` on, in batches. */
export async function* readParquet(path: string, skip: number, counter: ReadCounter): AsyncGenerator<SourceRow[]> {
  const handle = await open(path);
  try {
    const { size } = await handle.stat();
    const file: AsyncBuffer = {
      byteLength: size,
      async slice(start, end = size) {
        const bytes = new Uint8Array(end - start);
        const { bytesRead } = await handle.read(bytes, 0, bytes.length, start);
        return bytes.buffer.slice(0, bytesRead);
      },
    };
    yield* readGroups(file, skip, counter);
  } finally {
    await handle.close();
  }
}

async function* readGroups(file: AsyncBuffer, skip: number, counter: ReadCounter): AsyncGenerator<SourceRow[]> {
  const metadata = await explained(parquetMetadataAsync(file));
  const total = Number(metadata.num_rows);
  let groupStart = 0;
  for (const group of metadata.row_groups) {
    const groupEnd = groupStart + Number(group.num_rows);
    const rowStart = Math.max(groupStart, skip);
    if (rowStart < groupEnd) {
      const records = await explained(parquetReadObjects({ file, metadata, compressors, rowStart, rowEnd: groupEnd }));
      yield* inBatches(records, rowStart);
    }
    groupStart = groupEnd;
    counter.bytes = Math.round((file.byteLength * groupEnd) / Math.max(total, 1));
  }
}

function* inBatches(records: readonly Record<string, unknown>[], firstIndex: number): Generator<SourceRow[]> {
  for (let from = 0; from < records.length; from += rowsPerBatch) {
    yield records.slice(from, from + rowsPerBatch).map((record, i) => {
      return { index: firstIndex + from + i, text: null, fields: jsonFields(record), fault: null };
    });
  }
}

async function explained<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    throw new CommandFailed(`the Parquet file cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function jsonFields(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, jsonValue(value)]));
}

/** Parquet values as JSON has them: whole numbers beyond 2^53 as text, instants as ISO 8601, bytes as base64. */
function jsonValue(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (ArrayBuffer.isView(value)) return [...(value as unknown as Iterable<number>)].map(jsonValue);
  if (Array.isArray(value)) return value.map(jsonValue);
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value === 'object' && value !== null) return jsonFields(value as Record<string, unknown>);
  return value ?? null;
}
