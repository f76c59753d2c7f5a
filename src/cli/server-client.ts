/** Speaks HTTP to a server: JSON calls, NDJSON in, streams out; refused calls become Problems, a lost connection is tried again. */
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { setTimeout as pause } from 'node:timers/promises';
import { Problem, problemTable } from '../shared/model/errors.ts';
import type { ProblemCode } from '../shared/model/errors.ts';
import { workspaceHeader } from '../shared/contract/identity.ts';
import type { Route } from '../shared/contract/route.ts';
import type { z } from 'zod';
import { CommandFailed } from './command.ts';

type Sent<S> = S extends z.ZodType ? z.input<S> : undefined;
type Answered<R extends Route> = R['answer'] extends z.ZodType ? z.output<R['answer']> : unknown;

/** What a call may carry. */
export interface CallParts<R extends Route> {
  params?: Sent<R['params']>;
  query?: Record<string, string | number | undefined>;
  body?: Sent<R['body']>;
  /** how long to go on after a connection that broke or a server that is busy; default 0: one try */
  patienceMs?: number;
}

/** What became of a chunk of events. */
export interface IngestCounts {
  accepted: number;
  duplicates: number;
  rejected: number;
  errors: { index: number; code: string; message: string }[];
}

/** A server that is spoken to. */
export interface ServerClient {
  readonly url: string;
  /** The answer to a call of the contract. @throws Problem, CommandFailed */
  call<R extends Route>(route: R, parts?: CallParts<R>): Promise<Answered<R>>;
  /** The body of a call as a stream of bytes. @throws Problem, CommandFailed */
  stream<R extends Route>(route: R, parts?: CallParts<R>): Promise<AsyncIterable<Uint8Array>>;
  /** Sends lines of NDJSON and resolves when they are durable; goes on trying for `patienceMs` when the server is away or busy. */
  sendEvents(lines: string, headers: Record<string, string>, patienceMs: number): Promise<IngestCounts>;
}

interface Target {
  url: string;
  /** bearer token; null: none */
  token: string | null;
  /** one of several, for the local owner; null: the oldest */
  workspaceId?: string | null;
  signal: AbortSignal;
  now(): number;
}

const gzipBytes = promisify(gzip);

/** A client of the server at `url`. */
export function createServerClient(target: Target): ServerClient {
  const base = target.url.replace(/\/+$/, '');
  const isFar = !['localhost', '127.0.0.1', '[::1]'].includes(new URL(base).hostname);
  const credentials: Record<string, string> = {
    ...(target.token === null ? {} : { authorization: `Bearer ${target.token}` }),
    ...(target.workspaceId === undefined || target.workspaceId === null ? {} : { [workspaceHeader]: target.workspaceId }),
  };

  const send = async (path: string, init: RequestInit): Promise<Response> => {
    try {
      return await fetch(base + path, {
        ...init,
        headers: { ...credentials, ...(init.headers as Record<string, string>) },
        signal: target.signal,
      });
    } catch (error) {
      if (target.signal.aborted) throw new CommandFailed('interrupted');
      throw new ConnectionLost(`the server at ${base} does not answer: ${reasonOf(error)}`);
    }
  };

  const callRoute = async <R extends Route>(route: R, parts: CallParts<R>): Promise<Response> => {
    const init: RequestInit = { method: route.method };
    if (parts.body !== undefined)
      Object.assign(init, { body: JSON.stringify(parts.body), headers: { 'content-type': 'application/json' } });
    const path = fillPath(route.path, parts.params as Record<string, string> | undefined, parts.query);
    return retry(parts.patienceMs ?? 0, target, async () => succeeded(await send(path, init)));
  };

  return {
    url: base,
    call: async (route, parts = {}) => {
      const text = await (await callRoute(route, parts)).text();
      return (text === '' ? undefined : JSON.parse(text)) as Answered<typeof route>;
    },
    stream: async (route, parts = {}) => {
      const { body } = await callRoute(route, parts);
      return body === null ? emptyStream() : explainBreaks(body as unknown as AsyncIterable<Uint8Array>, base);
    },
    sendEvents: async (lines, headers, patienceMs) => {
      const body = isFar ? await gzipBytes(lines, { level: 1 }) : lines;
      const all = { 'content-type': 'application/x-ndjson', ...(isFar ? { 'content-encoding': 'gzip' } : {}), ...headers };
      return retry(patienceMs, target, async () => ingestCounts(await send('/v1/events', { method: 'POST', body, headers: all })));
    },
  };
}

