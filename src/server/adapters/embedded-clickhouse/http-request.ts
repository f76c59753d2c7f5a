/** Reads a request of ClickHouse's HTTP interface: statement, settings, parameters, body. */
import type { IncomingMessage } from 'node:http';
import { createGunzip } from 'node:zlib';
import { engineError } from './engine-error.ts';

/** A request made strict. */
export interface StatementRequest {
  queryId: string;
  sql: string;
  /** rows of an INSERT; null when the statement brings none */
  data: Buffer | null;
  format: string;
  settings: Map<string, string>;
  /** with their `param_` prefix */
  parameters: Map<string, string>;
  isReadOnly: boolean;
}

/** Most bytes of a body after gunzip: the engine takes an insert as one buffer. */
const maxBodyBytes = 512 * 1024 * 1024;

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

/** The request in `message`. @throws EngineError */
export async function readStatementRequest(message: IncomingMessage): Promise<StatementRequest> {
  const url = new URL(message.url ?? '/', 'http://localhost').searchParams;
  const body = await readBody(message);
  const inUrl = url.get('query') ?? '';
  const takesData = /^\s*INSERT\b/i.test(inUrl) && body.length > 0;
  const settings = new Map<string, string>();
  const parameters = new Map<string, string>();
  for (const [name, value] of url) {
    if (name.startsWith('param_')) parameters.set(checkedName(name), value);
    else if (!interfaceNames.has(name)) settings.set(checkedName(name), value);
  }
  return {
    queryId: url.get('query_id') ?? '',
    sql: takesData || body.length === 0 ? inUrl.trimEnd() : [inUrl, body.toString('utf8')].join('\n').trim(),
    data: takesData ? body : null,
    format:
      formatOf(inUrl === '' ? body.toString('utf8', Math.max(0, body.length - 200)) : inUrl) ?? url.get('default_format') ?? 'TabSeparated',
    settings,
    parameters,
    isReadOnly: (url.get('readonly') ?? '0') !== '0' || message.method === 'GET',
  };
}

function checkedName(name: string): string {
  if (!/^\w{1,200}$/.test(name)) throw engineError('unknownPacket', 'A setting or parameter has a name that is not a word');
  return name;
}

/** The output format that ends the statement, if it names one. */
function formatOf(sql: string): string | undefined {
  return /\sFORMAT\s+(\w+)[\s;]*$/i.exec(sql)?.[1];
}

async function readBody(message: IncomingMessage): Promise<Buffer> {
  const source = message.headers['content-encoding'] === 'gzip' ? message.pipe(createGunzip()) : message;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of source as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBodyBytes) throw engineError('tooLarge', `The body has more than ${maxBodyBytes} bytes`);
    chunks.push(chunk);
  }
  return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, size);
}
