/** The bytes of a body, whatever content type the sender claims: libraries of the field claim many. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { eventLimits } from '../../../shared/model/event.ts';
import { Problem } from '../../../shared/model/errors.ts';
import { bodyEmpty, isGzip } from '../../ingest/decode.ts';

/** Makes `scope` read every body as bytes, up to the limit before unpacking; of the encodings only gzip. */
export function installBytesParser(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addHook('onRequest', (request, _reply, done) => {
    const encoding = encodingOf(request);
    const isKnown = /^(x-)?gzip$|^identity$/.test(encoding);
    done(
      isKnown
        ? undefined
        : new Problem('BODY_TYPE_UNKNOWN', `The content encoding "${encoding.slice(0, 40)}" is not accepted. Use gzip, or none.`),
    );
  });
  scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: eventLimits.bodyBytes }, (request, body, done) => {
    const bytes = body as Buffer;
    if (bytes.length === 0 || isGzip(bytes) || !isSaidToBeGzip(request)) done(null, bytes);
    else done(new Problem('BODY_UNDECODABLE', 'The body is not gzip, though its content encoding says so. Nothing was taken.'));
  });
}

/** Whether the sender says that the body is gzip. */
export function isSaidToBeGzip(request: FastifyRequest): boolean {
  return encodingOf(request).endsWith('gzip');
}

function encodingOf(request: FastifyRequest): string {
  return (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
}

/** The body of `request`. @throws BODY_EMPTY */
export function bodyBytes(request: FastifyRequest): Buffer {
  const { body } = request;
  if (!Buffer.isBuffer(body) || body.length === 0) throw bodyEmpty('The body is empty.');
  return body;
}
