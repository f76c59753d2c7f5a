/** Members, roles, groups, invitations and workspaces on both catalogs: who may change what, and what it amounts to. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Catalog } from '../../src/server/catalog/schema.ts';
import { createRegister, type Register } from '../../src/server/identity/members/register.ts';
import { readMembers } from '../../src/server/identity/members/grants.ts';
import { insertMember } from '../../src/server/identity/people.ts';
import { readPlaces } from '../../src/server/identity/person/places.ts';
import type { Principal } from '../../src/server/identity/principal.ts';
import { readIdentityVersion } from '../../src/server/identity/version.ts';
import { watchVersion } from '../../src/server/identity/versioned-cache.ts';
import type { Letter } from '../../src/server/ports/mailer.ts';
import { Problem } from '../../src/shared/model/errors.ts';
import { permissions } from '../../src/shared/model/permission.ts';
import type { DatasetRules } from '../../src/shared/model/policy.ts';
import { describeOnEachCatalog, type CatalogPlace } from '../fixtures/each-catalog.ts';
import { principalFor } from '../fixtures/principals.ts';
import { silentLog } from '../fixtures/silent-log.ts';

const dayMs = 86_400_000;
const germany: DatasetRules = { events: { rows: [{ field: 'properties.country', is: ['DE'] }], masks: [] } };
const ownSales: DatasetRules = { events: { rows: [{ field: 'properties.seller', is: ['{person.seller}'] }], masks: [] } };

describeOnEachCatalog('access', (place) => {
  let at: CatalogPlace;
  let catalog: Catalog;
  let register: Register;
  let nowMs: number;
  let letters: Letter[];
  let mailFails: boolean;
  let locked: Set<string>;
  let forgotten: string[];
  let known: Set<string>;

  const registerOn = (on: Catalog, hasMail = false): Register => {
    const { db } = on;
    const clock = { now: () => nowMs };
    return createRegister({
      db,
      clock,
      randomBytes,
      version: watchVersion(() => readIdentityVersion(db), clock),
      log: silentLog,
      appUrl: () => 'https://stats.example.com/',
      sendMail: hasMail
        ? async (letter) => {
            if (mailFails) throw new Error('no route to host');
            letters.push(letter);
          }
        : null,
      wayIn: {
        statesOf: async (people) => new Map(people.map(({ id, email }) => [id, { twoFactor: false, isLocked: locked.has(email) }])),
        unlock: async ({ email }) => void locked.delete(email),
        offerReset: async ({ id }) => ({ sent: false, link: `https://stats.example.com/reset-password#token=for-${id}` }),
      },
      assertRules: (rules) => {
        if ('unheard-of' in rules) throw new Problem('DATASET_UNKNOWN', 'There is no dataset "unheard-of".');
      },
      forgetPerson: async ({ id }) => {
        forgotten.push(id);
        return known.delete(id);
      },
      insertWriteKey: async (open, workspaceId) => {
        const row = {
          id: `k_${workspaceId}`,
          workspace_id: workspaceId,
          kind: 'write',
          name: 'Default',
          prefix: 'bw_w',
          hash: `hash of ${workspaceId}`,
        };
        await open
          .insertInto('keys')
          .values({ ...row, sealed: null, scopes: '["ingest"]', created_at: nowMs, revoked_at: null, last_used_at: null })
          .execute();
        return `bw_w_${workspaceId}`;
      },
    });
  };

  beforeAll(async () => {
    at = await place();
    catalog = await at.open();
  });
  beforeEach(async () => {
    nowMs = 1_780_000_000_000;
    letters = [];
    mailFails = false;
    locked = new Set();
    forgotten = [];
    known = new Set();
    // What belongs to them goes with them.
    await catalog.db.deleteFrom('auth_users').execute();
    await catalog.db.deleteFrom('workspaces').execute();
    register = registerOn(catalog);
    for (const id of ['ws', 'other'])
      await catalog.db
        .insertInto('workspaces')
        .values({ id, name: id === 'ws' ? 'Shop' : 'Other', created_at: 1, settings: '{}' })
        .execute();
  });
  afterAll(() => catalog?.close());

  /** A member with an account; the id is the name in small letters. */
  const add = async (name: string, role: string, workspaceId = 'ws'): Promise<string> => {
    const id = name.toLowerCase();
    const person = { id, name, email: `${id}@example.com`, passwordHash: 'x', createdMs: nowMs };
    const exists = await catalog.db.selectFrom('auth_users').select('id').where('id', '=', id).executeTakeFirst();
    if (exists === undefined) await catalog.db.transaction().execute((open) => insertMember(open, person, workspaceId, role));
    else
      await catalog.db
        .insertInto('memberships')
        .values({ workspace_id: workspaceId, person_id: id, role, created_at: nowMs, last_seen_at: null })
        .execute();
    return id;
  };
  /** As somebody who is signed in. */
  const as = async (personId: string, workspaceId = 'ws'): Promise<Principal> =>
    (await readPlaces(catalog.db, personId)).find(({ member }) => member.workspaceId === workspaceId)!.principal;
  const operator = (): Principal => principalFor('local-owner', 'ws', 'local-owner', permissions, { isOperator: true });
  const roleOf = async (personId: string, workspaceId = 'ws') =>
    (await readMembers(catalog.db, { workspaceId, personId }))[0]?.role.id ?? null;
  const role = (name: string, more: object = {}) => ({ name, description: '', permissions: ['events:read' as const], rules: {}, ...more });
  const invite = (email: string | null, more: object = {}) => ({
    email,
    role: 'viewer',
    groups: [],
    attributes: {},
    expiresInDays: 7,
    ...more,
  });
  const tokenOf = (link: string | null): string => link!.split('#token=')[1]!;
  const account = async (id: string, email = `${id}@example.com`): Promise<{ id: string; email: string }> => {
    const dates = { created_at: '2026-01-01T00:00:00.000Z', updated_at: '2026-01-01T00:00:00.000Z' };
    const verified = (catalog.dialect === 'postgres' ? false : 0) as 0;
    await catalog.db
      .insertInto('auth_users')
      .values({ id, name: id, email, email_verified: verified, ...dates })
      .execute();
    return { id, email };
  };

  describe('effective access', () => {
    test('adds the permissions of role and groups up, and joins their limits with the attributes of the member', async () => {
      const owner = await as(await add('Olga', 'owner'));
      await add('Vera', 'viewer');
      const german = await register.roles.create(owner, role('German', { rules: germany }));
      const seller = await register.roles.create(owner, role('Seller', { permissions: ['events:export'], rules: ownSales }));
      const group = await register.groups.create(owner, { name: 'Sales', roles: [seller.id], members: ['vera'] });
      await register.members.change(owner, 'vera', { role: german.id, attributes: { seller: ['s1', 's2'] } });
      const { permissions: may, policy } = await as('vera');
      expect([...may].toSorted()).toEqual(['events:export', 'events:read']);
      expect(policy).toEqual({
        workspaceId: 'ws',
        name: 'roles:German+Seller',
        rules: {
          events: {
            rows: [
              { field: 'properties.country', is: ['DE'] },
              { field: 'properties.seller', is: ['s1', 's2'] },
            ],
            masks: [],
          },
        },
      });
      await register.members.change(owner, 'vera', { attributes: {} });
      expect((await as('vera')).policy.rules).toEqual({ events: { rows: [{ any: [] }], masks: [] } });
      await register.groups.remove(owner, group.id);
      expect((await as('vera')).policy).toMatchObject({ name: 'role:German', rules: germany });
    });

    test('a role or group of another workspace gives nothing', async () => {
      const owner = await as(await add('Olga', 'owner'));
      const elsewhere = await as(await add('Otto', 'owner', 'other'), 'other');
      const theirs = await register.roles.create(elsewhere, role('Theirs', { permissions: ['keys:manage'] }));
      await add('Vera', 'viewer');
      await expect(register.members.change(owner, 'vera', { role: theirs.id })).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(register.roles.change(owner, theirs.id, role('Mine'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(register.roles.remove(owner, theirs.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(register.seeAs(owner, theirs.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await catalog.db.updateTable('memberships').set({ role: theirs.id }).where('person_id', '=', 'vera').execute();
      expect((await as('vera')).permissions).toEqual(new Set());
    });

    test('is raised in version with each change, tells who changed, and shows on another node within a second', async () => {
      const owner = await as(await add('Olga', 'owner'));
      await add('Vera', 'viewer');
      await add('Emil', 'viewer');
      const heard: string[][] = [];
      const stop = register.onAccessChange((ids) => heard.push([...ids]));
      const mine = await register.roles.create(owner, role('Mine'));
      expect(heard).toEqual([]);
      await register.members.change(owner, 'vera', { role: mine.id });
      await register.members.change(owner, 'emil', { role: 'viewer' });
      const before = await readIdentityVersion(catalog.db);
      await register.roles.change(owner, mine.id, role('Mine', { permissions: [] }));
      expect(await readIdentityVersion(catalog.db)).toBeGreaterThan(before);
      await register.members.remove(owner, 'emil');
      stop();
      await register.members.remove(owner, 'vera');
      expect(heard).toEqual([['vera'], ['vera'], ['emil']]);
    });
  });

  describe('nobody gives away more than they have', () => {
    /** May manage people, roles and keys, and look; no more. */
    const addManager = async (): Promise<Principal> => {
      const owner = await as(await add('Olga', 'owner'));
      const may = ['events:read', 'people:read', 'people:manage', 'roles:read', 'roles:manage'];
      const manager = await register.roles.create(owner, role('Manager', { permissions: may }));
      return as(await add('Mara', manager.id));
    };

    test('not by a role, a group, an invitation or to oneself', async () => {
      const mara = await addManager();
      await add('Vera', 'auditor');
      const sellers = await register.groups.create(operator(), { name: 'Exporters', roles: ['analyst'], members: [] });
      const none = await register.groups.create(mara, { name: 'Empty', roles: [], members: [] });
      const refused = { code: 'FORBIDDEN' };
      await expect(register.members.change(mara, 'mara', { role: 'admin' })).rejects.toMatchObject(refused);
      await expect(register.members.change(mara, 'mara', { groups: [sellers.id] })).rejects.toMatchObject(refused);
      await expect(register.members.change(mara, 'vera', { role: 'analyst' })).rejects.toMatchObject(refused);
      await expect(register.groups.create(mara, { name: 'X', roles: ['editor'], members: [] })).rejects.toMatchObject(refused);
      await expect(register.groups.change(mara, none.id, { name: 'X', roles: ['editor'], members: [] })).rejects.toMatchObject(refused);
      await expect(register.groups.change(mara, sellers.id, { name: 'X', roles: ['analyst'], members: ['mara'] })).rejects.toMatchObject(
        refused,
      );
      await expect(register.roles.create(mara, role('X', { permissions: ['sql:run'] }))).rejects.toMatchObject(refused);
      await expect(register.invitations.create(mara, invite('x@example.com', { role: 'viewer' }))).rejects.toMatchObject(refused);
      await expect(register.invitations.create(mara, invite(null, { role: mara.id }))).rejects.toMatchObject({
        code: 'NOT_FOUND',
      });
      const lesser = await register.roles.create(mara, role('Looks'));
      await expect(
        register.invitations.create(mara, invite('x@example.com', { role: lesser.id, groups: [sellers.id] })),
      ).rejects.toMatchObject(refused);
      await expect(register.roles.change(mara, lesser.id, role('Looks', { permissions: ['keys:manage'] }))).rejects.toMatchObject(refused);
      expect((await register.invitations.create(mara, invite('x@example.com', { role: lesser.id }))).link).toContain(
        'https://stats.example.com/invitation#',
      );
      expect(await catalog.db.selectFrom('groups').select('name').orderBy('name').execute()).toEqual([
        { name: 'Empty' },
        { name: 'Exporters' },
      ]);
    });

    test('and nobody touches somebody who may do more than they', async () => {
      const mara = await addManager();
      await add('Anna', 'admin');
      await expect(register.members.change(mara, 'anna', { role: 'viewer' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
      await expect(register.members.remove(mara, 'anna')).rejects.toMatchObject({ code: 'FORBIDDEN' });
      expect(await roleOf('anna')).toBe('admin');
    });

    test('an admin who sees a part makes roles and invitations that see no more, whatever is asked for', async () => {
      const owner = await as(await add('Olga', 'owner'));
      const part = await register.roles.create(owner, role('Part', { permissions: [...permissions], rules: germany }));
      const anna = await as(await add('Anna', part.id));
      const made = await register.roles.create(anna, role('Made', { rules: ownSales }));
      expect(made.rules).toEqual({ events: { rows: [germany.events!.rows[0], ownSales.events!.rows[0]], masks: [] } });
      const changed = await register.roles.change(anna, made.id, role('Made', { rules: {} }));
      expect(changed.rules).toEqual(germany);
      const { link } = await register.invitations.create(anna, invite(null));
      await register.acceptance.join(tokenOf(link), await account('nina'));
      expect((await as('nina')).policy).toMatchObject({ name: 'role:viewer', rules: germany });
      await expect(register.members.change(anna, 'nina', { limits: {} })).rejects.toMatchObject({ code: 'FORBIDDEN' });
      await expect(register.members.change(anna, 'anna', { role: 'admin' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
      await register.members.change(owner, 'nina', { limits: {} });
      expect((await as('nina')).policy.name).toBe('workspace');
    });

    test('an admin whose rows hang on an attribute cannot change it to see others', async () => {
      const owner = await as(await add('Olga', 'owner'));
      const seller = await register.roles.create(owner, role('Seller admin', { permissions: [...permissions], rules: ownSales }));
      await add('Anna', seller.id);
      await register.members.change(owner, 'anna', { attributes: { seller: 's1' } });
      const anna = await as('anna');
      await expect(register.members.change(anna, 'anna', { attributes: { seller: 's2' } })).rejects.toMatchObject({ code: 'FORBIDDEN' });
      await expect(register.members.change(anna, 'anna', { attributes: { seller: ['s1', 's2'] } })).rejects.toMatchObject({
        code: 'FORBIDDEN',
      });
      await register.members.change(anna, 'anna', { attributes: { seller: 's1', region: 'south' } });
      await add('Sven', seller.id);
      await expect(register.members.change(anna, 'sven', { attributes: { seller: 's2' } })).rejects.toMatchObject({ code: 'FORBIDDEN' });
      await register.members.change(anna, 'sven', { attributes: { seller: 's1' } });
      expect((await as('sven')).policy.rules).toEqual(anna.policy.rules);
    });

    test('what somebody lost a moment ago does not count, though their session still says so', async () => {
      const owner = await as(await add('Olga', 'owner'));
      const anna = await as(await add('Anna', 'admin'));
      await add('Vera', 'viewer');
      await register.members.change(owner, 'anna', { role: 'viewer' });
      await expect(register.members.change(anna, 'vera', { role: 'admin' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
      await register.members.remove(owner, 'anna');
      await expect(register.members.change(anna, 'vera', { role: 'viewer' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    });

    test('a token of a person gives at most what the token has', async () => {
      const olga = await as(await add('Olga', 'owner'));
      await add('Vera', 'auditor');
      const token: Principal = { ...olga, kind: 'api-key', id: 'k_1', permissions: new Set(['people:manage', 'people:read']) };
      await expect(register.members.change(token, 'vera', { role: 'admin' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
      await expect(register.members.change(token, 'vera', { role: 'owner' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    });
  });

  describe('owners', () => {
    test('only owners make and unmake them', async () => {
      const owner = await as(await add('Olga', 'owner'));
      const anna = await as(await add('Anna', 'admin'));
      await add('Vera', 'viewer');
      for (const attempt of [
        () => register.members.change(anna, 'vera', { role: 'owner' }),
        () => register.members.change(anna, 'anna', { role: 'owner' }),
        () => register.members.change(anna, 'olga', { role: 'admin' }),
        () => register.members.remove(anna, 'olga'),
        () => register.invitations.create(anna, invite(null, { role: 'owner' })),
      ])
        await expect(attempt()).rejects.toMatchObject({ code: 'FORBIDDEN', message: expect.stringMatching(/^Only owners make/) });
      await expect(register.groups.create(owner, { name: 'Owners', roles: ['owner'], members: [] })).rejects.toMatchObject({
        code: 'REQUEST_INVALID',
      });
      await register.members.change(owner, 'anna', { role: 'owner' });
      await register.members.change(await as('anna'), 'olga', { role: 'viewer' });
      expect([await roleOf('anna'), await roleOf('olga')]).toEqual(['owner', 'viewer']);
    });

    test('the last one cannot leave, be demoted, removed or erased', async () => {
      const owner = await as(await add('Olga', 'owner'));
      await register.operators.set('olga', true);
      for (const attempt of [
        () => register.members.leave(owner),
        () => register.members.change(owner, 'olga', { role: 'admin' }),
        () => register.members.remove(operator(), 'olga'),
        () => register.members.erase('olga'),
      ])
        await expect(attempt()).rejects.toMatchObject({ code: 'CONFLICT' });
      await add('Otto', 'owner');
      await register.members.leave(owner);
      expect(await roleOf('olga')).toBeNull();
    });

    test('two who demote each other at once leave one', async () => {
      const otherCatalog = await at.open();
      const nodes = [register, registerOn(otherCatalog)];
      for (const round of [1, 2, 3]) {
        const [anna, olga] = [
          await as(await add(`Anna${round}`, 'owner', 'other'), 'other'),
          await as(await add(`Olga${round}`, 'owner', 'other'), 'other'),
        ];
        const outcomes = await Promise.allSettled([
          nodes[0]!.members.change(anna, olga.id, { role: 'admin' }),
          nodes[1]!.members.change(olga, anna.id, { role: 'admin' }),
        ]);
        expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
        const left = [await roleOf(anna.id, 'other'), await roleOf(olga.id, 'other')].toSorted();
        expect(left).toEqual(['admin', 'owner']);
      }
      await otherCatalog.close();
    });

    test('two who leave at once leave one', async () => {
      const otherCatalog = await at.open();
      const [anna, olga] = [await as(await add('Anna', 'owner')), await as(await add('Olga', 'owner'))];
      const outcomes = await Promise.allSettled([register.members.leave(anna), registerOn(otherCatalog).members.leave(olga)]);
      expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
      expect(await readMembers(catalog.db, { workspaceId: 'ws' })).toHaveLength(1);
      await otherCatalog.close();
    });
  });

  describe('roles', () => {
    test('are listed with who has them, built-in ones first', async () => {
      const owner = await as(await add('Olga', 'owner'));
      await add('Vera', 'viewer');
      const mine = await register.roles.create(owner, role('Mine', { description: 'of mine' }));
      await register.groups.create(owner, { name: 'G', roles: [mine.id], members: ['vera', 'olga'] });
      await register.invitations.create(owner, invite(null, { role: mine.id }));
      const roles = await register.roles.list('ws');
      expect(roles.map(({ name }) => name)).toEqual(['owner', 'admin', 'analyst', 'editor', 'viewer', 'auditor', 'Mine']);
      expect(roles.at(-1)).toMatchObject({
        id: mine.id,
        isBuiltIn: false,
        description: 'of mine',
        memberCount: 2,
        groupCount: 1,
        invitationCount: 1,
      });
      expect(roles[0]).toMatchObject({ isBuiltIn: true, memberCount: 1, groupCount: 0 });
      expect((await register.roles.list('other')).map(({ name }) => name)).not.toContain('Mine');
    });

    test('in use cannot be deleted: the refusal says by whom', async () => {
      const owner = await as(await add('Olga', 'owner'));
      await add('Vera', 'viewer');
      const mine = await register.roles.create(owner, role('Mine'));
      await register.members.change(owner, 'vera', { role: mine.id });
      const group = await register.groups.create(owner, { name: 'Sales', roles: [mine.id], members: [] });
      const { invitation } = await register.invitations.create(owner, invite('new@example.com', { role: mine.id }));
      await expect(register.roles.remove(owner, mine.id)).rejects.toMatchObject({
        code: 'CONFLICT',
        message: 'The role "Mine" is in use by Vera, the group "Sales", the invitation of new@example.com. Give them another role first.',
      });
      await register.members.change(owner, 'vera', { role: 'viewer' });
      await register.groups.remove(owner, group.id);
      await register.invitations.withdraw(owner, invitation.id);
      await register.roles.remove(owner, mine.id);
      await expect(register.roles.remove(owner, mine.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });

    test('have names of their own, and rules whose placeholders can be bound', async () => {
      const owner = await as(await add('Olga', 'owner'));
      const mine = await register.roles.create(owner, role('Mine'));
      const other = await register.roles.create(owner, role('Other'));
      await expect(register.roles.create(owner, role('MINE'))).rejects.toMatchObject({ code: 'CONFLICT' });
      await expect(register.roles.create(owner, role('Admin'))).rejects.toMatchObject({ code: 'CONFLICT' });
      await expect(register.roles.change(owner, other.id, role('mine'))).rejects.toMatchObject({ code: 'CONFLICT' });
      await expect(register.roles.change(owner, 'viewer', role('viewer2'))).rejects.toMatchObject({ code: 'FORBIDDEN' });
      const misplaced: DatasetRules = { events: { rows: [{ field: 'user', contains: '{person.id}' }], masks: [] } };
      const unknown: DatasetRules = { 'unheard-of': { rows: [], masks: [] } };
      await expect(register.roles.create(owner, role('X', { rules: unknown }))).rejects.toMatchObject({ code: 'DATASET_UNKNOWN' });
      await expect(register.members.change(owner, 'olga', { limits: unknown })).rejects.toMatchObject({ code: 'DATASET_UNKNOWN' });
      await expect(register.members.change(owner, 'olga', { limits: misplaced })).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
      await expect(register.roles.change(owner, mine.id, role('Mine', { rules: misplaced }))).rejects.toMatchObject({
        code: 'REQUEST_INVALID',
      });
      expect(
        (await register.roles.change(owner, mine.id, role('Mine', { permissions: ['sql:run', 'events:read', 'sql:run'] }))).permissions,
      ).toEqual(['events:read', 'sql:run']);
    });

    test('can be seen as by who manages them: with what both allow, and never as who runs the installation', async () => {
      const owner = { ...(await as(await add('Olga', 'owner'))), isOperator: true };
      await register.members.change(owner, 'olga', { attributes: { seller: 's7' } });
      const seller = await register.roles.create(owner, role('Seller', { permissions: ['events:read', 'sql:run'], rules: ownSales }));
      const seen = await register.seeAs(owner, seller.id);
      expect(seen).toMatchObject({
        isOperator: false,
        seeingAs: { id: seller.id, name: 'Seller' },
        permissions: new Set(['events:read', 'sql:run']),
      });
      expect(seen.policy).toEqual({
        workspaceId: 'ws',
        name: 'as:Seller',
        rules: { events: { rows: [{ field: 'properties.seller', is: ['s7'] }], masks: [] } },
      });
      const key = principalFor('api-key', 'ws', 'k_1', ['roles:manage', 'events:read']);
      const seenByKey = await register.seeAs(key, seller.id);
      expect(seenByKey.permissions).toEqual(new Set(['events:read']));
      expect(seenByKey.policy.rules.events?.rows).toEqual([{ any: [] }]);
      await expect(register.seeAs(principalFor('api-key', 'ws', 'k_2', ['ask']), 'viewer')).rejects.toMatchObject({ code: 'FORBIDDEN' });
      await register.roles.change(owner, seller.id, role('Seller', { rules: {} }));
      expect((await register.seeAs(owner, seller.id)).policy.rules).toEqual({});
    });
  });

  describe('groups', () => {
    test('hold people of the workspace, who leave them with it', async () => {
      const owner = await as(await add('Olga', 'owner'));
      await add('Vera', 'viewer');
      await add('Fred', 'viewer', 'other');
      const body = { name: 'Sales', roles: ['editor'], members: ['vera', 'vera'] };
      await expect(register.groups.create(owner, { ...body, members: ['fred'] })).rejects.toMatchObject({ code: 'NOT_FOUND' });
      const group = await register.groups.create(owner, body);
      expect(group).toEqual({
        id: group.id,
        name: 'Sales',
        roles: [{ id: 'editor', name: 'editor' }],
        members: [{ id: 'vera', name: 'Vera', email: 'vera@example.com' }],
      });
      await expect(register.groups.create(owner, { ...body, name: 'SALES' })).rejects.toMatchObject({ code: 'CONFLICT' });
      const elsewhere = await as(await add('Otto', 'owner', 'other'), 'other');
      await expect(register.groups.change(elsewhere, group.id, body)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(register.groups.remove(elsewhere, group.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(register.members.change(elsewhere, 'fred', { groups: [group.id] })).rejects.toMatchObject({ code: 'NOT_FOUND' });
      expect(await register.groups.list('other')).toEqual([]);
      expect((await as('vera')).permissions.has('dashboards:edit')).toBe(true);
      await register.members.remove(owner, 'vera');
      expect((await register.groups.list('ws'))[0]?.members).toEqual([]);
    });
  });

  describe('invitations', () => {
    const owner = async () => as(await add('Olga', 'owner'));

    test('say what they are for, and make a member who has what they promise', async () => {
      const olga = await owner();
      const group = await register.groups.create(olga, { name: 'Sales', roles: ['editor'], members: [] });
      const made = await register.invitations.create(olga, invite('New@Example.com', { groups: [group.id], attributes: { seller: 's1' } }));
      expect(made).toMatchObject({ sent: false, invitation: { email: 'new@example.com', invitedBy: 'Olga', groups: [{ name: 'Sales' }] } });
      expect(made.link).toMatch(/^https:\/\/stats\.example\.com\/invitation#token=[\w-]{32}$/);
      const token = tokenOf(made.link);
      expect(await register.acceptance.look(token)).toEqual({
        workspaceName: 'Shop',
        email: 'new@example.com',
        roleName: 'viewer',
        hasAccount: false,
        expiresMs: nowMs + 7 * dayMs,
      });
      expect(JSON.stringify(await catalog.db.selectFrom('invitations').selectAll().execute())).not.toContain(token);
      const person = { id: 'new', name: 'New', email: 'NEW@example.com', passwordHash: 'x', createdMs: nowMs };
      await register.acceptance.signUp(token, person);
      const [member] = await readMembers(catalog.db, { workspaceId: 'ws', personId: 'new' });
      expect(member).toMatchObject({ name: 'New', role: { id: 'viewer' }, groups: [{ name: 'Sales' }], attributes: { seller: 's1' } });
      await expect(register.acceptance.look(token)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(register.acceptance.signUp(token, { ...person, id: 'p2', email: 'new@example.com' })).rejects.toMatchObject({
        code: 'NOT_FOUND',
      });
    });

    test('are sent by mail where there is one; a mail that fails leaves the link to who invited', async () => {
      const olga = await owner();
      const mailing = registerOn(catalog, true);
      const sent = await mailing.invitations.create(olga, invite('a@example.com'));
      expect(sent).toMatchObject({ sent: true, link: null });
      expect(letters[0]).toMatchObject({ to: 'a@example.com', subject: 'Olga invites you to "Shop"' });
      await mailing.acceptance.join(letters[0]!.action!.url.split('#token=')[1]!, await account('a'));
      mailFails = true;
      expect(await mailing.invitations.create(olga, invite('b@example.com'))).toMatchObject({
        sent: false,
        link: expect.stringContaining('#token='),
      });
      expect(await mailing.invitations.create(olga, invite(null))).toMatchObject({ sent: false, link: expect.any(String) });
    });

    test('are for their address alone, and for accounts that are not in yet', async () => {
      const olga = await owner();
      const { link } = await register.invitations.create(olga, invite('ann@example.com'));
      const token = tokenOf(link);
      await expect(register.acceptance.join(token, await account('eve'))).rejects.toMatchObject({ code: 'FORBIDDEN' });
      const stranger = { id: 'x', name: 'X', email: 'x@example.com', passwordHash: 'x', createdMs: nowMs };
      await expect(register.acceptance.signUp(token, stranger)).rejects.toMatchObject({ code: 'FORBIDDEN' });
      const ann = await account('ann');
      expect((await register.acceptance.look(token)).hasAccount).toBe(true);
      await expect(register.acceptance.signUp(token, { ...stranger, email: 'Ann@example.com' })).rejects.toMatchObject({
        code: 'CONFLICT',
      });
      expect(await register.acceptance.join(token, { ...ann, email: 'ANN@Example.com' })).toBe('ws');
      await expect(register.invitations.create(olga, invite('Ann@example.com'))).rejects.toMatchObject({ code: 'CONFLICT' });
      const open = tokenOf((await register.invitations.create(olga, invite(null))).link);
      await expect(register.acceptance.join(open, ann)).rejects.toMatchObject({ code: 'CONFLICT' });
      await register.acceptance.join(open, { id: 'eve', email: 'eve@example.com' });
    });

    test('end by time, by being withdrawn or replaced, and with the membership of who made them', async () => {
      const olga = await owner();
      const anna = await as(await add('Anna', 'admin'));
      const token = async (by: Principal, email: string | null, more = {}) =>
        tokenOf((await register.invitations.create(by, invite(email, more))).link);
      const refused = (text: string) => expect(register.acceptance.look(text)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      const short = await token(olga, null, { expiresInDays: 1 });
      nowMs += dayMs;
      await refused(short);
      await expect(register.acceptance.join(short, await account('eve'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
      const first = await token(olga, 'a@example.com');
      await token(olga, 'A@example.com');
      await refused(first);
      const { invitation, link } = await register.invitations.create(olga, invite(null));
      const elsewhere = await as(await add('Otto', 'owner', 'other'), 'other');
      await expect(register.invitations.withdraw(elsewhere, invitation.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await register.invitations.withdraw(olga, invitation.id);
      await refused(tokenOf(link));
      const hers = await token(anna, null);
      await register.members.remove(olga, 'anna');
      await refused(hers);
      expect((await register.invitations.list('ws')).map(({ email }) => email)).toEqual(['a@example.com', null]);
      nowMs += 31 * dayMs;
      await register.prune();
      expect((await register.invitations.list('ws')).map(({ email }) => email)).toEqual(['a@example.com']);
    });

    test('give no more than who made them still has', async () => {
      const olga = await owner();
      const anna = await as(await add('Anna', 'admin'));
      const { link } = await register.invitations.create(anna, invite(null, { role: 'admin' }));
      await register.members.change(olga, 'anna', { role: 'editor' });
      await expect(register.acceptance.join(tokenOf(link), await account('eve'))).rejects.toMatchObject({ code: 'FORBIDDEN' });
      await register.members.change(olga, 'anna', { role: 'admin' });
      expect(await register.acceptance.join(tokenOf(link), { id: 'eve', email: 'eve@example.com' })).toBe('ws');
    });

    test('ten who accept one at once are one member', async () => {
      const olga = await owner();
      const otherCatalog = await at.open();
      const nodes = [register, registerOn(otherCatalog)];
      const token = tokenOf((await register.invitations.create(olga, invite(null))).link);
      const people = [];
      for (let i = 0; i < 5; i++) people.push(await account(`joiner${i}`));
      const outcomes = await Promise.allSettled([
        ...people.map((person, i) => nodes[i % 2]!.acceptance.join(token, person)),
        ...people.map((_, i) =>
          nodes[i % 2]!.acceptance.signUp(token, {
            id: `new${i}`,
            name: 'N',
            email: `new${i}@example.com`,
            passwordHash: 'x',
            createdMs: nowMs,
          }),
        ),
      ]);
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(await readMembers(catalog.db, { workspaceId: 'ws' })).toHaveLength(2);
      await otherCatalog.close();
    });

    test('of an address are all accepted by who proves to have it', async () => {
      const olga = await owner();
      const otto = await as(await add('Otto', 'owner', 'other'), 'other');
      await register.invitations.create(olga, invite('ann@example.com'));
      await register.invitations.create(otto, invite('ann@example.com', { role: 'editor' }));
      expect([await register.acceptance.isInvited('ANN@example.com'), await register.acceptance.isInvited('eve@example.com')]).toEqual([
        true,
        false,
      ]);
      const ann = await account('ann');
      expect([await register.acceptance.joinAll(ann), await register.acceptance.joinAll(ann)]).toEqual([2, 0]);
      expect([await roleOf('ann'), await roleOf('ann', 'other')]).toEqual(['viewer', 'editor']);
    });
  });

  describe('members', () => {
    test('are listed and found by name or address, with what is known of them', async () => {
      await add('Olga', 'owner');
      await add('Vera', 'viewer');
      await add('Fred', 'viewer', 'other');
      await register.operators.set('olga', true);
      locked.add('vera@example.com');
      const { people, total } = await register.members.list('ws', { limit: 10 });
      expect(people.map(({ name, isOperator, isLocked }) => [name, isOperator, isLocked])).toEqual([
        ['Olga', true, false],
        ['Vera', false, true],
      ]);
      expect(total).toBe(2);
      expect((await register.members.list('ws', { text: 'VERA@', limit: 10 })).people.map(({ name }) => name)).toEqual(['Vera']);
      expect(await register.members.list('ws', { limit: 1 })).toMatchObject({ total: 2, people: [{ name: 'Olga' }] });
    });

    test('of another workspace are not there', async () => {
      const olga = await as(await add('Olga', 'owner'));
      await add('Fred', 'viewer', 'other');
      for (const attempt of [
        () => register.members.change(olga, 'fred', { role: 'viewer' }),
        () => register.members.remove(olga, 'fred'),
        () => register.members.unlock(olga, 'fred'),
        () => register.members.offerReset(olga, 'fred'),
      ])
        await expect(attempt()).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });

    test('are let in anew only by who may do as much in all their workspaces, or runs the installation', async () => {
      const anna = await as(await add('Anna', 'admin'));
      await add('Olga', 'owner');
      await add('Vera', 'viewer');
      await add('Both', 'viewer');
      await add('Both', 'viewer', 'other');
      await add('Root', 'viewer');
      await register.operators.set('root', true);
      expect(await register.members.offerReset(anna, 'vera')).toEqual({
        sent: false,
        link: 'https://stats.example.com/reset-password#token=for-vera',
      });
      for (const id of ['olga', 'both', 'root'])
        for (const attempt of [() => register.members.offerReset(anna, id), () => register.members.unlock(anna, id)])
          await expect(attempt()).rejects.toMatchObject({ code: 'FORBIDDEN' });
      const key = principalFor('api-key', 'ws', 'k_1', permissions);
      await expect(register.members.offerReset(key, 'both')).rejects.toMatchObject({ code: 'FORBIDDEN' });
      await add('Anna', 'viewer', 'other');
      await expect(register.members.offerReset(anna, 'both')).rejects.toMatchObject({ code: 'FORBIDDEN' });
      await catalog.db.updateTable('memberships').set({ role: 'admin' }).where('person_id', '=', 'anna').execute();
      locked.add('both@example.com');
      await register.members.unlock(anna, 'both');
      expect(locked.size).toBe(0);
      expect((await register.members.offerReset(operator(), 'olga')).link).toContain('for-olga');
    });

    test('who see a part cannot let in who sees more', async () => {
      const owner = await as(await add('Olga', 'owner'));
      const part = await register.roles.create(owner, role('Part', { permissions: [...permissions], rules: germany }));
      const anna = await as(await add('Anna', part.id));
      await add('Vera', 'viewer');
      await add('Gero', part.id);
      await expect(register.members.offerReset(anna, 'vera')).rejects.toMatchObject({ code: 'FORBIDDEN' });
      expect((await register.members.offerReset(anna, 'gero')).link).not.toBeNull();
    });

    test('erased are gone from everywhere, with what else is kept of them; what failed can be done again', async () => {
      const olga = await as(await add('Olga', 'owner'));
      await add('Vera', 'viewer');
      await add('Vera', 'editor', 'other');
      await register.invitations.create(olga, invite('vera@example.com', { role: 'viewer' })).catch(() => undefined);
      known.add('vera');
      await register.members.erase('vera');
      expect(forgotten).toEqual(['vera']);
      expect(await catalog.db.selectFrom('memberships').selectAll().where('person_id', '=', 'vera').execute()).toEqual([]);
      expect(await catalog.db.selectFrom('auth_accounts').selectAll().where('user_id', '=', 'vera').execute()).toEqual([]);
      await expect(register.members.erase('vera')).rejects.toMatchObject({ code: 'NOT_FOUND' });
      known.add('vera');
      await register.members.erase('vera');
    });
  });

  describe('workspaces and operators', () => {
    test('a person who makes a workspace owns it; a program gets a link for its owner', async () => {
      const olga = await as(await add('Olga', 'owner'));
      const made = await register.workspaces.create(olga, 'Second');
      expect(made).toMatchObject({
        ownerLink: null,
        writeKey: `bw_w_${made.workspace.id}`,
        workspace: { name: 'Second', memberCount: 1, keyCount: 1 },
      });
      expect((await as('olga', made.workspace.id)).permissions).toEqual(new Set(permissions));
      const byProgram = await register.workspaces.create(operator(), 'Third');
      expect(byProgram.workspace.memberCount).toBe(0);
      await register.acceptance.join(tokenOf(byProgram.ownerLink), await account('nina'));
      expect(await roleOf('nina', byProgram.workspace.id)).toBe('owner');
      await register.workspaces.rename(made.workspace.id, 'Renamed');
      expect((await register.workspaces.list()).map(({ name }) => name)).toEqual(
        expect.arrayContaining(['Shop', 'Other', 'Renamed', 'Third']),
      );
    });

    test('there is always somebody who runs the installation', async () => {
      await add('Olga', 'owner');
      await add('Vera', 'viewer');
      await register.operators.set('olga', true);
      expect((await as('olga')).isOperator).toBe(true);
      await expect(register.operators.set('olga', false)).rejects.toMatchObject({ code: 'CONFLICT' });
      await expect(register.operators.set('nobody', true)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await register.operators.set('vera', true);
      await register.operators.set('olga', false);
      expect([(await as('olga')).isOperator, (await as('vera')).isOperator]).toEqual([false, true]);
    });
  });
});
