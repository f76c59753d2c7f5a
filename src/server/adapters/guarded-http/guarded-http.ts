/** The way out over HTTP: refuses whatever is not public, checks each redirect anew, and bounds time and size. */
import { lookup } from 'node:dns/promises';
import { Problem } from '../../../shared/model/errors.ts';
import type { Outbound, OutboundAnswer, OutboundRequest } from '../../ports/outbound.ts';
import { exchange } from './exchange.ts';
import { allowList, type AllowList } from './public-address.ts';
import { parseTarget, reachableAddresses, type Resolve } from './target.ts';

/** What the way out is made of. */
export interface GuardedHttpParts {
  /** host names, addresses and networks that may be reached though they are not public; `OUTBOUND_ALLOW` */
  allow: readonly string[];
  /** default: the resolver of this machine */
  resolve?: Resolve;
  /** sent as `user-agent` */
  userAgent?: string;
}

/** A request on its way through redirects. */
export interface Hop {
  url: URL;
  method: string;
  headers: Record<string, string>;
  body: Uint8Array | null;
}

const defaultTimeoutMs = 10_000;
const defaultMaxBytes = 1_048_576;
const redirects = new Set([301, 302, 303, 307, 308]);
/** Headers that say how the connection is used: that is for us to decide. */
const ownHeaders = new Set('connection content-length expect host keep-alive te trailer transfer-encoding upgrade'.split(' '));
/** Headers that are for the first receiver alone. */
const secretHeaders = ['authorization', 'cookie', 'proxy-authorization'];
const bodyHeaders = ['content-type', 'content-encoding', 'content-language', 'content-location'];

/** The way out. */
export function createGuardedHttp({ allow, resolve = resolveAll, userAgent = 'Bellwether' }: GuardedHttpParts): Outbound {
  const allowed = allowList(allow);
  return {
    assertAllowed: (url) => void parseTarget(url, allowed),
    send: async (request) => {
      const { timeoutMs = defaultTimeoutMs, maxBytes = defaultMaxBytes, maxRedirects = 0 } = request;
      const late = AbortSignal.timeout(timeoutMs);
      const signal = request.signal === undefined ? late : AbortSignal.any([request.signal, late]);
      let hop = firstHop(request, userAgent, allowed);
      try {
        for (let followed = 0; ; followed++) {
          signal.throwIfAborted();
          const { url } = hop;
          const addresses = () => reachableAddresses(url, allowed, resolve);
          const answer = await exchange({ ...hop, maxBytes, signal, addresses });
          if (maxRedirects === 0 || !isRedirect(answer)) return answer;
          if (followed === maxRedirects)
            throw new Problem('OUTBOUND_FAILED', `${shown(hop.url)} redirects more than ${maxRedirects} times.`);
          hop = nextHop(hop, answer, allowed);
        }
      } catch (error) {
        request.signal?.throwIfAborted();
        throw problemOf(error, hop.url, late.aborted, timeoutMs);
      }
    },
  };
}

async function resolveAll(hostname: string): ReturnType<Resolve> {
  const found = await lookup(hostname, { all: true });
  return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }));
}

function firstHop({ url, method, headers = {}, body }: OutboundRequest, userAgent: string, allowed: AllowList): Hop {
  const named = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  const kept = Object.fromEntries(named.filter(([name]) => !ownHeaders.has(name)));
  return {
    url: parseTarget(url, allowed),
    method,
    headers: { 'user-agent': userAgent, accept: '*/*', ...kept, 'accept-encoding': 'identity' },
    body: typeof body === 'string' ? Buffer.from(body) : (body ?? null),
  };
}

function isRedirect({ status, headers }: OutboundAnswer): boolean {
  return redirects.has(status) && headers.location !== undefined;
}

/** Where the answer points. @throws OUTBOUND_FORBIDDEN when that may not be called, or the way there is less safe than the way here */
export function nextHop(hop: Hop, { status, headers: { location = '' } }: OutboundAnswer, allowed: AllowList): Hop {
  const url = parseTarget(URL.parse(location, hop.url)?.href ?? location, allowed);
  if (hop.url.protocol === 'https:' && url.protocol !== 'https:')
    throw new Problem('OUTBOUND_FORBIDDEN', `${shown(hop.url)} redirects from https to http.`);
  const becomesGet = (status === 303 && hop.method !== 'HEAD') || (status < 303 && hop.method === 'POST');
  const dropped = [...(url.origin === hop.url.origin ? [] : secretHeaders), ...(becomesGet ? bodyHeaders : [])];
  const headers = Object.fromEntries(Object.entries(hop.headers).filter(([name]) => !dropped.includes(name)));
  return { url, headers, method: becomesGet ? 'GET' : hop.method, body: becomesGet ? null : hop.body };
}

function problemOf(error: unknown, url: URL, isLate: boolean, timeoutMs: number): Problem {
  if (error instanceof Problem) return error;
  if (isLate) return new Problem('OUTBOUND_TIMEOUT', `${shown(url)} did not answer completely within ${timeoutMs} ms.`, {}, error);
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'no code';
  return new Problem('OUTBOUND_FAILED', `${shown(url)} could not be called (${code}).`, {}, error);
}

/** Without path and query: those may hold somebody's secret. */
function shown(url: URL): string {
  return url.origin;
}
