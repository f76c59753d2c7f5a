/** Signed tokens over HTTP: bent, replayed, taken for what they are not, too late, or good and asked to do more than they may. */
import type { JsonWebKey } from 'node:crypto';
import { createPublicKey } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { embedAudience } from '../../src/shared/contract/embed.ts';
import { workspaceHeader } from '../../src/shared/contract/identity.ts';
import type { Route } from '../../src/shared/contract/route.ts';
import { permissionsByScope, type Permission } from '../../src/shared/model/permission.ts';
import { startKeyServer, type KeyServer } from '../fixtures/key-server.ts';
import { until } from '../fixtures/until.ts';
import { tryRoute, type As, type Outcome } from './attack.ts';
import { contractRoutes } from './contract-routes.ts';
import { describeOnEachWorld } from './each-world.ts';
import { forgedTokens, sign, soon, tokensOfOwnKey, tokensOfPublicKey } from './forged-tokens.ts';
import { samples } from './samples.ts';
import { marker, type World } from './world.ts';
import { deniedActions } from './world-state.ts';

const routes = await contractRoutes();
const asking = ['query', 'dashboards', 'dashboard', 'export', 'events', 'readCatalog', 'keys'].map((operation) => routes.get(operation)!);
const count = { kind: 'total', metrics: [{ aggregate: 'count' }] };
const byClient = { kind: 'breakdown', metrics: [{ aggregate: 'count', as: 'n' }], by: ['properties.client_id'], range: { last: '1d' } };
const asBearer = (token: string): As => ({ authorization: `Bearer ${token}` });

