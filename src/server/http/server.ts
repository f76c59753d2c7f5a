/** The HTTP server: compression, who may call what, the routes of the contract, the web app. */
import compress from '@fastify/compress';
import Fastify, { LogController, type FastifyBaseLogger, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Route } from '../../shared/contract/route.ts';
import { Problem } from '../../shared/model/errors.ts';
import { describeIssues, isTooDeep, mostLevels } from '../../shared/model/issue.ts';
import type { Principal } from '../identity/principal.ts';
import type { RandomBytes } from '../ports/clock.ts';
import { assertAccess, assertLooksOnly, maybePrincipal, maybeRefused, webHeaders, type Gatekeeper } from './access.ts';
import type { Call, RouteBinding } from './binding.ts';
import { installCors } from './cors.ts';
import { assertCsrfToken, assertOwnOrigin } from './guard/forgery.ts';
import type { RateLimits } from './guard/rate-limits.ts';
import { installSecurityHeaders, plainPagePolicy, securityHeaders } from './guard/security-headers.ts';
import { installJsonBody } from './json-body.ts';
import { KnownRoutes } from './known-routes.ts';
import { openApiDocument } from './openapi.ts';
import { answerBrokenRequest, asProblem, installProblemEdge, sendProblem } from './problem-edge.ts';
import { referencePage, referenceStyle } from './reference-page.ts';
import { CallTrace, type CallNotes, type CallTrail, type CountryOf } from './trail.ts';
import { installWebApp } from './web-app.ts';

/** How large the body of a call may be; routes that take files and events have limits of their own. */
const bodyLimits = { callBytes: 1_048_576, signInBytes: 65_536 } as const;

/** What the server is made of. */
export interface HttpServerParts {
  log: FastifyBaseLogger;
  gatekeeper: Gatekeeper;
  limits: RateLimits;
  bindings: readonly RouteBinding[];
  trail: CallTrail;
  countryOf: CountryOf;
  /** routes of the contract that plugins answer themselves; only for the document */
  documentedRoutes: readonly Route[];
  /** plugins with parsers of their own, each in its own scope */
  plugins: readonly ((app: FastifyInstance) => void | Promise<void>)[];
  webOrigins: readonly string[];
  publicUrl: string | null;
  trustedProxies: readonly string[];
  distFolder: string;
  version: string;
  randomBytes: RandomBytes;
}

/** A server with all routes installed, not yet listening. */
export async function createHttpServer(parts: HttpServerParts): Promise<FastifyInstance> {
  const app = Fastify({
    loggerInstance: parts.log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: bodyLimits.callBytes,
    trustProxy: parts.trustedProxies.length > 0 ? [...parts.trustedProxies] : false,
    forceCloseConnections: 'idle',
    // an upload may take as long as it moves; a silent connection is closed
    requestTimeout: 0,
    connectionTimeout: 60_000,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 256 },
    frameworkErrors: (error, _request, reply) => void sendProblem(reply.headers(securityHeaders), error),
    clientErrorHandler: answerBrokenRequest,
  });
  const known = new KnownRoutes(app);
  installProblemEdge(app);
  app.addHook('onRequest', (request, _reply, done) => done(refusalOfAddress(request)));
  installJsonBody(app);
  installSecurityHeaders(app, parts.publicUrl);
  installCors(app, parts.webOrigins);
  for (const plugin of parts.plugins) await app.register(async (scope) => plugin(scope));
  await app.register(async (scope) => {
    await scope.register(compress, {
      globalDecompression: false,
      threshold: 1024,
      encodings: ['br', 'gzip'],
      brotliOptions: { params: { [1]: 4 } },
    });
    for (const binding of parts.bindings) register(scope, binding, parts);
    installDocuments(scope, parts);
  });
  await installWebApp(app, { ...parts, known });
  return app;
}

function register(app: FastifyInstance, binding: RouteBinding, parts: HttpServerParts): void {
  const { route } = binding;
  app.route({
    method: route.method,
    url: route.path,
    config: { takesNul: route.access === 'events:read' },
    bodyLimit: route.limit === 'sign-in' ? bodyLimits.signInBytes : bodyLimits.callBytes,
    handler: async (request, reply) => {
      const answer = await traced(binding, request, reply, parts);
      if (reply.sent || reply.raw.headersSent) return reply;
      reply.header('cache-control', reply.getHeader('cache-control') ?? 'no-store');
      return answer === undefined ? reply.code(204).send() : reply.send(answer);
    },
  });
}

