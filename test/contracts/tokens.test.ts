/** Signed tokens on both catalogs: embed tokens of a workspace, and those that another application signs for its own users. */
import { createHmac, randomBytes } from 'node:crypto';
import { SignJWT, type JWTPayload } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { outsideBody } from '../../src/shared/contract/outside.ts';
import { permissionsByScope } from '../../src/shared/model/permission.ts';
import type { DatasetRules } from '../../src/shared/model/policy.ts';
import { createGuardedHttp } from '../../src/server/adapters/guarded-http/guarded-http.ts';
import type { Catalog } from '../../src/server/catalog/schema.ts';
import type { Ended } from '../../src/server/identity/ended.ts';
import { createIdentity, type Identity } from '../../src/server/identity/identity.ts';
import type { Principal } from '../../src/server/identity/principal.ts';
import { signEmbedToken } from '../../src/server/identity/tokens/embed-token.ts';
import { describeOnEachCatalog, type CatalogPlace } from '../fixtures/each-catalog.ts';
import { startKeyServer, type KeyServer } from '../fixtures/key-server.ts';
import { principalFor } from '../fixtures/principals.ts';
import { silentLog } from '../fixtures/silent-log.ts';

const hourMs = 3_600_000;
const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

let workspaces = 0;
let keyServer: KeyServer;
let otherServer: KeyServer;
beforeAll(async () => {
  [keyServer, otherServer] = [await startKeyServer(), await startKeyServer()];
  await keyServer.addKey('rsa', 'RS256');
  await keyServer.addKey('ec', 'ES256');
  await otherServer.addKey('rsa', 'RS256');
});
afterAll(async () => {
  await keyServer.close();
  await otherServer.close();
});

