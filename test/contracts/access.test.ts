/** What members may do and see on both catalogs, and that nobody gives away more than they have. */
import { describe, expect, test } from 'vitest';
import { readMembers } from '../../src/server/identity/members/grants.ts';
import type { Principal } from '../../src/server/identity/principal.ts';
import { readIdentityVersion } from '../../src/server/identity/version.ts';
import { permissions } from '../../src/shared/model/permission.ts';
import type { DatasetRules } from '../../src/shared/model/policy.ts';
import { describeOnEachCatalog } from '../fixtures/each-catalog.ts';
import { invitationOf, localOwner, RegisterWorld, roleBody, tokenOf } from '../fixtures/register-world.ts';

const germany: DatasetRules = { events: { rows: [{ field: 'properties.country', is: ['DE'] }], masks: [] } };
const ownSales: DatasetRules = { events: { rows: [{ field: 'properties.seller', is: ['{person.seller}'] }], masks: [] } };

describeOnEachCatalog('access', (place) => {
  const world = new RegisterWorld(place);

  describe('effective access', () => {
    test('adds the permissions of role and groups up, and joins their limits with the attributes of the member', async () => {
      const owner = await world.as(await world.add('Olga', 'owner'));
      await world.add('Vera', 'viewer');
      const german = await world.register.roles.create(owner, roleBody('German', { rules: germany }));
      const seller = await world.register.roles.create(owner, roleBody('Seller', { permissions: ['events:export'], rules: ownSales }));
      const group = await world.register.groups.create(owner, { name: 'Sales', roles: [seller.id], members: ['vera'] });
      await world.register.members.change(owner, 'vera', { role: german.id, attributes: { seller: ['s1', 's2'] } });
      const { permissions: may, policy } = await world.as('vera');
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
      await world.register.members.change(owner, 'vera', { attributes: {} });
      expect((await world.as('vera')).policy.rules).toEqual({ events: { rows: [{ any: [] }], masks: [] } });
      await world.register.groups.remove(owner, group.id);
      expect((await world.as('vera')).policy).toMatchObject({ name: 'role:German', rules: germany });
    });

    test('a role or group of another workspace gives nothing', async () => {
      const owner = await world.as(await world.add('Olga', 'owner'));
      const elsewhere = await world.as(await world.add('Otto', 'owner', 'other'), 'other');
      const theirs = await world.register.roles.create(elsewhere, roleBody('Theirs', { permissions: ['keys:manage'] }));
      await world.add('Vera', 'viewer');
      await expect(world.register.members.change(owner, 'vera', { role: theirs.id })).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(world.register.roles.change(owner, theirs.id, roleBody('Mine'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(world.register.roles.remove(owner, theirs.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(world.register.seeAs(owner, theirs.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await world.catalog.db.updateTable('memberships').set({ role: theirs.id }).where('person_id', '=', 'vera').execute();
      expect((await world.as('vera')).permissions).toEqual(new Set());
      await world.register.groups.create(owner, { name: 'Editors', roles: ['editor'], members: ['vera'] });
      expect((await world.as('vera')).permissions).toEqual(new Set());
    });

    test('raises the version with each change, and tells whose it was', async () => {
      const owner = await world.as(await world.add('Olga', 'owner'));
      await world.add('Vera', 'viewer');
      await world.add('Emil', 'viewer');
      const heard: string[][] = [];
      const stop = world.register.onAccessChange((ids) => heard.push([...ids]));
      const mine = await world.register.roles.create(owner, roleBody('Mine'));
      expect(heard).toEqual([]);
      await world.register.members.change(owner, 'vera', { role: mine.id });
      await world.register.members.change(owner, 'emil', { role: 'viewer' });
      const before = await readIdentityVersion(world.catalog.db);
      await world.register.roles.change(owner, mine.id, roleBody('Mine', { permissions: [] }));
      expect(await readIdentityVersion(world.catalog.db)).toBeGreaterThan(before);
      await world.register.members.remove(owner, 'emil');
      stop();
      await world.register.members.remove(owner, 'vera');
      expect(heard).toEqual([['vera'], ['vera'], ['emil']]);
    });
  });

  describe('nobody gives away more than they have', () => {
    /** May manage people, roles and keys, and look; no more. */
    const addManager = async (): Promise<Principal> => {
      const owner = await world.as(await world.add('Olga', 'owner'));
      const may = ['events:read', 'people:read', 'people:manage', 'roles:read', 'roles:manage'];
      const manager = await world.register.roles.create(owner, roleBody('Manager', { permissions: may }));
      return world.as(await world.add('Mara', manager.id));
    };

    test('not by a role, a group, an invitation or to oneself', async () => {
      const mara = await addManager();
      await world.add('Vera', 'auditor');
      const sellers = await world.register.groups.create(localOwner, { name: 'Exporters', roles: ['analyst'], members: [] });
      const none = await world.register.groups.create(mara, { name: 'Empty', roles: [], members: [] });
      const refused = { code: 'FORBIDDEN' };
      await expect(world.register.members.change(mara, 'mara', { role: 'admin' })).rejects.toMatchObject(refused);
      await expect(world.register.members.change(mara, 'mara', { groups: [sellers.id] })).rejects.toMatchObject(refused);
      await expect(world.register.members.change(mara, 'vera', { role: 'analyst' })).rejects.toMatchObject(refused);
      await expect(world.register.groups.create(mara, { name: 'X', roles: ['editor'], members: [] })).rejects.toMatchObject(refused);
      await expect(world.register.groups.change(mara, none.id, { name: 'X', roles: ['editor'], members: [] })).rejects.toMatchObject(
        refused,
      );
      await expect(
        world.register.groups.change(mara, sellers.id, { name: 'X', roles: ['analyst'], members: ['mara'] }),
      ).rejects.toMatchObject(refused);
      await expect(world.register.roles.create(mara, roleBody('X', { permissions: ['sql:run'] }))).rejects.toMatchObject(refused);
      await expect(world.register.invitations.create(mara, invitationOf('x@example.com', { role: 'viewer' }))).rejects.toMatchObject(
        refused,
      );
      await expect(world.register.invitations.create(mara, invitationOf(null, { role: mara.id }))).rejects.toMatchObject({
        code: 'NOT_FOUND',
      });
      const lesser = await world.register.roles.create(mara, roleBody('Looks'));
      await expect(
        world.register.invitations.create(mara, invitationOf('x@example.com', { role: lesser.id, groups: [sellers.id] })),
      ).rejects.toMatchObject(refused);
      await expect(world.register.roles.change(mara, lesser.id, roleBody('Looks', { permissions: ['keys:manage'] }))).rejects.toMatchObject(
        refused,
      );
      expect((await world.register.invitations.create(mara, invitationOf('x@example.com', { role: lesser.id }))).link).toContain(
        'https://stats.example.com/invitation#',
      );
      expect(await world.catalog.db.selectFrom('groups').select('name').orderBy('name').execute()).toEqual([
        { name: 'Empty' },
        { name: 'Exporters' },
      ]);
    });

    test('and nobody touches somebody who may do more than they', async () => {
      const mara = await addManager();
      await world.add('Anna', 'admin');
      await expect(world.register.members.change(mara, 'anna', { role: 'viewer' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
      await expect(world.register.members.remove(mara, 'anna')).rejects.toMatchObject({ code: 'FORBIDDEN' });
      expect(await world.roleOf('anna')).toBe('admin');
    });

    test('an admin who sees a part makes roles and invitations that see no more, whatever is asked for', async () => {
      const owner = await world.as(await world.add('Olga', 'owner'));
      const part = await world.register.roles.create(owner, roleBody('Part', { permissions: [...permissions], rules: germany }));
      const anna = await world.as(await world.add('Anna', part.id));
      const made = await world.register.roles.create(anna, roleBody('Made', { rules: ownSales }));
      expect(made.rules).toEqual({ events: { rows: [germany.events!.rows[0], ownSales.events!.rows[0]], masks: [] } });
      const changed = await world.register.roles.change(anna, made.id, roleBody('Made', { rules: {} }));
      expect(changed.rules).toEqual(germany);
      const { link } = await world.register.invitations.create(anna, invitationOf(null));
      await world.register.acceptance.join(tokenOf(link), await world.account('nina'));
      expect((await world.as('nina')).policy).toMatchObject({ name: 'role:viewer', rules: germany });
      await expect(world.register.members.change(anna, 'nina', { limits: {} })).rejects.toMatchObject({ code: 'FORBIDDEN' });
      await expect(world.register.members.change(anna, 'anna', { role: 'admin' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
      await world.register.members.change(owner, 'nina', { limits: {} });
      expect((await world.as('nina')).policy.name).toBe('workspace');
    });

    test('an admin whose rows hang on an attribute cannot change it to see others', async () => {
      const owner = await world.as(await world.add('Olga', 'owner'));
      const seller = await world.register.roles.create(owner, roleBody('Seller admin', { permissions: [...permissions], rules: ownSales }));
      await world.add('Anna', seller.id);
      await world.register.members.change(owner, 'anna', { attributes: { seller: 's1' } });
      const anna = await world.as('anna');
      await expect(world.register.members.change(anna, 'anna', { attributes: { seller: 's2' } })).rejects.toMatchObject({
        code: 'FORBIDDEN',
      });
      await expect(world.register.members.change(anna, 'anna', { attributes: { seller: ['s1', 's2'] } })).rejects.toMatchObject({
        code: 'FORBIDDEN',
      });
      await world.register.members.change(anna, 'anna', { attributes: { seller: 's1', region: 'south' } });
      await world.add('Sven', seller.id);
      await expect(world.register.members.change(anna, 'sven', { attributes: { seller: 's2' } })).rejects.toMatchObject({
        code: 'FORBIDDEN',
      });
      await world.register.members.change(anna, 'sven', { attributes: { seller: 's1' } });
      expect((await world.as('sven')).policy.rules).toEqual(anna.policy.rules);
    });

    test('what somebody lost a moment ago does not count, though their session still says so', async () => {
      const owner = await world.as(await world.add('Olga', 'owner'));
      const anna = await world.as(await world.add('Anna', 'admin'));
      await world.add('Vera', 'viewer');
      await world.register.members.change(owner, 'anna', { role: 'viewer' });
      await expect(world.register.members.change(anna, 'vera', { role: 'admin' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
      await world.register.members.remove(owner, 'anna');
      await expect(world.register.members.change(anna, 'vera', { role: 'viewer' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    });

    test('a token of a person gives world.at most what the token has', async () => {
      const olga = await world.as(await world.add('Olga', 'owner'));
      await world.add('Vera', 'auditor');
      const token: Principal = { ...olga, kind: 'api-key', id: 'k_1', permissions: new Set(['people:manage', 'people:read']) };
      await expect(world.register.members.change(token, 'vera', { role: 'admin' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
      await expect(world.register.members.change(token, 'vera', { role: 'owner' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    });
  });

  describe('owners', () => {
    test('only owners make and unmake them', async () => {
      const owner = await world.as(await world.add('Olga', 'owner'));
      const anna = await world.as(await world.add('Anna', 'admin'));
      await world.add('Vera', 'viewer');
      for (const attempt of [
        () => world.register.members.change(anna, 'vera', { role: 'owner' }),
        () => world.register.members.change(anna, 'anna', { role: 'owner' }),
        () => world.register.members.change(anna, 'olga', { role: 'admin' }),
        () => world.register.members.remove(anna, 'olga'),
        () => world.register.invitations.create(anna, invitationOf(null, { role: 'owner' })),
      ])
        await expect(attempt()).rejects.toMatchObject({ code: 'FORBIDDEN', message: expect.stringMatching(/^Only owners make/) });
      await expect(world.register.groups.create(owner, { name: 'Owners', roles: ['owner'], members: [] })).rejects.toMatchObject({
        code: 'REQUEST_INVALID',
      });
      await world.register.members.change(owner, 'anna', { role: 'owner' });
      await world.register.members.change(await world.as('anna'), 'olga', { role: 'viewer' });
      expect([await world.roleOf('anna'), await world.roleOf('olga')]).toEqual(['owner', 'viewer']);
    });

    test('the last one cannot leave, be demoted, removed or erased', async () => {
      const owner = await world.as(await world.add('Olga', 'owner'));
      await world.register.operators.set('olga', true);
      for (const attempt of [
        () => world.register.members.leave(owner),
        () => world.register.members.change(owner, 'olga', { role: 'admin' }),
        () => world.register.members.remove(localOwner, 'olga'),
        () => world.register.members.erase('olga'),
      ])
        await expect(attempt()).rejects.toMatchObject({ code: 'CONFLICT' });
      await world.add('Otto', 'owner');
      await world.register.members.leave(owner);
      expect(await world.roleOf('olga')).toBeNull();
    });

    test('two who demote each other world.at once leave one', async () => {
      const otherCatalog = await world.at.open();
      const nodes = [world.register, world.registerOn(otherCatalog)];
      for (const round of [1, 2, 3]) {
        const [anna, olga] = [
          await world.as(await world.add(`Anna${round}`, 'owner', 'other'), 'other'),
          await world.as(await world.add(`Olga${round}`, 'owner', 'other'), 'other'),
        ];
        const outcomes = await Promise.allSettled([
          nodes[0]!.members.change(anna, olga.id, { role: 'admin' }),
          nodes[1]!.members.change(olga, anna.id, { role: 'admin' }),
        ]);
        expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
        const left = [await world.roleOf(anna.id, 'other'), await world.roleOf(olga.id, 'other')].toSorted();
        expect(left).toEqual(['admin', 'owner']);
      }
      await otherCatalog.close();
    });

    test('two who leave world.at once leave one', async () => {
      const otherCatalog = await world.at.open();
      const [anna, olga] = [await world.as(await world.add('Anna', 'owner')), await world.as(await world.add('Olga', 'owner'))];
      const outcomes = await Promise.allSettled([world.register.members.leave(anna), world.registerOn(otherCatalog).members.leave(olga)]);
      expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
      expect(await readMembers(world.catalog.db, { workspaceId: 'ws' })).toHaveLength(1);
      await otherCatalog.close();
    });
  });
});
