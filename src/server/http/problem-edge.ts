/** The edge where errors stop: whatever was thrown becomes an RFC 9457 document, and what is ours goes to the log. */
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Problem, problemDocument, type ProblemCode } from '../../shared/model/errors.ts';

/** What Fastify's own errors are to the outside. */
const problemByFastifyCode: Record<string, [ProblemCode, string]> = {
  FST_ERR_CTP_BODY_TOO_LARGE: [
    'BODY_TOO_LARGE',
    'The body is larger than is taken here: 1 MB; of events 10 MB at once, and NDJSON (application/x-ndjson) has no limit.',
  ],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['BODY_TYPE_UNKNOWN', 'The content type is not accepted here. Send application/json.'],
  FST_ERR_CTP_INVALID_JSON_BODY: ['BODY_UNDECODABLE', 'The body is not valid JSON.'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['BODY_UNDECODABLE', 'The body is not as long as its content-length says.'],
  FST_ERR_BAD_URL: ['REQUEST_INVALID', 'The address is not a valid URL: a "%" must be followed by two hexadecimal digits of UTF-8.'],
  FST_ERR_MAX_PARAM_LENGTH: ['REQUEST_INVALID', 'A part of the address is too long.'],
};

/** The problem that `error` is to the outside; unknown errors become INTERNAL. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const { code, message, statusCode } = error as Partial<FastifyError>;
  const known = code === undefined ? undefined : problemByFastifyCode[code];
  if (known !== undefined) return new Problem(...known);
  if (error instanceof SyntaxError && statusCode === 400)
    return new Problem('BODY_UNDECODABLE', `The body is not valid JSON: ${error.message}`);
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
    // what a library says of its own errors may tell how we are built
    return new Problem('REQUEST_INVALID', code?.startsWith('FST_ERR_') ? (message ?? '') : 'The request is not valid.');
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

/** Installs the edge. */
export function installProblemEdge(app: FastifyInstance): void {
  app.setErrorHandler((error, request, reply) => {
    const problem = asProblem(error);
    // TRICKY: Fastify 5 would close the connection now, and a sender that still sends would see a broken pipe instead of the answer.
    if (problem.code === 'BODY_TOO_LARGE') reply.removeHeader('connection');
    if (problem.code === 'INTERNAL') request.log.error({ err: error }, 'unexpected error');
    return sendProblem(reply, problem);
  });
}

/** Answers a call that no route answers: `methods` are those that its address knows, none if it does not exist. */
export function sendUnanswered(request: FastifyRequest, reply: FastifyReply, methods: readonly string[]): FastifyReply {
  const path = (request.url.split('?')[0] ?? '').slice(0, 200);
  if (methods.length === 0) return sendProblem(reply, new Problem('NOT_FOUND', `There is nothing at ${request.method} ${path}.`));
  const allowed = methods.join(', ');
  reply.header('allow', allowed);
  return sendProblem(reply, new Problem('METHOD_NOT_ALLOWED', `${path} does not answer ${request.method}. Use ${allowed}.`));
}

/** What Node's parser finds wrong before there is a request. */
const problemByParserCode: Record<string, [ProblemCode, string]> = {
  HPE_HEADER_OVERFLOW: ['HEADERS_TOO_LARGE', 'The address and the headers are larger than 16 KB together.'],
  ERR_HTTP_REQUEST_TIMEOUT: ['REQUEST_TIMEOUT', 'The request did not arrive in time.'],
};

/** Answers bytes that are no request, on the bare connection, and ends it. */
export function answerBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const known = problemByParserCode[error.code ?? ''];
  const problem = known === undefined ? new Problem('REQUEST_INVALID', 'This is not a valid HTTP request.') : new Problem(...known);
  const body = JSON.stringify(problemDocument(problem));
  const lines = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    'content-type: application/problem+json',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  if (socket.writable) socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`);
  socket.destroySoon();
}
