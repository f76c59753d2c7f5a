/** Roles, groups, members and workspaces on both catalogs: listed, changed, and kept apart. */
import { describe, expect, test } from 'vitest';
import { permissions } from '../../src/shared/model/permission.ts';
import type { DatasetRules } from '../../src/shared/model/policy.ts';
import { describeOnEachCatalog } from '../fixtures/each-catalog.ts';
import { principalFor } from '../fixtures/principals.ts';
import { invitationOf, localOwner, RegisterWorld, roleBody, tokenOf } from '../fixtures/register-world.ts';

const germany: DatasetRules = { events: { rows: [{ field: 'properties.country', is: ['DE'] }], masks: [] } };
const ownSales: DatasetRules = { events: { rows: [{ field: 'properties.seller', is: ['{person.seller}'] }], masks: [] } };

describeOnEachCatalog('members', (place) => {
  const world = new RegisterWorld(place);

  describe('roles', () => {
    test('are listed with who has them, built-in ones first', async () => {
      const owner = await world.as(await world.add('Olga', 'owner'));
      await world.add('Vera', 'viewer');
      const mine = await world.register.roles.create(owner, roleBody('Mine', { description: 'of mine' }));
      await world.register.groups.create(owner, { name: 'G', roles: [mine.id], members: ['vera', 'olga'] });
      await world.register.invitations.create(owner, invitationOf(null, { role: mine.id }));
      const roles = await world.register.roles.list('ws');
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
      expect((await world.register.roles.list('other')).map(({ name }) => name)).not.toContain('Mine');
    });

    test('in use cannot be deleted: the refusal says by whom', async () => {
      const owner = await world.as(await world.add('Olga', 'owner'));
      await world.add('Vera', 'viewer');
      const mine = await world.register.roles.create(owner, roleBody('Mine'));
      await world.register.members.change(owner, 'vera', { role: mine.id });
      const group = await world.register.groups.create(owner, { name: 'Sales', roles: [mine.id], members: [] });
      const { invitation } = await world.register.invitations.create(owner, invitationOf('new@example.com', { role: mine.id }));
      const key = {
        id: 'k',
        workspace_id: 'ws',
        kind: 'api',
        name: 'Report',
        prefix: 'bw_a',
        hash: 'h',
        scopes: '[]',
        created_at: 1,
        role: mine.id,
      };
      await world.catalog.db.insertInto('keys').values(key).execute();
      const settings = JSON.stringify({ autoJoin: { workspaceId: 'ws', role: mine.id } });
      const provider = { id: 'sip', name: 'Google', issuer: 'https://i', client_id: 'c', settings, is_on: 1, created_at: 1, updated_at: 1 };
      await world.catalog.db.insertInto('sign_in_providers').values(provider).execute();
      await expect(world.register.roles.remove(owner, mine.id)).rejects.toMatchObject({
        code: 'CONFLICT',
        message:
          'The role "Mine" is in use by Vera, the group "Sales", the invitation of new@example.com, the key "Report", newcomers by "Google". Give them another role first.',
      });
      await world.register.members.change(owner, 'vera', { role: 'viewer' });
      await world.register.groups.remove(owner, group.id);
      await world.register.invitations.withdraw(owner, invitation.id);
      await world.catalog.db.deleteFrom('keys').execute();
      await world.catalog.db.deleteFrom('sign_in_providers').execute();
      await world.register.roles.remove(owner, mine.id);
      await expect(world.register.roles.remove(owner, mine.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });

    test('have names of their own, and rules whose placeholders can be bound', async () => {
      const owner = await world.as(await world.add('Olga', 'owner'));
      const mine = await world.register.roles.create(owner, roleBody('Mine'));
      const other = await world.register.roles.create(owner, roleBody('Other'));
      await expect(world.register.roles.create(owner, roleBody('MINE'))).rejects.toMatchObject({ code: 'CONFLICT' });
      await expect(world.register.roles.create(owner, roleBody('Admin'))).rejects.toMatchObject({ code: 'CONFLICT' });
      await expect(world.register.roles.change(owner, other.id, roleBody('mine'))).rejects.toMatchObject({ code: 'CONFLICT' });
      await expect(world.register.roles.change(owner, 'viewer', roleBody('viewer2'))).rejects.toMatchObject({ code: 'FORBIDDEN' });
      const misplaced: DatasetRules = { events: { rows: [{ field: 'user', contains: '{person.id}' }], masks: [] } };
      const unknown: DatasetRules = { 'unheard-of': { rows: [], masks: [] } };
      await expect(world.register.roles.create(owner, roleBody('X', { rules: unknown }))).rejects.toMatchObject({
        code: 'DATASET_UNKNOWN',
      });
      await expect(world.register.members.change(owner, 'olga', { limits: unknown })).rejects.toMatchObject({ code: 'DATASET_UNKNOWN' });
      await expect(world.register.members.change(owner, 'olga', { limits: misplaced })).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
      await expect(world.register.roles.change(owner, mine.id, roleBody('Mine', { rules: misplaced }))).rejects.toMatchObject({
        code: 'REQUEST_INVALID',
      });
      expect(
        (await world.register.roles.change(owner, mine.id, roleBody('Mine', { permissions: ['sql:run', 'events:read', 'sql:run'] })))
          .permissions,
      ).toEqual(['events:read', 'sql:run']);
    });

    test('can be seen as by who manages them: with what both allow, and never as who runs the installation', async () => {
      const owner = { ...(await world.as(await world.add('Olga', 'owner'))), isOperator: true };
      await world.register.members.change(owner, 'olga', { attributes: { seller: 's7' } });
      const seller = await world.register.roles.create(
        owner,
        roleBody('Seller', { permissions: ['events:read', 'sql:run'], rules: ownSales }),
      );
      const seen = await world.register.seeAs(owner, seller.id);
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
      const seenByKey = await world.register.seeAs(key, seller.id);
      expect(seenByKey.permissions).toEqual(new Set(['events:read']));
      expect(seenByKey.policy.rules.events?.rows).toEqual([{ any: [] }]);
      await expect(world.register.seeAs(principalFor('api-key', 'ws', 'k_2', ['ask']), 'viewer')).rejects.toMatchObject({
        code: 'FORBIDDEN',
      });
      await world.register.roles.change(owner, seller.id, roleBody('Seller', { rules: {} }));
      expect((await world.register.seeAs(owner, seller.id)).policy.rules).toEqual({});
    });
  });

  describe('groups', () => {
    test('hold people of the workspace, who leave them with it', async () => {
      const owner = await world.as(await world.add('Olga', 'owner'));
      await world.add('Vera', 'viewer');
      await world.add('Fred', 'viewer', 'other');
      const body = { name: 'Sales', roles: ['editor'], members: ['vera', 'vera'] };
      await expect(world.register.groups.create(owner, { ...body, members: ['fred'] })).rejects.toMatchObject({ code: 'NOT_FOUND' });
      const group = await world.register.groups.create(owner, body);
      expect(group).toEqual({
        id: group.id,
        name: 'Sales',
        roles: [{ id: 'editor', name: 'editor' }],
        members: [{ id: 'vera', name: 'Vera', email: 'vera@example.com' }],
      });
      await expect(world.register.groups.create(owner, { ...body, name: 'SALES' })).rejects.toMatchObject({ code: 'CONFLICT' });
      const elsewhere = await world.as(await world.add('Otto', 'owner', 'other'), 'other');
      await expect(world.register.groups.change(elsewhere, group.id, body)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(world.register.groups.remove(elsewhere, group.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(world.register.members.change(elsewhere, 'fred', { groups: [group.id] })).rejects.toMatchObject({ code: 'NOT_FOUND' });
      expect(await world.register.groups.list('other')).toEqual([]);
      expect((await world.as('vera')).permissions.has('dashboards:edit')).toBe(true);
      await world.register.members.remove(owner, 'vera');
      expect((await world.register.groups.list('ws'))[0]?.members).toEqual([]);
    });
  });

  describe('members', () => {
    test('are listed and found by name or address, with what is world.known of them', async () => {
      await world.add('Olga', 'owner');
      await world.add('Vera', 'viewer');
      await world.add('anna', 'viewer');
      await world.add('Fred', 'viewer', 'other');
      await world.register.operators.set('olga', true);
      world.locked.add('vera@example.com');
      const { people, total } = await world.register.members.list('ws', { limit: 10 });
      expect(people.map(({ name, isOperator, isLocked }) => [name, isOperator, isLocked])).toEqual([
        ['anna', false, false],
        ['Olga', true, false],
        ['Vera', false, true],
      ]);
      expect(total).toBe(3);
      expect((await world.register.members.list('ws', { text: 'VERA@', limit: 10 })).people.map(({ name }) => name)).toEqual(['Vera']);
      expect(await world.register.members.list('ws', { limit: 1 })).toMatchObject({ total: 3, people: [{ name: 'anna' }] });
    });

    test('of another workspace are not there', async () => {
      const olga = await world.as(await world.add('Olga', 'owner'));
      await world.add('Fred', 'viewer', 'other');
      for (const attempt of [
        () => world.register.members.change(olga, 'fred', { role: 'viewer' }),
        () => world.register.members.remove(olga, 'fred'),
        () => world.register.members.unlock(olga, 'fred'),
        () => world.register.members.offerReset(olga, 'fred'),
      ])
        await expect(attempt()).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });

    test('are let in anew only by who may do as much in all their workspaces, or runs the installation', async () => {
      const anna = await world.as(await world.add('Anna', 'admin'));
      await world.add('Olga', 'owner');
      await world.add('Vera', 'viewer');
      await world.add('Both', 'viewer');
      await world.add('Both', 'viewer', 'other');
      await world.add('Root', 'viewer');
      await world.register.operators.set('root', true);
      expect(await world.register.members.offerReset(anna, 'vera')).toEqual({
        sent: false,
        link: 'https://stats.example.com/reset-password#token=for-vera',
      });
      for (const id of ['olga', 'both', 'root'])
        for (const attempt of [() => world.register.members.offerReset(anna, id), () => world.register.members.unlock(anna, id)])
          await expect(attempt()).rejects.toMatchObject({ code: 'FORBIDDEN' });
      const key = principalFor('api-key', 'ws', 'k_1', permissions);
      await expect(world.register.members.offerReset(key, 'both')).rejects.toMatchObject({ code: 'FORBIDDEN' });
      await world.add('Anna', 'viewer', 'other');
      await expect(world.register.members.offerReset(anna, 'both')).rejects.toMatchObject({ code: 'FORBIDDEN' });
      await world.catalog.db.updateTable('memberships').set({ role: 'admin' }).where('person_id', '=', 'anna').execute();
      world.locked.add('both@example.com');
      await world.register.members.unlock(anna, 'both');
      expect(world.locked.size).toBe(0);
      expect((await world.register.members.offerReset(localOwner, 'olga')).link).toContain('for-olga');
    });

    test('who see a part cannot let in who sees more', async () => {
      const owner = await world.as(await world.add('Olga', 'owner'));
      const part = await world.register.roles.create(owner, roleBody('Part', { permissions: [...permissions], rules: germany }));
      const anna = await world.as(await world.add('Anna', part.id));
      await world.add('Vera', 'viewer');
      await world.add('Gero', part.id);
      await expect(world.register.members.offerReset(anna, 'vera')).rejects.toMatchObject({ code: 'FORBIDDEN' });
      expect((await world.register.members.offerReset(anna, 'gero')).link).not.toBeNull();
    });

    test('erased are gone from everywhere, with what else is kept of them; what failed can be done again', async () => {
      const olga = await world.as(await world.add('Olga', 'owner'));
      await world.add('Vera', 'viewer');
      await world.add('Vera', 'editor', 'other');
      await world.register.invitations.create(olga, invitationOf('vera@example.com', { role: 'viewer' })).catch(() => undefined);
      world.known.add('vera');
      await world.register.members.erase('vera');
      expect(world.forgotten).toEqual(['vera']);
      expect(await world.catalog.db.selectFrom('memberships').selectAll().where('person_id', '=', 'vera').execute()).toEqual([]);
      expect(await world.catalog.db.selectFrom('auth_accounts').selectAll().where('user_id', '=', 'vera').execute()).toEqual([]);
      await expect(world.register.members.erase('vera')).rejects.toMatchObject({ code: 'NOT_FOUND' });
      world.known.add('vera');
      await world.register.members.erase('vera');
    });
  });

  describe('workspaces and operators', () => {
    test('a person who makes a workspace owns it; a program gets a link for its owner', async () => {
      const olga = await world.as(await world.add('Olga', 'owner'));
      const made = await world.register.workspaces.create(olga, 'Second');
      expect(made).toMatchObject({
        ownerLink: null,
        writeKey: `bw_w_${made.workspace.id}`,
        workspace: { name: 'Second', memberCount: 1, keyCount: 1 },
      });
      expect((await world.as('olga', made.workspace.id)).permissions).toEqual(new Set(permissions));
      const byProgram = await world.register.workspaces.create(localOwner, 'Third');
      expect(byProgram.workspace.memberCount).toBe(0);
      await world.register.acceptance.join(tokenOf(byProgram.ownerLink), await world.account('nina'));
      expect(await world.roleOf('nina', byProgram.workspace.id)).toBe('owner');
      await world.register.workspaces.rename(made.workspace.id, 'Renamed');
      expect((await world.register.workspaces.list()).map(({ name }) => name)).toEqual(
        expect.arrayContaining(['Shop', 'Other', 'Renamed', 'Third']),
      );
    });

    test('there is always somebody who runs the installation', async () => {
      await world.add('Olga', 'owner');
      await world.add('Vera', 'viewer');
      await world.register.operators.set('olga', true);
      expect((await world.as('olga')).isOperator).toBe(true);
      await expect(world.register.operators.set('olga', false)).rejects.toMatchObject({ code: 'CONFLICT' });
      await expect(world.register.operators.set('nobody', true)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await world.register.operators.set('vera', true);
      await world.register.operators.set('olga', false);
      expect([(await world.as('olga')).isOperator, (await world.as('vera')).isOperator]).toEqual([false, true]);
    });
  });
});
