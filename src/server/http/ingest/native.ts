/** `POST /v1/events`: Bellwether's own format as JSON or as a stream of NDJSON. */
import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { bodyEmpty, decodeText, parseJson, unpack } from '../../ingest/decode.ts';
import { isObject } from '../../ingest/event/draft.ts';
import { nativeItems, nativeReader, readNative } from '../../ingest/formats/native.ts';
import type { IngestAnswer } from '../../ingest/ingest.ts';
import { isSaidToBeGzip } from './body.ts';
import { assertUsable, callOf, senderOf, type IngestRouteParts } from './call.ts';
import { answerPreflight } from './cors.ts';
import { takeNdjson } from './ndjson.ts';

const ndjsonTypes = ['application/x-ndjson', 'application/ndjson', 'application/jsonl', 'application/x-jsonlines'];

/** Installs the route on `scope`, which already reads all other content types as bytes. */
export function installNative(scope: FastifyInstance, parts: IngestRouteParts): void {
  scope.addContentTypeParser(ndjsonTypes, (_request, stream, done) => done(null, stream));
  scope.options('/v1/events', answerPreflight);
  scope.post('/v1/events', (request) =>
    Buffer.isBuffer(request.body) ? takeJson(parts, request, request.body) : takeStream(parts, request),
  );
}

async function takeJson(parts: IngestRouteParts, request: FastifyRequest, bytes: Buffer): Promise<IngestAnswer> {
  const body = parseJson(decodeText(await unpack(bytes)));
  const bodyKey = isObject(body) ? (body['writeKey'] ?? body['api_key']) : undefined;
  const call = callOf(parts, request, await senderOf(parts, request, bodyKey), 'http');
  return assertUsable(await parts.ingest.take(call, nativeItems(body), nativeReader(body, call.receivedMs)));
}

async function takeStream(parts: IngestRouteParts, request: FastifyRequest): Promise<IngestAnswer> {
  const principal = await senderOf(parts, request, undefined);
  // A body-less request reaches this without a stream.
  const stream = request.body as Readable | undefined | null;
  if (stream === undefined || stream === null)
    throw bodyEmpty('The body is empty. Send an event, an array of events, {"events":[...]} or NDJSON.');
  const body = { stream, isGzip: isSaidToBeGzip(request), waitingPlace: parts.waitingPlace };
  const answer = await takeNdjson(body, (items) => parts.ingest.take(callOf(parts, request, principal, 'http'), items, readNative));
  if (answer.accepted + answer.duplicates + answer.rejected === 0) throw bodyEmpty('The body is empty: it holds no line.');
  return assertUsable(answer);
}
