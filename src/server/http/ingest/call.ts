/** What the routes of all formats share: the parts they are given, and how a request becomes a call of the pipeline. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { importHeader } from '../../../shared/contract/imports.ts';
import { Problem } from '../../../shared/model/errors.ts';
import type { Principal } from '../../identity/principal.ts';
import type { CountryLookup } from '../../ingest/country.ts';
import type { Ingest, IngestAnswer, IngestCall } from '../../ingest/ingest.ts';
import type { Clock } from '../../ports/clock.ts';
import { sourceOf } from '../access.ts';
import type { IngestRefusalListener } from './refusals.ts';
import type { WaitingPlace } from './whole-gzip.ts';
import { maybeHeaderKey, principalOf, type AuthenticateKey } from './credentials.ts';

/** What the ingest routes are made of. */
export interface IngestRouteParts {
  ingest: Ingest;
  authenticateWriteKey: AuthenticateKey;
  country: CountryLookup;
  clock: Clock;
  /** address under which senders reach the server; null: the one they used */
  publicUrl: string | null;
  /** for bodies that are looked at whole before they are taken */
  waitingPlace: WaitingPlace;
  limits: IngestLimits;
  /** hears of calls that are refused for their key */
  refused: IngestRefusalListener;
  /** bytes of bodies taken at once; default 256 MB */
  inFlightLimitBytes?: number;
}

/** How often senders may call. */
export interface IngestLimits {
  /** @throws RATE_LIMITED */
  countIngest(principal: Principal, reply?: FastifyReply): void;
  /** @throws RATE_LIMITED */
  assertMayTry(address: string, credential: string): void;
  noteTry(address: string, credential: string, isRight: boolean): void;
}

/** Principals of requests that showed a key in a header. */
const principals = new WeakMap<FastifyRequest, Principal>();

/** Who sent a request, as far as a key in a header has told. */
export function maybeSender(request: FastifyRequest): Principal | null {
  return principals.get(request) ?? null;
}

/** Lets a request with a key in a header in, or refuses it before its body is read. @throws CREDENTIALS_INVALID, FORBIDDEN */
export async function checkHeaderKey(parts: IngestRouteParts, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const key = maybeHeaderKey(request);
  if (key !== null) principals.set(request, await letIn(parts, request, key, reply));
}

/** The principal of a request whose body gave `bodyKey`; the header counts first. */
export async function senderOf(parts: IngestRouteParts, request: FastifyRequest, bodyKey: unknown): Promise<Principal> {
  return principals.get(request) ?? letIn(parts, request, bodyKey);
}

/** The principal of `key`, counted. @throws CREDENTIALS_MISSING, CREDENTIALS_INVALID, FORBIDDEN, RATE_LIMITED */
export async function letIn(parts: IngestRouteParts, request: FastifyRequest, key: unknown, reply?: FastifyReply): Promise<Principal> {
  const { limits, authenticateWriteKey } = parts;
  const principal = await principalOf(key, async (text) => {
    limits.assertMayTry(request.ip, text);
    const found = await authenticateWriteKey(text, sourceOf(request));
    limits.noteTry(request.ip, text, found !== null);
    return found;
  });
  limits.countIngest(principal, reply);
  return principal;
}

/** The call of the pipeline that `request` is. @throws REQUEST_INVALID, FORBIDDEN when it may not be part of an import */
export function callOf(parts: IngestRouteParts, request: FastifyRequest, principal: Principal, format: string): IngestCall {
  const importId = maybeImportId(request, principal);
  return {
    workspaceId: principal.workspaceId,
    source: importId === null ? format : `import:${importId}`,
    importId: importId ?? '',
    receivedMs: parts.clock.now(),
    // Who imports a file is not where its events happened.
    country: importId === null ? countryOf(parts, request) : null,
    isBackfill: importId !== null,
  };
}

function maybeImportId(request: FastifyRequest, principal: Principal): string | null {
  const importId = request.headers[importHeader];
  if (importId === undefined) return null;
  if (!principal.permissions.has('events:import'))
    throw new Problem('FORBIDDEN', 'Imports need a key with the permission "events:import".');
  if (typeof importId === 'string' && /^[A-Za-z0-9_-]{1,64}$/.test(importId)) return importId;
  throw new Problem('REQUEST_INVALID', `The header ${importHeader} must be 1 to 64 letters, digits, "-" or "_".`);
}

function countryOf(parts: IngestRouteParts, request: FastifyRequest): string | null {
  return parts.country({ peerAddress: request.socket.remoteAddress ?? '', clientAddress: request.ip, headers: request.headers });
}

/** `answer` if it is of any use to the sender. @throws NOTHING_USABLE with the counts inside */
export function assertUsable(answer: IngestAnswer): IngestAnswer {
  if (answer.accepted + answer.duplicates > 0) return answer;
  const why =
    answer.rejected === 0 ? 'The body holds no events.' : `None of the ${answer.rejected} events can be used; the errors say why.`;
  throw new Problem('NOTHING_USABLE', why, { ...answer });
}
