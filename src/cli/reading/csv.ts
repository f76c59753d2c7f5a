/** Reads CSV and its relatives with other delimiters; cells stay text here, the mapping gives them types. */
import { Readable } from 'node:stream';
import { parse } from 'csv-parse';
import { CommandFailed } from '../command.ts';
import { longestRecordBytes, rowsPerBatch } from './row.ts';
import type { SourceRow } from './row.ts';

/** How a CSV file is written. */
export interface CsvShape {
  /** one character; null: guessed from the first line */
  delimiter: string | null;
  /** names of the columns where the file has no header line; null: the first line names them */
  columns: readonly string[] | null;
  /** a label of the WHATWG encoding standard, such as `utf-8` or `windows-1252` */
  encoding: string;
}

/** The records of `content` from record `skip` on, in batches. */
export async function* readCsv(content: AsyncIterable<Uint8Array>, shape: CsvShape, skip: number): AsyncGenerator<SourceRow[]> {
  const text = decodeText(content, shape.encoding);
  const first = await text.next();
  if (first.done === true) return;
  const delimiter = shape.delimiter ?? guessDelimiter(first.value);
  const parser = Readable.from(withFirst(first.value, text)).pipe(
    parse({ delimiter, relax_column_count: true, relax_quotes: true, skip_empty_lines: true, max_record_size: longestRecordBytes }),
  );
  yield* collect(parser, shape, skip);
}

async function* collect(records: AsyncIterable<string[]>, shape: CsvShape, skip: number): AsyncGenerator<SourceRow[]> {
  let columns = shape.columns;
  let batch: SourceRow[] = [];
  let index = 0;
  try {
    for await (const cells of records) {
      if (columns === null) {
        columns = nameColumns(cells);
        continue;
      }
      if (index >= skip) batch.push(cellsRow(index, cells, columns));
      index += 1;
      if (batch.length < rowsPerBatch) continue;
      yield batch;
      batch = [];
    }
  } catch (error) {
    if (error instanceof CommandFailed) throw error;
    throw new CommandFailed(`the CSV cannot be read after record ${index}: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (batch.length > 0) yield batch;
}

/** Header names, trimmed; an empty one becomes `column_3`, a repeated one gets a number, so that no column hides another. */
function nameColumns(header: readonly string[]): string[] {
  const taken = new Map<string, number>();
  return header.map((cell, i) => {
    const name = cell.trim() === '' ? `column_${i + 1}` : cell.trim();
    const count = (taken.get(name) ?? 0) + 1;
    taken.set(name, count);
    return count === 1 ? name : `${name}_${count}`;
  });
}

function cellsRow(index: number, cells: readonly string[], columns: readonly string[]): SourceRow {
  if (cells.length > columns.length) {
    return { index, text: null, fields: null, fault: `the record has ${cells.length} cells, the header ${columns.length}` };
  }
  const fields: Record<string, unknown> = {};
  columns.forEach((column, i) => (fields[column] = cells[i] ?? ''));
  return { index, text: null, fields, fault: null };
}

async function* withFirst(first: string, rest: AsyncIterable<string>): AsyncGenerator<string> {
  yield first;
  yield* rest;
}

async function* decodeText(content: AsyncIterable<Uint8Array>, encoding: string): AsyncGenerator<string> {
  let decoder: TextDecoder | null = null;
  for await (const chunk of content) {
    decoder ??= new TextDecoder(isUtf16(chunk) ? 'utf-16le' : encoding, { fatal: true });
    const text = decodeOrExplain(decoder, chunk, encoding);
    if (text !== '') yield text;
  }
  const rest = decoder === null ? '' : decodeOrExplain(decoder, undefined, encoding);
  if (rest !== '') yield rest;
}

function isUtf16(chunk: Uint8Array): boolean {
  return chunk[0] === 0xff && chunk[1] === 0xfe;
}

function decodeOrExplain(decoder: TextDecoder, chunk: Uint8Array | undefined, encoding: string): string {
  try {
    return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
  } catch {
    throw new CommandFailed(`the file is not valid ${encoding}; say what it is with --encoding, for example --encoding windows-1252`);
  }
}

/** The delimiter that splits the first line into most cells, quotes left alone; a comma where none does. */
export function guessDelimiter(text: string): string {
  const line = (text.split(/\r?\n/, 1)[0] ?? '').replace(/"[^"]*"/g, '');
  let best = { delimiter: ',', count: 0 };
  for (const delimiter of [',', ';', '\t', '|']) {
    const count = line.split(delimiter).length - 1;
    if (count > best.count) best = { delimiter, count };
  }
  return best.delimiter;
}
