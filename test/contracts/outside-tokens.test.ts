/** Tokens of another application on both catalogs: whom they let in, what their claims show, and when they end. */
import { SignJWT, type JWTPayload } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { outsideBody } from '../../src/shared/contract/outside.ts';
import { permissionsByScope } from '../../src/shared/model/permission.ts';
import type { DatasetRules } from '../../src/shared/model/policy.ts';
import type { Ended } from '../../src/server/identity/ended.ts';
import type { Identity } from '../../src/server/identity/identity.ts';
import type { Principal } from '../../src/server/identity/principal.ts';
import { credentialWorld } from '../fixtures/credential-world.ts';
import { describeOnEachCatalog } from '../fixtures/each-catalog.ts';
import { startKeyServer, type KeyServer } from '../fixtures/key-server.ts';
import { principalFor } from '../fixtures/principals.ts';

const hourMs = 3_600_000;
const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const hs256 = (secret: string, claims: JWTPayload, header: Record<string, unknown> = {}): Promise<string> =>
  new SignJWT(claims).setProtectedHeader({ alg: 'HS256', ...header }).sign(Buffer.from(secret));

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

describeOnEachCatalog('tokens of another application', (place) => {
  const world = credentialWorld(place);
  let identity: Identity;
  let workspaceId: string;
  let owner: Principal;
  let told: Ended[];
  beforeEach(async () => {
    ({ identity, workspaceId, owner, told } = await world.fresh());
  });
  afterEach(() => identity.close());

  const seconds = (): number => Math.floor(world.nowMs / 1_000);
  const come = (token: string, origin: string | null = null, workspace: string | null = null, by = identity) =>
    by.authenticateBearer(token, workspace, { origin, address: '192.0.2.1' });
  const shared = 'a secret that both applications know';
  const claims = [{ claim: 'client_id', field: 'properties.client_id' }];
  const trust = (more: Record<string, unknown> = {}, workspace = workspaceId): Promise<unknown> =>
    identity.outside.set(
      world.ownerOf(workspace),
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
      expect([missing, await come(await hs256(shared, of(missing as JWTPayload)))]).toEqual([missing, null]);
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
    world.nowMs += 600_000;
    expect(await come(token)).toBeNull();
    world.nowMs += 24 * hourMs - 600_001;
    expect(await come(endless)).not.toBeNull();
    world.nowMs += 1;
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
    world.nowMs += 30_000;
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
    world.nowMs += 11 * 60_000;
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
    world.nowMs += hourMs;
    expect(await come(await server.sign('rsa', of()))).not.toBeNull();
    world.nowMs += 24 * hourMs;
    expect(await come(await server.sign('rsa', of()))).toBeNull();
    server.isUp = true;
    world.nowMs += 30_000;
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
    await world.insertWorkspace('ws_other');
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
    const other = await world.openAnother();
    expect([await come(token), await come(token, null, null, other.identity)]).not.toContain(null);
    await trust({ secret: 'quite another secret of this length' });
    expect(await come(token)).toBeNull();
    world.nowMs += 1_000;
    expect(await come(token, null, null, other.identity)).toBeNull();
    const renewed = await hs256('quite another secret of this length', of());
    await trust({ secret: undefined });
    expect(await come(renewed)).not.toBeNull();
    await identity.outside.remove(owner);
    expect(await come(renewed)).toBeNull();
    expect(told).toEqual(Array.from({ length: 4 }, () => ({ workspaceId })));
    await expect(identity.outside.remove(owner)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await other.close();
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
    expect(JSON.stringify(await world.catalog.db.selectFrom('outside_settings').selectAll().execute())).not.toContain(shared);
    const withoutSecret = outsideBody.parse({ algorithm: 'HS256', claims });
    await world.insertWorkspace('ws_other');
    await expect(identity.outside.set(world.ownerOf('ws_other'), withoutSecret)).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
    const inside = outsideBody.parse({ algorithm: 'RS256', jwksUrl: 'http://10.0.0.1/jwks', claims });
    await expect(identity.outside.set(owner, inside)).rejects.toMatchObject({ code: 'OUTBOUND_FORBIDDEN' });
  });
});