/** The answer of a binding; how it ended is told before it goes out. */
async function traced(binding: RouteBinding, request: FastifyRequest, reply: FastifyReply, parts: HttpServerParts): Promise<unknown> {
  const trace = new CallTrace(binding.route, request, parts.countryOf);
  let answer: unknown;
  try {
    answer = await binding.handle(await makeCall(binding.route, request, reply, parts, trace));
  } catch (error) {
    await parts.trail(trace.ended(asProblem(error)));
    throw error;
  }
  await parts.trail(trace.ended(null));
  return answer;
}

async function makeCall(
  route: Route,
  request: FastifyRequest,
  reply: FastifyReply,
  parts: HttpServerParts,
  trace: CallTrace,
): Promise<Call<Route>> {
  const principal = await recognise(route, request, parts, trace).catch((error: unknown) => {
    // Each refusal is written down: whoever is refused before they are known is counted by their address.
    parts.limits.countCall({ request, reply, principal: null, limit: route.limit === 'none' ? 'none' : undefined });
    throw error;
  });
  parts.limits.countCall({ request, reply, principal, limit: route.limit });
  if (principal !== null && route.access !== 'public') assertLooksOnly(principal, route);
  const call = {
    principal: route.access === 'public' ? principal : assertAccess(principal, route),
    params: parsePart(route.params, request.params, 'path'),
    query: parsePart(route.query, request.query, 'query string'),
    body: parsePart(route.body, request.body, 'body'),
    request,
    reply,
    signal: signalOf(reply),
    note: (notes: CallNotes) => trace.note(notes),
  };
  return call as unknown as Call<Route>;
}

/** Who calls, if a page of another site is not behind it. A public route does not mind credentials that are not valid. */
async function recognise(route: Route, request: FastifyRequest, parts: HttpServerParts, trace: CallTrace): Promise<Principal | null> {
  const { gatekeeper, limits, webOrigins } = parts;
  const isPublic = route.access === 'public';
  const principal = await maybePrincipal(request, gatekeeper, limits).catch(async (error: unknown) => {
    if (isPublic) return null;
    trace.principal = await maybeRefused(request, gatekeeper, error);
    throw error;
  });
  trace.principal = principal;
  if (request.headers.authorization !== undefined) return principal;
  assertOwnOrigin(request, webOrigins);
  if (principal !== null || isPublic) assertCsrfToken(request, webHeaders(request), gatekeeper.csrf);
  return principal;
}

/** PostgreSQL takes no U+0000 in texts, and nothing has a name with it. */
function refusalOfAddress({ url }: FastifyRequest): Problem | undefined {
  return url.includes('%00')
    ? new Problem('REQUEST_INVALID', 'The address holds the character U+0000, which is not taken anywhere.')
    : undefined;
}

/** A signal that aborts when the caller hangs up before the answer is out. */
function signalOf(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort();
  });
  return controller.signal;
}

function parsePart(schema: z.ZodType | undefined, value: unknown, where: string): unknown {
  if (schema === undefined) return undefined;
  if (isTooDeep(value)) throw new Problem('REQUEST_INVALID', `The ${where} is nested deeper than ${mostLevels} levels.`);
  const parsed = schema.safeParse(value ?? {});
  if (parsed.success) return parsed.data;
  if (where === 'body' && value === undefined) throw new Problem('BODY_EMPTY', 'The body is empty. Send JSON.');
  const issues = parsed.error.issues.slice(0, 10).map((issue) => ({ path: issue.path.join('.'), message: issue.message }));
  throw new Problem('REQUEST_INVALID', `The ${where} is not valid: ${describeIssues(parsed.error)}.`, { issues });
}

function installDocuments(app: FastifyInstance, parts: HttpServerParts): void {
  const routes = [...parts.documentedRoutes, ...parts.bindings.map((binding) => binding.route)];
  const document = JSON.stringify(openApiDocument(routes, parts.version));
  const page = referencePage(routes);
  app.get('/api/openapi.json', (_request, reply) => reply.type('application/json').send(document));
  app.get('/api/docs', (_request, reply) =>
    reply.header('content-security-policy', plainPagePolicy).type('text/html; charset=utf-8').send(page),
  );
  app.get('/api/docs.css', (_request, reply) => reply.type('text/css; charset=utf-8').send(referenceStyle));
}