describeOnEachCatalog('signed tokens', (place) => {
  let at: CatalogPlace;
  let catalog: Catalog;
  let identity: Identity;
  let nowMs: number;
  let workspaceId: string;
  let owner: Principal;
  let told: Ended[];

  const identityOn = (on: Catalog): Identity =>
    createIdentity({
      catalog: on,
      secret: 'a secret of at least thirty-two characters',
      previousSecrets: [],
      localOwnerToken: 'bw_l_local-owner-token-of-this-start',
      publicUrl: null,
      clock: { now: () => nowMs },
      randomBytes,
      outbound: createGuardedHttp({ allow: ['127.0.0.1'] }),
      log: silentLog,
    });
  const ownerOf = (workspace: string): Principal => principalFor('local-owner', workspace, 'local-owner', ['admin'], { isOperator: true });
  const seconds = (): number => Math.floor(nowMs / 1_000);
  const hs256 = (secret: string, claims: JWTPayload, header: Record<string, unknown> = {}): Promise<string> =>
    new SignJWT(claims).setProtectedHeader({ alg: 'HS256', ...header }).sign(Buffer.from(secret));
  const come = (token: string, origin: string | null = null, workspace: string | null = null, by = identity) =>
    by.authenticateBearer(token, workspace, { origin, address: '192.0.2.1' });
  const insertWorkspace = async (id: string): Promise<void> => {
    await catalog.db.insertInto('workspaces').values({ id, name: id, created_at: nowMs, settings: '{}' }).execute();
  };

  beforeAll(async () => {
    at = await place();
    catalog = await at.open();
  });
  afterAll(() => catalog.close());
  beforeEach(async () => {
    nowMs = Date.parse('2026-03-01T12:00:00Z');
    workspaceId = `ws_${++workspaces}`;
    await catalog.db.deleteFrom('workspaces').execute();
    await insertWorkspace(workspaceId);
    owner = ownerOf(workspaceId);
    identity = identityOn(catalog);
    told = [];
    identity.onCredentialsEnd((ended) => told.push(ended));
  });
  afterEach(() => identity.close());

  describe('embed tokens', () => {
    let secret: string;
    beforeEach(async () => {
      ({ secret } = await identity.embed.rotateSecret(owner, 0));
    });
    const claimsOf = (more: JWTPayload = {}): JWTPayload => ({
      aud: 'bellwether:embed',
      ws: workspaceId,
      dashboards: ['d_1'],
      exp: seconds() + 600,
      ...more,
    });
    const embed = (more: JWTPayload = {}): Promise<string> => hs256(secret, claimsOf(more));

    test('say what their holder may see, and nothing else is allowed', async () => {
      const rows = [{ field: 'properties.tenant', is: ['t1'] }];
      const masks = [{ field: 'user', as: 'hash' as const }];
      expect(await come(await embed({ panels: ['p1'], rows, masks, jti: 'one' }))).toEqual({
        kind: 'embed',
        workspaceId,
        id: 'embed:one',
        permissions: new Set(['events:read', 'dashboards:read']),
        isOperator: false,
        policy: { workspaceId, name: expect.stringMatching(/^embed:[0-9a-f]{8}$/), rules: { events: { rows, masks } } },
        embed: { dashboards: ['d_1'], panels: ['p1'] },
        expiresMs: nowMs + 600_000,
      });
      const plain = await come(await embed());
      expect(plain).toMatchObject({ embed: { dashboards: ['d_1'], panels: null }, policy: { name: 'embed', rules: {} } });
      expect(plain?.id).toMatch(/^embed:[0-9a-f]{16}$/);
      expect(await identity.authenticateWriteKey(await embed())).toBeNull();
    });

    test('with equal limits share a policy, and so their answers', async () => {
      const rows = [{ field: 'properties.tenant', is: ['t1'] }];
      const [one, two] = [await come(await embed({ rows, jti: '1' })), await come(await embed({ rows, jti: '2' }))];
      expect(one?.policy).toEqual(two?.policy);
      const other = await come(await embed({ rows: [{ field: 'properties.tenant', is: ['t2'] }] }));
      expect(other?.policy.name).not.toBe(one?.policy.name);
    });

    test('that are expired, too early, too long-lived or without an end are refused', async () => {
      const token = await embed({ exp: seconds() + 10 });
      expect(await come(token)).not.toBeNull();
      nowMs += 10_000;
      expect(await come(token)).toBeNull();
      const early = await embed({ nbf: seconds() + 60 });
      expect(await come(early)).toBeNull();
      nowMs += 60_000;
      expect(await come(early)).not.toBeNull();
      for (const wrong of [
        { exp: undefined },
        { exp: String(seconds() + 60) },
        { exp: seconds() - 1 },
        { exp: seconds() + 24 * 3_600 + 120 },
        { iat: seconds() - 23 * 3_600, exp: seconds() + 2 * 3_600 },
        { exp: 1e300 },
      ])
        expect(await come(await embed(wrong as JWTPayload)), JSON.stringify(wrong)).toBeNull();
      expect(await come(await embed({ exp: seconds() + 24 * 3_600 }))).not.toBeNull();
    });

    test('with another audience or workspace, or a claim that is missing, malformed or not known, are refused', async () => {
      await insertWorkspace('ws_other');
      for (const wrong of [
        { aud: 'other' },
        { aud: ['bellwether:embed', 'other'] },
        { aud: undefined },
        { ws: 'ws_other' },
        { ws: 'ws_none' },
        { ws: undefined },
        { ws: { $ne: '' } },
        { dashboards: [] },
        { dashboards: undefined },
        { dashboards: '*' },
        { dashboards: ['d_1', 5] },
        { panels: [] },
        { rows: [{ field: 'user', equals: 'x' }] },
        { rows: 'none' },
        { row: [{ field: 'user', is: ['x'] }] },
        { masks: [{ field: 'user', as: 'show' }] },
        { permissions: ['admin'] },
        { origin: '*' },
        { jti: 'x'.repeat(101) },
      ])
        expect(await come(await embed(wrong as unknown as JWTPayload)), JSON.stringify(wrong)).toBeNull();
    });

    test('of one workspace are worth nothing in another', async () => {
      await insertWorkspace('ws_other');
      const { secret: theirs } = await identity.embed.rotateSecret(ownerOf('ws_other'), 0);
      expect(await come(await hs256(theirs, claimsOf()))).toBeNull();
      expect(await come(await hs256(secret, claimsOf({ ws: 'ws_other' })))).toBeNull();
      expect(await come(await hs256(theirs, claimsOf({ ws: 'ws_other' })))).toMatchObject({ workspaceId: 'ws_other' });
      expect(await come(await embed(), null, 'ws_other')).toMatchObject({ workspaceId });
    });

    test('that were tampered with are refused', async () => {
      const [head, body, signature] = (await embed()).split('.') as [string, string, string];
      const stronger = base64(claimsOf({ dashboards: ['d_2'] }));
      const none = base64({ alg: 'none' });
      const sign = (content: string, digestName: string) => createHmac(digestName, secret).update(content).digest('base64url');
      for (const token of [
        `${head}.${stronger}.${signature}`,
        `${none}.${body}.${signature}`,
        `${none}.${body}.`,
        `${none}.${body}.x`,
        `${base64({ alg: 'NONE' })}.${body}.x`,
        `${head}.${body}.`,
        `${head}.${body}.${signature.slice(0, -2)}`,
        `${head}.${body}.${signature}.${signature}`,
        `${base64({ alg: 'HS512' })}.${body}.${sign(`${base64({ alg: 'HS512' })}.${body}`, 'sha512')}`,
        `${base64({ alg: 'HS256', crit: ['x'], x: 1 })}.${body}.${sign(`${base64({ alg: 'HS256', crit: ['x'], x: 1 })}.${body}`, 'sha256')}`,
        `${head}.${Buffer.from('[]').toString('base64url')}.${signature}`,
        `${head}.${Buffer.from('null').toString('base64url')}.${signature}`,
        `${head}.${body}.${createHmac('sha256', '').update(`${head}.${body}`).digest('base64url')}`,
      ])
        expect(await come(token), token).toBeNull();
    });

    test('of any size and garble are refused without harm', async () => {
      expect(await come(await embed({ rows: [{ field: 'user', is: ['x'.repeat(4_000)] }] }))).not.toBeNull();
      expect(await come(await embed({ rows: [1, 2, 3].map(() => ({ field: 'user', is: ['x'.repeat(4_000)] })) }))).toBeNull();
      const deep = `${'['.repeat(3_000)}${']'.repeat(3_000)}`;
      const body = Buffer.from(`{"aud":"bellwether:embed","ws":"${workspaceId}","rows":${deep}}`).toString('base64url');
      const nested = `{"not":`.repeat(700) + `{"any":[]}` + '}'.repeat(700);
      for (const garbage of [
        `${base64({ alg: 'HS256' })}.${body}.x`,
        await hs256(secret, claimsOf({ rows: [JSON.parse(nested) as unknown] })),
        'eyJ.eyJ.eyJ',
        `${base64({ alg: 'HS256', kid: { a: 1 } })}.${base64(claimsOf())}.x`,
        `ey${'A'.repeat(100_000)}.a.b`,
      ])
        expect(await come(garbage)).toBeNull();
    });

    test('may be bound to one page', async () => {
      const token = await embed({ origin: 'https://app.example.com' });
      expect(await come(token, 'https://app.example.com')).not.toBeNull();
      for (const origin of ['https://app.example.com.evil.test', 'http://app.example.com', 'null', null])
        expect(await come(token, origin)).toBeNull();
    });

    test('the secret before works until the overlap ends; without a secret nothing does, and sockets are asked again', async () => {
      const old = await embed({ exp: seconds() + 20 * 3_600 });
      const { secret: second, state } = await identity.embed.rotateSecret(owner, 2);
      expect(second).toMatch(/^bw_e_[\w-]{64}$/);
      expect(state).toMatchObject({ secretPrefix: second.slice(0, 9), previousUntilMs: nowMs + 2 * hourMs });
      expect([await come(old), await come(await hs256(second, claimsOf()))]).not.toContain(null);
      nowMs += 2 * hourMs;
      expect(await come(old)).toBeNull();
      expect((await identity.embed.read(workspaceId)).previousUntilMs).toBeNull();
      const fresh = await hs256(second, claimsOf());
      expect(await come(fresh)).not.toBeNull();
      await identity.embed.deleteSecret(owner);
      expect(await come(fresh)).toBeNull();
      expect(told).toEqual([{ workspaceId }, { workspaceId }, { workspaceId }]);
      await expect(identity.embed.deleteSecret(owner)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      expect(JSON.stringify(await catalog.db.selectFrom('embed_settings').selectAll().execute())).not.toContain(second.slice(9));
    });

    test('a secret rotated on another node ends tokens within a second', async () => {
      const token = await embed();
      expect(await come(token)).not.toBeNull();
      const otherCatalog = await at.open();
      const other = identityOn(otherCatalog);
      await other.embed.rotateSecret(owner, 0);
      nowMs += 1_000;
      expect(await come(token)).toBeNull();
      await other.close();
      await otherCatalog.close();
    });

    test('may be signed by published keys, and then by no secret made of them', async () => {
      expect(await come(await keyServer.sign('rsa', claimsOf()))).toBeNull();
      await identity.embed.change(owner, { jwksUrl: keyServer.url });
      expect(await come(await keyServer.sign('rsa', claimsOf()))).toMatchObject({ kind: 'embed', workspaceId });
      expect(await come(await keyServer.sign('ec', claimsOf()))).not.toBeNull();
      expect(await come(await otherServer.sign('rsa', claimsOf()))).toBeNull();
      const published = keyServer.published.find((each) => each.kid === 'rsa')!;
      for (const asSecret of [published.n!, JSON.stringify(published), Buffer.from(published.n!, 'base64url').toString('latin1')])
        expect(await come(await hs256(asSecret, claimsOf(), { kid: 'rsa' }))).toBeNull();
    });

    test('only who may see everything that they can show gets the secret', async () => {
      const rules: DatasetRules = { events: { rows: [{ field: 'properties.country', is: ['DE'] }], masks: [] } };
      const limited = principalFor('api-key', workspaceId, 'k', ['admin'], { policy: { workspaceId, name: 'x', rules } });
      const clerk = principalFor('api-key', workspaceId, 'k', ['keys:manage']);
      for (const principal of [limited, clerk]) {
        await expect(identity.embed.rotateSecret(principal, 1)).rejects.toMatchObject({ code: 'FORBIDDEN' });
        await expect(identity.embed.change(principal, { jwksUrl: keyServer.url })).rejects.toMatchObject({ code: 'FORBIDDEN' });
      }
      await expect(identity.embed.change(owner, { jwksUrl: 'http://169.254.169.254/jwks' })).rejects.toMatchObject({
        code: 'OUTBOUND_FORBIDDEN',
      });
    });

    test('signed here show at most what their signer sees', async () => {
      const rules: DatasetRules = {
        events: { rows: [{ field: 'properties.country', is: ['DE'] }], masks: [{ field: 'user', as: 'hide' }] },
      };
      const limited = principalFor('api-key', workspaceId, 'k', ['admin'], { policy: { workspaceId, name: 'x', rules } });
      const wanted = { dashboards: ['d_1'], rows: [{ field: 'name', is: ['purchase'] }], masks: [{ field: 'user', as: 'hash' as const }] };
      const signing = { nowMs, expiresInSeconds: 60, randomBytes };
      const { token, expiresMs } = await signEmbedToken(limited, await identity.embedKeysOf(workspaceId), wanted, signing);
      expect(expiresMs).toBe(nowMs + 60_000);
      expect((await come(token))?.policy.rules).toEqual({
        events: { rows: [{ field: 'name', is: ['purchase'] }, rules.events!.rows[0]], masks: [{ field: 'user', as: 'hide' }] },
      });
      const foreign = principalFor('api-key', workspaceId, 'k', ['admin'], {
        policy: { workspaceId, name: 'x', rules: { orders: { rows: [{ any: [] }], masks: [] } } },
      });
      await expect(signEmbedToken(foreign, await identity.embedKeysOf(workspaceId), wanted, signing)).rejects.toMatchObject({
        code: 'FORBIDDEN',
      });
      await identity.embed.deleteSecret(owner);
      await expect(signEmbedToken(owner, await identity.embedKeysOf(workspaceId), wanted, signing)).rejects.toMatchObject({
        code: 'CONFLICT',
      });
    });
  });

  describe('tokens of another application', () => {
    const shared = 'a secret that both applications know';
    const claims = [{ claim: 'client_id', field: 'properties.client_id' }];
    const trust = (more: Record<string, unknown> = {}, workspace = workspaceId): Promise<unknown> =>
      identity.outside.set(
        ownerOf(workspace),
        outsideBody.parse(JSON.parse(JSON.stringify({ algorithm: 'HS256', secret: shared, claims, ...more }))),
      );
    const byJwks = (more: Record<string, unknown> = {}): Promise<unknown> =>
      trust({ algorithm: 'RS256', secret: undefined, jwksUrl: keyServer.url, ...more });
    const of = (more: JWTPayload = {}): JWTPayload => ({ sub: 'user-1', client_id: 'c1', exp: seconds() + 600, ...more });
    const rowsOf = async (token: string): Promise<unknown> => (await come(token))?.policy.rules.events?.rows ?? null;

    test('are let in by the shared secret, and a claim becomes a row filter', async () => {
      expect(await come(await hs256(shared, of()))).toBeNull();
      await trust();
      const principal = await come(await hs256(shared, of()));
      expect(principal).toMatchObject({
        kind: 'outside',
        workspaceId,
        isOperator: false,
        permissions: new Set(permissionsByScope.ask),
        policy: {
          workspaceId,
          name: 'outside:client_id=c1',
          rules: { events: { rows: [{ field: 'properties.client_id', is: ['c1'] }], masks: [] } },
        },
      });
      expect(principal?.id).toMatch(/^outside:[0-9a-f]{16}$/);
      expect((await come(await hs256(shared, of({ sub: 'user-2' }))))?.id).not.toBe(principal?.id);
      expect(await come(await hs256('another secret of the same length!!!', of()))).toBeNull();
    });

    test('a claim may be text, a number, a list or lie in an object; all claims must be there', async () => {
      await trust({
        claims: [
          { claim: 'client_id', field: 'properties.client_id' },
          { claim: 'app.region', field: 'properties.region' },
          { claim: 'https://x.example/team', field: 'properties.team' },
        ],
      });
      const full = { client_id: ['c1', 'c2'], app: { region: 7 }, 'https://x.example/team': 'blue' };
      expect(await rowsOf(await hs256(shared, of(full)))).toEqual([
        { field: 'properties.client_id', is: ['c1', 'c2'] },
        { field: 'properties.region', is: [7] },
        { field: 'properties.team', is: ['blue'] },
      ]);
      for (const missing of [
        { ...full, client_id: undefined },
        { ...full, client_id: null },
        { ...full, client_id: '' },
        { ...full, client_id: [] },
        { ...full, client_id: ['c1', null] },
        { ...full, client_id: { is: 'c1' } },
        { ...full, app: {} },
        { ...full, app: 'region' },
        { ...full, app: [{ region: 7 }] },
        { ...full, 'https://x.example/team': undefined },
      ])
        expect(await come(await hs256(shared, of(missing as JWTPayload))), JSON.stringify(missing)).toBeNull();
    });

    test('an operator of the other application sees all where that is allowed, and only by the values that say so', async () => {
      await trust({ seesAll: { claim: 'role', is: ['operator', 'admin'] } });
      for (const role of ['operator', ['user', 'admin']])
        expect(await come(await hs256(shared, of({ role, client_id: undefined })))).toMatchObject({
          isOperator: false,
          policy: { name: 'outside', rules: {} },
        });
      expect(await rowsOf(await hs256(shared, of({ role: 'user' })))).toEqual([{ field: 'properties.client_id', is: ['c1'] }]);
      for (const role of ['user', 'Operator', true, undefined, { is: 'operator' }, ['operators'], [['operator']]])
        expect(await come(await hs256(shared, of({ role, client_id: undefined } as JWTPayload)))).toBeNull();
      await trust({ seesAll: null });
      expect(await come(await hs256(shared, of({ role: 'operator', client_id: undefined })))).toBeNull();
    });

    test('end at their end; without one a day after they were issued; without either they are refused', async () => {
      await trust();
      const token = await hs256(shared, of());
      const endless = await hs256(shared, of({ exp: undefined, iat: seconds() }));
      expect([await come(token), await come(endless)]).not.toContain(null);
      nowMs += 600_000;
      expect(await come(token)).toBeNull();
      nowMs += 24 * hourMs - 600_001;
      expect(await come(endless)).not.toBeNull();
      nowMs += 1;
      expect(await come(endless)).toBeNull();
      expect(await come(await hs256(shared, of({ exp: undefined })))).toBeNull();
      expect(await come(await hs256(shared, of({ exp: 'never' as unknown as number })))).toBeNull();
      expect(await come(await hs256(shared, of({ nbf: seconds() + 60 })))).toBeNull();
    });

    test('issuer and audience must be those that were set', async () => {
      await trust({ issuer: 'https://auth.example', audience: 'stats' });
      expect(await come(await hs256(shared, of({ iss: 'https://auth.example', aud: ['app', 'stats'] })))).not.toBeNull();
      for (const wrong of [
        {},
        { iss: 'https://auth.example' },
        { iss: 'https://auth.example/', aud: 'stats' },
        { iss: ['https://auth.example'], aud: 'stats' },
      ])
        expect(await come(await hs256(shared, of(wrong as JWTPayload)))).toBeNull();
    });

    test('published keys are fetched once, and again when a token names one that is new', async () => {
      await byJwks();
      const before = keyServer.calls();
      expect(await rowsOf(await keyServer.sign('rsa', of()))).toEqual([{ field: 'properties.client_id', is: ['c1'] }]);
      expect(await come(await keyServer.sign('rsa', of({ sub: 'user-2' })))).not.toBeNull();
      expect(await come(await keyServer.sign('ec', of()))).toBeNull();
      expect(keyServer.calls() - before).toBe(1);
      await keyServer.addKey('next', 'RS256');
      nowMs += 30_000;
      const next = await keyServer.sign('next', of());
      expect(await come(next)).not.toBeNull();
      expect(keyServer.calls() - before).toBe(2);
      for (const kid of ['../../etc/passwd', "' or 1=1", 'https://evil.test/jwks', '', 'x'.repeat(500)])
        expect(
          await come(await keyServer.sign('rsa', of(), { kid, jku: otherServer.url, x5u: otherServer.url, jwk: otherServer.published[0] })),
        ).toBeNull();
      expect(keyServer.calls() - before).toBe(2);
      expect(otherServer.calls()).toBe(0);
      keyServer.removeKey('next');
      nowMs += 11 * 60_000;
      expect(await come(await keyServer.sign('next', of()))).toBeNull();
      expect(await come(await keyServer.sign('rsa', of()))).not.toBeNull();
    });

    test('keys once known outlive an outage of who publishes them, and a key that cannot verify is no key', async () => {
      const server = await startKeyServer();
      await server.addKey('rsa', 'RS256');
      await server.addKey('encryption', 'RS256');
      server.published[1]!.use = 'enc';
      server.published.push({ kty: 'oct', kid: 'shared', k: Buffer.from(shared).toString('base64url'), alg: 'HS256' });
      await byJwks({ jwksUrl: server.url });
      expect(await come(await server.sign('rsa', of()))).not.toBeNull();
      expect(await come(await server.sign('encryption', of()))).toBeNull();
      expect(await come(await hs256(shared, of(), { kid: 'shared' }))).toBeNull();
      server.isUp = false;
      nowMs += hourMs;
      expect(await come(await server.sign('rsa', of()))).not.toBeNull();
      nowMs += 24 * hourMs;
      expect(await come(await server.sign('rsa', of()))).toBeNull();
      server.isUp = true;
      nowMs += 30_000;
      expect(await come(await server.sign('rsa', of()))).not.toBeNull();
      await server.close();
    });

    test('the algorithm is the one that was set, whatever the token says', async () => {
      await byJwks();
      const published = keyServer.published.find((each) => each.kid === 'rsa')!;
      for (const asSecret of [shared, published.n!, JSON.stringify(published)])
        expect(await come(await hs256(asSecret, of(), { kid: 'rsa' }))).toBeNull();
      const [, body] = (await keyServer.sign('rsa', of())).split('.');
      expect(await come(`${base64({ alg: 'none', kid: 'rsa' })}.${body}.x`)).toBeNull();
      await trust();
      expect(await come(await keyServer.sign('rsa', of()))).toBeNull();
    });

    test('two workspaces that trust the same signer equally are told apart by the header, or by what they ask', async () => {
      await insertWorkspace('ws_other');
      await trust();
      await trust({}, 'ws_other');
      const token = await hs256(shared, of());
      expect(await come(token)).toBeNull();
      expect(await come(token, null, 'ws_other')).toMatchObject({ workspaceId: 'ws_other' });
      expect(await come(token, null, workspaceId)).toMatchObject({ workspaceId });
      expect(await come(token, null, 'ws_none')).toBeNull();
      await trust({ audience: 'other' }, 'ws_other');
      expect(await come(token)).toMatchObject({ workspaceId });
      expect(await come(await hs256(shared, of({ aud: 'other' })))).toMatchObject({ workspaceId: 'ws_other' });
    });

    test('a changed or removed setting ends them at once here, within a second elsewhere, and sockets are asked again', async () => {
      await trust();
      const token = await hs256(shared, of());
      const otherCatalog = await at.open();
      const other = identityOn(otherCatalog);
      expect([await come(token), await come(token, null, null, other)]).not.toContain(null);
      await trust({ secret: 'quite another secret of this length' });
      expect(await come(token)).toBeNull();
      nowMs += 1_000;
      expect(await come(token, null, null, other)).toBeNull();
      const renewed = await hs256('quite another secret of this length', of());
      await trust({ secret: undefined });
      expect(await come(renewed)).not.toBeNull();
      await identity.outside.remove(owner);
      expect(await come(renewed)).toBeNull();
      expect(told).toEqual(Array.from({ length: 4 }, () => ({ workspaceId })));
      await expect(identity.outside.remove(owner)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await other.close();
      await otherCatalog.close();
    });

    test('nobody hands over more than they have, and the secret is not kept as it is', async () => {
      const rules: DatasetRules = { events: { rows: [{ field: 'properties.country', is: ['DE'] }], masks: [] } };
      const limited = principalFor('api-key', workspaceId, 'k', ['admin'], { policy: { workspaceId, name: 'x', rules } });
      const manager = principalFor('api-key', workspaceId, 'k', ['workspace:manage', 'events:read']);
      const wanted = outsideBody.parse({ algorithm: 'HS256', secret: shared, claims, permissions: ['events:read', 'sql:run'] });
      await expect(identity.outside.set(limited, wanted)).rejects.toMatchObject({ code: 'FORBIDDEN' });
      await expect(identity.outside.set(manager, wanted)).rejects.toMatchObject({ code: 'FORBIDDEN' });
      await identity.outside.set(manager, { ...wanted, permissions: ['events:read'] });
      expect((await come(await hs256(shared, of())))?.permissions).toEqual(new Set(['events:read']));
      expect(JSON.stringify(await catalog.db.selectFrom('outside_settings').selectAll().execute())).not.toContain(shared);
      const withoutSecret = outsideBody.parse({ algorithm: 'HS256', claims });
      await insertWorkspace('ws_other');
      await expect(identity.outside.set(ownerOf('ws_other'), withoutSecret)).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
      const inside = outsideBody.parse({ algorithm: 'RS256', jwksUrl: 'http://10.0.0.1/jwks', claims });
      await expect(identity.outside.set(owner, inside)).rejects.toMatchObject({ code: 'OUTBOUND_FORBIDDEN' });
    });
  });
});
