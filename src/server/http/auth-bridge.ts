/** Hands `/api/auth/*` to the sign-in library, which speaks web Requests and Responses. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { webHeaders } from './access.ts';
import { assertCsrfToken, assertOwnOrigin, type CsrfJudge } from './guard/forgery.ts';
import type { RateLimits } from './guard/rate-limits.ts';

/** A web-standard handler. `address` is the caller's, from the socket or a trusted proxy. */
export type WebHandler = (request: Request, address: string) => Promise<Response>;

async function toWebRequest(request: FastifyRequest, publicUrl: string): Promise<Request> {
  const hasBody = request.method !== 'GET' && request.method !== 'HEAD' && request.body !== undefined;
  const headers = webHeaders(request);
  headers.delete('content-length');
  return new Request(new URL(request.url, publicUrl), {
    method: request.method,
    headers,
    ...(hasBody ? { body: typeof request.body === 'string' ? request.body : JSON.stringify(request.body) } : {}),
  });
}

async function sendWebResponse(reply: FastifyReply, response: Response): Promise<FastifyReply> {
  for (const [name, value] of response.headers) if (name !== 'set-cookie') reply.header(name, value);
  const cookies = response.headers.getSetCookie();
  if (cookies.length > 0) reply.header('set-cookie', cookies);
  return reply.code(response.status).send(Buffer.from(await response.arrayBuffer()));
}

/** What the bridge needs. */
export interface AuthBridgeParts {
  authHandler: WebHandler;
  gatekeeper: { csrf: CsrfJudge };
  limits: RateLimits;
  webOrigins: readonly string[];
  publicUrl: string | null;
}

/** Installs the bridge. */
export function installAuthBridge(app: FastifyInstance, { authHandler, gatekeeper, limits, webOrigins, publicUrl }: AuthBridgeParts): void {
  app.route({
    method: ['GET', 'POST'],
    url: '/api/auth/*',
    bodyLimit: 64 * 1024,
    handler: async (request, reply) => {
      assertOwnOrigin(request, webOrigins);
      assertCsrfToken(request, webHeaders(request), gatekeeper.csrf);
      limits.countCall({ request, reply, principal: null, limit: request.method === 'POST' ? 'sign-in' : undefined });
      const origin = publicUrl ?? `${request.protocol}://${request.headers.host}`;
      return sendWebResponse(reply, await authHandler(await toWebRequest(request, origin), request.ip));
    },
  });
}
