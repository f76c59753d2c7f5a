/** The edge where errors stop: whatever was thrown becomes an RFC 9457 document, and what is ours goes to the log. */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Problem, problemDocument, type ProblemCode } from '../../shared/model/errors.ts';

const codeByFastifyCode: Record<string, ProblemCode> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'BODY_TOO_LARGE',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'BODY_TYPE_UNKNOWN',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'BODY_EMPTY',
  FST_ERR_CTP_INVALID_JSON_BODY: 'BODY_UNDECODABLE',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'BODY_UNDECODABLE',
  FST_ERR_MAX_PARAM_LENGTH: 'REQUEST_INVALID',
};

/** The problem that `error` is to the outside; unknown errors become INTERNAL. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const { code, message, statusCode } = error as Partial<FastifyError>;
  const known = code === undefined ? undefined : codeByFastifyCode[code];
  if (known !== undefined) return new Problem(known, message ?? known);
  if (error instanceof SyntaxError && statusCode === 400)
    return new Problem('BODY_UNDECODABLE', `The body is not valid JSON: ${error.message}`);
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
    return new Problem('REQUEST_INVALID', message ?? 'The request is not valid.');
  return new Problem('INTERNAL', 'An unexpected error. It was logged; try again.', {}, error);
}

/** Sends `error` as `application/problem+json`. */
export function sendProblem(reply: FastifyReply, error: unknown): FastifyReply {
  const problem = asProblem(error);
  if (problem.status === 503 || problem.status === 429) reply.header('retry-after', String(problem.extra.retryAfterSeconds ?? 1));
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer');
  return reply
    .code(problem.status)
    .type('application/problem+json')
    .send(JSON.stringify(problemDocument(problem)));
}

/** Installs the edge: errors, and addresses that nothing answers. */
export function installProblemEdge(app: FastifyInstance): void {
  app.setErrorHandler((error, request, reply) => {
    const problem = asProblem(error);
    if (problem.code === 'INTERNAL') request.log.error({ err: error }, 'unexpected error');
    return sendProblem(reply, problem);
  });
}

/** Answers an address that does not exist. */
export function sendNotFound(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return sendProblem(reply, new Problem('NOT_FOUND', `There is nothing at ${request.method} ${request.url.split('?')[0]}.`));
}
