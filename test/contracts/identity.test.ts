/** People, sign-in, keys and the first start, on both catalogs, through the calls that a browser and a sender make. */
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Catalog } from '../../src/server/catalog/schema.ts';
import { permissions, permissionsByScope } from '../../src/shared/model/permission.ts';
import { createIdentity, type Identity, type IdentityParts } from '../../src/server/identity/identity.ts';
import type { InitialSetup } from '../../src/server/identity/first-start.ts';
import { describeOnEachCatalog, type CatalogPlace } from '../fixtures/each-catalog.ts';
import { silentLog } from '../fixtures/silent-log.ts';

const origin = 'http://localhost:3000';
const localOwnerToken = 'local-owner-token-of-this-start';
const nothingSet: InitialSetup = { owner: null, workspaceName: 'Default', writeKey: null, apiKey: null };
const ada = { name: 'Ada', email: 'Ada@Example.com', password: 'correct horse battery' };

describeOnEachCatalog('identity', (place) => {
  let at: CatalogPlace;
  let catalog: Catalog;
  let identity: Identity;
  let nowMs: number;

  const identityOn = (on: Catalog, parts: Partial<IdentityParts> = {}): Identity =>
    createIdentity({
      catalog: on,
      secret: 'a secret of at least thirty-two characters',
      previousSecrets: [],
      localOwnerToken,
      publicUrl: null,
      webOrigins: [],
      clock: { now: () => nowMs },
      randomBytes,
      log: silentLog,
      ...parts,
    });
  beforeEach(async () => {
    nowMs = Date.now();
    at = await place();
    catalog = await at.open();
    identity = identityOn(catalog);
  });
  afterEach(async () => {
    await identity.close();
    await catalog.close();
  });

  const post = (
    path: string,
    body: object,
    headers: Record<string, string> = {},
    by: Identity = identity,
    address = '192.0.2.1',
  ): Promise<Response> =>
    by.authHandler(
      new Request(`${origin}/api/auth/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin, ...headers },
        body: JSON.stringify(body),
      }),
      address,
    );
  const cookieOf = (response: { headers: Headers } | { setCookies: string[] }): string =>
    ('headers' in response ? response.headers.getSetCookie() : response.setCookies).map((cookie) => cookie.split(';')[0]).join('; ');
  const signUpOwner = async (): Promise<{ workspaceId: string; cookie: string }> => {
    const { workspaceId, signUpToken } = await identity.prepareFirstStart(nothingSet);
    return { workspaceId, cookie: cookieOf(await identity.signUp(signUpToken!, ada, '192.0.2.1')) };
  };
  const who = (cookie: string, headers: Record<string, string> = {}) => identity.authenticateSession(new Headers({ cookie, ...headers }));

  describe('the first start', () => {
    test('makes a workspace, a write key that can be shown, and a link; a second start changes only the link', async () => {
      const first = await identity.prepareFirstStart(nothingSet);
      const second = await identity.prepareFirstStart({ ...nothingSet, workspaceName: 'Other' });
      expect(second.workspaceId).toBe(first.workspaceId);
      expect(second.signUpToken).not.toBe(first.signUpToken);
      await expect(identity.signUp(first.signUpToken!, ada, '')).rejects.toMatchObject({ code: 'FORBIDDEN' });
      const key = await identity.keys.maybeWriteKey(first.workspaceId);
      expect(key).toMatch(/^bw_w_[\w-]{32}$/);
      expect(await identity.authenticateWriteKey(key!)).toMatchObject({
        kind: 'write-key',
        workspaceId: first.workspaceId,
        permissions: new Set(permissionsByScope.ingest),
      });
      expect((await catalog.db.selectFrom('workspaces').select('name').execute()).map((row) => row.name)).toEqual(['Default']);
    });

    test('with BELLWETHER_INIT_* makes the owner and the given keys, once', async () => {
      const initial = {
        owner: { email: 'Me@Example.com', password: 'correct horse' },
        workspaceName: 'Shop',
        writeKey: 'write-key-of-mine',
        apiKey: 'api-key-of-mine',
      };
      const { workspaceId, signUpToken } = await identity.prepareFirstStart(initial);
      expect(signUpToken).toBeNull();
      await identity.prepareFirstStart({
        ...initial,
        owner: { email: 'other@example.com', password: 'other horse' },
        writeKey: 'another-write-key',
      });
      expect(await identity.authenticateWriteKey('write-key-of-mine')).toMatchObject({ workspaceId });
      expect(await identity.authenticateWriteKey('another-write-key')).toBeNull();
      expect(await identity.authenticateBearer('api-key-of-mine')).toMatchObject({
        kind: 'api-key',
        workspaceId,
        permissions: new Set(permissions),
      });
      const response = await post('sign-in/email', { email: 'me@example.com', password: 'correct horse' });
      expect(response.status).toBe(200);
      expect(await who(cookieOf(response))).toMatchObject({ kind: 'person', workspaceId, permissions: new Set(permissions) });
      expect((await post('sign-in/email', { email: 'other@example.com', password: 'other horse' })).status).toBe(401);
    });

    test('two nodes that start at once make one workspace and one owner', async () => {
      const other = await at.open();
      const initial = { ...nothingSet, owner: { email: 'me@example.com', password: 'correct horse' } };
      const started = await Promise.all([identity.prepareFirstStart(initial), identityOn(other).prepareFirstStart(initial)]);
      expect(started[0].workspaceId).toBe(started[1].workspaceId);
      expect(await catalog.db.selectFrom('memberships').selectAll().execute()).toHaveLength(1);
      await other.close();
    });

    test('with another secret than before, keys still count, but cannot be shown', async () => {
      const { workspaceId } = await identity.prepareFirstStart(nothingSet);
      const key = (await identity.keys.maybeWriteKey(workspaceId))!;
      const warnings: string[] = [];
      const other = identityOn(catalog, {
        secret: 'a quite different secret of enough length',
        log: { ...silentLog, warn: (_, message) => warnings.push(message) },
      });
      await other.prepareFirstStart(nothingSet);
      expect(warnings.join()).toContain('the secret is not the one');
      expect(await other.keys.maybeWriteKey(workspaceId)).toBeNull();
      expect(await other.authenticateWriteKey(key)).toMatchObject({ workspaceId });
    });
  });

  describe('signing up', () => {
    test('by the link signs the owner in, and the link is used up', async () => {
      const { workspaceId, signUpToken } = await identity.prepareFirstStart(nothingSet);
      expect(await identity.hasOwner()).toBe(false);
      const { session, setCookies } = await identity.signUp(signUpToken!, ada, '192.0.2.1');
      expect(session).toMatchObject({
        person: { name: 'Ada', email: 'ada@example.com' },
        workspaceId,
        workspaces: [{ id: workspaceId, name: 'Default', role: 'owner' }],
      });
      expect(setCookies[0]).toMatch(/^bellwether\.session_token=.+HttpOnly; SameSite=Lax/);
      expect(setCookies[0]).not.toContain('Secure');
      expect(await identity.hasOwner()).toBe(true);
      expect(await identity.prepareFirstStart(nothingSet)).toEqual({ workspaceId, signUpToken: null });
      await expect(identity.signUp(signUpToken!, { ...ada, email: 'eve@example.com' }, '')).rejects.toMatchObject({ code: 'FORBIDDEN' });
    });

    test('ten at once with one link make one member', async () => {
      const { signUpToken } = await identity.prepareFirstStart(nothingSet);
      const tries = Array.from({ length: 10 }, (_, i) => identity.signUp(signUpToken!, { ...ada, email: `a${i}@example.com` }, ''));
      const outcomes = await Promise.allSettled(tries);
      expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
      expect(await catalog.db.selectFrom('auth_users').select('id').execute()).toHaveLength(1);
    });

    test('with an address that has an account leaves the link usable', async () => {
      const { workspaceId, cookie } = await signUpOwner();
      expect(await who(cookie)).not.toBeNull();
      const { replaceSignUpLink } = await import('../../src/server/identity/sign-up.ts');
      const token = await replaceSignUpLink({ db: catalog.db, clock: Date, randomBytes }, workspaceId, 'member');
      await expect(identity.signUp(token, { ...ada, email: 'ADA@example.com' }, '')).rejects.toMatchObject({ code: 'CONFLICT' });
      const { session } = await identity.signUp(token, { ...ada, email: 'bob@example.com' }, '');
      expect(session?.workspaces).toMatchObject([{ role: 'member' }]);
    });

    test('is not possible in any other way', async () => {
      await identity.prepareFirstStart(nothingSet);
      expect((await post('sign-up/email', ada)).status).toBe(404);
      expect((await post('reset-password', {})).status).toBe(404);
      expect(await catalog.db.selectFrom('auth_users').select('id').execute()).toEqual([]);
    });
  });

  describe('signing in and out', () => {
    test('a session lasts until it is ended, and then at once', async () => {
      const { workspaceId } = await signUpOwner();
      const signedIn = await post('sign-in/email', { email: 'ada@example.com', password: ada.password });
      const cookie = cookieOf(signedIn);
      expect(await who(cookie)).toMatchObject({ kind: 'person', workspaceId });
      expect((await identity.readSession(new Headers({ cookie }))).session?.person.email).toBe('ada@example.com');
      expect((await post('sign-out', {}, { cookie })).status).toBe(200);
      expect(await who(cookie)).toBeNull();
      expect((await identity.readSession(new Headers({ cookie }))).session).toBeNull();
    });

    test('an expired session is refused, and removed when tidying up', async () => {
      const { cookie } = await signUpOwner();
      const other = cookieOf(await post('sign-in/email', { email: 'ada@example.com', password: ada.password }));
      const kept = async () => (await catalog.db.selectFrom('auth_sessions').select('id').execute()).length;
      expect(await kept()).toBe(2);
      await identity.prune();
      expect(await kept()).toBe(2);
      expect(await who(cookie)).not.toBeNull();
      nowMs += 8 * 86_400_000;
      await identity.prune();
      expect(await kept()).toBe(0);
      expect([await who(cookie), await who(other)]).toEqual([null, null]);
    });

    test('a wrong password and an unknown address get the same answer', async () => {
      await signUpOwner();
      const wrong = await post('sign-in/email', { email: 'ada@example.com', password: 'wrong horse battery' });
      const unknown = await post('sign-in/email', { email: 'eve@example.com', password: 'wrong horse battery' });
      expect([wrong.status, unknown.status]).toEqual([401, 401]);
      expect(wrong.headers.get('content-type')).toBe('application/problem+json');
      const said = await wrong.json();
      expect(said).toMatchObject({ code: 'CREDENTIALS_INVALID', detail: 'The e-mail address or the password is wrong.' });
      expect(await unknown.json()).toEqual(said);
    });

    test('a forged, altered or foreign cookie is nobody', async () => {
      const { cookie } = await signUpOwner();
      expect(await who('bellwether.session_token=made-up.signature')).toBeNull();
      expect(await who(cookie.replace(/=./, (start) => (start === '=x' ? '=y' : '=x')))).toBeNull();
      expect(await who('other=1')).toBeNull();
      const elsewhere = identityOn(catalog, { secret: 'a quite different secret of enough length' });
      expect(await elsewhere.authenticateSession(new Headers({ cookie }))).toBeNull();
    });

    test('the limit of tries goes by the socket address, whatever X-Forwarded-For says, and ends by itself', async () => {
      await signUpOwner();
      const body = { email: 'ada@example.com', password: ada.password };
      const from = (address: string, i: number) =>
        post(
          'sign-in/email',
          { ...body, email: 'not-an-address' },
          { 'x-forwarded-for': `203.0.113.${i}`, 'bellwether-address': `203.0.113.${i}` },
          identity,
          address,
        );
      const statuses: number[] = [];
      for (let i = 0; i < 22; i++) statuses.push((await from('192.0.2.7', i)).status);
      expect(statuses.filter((status) => status === 429)).toHaveLength(2);
      const limited = await post('sign-in/email', body, {}, identity, '192.0.2.7');
      expect(limited.status).toBe(429);
      expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(0);
      expect((await post('sign-in/email', body, {}, identity, '192.0.2.8')).status).toBe(200);
      nowMs += 61_000;
      expect((await post('sign-in/email', body, {}, identity, '192.0.2.7')).status).toBe(200);
    });

    test('another site cannot sign people out or in; our own pages, a program and a trusted origin can', async () => {
      const { cookie } = await signUpOwner();
      const evil = { origin: 'https://evil.example.com', 'sec-fetch-site': 'cross-site' };
      expect((await post('sign-out', {}, { cookie, ...evil })).status).toBe(403);
      expect((await post('sign-in/email', { email: 'ada@example.com', password: ada.password }, evil)).status).toBe(403);
      expect(await who(cookie)).not.toBeNull();
      const trusting = identityOn(catalog, { webOrigins: ['https://app.example.com'] });
      expect((await post('sign-out', {}, { cookie, origin: 'https://app.example.com' }, trusting)).status).toBe(200);
      const body = { email: 'ada@example.com', password: ada.password };
      for (const from of ['http://127.0.0.1:3000', 'http://localhost:3000'])
        expect((await post('sign-in/email', body, { origin: from, cookie })).status).toBe(200);
      const program = new Request(`${origin}/api/auth/sign-in/email`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', cookie },
        body: JSON.stringify(body),
      });
      expect((await identity.authHandler(program, '192.0.2.1')).status).toBe(200);
    });

    test('a changed password ends the other sessions when asked to, and the old password is refused', async () => {
      const { cookie } = await signUpOwner();
      const other = cookieOf(await post('sign-in/email', { email: 'ada@example.com', password: ada.password }));
      expect(await who(other)).not.toBeNull();
      const short = await post('change-password', { currentPassword: ada.password, newPassword: 'short' }, { cookie });
      expect(short.status).toBe(400);
      const changed = await post(
        'change-password',
        { currentPassword: ada.password, newPassword: 'another horse battery', revokeOtherSessions: true },
        { cookie },
      );
      expect(changed.status).toBe(200);
      expect(await who(other)).toBeNull();
      expect(await who(cookieOf(changed))).not.toBeNull();
      expect((await post('sign-in/email', { email: 'ada@example.com', password: ada.password })).status).toBe(401);
    });

    test('with an https address cookies are sent over https only', async () => {
      const secure = identityOn(catalog, { publicUrl: 'https://stats.example.com' });
      const { signUpToken } = await secure.prepareFirstStart(nothingSet);
      const { setCookies } = await secure.signUp(signUpToken!, ada, '');
      expect(setCookies[0]).toMatch(/^__Secure-bellwether\.session_token=.+; Secure/);
      expect(await secure.authenticateSession(new Headers({ cookie: cookieOf({ setCookies }) }))).not.toBeNull();
    });

    test('the workspace of somebody else is refused', async () => {
      const { workspaceId, cookie } = await signUpOwner();
      await catalog.db.insertInto('workspaces').values({ id: 'ws_foreign', name: 'Foreign', created_at: 0, settings: '{}' }).execute();
      expect(await who(cookie)).toMatchObject({ workspaceId });
      expect(await who(cookie, { 'bellwether-workspace': workspaceId })).toMatchObject({ workspaceId });
      await expect(who(cookie, { 'bellwether-workspace': 'ws_foreign' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    });
  });

  describe('what is kept and who comes in', () => {
    test('neither the keys nor the link are in the catalog as they are shown', async () => {
      const { workspaceId, signUpToken } = await identity.prepareFirstStart(nothingSet);
      const write = await identity.keys.maybeWriteKey(workspaceId);
      const rows = JSON.stringify([
        await catalog.db.selectFrom('keys').selectAll().execute(),
        await catalog.db.selectFrom('sign_up_links').selectAll().execute(),
      ]);
      expect(rows).not.toContain(write!.slice(9));
      expect(rows).not.toContain(signUpToken!);
    });

    test('the local owner may do everything, in the oldest workspace or the one asked for', async () => {
      const { workspaceId } = await identity.prepareFirstStart(nothingSet);
      expect(await identity.authenticateBearer(localOwnerToken)).toMatchObject({
        kind: 'local-owner',
        workspaceId,
        id: 'local-owner',
        permissions: new Set(permissions),
      });
      await expect(identity.authenticateBearer(localOwnerToken, 'ws_none')).rejects.toMatchObject({ code: 'FORBIDDEN' });
      expect(await identity.authenticateBearer(`${localOwnerToken}x`)).toBeNull();
    });
  });
});
