/** Keys and signed tokens against the real server: over HTTP and sockets, with rows of two tenants, until they end. */
import { SignJWT, type JWTPayload } from 'jose';
import { io } from 'socket.io-client';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { callsOf, type Calls } from '../fixtures/calls.ts';
import { startKeyServer, type KeyServer } from '../fixtures/key-server.ts';
import { TestClient } from '../fixtures/open-live.ts';
import { openTestServer, type TestServer } from '../fixtures/open-server.ts';
import { until } from '../fixtures/until.ts';

const byTenant = { kind: 'breakdown', metrics: [{ aggregate: 'count', as: 'n' }], by: ['properties.client_id'], range: { last: '1d' } };
const total = { kind: 'total', metrics: [{ aggregate: 'count', as: 'n' }], range: { last: '1d' } };
const outsideSecret = 'a secret that both applications know';

let server: TestServer;
let calls: Calls;
let keyServer: KeyServer;
const clients: TestClient[] = [];
beforeAll(async () => {
  server = await openTestServer({ OUTBOUND_ALLOW: '127.0.0.1' });
  calls = callsOf(server);
  keyServer = await startKeyServer();
  await keyServer.addKey('rsa', 'RS256');
  const events = ['c1', 'c1', 'c2'].map((client, i) => ({ name: 'purchase', user: `u${i}`, properties: { client_id: client } }));
  await calls.post('/v1/events', JSON.stringify(events));
  await calls.settled();
});
afterEach(() => {
  for (const { socket } of clients.splice(0)) socket.disconnect();
});
afterAll(async () => {
  await keyServer.close();
  await server.close();
});

const connect = async (token: string): Promise<TestClient> => {
  const client = new TestClient(io(server.url, { transports: ['websocket'], auth: { token }, forceNew: true, reconnection: false }));
  clients.push(client);
  await client.connected();
  return client;
};
const admin = <T>(method: string, path: string, body?: object): Promise<T> =>
  server.json<T>(path, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
const ask = async (token: string, query: object): Promise<{ status: number; rows: unknown; policy: unknown }> => {
  const response = await fetch(`${server.url}/api/analytics/query`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(query),
  });
  const body = (await response.json()) as { rows?: unknown; lineage?: { policy: unknown } };
  return { status: response.status, rows: body.rows, policy: body.lineage?.policy };
};
const inAnHour = (): number => Math.floor(Date.now() / 1_000) + 3_600;
const signed = (secret: string, claims: JWTPayload): Promise<string> =>
  new SignJWT({ exp: inAnHour(), ...claims }).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.from(secret));
/** Resolves once the server has ended the socket; a second is what it may take. */
const ended = async (client: TestClient): Promise<void> => {
  await until(() => !client.socket.connected, 'the end of the socket');
  expect(client.problems.at(-1)).toMatchObject({ code: 'CREDENTIALS_INVALID' });
};

test('a revoked key is refused, and its sockets end', async () => {
  const { key, secret } = await admin<{ key: { id: string }; secret: string }>('POST', '/api/admin/keys', { kind: 'api', name: 'Report' });
  const client = await connect(secret);
  expect(await client.subscribe({ id: 'q', query: total })).toEqual({ ok: true });
  expect((await ask(secret, total)).rows).toEqual([[3]]);
  await admin('DELETE', `/api/admin/keys/${key.id}`);
  expect((await ask(secret, total)).status).toBe(401);
  await ended(client);
});

