/** Every route of the contract, tried by everybody who must not get in: nothing leaks, nothing changes, each try is on the audit. */
import { beforeAll, expect, test } from 'vitest';
import { builtInRoles, permissions, permissionsByRole, type Permission } from '../../src/shared/model/permission.ts';
import type { Route } from '../../src/shared/contract/route.ts';
import { ingestContract } from '../../src/shared/contract/ingest.ts';
import { workspaceHeader } from '../../src/shared/contract/identity.ts';
import { tryRoute, type As, type Outcome } from './attack.ts';
import { contractRoutes } from './contract-routes.ts';
import { describeOnEachWorld } from './each-world.ts';
import { samples } from './samples.ts';
import { marker, type World } from './world.ts';
import { deniedActions, stateOf } from './world-state.ts';

const routes = await contractRoutes();
const ingest = new Set(ingestContract.map((route) => route.operation));
const tried = [...routes.values()].filter((route) => !ingest.has(route.operation) || route.operation === 'sendEvents');
const guarded = tried.filter((route) => route.access !== 'public');
const byHttp = guarded.filter((route) => !ingest.has(route.operation));
/** There is no session yet that a page could misuse. */
const beforeSession = new Set(['signIn', 'secondFactor']);

test('every route has a rule and is tried here', () => {
  expect(tried.length).toBeGreaterThan(90);
  expect(tried.filter((route) => route.access === undefined).map((route) => route.operation)).toEqual([]);
  expect(tried.map((route) => route.operation).filter((operation) => samples[operation] === undefined)).toEqual([]);
  expect(Object.keys(samples).filter((operation) => !routes.has(operation))).toEqual([]);
});

describeOnEachWorld('every route', attack);

