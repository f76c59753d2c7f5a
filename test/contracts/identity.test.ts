/** People, sign-in, keys and the first start, on both catalogs, through the calls that a browser and a sender make. */
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Catalog } from '../../src/server/catalog/schema.ts';
import { permissions, permissionsByScope } from '../../src/shared/model/permission.ts';
import { createGuardedHttp } from '../../src/server/adapters/guarded-http/guarded-http.ts';
import { createIdentity, type Identity, type IdentityParts } from '../../src/server/identity/identity.ts';
import type { InitialSetup } from '../../src/server/identity/first-start.ts';
import { describeOnEachCatalog, type CatalogPlace } from '../fixtures/each-catalog.ts';
import { silentLog } from '../fixtures/silent-log.ts';

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
      clock: { now: () => nowMs },
      randomBytes,
      outbound: createGuardedHttp({ allow: [] }),
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

  const visitor = { headers: new Headers(), address: '192.0.2.1', country: null };
  const cookieOf = ({ setCookies }: { setCookies: string[] }): string => setCookies.map((cookie) => cookie.split(';')[0]).join('; ');
  const signIn = (email: string, password: string) => identity.signIn.door.byPassword(visitor, email, password);
  const signUp = (token: string, applicant = ada, by: Identity = identity) => by.joining.signUp(visitor, token, applicant);
  const signUpOwner = async (): Promise<{ workspaceId: string; cookie: string }> => {
    const { workspaceId, signUpToken } = await identity.prepareFirstStart(nothingSet);
    return { workspaceId, cookie: cookieOf(await signUp(signUpToken!)) };
  };
  const who = (cookie: string, headers: Record<string, string> = {}) => identity.authenticateSession(new Headers({ cookie, ...headers }));

  describe('the first start', () => {
    test('makes a workspace, a write key that can be shown, and a link; a second start changes only the link', async () => {
      const first = await identity.prepareFirstStart(nothingSet);
      const second = await identity.prepareFirstStart({ ...nothingSet, workspaceName: 'Other' });
      expect(second.workspaceId).toBe(first.workspaceId);
      expect(second.signUpToken).not.toBe(first.signUpToken);
      await expect(signUp(first.signUpToken!)).rejects.toMatchObject({ code: 'FORBIDDEN' });
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
      const entry = await signIn('me@example.com', 'correct horse');
      expect(await who(cookieOf(entry))).toMatchObject({ kind: 'person', workspaceId, permissions: new Set(permissions) });
      await expect(signIn('other@example.com', 'other horse')).rejects.toMatchObject({ code: 'CREDENTIALS_INVALID' });
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
      const { session, setCookies } = await signUp(signUpToken!);
      expect(session).toMatchObject({
        person: { name: 'Ada', email: 'ada@example.com' },
        workspaceId,
        workspaces: [{ id: workspaceId, name: 'Default', role: 'owner' }],
      });
      expect(setCookies[0]).toMatch(/^bellwether\.session_token=.+HttpOnly; SameSite=Lax/);
      expect(setCookies[0]).not.toContain('Secure');
      expect(await identity.hasOwner()).toBe(true);
      expect(await identity.prepareFirstStart(nothingSet)).toEqual({ workspaceId, signUpToken: null });
      await expect(signUp(signUpToken!, { ...ada, email: 'eve@example.com' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    });

    test('ten at once with one link make one member', async () => {
      const { signUpToken } = await identity.prepareFirstStart(nothingSet);
      const tries = Array.from({ length: 10 }, (_, i) => signUp(signUpToken!, { ...ada, email: `a${i}@example.com` }));
      const outcomes = await Promise.allSettled(tries);
      expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
      expect(await catalog.db.selectFrom('auth_users').select('id').execute()).toHaveLength(1);
    });

    test('with an address that has an account leaves the link usable', async () => {
      const { workspaceId, cookie } = await signUpOwner();
      expect(await who(cookie)).not.toBeNull();
      const { replaceSignUpLink } = await import('../../src/server/identity/sign-up.ts');
      const token = await replaceSignUpLink({ db: catalog.db, clock: Date, randomBytes }, workspaceId, 'member');
      await expect(signUp(token, { ...ada, email: 'ADA@example.com' })).rejects.toMatchObject({ code: 'CONFLICT' });
      const { session } = await signUp(token, { ...ada, email: 'bob@example.com' });
      expect(session?.workspaces).toMatchObject([{ role: 'member' }]);
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
