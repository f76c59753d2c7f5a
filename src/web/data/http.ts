/** The one door to the server's HTTP interface: JSON in, JSON out, problem documents thrown as errors. */
import type { ProblemCode, ProblemDocument } from '../../shared/model/errors.ts';
import { lookingHeaders } from './looking.ts';

/** An error answer of the server, or no answer at all (`OFFLINE`). */
export class ServerProblem extends Error {
  readonly code: ProblemCode | 'OFFLINE';
  readonly status: number;
  readonly title: string;
  readonly isRetryable: boolean;
  /** seconds the server asked to wait; null when it named none */
  readonly retryAfterSeconds: number | null;
  /** when it came, epoch ms: waiting counts from then */
  readonly atMs: number;
  /** what is wrong with parts of the body; empty where nothing is said of them */
  readonly issues: readonly { path: string; message: string }[];
  /** the document as it came, for members of one code alone */
  readonly document: Readonly<Record<string, unknown>>;

  constructor(
    document: { code: ProblemCode | 'OFFLINE'; status: number; title: string; detail: string; retryable: boolean; [extra: string]: unknown },
    retryAfterSeconds: number | null = null,
  ) {
    super(document.detail);
    this.name = 'ServerProblem';
    this.code = document.code;
    this.status = document.status;
    this.title = document.title;
    this.isRetryable = document.retryable;
    this.retryAfterSeconds = retryAfterSeconds ?? (typeof document['retryAfterSeconds'] === 'number' ? document['retryAfterSeconds'] : null);
    this.issues = Array.isArray(document['issues']) ? (document['issues'] as { path: string; message: string }[]) : [];
    this.document = document;
    this.atMs = Date.now();
  }

  /** What is wrong with the part of the body at `path`; undefined: nothing is said of it. */
  issueAt(path: string): string | undefined {
    return this.issues.find((issue) => issue.path === path)?.message;
  }
}

const offline = { code: 'OFFLINE', status: 0, title: 'The server cannot be reached', detail: 'Nothing is lost: this page tries again by itself.', retryable: true } as const;

function isProblemDocument(body: unknown): body is ProblemDocument {
  return typeof body === 'object' && body !== null && 'code' in body && 'detail' in body;
}

/** `error` as a {@link ServerProblem}; what is no answer of the server becomes INTERNAL with the error's own words. */
export function toServerProblem(error: unknown): ServerProblem {
  if (error instanceof ServerProblem) return error;
  if (isProblemDocument(error)) return new ServerProblem(error);
  const detail = error instanceof Error ? error.message : String(error);
  return new ServerProblem({ code: 'INTERNAL', status: 500, title: 'Something went wrong on this page', detail, retryable: true });
}

async function problemOf(response: Response): Promise<ServerProblem> {
  const body: unknown = await response.json().catch(() => null);
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
  const retryAfterSeconds = Number.isFinite(retryAfter) ? retryAfter : null;
  if (isProblemDocument(body)) return new ServerProblem(body, retryAfterSeconds);
  const message = typeof body === 'object' && body !== null && 'message' in body ? String(body.message) : `The server answered ${response.status}.`;
  const code = response.status === 401 ? 'CREDENTIALS_INVALID' : response.status === 404 ? 'NOT_FOUND' : 'INTERNAL';
  return new ServerProblem({ code, status: response.status, title: response.statusText || 'Error', detail: message, retryable: response.status >= 500 }, retryAfterSeconds);
}

/** What may go with a request. */
export interface RequestOptions {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  query?: Readonly<Record<string, string | number | boolean | undefined>>;
  body?: unknown;
  signal?: AbortSignal;
}

/** The address of `path` with `query`; undefined members are left out. */
export function withQuery(path: string, query: RequestOptions['query']): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) if (value !== undefined) search.set(name, String(value));
  const text = search.toString();
  return text === '' ? path : `${path}?${text}`;
}

const csrfHeader = 'bellwether-csrf' satisfies typeof import('../../shared/contract/identity.ts').csrfHeader;

/** What proves a call to come from this page; the session's answer brings it. */
let csrf: string | null = null;

/** Takes the proof that an answer of `/api/session` brought. */
export function keepCsrf(token: string | null): void {
  csrf = token;
}

function send(path: string, { method = 'GET', query, body, signal }: RequestOptions): Promise<Response> {
  const headers: Record<string, string> = { accept: 'application/json', ...lookingHeaders() };
  if (method !== 'GET' && csrf !== null) headers[csrfHeader] = csrf;
  const init: RequestInit = { method, credentials: 'same-origin', headers };
  if (signal !== undefined) init.signal = signal;
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    headers['content-type'] = 'application/json';
  }
  return fetch(withQuery(path, query), init).catch((error: unknown) => {
    if (signal?.aborted) throw error;
    throw new ServerProblem(offline);
  });
}

/** Another tab may have signed in meanwhile, with another session: its proof is needed then. */
async function renewCsrf(): Promise<void> {
  const response = await send('/api/session', {});
  if (response.ok) keepCsrf(((await response.json()) as { csrf: string | null }).csrf);
}

/** The answer, once it is a good one. A proof that another session has made stale is renewed once. */
async function answerOf(path: string, options: RequestOptions): Promise<Response> {
  let response = await send(path, options);
  let problem = response.ok ? null : await problemOf(response);
  if (problem?.code === 'CSRF_INVALID') {
    await renewCsrf();
    response = await send(path, options);
    problem = response.ok ? null : await problemOf(response);
  }
  if (problem !== null) throw problem;
  return response;
}

/**
 * The JSON that the server answers; the session cookie goes along, and what proves that the call is ours.
 * @throws ServerProblem with the server's code, or OFFLINE where no answer came
 */
export async function request<T>(path: string, options: RequestOptions = {}): Promise<T> {
  const text = await (await answerOf(path, options)).text();
  return (text === '' ? null : JSON.parse(text)) as T;
}

/** The answer as a file. @throws ServerProblem */
export async function requestFile(path: string, options: RequestOptions = {}): Promise<Blob> {
  const response = await answerOf(path, options);
  return response.blob().catch(() => {
    throw new ServerProblem(offline);
  });
}

/** Each line of an NDJSON answer, as it comes. @throws ServerProblem */
export async function* requestLines<T>(path: string, options: RequestOptions = {}): AsyncGenerator<T> {
  const { body } = await answerOf(path, options);
  const reader = body?.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  for (;;) {
    const part = await reader?.read().catch(() => {
      throw new ServerProblem(offline);
    });
    if (part === undefined || part.done) break;
    const lines = (rest + decoder.decode(part.value, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') yield JSON.parse(line) as T;
  }
  if (rest !== '') yield JSON.parse(rest) as T;
}
