/** Lets pages of the configured other origins read with credentials (`WEB_ORIGINS`); the ingest routes have a rule of their own. */
import type { FastifyInstance, FastifyReply } from 'fastify';
import { csrfHeader, workspaceHeader } from '../../shared/contract/identity.ts';

/** Installs the rule for `/api` and `/dashboard`. */
export function installCors(app: FastifyInstance, webOrigins: readonly string[]): void {
  if (webOrigins.length === 0) return;
  app.addHook('onRequest', async (request, reply) => {
    const { origin } = request.headers;
    if (!request.url.startsWith('/api/') || origin === undefined || !webOrigins.includes(origin)) return;
    allow(reply, origin);
    if (request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined) {
      reply.header('access-control-allow-methods', 'GET, POST, PUT, DELETE');
      reply.header('access-control-allow-headers', `content-type, authorization, if-match, ${workspaceHeader}, ${csrfHeader}`);
      reply.header('access-control-max-age', '600');
      await reply.code(204).send();
    }
  });
}

function allow(reply: FastifyReply, origin: string): void {
  reply.header('access-control-allow-origin', origin);
  reply.header('access-control-allow-credentials', 'true');
  reply.header('access-control-expose-headers', 'retry-after, ratelimit, ratelimit-policy');
  reply.header('vary', 'Origin');
}
