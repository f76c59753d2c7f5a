/** Bounds the memory of bodies that are being taken: beyond it senders are asked to come back. */
import type { FastifyInstance } from 'fastify';
import { Problem } from '../../../shared/model/errors.ts';
import { STEP_BYTES } from '../../ingest/formats/ndjson.ts';

/** Installs the bound on `scope`. A body of unknown length counts as two steps of NDJSON. */
export function installLoadBound(scope: FastifyInstance, limitBytes: number): void {
  let inFlightBytes = 0;
  scope.addHook('onRequest', (request, reply, done) => {
    const declared = Number(request.headers['content-length'] ?? 2 * STEP_BYTES);
    const sizeBytes = Math.min(Number.isFinite(declared) ? declared : 0, 10 * STEP_BYTES);
    if (inFlightBytes + sizeBytes > limitBytes && inFlightBytes > 0) {
      done(new Problem('RATE_LIMITED', 'Too many bytes are on their way in at once. Try again in a second.', { retryAfterSeconds: 1 }));
      return;
    }
    inFlightBytes += sizeBytes;
    reply.raw.once('close', () => {
      inFlightBytes -= sizeBytes;
    });
    done();
  });
}
