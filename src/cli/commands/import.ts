/** `bellwether import`: events from files, with a mapping that is guessed, shown, and kept. */
import { importsRoute, startImportRoute, undoImportRoute } from '../../shared/contract/imports.ts';
import type { Import } from '../../shared/contract/imports.ts';
import { textOption } from '../arguments.ts';
import { CommandFailed, UsageError } from '../command.ts';
import type { Call, Command } from '../command.ts';
import { withServer } from '../connect.ts';
import { describePlan, planImport } from '../importing/plan.ts';
import type { ImportPlan } from '../importing/plan.ts';
import { sendFile } from '../importing/send-file.ts';
import { describeSent } from '../importing/summary.ts';
import { createEncoder } from '../mapping/encode.ts';
import type { Mapping } from '../mapping/mapping.ts';
import { timeFormats } from '../mapping/time-format.ts';
import type { CsvShape } from '../reading/csv.ts';
import { hashContent, inputFormats, openInput } from '../reading/input.ts';
import type { Input, InputFormat } from '../reading/input.ts';
import { readSample } from '../reading/read-rows.ts';
import type { SourceRow } from '../reading/row.ts';
import type { ServerClient } from '../server-client.ts';
import { formatRows, rowFormats } from '../terminal/formats.ts';
import type { RowFormat } from '../terminal/formats.ts';

const sampleRows = 5000;
const shownByDryRun = 3;
const mappingOptions = ['name', 'time', 'time-format', 'user', 'anonymous', 'session', 'id', 'property', 'skip', 'type', 'timezone'];

/** The command. */
export const importCommand: Command = {
  name: 'import',
  summary: 'Bring in events from CSV, NDJSON, JSON or Parquet files, gzip too.',
  positionals: ['[FILE...]'],
  options: {
    name: { value: 'COLUMN', help: 'Column with the event name, or one name for all events; "=TEXT" is always a name.' },
    time: { value: 'COLUMN', help: 'Column with the time of the event; "now" for the moment of the import.' },
    'time-format': { value: 'FORMAT', help: 'How the time is written.', choices: timeFormats },
    timezone: { value: 'ZONE', help: 'IANA zone of times that name none. Default: UTC.' },
    user: { value: 'COLUMN', help: 'Column with the user id; "none" for no user.' },
    anonymous: { value: 'COLUMN', help: 'Column with the anonymous id.' },
    session: { value: 'COLUMN', help: 'Column with the session id.' },
    id: { value: 'COLUMN', help: 'Column with an id that no two records share; "none" to make ids from content and position.' },
    property: {
      value: 'COLUMN[:TYPE]',
      help: 'Take only these columns as properties. Default: all that have no other role.',
      isMany: true,
    },
    skip: { value: 'COLUMN', help: 'Leave this column out.', isMany: true },
    type: {
      value: 'COLUMN:TYPE',
      help: 'Type of the cells of a CSV column: text, number, boolean, json, or auto for each by itself.',
      isMany: true,
    },
    'input-format': { value: 'FORMAT', help: 'What the file holds. Default: told by its name and content.', choices: inputFormats },
    delimiter: { value: 'CHARACTER', help: 'Delimiter of CSV; "tab" for a tab. Default: the one that fits.' },
    columns: { value: 'NAMES', help: 'Names of the columns, separated by commas, for CSV without a header line.' },
    encoding: { value: 'NAME', help: 'Encoding of CSV, such as windows-1252. Default: utf-8.' },
    'dry-run': { help: 'Show the mapping and the first events, send nothing.' },
    again: { help: 'Import a file once more though its content is there already.' },
    list: { help: 'List the imports.' },
    undo: { value: 'ID', help: 'Delete all events of an import.' },
    format: { value: 'FORMAT', help: 'Format of --list. Default: a table on a terminal, json in a pipe.', choices: rowFormats },
  },
  notes: [
    'FILE - is standard input. The same content twice adds nothing; an interrupted import goes on where it was:',
    'run the same command again. Every import can be undone with --undo ID.',
  ],
  examples: [
    'bellwether import events.ndjson.gz',
    'bellwether import orders.csv --name order --time InvoiceDate --user CustomerID --timezone Europe/London',
    'bellwether import clicks.parquet --dry-run',
    'psql -c "copy visits to stdout csv header" | bellwether import - --name visit',
    'bellwether import --list',
  ],
  async run(call) {
    const { args, options } = call;
    if (options.list === true) return withServer(call, ({ client }) => list(call, client));
    const undo = textOption(options, 'undo');
    if (undo !== undefined) return withServer(call, ({ client }) => undoImport(call, client, undo));
    if (args.length === 0) throw new UsageError('"import" needs FILE (or --list, or --undo ID)');
    if (options['dry-run'] === true) {
      for (const path of args) await withFile(call, path, (file) => Promise.resolve(showEvents(call, file)));
      return 0;
    }
    return withServer(call, async ({ client }) => {
      let code = 0;
      for (const path of args) code = Math.max(code, await withFile(call, path, (file) => importFile(call, client, file)));
      return code;
    });
  },
};

/** A file, looked at. */
interface PlannedFile {
  input: Input;
  csv: CsvShape;
  sample: SourceRow[];
  plan: ImportPlan;
}

async function withFile<T>(call: Call, path: string, work: (file: PlannedFile) => Promise<T>): Promise<T> {
  const input = await openInput(path, call.terminal.stdin, textOption(call.options, 'input-format') as InputFormat | undefined);
  try {
    const csv = csvShape(call);
    const sample = await readSample(input, csv, sampleRows);
    if (sample.length === 0) throw new CommandFailed(`"${input.name}" holds no records`);
    const plan = planImport(call.options, sample, { name: input.name, isText: input.format === 'csv' });
    call.terminal.tell(`${input.name} (${input.format}${input.isGzip ? ', gzip' : ''}):`);
    for (const line of describePlan(plan)) call.terminal.tell(line);
    return await work({ input, csv, sample, plan });
  } finally {
    await input.close();
  }
}

