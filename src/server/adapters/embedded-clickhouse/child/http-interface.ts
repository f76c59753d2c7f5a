/** ClickHouse's HTTP interface over the engine, as far as `@clickhouse/client` uses it. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Engine, EngineWork } from './engine.ts';
import { asEngineError, engineError, engineCodes, type EngineError } from './engine-error.ts';
import { bodyOf, formatOf, readStatement, readStatementRequest, type StatementRequest } from './http-request.ts';
import type { IncomingBodies } from './incoming-body.ts';

/** Formats whose pieces, put one after another, are the whole answer; others have a head or an end and are built whole. */
const streamedFormats = new Set([
  'JSONEachRow',
  'JSONCompactEachRow',
  'Native',
  'RowBinary',
  'CSV',
  'TabSeparated',
  'TSV',
  'TabSeparatedRaw',
  'TSVRaw',
  'RawBLOB',
]);

/** A server that answers statements with `engine`; every request but `/ping` must bring `secret`. */
export function createHttpInterface(engine: Engine, bodies: IncomingBodies, secret: string): Server {
  const server = createServer({ maxHeaderSize: 16 * 1024 * 1024, keepAliveTimeout: 60_000, requestTimeout: 0 }, (message, response) => {
    if (message.url === '/ping') response.end('Ok.\n');
    else if (isAuthentic(message, secret)) void answer({ engine, bodies }, message, response);
    else sendError(response, engineError('authentication', 'Authentication failed: the secret is missing or wrong'));
  });
  return server;
}

function isAuthentic(message: IncomingMessage, secret: string): boolean {
  const basic = /^Basic (.+)$/i.exec(message.headers.authorization ?? '')?.[1];
  const given =
    message.headers['x-clickhouse-key'] ??
    Buffer.from(basic ?? '', 'base64')
      .toString('utf8')
      .split(':')
      .slice(1)
      .join(':');
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(String(given)), digest(secret));
}

interface Parts {
  engine: Engine;
  bodies: IncomingBodies;
}

async function answer(parts: Parts, message: IncomingMessage, response: ServerResponse): Promise<void> {
  const cancel = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) cancel.abort();
  });
  try {
    const request = readStatementRequest(message);
    response.setHeader('X-ClickHouse-Query-Id', request.queryId);
    if (request.bringsRows) await insert(parts, request, message, response, cancel.signal);
    else await run(parts.engine, request, await readStatement(request, message), response, cancel.signal);
  } catch (error) {
    sendError(response, asEngineError(error));
  }
}

async function insert(
  { engine, bodies }: Parts,
  request: StatementRequest,
  message: IncomingMessage,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  const written = await bodies.with(bodyOf(message), (path) => engine.insert({ ...request, sql: request.sql ?? '', signal }, path));
  response.setHeader(
    'X-ClickHouse-Summary',
    summary({ written_rows: written.rowsRead, written_bytes: written.bytesRead, elapsed_ns: written.elapsed * 1e9 }),
  );
  response.end();
}

async function run(engine: Engine, request: StatementRequest, sql: string, response: ServerResponse, signal: AbortSignal): Promise<void> {
  const work: EngineWork = { ...request, sql, signal };
  const format = formatOf(sql) ?? request.defaultFormat;
  if (request.isReadOnly && streamedFormats.has(format)) return streamAnswer(engine, work, format, response);
  const whole = await engine.query(work, format);
  response.setHeader('X-ClickHouse-Format', format);
  response.setHeader(
    'X-ClickHouse-Summary',
    summary({ read_rows: whole.rowsRead, read_bytes: whole.bytesRead, elapsed_ns: whole.elapsed * 1e9 }),
  );
  response.end(whole.bytes);
}

function summary(figures: Record<string, number>): string {
  const all = {
    read_rows: 0,
    read_bytes: 0,
    written_rows: 0,
    written_bytes: 0,
    total_rows_to_read: 0,
    result_rows: 0,
    result_bytes: 0,
    elapsed_ns: 0,
    ...figures,
  };
  return JSON.stringify(Object.fromEntries(Object.entries(all).map(([name, value]) => [name, String(Math.round(value))])));
}

/** An error after the first piece is told at the end of the body, between tags, as ClickHouse does since 25.11. */
async function streamAnswer(engine: Engine, work: EngineWork, format: string, response: ServerResponse): Promise<void> {
  const tag = randomBytes(8).toString('hex');
  response.setHeader('X-ClickHouse-Format', format);
  response.setHeader('X-ClickHouse-Exception-Tag', tag);
  try {
    await engine.stream(work, format, async (piece) => {
      if (!response.write(piece) && !response.destroyed) await once(response, 'drain', { signal: work.signal });
    });
    response.end();
  } catch (error) {
    if (!response.headersSent) throw error;
    const text = `${asEngineError(error).message}\n`;
    response.end(`\r\n__exception__\r\n${tag}\r\n${text}${Buffer.byteLength(text)} ${tag}\r\n__exception__\r\n`);
  }
}

function sendError(response: ServerResponse, error: EngineError): void {
  if (response.headersSent || response.destroyed) return void response.destroy();
  response.statusCode = error.engineCode === engineCodes.authentication ? 403 : 500;
  response.setHeader('X-ClickHouse-Exception-Code', String(error.engineCode));
  response.setHeader('Content-Type', 'text/plain; charset=UTF-8');
  response.end(`${error.message}\n`);
}
