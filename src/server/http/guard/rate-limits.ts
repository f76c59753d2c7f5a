/** Counts the calls of every caller against the limits, and tells them in the headers of the IETF draft how they stand. */
import { hash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '../../../shared/model/errors.ts';
import type { RateLimitName, RateLimitSettings, RouteLimit } from '../../../shared/model/rate-limit.ts';
import type { Principal } from '../../identity/principal.ts';
import { RateLimiter, type RateVerdict } from '../../limits/rate-limiter.ts';
import type { Clock } from '../../ports/clock.ts';
import { addressGroup } from '../../limits/address-group.ts';

/** The limits of one node. */
export interface RateLimits {
  /** Counts a call of a route, by its caller and by what the route is counted as. @throws RATE_LIMITED */
  countCall(call: CountedCall): void;
  /** Counts a call that sends events, where the key has a limit of its own. @throws RATE_LIMITED */
  countIngest(principal: Principal, reply?: FastifyReply): void;
  /** Counts a subscription of somebody whom the watch slowed down; that of others is bounded by the pace of sockets. @throws RATE_LIMITED */
  countSubscription(principal: Principal): void;
  /** Counts a try of an address, and for an account if the body names one. @throws RATE_LIMITED */
  countSignIn(request: FastifyRequest, reply: FastifyReply): void;
  /** Refuses a credential from an address that showed too many wrong ones, unless it was right before. @throws RATE_LIMITED */
  assertMayTry(address: string, credential: string): void;
  /** Notes whether a credential was right. */
  noteTry(address: string, credential: string, isRight: boolean): void;
}

/** A call to count. */
export interface CountedCall {
  request: FastifyRequest;
  reply: FastifyReply;
  principal: Principal | null;
  limit: RouteLimit | undefined;
}

/** Credentials that are remembered as right while their address shows wrong ones. */
const mostRemembered = 10_000;

/** Calls a minute that are left to somebody whom the watch slowed down. */
const slowedPerMinute = 10;

/** Limits in memory; several nodes count each for itself. `isSlowed`: whom the watch slowed down. */
export function createRateLimits(
  perMinute: RateLimitSettings,
  clock: Clock,
  isSlowed: (subject: { kind: 'person' | 'key' | 'address'; id: string }) => boolean = () => false,
): RateLimits {
  const limiter = new RateLimiter();
  const failures = new RateLimiter();
  const rightLately = new Set<string>();

  const take = (
    reply: FastifyReply | undefined,
    name: RateLimitName | 'slowed',
    who: string,
    allowed: number = name === 'slowed' ? slowedPerMinute : perMinute[name],
  ): void => {
    if (allowed === 0) return;
    const verdict = limiter.take(`${name} ${who}`, allowed, clock.now());
    if (reply !== undefined) tell(reply, name, allowed, verdict);
    if (!verdict.isAllowed) throw refusal(name, allowed, verdict);
  };
  const countSignIn = (request: FastifyRequest, reply: FastifyReply): void => {
    if (isSlowed({ kind: 'address', id: request.ip })) take(reply, 'slowed', addressGroup(request.ip), slowedPerMinute);
    take(reply, 'sign-in', addressGroup(request.ip));
    const email = (request.body as { email?: unknown } | null | undefined)?.email;
    if (typeof email === 'string' && email.length <= 254) take(reply, 'account', hash('sha256', email.trim().toLowerCase(), 'base64'));
  };

  return {
    countSignIn,
    countCall: ({ request, reply, principal, limit }) => {
      if (limit === 'none' || principal?.kind === 'local-owner') return;
      const address = addressGroup(request.ip);
      const isSlow = isSlowed(principal === null ? { kind: 'address', id: request.ip } : subjectOf(principal));
      if (isSlow) take(reply, 'slowed', principal?.id ?? address, slowedPerMinute);
      if (principal === null) take(reply, 'address', address);
      else if (isPerson(principal)) take(reply, 'person', principal.id);
      else take(reply, 'key', principal.id, principal.callsPerMinute);
      if (limit === 'sign-in') countSignIn(request, reply);
      else if (limit !== undefined) take(reply, limit, principal?.id ?? address);
    },
    countSubscription: (principal) => {
      if (isSlowed(subjectOf(principal))) take(undefined, 'slowed', principal.id);
    },
    countIngest: ({ id, callsPerMinute }, reply) => {
      if (callsPerMinute !== undefined) take(reply, 'key', id, callsPerMinute);
    },
    assertMayTry: (address, credential) => {
      const allowed = perMinute.failure;
      if (failures.size === 0 || allowed === 0) return;
      const verdict = failures.look(addressGroup(address), allowed, clock.now());
      if (!verdict.isAllowed && !rightLately.has(hash('sha256', credential))) throw refusal('failure', allowed, verdict);
    },
    noteTry: (address, credential, isRight) => {
      const allowed = perMinute.failure;
      if (allowed === 0 || (isRight && failures.size === 0)) return;
      const group = addressGroup(address);
      if (!isRight) failures.take(group, allowed, clock.now());
      else if (failures.look(group, allowed, clock.now()).resetSeconds > 0) remember(rightLately, hash('sha256', credential));
    },
  };
}

/** As the watch knows them: by person where there is one. */
function subjectOf({ kind, id, personId }: Principal): { kind: 'person' | 'key'; id: string } {
  if (personId !== undefined) return { kind: 'person', id: personId };
  return { kind: kind === 'outside' ? 'person' : 'key', id };
}

function isPerson({ kind }: Principal): boolean {
  return kind === 'person' || kind === 'outside';
}

function remember(known: Set<string>, item: string): void {
  known.delete(item);
  known.add(item);
  if (known.size > mostRemembered) known.delete(known.values().next().value!);
}

/** `RateLimit` and `RateLimit-Policy`, one item for each limit that was counted. @source draft-ietf-httpapi-ratelimit-headers-10 */
function tell(reply: FastifyReply, name: RateLimitName | 'slowed', allowed: number, { remaining, resetSeconds }: RateVerdict): void {
  append(reply, 'ratelimit-policy', `"${name}";q=${allowed};w=60`);
  append(reply, 'ratelimit', `"${name}";r=${remaining};t=${resetSeconds}`);
}

function append(reply: FastifyReply, header: string, item: string): void {
  const before = reply.getHeader(header);
  reply.header(header, before === undefined ? item : `${String(before)}, ${item}`);
}

const wordsByName: Record<RateLimitName | 'slowed', string> = {
  slowed: 'calls while you are slowed down, because of what was seen of you',
  person: 'calls by you',
  key: 'calls with this key',
  address: 'calls from this address without credentials',
  export: 'exports',
  expensive: 'calls of this kind',
  'sign-in': 'tries from this address',
  account: 'tries for this account',
  failure: 'calls from this address with credentials that are not valid',
};

function refusal(name: RateLimitName | 'slowed', allowed: number, { retryAfterSeconds }: RateVerdict): Problem {
  const message = `Too many ${wordsByName[name]}: ${allowed} a minute are allowed. Try again in ${retryAfterSeconds} s.`;
  return new Problem('RATE_LIMITED', message, { retryAfterSeconds, limit: name });
}
