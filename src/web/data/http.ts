/** The one door to the server's HTTP interface: JSON in, JSON out, problem documents thrown as errors. */
import type { ProblemCode, ProblemDocument } from '../../shared/model/errors.ts';

/** An error answer of the server, or no answer at all (`OFFLINE`). */
export class ServerProblem extends Error {
  readonly code: ProblemCode | 'OFFLINE';
  readonly status: number;
  readonly title: string;
  readonly isRetryable: boolean;
  /** seconds the server asked to wait; null when it named none */
  readonly retryAfterSeconds: number | null;

  constructor(document: { code: ProblemCode | 'OFFLINE'; status: number; title: string; detail: string; retryable: boolean }, retryAfterSeconds: number | null = null) {
    super(document.detail);
    this.name = 'ServerProblem';
    this.code = document.code;
    this.status = document.status;
    this.title = document.title;
    this.isRetryable = document.retryable;
    this.retryAfterSeconds = retryAfterSeconds;
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

/**
 * The JSON that the server answers; the session cookie goes along.
 * @throws ServerProblem with the server's code, or OFFLINE where no answer came
 */
export async function request<T>(path: string, { method = 'GET', query, body, signal }: RequestOptions = {}): Promise<T> {
  const init: RequestInit = { method, credentials: 'same-origin', headers: { accept: 'application/json' } };
  if (signal !== undefined) init.signal = signal;
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { accept: 'application/json', 'content-type': 'application/json' };
  }
  const response = await fetch(withQuery(path, query), init).catch((error: unknown) => {
    if (signal?.aborted) throw error;
    throw new ServerProblem(offline);
  });
  if (!response.ok) throw await problemOf(response);
  const text = await response.text();
  return (text === '' ? null : JSON.parse(text)) as T;
}