function attack(open: () => Promise<World>): void {
  let world: World;
  let before: string;
  beforeAll(async () => {
    world = await open();
    before = await stateOf(world);
  }, 60_000);

  const tryAll = async (as: As, which: readonly Route[] = guarded): Promise<Map<string, Outcome>> => {
    const outcomes = new Map<string, Outcome>();
    for (const route of which) {
      outcomes.set(route.operation, await tryRoute(world.url, route, samples[route.operation]!.sample(world.ours.ids), as));
    }
    return outcomes;
  };
  const statuses = (outcomes: ReadonlyMap<string, Outcome>, but: readonly number[]): string[] =>
    [...outcomes]
      .filter(([, { status }]) => !but.includes(status))
      .map(([operation, { status, text }]) => `${operation}: ${status} ${text}`);
  const leaks = (outcomes: ReadonlyMap<string, Outcome>): string[] =>
    [...outcomes].filter(([, { text }]) => text.includes(marker)).map(([operation, { text }]) => `${operation}: ${text}`);
  const bearer = (token: string): As => ({ authorization: `Bearer ${token}` });
  const makeKey = async (workspaceId: string, body: object): Promise<{ id: string; secret: string }> => {
    const made = await world.operate<{ key: { id: string }; secret: string }>(workspaceId, 'POST', '/api/admin/keys', {
      kind: 'api',
      name: 'attacker',
      ...body,
    });
    return { id: made.key.id, secret: made.secret };
  };

  test('nobody without credentials', async () => {
    const outcomes = await tryAll({});
    expect(statuses(outcomes, [401])).toEqual([]);
    expect(leaks(outcomes)).toEqual([]);
  });

  test('nobody with credentials that are none', async () => {
    const good = world.ours.people.owner!.cookie;
    const forged: As[] = [
      bearer('bw_a_0000000000000000000000000000000000000000'),
      bearer('eyJhbGciOiJub25lIn0.eyJ3cyI6IngifQ.'),
      bearer('x'.repeat(8_000)),
      { cookie: `${good.slice(0, -6)}AAAAAA`, origin: world.url },
      { cookie: good.replace(/=.{6}/, '=AAAAAA'), origin: world.url },
    ];
    for (const as of forged) expect(statuses(await tryAll(as), [401])).toEqual([]);
  });

  test('nobody with credentials that have ended', async () => {
    const revoked = await makeKey(world.ours.id, { scopes: ['admin'] });
    const expired = await makeKey(world.ours.id, { scopes: ['admin'], expiresAt: new Date(Date.now() + 1_500).toISOString() });
    const left = await world.signIn('viewer@ours.example');
    expect((await tryRoute(world.url, routes.get('roles')!, {}, bearer(revoked.secret))).status).toBe(200);
    await world.operate(world.ours.id, 'DELETE', `/api/admin/keys/${revoked.id}`);
    await tryRoute(world.url, routes.get('signOut')!, {}, left.as);
    await expect
      .poll(async () => (await tryRoute(world.url, routes.get('roles')!, {}, bearer(expired.secret))).status, { timeout: 5_000 })
      .toBe(401);
    for (const as of [bearer(revoked.secret), bearer(expired.secret), left.as]) {
      const outcomes = await tryAll(as);
      expect(statuses(outcomes, [401])).toEqual([]);
      expect(leaks(outcomes)).toEqual([]);
    }
  });

  test('nobody of another workspace, whatever ids they know', async () => {
    const owner = world.theirs.people.owner!.as;
    const key = bearer((await makeKey(world.theirs.id, { scopes: ['admin'] })).secret);
    const foreign = guarded.filter((route) => samples[route.operation]!.own);
    for (const as of [owner, key]) {
      const outcomes = await tryAll(as, foreign);
      expect(statuses(outcomes, [403, 404])).toEqual([]);
      const reads = await tryAll(
        as,
        guarded.filter((route) => route.method === 'GET'),
      );
      expect([...leaks(outcomes), ...leaks(reads)]).toEqual([]);
    }
    const intruding = await tryAll({ ...owner, [workspaceHeader]: world.ours.id });
    expect(statuses(intruding, [401, 403])).toEqual([]);
    expect(leaks(intruding)).toEqual([]);
    const asRole = await tryAll(
      { ...owner, 'bellwether-see-as': world.ours.ids.role! },
      guarded.filter((route) => route.method === 'GET'),
    );
    expect(statuses(asRole, [403, 404])).toEqual([]);
  }, 60_000);

  test('a key does what its permissions say, and nothing else', async () => {
    const needed = [...new Set(byHttp.map((route) => route.access))].filter((access) => access !== 'signed-in' && access !== 'operator');
    for (const access of needed as Permission[]) {
      const { secret } = await makeKey(world.ours.id, { scopes: permissions.filter((permission) => permission !== access) });
      const outcomes = await tryAll(
        bearer(secret),
        byHttp.filter((route) => route.access === access),
      );
      expect(statuses(outcomes, [403])).toEqual([]);
      expect(leaks(outcomes)).toEqual([]);
    }
    const { secret } = await makeKey(world.ours.id, { scopes: ['admin'] });
    const personal = await tryAll(
      bearer(secret),
      guarded.filter((route) => route.access === 'signed-in' || route.access === 'operator'),
    );
    expect(statuses(personal, [403])).toEqual([]);
    const silent = await makeKey(world.ours.id, { scopes: permissions.filter((permission) => permission !== 'events:write') });
    expect((await tryRoute(world.url, routes.get('sendEvents')!, samples.sendEvents!.sample({}), bearer(silent.secret))).status).toBe(401);
    const write = await world.operate<{ secret: string }>(world.ours.id, 'POST', '/api/admin/keys', { kind: 'write', name: 'tried' });
    expect(
      statuses(
        await tryAll(
          bearer(write.secret),
          guarded.filter((route) => route.access !== 'events:write'),
        ),
        [403],
      ),
    ).toEqual([]);
  }, 60_000);

  test('a role does what the table says, and nothing else', async () => {
    for (const role of builtInRoles) {
      const forbidden = byHttp.filter(
        ({ access }) => access !== 'signed-in' && (access === 'operator' || !permissionsByRole[role].includes(access as Permission)),
      );
      const outcomes = await tryAll(world.ours.people[role]!.as, forbidden);
      expect([role, ...statuses(outcomes, [403])]).toEqual([role]);
      const allowed = guarded.filter(({ access, method }) => method === 'GET' && permissionsByRole[role].includes(access as Permission));
      const reads = await tryAll(world.ours.people[role]!.as, allowed);
      expect([role, ...[...reads].filter(([, { status }]) => status === 401 || status === 403).map(([operation]) => operation)]).toEqual([
        role,
      ]);
    }
  }, 60_000);

  test('no page of another site, and no page of ours without the token', async () => {
    const { cookie, as } = world.ours.people.owner!;
    const { 'bellwether-csrf': token, ...withoutToken } = as;
    const changing = tried.filter((route) => route.method !== 'GET' && !ingest.has(route.operation));
    const ways: As[] = [
      { ...as, origin: 'https://evil.example' },
      { ...as, origin: 'null' },
      { cookie, 'sec-fetch-site': 'cross-site', 'bellwether-csrf': token! },
      withoutToken,
      { ...as, 'bellwether-csrf': `${token!.slice(0, -2)}xx` },
      { ...as, 'bellwether-csrf': world.theirs.people.owner!.as['bellwether-csrf']! },
    ];
    for (const [i, way] of ways.entries()) {
      const withToken = changing.filter((route) => i < 3 || !beforeSession.has(route.operation));
      expect([i, ...statuses(await tryAll(way, withToken), [403])]).toEqual([i]);
    }
  }, 60_000);

  test('nothing that was tried has changed anything', async () => {
    expect(await stateOf(world)).toBe(before);
  });

  test('and every try is on the audit log', async () => {
    const denied = (await Promise.all(['', world.ours.id, world.theirs.id].map((id) => deniedActions(world, id)))).map((each) => each);
    const [installation, ours, theirs] = denied as [Map<string, number>, Map<string, number>, Map<string, number>];
    const missing = (log: ReadonlyMap<string, number>, which: readonly Route[], least: number): string[] =>
      which
        .filter((route) => (log.get(route.operation) ?? 0) < least)
        .map((route) => `${route.operation}: ${log.get(route.operation) ?? 0}`);
    // without credentials, with five that are none, and with three that have ended
    expect(missing(installation, byHttp, 9)).toEqual([]);
    expect(
      missing(
        ours,
        byHttp.filter((route) => route.access !== 'signed-in'),
        2,
      ),
    ).toEqual([]);
    // whoever asked for our workspace, in their own
    expect(missing(theirs, byHttp, 1)).toEqual([]);
    expect(
      missing(
        theirs,
        byHttp.filter((route) => samples[route.operation]!.own),
        2,
      ),
    ).toEqual([]);
  });
}
