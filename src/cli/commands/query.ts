/** `bellwether query`: one question as JSON, its answer as a table or for programs. */
import { readFile } from 'node:fs/promises';
import { queryRoute } from '../../shared/contract/analytics.ts';
import { Problem } from '../../shared/model/errors.ts';
import type { QueryInput } from '../../shared/model/query.ts';
import type { Result } from '../../shared/model/result.ts';
import { textOption } from '../arguments.ts';
import { UsageError } from '../command.ts';
import type { Call, Command } from '../command.ts';
import { withServer } from '../connect.ts';
import { cellText, formatRows, rowFormats } from '../terminal/formats.ts';
import type { RowFormat } from '../terminal/formats.ts';

/** The command. */
export const queryCommand: Command = {
  name: 'query',
  summary: 'Ask one question, written as JSON.',
  positionals: ['[QUERY]'],
  options: {
    format: { value: 'FORMAT', help: 'How to print the answer. Default: a table on a terminal, json in a pipe.', choices: rowFormats },
  },
  notes: [
    'QUERY is the JSON itself, a file that holds it, or - for standard input (also without QUERY).',
    'json prints the whole answer with totals and lineage, the other formats its rows.',
  ],
  examples: [
    `bellwether query '{"kind":"total","metrics":[{"aggregate":"count"}],"range":{"last":"7d"}}'`,
    'bellwether query revenue.json --format csv > revenue.csv',
    'jq .panels[0].query board.json | bellwether query -',
  ],
  async run(call) {
    const query = parseQuery(await readQuery(call));
    const format = (textOption(call.options, 'format') ?? (call.terminal.isTerminal ? 'table' : 'json')) as RowFormat;
    return withServer(call, async ({ client }) => {
      const result = await client.call(queryRoute, { body: query }).catch((error: unknown) => {
        if (error instanceof Problem && error.status === 400) throw new UsageError(`QUERY: ${error.message}`);
        throw error;
      });
      await printResult(call, result as Result, format);
      return 0;
    });
  },
};

async function readQuery({ args, terminal }: Call): Promise<string> {
  const [given = '-'] = args;
  if (given.trimStart().startsWith('{')) return given;
  if (given === '-') return readAll(terminal.stdin);
  return readFile(given, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`QUERY "${given}" cannot be read (${error.code}). Allowed: JSON, a file that holds it, or - for standard input`);
  });
}

async function readAll(stream: NodeJS.ReadableStream): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(Buffer.from(part));
  return Buffer.concat(parts).toString('utf8');
}

function parseQuery(text: string): QueryInput {
  try {
    return JSON.parse(text) as QueryInput;
  } catch (error) {
    throw new UsageError(`QUERY is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function printResult({ terminal }: Call, result: Result, format: RowFormat): Promise<void> {
  if (format === 'json') {
    await terminal.write(`${JSON.stringify(result, null, 2)}\n`);
    return;
  }
  const columns = result.columns.map(({ name, type, unit }) => ({
    name: format === 'table' && unit !== null ? `${name} (${unit})` : name,
    isNumber: type === 'number',
  }));
  await terminal.write(formatRows({ columns, rows: result.rows }, format));
  if (format !== 'table') return;
  const { lineage } = result;
  const hasTotals = result.rows.length > 1 && result.totals.some((cell) => cell !== null);
  if (hasTotals)
    await terminal.write(
      `total: ${result.columns.flatMap(({ name }, i) => (result.totals[i] === null || result.totals[i] === undefined ? [] : [`${name} ${cellText(result.totals[i])}`])).join(', ')}\n`,
    );
  terminal.tell(
    `${result.rows.length} rows, ${lineage.range.from} to ${lineage.range.to} (${lineage.range.timezone}), ${Math.round(lineage.elapsedMs)} ms, cache ${lineage.cache}, query ${lineage.queryId}`,
  );
}
