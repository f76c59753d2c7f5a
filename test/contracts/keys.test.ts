/** Keys on both catalogs: what they may do, where and how long, and that they end when they should. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { NewKeyBody } from '../../src/shared/contract/keys.ts';
import { permissions, permissionsByScope } from '../../src/shared/model/permission.ts';
import type { DatasetRules } from '../../src/shared/model/policy.ts';
import type { Ended } from '../../src/server/identity/ended.ts';
import type { Identity } from '../../src/server/identity/identity.ts';
import { accessOf } from '../../src/server/identity/members/access.ts';
import { readMembers } from '../../src/server/identity/members/grants.ts';
import type { Principal } from '../../src/server/identity/principal.ts';
import { digest } from '../../src/server/identity/random-text.ts';
import { chosenApiKey, credentialWorld } from '../fixtures/credential-world.ts';
import { describeOnEachCatalog } from '../fixtures/each-catalog.ts';
import { principalFor } from '../fixtures/principals.ts';

const german: DatasetRules = { events: { rows: [{ field: 'properties.country', is: ['DE'] }], masks: [] } };
const masked: DatasetRules = { events: { rows: [], masks: [{ field: 'user', as: 'hash' }] } };
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

const wanted = (more: Partial<NewKeyBody> = {}): NewKeyBody => ({
  kind: 'api',
  name: 'Reports',
  scopes: ['ask'],
  role: null,
  expiresAt: null,
  callsPerMinute: null,
  origins: [],
  addresses: [],
  ...more,
});

describeOnEachCatalog('keys', (place) => {
  const world = credentialWorld(place);
  let identity: Identity;
  let workspaceId: string;
  let owner: Principal;
  beforeEach(async () => {
    ({ identity, workspaceId, owner } = await world.fresh());
  });
  afterEach(() => identity.close());

  const insertRole = (id: string, given: readonly string[], rules: DatasetRules): Promise<unknown> =>
    world.catalog.db
      .insertInto('roles')
      .values({
        id,
        workspace_id: workspaceId,
        name: id,
        name_key: id,
        description: '',
        permissions: JSON.stringify(given),
        rules: JSON.stringify(rules),
        created_at: 0,
        updated_at: 0,
      })
      .execute();
  const come = (secret: string, origin: string | null = null, address: string | null = null): Promise<Principal | null> =>
    identity.authenticateBearer(secret, null, { origin, address });

  describe('what a key may do', () => {
    test('it works at once, is known by its prefix, and cannot do what it is not for', async () => {
      const { key, secret } = await identity.keys.create(owner, wanted());
      expect(secret).toMatch(/^bw_a_[\w-]{32}$/);
      expect(key.prefix).toBe(secret.slice(0, 9));
      expect(await come(secret)).toMatchObject({
        kind: 'api-key',
        id: key.id,
        workspaceId,
        isOperator: false,
        permissions: new Set(permissionsByScope.ask),
        policy: { workspaceId, name: 'workspace', rules: {} },
      });
      expect(await identity.authenticateWriteKey(secret)).toBeNull();
    });

    test('scopes are bundles and permissions; the calls per minute go with it', async () => {
      const { secret } = await identity.keys.create(owner, wanted({ scopes: ['ingest', 'audit:read', 'ingest'], callsPerMinute: 90 }));
      expect(await come(secret)).toMatchObject({ permissions: new Set(['events:write', 'audit:read']), callsPerMinute: 90 });
      expect(await identity.authenticateWriteKey(secret)).not.toBeNull();
    });

    test('a write key can do nothing but ingest, whatever was asked for', async () => {
      const { secret } = await identity.keys.create(owner, wanted({ kind: 'write', scopes: ['admin'] }));
      expect((await come(secret))?.permissions).toEqual(new Set(['events:write']));
      const asAdmin = identity.keys.create(owner, wanted({ kind: 'write', role: 'admin' }));
      await expect(asAdmin).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
    });

    test('nobody makes, changes or rotates a key that may do more than they', async () => {
      const clerk = principalFor('api-key', workspaceId, 'k_clerk', ['keys:manage', 'events:read']);
      await expect(identity.keys.create(clerk, wanted({ scopes: ['ask'] }))).rejects.toMatchObject({ code: 'FORBIDDEN' });
      await expect(identity.keys.create(clerk, wanted({ kind: 'write' }))).rejects.toMatchObject({ code: 'FORBIDDEN' });
      expect(await identity.keys.create(clerk, wanted({ scopes: ['events:read'] }))).toBeDefined();
      const { key } = await identity.keys.create(owner, wanted({ scopes: ['admin'] }));
      await expect(identity.keys.rotate(clerk, key.id, 1)).rejects.toMatchObject({ code: 'FORBIDDEN' });
      await expect(identity.keys.change(clerk, key.id, { expiresAt: null })).rejects.toMatchObject({ code: 'FORBIDDEN' });
      const reader = principalFor('api-key', workspaceId, 'k_reader', ['ask']);
      await expect(identity.keys.create(reader, wanted())).rejects.toMatchObject({ code: 'FORBIDDEN' });
    });

    test('only who runs the installation makes keys that do; the full scope alone is not enough', async () => {
      const admin = principalFor('api-key', workspaceId, 'k_admin', ['admin']);
      await expect(identity.keys.create(admin, wanted({ scopes: ['operator'] }))).rejects.toMatchObject({ code: 'FORBIDDEN' });
      const full = await identity.keys.create(owner, wanted({ scopes: ['admin'] }));
      expect(await come(full.secret)).toMatchObject({ permissions: new Set(permissions), isOperator: false });
      const spanning = await identity.keys.create(owner, wanted({ scopes: ['admin', 'operator'] }));
      expect(await come(spanning.secret)).toMatchObject({ isOperator: true });
      await expect(identity.keys.rotate(admin, spanning.key.id, 0)).rejects.toMatchObject({ code: 'FORBIDDEN' });
      expect(await come(chosenApiKey)).toMatchObject({ isOperator: true, permissions: new Set(permissions) });
    });

    test('what is kept from its maker is kept from the key, also later, and nobody who sees less gets its secret', async () => {
      const limited = principalFor('api-key', workspaceId, 'k_limited', ['admin'], {
        policy: { workspaceId, name: 'role:x', rules: german },
      });
      const { key, secret } = await identity.keys.create(limited, wanted());
      expect((await come(secret))?.policy).toEqual({ workspaceId, name: 'key:Reports', rules: german });
      expect((await identity.keys.rotate(limited, key.id, 0)).key.rules).toEqual(german);
      const whole = await identity.keys.create(owner, wanted());
      await expect(identity.keys.rotate(limited, whole.key.id, 0)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    });

    test('a role bounds it as the role is at the moment, within its scopes and what was kept from its maker', async () => {
      await insertRole('r_sales', ['events:read', 'metrics:read', 'audit:read'], german);
      const limited = principalFor('api-key', workspaceId, 'k_limited', ['admin'], {
        policy: { workspaceId, name: 'role:x', rules: masked },
      });
      const { secret } = await identity.keys.create(limited, wanted({ role: 'r_sales' }));
      expect(await come(secret)).toMatchObject({
        permissions: new Set(['events:read', 'metrics:read']),
        policy: { name: 'role:r_sales', rules: { events: { rows: german.events!.rows, masks: masked.events!.masks } } },
      });
      await world.catalog.db.updateTable('roles').set({ permissions: '["metrics:read"]' }).where('id', '=', 'r_sales').execute();
      const fresh = await world.openAnother();
      expect((await fresh.identity.authenticateBearer(secret))?.permissions).toEqual(new Set(['metrics:read']));
      await expect(identity.register.roles.remove(owner, 'r_sales')).rejects.toMatchObject({
        message: expect.stringContaining('the key "Reports"'),
      });
      await world.catalog.db.deleteFrom('roles').where('id', '=', 'r_sales').execute();
      world.nowMs += 60_000;
      const fresher = await world.openAnother();
      expect(await fresher.identity.authenticateBearer(secret)).toBeNull();
      await fresher.close();
      await fresh.close();
    });

    test('a role that is about persons, is missing, or is of another workspace is refused', async () => {
      await world.insertWorkspace('ws_foreign');
      await insertRole('r_person', ['events:read'], { events: { rows: [{ field: 'user', is: ['{person.id}'] }], masks: [] } });
      await expect(identity.keys.create(owner, wanted({ role: 'r_person' }))).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
      await expect(identity.keys.create(owner, wanted({ role: 'r_none' }))).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await world.catalog.db.updateTable('roles').set({ workspace_id: 'ws_foreign', rules: '{}' }).where('id', '=', 'r_person').execute();
      await expect(identity.keys.create(owner, wanted({ role: 'r_person' }))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });
  });

  describe('where and how long', () => {
    test('beyond its expiry it is refused, to the millisecond, and an expiry in the past is not taken', async () => {
      const expiresAt = new Date(world.nowMs + hourMs).toISOString();
      const { key, secret } = await identity.keys.create(owner, wanted({ expiresAt }));
      world.nowMs += hourMs - 1;
      expect(await come(secret)).not.toBeNull();
      world.nowMs += 1;
      expect(await come(secret)).toBeNull();
      await expect(identity.keys.create(owner, wanted({ expiresAt }))).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
      await identity.keys.change(owner, key.id, { expiresAt: null });
      expect(await come(secret)).not.toBeNull();
    });

    test('pages and networks that are not listed are refused, and so is who brings neither', async () => {
      const places = { origins: ['https://shop.example.com'], addresses: ['192.0.2.0/24', '2001:db8::/32', '198.51.100.7'] };
      const { key, secret } = await identity.keys.create(owner, wanted({ kind: 'write', ...places }));
      const [page, other] = ['https://shop.example.com', 'https://shop.example.com.evil.test'];
      expect(await come(secret, page, '192.0.2.9')).not.toBeNull();
      expect(await come(secret, page, '::ffff:192.0.2.9')).not.toBeNull();
      expect(await come(secret, page, '2001:db8:1::5')).not.toBeNull();
      expect(await come(secret, page, '198.51.100.7')).not.toBeNull();
      for (const [origin, address] of [
        [page, '198.51.100.8'],
        [page, '2001:db9::1'],
        [page, 'nonsense'],
        [page, null],
        [other, '192.0.2.9'],
        ['null', '192.0.2.9'],
        [null, '192.0.2.9'],
      ])
        expect(await identity.authenticateWriteKey(secret, { origin: origin ?? null, address: address ?? null })).toBeNull();
      expect(await identity.authenticateWriteKey(secret)).toBeNull();
      await identity.keys.change(owner, key.id, { origins: [], addresses: [] });
      expect(await identity.authenticateWriteKey(secret)).not.toBeNull();
    });

    test('a change leaves alone what it does not name', async () => {
      const limits = { origins: ['https://a.example'], addresses: ['192.0.2.1'], callsPerMinute: 5 };
      const { key } = await identity.keys.create(owner, wanted(limits));
      expect(await identity.keys.change(owner, key.id, { name: 'Other' })).toMatchObject({ ...limits, name: 'Other' });
      expect(await identity.keys.change(owner, key.id, { callsPerMinute: null })).toMatchObject({ ...limits, callsPerMinute: null });
    });

    test('its use is noted to the minute, with the address', async () => {
      const { key, secret } = await identity.keys.create(owner, wanted());
      const uses = async () => {
        await identity.close();
        const found = (await identity.keys.list(workspaceId)).find((each) => each.id === key.id);
        return [found?.lastUsedMs, found?.lastUsedFrom];
      };
      const firstMs = world.nowMs;
      await come(secret, null, '192.0.2.1');
      world.nowMs += minuteMs - 1;
      await come(secret, null, '192.0.2.2');
      expect(await uses()).toEqual([firstMs, '192.0.2.1']);
      world.nowMs += 1;
      await come(secret, null, '192.0.2.3');
      expect(await uses()).toEqual([world.nowMs, '192.0.2.3']);
    });
  });

  describe('rotation', () => {
    test('the secret before works until the overlap ends, and the one before that no longer', async () => {
      const { key, secret: first } = await identity.keys.create(owner, wanted({ kind: 'write' }));
      const { secret: second, key: rotated } = await identity.keys.rotate(owner, key.id, 2);
      expect(rotated).toMatchObject({ id: key.id, prefix: second.slice(0, 9), previousUntilMs: world.nowMs + 2 * hourMs });
      expect([await come(first), await come(second)]).toEqual([
        expect.objectContaining({ id: key.id }),
        expect.objectContaining({ id: key.id }),
      ]);
      world.nowMs += 2 * hourMs;
      expect([(await come(first)) === null, (await come(second)) === null]).toEqual([true, false]);
      expect((await identity.keys.list(workspaceId)).find((each) => each.id === key.id)?.previousUntilMs).toBeNull();
      const { secret: third } = await identity.keys.rotate(owner, key.id, 1);
      const { secret: fourth } = await identity.keys.rotate(owner, key.id, 1);
      const works = await Promise.all([first, second, third, fourth].map(async (secret) => (await come(secret)) !== null));
      expect(works).toEqual([false, false, true, true]);
      expect(await identity.keys.maybeWriteKey(workspaceId)).not.toBe(first);
    });

    test('without an overlap the secret before ends at once, and an expiry holds for both', async () => {
      const { key, secret } = await identity.keys.create(owner, wanted({ expiresAt: new Date(world.nowMs + hourMs).toISOString() }));
      const { secret: second } = await identity.keys.rotate(owner, key.id, 5);
      world.nowMs += hourMs;
      expect([await come(secret), await come(second)]).toEqual([null, null]);
      const other = await identity.keys.create(owner, wanted());
      await identity.keys.rotate(owner, other.key.id, 0);
      expect(await come(other.secret)).toBeNull();
    });

    test('a chosen key, too, works until the overlap ends', async () => {
      const operator = principalFor('local-owner', world.initialWorkspaceId, 'local-owner', ['admin'], { isOperator: true });
      const initial = (await identity.keys.list(world.initialWorkspaceId)).find((each) => each.name === 'Initial')!;
      const { secret } = await identity.keys.rotate(operator, initial.id, 1);
      expect([await come(chosenApiKey), await come(secret)].map((each) => each?.id)).toEqual([initial.id, initial.id]);
      world.nowMs += hourMs;
      expect(await come(chosenApiKey)).toBeNull();
    });
  });

  describe('the end', () => {
    test('revoked, it is refused at once, also while it is rotated, and whoever holds sockets open is told', async () => {
      const told: Ended[] = [];
      identity.onCredentialsEnd((ended) => told.push(ended));
      const { key, secret } = await identity.keys.create(owner, wanted());
      const { secret: second } = await identity.keys.rotate(owner, key.id, 2);
      await identity.keys.revoke(workspaceId, key.id);
      expect([await come(secret), await come(second)]).toEqual([null, null]);
      expect(told).toEqual([{ principalId: key.id }, { principalId: key.id }]);
      await expect(identity.keys.revoke(workspaceId, key.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(identity.keys.rotate(owner, key.id, 1)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      expect((await identity.keys.list(workspaceId)).find((each) => each.id === key.id)?.revokedMs).toBe(world.nowMs);
      await identity.keys.restore(workspaceId, key.id);
      expect([(await come(secret)) === null, (await come(second)) === null]).toEqual([true, false]);
    });

    test('revoked on another node, it is refused within a second, and one made there is known', async () => {
      const { key, secret } = await identity.keys.create(owner, wanted({ kind: 'write' }));
      expect(await identity.authenticateWriteKey(secret)).not.toBeNull();
      expect(await identity.authenticateWriteKey('bw_w_unknown-yet-but-of-good-shape')).toBeNull();
      const other = await world.openAnother();
      await other.identity.keys.revoke(workspaceId, key.id);
      const made = await other.identity.keys.create(owner, wanted({ kind: 'write' }));
      expect(await identity.authenticateWriteKey(secret)).not.toBeNull();
      world.nowMs += 1_000;
      expect(await identity.authenticateWriteKey(secret)).toBeNull();
      expect(await identity.authenticateWriteKey(made.secret)).not.toBeNull();
      await other.close();
    });

    test('a workspace cannot see, change, rotate or revoke the keys of another', async () => {
      await world.insertWorkspace('ws_foreign');
      const foreign = principalFor('local-owner', 'ws_foreign', 'local-owner', ['admin'], { isOperator: true });
      const { key, secret } = await identity.keys.create(foreign, wanted({ kind: 'write' }));
      expect((await identity.keys.list(workspaceId)).map((each) => each.id)).not.toContain(key.id);
      for (const attempt of [
        () => identity.keys.revoke(workspaceId, key.id),
        () => identity.keys.restore(workspaceId, key.id),
        () => identity.keys.rotate(owner, key.id, 1),
        () => identity.keys.change(owner, key.id, { name: 'Mine' }),
      ])
        await expect(attempt()).rejects.toMatchObject({ code: 'NOT_FOUND' });
      expect(await identity.authenticateWriteKey(secret)).toMatchObject({ workspaceId: 'ws_foreign' });
      expect(await identity.keys.maybeWriteKey(workspaceId)).not.toBe(secret);
    });

    test('what nobody made is refused without asking for it twice, and pushes no key out', async () => {
      const { secret } = await identity.keys.create(owner, wanted());
      await come(secret);
      for (const garbage of ['', 'x', 'bw_a_', `bw_a_${'x'.repeat(32)}`, 'Bearer', 'a.b.c', '\u0000', 'ü'.repeat(40), 'x'.repeat(5_000)])
        expect(await come(garbage)).toBeNull();
      expect(await come(secret)).not.toBeNull();
    });
  });

  test('who made a key is named, until they are forgotten', async () => {
    const ada = (await readMembers(world.catalog.db, { workspaceId }))[0]!;
    const person: Principal = {
      kind: 'person',
      workspaceId,
      id: ada.person.id,
      personId: ada.person.id,
      isOperator: true,
      ...accessOf(ada),
    };
    const byAda = await identity.keys.create(person, wanted());
    const byKey = await identity.keys.create(principalFor('api-key', workspaceId, byAda.key.id, ['admin']), wanted());
    const byLocal = await identity.keys.create(owner, wanted());
    expect([byAda, byKey, byLocal].map(({ key }) => key.makerName)).toEqual(['Ada', 'Reports', 'Command line']);
    await world.catalog.db.deleteFrom('memberships').execute();
    await world.catalog.db.deleteFrom('auth_users').execute();
    const listed = (await identity.keys.list(workspaceId)).find((each) => each.id === byAda.key.id);
    expect([listed?.maker?.id, listed?.makerName]).toEqual([ada.person.id, null]);
  });

  test('neither keys nor tokens are in the catalog as they are shown', async () => {
    const secrets = [
      (await identity.keys.create(owner, wanted({ kind: 'write' }))).secret,
      (await identity.keys.create(owner, wanted())).secret,
    ];
    const rows = JSON.stringify(await world.catalog.db.selectFrom('keys').selectAll().execute());
    for (const secret of secrets) {
      expect(rows).toContain(digest(secret));
      expect(rows).not.toContain(secret.slice(9));
    }
  });
});
