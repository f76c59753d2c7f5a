/** Reads a request of ClickHouse's HTTP interface: statement, settings, parameters. */
import type { IncomingMessage } from 'node:http';
import { createGunzip } from 'node:zlib';
import { engineError } from './engine-error.ts';

/** A request made strict. */
export interface StatementRequest {
  queryId: string;
  /** null: the statement is the body */
  sql: string | null;
  /** true: the body is the rows of an INSERT */
  bringsRows: boolean;
  settings: Map<string, string>;
  /** with their `param_` prefix */
  parameters: Map<string, string>;
  defaultFormat: string;
  isReadOnly: boolean;
}

/** Most bytes of a statement; rows have no limit. */
const maxStatementBytes = 64 * 1024 * 1024;

/** Members of the query string that speak to the interface and not to the engine. `readonly` chooses the lane. */
const interfaceNames = new Set([
  'query',
  'query_id',
  'database',
  'default_format',
  'session_id',
  'role',
  'user',
  'password',
  'compress',
  'decompress',
  'readonly',
  'wait_end_of_query',
  'buffer_size',
  'send_progress_in_http_headers',
  'http_headers_progress_interval_ms',
  'enable_http_compression',
  'cancel_http_readonly_queries_on_client_close',
]);

/** The request in the head of `message`. @throws EngineError */
export function readStatementRequest(message: IncomingMessage): StatementRequest {
  const url = new URL(message.url ?? '/', 'http://localhost').searchParams;
  const settings = new Map<string, string>();
  const parameters = new Map<string, string>();
  for (const [name, value] of url) {
    if (name.startsWith('param_')) parameters.set(checkedName(name), value);
    else if (!interfaceNames.has(name)) settings.set(checkedName(name), value);
  }
  const sql = url.get('query')?.trim() ?? '';
  const hasBody = message.headers['transfer-encoding'] !== undefined || Number(message.headers['content-length'] ?? 0) > 0;
  return {
    queryId: url.get('query_id') ?? '',
    sql: sql === '' ? null : sql,
    bringsRows: hasBody && /^INSERT\b/i.test(sql),
    settings,
    parameters,
    defaultFormat: url.get('default_format') ?? 'TabSeparated',
    isReadOnly: (url.get('readonly') ?? '0') !== '0' || message.method === 'GET',
  };
}

function checkedName(name: string): string {
  if (!/^\w{1,200}$/.test(name)) throw engineError('unknownPacket', 'A setting or parameter has a name that is not a word');
  return name;
}

/** The body, gunzipped if need be. */
export function bodyOf(message: IncomingMessage): AsyncIterable<Buffer> {
  if (message.headers['content-encoding'] !== 'gzip') return message;
  const unzipped = message.pipe(createGunzip());
  // TRICKY: a body that is no gzip fails before anybody reads it; an error event that nobody hears would end the process.
  unzipped.on('error', () => undefined);
  message.once('close', () => {
    if (!message.complete) unzipped.destroy(new Error('the sender hung up'));
  });
  return unzipped;
}

/** The statement: what the query string says, and then what the body says. */
export async function readStatement(request: StatementRequest, message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of bodyOf(message)) {
    size += chunk.length;
    if (size > maxStatementBytes) throw engineError('tooLarge', `The statement has more than ${maxStatementBytes} bytes`);
    chunks.push(chunk);
  }
  return `${request.sql ?? ''}\n${Buffer.concat(chunks, size).toString('utf8')}`.trim();
}

/** The output format that ends the statement, if it names one. */
export function formatOf(sql: string): string | undefined {
  return /\sFORMAT\s+(\w+)[\s;]*$/i.exec(sql)?.[1];
}
