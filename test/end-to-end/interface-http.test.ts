/** What every HTTP call has in common, on the real server: problem documents, health, metrics, other origins, the OpenAPI document. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { asker, callsOf, type Calls } from '../fixtures/calls.ts';
import { openTestServer, testOwner, type TestServer } from '../fixtures/open-server.ts';

let server: TestServer;
let calls: Calls;
beforeAll(async () => {
  server = await openTestServer({ WEB_ORIGINS: 'https://friend.example' });
  calls = callsOf(server);
});
afterAll(() => server.close());

test.each<[string, string, RequestInit, number, string]>([
  [
    'no key',
    '/api/analytics/query',
    { method: 'POST', body: '{"kind":"total"}', headers: { 'content-type': 'application/json' } },
    401,
    'CREDENTIALS_MISSING',
  ],
  ['an unknown key', '/api/analytics/ledger', { headers: { authorization: 'Bearer nope' } }, 401, 'CREDENTIALS_INVALID'],
  ['a write key', '/api/analytics/catalog', { headers: { authorization: `Bearer ${testOwner.writeKey}` } }, 403, 'FORBIDDEN'],
  ['malformed JSON', '/api/analytics/query', { method: 'POST', body: '{"kind"', headers: asker }, 400, 'BODY_UNDECODABLE'],
  ['no body', '/api/analytics/query', { method: 'POST', headers: asker }, 400, 'BODY_EMPTY'],
  [
    'another type',
    '/api/analytics/query',
    { method: 'POST', body: 'x', headers: { ...asker, 'content-type': 'text/xml' } },
    415,
    'BODY_TYPE_UNKNOWN',
  ],
  ['11 MB', '/api/analytics/query', { method: 'POST', body: `"${'x'.repeat(11_534_336)}"`, headers: asker }, 413, 'BODY_TOO_LARGE'],
  ['a wrong method', '/api/analytics/query', { method: 'PUT', body: '{}', headers: asker }, 405, 'METHOD_NOT_ALLOWED'],
  ['a wrong address', '/api/analytics/nothing', { headers: asker }, 404, 'NOT_FOUND'],
  [
    'SQL, which is not in this version',
    '/api/analytics/sql',
    { method: 'POST', body: '{"sql":"SELECT 1"}', headers: asker },
    404,
    'NOT_FOUND',
  ],
  ['models, which are not in this version', '/api/modelhub/models', { headers: asker }, 404, 'NOT_FOUND'],
  ['insights, which are not in this version', '/api/unified/insights', { headers: asker }, 404, 'NOT_FOUND'],
  ['an address that is no URL', '/api/%ff', {}, 400, 'REQUEST_INVALID'],
])('%s: a problem document with a code', async (_, path, init, status, code) => {
  const reply = await calls.call(path, init);
  expect([reply.status, reply.body['status'], reply.body['code']]).toEqual([status, status, code]);
  expect(reply.headers.get('content-type')).toContain('application/problem+json');
  expect(Object.keys(reply.body)).toEqual(expect.arrayContaining(['type', 'title', 'detail']));
  expect(reply.text).not.toMatch(/node_modules|\.ts:|at async/);
});

test('liveness, readiness by store, and Prometheus metrics', async () => {
  expect((await calls.call('/healthz')).status).toBe(200);
  const ready = await calls.call('/readyz');
  expect([ready.status, Object.keys(ready.body['stores'] as object)]).toEqual([200, ['warehouse', 'catalog', 'spool']]);
  const metrics = await calls.call('/metrics');
  expect(metrics.headers.get('content-type')).toContain('text/plain');
  for (const line of metrics.text.trim().split('\n')) expect(line).toMatch(/^(# (TYPE|HELP) \w+ .+|\w+(\{[^}]*\})? -?[\d.eE+-]+)$/);
  expect(metrics.text).toContain('bellwether_id_window_capacity_ids 200000000');
});

test('other origins of WEB_ORIGINS read with credentials, strangers do not', async () => {
  for (const [origin, allowed] of [
    ['https://friend.example', 'https://friend.example'],
    ['https://stranger.example', null],
  ] as const) {
    const preflight = await calls.call('/api/analytics/query', {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    });
    const answer = await calls.call('/api/analytics/ledger', { headers: { ...asker, origin } });
    for (const { headers } of [preflight, answer]) {
      expect(headers.get('access-control-allow-origin')).toBe(allowed);
      expect(headers.get('access-control-allow-credentials')).toBe(allowed === null ? null : 'true');
    }
  }
});

test('the OpenAPI document is 3.1, whole, and holds every call', async () => {
  type Operation = { operationId: string; responses: object; parameters: { name: string; in: string; required: boolean }[] };
  const document = await server.json<{ openapi: string; info: object; paths: Record<string, Record<string, Operation>> }>(
    '/api/openapi.json',
  );
  expect(document.openapi).toMatch(/^3\.1\.\d+$/);
  expect(document.info).toMatchObject({ title: expect.any(String), version: expect.any(String) });
  const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
  );
  const ids = operations.map(({ operation }) => operation.operationId);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { path, operation } of operations) {
    expect(Object.keys(operation.responses).length).toBeGreaterThan(0);
    const placed = operation.parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => `{${name}}`);
    expect(placed).toEqual(path.match(/\{\w+\}/g) ?? []);
  }
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path]) => path!);
  const find = (path: string) =>
    path.split('/').reduce<unknown>((node, key) => (node as Record<string, unknown> | undefined)?.[key], document);
  expect(references.filter((path) => find(path) === undefined)).toEqual([]);
  const segment = ['track', 'identify', 'page', 'screen', 'group', 'alias', 'batch', 'import', 't', 'i', 'p', 's', 'g', 'a', 'b'];
  const posts = ['/v1/events', '/batch/', '/capture/', '/e/', '/i/v0/e/', '/flags/', '/decide/', '/api/analytics/query'];
  const gets = [
    '/v1/projects/{key}/settings',
    '/array/{key}/config',
    '/array/{key}/config.js',
    '/api/analytics/catalog',
    '/api/analytics/ledger',
  ];
  const missing = (method: string, paths: string[]) => paths.filter((path) => document.paths[path]?.[method] === undefined);
  expect(missing('post', [...posts, ...segment.map((name) => `/v1/${name}`)])).toEqual([]);
  expect(missing('get', [...gets, '/healthz', '/readyz', '/metrics', '/api/admin/health'])).toEqual([]);
  expect((await calls.call('/api/docs')).headers.get('content-type')).toContain('text/html');
});
