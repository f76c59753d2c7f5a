/** Embed tokens on both catalogs: what they say, what they are refused for, and when they end. */
import { createHmac, randomBytes } from 'node:crypto';
import { SignJWT, type JWTPayload } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { DatasetRules } from '../../src/shared/model/policy.ts';
import type { Ended } from '../../src/server/identity/ended.ts';
import type { Identity } from '../../src/server/identity/identity.ts';
import type { Principal } from '../../src/server/identity/principal.ts';
import { signEmbedToken } from '../../src/server/identity/tokens/embed-token.ts';
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

describeOnEachCatalog('embed tokens', (place) => {
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
      expiresMs: world.nowMs + 600_000,
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
    world.nowMs += 10_000;
    expect(await come(token)).toBeNull();
    const early = await embed({ nbf: seconds() + 60 });
    expect(await come(early)).toBeNull();
    world.nowMs += 60_000;
    expect(await come(early)).not.toBeNull();
    for (const wrong of [
      { exp: undefined },
      { exp: String(seconds() + 60) },
      { exp: seconds() - 1 },
      { exp: seconds() + 24 * 3_600 + 120 },
      { iat: seconds() - 23 * 3_600, exp: seconds() + 2 * 3_600 },
      { exp: 1e300 },
    ])
      expect([wrong, await come(await embed(wrong as JWTPayload))]).toEqual([wrong, null]);
    expect(await come(await embed({ exp: seconds() + 24 * 3_600 }))).not.toBeNull();
  });

  test('with another audience or workspace, or a claim that is missing, malformed or not known, are refused', async () => {
    await world.insertWorkspace('ws_other');
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
      expect([wrong, await come(await embed(wrong as unknown as JWTPayload))]).toEqual([wrong, null]);
  });

  test('of one workspace are worth nothing in another', async () => {
    await world.insertWorkspace('ws_other');
    const { secret: theirs } = await identity.embed.rotateSecret(world.ownerOf('ws_other'), 0);
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
      expect([token, await come(token)]).toEqual([token, null]);
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
    expect(state).toMatchObject({ secretPrefix: second.slice(0, 9), previousUntilMs: world.nowMs + 2 * hourMs });
    expect([await come(old), await come(await hs256(second, claimsOf()))]).not.toContain(null);
    world.nowMs += 2 * hourMs;
    expect(await come(old)).toBeNull();
    expect((await identity.embed.read(workspaceId)).previousUntilMs).toBeNull();
    const fresh = await hs256(second, claimsOf());
    expect(await come(fresh)).not.toBeNull();
    await identity.embed.deleteSecret(owner);
    expect(await come(fresh)).toBeNull();
    expect(told).toEqual([{ workspaceId }, { workspaceId }, { workspaceId }]);
    await expect(identity.embed.deleteSecret(owner)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(JSON.stringify(await world.catalog.db.selectFrom('embed_settings').selectAll().execute())).not.toContain(second.slice(9));
  });

  test('a secret rotated on another node ends tokens within a second', async () => {
    const token = await embed();
    expect(await come(token)).not.toBeNull();
    const other = await world.openAnother();
    await other.identity.embed.rotateSecret(owner, 0);
    world.nowMs += 1_000;
    expect(await come(token)).toBeNull();
    await other.close();
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
    const signing = { nowMs: world.nowMs, expiresInSeconds: 60, randomBytes };
    const { token, expiresMs } = await signEmbedToken(limited, await identity.embedKeysOf(workspaceId), wanted, signing);
    expect(expiresMs).toBe(world.nowMs + 60_000);
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
