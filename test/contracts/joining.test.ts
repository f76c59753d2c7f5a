/** Sessions of members on both catalogs: accepting an invitation, several workspaces, and changes that reach every node. */
import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createGuardedHttp } from '../../src/server/adapters/guarded-http/guarded-http.ts';
import type { Catalog } from '../../src/server/catalog/schema.ts';
import { createIdentity, type Identity } from '../../src/server/identity/identity.ts';
import type { Principal } from '../../src/server/identity/principal.ts';
import { permissionsByRole } from '../../src/shared/model/permission.ts';
import { describeOnEachCatalog, type CatalogPlace } from '../fixtures/each-catalog.ts';
import { invitationOf, tokenOf } from '../fixtures/register-world.ts';
import { silentLog } from '../fixtures/silent-log.ts';

const password = 'a long enough password';

describeOnEachCatalog('joining', (place) => {
  let at: CatalogPlace;
  let catalog: Catalog;
  let identity: Identity;
  let owner: Principal;
  let workspaceId: string;
  let nowMs: number;

  const identityOn = (on: Catalog): Identity =>
    createIdentity({
      catalog: on,
      secret: 'a secret of at least thirty-two characters',
      previousSecrets: [],
      localOwnerToken: 'local-owner',
      publicUrl: null,
      clock: { now: () => nowMs },
      randomBytes,
      outbound: createGuardedHttp({ allow: [] }),
      log: silentLog,
    });
  beforeAll(async () => {
    at = await place();
    catalog = await at.open();
  });
  beforeEach(async () => {
    nowMs = Date.now();
    for (const table of ['auth_users', 'workspaces', 'facts'] as const) await catalog.db.deleteFrom(table).execute();
    identity = identityOn(catalog);
    ({ workspaceId } = await identity.prepareFirstStart({
      owner: { email: 'owner@example.com', password },
      workspaceName: 'Shop',
      writeKey: null,
      apiKey: null,
    }));
    owner = (await identity.authenticateBearer('local-owner'))!;
  });
  afterEach(() => identity.close());
  afterAll(() => catalog?.close());

  const visitorWith = (cookie = '') => ({
    headers: new Headers(cookie === '' ? {} : { cookie }),
    address: '192.0.2.1',
    country: null,
  });
  const cookieOf = (setCookies: readonly string[]): string => setCookies.map((cookie) => cookie.split(';')[0]).join('; ');
  const invite = async (email: string | null, more: object = {}, by: Principal = owner): Promise<string> =>
    tokenOf((await identity.register.invitations.create(by, invitationOf(email, more))).link);
  const signIn = async (email: string): Promise<string> =>
    cookieOf((await identity.signIn.door.byPassword(visitorWith(), email, password)).setCookies);
  const who = (cookie: string, headers: Record<string, string> = {}, by: Identity = identity) =>
    by.authenticateSession(new Headers({ cookie, ...headers }));

  test('a newcomer says who they are, chooses a password that holds, and is signed in', async () => {
    const token = await invite('vera@example.com');
    const accept = (newcomer: object) => identity.joining.accept(visitorWith(), { token, ...newcomer });
    await expect(accept({})).rejects.toMatchObject({ code: 'REQUEST_INVALID', message: expect.stringContaining('name, password') });
    await expect(accept({ name: 'Vera', password: 'veravera12' })).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
    const { session, setCookies } = await accept({ name: 'Vera', email: 'other@example.com', password });
    expect(session).toMatchObject({
      person: { name: 'Vera', email: 'vera@example.com' },
      workspaceId,
      role: { id: 'viewer', name: 'viewer' },
      permissions: [...permissionsByRole.viewer],
      isOperator: false,
    });
    expect(await who(cookieOf(setCookies))).toMatchObject({ kind: 'person', permissions: new Set(permissionsByRole.viewer) });
    await expect(accept({ name: 'Eve', password })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('who is signed in joins with that account, and is then in two workspaces', async () => {
    nowMs++;
    const { workspace } = await identity.register.workspaces.create(owner, 'Second');
    const second = (await identity.authenticateBearer('local-owner', workspace.id))!;
    const cookie = await signIn('owner@example.com');
    const token = await invite('Owner@example.com', { role: 'editor' }, second);
    const stranger = await invite('somebody@example.com', {}, second);
    await expect(identity.joining.accept(visitorWith(cookie), { token: stranger })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const { session } = await identity.joining.accept(visitorWith(cookie), { token });
    expect(session).toMatchObject({ workspaceId: workspace.id, role: { id: 'editor' }, isOperator: true });
    expect(session?.workspaces.map(({ name, role }) => [name, role])).toEqual([
      ['Shop', 'owner'],
      ['Second', 'editor'],
    ]);
    expect(await who(cookie)).toMatchObject({ workspaceId });
    expect(await who(cookie, { 'bellwether-workspace': workspace.id })).toMatchObject({
      workspaceId: workspace.id,
      permissions: new Set(permissionsByRole.editor),
    });
  });

  test('an address with an account has to sign in; somebody who left everything can still come back', async () => {
    const first = await invite('vera@example.com');
    const { session } = await identity.joining.accept(visitorWith(), { token: first, name: 'Vera', password });
    await identity.register.members.remove(owner, session!.person.id);
    const token = await invite('vera@example.com');
    await expect(identity.joining.accept(visitorWith(), { token, name: 'Vera', password })).rejects.toMatchObject({ code: 'CONFLICT' });
    const cookie = await signIn('vera@example.com');
    expect(await who(cookie)).toBeNull();
    expect((await identity.joining.accept(visitorWith(cookie), { token })).session).toMatchObject({ workspaceId });
    expect(await who(cookie)).not.toBeNull();
  });

  test('a change is seen here at once, by open connections too, and on another node within a second', async () => {
    const { session, setCookies } = await identity.joining.accept(visitorWith(), {
      token: await invite('vera@example.com'),
      name: 'Vera',
      password,
    });
    const cookie = cookieOf(setCookies);
    const personId = session!.person.id;
    const otherCatalog = await at.open();
    const other = identityOn(otherCatalog);
    const ended: unknown[] = [];
    identity.onCredentialsEnd((each) => ended.push(each));
    const roleSeen = async (by: Identity) => (await who(cookie, {}, by))?.permissions.has('dashboards:edit');
    expect([await roleSeen(identity), await roleSeen(other)]).toEqual([false, false]);
    await identity.register.members.change(owner, personId, { role: 'editor' });
    expect(await roleSeen(identity)).toBe(true);
    expect(ended).toEqual([{ principalId: personId }]);
    nowMs += 1_000;
    expect(await roleSeen(other)).toBe(true);
    await other.register.members.remove(owner, personId);
    expect(await who(cookie, {}, other)).toBeNull();
    nowMs += 1_000;
    expect(await who(cookie)).toBeNull();
    await other.close();
    await otherCatalog.close();
  });

  test('the session says when its person sees as a role, and is not lost when the role is', async () => {
    const cookie = await signIn('owner@example.com');
    const read = async (roleId: string) => (await identity.readSession(new Headers({ cookie, 'bellwether-see-as': roleId }))).session;
    expect(await read('auditor')).toMatchObject({
      role: { id: 'owner' },
      seeingAs: { id: 'auditor', name: 'auditor' },
      isOperator: false,
      permissions: [...permissionsByRole.auditor],
    });
    expect(await read('role_of_nobody')).toMatchObject({ seeingAs: null, isOperator: true });
    expect(await who(cookie, { 'bellwether-see-as': 'auditor' })).toMatchObject({ seeingAs: { id: 'auditor' } });
    await expect(who(cookie, { 'bellwether-see-as': 'role_of_nobody' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('when a member was last here is noted, to five minutes', async () => {
    const cookie = await signIn('owner@example.com');
    const seen = async () => {
      await identity.close();
      return (await identity.register.members.list(workspaceId, { limit: 1 })).people[0]!.lastSeenMs;
    };
    expect(await seen()).toBeNull();
    const firstMs = nowMs;
    await who(cookie);
    nowMs += 299_000;
    await who(cookie);
    expect(await seen()).toBe(firstMs);
    nowMs += 1_000;
    await who(cookie);
    expect(await seen()).toBe(nowMs);
  });
});
