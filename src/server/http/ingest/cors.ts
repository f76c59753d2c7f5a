/** Lets pages of any site send events. Without credentials: a write key may only write. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

const preflightHeaders = {
  'access-control-allow-methods': 'GET, POST',
  'access-control-allow-headers': 'content-type, content-encoding, authorization, x-requested-with, anonymousid',
  'access-control-max-age': '86400',
} as const;

/** Opens all routes of `scope` to pages of other sites. */
export function installSenderCors(scope: FastifyInstance): void {
  scope.addHook('onRequest', (request, reply, done) => {
    if (request.headers.origin !== undefined) reply.header('access-control-allow-origin', '*');
    // Scripts of this scope are loaded by pages of other sites.
    reply.header('cross-origin-resource-policy', 'cross-origin');
    done();
  });
}

/** Answers the question of a browser whether it may send. */
export function answerPreflight(_request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return reply.headers(preflightHeaders).code(204).send();
}
