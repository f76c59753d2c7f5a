/** Invitations on both catalogs: what they promise, to whom, for how long, and that each is used once. */
import { describe, expect, test } from 'vitest';
import { readMembers } from '../../src/server/identity/members/grants.ts';
import type { Principal } from '../../src/server/identity/principal.ts';
import { describeOnEachCatalog } from '../fixtures/each-catalog.ts';
import { invitationOf, RegisterWorld, tokenOf } from '../fixtures/register-world.ts';

const dayMs = 86_400_000;

describeOnEachCatalog('invitations', (place) => {
  const world = new RegisterWorld(place);

  describe('invitations', () => {
    const owner = async () => world.as(await world.add('Olga', 'owner'));

    test('say what they are for, and make a member who has what they promise', async () => {
      const olga = await owner();
      const group = await world.register.groups.create(olga, { name: 'Sales', roles: ['editor'], members: [] });
      const made = await world.register.invitations.create(
        olga,
        invitationOf('New@Example.com', { groups: [group.id], attributes: { seller: 's1' } }),
      );
      expect(made).toMatchObject({ sent: false, invitation: { email: 'new@example.com', invitedBy: 'Olga', groups: [{ name: 'Sales' }] } });
      expect(made.link).toMatch(/^https:\/\/stats\.example\.com\/invitation#token=[\w-]{32}$/);
      const token = tokenOf(made.link);
      expect(await world.register.acceptance.look(token)).toEqual({
        workspaceName: 'Shop',
        email: 'new@example.com',
        roleName: 'viewer',
        hasAccount: false,
        expiresMs: world.nowMs + 7 * dayMs,
      });
      expect(JSON.stringify(await world.catalog.db.selectFrom('invitations').selectAll().execute())).not.toContain(token);
      const person = { id: 'new', name: 'New', email: 'NEW@example.com', passwordHash: 'x', createdMs: world.nowMs };
      await world.register.acceptance.signUp(token, person);
      const [member] = await readMembers(world.catalog.db, { workspaceId: 'ws', personId: 'new' });
      expect(member).toMatchObject({ name: 'New', role: { id: 'viewer' }, groups: [{ name: 'Sales' }], attributes: { seller: 's1' } });
      await expect(world.register.acceptance.look(token)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(world.register.acceptance.signUp(token, { ...person, id: 'p2', email: 'new@example.com' })).rejects.toMatchObject({
        code: 'NOT_FOUND',
      });
    });

    test('are sent by mail where there is one; a mail that fails leaves the link to who invited', async () => {
      const olga = await owner();
      const mailing = world.registerOn(world.catalog, true);
      const sent = await mailing.invitations.create(olga, invitationOf('a@example.com'));
      expect(sent).toMatchObject({ sent: true, link: null });
      expect(world.letters[0]).toMatchObject({ to: 'a@example.com', subject: 'Olga invites you to "Shop"' });
      await mailing.acceptance.join(world.letters[0]!.action!.url.split('#token=')[1]!, await world.account('a'));
      world.mailFails = true;
      expect(await mailing.invitations.create(olga, invitationOf('b@example.com'))).toMatchObject({
        sent: false,
        link: expect.stringContaining('#token='),
      });
      expect(await mailing.invitations.create(olga, invitationOf(null))).toMatchObject({ sent: false, link: expect.any(String) });
    });

    test('are for their address alone, and for accounts that are not in yet', async () => {
      const olga = await owner();
      const { link } = await world.register.invitations.create(olga, invitationOf('ann@example.com'));
      const token = tokenOf(link);
      await expect(world.register.acceptance.join(token, await world.account('eve'))).rejects.toMatchObject({ code: 'FORBIDDEN' });
      const stranger = { id: 'x', name: 'X', email: 'x@example.com', passwordHash: 'x', createdMs: world.nowMs };
      await expect(world.register.acceptance.signUp(token, stranger)).rejects.toMatchObject({ code: 'FORBIDDEN' });
      const ann = await world.account('ann');
      expect((await world.register.acceptance.look(token)).hasAccount).toBe(true);
      await expect(world.register.acceptance.signUp(token, { ...stranger, email: 'Ann@example.com' })).rejects.toMatchObject({
        code: 'CONFLICT',
      });
      expect(await world.register.acceptance.join(token, { ...ann, email: 'ANN@Example.com' })).toBe('ws');
      await expect(world.register.invitations.create(olga, invitationOf('Ann@example.com'))).rejects.toMatchObject({ code: 'CONFLICT' });
      const open = tokenOf((await world.register.invitations.create(olga, invitationOf(null))).link);
      await expect(world.register.acceptance.join(open, ann)).rejects.toMatchObject({ code: 'CONFLICT' });
      await world.register.acceptance.join(open, { id: 'eve', email: 'eve@example.com' });
    });

    test('end by time, by being withdrawn or replaced, and with the membership of who made them', async () => {
      const olga = await owner();
      const anna = await world.as(await world.add('Anna', 'admin'));
      const token = async (by: Principal, email: string | null, more = {}) =>
        tokenOf((await world.register.invitations.create(by, invitationOf(email, more))).link);
      const refused = (text: string) => expect(world.register.acceptance.look(text)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      const short = await token(olga, null, { expiresInDays: 1 });
      world.nowMs += dayMs;
      await refused(short);
      await expect(world.register.acceptance.join(short, await world.account('eve'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
      const first = await token(olga, 'a@example.com');
      await token(olga, 'A@example.com');
      await refused(first);
      const { invitation, link } = await world.register.invitations.create(olga, invitationOf(null));
      const elsewhere = await world.as(await world.add('Otto', 'owner', 'other'), 'other');
      await expect(world.register.invitations.withdraw(elsewhere, invitation.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await world.register.invitations.withdraw(olga, invitation.id);
      await refused(tokenOf(link));
      const hers = await token(anna, null);
      await world.register.members.remove(olga, 'anna');
      await refused(hers);
      expect((await world.register.invitations.list('ws')).map(({ email }) => email)).toEqual(['a@example.com', null]);
      world.nowMs += 31 * dayMs;
      await world.register.prune();
      expect((await world.register.invitations.list('ws')).map(({ email }) => email)).toEqual(['a@example.com']);
    });

    test('give no more than who made them still has', async () => {
      const olga = await owner();
      const anna = await world.as(await world.add('Anna', 'admin'));
      const { link } = await world.register.invitations.create(anna, invitationOf(null, { role: 'admin' }));
      await world.register.members.change(olga, 'anna', { role: 'editor' });
      await expect(world.register.acceptance.join(tokenOf(link), await world.account('eve'))).rejects.toMatchObject({ code: 'FORBIDDEN' });
      await world.register.members.change(olga, 'anna', { role: 'admin' });
      expect(await world.register.acceptance.join(tokenOf(link), { id: 'eve', email: 'eve@example.com' })).toBe('ws');
    });

    test('ten who accept one world.at once are one member', async () => {
      const olga = await owner();
      const otherCatalog = await world.at.open();
      const nodes = [world.register, world.registerOn(otherCatalog)];
      const token = tokenOf((await world.register.invitations.create(olga, invitationOf(null))).link);
      const people = [];
      for (let i = 0; i < 5; i++) people.push(await world.account(`joiner${i}`));
      const outcomes = await Promise.allSettled([
        ...people.map((person, i) => nodes[i % 2]!.acceptance.join(token, person)),
        ...people.map((_, i) =>
          nodes[i % 2]!.acceptance.signUp(token, {
            id: `new${i}`,
            name: 'N',
            email: `new${i}@example.com`,
            passwordHash: 'x',
            createdMs: world.nowMs,
          }),
        ),
      ]);
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(await readMembers(world.catalog.db, { workspaceId: 'ws' })).toHaveLength(2);
      await otherCatalog.close();
    });

    test('of an address are all accepted by who proves to have it', async () => {
      const olga = await owner();
      const otto = await world.as(await world.add('Otto', 'owner', 'other'), 'other');
      await world.register.invitations.create(olga, invitationOf('ann@example.com'));
      await world.register.invitations.create(otto, invitationOf('ann@example.com', { role: 'editor' }));
      expect([
        await world.register.acceptance.isInvited('ANN@example.com'),
        await world.register.acceptance.isInvited('eve@example.com'),
      ]).toEqual([true, false]);
      const ann = await world.account('ann');
      expect([await world.register.acceptance.joinAll(ann), await world.register.acceptance.joinAll(ann)]).toEqual([2, 0]);
      expect([await world.roleOf('ann'), await world.roleOf('ann', 'other')]).toEqual(['viewer', 'editor']);
    });
  });
});