test('a key that is bound to pages and networks is held to them by HTTP, ingest and sockets', async () => {
  const limits = { origins: ['https://shop.example'], addresses: ['127.0.0.1'] };
  const { secret } = await admin<{ secret: string }>('POST', '/api/admin/keys', {
    kind: 'api',
    name: 'Page',
    scopes: ['ask', 'ingest'],
    ...limits,
  });
  const from = (origin: string | null, path: string, body: object) =>
    fetch(`${server.url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json', ...(origin === null ? {} : { origin }) },
      body: JSON.stringify(body),
    }).then((response) => response.status);
  for (const [path, body] of [
    ['/api/analytics/query', total],
    ['/v1/events', { name: 'seen', properties: { client_id: 'c3' }, time: '2020-01-01T00:00:00Z' }],
  ] as const)
    expect([
      path,
      await from('https://shop.example', path, body),
      await from('https://evil.example', path, body),
      await from(null, path, body),
    ]).toEqual([path, 200, 401, 401]);
  expect((await connect(secret)).refusal?.message).toBe('Authentication failed');
  await admin('PUT', `/api/admin/keys/${(await admin<{ keys: { id: string }[] }>('GET', '/api/admin/keys')).keys[0]!.id}`, {
    addresses: ['192.0.2.1'],
    origins: [],
  });
  expect(await from(null, '/api/analytics/query', total)).toBe(401);
});

test('an embed token asks its panel under its rows, over HTTP and sockets, until the panel or the secret goes', async () => {
  const { dashboard } = await admin<{ dashboard: { id: string } }>('POST', '/api/analytics/dashboards', {
    name: 'Board',
    panels: [{ id: 'p1', query: byTenant }],
  });
  const { secret, embed } = await admin<{ secret: string; embed: { workspaceId: string } }>('POST', '/api/admin/embed/secret', {});
  const claims = {
    aud: 'bellwether:embed',
    ws: embed.workspaceId,
    dashboards: [dashboard.id],
    rows: [{ field: 'properties.client_id', is: ['c1'] }],
  };
  const token = await signed(secret, claims);
  expect(await ask(token, byTenant)).toMatchObject({ status: 200, rows: [['c1', 2]], policy: expect.stringMatching(/^embed:/) });
  expect((await ask(token, total)).status).toBe(403);
  for (const path of ['events', 'catalog', 'people', 'ledger', 'export', 'dashboards'])
    expect([path, (await fetch(`${server.url}/api/analytics/${path}`, { headers: { authorization: `Bearer ${token}` } })).status]).toEqual([
      path,
      403,
    ]);
  const client = await connect(token);
  expect(await client.subscribe({ id: 'panel', query: byTenant })).toEqual({ ok: true });
  expect(await client.waitForRows('panel', (rows) => rows.length > 0)).toEqual([['c1', 2]]);
  expect(await client.subscribe({ id: 'other', query: total })).toMatchObject({ ok: false, error: { code: 'FORBIDDEN' } });
  expect(await client.subscribe({ id: 'feed', channel: 'activity' })).toMatchObject({ ok: false, error: { code: 'FORBIDDEN' } });
  await server.json(`/api/analytics/dashboards/${dashboard.id}`, {
    method: 'PUT',
    body: JSON.stringify({ name: 'Board' }),
    headers: { 'if-match': '"1"' },
  });
  await until(() => client.problems.some(({ id }) => id === 'panel'), 'the end of the subscription');
  expect((await ask(token, byTenant)).status).toBe(403);
  await admin('POST', '/api/admin/embed/secret', { overlapHours: 0 });
  await ended(client);
});

test('a token of another application sees its rows alone, over HTTP and sockets, until its secret is changed', async () => {
  const setting = {
    algorithm: 'HS256',
    secret: outsideSecret,
    claims: [{ claim: 'client_id', field: 'properties.client_id' }],
    seesAll: { claim: 'role', is: ['operator'] },
  };
  await admin('PUT', '/api/admin/outside', setting);
  const token = await signed(outsideSecret, { sub: 'u', client_id: 'c2' });
  expect(await ask(token, byTenant)).toMatchObject({ rows: [['c2', 1]], policy: 'outside:client_id=c2' });
  expect((await ask(await signed(outsideSecret, { sub: 'op', role: 'operator' }), total)).rows).toEqual([[3]]);
  const client = await connect(token);
  await client.subscribe({ id: 'q', query: byTenant });
  expect(await client.waitForRows('q', (rows) => rows.length > 0)).toEqual([['c2', 1]]);
  for (const wrong of [
    await signed(outsideSecret, { sub: 'u' }),
    await signed('another secret of this length', { client_id: 'c2' }),
    `${token}x`,
  ])
    expect([(await ask(wrong, byTenant)).status, (await connect(wrong)).refusal?.message]).toEqual([401, 'Authentication failed']);
  await admin('PUT', '/api/admin/outside', { ...setting, secret: 'a new secret of the application' });
  await ended(client);
});

test('published keys are fetched from where the setting says', async () => {
  await admin('PUT', '/api/admin/outside', {
    algorithm: 'RS256',
    jwksUrl: keyServer.url,
    claims: [{ claim: 'client_id', field: 'properties.client_id' }],
  });
  const token = await keyServer.sign('rsa', { client_id: 'c2', exp: inAnHour() });
  expect((await ask(token, byTenant)).rows).toEqual([['c2', 1]]);
  expect((await connect(token)).socket.connected).toBe(true);
  await admin('DELETE', '/api/admin/outside');
  expect((await ask(token, byTenant)).status).toBe(401);
});