describeOnEachWorld(
  'signed tokens',
  (open) => {
    let world: World;
    let keyServer: KeyServer;
    let embedSecrets: { ours: string; theirs: string };
    const outsideSecret = `${marker} shared secret of enough length`;
    /** calls of `query` that were refused without anybody being known */
    let strangers = 0;

    beforeAll(async () => {
      world = await open();
      keyServer = await startKeyServer();
      await keyServer.addKey('rsa', 'RS256');
      embedSecrets = { ours: await rotate(world.ours.id), theirs: await rotate(world.theirs.id) };
      const { secret } = await world.operate<{ secret: string }>(world.ours.id, 'POST', '/api/admin/keys', { kind: 'write', name: 'flow' });
      const clients = ['c1', 'c1', 'c2', '{person.client}'];
      await fetch(`${world.url}/v1/events`, {
        method: 'POST',
        headers: { ...asBearer(secret), 'content-type': 'application/json' },
        body: JSON.stringify(clients.map((client_id, i) => ({ name: 'bought', user: `u${i}`, properties: { client_id } }))),
      });
      const isSettled = async () => (await world.operate<{ pending: number }>(world.ours.id, 'GET', '/api/analytics/ledger')).pending === 0;
      await until(isSettled, 'the events to be stored');
    }, 60_000);
    afterAll(() => keyServer?.close());

    const rotate = async (id: string, overlapHours = 0): Promise<string> =>
      (await world.operate<{ secret: string }>(id, 'POST', '/api/admin/embed/secret', { overlapHours })).secret;
    const embedClaims = (more: object = {}) => ({
      aud: embedAudience,
      ws: world.ours.id,
      dashboards: [world.ours.ids.dashboard],
      exp: soon(),
      ...more,
    });
    const outsideClaims = (more: object = {}) => ({ sub: 'u', client_id: 'c1', exp: soon(), ...more });
    const setOutside = (more: object, id = world.ours.id) =>
      world.operate(id, 'PUT', '/api/admin/outside', {
        algorithm: 'HS256',
        secret: outsideSecret,
        claims: [{ claim: 'client_id', field: 'properties.client_id' }],
        ...more,
      });
    const call = (operation: string, as: As): Promise<Outcome> =>
      tryRoute(world.url, routes.get(operation)!, samples[operation]!.sample(world.ours.ids), as);
    const ask = async (token: string, query: object): Promise<{ status: number; rows: unknown; text: string }> => {
      const outcome = await tryRoute(world.url, routes.get('query')!, { body: query }, asBearer(token));
      return { status: outcome.status, rows: (JSON.parse(outcome.text) as { rows?: unknown }).rows, text: outcome.text };
    };
    /** Whatever lets a token do more than be refused with a 401. */
    const mistakes = async (tokens: ReadonlyMap<string, string>, which: readonly Route[] = asking, as: As = {}): Promise<string[]> => {
      const found: string[] = [];
      for (const [what, token] of tokens) {
        for (const route of which) {
          const { status, text } = await tryRoute(world.url, route, samples[route.operation]!.sample(world.ours.ids), {
            ...asBearer(token),
            ...as,
          });
          if (route.operation === 'query') strangers++;
          if (status !== 401 || text.includes(marker)) found.push(`${what}, ${route.operation}: ${status} ${text}`);
        }
      }
      return found;
    };
    const one = (what: string, token: string): ReadonlyMap<string, string> => new Map([[what, token]]);

    test('a bent embed token opens nothing', async () => {
      expect((await ask(sign(embedSecrets.ours, embedClaims()), count)).status).toBe(200);
      expect(await mistakes(forgedTokens(embedSecrets.ours, embedClaims()))).toEqual([]);
      expect(await mistakes(await tokensOfOwnKey(embedClaims(), keyServer.url))).toEqual([]);
      expect(keyServer.calls()).toBe(0);
    }, 60_000);

    test('nor one that says what no such token may say', async () => {
      const wrong = {
        'for ever': { exp: soon() + 100 * 86_400 },
        'an end that lies in the past of the epoch': { exp: -1 },
        'another audience': { aud: 'bellwether:other' },
        'no audience': { aud: undefined },
        'several audiences': { aud: [embedAudience, 'x'] },
        'no workspace': { ws: undefined },
        'a workspace that is not there': { ws: 'w_none' },
        'a workspace that is a list': { ws: [world.ours.id, world.theirs.id] },
        'the other workspace': { ws: world.theirs.id },
        'no dashboards': { dashboards: [] },
        'dashboards that are no list': { dashboards: '*' },
        'a claim that is not known': { permissions: ['admin'] },
        'an operator': { isOperator: true },
        'rows that are a text': { rows: '1 = 1' },
        'rows with SQL in them': { rows: [{ sql: '1 = 1' }] },
        'a mask that is none': { masks: [{ field: 'user', as: 'show' }] },
        'an origin with a path': { origin: 'https://app.example/x' },
      };
      const tokens = new Map(Object.entries(wrong).map(([what, more]) => [what, sign(embedSecrets.ours, embedClaims(more))]));
      expect(await mistakes(tokens)).toEqual([]);
      const page = sign(embedSecrets.ours, embedClaims({ origin: 'https://app.example' }));
      expect(await mistakes(one('another page', page), asking, { origin: 'https://evil.example' })).toEqual([]);
      expect(await mistakes(one('no page', page))).toEqual([]);
    }, 60_000);

    test('a good one does what its contract says, and no other route of the contract', async () => {
      const token = sign(embedSecrets.ours, embedClaims());
      const closed = [...routes.values()].filter(
        (route) => route.isForEmbeds !== true && route.access !== 'public' && route.access !== 'events:write',
      );
      expect(closed.length).toBeGreaterThan(80);
      const outcomes = await Promise.all(
        closed.map(async (route) => [route.operation, (await call(route.operation, asBearer(token))).status] as const),
      );
      expect(outcomes.filter(([, status]) => status !== 403)).toEqual([]);
      expect((await call('sendEvents', asBearer(token))).status).toBe(401);
    });

    test('a good one asks the queries of its panels to the letter', async () => {
      const token = sign(embedSecrets.ours, embedClaims());
      const others: object[] = [
        byClient,
        { ...count, by: ['name'], kind: 'breakdown' },
        { ...count, where: [{ field: 'name', contains: 'b' }] },
        { ...count, range: { last: '12mo' } },
        { ...count, metrics: [{ aggregate: 'count' }, { aggregate: 'max', of: 'properties.amount' }] },
        { ...count, timezone: 'Asia/Tokyo' },
        { kind: 'table', columns: ['name', 'user'] },
      ];
      const answers = await Promise.all(others.map((query) => ask(token, query)));
      expect(answers.map(({ status }) => status)).toEqual(others.map(() => 403));
      for (const more of [{ panels: ['p2'] }, { dashboards: ['none'] }])
        expect((await ask(sign(embedSecrets.ours, embedClaims(more)), count)).status).toBe(403);
      const foreign = sign(embedSecrets.theirs, embedClaims({ ws: world.theirs.id }));
      expect((await ask(foreign, count)).status).toBe(403);
      expect((await call('dashboard', asBearer(foreign))).status).toBe(404);
      expect(JSON.stringify(answers) + (await call('dashboards', asBearer(foreign))).text).not.toContain(marker);
    });

    test('a token of one workspace stays there, whatever the headers say', async () => {
      const embed = sign(embedSecrets.theirs, embedClaims({ ws: world.theirs.id }));
      for (const headers of [{ [workspaceHeader]: world.ours.id } as As, { 'bellwether-see-as': world.ours.ids.role! }]) {
        const outcomes = await Promise.all(
          asking.map((route) =>
            tryRoute(world.url, route, samples[route.operation]!.sample(world.ours.ids), { ...asBearer(embed), ...headers }),
          ),
        );
        expect(outcomes.filter(({ text }) => text.includes(marker))).toEqual([]);
      }
      const outside = sign(outsideSecret, outsideClaims());
      expect(await mistakes(one('outside in another workspace', outside), asking, { [workspaceHeader]: world.theirs.id })).toEqual([]);
    });

    test('who sees a part signs tokens that show no more than that part', async () => {
      const { role } = await world.operate<{ role: { id: string } }>(world.ours.id, 'POST', '/api/admin/roles', {
        name: 'Of c1',
        permissions: ['events:read', 'dashboards:read', 'dashboards:share'],
        rules: { events: { rows: [{ field: 'properties.client_id', is: ['c1'] }], masks: [{ field: 'user', as: 'hide' }] } },
      });
      const { secret } = await world.operate<{ secret: string }>(world.ours.id, 'POST', '/api/admin/keys', {
        kind: 'api',
        name: 'part',
        scopes: ['events:read', 'dashboards:read', 'dashboards:share'],
        role: role.id,
      });
      const { dashboard } = await world.operate<{ dashboard: { id: string } }>(world.ours.id, 'POST', '/api/analytics/dashboards', {
        name: 'Clients',
        panels: [{ id: 'p1', title: 'Clients', query: byClient }],
      });
      const everything = { any: [{ field: 'name', exists: true }, { not: { field: 'name', exists: true } }] };
      const rows = [
        everything,
        { field: 'properties.client_id', is: ['c1', 'c2'] },
        { any: [everything, { field: 'properties.client_id', is: ['c2'] }] },
      ];
      for (const wider of [undefined, [rows[0]], [rows[1]], [rows[2]], rows]) {
        const signed = await tryRoute(
          world.url,
          routes.get('signEmbedToken')!,
          { body: { dashboards: [dashboard.id], ...(wider === undefined ? {} : { rows: wider }) } },
          asBearer(secret),
        );
        expect([signed.status, signed.text]).toEqual([200, expect.any(String)]);
        const { token } = JSON.parse(signed.text) as { token: string };
        expect((await ask(token, byClient)).rows).toEqual([['c1', 2]]);
      }
    });

    test('a bent outside token opens nothing', async () => {
      expect((await ask(sign(outsideSecret, outsideClaims()), byClient)).rows).toEqual([['c1', 2]]);
      expect(await mistakes(forgedTokens(outsideSecret, outsideClaims()))).toEqual([]);
      const wrong = {
        'no claim': { client_id: undefined },
        'an empty claim': { client_id: '' },
        'an empty list': { client_id: [] },
        'a list with nothing in it': { client_id: ['c1', null] },
        'an object': { client_id: { $ne: '' } },
        'more values than anybody needs': { client_id: Array.from({ length: 1_500 }, (_, i) => i) },
        'a claim of the prototype': { client_id: undefined, '__proto__.client_id': 'c1' },
        'an embed token by the outside secret': embedClaims(),
      };
      const tokens = new Map(Object.entries(wrong).map(([what, more]) => [what, sign(outsideSecret, outsideClaims(more))]));
      expect(await mistakes(tokens)).toEqual([]);
      expect(await mistakes(one('by the embed secret', sign(embedSecrets.ours, outsideClaims())))).toEqual([]);
    }, 60_000);

    test('what a claim says is a value, never more', async () => {
      for (const client of ["c1' OR 1=1 --", '*', '%', 'c1"]}', '\\', '{person.x}', 'c_'])
        expect([client, (await ask(sign(outsideSecret, outsideClaims({ client_id: client })), byClient)).rows]).toEqual([client, []]);
      const named = await ask(sign(outsideSecret, outsideClaims({ client_id: '{person.client}' })), byClient);
      expect(JSON.stringify(named.rows)).not.toMatch(/c1|c2/);
      const wider = await ask(
        sign(outsideSecret, outsideClaims({ rows: [], permissions: ['admin'], ws: world.theirs.id, role: 'operator' })),
        byClient,
      );
      expect(wider.rows).toEqual([['c1', 2]]);
    });

    test('a good outside token may do what its workspace says, and no other route of the contract', async () => {
      const token = sign(outsideSecret, outsideClaims());
      const allowed = new Set<string>(permissionsByScope.ask satisfies readonly Permission[]);
      const closed = [...routes.values()].filter(({ access }) => access !== 'public' && access !== 'events:write' && !allowed.has(access));
      expect(closed.length).toBeGreaterThan(60);
      const outcomes = await Promise.all(
        closed.map(async (route) => [route.operation, (await call(route.operation, asBearer(token))).status] as const),
      );
      expect(outcomes.filter(([, status]) => status !== 403)).toEqual([]);
      expect((await call('sendEvents', asBearer(token))).status).toBe(401);
    });

    test('whatever reads events shows the part of a token, and nothing of the rest', async () => {
      const token = sign(outsideSecret, outsideClaims());
      const reading = [...routes.values()].filter(
        ({ access, method }) => access === 'events:export' || (access === 'events:read' && method === 'GET'),
      );
      expect(reading.length).toBeGreaterThan(6);
      const outcomes = await Promise.all(
        reading.map(async ({ operation }) => ({ operation, ...(await call(operation, asBearer(token))) })),
      );
      expect(
        outcomes.filter(({ text }) => new RegExp(`${marker}|"c2"|"received":[0-9]`).test(text)).map(({ operation }) => operation),
      ).toEqual([]);
      expect(outcomes.find(({ operation }) => operation === 'events')?.text).toContain('"c1"');
    });

    test('a public key is no shared secret, and no header says where keys are', async () => {
      const jwks = { algorithm: 'RS256', secret: undefined, jwksUrl: keyServer.url, issuer: 'https://app.example', audience: 'analytics' };
      await setOutside(jwks);
      const claims = outsideClaims({ iss: 'https://app.example', aud: 'analytics' });
      expect((await ask(await keyServer.sign('rsa', claims), byClient)).rows).toEqual([['c1', 2]]);
      const calls = keyServer.calls();
      const jwk = keyServer.published[0]!;
      const publicKey = createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' });
      const pem = (type: 'spki' | 'pkcs1') => publicKey.export({ type, format: 'pem' }).toString();
      const written = [pem('spki'), pem('spki').trim(), pem('pkcs1'), JSON.stringify(jwk), String(jwk.n), 'AQAB'];
      expect(await mistakes(tokensOfPublicKey(written, claims, 'rsa'))).toEqual([]);
      expect(await mistakes(await tokensOfOwnKey(claims, 'http://127.0.0.1:9/keys.json'))).toEqual([]);
      const others = new Map([
        ['another issuer', await keyServer.sign('rsa', { ...claims, iss: 'https://evil.example' })],
        ['another audience', await keyServer.sign('rsa', { ...claims, aud: 'billing' })],
        ['no issuer', await keyServer.sign('rsa', outsideClaims({ aud: 'analytics' }))],
        ['an hour late', await keyServer.sign('rsa', { ...claims, exp: soon() - 4_200 })],
        ['a kid that is not there', await keyServer.sign('rsa', claims, { kid: '../rsa' })],
      ]);
      expect(await mistakes(others)).toEqual([]);
      // keys that are not there made us look once more at most, and only where the workspace said
      expect(keyServer.calls() - calls).toBeLessThanOrEqual(1);
      await setOutside({});
    }, 60_000);

    test('the secret of two workspaces lets into neither without a word which', async () => {
      await setOutside({}, world.theirs.id);
      const token = sign(outsideSecret, outsideClaims());
      expect(await mistakes(one('which workspace', token))).toEqual([]);
      expect((await call('query', { ...asBearer(token), [workspaceHeader]: world.ours.id })).status).toBe(200);
      await world.operate(world.theirs.id, 'DELETE', '/api/admin/outside');
    });

    test('a secret that was rotated or deleted signs nothing any more', async () => {
      const before = sign(embedSecrets.ours, embedClaims());
      const newer = await rotate(world.ours.id, 1);
      expect([(await ask(before, count)).status, (await ask(sign(newer, embedClaims()), count)).status]).toEqual([200, 200]);
      const newest = await rotate(world.ours.id);
      expect(
        await mistakes(
          new Map([
            ['two rotations ago', before],
            ['one rotation ago', sign(newer, embedClaims())],
          ]),
        ),
      ).toEqual([]);
      await world.operate(world.ours.id, 'DELETE', '/api/admin/embed/secret');
      expect(await mistakes(one('deleted', sign(newest, embedClaims())))).toEqual([]);
      expect(await mistakes(one('an empty secret', sign('', embedClaims())))).toEqual([]);
      const outside = sign(outsideSecret, outsideClaims());
      await setOutside({ secret: 'another secret of enough length' });
      expect(await mistakes(one('outside, changed', outside))).toEqual([]);
      await world.operate(world.ours.id, 'DELETE', '/api/admin/outside');
      expect(await mistakes(one('outside, gone', sign('another secret of enough length', outsideClaims())))).toEqual([]);
    });

    test('and every question that was refused is on the audit log', async () => {
      expect((await deniedActions(world, '')).get('query')).toBe(strangers);
    });
  },
  { OUTBOUND_ALLOW: '127.0.0.1' },
);
