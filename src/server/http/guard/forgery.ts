/** Proof that a call with a session cookie is not forged by a page of another site. */
import type { FastifyRequest } from 'fastify';
import { csrfHeader } from '../../../shared/contract/identity.ts';
import { Problem } from '../../../shared/model/errors.ts';

/** Judges the token of a page. */
export interface CsrfJudge {
  /** the token that belongs to the session cookie of `headers`; null when they have none */
  tokenOf(headers: Headers): string | null;
  isValid(headers: Headers, token: string): boolean;
}

/** Calls that begin a session: they make no use of a cookie, and whoever makes them may not have read the token yet. */
const beginsSession = /^\/api\/auth\/sign-in(\/|$)/;

/** A call that changes something must not come from a page of another site. @throws ORIGIN_FORBIDDEN */
export function assertOwnOrigin(request: FastifyRequest, trustedOrigins: readonly string[]): void {
  if (isReading(request) || isTrustedOrigin(request, trustedOrigins)) return;
  throw new Problem('ORIGIN_FORBIDDEN', 'This call came from a page of another site.');
}

/** A call that changes something and brings a session cookie must bring the token of that session too. @throws CSRF_INVALID */
export function assertCsrfToken(request: FastifyRequest, headers: Headers, csrf: CsrfJudge): void {
  if (isReading(request) || beginsSession.test(request.url) || csrf.tokenOf(headers) === null) return;
  if (csrf.isValid(headers, headers.get(csrfHeader) ?? '')) return;
  throw new Problem(
    'CSRF_INVALID',
    `A call with a session cookie needs the header "${csrfHeader}" with the "csrf" that GET /api/session answers. Ask that, then try again; programs use an API key instead.`,
  );
}

function isReading({ method }: FastifyRequest): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
}

function isTrustedOrigin(request: FastifyRequest, trustedOrigins: readonly string[]): boolean {
  const { origin, 'sec-fetch-site': site } = request.headers;
  // Browsers send one of the two with every such call; who sends neither is a program that holds the cookie itself.
  if (origin === undefined) return site === undefined || site === 'same-origin' || site === 'none';
  return trustedOrigins.includes(origin) || origin === `${request.protocol}://${request.headers.host}`;
}
