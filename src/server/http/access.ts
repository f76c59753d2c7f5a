/** Lets callers in: bearer token or session cookie, and the access of the route. */
import type { FastifyRequest } from 'fastify';
import { workspaceHeader } from '../../shared/contract/identity.ts';
import { seeAsHeader } from '../../shared/contract/roles.ts';
import type { Route } from '../../shared/contract/route.ts';
import { Problem } from '../../shared/model/errors.ts';
import type { CallSource } from '../identity/credential.ts';
import type { Principal } from '../identity/principal.ts';
import type { CsrfJudge } from './guard/forgery.ts';
import type { RateLimits } from './guard/rate-limits.ts';

/** What the edge needs of identity. */
export interface Gatekeeper {
  /** `workspaceId` picks one of several where the token does not say */
  authenticateBearer(token: string, workspaceId: string | null, source: CallSource): Promise<Principal | null>;
  /** as a role would see it, where the headers say so */
  authenticateSession(headers: Headers): Promise<Principal | null>;
  /** @throws FORBIDDEN, NOT_FOUND */
  seeAs(principal: Principal, roleId: string): Promise<Principal>;
  csrf: CsrfJudge;
}

/** The bearer token of a request, or null. Basic credentials count with the key as user name. */
export function maybeBearer(request: FastifyRequest): string | null {
  const header = request.headers.authorization;
  if (header === undefined) return null;
  const match = /^Bearer\s+(\S+)\s*$/i.exec(header);
  if (match?.[1] !== undefined) return match[1];
  throw new Problem('CREDENTIALS_INVALID', 'The Authorization header must be "Bearer KEY".');
}

/** Node's request headers as web Headers. */
export function webHeaders(request: FastifyRequest): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    for (const item of Array.isArray(value) ? value : [value]) if (item !== undefined) headers.append(name, item);
  }
  return headers;
}

/** Where a call comes from: the page that it says, and the address of the socket or behind trusted proxies. */
export function sourceOf({ headers, ip }: FastifyRequest): CallSource {
  return { origin: headers.origin ?? null, address: ip };
}

/** The principal of a call, or null when it shows no credentials. @throws CREDENTIALS_INVALID, RATE_LIMITED after too many of these */
export async function maybePrincipal(request: FastifyRequest, gatekeeper: Gatekeeper, limits: RateLimits): Promise<Principal | null> {
  const token = maybeBearer(request);
  if (token === null) return request.headers.cookie === undefined ? null : gatekeeper.authenticateSession(webHeaders(request));
  limits.assertMayTry(request.ip, token);
  const wanted = request.headers[workspaceHeader];
  const principal = await gatekeeper.authenticateBearer(token, typeof wanted === 'string' ? wanted : null, sourceOf(request));
  limits.noteTry(request.ip, token, principal !== null);
  if (principal === null) throw new Problem('CREDENTIALS_INVALID', 'The key is not known, was revoked, or has expired.');
  const roleId = request.headers[seeAsHeader];
  return typeof roleId === 'string' ? gatekeeper.seeAs(principal, roleId) : principal;
}

/** Who was refused with `error` because of the workspace or role that they wanted to see; null when that is not why, or nobody is known. */
export async function maybeRefused(request: FastifyRequest, gatekeeper: Gatekeeper, error: unknown): Promise<Principal | null> {
  if (!(error instanceof Problem) || (error.status !== 403 && error.status !== 404)) return null;
  const headers = webHeaders(request);
  for (const name of [workspaceHeader, seeAsHeader]) headers.delete(name);
  const token = maybeBearer(request);
  const asking = token === null ? gatekeeper.authenticateSession(headers) : gatekeeper.authenticateBearer(token, null, sourceOf(request));
  return asking.catch(() => null);
}

/** `principal` if it may use such a route. @throws CREDENTIALS_MISSING, FORBIDDEN */
export function assertAccess(
  principal: Principal | null,
  { access, isForEmbeds = false }: Pick<Route, 'access' | 'isForEmbeds'>,
): Principal {
  if (principal === null) throw new Problem('CREDENTIALS_MISSING', 'Sign in, or send an API key as "Authorization: Bearer KEY".');
  if (principal.embed !== undefined && !isForEmbeds)
    throw new Problem('FORBIDDEN', 'An embed token is for the dashboards and queries that it names, and nothing else.');
  if (access === 'signed-in') {
    if (principal.kind !== 'person') throw new Problem('FORBIDDEN', `This is for people who are signed in, not for the ${principal.kind}.`);
  } else if (access === 'operator') {
    if (!principal.isOperator) throw new Problem('FORBIDDEN', 'This is for those who run the installation.');
  } else if (access !== 'public' && !principal.permissions.has(access)) {
    throw new Problem('FORBIDDEN', `This needs the permission "${access}", which the ${principal.kind} does not have.`);
  }
  return principal;
}

/** Whoever sees as a role may look and ask; what would change something is refused. @throws FORBIDDEN */
export function assertLooksOnly({ seeingAs }: Principal, { method, access }: Route): void {
  const isReading = method === 'GET' || /:(read|run|export)$/.test(access);
  if (seeingAs === undefined || isReading) return;
  throw new Problem('FORBIDDEN', `You are seeing as the role "${seeingAs.name}", and nothing can be changed meanwhile. Stop that first.`);
}
