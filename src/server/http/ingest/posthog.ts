/** The routes that PostHog's libraries call; there are no feature flags here, and they are told so. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { decodeText, parseJson, unpack } from '../../ingest/decode.ts';
import { isPosthogMigration, maybeFormData, posthogItems, posthogKey, posthogReader } from '../../ingest/formats/posthog.ts';
import { bodyBytes } from './body.ts';
import { callOf, type IngestRouteParts, letIn, senderOf } from './call.ts';
import { answerPreflight } from './cors.ts';

const capturePaths = ['/batch/', '/capture/', '/e/', '/i/v0/e/'];
const flagPaths = ['/flags/', '/decide/'];
const configPaths = ['/array/:key/config', '/array/:key/config.js'];

interface KeyParams {
  Params: { key: string };
}

/** Installs the routes on `scope`. */
export function installPosthog(scope: FastifyInstance, parts: IngestRouteParts): void {
  for (const path of [...capturePaths, ...flagPaths]) scope.options(path, answerPreflight);
  for (const path of capturePaths) scope.post(path, (request) => takeEvents(parts, request));
  for (const path of flagPaths) scope.post(path, (request) => answerFlags(parts, request));
  for (const path of configPaths) scope.options(path, answerPreflight);
  scope.get<KeyParams>('/array/:key/config', (request) => answerConfig(parts, request, request.params.key));
  scope.get<KeyParams>('/array/:key/config.js', async (request, reply) => {
    await letIn(parts, request, request.params.key);
    return reply.type('text/javascript; charset=utf-8').send(remoteConfigScript(request.params.key));
  });
}

async function answerConfig(parts: IngestRouteParts, request: FastifyRequest, key: string): Promise<object> {
  await letIn(parts, request, key);
  return remoteConfig(key);
}

async function takeEvents(parts: IngestRouteParts, request: FastifyRequest): Promise<{ status: 1 }> {
  const body = await readBody(request);
  const call = callOf(parts, request, await senderOf(parts, request, posthogKey(body)), 'posthog');
  if (isPosthogMigration(body)) call.isBackfill = true;
  await parts.ingest.take(call, posthogItems(body), posthogReader(body, sentAtOf(request), call.receivedMs));
  return { status: 1 };
}

/** When the browser library sent, from the query string: `_` is its clock in epoch ms. */
function sentAtOf(request: FastifyRequest): number | undefined {
  const { _: stamp } = request.query as { _?: unknown };
  return typeof stamp === 'string' && /^\d{13}$/.test(stamp) ? Number(stamp) : undefined;
}

/** JSON, plain or gzip or in a form field `data`. */
async function readBody(request: FastifyRequest): Promise<unknown> {
  const text = decodeText(await unpack(bodyBytes(request)));
  return parseJson(/^\s*[[{]/.test(text) ? text : (maybeFormData(text) ?? text));
}

async function answerFlags(parts: IngestRouteParts, request: FastifyRequest): Promise<object> {
  await senderOf(parts, request, posthogKey(await readBody(request)));
  return { flags: {}, featureFlags: {}, featureFlagPayloads: {}, errorsWhileComputingFlags: false, quotaLimited: [], ...switchedOff };
}

/** Features of PostHog's browser library that need a server of its own. */
const switchedOff = {
  supportedCompression: ['gzip', 'gzip-js'],
  sessionRecording: false,
  heatmaps: false,
  surveys: false,
  captureDeadClicks: false,
  capturePerformance: false,
  siteApps: [],
  toolbarParams: {},
  isAuthenticated: false,
};

function remoteConfig(key: string): object {
  return {
    token: key,
    hasFeatureFlags: false,
    defaultIdentifiedOnly: true,
    elementsChainAsString: true,
    analytics: { endpoint: '/i/v0/e/' },
    ...switchedOff,
  };
}

function remoteConfigScript(key: string): string {
  const name = JSON.stringify(key);
  const config = JSON.stringify(remoteConfig(key));
  return `(function(){var c=window._POSTHOG_REMOTE_CONFIG=window._POSTHOG_REMOTE_CONFIG||{};c[${name}]={config:${config},siteApps:[]}})();`;
}
