/** The bytes of a body, whatever content type the sender claims: libraries of the field claim many. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { eventLimits } from '../../../shared/model/event.ts';
import { Problem } from '../../../shared/model/errors.ts';

/** Makes `scope` read every body as bytes, up to the limit before unpacking; of the encodings only gzip. */
export function installBytesParser(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addHook('onRequest', (request, _reply, done) => {
    const encoding = request.headers['content-encoding'] ?? 'identity';
    const isKnown = /^(x-)?gzip$|^identity$/i.test(encoding.trim());
    done(
      isKnown
        ? undefined
        : new Problem('BODY_TYPE_UNKNOWN', `The content encoding "${encoding.slice(0, 40)}" is not accepted. Use gzip, or none.`),
    );
  });
  scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: eventLimits.bodyBytes }, (_request, bytes, done) => done(null, bytes));
}

/** The body of `request`. @throws BODY_EMPTY */
export function bodyBytes(request: FastifyRequest): Buffer {
  const { body } = request;
  if (!Buffer.isBuffer(body) || body.length === 0) throw new Problem('BODY_EMPTY', 'The body is empty.');
  return body;
}
