/** Embed tokens at the edge: made, used, and refused everywhere but at the dashboards and queries that they name. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestCatalog } from '../../../test/fixtures/open-catalog.ts';
import { principalFor } from '../../../test/fixtures/principals.ts';
import { serveBindings, type Ask } from '../../../test/fixtures/serve-bindings.ts';
import { silentLog } from '../../../test/fixtures/silent-log.ts';
import type { DashboardAnswer } from '../../shared/contract/dashboards.ts';
import type { Result } from '../../shared/model/result.ts';
import { createGuardedHttp } from '../adapters/guarded-http/guarded-http.ts';
import { createDashboards } from '../dashboard/dashboards.ts';
import { createIdentity, type Identity } from '../identity/identity.ts';
import type { Policy } from '../identity/policy.ts';
import { dashboardRoutes } from './dashboards.ts';
import { embedRoutes } from './embed.ts';
import { eventRoutes } from './events.ts';
import { keyRoutes } from './keys.ts';
import { outsideRoutes } from './outside.ts';
import { queryRoutes } from './query.ts';

const secret = 'a secret of at least thirty-two characters';
const trend = { kind: 'trend', metrics: [{ aggregate: 'count' }] };
const total = { kind: 'total', metrics: [{ aggregate: 'count' }] };

let identity: Identity;
let ask: Ask;
let close: () => Promise<void>;
let workspaceId: string;
let boardId: string;
/** policies under which the engine was asked */
const asked: Policy[] = [];

beforeAll(async () => {
  const { catalog, close: closeCatalog } = await openTestCatalog();
  const parts = {
    secret,
    previousSecrets: [],
    localOwnerToken: 'bw_l_local-owner',
    publicUrl: null,
    clock: Date,
    randomBytes,
    log: silentLog,
  };
  identity = createIdentity({ ...parts, catalog, outbound: createGuardedHttp({ allow: [] }) });
  ({ workspaceId } = await identity.prepareFirstStart({ owner: null, workspaceName: 'Shop', writeKey: null, apiKey: null }));
  const dashboards = createDashboards({ db: catalog.db, clock: Date, randomBytes });
  const engine = { ask: async (policy: Policy) => (asked.push(policy), { rows: [] }) as unknown as Result };
  const bindings = [
    ...queryRoutes({ engine, assertMayAsk: dashboards.assertMayAsk }),
    ...dashboardRoutes(dashboards),
    ...embedRoutes({ settings: identity.embed, keysOf: identity.embedKeysOf, dashboards, clock: Date, randomBytes }),
    ...outsideRoutes(identity.outside),
    ...keyRoutes(identity),
    ...eventRoutes({
      warehouse: { ask: () => Promise.reject(new Error('the warehouse was asked')) } as never,
      clock: Date,
      maskSalt: (async () => '') as never,
    }),
  ];
  const editor = principalFor('person', workspaceId, 'p', ['admin']);
  const edge = await serveBindings(
    bindings,
    {},
    {
      authenticateBearer: async (token, workspace, source) =>
        token === 'editor' ? editor : identity.authenticateBearer(token, workspace, source),
    },
  );
  ask = edge.ask;
  close = async () => {
    await edge.close();
    await identity.close();
    await closeCatalog();
  };
  const made = await ask<{ dashboard: DashboardAnswer }>('editor', 'POST', '/api/analytics/dashboards', {
    name: 'Board',
    panels: [
      { id: 'p1', query: trend },
      { id: 'p2', query: total },
    ],
  });
  expect(made.status).toBe(201);
  boardId = made.body.dashboard.id;
});
afterAll(() => close());

const tokenFor = async (more: object = {}): Promise<string> => {
  const { status, body } = await ask<{ token: string }>('editor', 'POST', '/api/analytics/embed-tokens', {
    dashboards: [boardId],
    ...more,
  });
  expect(status).toBe(200);
  return body.token;
};

test('without a secret no token can be signed; the secret is shown once', async () => {
  const refused = await ask('editor', 'POST', '/api/analytics/embed-tokens', { dashboards: [boardId] });
  expect([refused.status, refused.body['code']]).toEqual([409, 'CONFLICT']);
  const made = await ask<{ secret: string }>('editor', 'POST', '/api/admin/embed/secret', {});
  expect(made.body.secret).toMatch(/^bw_e_/);
  const read = await ask('editor', 'GET', '/api/admin/embed');
  expect(read.body).toMatchObject({ embed: { workspaceId, secretPrefix: made.body.secret.slice(0, 9), jwksUrl: null, frameOrigins: [] } });
  expect(JSON.stringify(read.body)).not.toContain(made.body.secret.slice(9));
});