function csvShape({ options }: Call): CsvShape {
  const given = textOption(options, 'delimiter');
  const delimiter = given === 'tab' || given === '\\t' ? '\t' : (given ?? null);
  if (delimiter !== null && delimiter.length !== 1)
    throw new UsageError(`--delimiter "${given}" is not allowed. Allowed: one character, or "tab"`);
  const columns = textOption(options, 'columns')
    ?.split(',')
    .map((name) => name.trim());
  const encoding = textOption(options, 'encoding') ?? 'utf-8';
  if (!isEncoding(encoding)) {
    throw new UsageError(
      `--encoding "${encoding}" is not known. Allowed: a name such as utf-8, windows-1252, iso-8859-15, utf-16le or shift_jis`,
    );
  }
  return { delimiter, columns: columns ?? null, encoding };
}

function isEncoding(name: string): boolean {
  try {
    return new TextDecoder(name).encoding !== '';
  } catch {
    return false;
  }
}

/** Prints the events that the first records become. */
function showEvents({ terminal }: Call, { plan, sample }: PlannedFile): number {
  const encoder = createEncoder(plan.mapping, 'position');
  for (const row of sample.slice(0, shownByDryRun)) {
    terminal.print(row.fault === null ? withIsoTime(encoder.encode(row)) : `record ${row.index + 1} cannot be read: ${row.fault}`);
  }
  return 0;
}

function withIsoTime(line: string): string {
  try {
    const event = JSON.parse(line) as Record<string, unknown>;
    return JSON.stringify(typeof event.time === 'number' ? { ...event, time: new Date(event.time).toISOString() } : event);
  } catch {
    return line;
  }
}

async function importFile(call: Call, client: ServerClient, { input, csv, plan }: PlannedFile): Promise<number> {
  const { terminal, signal, now } = call;
  const startedAt = now();
  const contentHash = await hashInput(call, input);
  const body = { fileName: input.name, contentHash, mapping: plan.mapping, isAgain: call.options.again === true };
  const { outcome, import: started, attempt } = await client.call(startImportRoute, { body, patienceMs: 30_000 });
  if (outcome === 'done-before') {
    terminal.print(
      `${input.name}: imported before, on ${started.finishedAt?.slice(0, 10)} (import ${started.id}); nothing added. --again imports it once more.`,
    );
    return 0;
  }
  const mapping = outcome === 'resumed' ? keptMapping(call, started, plan.mapping) : plan.mapping;
  if (started.position > 0) terminal.tell(`going on after record ${started.position.toLocaleString('en-US')}`);
  const idPrefix = contentHash.slice(0, 24) + (attempt === 0 ? '' : `.${attempt}`);
  const sent = await sendFile({ client, input, csv, mapping, started, idPrefix, progress: terminal.progress, signal, now }).catch(
    (error: unknown) => {
      throw new CommandFailed(
        `${input.name}: ${error instanceof Error ? error.message : String(error)}; run the same command again to go on where it stopped`,
      );
    },
  );
  terminal.progress.clear();
  terminal.print(describeSent(input.name, sent, (now() - startedAt) / 1000));
  const { counts } = sent.finished;
  return counts.read > 0 && counts.rejected === counts.read ? 1 : 0;
}

async function hashInput({ terminal, signal, now }: Call, input: Input): Promise<string> {
  const counter = { bytes: 0 };
  const startedAt = now();
  const onChunk = () => {
    const count = Math.round(counter.bytes / 1_048_576);
    terminal.progress.show({ label: `reading ${input.name}`, ratio: counter.bytes / input.sizeBytes, count, unit: 'MB', startedAt });
  };
  return hashContent(input, counter, onChunk, signal);
}

/** An import goes on with the mapping it began with, or half of its events would differ from the other half. */
function keptMapping({ options }: Call, started: Import, planned: Mapping): Mapping {
  const isTold = mappingOptions.some((name) => options[name] !== undefined);
  const isSame = JSON.stringify(started.mapping) === JSON.stringify(planned);
  if (isTold && !isSame) {
    throw new CommandFailed(
      `an import of this file began with another mapping; use the same options, or take it back first: bellwether import --undo ${started.id}`,
    );
  }
  return started.mapping as Mapping;
}

async function list({ options, terminal }: Call, client: ServerClient): Promise<number> {
  const { imports } = await client.call(importsRoute);
  const format = (textOption(options, 'format') ?? (terminal.isTerminal ? 'table' : 'json')) as RowFormat;
  const text = (name: string) => ({ name, isNumber: false });
  const number = (name: string) => ({ name, isNumber: true });
  const columns = [
    text('id'),
    text('file'),
    text('state'),
    number('read'),
    number('accepted'),
    number('duplicates'),
    number('rejected'),
    text('created'),
  ];
  const rows = imports.map(({ id, fileName, state, counts, createdAt }) => [
    id,
    fileName,
    state,
    counts.read,
    counts.accepted,
    counts.duplicates,
    counts.rejected,
    createdAt,
  ]);
  await terminal.write(formatRows({ columns, rows }, format));
  return 0;
}

async function undoImport({ terminal }: Call, client: ServerClient, id: string): Promise<number> {
  const { deleted, import: undone } = await client.call(undoImportRoute, { params: { id } });
  terminal.print(`${undone.fileName}: undone, ${deleted.toLocaleString('en-US')} events deleted`);
  return 0;
}