/** A server that could not be reached, or a connection that broke. */
class ConnectionLost extends CommandFailed {}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error
    ? error.cause.message || ('code' in error.cause ? String(error.cause.code) : error.message)
    : error.message;
}

function fillPath(
  path: string,
  params: Record<string, string> | undefined,
  query: Record<string, string | number | undefined> = {},
): string {
  const filled = path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params?.[name] ?? ''));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
  return search.size === 0 ? filled : `${filled}?${search}`;
}

async function* emptyStream(): AsyncGenerator<Uint8Array> {}

async function* explainBreaks(body: AsyncIterable<Uint8Array>, base: string): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    throw new CommandFailed(`the server at ${base} broke off in the middle of its answer: ${reasonOf(error)}`);
  }
}

async function succeeded(response: Response): Promise<Response> {
  if (response.ok) return response;
  throw problemOf(response, await response.text());
}

/** What the server says it did with the events; a 400 that carries counts is an answer too: none could be used. */
async function ingestCounts(response: Response): Promise<IngestCounts> {
  const text = await response.text();
  if (response.ok) return JSON.parse(text) as IngestCounts;
  const counts = maybeCounts(text);
  if (response.status === 400 && counts !== null) return counts;
  throw problemOf(response, text);
}

function maybeCounts(text: string): IngestCounts | null {
  try {
    const { accepted, duplicates, rejected, errors } = JSON.parse(text) as Partial<IngestCounts>;
    if (accepted === undefined || duplicates === undefined || rejected === undefined) return null;
    return { accepted, duplicates, rejected, errors: errors ?? [] };
  } catch {
    return null;
  }
}

function problemOf(response: Response, text: string): Error {
  const retryAfterS = Number(response.headers.get('retry-after') ?? NaN);
  const extra = Number.isFinite(retryAfterS) ? { retryAfterS } : {};
  try {
    const document = JSON.parse(text) as { code?: string; detail?: string };
    if (document.code !== undefined && document.code in problemTable) {
      return new Problem(document.code as ProblemCode, document.detail ?? document.code, extra);
    }
  } catch {
    // a proxy in between answers in its own words
  }
  if (response.status === 502 || response.status === 503 || response.status === 504)
    return new ConnectionLost(`the server answered ${response.status}`);
  return new CommandFailed(`the server answered ${response.status} ${response.statusText} ${text.slice(0, 200)}`.trim());
}

/** Calls again while the failure is one that passes: broken connections, busy or starting servers; waits longer each time, at most 5 s. */
async function retry<T>(patienceMs: number, target: Target, work: () => Promise<T>): Promise<T> {
  const giveUpAt = target.now() + patienceMs;
  for (let delayMs = 100; ; delayMs = Math.min(delayMs * 2, 5000)) {
    try {
      return await work();
    } catch (error) {
      const isPassing = error instanceof ConnectionLost || (error instanceof Problem && error.isRetryable);
      if (!isPassing || target.now() >= giveUpAt) throw error;
      const askedMs = error instanceof Problem ? Number(error.extra.retryAfterS ?? 0) * 1000 : 0;
      await pause(Math.max(delayMs, Math.min(askedMs, 30_000)), undefined, { signal: target.signal }).catch(() => {
        throw new CommandFailed('interrupted');
      });
    }
  }
}
