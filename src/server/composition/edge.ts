/** The edge: HTTP and live over the joined rooms. */
import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ingestContract } from '../../shared/contract/ingest.ts';
import { createRateLimits, type RateLimits } from '../http/guard/rate-limits.ts';
import { ingestRoutes } from '../http/ingest/routes.ts';
import { createHttpServer, type HttpServerParts } from '../http/server.ts';
import { addressList } from '../identity/credential.ts';
import { openCountryLookup, type CountryLookup } from '../ingest/country.ts';
import { createLive, type Live } from '../live/live.ts';
import type { Log } from '../ports/log.ts';
import { bindRoutes, type RouteParts } from './routes.ts';

/** What the edge is made of. */
export type EdgeParts = Omit<RouteParts, 'live' | 'log' | 'countryOf'> & { log: HttpServerParts['log'] & Log };

const distFolder = join(fileURLToPath(new URL('../../..', import.meta.url)), 'dist');

/** HTTP with all routes, not yet listening, and live on top of it. */
export async function openEdge(parts: EdgeParts) {
  const { config, version, rooms, security, identity, clock, log } = parts;
  const countryOf = await openCountryLookup({
    header: config.countryHeader,
    trustedProxies: config.trustedProxies,
    mmdbPath: config.countryFile,
  });
  const limits = createRateLimits(config.rateLimits, clock, security.watch.isThrottled);
  const origins = [...config.webOrigins, ...(config.publicUrl === null ? [] : [new URL(config.publicUrl).origin])];
  const app = await createHttpServer({
    log,
    gatekeeper: identity,
    limits,
    bindings: bindRoutes({ ...parts, live: () => live, countryOf }),
    trail: security.accountability.onCall,
    countryOf,
    documentedRoutes: ingestContract,
    plugins: [
      ingestRoutes({
        ingest: rooms.ingest,
        authenticateWriteKey: identity.authenticateWriteKey,
        limits,
        country: countryOf,
        clock,
        refused: security.accountability.onIngestRefused,
        publicUrl: config.publicUrl,
        waitingPlace: { folder: config.dataFolder, random: randomBytes },
      }),
    ],
    webOrigins: origins,
    publicUrl: config.publicUrl,
    trustedProxies: config.trustedProxies,
    distFolder,
    version,
    randomBytes,
  });
  const live: Live = openLive(parts, { httpServer: app.server, limits, countryOf, origins });
  followIdentity(parts, live);
  return { app, live };
}

interface LiveEdge {
  httpServer: Parameters<typeof createLive>[0]['httpServer'];
  limits: RateLimits;
  countryOf: CountryLookup;
  origins: readonly string[];
}

function openLive({ config, rooms, stores, security, identity, clock, log }: EdgeParts, edge: LiveEdge): Live {
  const trusted = addressList(config.trustedProxies);
  const clientOf = (headers: IncomingHttpHeaders, peer: string): string => clientAddress(headers, peer, trusted.has);
  return createLive({
    httpServer: edge.httpServer,
    authenticate: ({ token, headers, address }) =>
      token === null
        ? identity.authenticateSession(toHeaders(headers))
        : identity.authenticateBearer(token, headers['bellwether-workspace'] ?? null, { origin: headers.origin ?? null, address }),
    identityGeneration: identity.generation,
    assertMayAsk: rooms.dashboards.assertMayAsk,
    trail: security.accountability.onMessage,
    whereOf: ({ headers, address: peer }) => {
      const address = clientOf(headers, peer);
      return { address, country: edge.countryOf({ peerAddress: peer, clientAddress: address, headers }) };
    },
    tries: edge.limits,
    ask: (policy, query, options) => rooms.engine.ask(policy, query, options),
    warehouse: stores.warehouse,
    maskSalt: rooms.maskSalt,
    allowedOrigins: edge.origins,
    clock,
    stopwatch: () => performance.now(),
    log,
  });
}

/** What ends or changes on this node ends or changes open connections at once. */
function followIdentity({ identity, rooms, log }: EdgeParts, live: Live): void {
  const logged = (error: unknown): void => log.warn({ err: error }, 'open connections are looked at again within a second');
  identity.onCredentialsEnd((ended) => {
    const looking = 'principalId' in ended ? live.recheckPrincipal(ended.principalId) : live.recheckWorkspace(ended.workspaceId);
    looking.catch(logged);
  });
  rooms.dashboards.onChange((workspaceId) => void live.recheckWorkspace(workspaceId).catch(logged));
}

/** The address of a client as far as trusted proxies vouch for it: the last one that none of them has. */
export function clientAddress(headers: IncomingHttpHeaders, peer: string, isTrusted: (address: string) => boolean): string {
  const forwarded = [headers['x-forwarded-for'] ?? ''].flat().join(',').split(',');
  const hops = [...forwarded.map((hop) => hop.trim()).filter((hop) => hop !== ''), peer];
  return hops.findLast((hop) => !isTrusted(hop)) ?? hops[0] ?? peer;
}

function toHeaders(headers: Readonly<Record<string, string | undefined>>): Headers {
  return new Headers(Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
