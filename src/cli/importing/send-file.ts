/** Sends the records of a file in chunks that are durable before the next position is kept, so that an interrupted import goes on. */
import { importHeader, progressImportRoute } from '../../shared/contract/imports.ts';
import type { Import, ImportCounts } from '../../shared/contract/imports.ts';
import { CommandFailed } from '../command.ts';
import { createEncoder } from '../mapping/encode.ts';
import type { Mapping } from '../mapping/mapping.ts';
import type { CsvShape } from '../reading/csv.ts';
import type { Input } from '../reading/input.ts';
import { readRows } from '../reading/read-rows.ts';
import type { SourceRow } from '../reading/row.ts';
import type { IngestCounts, ServerClient } from '../server-client.ts';
import type { Progress } from '../terminal/progress.ts';

/** A file on its way, and what is needed to send it. */
export interface Sending {
  client: ServerClient;
  input: Input;
  csv: CsvShape;
  mapping: Mapping;
  /** the import as the server knows it; sending begins at its position */
  started: Import;
  idPrefix: string;
  progress: Progress;
  signal: AbortSignal;
  now(): number;
}

/** How it went. */
export interface Sent {
  finished: Import;
  /** the first records that were rejected, with the reason */
  samples: { record: number; reason: string }[];
  /** cells that did not fit the type of their column, by column */
  mistyped: ReadonlyMap<string, number>;
}

const rowsPerChunk = 5000;
const charactersPerChunk = 4_000_000;
const keepPositionEveryMs = 1000;
const patienceMs = 120_000;
const samplesShown = 10;

/** Lines that are sent together; `indexes[i]` is the record of line i. */
interface Chunk {
  lines: string[];
  indexes: number[];
  characters: number;
  /** records read by this chunk, those that cannot be read included */
  read: number;
}

/** Sends all that is left of the file. @throws CommandFailed, Problem; then the position that was kept is where to go on */
export async function sendFile(sending: Sending): Promise<Sent> {
  const { client, started, signal } = sending;
  const encoder = createEncoder(sending.mapping, sending.idPrefix);
  const tally = createTally(started, sending);
  const counter = { bytes: 0 };
  const startedAt = sending.now();
  let chunk = emptyChunk();
  let inFlight: Promise<void> = Promise.resolve();

  const post = async (full: Chunk): Promise<void> => {
    if (full.lines.length > 0) {
      const counts = await client.sendEvents(`${full.lines.join('\n')}\n`, { [importHeader]: started.id }, patienceMs);
      tally.add(full, counts);
    }
    await tally.moved(full.read);
    sending.progress.show({
      label: sending.input.name,
      ratio: counter.bytes / sending.input.sizeBytes,
      count: tally.position(),
      unit: 'records',
      startedAt,
    });
  };
  const flush = async (): Promise<void> => {
    await inFlight;
    inFlight = post(chunk);
    inFlight.catch(() => undefined);
    chunk = emptyChunk();
  };

  for await (const rows of readRows(sending.input, sending.csv, started.position, counter)) {
    if (signal.aborted) throw new CommandFailed('interrupted');
    for (const row of rows) addRow(chunk, row, encoder.encode, tally.fault);
    if (chunk.read >= rowsPerChunk || chunk.characters >= charactersPerChunk) await flush();
  }
  await flush();
  await inFlight;
  const finished = await tally.finish();
  return { finished, samples: tally.samples, mistyped: encoder.mistyped };
}

function emptyChunk(): Chunk {
  return { lines: [], indexes: [], characters: 0, read: 0 };
}

function addRow(chunk: Chunk, row: SourceRow, encode: (row: SourceRow) => string, fault: (row: SourceRow) => void): void {
  chunk.read += 1;
  if (row.fault !== null) {
    fault(row);
    return;
  }
  const line = encode(row);
  chunk.lines.push(line);
  chunk.indexes.push(row.index);
  chunk.characters += line.length;
}

/** Counts what became of the records, and keeps the position on the server about once a second. */
function createTally(started: Import, { client, now }: Sending) {
  const counts: ImportCounts = { ...started.counts, reasons: { ...started.counts.reasons } };
  const samples: { record: number; reason: string }[] = [];
  let position = started.position;
  let keptAt = -Infinity;

  const keep = (state: 'running' | 'done') =>
    client.call(progressImportRoute, { params: { id: started.id }, body: { position, counts, state }, patienceMs });
  const sample = (record: number, reason: string) => {
    if (samples.length < samplesShown) samples.push({ record: record + 1, reason });
  };
  return {
    samples,
    position: () => position,
    fault(row: SourceRow) {
      sample(row.index, row.fault ?? 'cannot be read');
    },
    add(chunk: Chunk, answer: IngestCounts) {
      if (answer.accepted + answer.duplicates + answer.rejected !== chunk.lines.length) {
        throw new CommandFailed(
          `${chunk.lines.length} events were sent, but the server counted ${answer.accepted} + ${answer.duplicates} + ${answer.rejected}`,
        );
      }
      counts.accepted += answer.accepted;
      counts.duplicates += answer.duplicates;
      counts.rejected += answer.rejected;
      for (const error of answer.errors) sample(chunk.indexes[error.index] ?? 0, `${error.code}: ${error.message}`);
    },
    async moved(read: number) {
      position += read;
      counts.read += read;
      // what was read and not sent could not be read as a record
      const unread = counts.read - counts.accepted - counts.duplicates - counts.rejected;
      if (unread > 0) {
        counts.rejected += unread;
        counts.reasons.RECORD_UNREADABLE = (counts.reasons.RECORD_UNREADABLE ?? 0) + unread;
      }
      if (now() - keptAt < keepPositionEveryMs) return;
      keptAt = now();
      await keep('running');
    },
    finish: () => keep('done'),
  };
}
