/** Answers `/api/auth/*`: the few calls of better-auth that we offer, with the caller's address and our errors. */
import { Problem, problemDocument, type ProblemCode } from '../../../shared/model/errors.ts';
import { addressHeader, type Auth } from './auth.ts';
import { originOf } from './origins.ts';

const signInCall = 'POST /api/auth/sign-in/email';
/** Whatever else better-auth can do is not there: every path is a door. */
const offered = new Set([
  'GET /api/auth/get-session',
  'GET /api/auth/list-sessions',
  signInCall,
  'POST /api/auth/sign-out',
  'POST /api/auth/change-password',
  'POST /api/auth/revoke-session',
  'POST /api/auth/revoke-sessions',
  'POST /api/auth/revoke-other-sessions',
]);

/** A web-standard handler; `address` is the caller's, from the socket or a trusted proxy. */
export type AuthHandler = (request: Request, address: string) => Promise<Response>;

/** Answers by `auth`; `onChange` is awaited before an answer that ended a session or changed a password goes out. */
export function createAuthHandler(auth: Auth, onChange: () => Promise<void>): AuthHandler {
  return async (request, address) => {
    const call = `${request.method} ${new URL(request.url).pathname}`;
    if (!offered.has(call)) return problemResponse(new Problem('NOT_FOUND', `There is nothing at ${call}.`));
    const response = await auth.handler(prepare(request, address));
    if (!response.ok) return problemResponse(await problemOf(response));
    if (request.method === 'POST' && call !== signInCall) await onChange();
    return response;
  };
}

function prepare(request: Request, address: string): Request {
  const headers = new Headers(request.headers);
  headers.set(addressHeader, address);
  headers.delete('origin');
  headers.delete('referer');
  const origin = originOf(request);
  if (origin !== null) headers.set('origin', origin);
  return new Request(request, { headers });
}

const codeByStatus: Partial<Record<number, ProblemCode>> = {
  400: 'REQUEST_INVALID',
  401: 'CREDENTIALS_INVALID',
  403: 'ORIGIN_FORBIDDEN',
  404: 'NOT_FOUND',
  413: 'BODY_TOO_LARGE',
  415: 'BODY_TYPE_UNKNOWN',
  422: 'REQUEST_INVALID',
  429: 'RATE_LIMITED',
};

async function problemOf(response: Response): Promise<Problem> {
  const code = codeByStatus[response.status] ?? 'INTERNAL';
  if (code === 'INTERNAL') return new Problem(code, 'An unexpected error. It was logged; try again.');
  if (code === 'RATE_LIMITED') {
    const retryAfterSeconds = Number(response.headers.get('x-retry-after') ?? 60);
    return new Problem(code, `Too many tries from this address. Try again in ${retryAfterSeconds} s.`, { retryAfterSeconds });
  }
  const said = (await response.json().catch(() => ({}))) as { code?: string; message?: string };
  // The same words for an unknown address and a wrong password, so that nobody can find out who has an account.
  if (said.code === 'INVALID_EMAIL_OR_PASSWORD') return new Problem(code, 'The e-mail address or the password is wrong.');
  return new Problem(code, said.message ?? 'The request was refused.');
}

function problemResponse(problem: Problem): Response {
  const headers = new Headers({ 'content-type': 'application/problem+json', 'cache-control': 'no-store' });
  if (typeof problem.extra.retryAfterSeconds === 'number') headers.set('retry-after', String(problem.extra.retryAfterSeconds));
  return new Response(JSON.stringify(problemDocument(problem)), { status: problem.status, headers });
}
