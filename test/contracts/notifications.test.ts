/** Notifications and channels on both catalogs: who is shown what, once, and who is not. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Catalog } from '../../src/server/catalog/schema.ts';
import type { ChannelSettings } from '../../src/server/notification/notification.ts';
import type { Announcement, Notifications } from '../../src/server/notification/notifications.ts';
import { describeOnEachCatalog, type CatalogPlace } from '../fixtures/each-catalog.ts';
import { openNotifications, seedMembers, someNotice, startMs } from '../fixtures/open-notifications.ts';

const all = { isUnreadOnly: false, after: null, limit: 100 };
const any = { channelId: null, notificationId: null, state: null, after: null, limit: 100 };
const webhook: ChannelSettings = {
  name: 'Pager',
  isEnabled: true,
  leastSeverity: 'medium',
  target: { kind: 'webhook', url: 'http://127.0.0.1:8099/hook' },
};

describeOnEachCatalog('notifications', (place) => {
  let at: CatalogPlace;
  let catalog: Catalog;
  let nowMs: number;
  let room: Notifications;
  const clock = { now: () => nowMs };

  beforeAll(async () => {
    at = await place();
    catalog = await at.open();
  });
  afterAll(() => catalog.close());
  beforeEach(async () => {
    nowMs = startMs;
    await seedMembers(catalog);
    room = openNotifications(catalog, clock);
  });
  const titlesOf = async (workspaceId: string, personId: string) =>
    (await room.inbox(workspaceId, personId, all)).notifications.map(({ title }) => title);

  describe('within the application', () => {
    test('a notification is shown to those it is for, in their workspace alone', async () => {
      const { notification, isNew } = await room.notify(someNotice());
      expect(isNew).toBe(true);
      const item = { ...notification, readMs: null };
      expect(await room.inbox('w1', 'ada', all)).toEqual({ notifications: [item], unread: 1 });
      expect(await room.inbox('w1', 'ben', all)).toEqual({ notifications: [item], unread: 1 });
      expect(await room.inbox('w2', 'ben', all)).toEqual({ notifications: [], unread: 0 });
      expect(await room.inbox('w1', 'eve', all)).toEqual({ notifications: [], unread: 0 });
    });

    test('people who do not belong to the workspace, or to anybody, are left out; nobody is told twice', async () => {
      const told: Announcement[] = [];
      room.onNotify((announcement) => void told.push(announcement));
      await room.notify(someNotice({ to: { people: ['ben', 'eve', 'nobody', 'ben'] } }));
      expect(told.map(({ personIds }) => personIds)).toEqual([['ben']]);
      expect(await titlesOf('w1', 'eve')).toEqual([]);
    });

    test('of one key there is one notification for each workspace, also when two nodes write it twenty times at once', async () => {
      const other = await at.open();
      const rooms = [room, openNotifications(other, clock)];
      const notice = someNotice({ dedupKey: 'incident inc_1 opened' });
      const written = await Promise.all(Array.from({ length: 20 }, (_, i) => rooms[i % 2]!.notify(notice)));
      expect(written.filter(({ isNew }) => isNew)).toHaveLength(1);
      expect(new Set(written.map(({ notification }) => notification.id)).size).toBe(1);
      expect(await titlesOf('w1', 'ada')).toHaveLength(1);
      expect((await room.notify({ ...notice, workspaceId: 'w2' })).isNew).toBe(true);
      await other.close();
    });

    test('reading is counted for each person, by id or all at once, and never for another', async () => {
      const ids: string[] = [];
      for (let i = 0; i < 3; i++) {
        nowMs += 1_000;
        ids.push((await room.notify(someNotice({ title: `t${i}` }))).notification.id);
      }
      expect(await room.markRead('w1', 'ada', [ids[1]!, 'ntf_unknown'])).toBe(2);
      expect(await room.markRead('w2', 'ada', ids)).toBe(0);
      const { notifications } = await room.inbox('w1', 'ada', all);
      expect(notifications.map(({ title, readMs }) => [title, readMs])).toEqual([
        ['t2', null],
        ['t1', nowMs],
        ['t0', null],
      ]);
      const unread = await room.inbox('w1', 'ada', { ...all, isUnreadOnly: true });
      expect(unread.notifications.map(({ title }) => title)).toEqual(['t2', 't0']);
      expect(await room.markRead('w1', 'ada', null)).toBe(0);
      expect((await room.inbox('w1', 'ben', all)).unread).toBe(3);
    });

    test('the list goes newest first, page by page, also within one millisecond', async () => {
      for (let i = 0; i < 7; i++) {
        if (i % 3 === 0) nowMs += 1;
        await room.notify(someNotice({ title: `t${i}` }));
      }
      const whole = (await room.inbox('w1', 'ada', all)).notifications;
      const paged: string[] = [];
      let after: { createdMs: number; id: string } | null = null;
      for (let page = 0; page < 4; page++) {
        const { notifications } = await room.inbox('w1', 'ada', { ...all, after, limit: 2 });
        paged.push(...notifications.map(({ id }) => id));
        after = notifications.at(-1)!;
      }
      expect(paged).toEqual(whole.map(({ id }) => id));
      expect(new Set(paged).size).toBe(7);
    });

    test('hostile words stay words: one line of title, no control characters, no link out of the application', async () => {
      const body = `a\r\nb\u0000${'x'.repeat(100_000)}`;
      const { notification } = await room.notify(someNotice({ title: 'Evil\r\nBcc: eve@example.com', body, dedupKey: 'k\u0000' }));
      expect(notification.title).toBe('Evil Bcc: eve@example.com');
      expect(notification.body).toMatch(/^a\nb x/);
      expect(notification.body).toHaveLength(10_000);
      const links = ['https://evil.example', '//evil.example', '/\\evil.example', 'javascript:alert(1)', '/security?a=1'];
      const kept: (string | null)[] = [];
      for (const link of links) kept.push((await room.notify(someNotice({ link }))).notification.link);
      expect(kept).toEqual([null, null, null, null, '/security?a=1']);
    });

    test('who listens is told after it was written, once, and may fail', async () => {
      const told: Announcement[] = [];
      room.onNotify(() => {
        throw new Error('no luck');
      });
      room.onNotify((announcement) => void told.push(announcement));
      const notice = someNotice({ dedupKey: 'once' });
      const { notification } = await room.notify(notice);
      await room.notify(notice);
      expect(told).toEqual([{ notification, personIds: ['ada', 'ben'] }]);
    });

    test('old notifications go with everything that hangs on them; a person who leaves takes their list along', async () => {
      await room.addChannel('w1', webhook);
      await room.notify(someNotice({ title: 'old' }));
      nowMs += 1_000;
      await room.notify(someNotice({ title: 'new' }));
      expect(await room.prune(nowMs)).toBe(1);
      expect(await titlesOf('w1', 'ada')).toEqual(['new']);
      expect(await room.deliveries('w1', any)).toHaveLength(1);
      await catalog.db.deleteFrom('auth_users').where('id', '=', 'ada').execute();
      expect(await titlesOf('w1', 'ada')).toEqual([]);
      expect(await titlesOf('w1', 'ben')).toEqual(['new']);
    });
  });

  describe('channels', () => {
    test('are added, changed and deleted in their own workspace alone', async () => {
      const { channel, secret } = await room.addChannel('w1', webhook);
      expect(channel).toEqual({ ...webhook, id: channel.id, workspaceId: 'w1', createdMs: startMs, changedMs: startMs });
      expect(secret).toMatch(/^whsec_[\w+/]{43}=$/);
      expect(await room.listChannels('w1')).toEqual([channel]);
      expect(await room.listChannels('w2')).toEqual([]);
      nowMs += 1_000;
      const changed = await room.changeChannel('w1', channel.id, { ...webhook, name: 'Other', isEnabled: false });
      expect(changed).toMatchObject({ name: 'Other', isEnabled: false, createdMs: startMs, changedMs: nowMs });
      const foreign = [
        room.changeChannel('w2', channel.id, webhook),
        room.rotateSecret('w2', channel.id),
        room.deleteChannel('w2', channel.id),
        room.testChannel('w2', channel.id, 'eve'),
      ];
      for (const outcome of await Promise.allSettled(foreign)) expect(outcome).toMatchObject({ reason: { code: 'NOT_FOUND' } });
      expect(await room.listChannels('w1')).toEqual([changed]);
      await room.deleteChannel('w1', channel.id);
      expect(await room.listChannels('w1')).toEqual([]);
      await expect(room.deleteChannel('w1', channel.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });

    test('keep their kind, and the secret of a webhook is nowhere in the clear', async () => {
      const { channel, secret } = await room.addChannel('w1', webhook);
      const email = { ...webhook, target: { kind: 'email' as const, addresses: null } };
      const withMail = openNotifications(catalog, clock, { smtpUrl: 'smtp://127.0.0.1:9' });
      await expect(withMail.changeChannel('w1', channel.id, email)).rejects.toMatchObject({ code: 'CONFLICT' });
      const { channel: mail, secret: none } = await withMail.addChannel('w1', email);
      expect(none).toBeNull();
      await expect(room.rotateSecret('w1', mail.id)).rejects.toThrow('only webhooks are signed');
      const rows = JSON.stringify(await catalog.db.selectFrom('notification_channels').selectAll().execute());
      expect(rows).not.toContain(secret!.slice(6));
      expect(JSON.stringify(await room.listChannels('w1'))).not.toContain('sealed');
    });

    test('cannot lead into our own network, and need a mail server to mail', async () => {
      const to = (url: string) => ({ ...webhook, target: { kind: 'webhook' as const, url } });
      for (const url of ['http://10.0.0.1/', 'http://169.254.169.254/', 'http://[::1]/', 'file:///x', 'http://me:pw@example.com/', 'x'])
        await expect(room.addChannel('w1', to(url))).rejects.toMatchObject({ code: 'OUTBOUND_FORBIDDEN' });
      const { channel } = await room.addChannel('w1', webhook);
      await expect(room.changeChannel('w1', channel.id, to('http://10.0.0.1/'))).rejects.toThrow('public internet');
      const email = { ...webhook, target: { kind: 'email' as const, addresses: null } };
      await expect(room.addChannel('w1', email)).rejects.toMatchObject({ code: 'MAIL_NOT_CONFIGURED' });
    });

    test('are at most fifty', async () => {
      for (let i = 0; i < 50; i++) await room.addChannel('w1', { ...webhook, name: `c${i}` });
      await expect(room.addChannel('w1', webhook)).rejects.toMatchObject({ code: 'CONFLICT' });
      await room.addChannel('w2', webhook);
    });

    test('take what is severe enough, while they are switched on; what is for the application alone goes through none', async () => {
      const withMail = openNotifications(catalog, clock, { smtpUrl: 'smtp://127.0.0.1:9' });
      const add = async (settings: Partial<ChannelSettings>) => (await withMail.addChannel('w1', { ...webhook, ...settings })).channel.id;
      const ids = {
        critical: await add({ leastSeverity: 'critical' }),
        everything: await add({ leastSeverity: 'low' }),
        people: await add({ target: { kind: 'email', addresses: null } }),
        desk: await add({ target: { kind: 'email', addresses: ['desk@b.example', 'boss@b.example'] } }),
        off: await add({ isEnabled: false }),
      };
      await withMail.addChannel('w2', webhook);
      const nameById = new Map(Object.entries(ids).map(([name, id]) => [id, name]));
      const routesOf = async (notice: Parameters<typeof someNotice>[0]) => {
        const { notification } = await room.notify(someNotice(notice));
        const deliveries = await room.deliveries('w1', { ...any, notificationId: notification.id });
        return deliveries.map(({ channelId, recipient }) => `${nameById.get(channelId)} ${recipient}`).toSorted();
      };
      expect(await routesOf({ severity: 'low' })).toEqual(['everything endpoint']);
      expect(await routesOf({ severity: 'critical' })).toEqual([
        'critical endpoint',
        'desk address:boss@b.example',
        'desk address:desk@b.example',
        'everything endpoint',
        'people person:ada',
        'people person:ben',
      ]);
      expect(await routesOf({ severity: 'critical', isInAppOnly: true })).toEqual([]);
      expect(await routesOf({ severity: 'medium', workspaceId: 'w2', to: { people: ['eve'] } })).toEqual([]);
      expect(await room.deliveries('w2', any)).toHaveLength(1);
    });
  });
});
