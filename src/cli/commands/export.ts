/** `bellwether export`: events as NDJSON, CSV or Parquet, to a file or down a pipe. */
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { exportFormats, exportRoute } from '../../shared/contract/export.ts';
import { Problem } from '../../shared/model/errors.ts';
import { textOption } from '../arguments.ts';
import { CommandFailed, UsageError } from '../command.ts';
import type { Call, Command } from '../command.ts';
import { withServer } from '../connect.ts';

/** The command. */
export const exportCommand: Command = {
  name: 'export',
  summary: 'Write events as NDJSON, CSV or Parquet.',
  positionals: ['[FILE]'],
  options: {
    format: { value: 'FORMAT', help: 'What to write. Default: told by the name of FILE, else ndjson.', choices: exportFormats },
    last: { value: 'RANGE', help: 'Only these events, such as 30d, 24h or 12mo.' },
    from: { value: 'TIME', help: 'Only events from this instant on: a date, ISO 8601 or epoch ms.' },
    to: { value: 'TIME', help: 'Only events before this instant.' },
    timezone: { value: 'ZONE', help: 'IANA zone of dates and days. Default: UTC.' },
    where: { value: 'JSON', help: 'Only events that fit these conditions, a list as in a query.' },
  },
  notes: [
    'FILE - or none is standard output. A FILE that ends with .gz is packed.',
    'NDJSON holds everything and can be imported again; CSV and Parquet have one column per property.',
  ],
  examples: [
    'bellwether export events.ndjson.gz',
    'bellwether export may.parquet --from 2025-05-01 --to 2025-06-01 --timezone Europe/Berlin',
    `bellwether export --last 7d --where '[{"field":"name","is":["purchase"]}]' | jq .properties.amount`,
  ],
  async run(call) {
    const [file = '-'] = call.args;
    const query = {
      format: textOption(call.options, 'format') ?? formatOf(file),
      last: textOption(call.options, 'last'),
      from: textOption(call.options, 'from'),
      to: textOption(call.options, 'to'),
      timezone: textOption(call.options, 'timezone'),
      where: textOption(call.options, 'where'),
    };
    if (query.last !== undefined && (query.from ?? query.to) !== undefined) throw new UsageError('--last goes without --from and --to');
    return withServer(call, async ({ client }) => {
      const bytes = await client.stream(exportRoute, { query }).catch((error: unknown) => {
        if (error instanceof Problem && error.status === 400) throw new UsageError(error.message);
        throw error;
      });
      const counted = countBytes(call, bytes);
      await (file === '-' ? printAll(call, counted) : writeFile(file, counted));
      call.terminal.progress.clear();
      return 0;
    });
  },
};

function formatOf(file: string): string {
  const extension = file.replace(/\.gz$/, '').split('.').at(-1) ?? '';
  return exportFormats.find((format) => format === extension) ?? 'ndjson';
}

async function* countBytes({ terminal, now }: Call, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const startedAt = now();
  let sizeBytes = 0;
  for await (const chunk of bytes) {
    sizeBytes += chunk.length;
    terminal.progress.show({ label: 'export', ratio: null, count: Math.round(sizeBytes / 1024), unit: 'KB', startedAt });
    yield chunk;
  }
}

async function printAll({ terminal }: Call, bytes: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const chunk of bytes) await terminal.write(chunk);
}

/** Writes beside the file first, so that a broken export never looks like a whole one. */
async function writeFile(file: string, bytes: AsyncIterable<Uint8Array>): Promise<void> {
  const partial = `${file}.partial`;
  const target: Writable = createWriteStream(partial);
  try {
    await (file.endsWith('.gz') ? pipeline(bytes, createGzip(), target) : pipeline(bytes, target));
    await rename(partial, file);
  } catch (error) {
    await rm(partial, { force: true });
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'EACCES' || code === 'EISDIR' || code === 'ENOSPC')
      throw new CommandFailed(`${file} cannot be written: ${code}`);
    throw error;
  }
}
