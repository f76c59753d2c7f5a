/** All routes by which events come in, as one Fastify plugin with body parsers and CORS of its own. */
import type { FastifyInstance } from 'fastify';
import { installBytesParser } from './body.ts';
import { checkHeaderKey, maybeSender, type IngestRouteParts } from './call.ts';
import { installSenderCors } from './cors.ts';
import { installLoadBound } from './load.ts';
import { installNative } from './native.ts';
import { installPosthog } from './posthog.ts';
import { installRefusals } from './refusals.ts';
import { installSegment } from './segment.ts';

const DEFAULT_IN_FLIGHT_BYTES = 256 * 1_048_576;

/** The plugin. Its errors are Problems; the server around it turns them into documents. */
export function ingestRoutes(parts: IngestRouteParts): (scope: FastifyInstance) => void {
  return (scope) => {
    installBytesParser(scope);
    installSenderCors(scope);
    installLoadBound(scope, parts.inFlightLimitBytes ?? DEFAULT_IN_FLIGHT_BYTES);
    installRefusals(scope, { clock: parts.clock, tell: parts.refused, principalOf: maybeSender });
    scope.addHook('onRequest', (request, reply) => checkHeaderKey(parts, request, reply));
    installNative(scope, parts);
    installSegment(scope, parts);
    installPosthog(scope, parts);
  };
}
