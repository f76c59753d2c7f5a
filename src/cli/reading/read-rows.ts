/** The records of an opened file, whatever its format. */
import { readCsv } from './csv.ts';
import type { CsvShape } from './csv.ts';
import { readContent } from './input.ts';
import type { Input, ReadCounter } from './input.ts';
import { readJson } from './json.ts';
import { readNdjson } from './ndjson.ts';
import { readParquet } from './parquet.ts';
import type { SourceRow } from './row.ts';

/** The records of `input` from record `skip` on, in batches; memory stays constant (Parquet: one row group). */
export function readRows(input: Input, csv: CsvShape, skip: number, counter: ReadCounter): AsyncIterable<SourceRow[]> {
  switch (input.format) {
    case 'csv':
      return readCsv(readContent(input, counter), csv, skip);
    case 'ndjson':
      return readNdjson(readContent(input, counter), skip);
    case 'json':
      return readJson(readContent(input, counter), skip);
    case 'parquet':
      return readParquet(input.path, skip, counter);
  }
}

/** The first records of `input`, at most `count`. */
export async function readSample(input: Input, csv: CsvShape, count: number): Promise<SourceRow[]> {
  const sample: SourceRow[] = [];
  for await (const batch of readRows(input, csv, 0, { bytes: 0 })) {
    sample.push(...batch);
    if (sample.length >= count) break;
  }
  return sample.slice(0, count);
}