test('a token signed here reads its dashboard with its panels, and asks what they ask under its rows', async () => {
  const rows = [{ field: 'properties.tenant', is: ['t1'] }];
  const token = await tokenFor({ panels: ['p2'], rows });
  const read = await ask<{ dashboard: DashboardAnswer }>(token, 'GET', `/api/analytics/dashboards/${boardId}`);
  expect(read.body.dashboard.panels.map((panel) => panel.id)).toEqual(['p2']);
  expect((await ask(token, 'POST', '/api/analytics/query', total)).status).toBe(200);
  expect(asked.at(-1)).toMatchObject({ workspaceId, rules: { events: { rows, masks: [] } } });
  const before = asked.length;
  for (const query of [trend, { ...total, by: ['user'] }, { ...total, where: [{ field: 'name', is: ['x'] }] }])
    expect((await ask(token, 'POST', '/api/analytics/query', query)).body).toMatchObject({ status: 403, code: 'FORBIDDEN' });
  expect(asked).toHaveLength(before);
});

test('every other route is closed to it, those that its permissions would open too', async () => {
  const token = await tokenFor();
  for (const [method, path, body] of [
    ['GET', '/api/analytics/dashboards', undefined],
    ['POST', '/api/analytics/dashboards', { name: 'Mine' }],
    ['PUT', `/api/analytics/dashboards/${boardId}`, { name: 'Mine' }],
    ['DELETE', `/api/analytics/dashboards/${boardId}`, undefined],
    ['GET', '/api/analytics/events', undefined],
    ['POST', '/api/analytics/embed-tokens', { dashboards: [boardId] }],
    ['GET', '/api/admin/embed', undefined],
    ['GET', '/api/admin/keys', undefined],
    ['POST', '/api/admin/keys', { kind: 'api', name: 'Mine' }],
    ['GET', '/api/account/tokens', undefined],
    ['GET', '/api/admin/outside', undefined],
  ] as const)
    expect([method, path, (await ask(token, method, path, body)).status]).toEqual([method, path, 403]);
  expect((await ask(token, 'GET', '/api/analytics/dashboards/d_other')).status).toBe(404);
});

test('a token cannot name what is not there, nor be made too long', async () => {
  const sign = async (body: object) =>
    (await ask('editor', 'POST', '/api/analytics/embed-tokens', { dashboards: [boardId], ...body })).body['code'];
  expect(await sign({ dashboards: ['d_none'] })).toBe('NOT_FOUND');
  expect(await sign({ panels: ['none'] })).toBe('NOT_FOUND');
  expect(await sign({ rows: [{ field: 'nonsense', is: ['x'] }] })).toBe('FIELD_UNKNOWN');
  expect(await sign({ expiresInSeconds: 24 * 3_600 + 1 })).toBe('REQUEST_INVALID');
  const rows = [{ field: 'user', is: Array.from({ length: 100 }, (_, i) => `${i}`.padEnd(100, 'x')) }];
  expect(await sign({ rows })).toBe('REQUEST_INVALID');
});

test('a dashboard is replaced only by who says which version they read', async () => {
  const path = `/api/analytics/dashboards/${boardId}`;
  const body = { name: 'Board', panels: [{ id: 'p1', query: trend }] };
  expect((await ask('editor', 'PUT', path, body)).body['code']).toBe('REQUEST_INVALID');
  expect((await ask('editor', 'PUT', path, body, { 'if-match': '"7"' })).body['code']).toBe('CONFLICT');
  const token = await tokenFor({ panels: ['p2'] });
  expect((await ask(token, 'POST', '/api/analytics/query', total)).status).toBe(200);
  expect((await ask('editor', 'PUT', path, body, { 'if-match': '"1"' })).body).toMatchObject({ dashboard: { version: 2 } });
  expect((await ask(token, 'POST', '/api/analytics/query', total)).status).toBe(403);
});

test('how tokens of another application are taken is set without showing its secret', async () => {
  const body = {
    algorithm: 'HS256',
    secret: 'a secret that both applications know',
    claims: [{ claim: 'client_id', field: 'properties.client_id' }],
  };
  const set = await ask('editor', 'PUT', '/api/admin/outside', body);
  expect(set.body).toMatchObject({
    outside: { algorithm: 'HS256', jwksUrl: null, claims: body.claims, seesAll: null, permissions: ['ask'] },
  });
  expect(JSON.stringify([set.body, (await ask('editor', 'GET', '/api/admin/outside')).body])).not.toContain(body.secret);
  const wrong = await ask('editor', 'PUT', '/api/admin/outside', { ...body, claims: [{ claim: 'client_id', field: 'nonsense' }] });
  expect(wrong.body['code']).toBe('FIELD_UNKNOWN');
  expect((await ask('editor', 'DELETE', '/api/admin/outside')).status).toBe(204);
  expect((await ask('editor', 'GET', '/api/admin/outside')).body).toEqual({ outside: null });
});
