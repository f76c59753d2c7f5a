/** The routes that Segment's and RudderStack's libraries call. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { decodeText, parseJson, unpack } from '../../ingest/decode.ts';
import { segmentItems, segmentKey, segmentPaths, segmentReader } from '../../ingest/formats/segment.ts';
import { callOf, type IngestRouteParts, letIn, senderOf } from './call.ts';
import { answerPreflight } from './cors.ts';
import { bodyBytes } from './body.ts';

/** Installs the routes on `scope`. */
export function installSegment(scope: FastifyInstance, parts: IngestRouteParts): void {
  for (const [path, type] of Object.entries(segmentPaths)) {
    scope.options(`/v1/${path}`, answerPreflight);
    scope.post(`/v1/${path}`, (request) => takeMessages(parts, request, type));
  }
  scope.options('/v1/projects/:key/settings', answerPreflight);
  scope.get<{ Params: { key: string } }>('/v1/projects/:key/settings', (request) => answerSettings(parts, request, request.params.key));
}

async function answerSettings(parts: IngestRouteParts, request: FastifyRequest, key: string): Promise<object> {
  await letIn(parts, request, key);
  return settingsOf(key, parts.publicUrl ?? `${request.protocol}://${request.headers.host ?? 'localhost'}`);
}

async function takeMessages(parts: IngestRouteParts, request: FastifyRequest, type: string | null): Promise<{ success: true }> {
  const body = parseJson(decodeText(await unpack(bodyBytes(request))));
  const call = callOf(parts, request, await senderOf(parts, request, segmentKey(body)), 'segment');
  await parts.ingest.take(call, segmentItems(body), segmentReader(body, type, call.receivedMs));
  return { success: true };
}

/** What the browser library asks for before it sends: everything on, to this server only. */
function settingsOf(key: string, address: string): object {
  const url = new URL(address);
  const enabled = { __default: { enabled: true, integrations: {} } };
  return {
    integrations: {
      'Segment.io': {
        apiKey: key,
        apiHost: `${url.host}/v1`,
        protocol: url.protocol.slice(0, -1),
        unbundledIntegrations: [],
        addBundledMetadata: false,
        maybeBundledConfigIds: {},
        versionSettings: { version: '4.4.7', componentTypes: ['browser'] },
      },
    },
    plan: { track: enabled, identify: enabled, group: enabled },
    edgeFunction: {},
    analyticsNextEnabled: true,
    middlewareSettings: {},
    enabledMiddleware: {},
    metrics: { sampleRate: 0 },
    legacyVideoPluginsEnabled: false,
    remotePlugins: [],
  };
}
