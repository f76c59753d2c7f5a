/** Deliveries on both catalogs, to real receivers: signed, once, tried again, given up, and said so. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createGuardedHttp } from '../../src/server/adapters/guarded-http/guarded-http.ts';
import type { Catalog } from '../../src/server/catalog/schema.ts';
import { claimDeliveries } from '../../src/server/notification/deliveries.ts';
import type { Channel, ChannelTarget, Delivery } from '../../src/server/notification/notification.ts';
import type { Notifications } from '../../src/server/notification/notifications.ts';
import { describeOnEachCatalog, type CatalogPlace } from '../fixtures/each-catalog.ts';
import { startHttpReceiver, type HttpReceiver, type ReceivedRequest } from '../fixtures/http-receiver.ts';
import { startMailServer, type MailServer } from '../fixtures/mail-server.ts';
import { openNotifications, seedMembers, someNotice, startMs } from '../fixtures/open-notifications.ts';
import { until } from '../fixtures/until.ts';

const any = { channelId: null, notificationId: null, state: null, after: null, limit: 100 };
const inboxOf = { isUnreadOnly: false, after: null, limit: 100 };

/** What a receiver does that trusts nobody: written from the specification, with none of our code. */
function isSignedWith(secret: string, { headers, body }: ReceivedRequest): boolean {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const text = [headers['webhook-id'], headers['webhook-timestamp'], body].join('.');
  const expected = createHmac('sha256', key).update(text).digest();
  return String(headers['webhook-signature'])
    .split(' ')
    .filter((signature) => signature.startsWith('v1,'))
    .map((signature) => Buffer.from(signature.slice(3), 'base64'))
    .some((given) => given.length === expected.length && timingSafeEqual(given, expected));
}

describeOnEachCatalog('deliveries', (place) => {
  let at: CatalogPlace;
  let catalog: Catalog;
  let nowMs: number;
  let room: Notifications;
  let closing: (() => Promise<void>)[];
  const clock = { now: () => nowMs };

  beforeAll(async () => {
    at = await place();
    catalog = await at.open();
  });
  afterAll(() => catalog.close());
  beforeEach(async () => {
    closing = [];
    nowMs = startMs;
    await seedMembers(catalog);
    room = openNotifications(catalog, clock);
  });
  afterEach(async () => {
    await Promise.all(closing.map((close) => close()));
    await room.stop();
  });
  const receive = async (answer?: (request: ReceivedRequest, response: ServerResponse) => void): Promise<HttpReceiver> => {
    const receiver = await startHttpReceiver(answer);
    closing.push(() => receiver.close());
    return receiver;
  };
  const receiveMail = async (...parts: Parameters<typeof startMailServer>): Promise<MailServer> => {
    const server = await startMailServer(...parts);
    closing.push(() => server.close());
    return server;
  };
  const add = (target: ChannelTarget, name = 'Pager', on = room): Promise<{ channel: Channel; secret: string | null }> =>
    on.addChannel('w1', { name, isEnabled: true, leastSeverity: 'low', target });
  const hook = (receiver: HttpReceiver): ChannelTarget => ({ kind: 'webhook', url: `${receiver.origin}/hook?to=ops` });
  const deliveries = (): Promise<Delivery[]> => room.deliveries('w1', any);
  const tell = () => room.notify(someNotice());

  describe('to a webhook', () => {
    test('a receiver can prove who sent it, when, and that nothing was changed', async () => {
      const receiver = await receive((_, response) => void response.end('thank you'));
      const { channel, secret } = await add(hook(receiver));
      const { notification } = await tell();
      expect(await room.deliverDue()).toBe(1);
      const [request] = receiver.received;
      expect(request).toMatchObject({ method: 'POST', path: '/hook?to=ops', headers: { 'content-type': 'application/json' } });
      expect(isSignedWith(secret!, request!)).toBe(true);
      expect(isSignedWith(secret!, { ...request!, body: request!.body.replace('wrong', 'right') })).toBe(false);
      expect(request!.headers['webhook-timestamp']).toBe(String(startMs / 1_000));
      expect(JSON.parse(request!.body)).toEqual({
        type: 'notification',
        timestamp: '2026-01-15T12:00:00.000Z',
        data: {
          id: notification.id,
          workspaceId: 'w1',
          severity: 'medium',
          title: 'Many wrong passwords',
          body: '20 wrong passwords in a minute.\n\nThe account was locked.',
          link: 'https://b.example/security',
          about: 'incident:inc_1',
        },
      });
      const [delivery] = await deliveries();
      const receipt = { attempt: 1, atMs: startMs, durationMs: 0, outcome: 'delivered', status: 200, reply: 'thank you' };
      expect(delivery).toMatchObject({ channelId: channel.id, state: 'delivered', finishedMs: startMs, receipts: [receipt] });
      expect(delivery!.id).toBe(request!.headers['webhook-id']);
      expect(await room.deliverDue()).toBe(0);
    });

    test('what fails is tried again after growing pauses under the same id, and every try has a receipt', async () => {
      const answers = [500, 302, 429];
      const receiver = await receive((_, response) => {
        const status = answers.shift() ?? 204;
        response.writeHead(status, status === 429 ? { 'retry-after': '3600' } : status === 302 ? { location: '/elsewhere' } : {});
        response.end(status === 500 ? 'broken\u0000' : undefined);
      });
      const { secret } = await add(hook(receiver));
      await tell();
      const pauses: number[] = [];
      for (let i = 0; i < 3; i++) {
        expect(await room.deliverDue()).toBe(1);
        const [delivery] = await deliveries();
        expect(delivery!.state).toBe('waiting');
        pauses.push(delivery!.dueMs - nowMs);
        nowMs = delivery!.dueMs - 1;
        expect(await room.deliverDue()).toBe(0);
        nowMs += 1;
      }
      expect(pauses).toEqual([10_000, 40_000, 3_600_000]);
      expect(await room.deliverDue()).toBe(1);
      const [delivery] = await deliveries();
      expect(delivery!.receipts.map(({ attempt, outcome, status, reply }) => [attempt, outcome, status, reply])).toEqual([
        [1, 'failed', 500, 'broken '],
        [2, 'failed', 302, 'The endpoint answered 302.'],
        [3, 'failed', 429, 'The endpoint answered 429.'],
        [4, 'delivered', 204, ''],
      ]);
      expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
      expect(new Set(receiver.received.map(({ headers }) => headers['webhook-timestamp'])).size).toBe(4);
      expect(receiver.received.every((request) => isSignedWith(secret!, request))).toBe(true);
    });

    test('after the last try it is given up, which is said within the application once a day, and can be tried anew', async () => {
      let status = 503;
      const receiver = await receive((_, response) => void response.writeHead(status).end());
      const { channel } = await add(hook(receiver));
      await tell();
      await tell();
      for (let i = 0; i < 20; i++) {
        await room.deliverDue();
        nowMs = Math.max(nowMs, ...(await deliveries()).map(({ state, dueMs }) => (state === 'waiting' ? dueMs : 0)));
      }
      expect((await deliveries()).map(({ state, receipts }) => [state, receipts.length])).toEqual([
        ['dead', 8],
        ['dead', 8],
      ]);
      const { notifications } = await room.inbox('w1', 'ada', inboxOf);
      const said = notifications.filter(({ about }) => about === `channel:${channel.id}`);
      expect(said).toHaveLength(1);
      expect(said[0]).toMatchObject({ severity: 'medium', title: 'The channel "Pager" did not deliver "Many wrong passwords"' });
      expect(said[0]!.body).toContain('The endpoint answered 503.');
      expect((await room.inbox('w1', 'ben', inboxOf)).notifications.filter(({ about }) => about?.startsWith('channel:'))).toEqual([]);
      status = 200;
      const [dead] = await deliveries();
      await expect(room.retryDelivery('w2', dead!.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await room.retryDelivery('w1', dead!.id);
      expect(await room.deliverDue()).toBe(1);
      expect((await deliveries())[0]).toMatchObject({ state: 'delivered' });
      await expect(room.retryDelivery('w1', dead!.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });

    test('an endpoint that is gone for good switches its channel off', async () => {
      const receiver = await receive((_, response) => void response.writeHead(410).end());
      await add(hook(receiver));
      await tell();
      await tell();
      await room.deliverDue();
      expect(await room.listChannels('w1')).toMatchObject([{ isEnabled: false }]);
      expect((await deliveries()).every(({ state }) => state === 'dead')).toBe(true);
      const said = (await room.inbox('w1', 'ada', inboxOf)).notifications.filter(({ body }) => body.includes('gone for good'));
      expect(said).toHaveLength(1);
      await tell();
      expect(await room.deliverDue()).toBe(0);
    });

    test('what waits when a channel is switched off is not sent later, nor told of', async () => {
      const receiver = await receive();
      const { channel } = await add(hook(receiver));
      await tell();
      await room.changeChannel('w1', channel.id, { ...channel, isEnabled: false });
      await room.deliverDue();
      expect(receiver.received).toEqual([]);
      expect((await deliveries())[0]).toMatchObject({
        state: 'dead',
        receipts: [{ outcome: 'refused', reply: 'The channel is switched off.' }],
      });
      expect((await room.inbox('w1', 'ada', inboxOf)).unread).toBe(1);
    });

    test('a place that has become private is refused when it is called, for good', async () => {
      const receiver = await receive();
      const { channel } = await add(hook(receiver));
      await tell();
      const strict = openNotifications(catalog, clock, { outbound: createGuardedHttp({ allow: [] }) });
      await strict.deliverDue();
      expect(receiver.received).toEqual([]);
      const [delivery] = await deliveries();
      expect(delivery).toMatchObject({ channelId: channel.id, state: 'dead', receipts: [{ outcome: 'refused', status: null }] });
      expect(delivery!.receipts[0]!.reply).toContain('OUTBOUND_ALLOW');
    });

    test('a new secret signs at once, and the one before for one more day', async () => {
      const receiver = await receive();
      const { channel, secret: before } = await add(hook(receiver));
      const { secret } = await room.rotateSecret('w1', channel.id);
      expect(secret).not.toBe(before);
      const signed = async (): Promise<boolean[]> => {
        await tell();
        await room.deliverDue();
        return [secret, before!].map((each) => isSignedWith(each, receiver.received.at(-1)!));
      };
      expect(await signed()).toEqual([true, true]);
      nowMs += 86_400_000;
      expect(await signed()).toEqual([true, false]);
    });

    test('a huge answer is kept as its beginning', async () => {
      const receiver = await receive((_, response) => void response.end('y'.repeat(5_000_000)));
      await add(hook(receiver));
      await tell();
      await room.deliverDue();
      const [delivery] = await deliveries();
      expect(delivery).toMatchObject({ state: 'delivered' });
      expect(delivery!.receipts[0]!.reply).toHaveLength(500);
    });

    test('a test sends at once and answers with the receipt; nothing is kept', async () => {
      const receiver = await receive((_, response) => void response.writeHead(418).end('teapot'));
      const { channel, secret } = await add(hook(receiver));
      expect(await room.testChannel('w1', channel.id, null)).toMatchObject({ outcome: 'failed', status: 418, reply: 'teapot' });
      expect(isSignedWith(secret!, receiver.received[0]!)).toBe(true);
      expect(await deliveries()).toEqual([]);
    });
  });

  describe('by mail', () => {
    test('everybody whom a notification is for gets a mail of their own', async () => {
      const server = await receiveMail();
      room = openNotifications(catalog, clock, { smtpUrl: server.url });
      await add({ kind: 'email', addresses: null });
      await add({ kind: 'email', addresses: ['desk@b.example'] }, 'Desk');
      await room.notify(someNotice({ title: 'Evil\r\nBcc: eve@example.com', severity: 'critical' }));
      expect(await room.deliverDue()).toBe(3);
      expect(server.received.map(({ to }) => to).toSorted()).toEqual([['ada@example.com'], ['ben@example.com'], ['desk@b.example']]);
      for (const { source } of server.received) {
        expect(source).toMatch(/^Subject: Critical: Evil Bcc: eve@example.com\r$/m);
        expect(source).not.toMatch(/^Bcc:/m);
        expect(source).toContain('https://b.example/security');
      }
      const [delivery] = await deliveries();
      expect(delivery!.receipts[0]!.reply).toMatch(/^250 Ok: queued as \d$/);
    });

    test('a server that is down is tried again, and takes it when it is up', async () => {
      const gone = await startMailServer();
      await gone.close();
      room = openNotifications(catalog, clock, { smtpUrl: gone.url });
      await add({ kind: 'email', addresses: ['desk@b.example'] });
      await tell();
      await room.deliverDue();
      expect((await deliveries())[0]).toMatchObject({ state: 'waiting', dueMs: nowMs + 10_000, receipts: [{ outcome: 'failed' }] });
      const server = await receiveMail({}, gone.port);
      nowMs += 10_000;
      await room.deliverDue();
      expect((await deliveries())[0]).toMatchObject({ state: 'delivered' });
      expect(server.received).toHaveLength(1);
    });

    test('an unknown mailbox is given up at once; somebody who has left is neither mailed nor told of', async () => {
      const server = await receiveMail({
        onRcptTo: (address, _session, done) =>
          address.address.startsWith('ada') ? done(Object.assign(new Error('no such user'), { responseCode: 550 })) : done(),
      });
      room = openNotifications(catalog, clock, { smtpUrl: server.url });
      await add({ kind: 'email', addresses: null });
      await tell();
      await catalog.db.deleteFrom('memberships').where('person_id', '=', 'ben').execute();
      await room.deliverDue();
      expect(server.received).toEqual([]);
      const replies = (await deliveries()).map(({ recipient, state, receipts }) => [recipient, state, receipts[0]!.reply]);
      expect(replies.toSorted()).toEqual([
        ['person:ada', 'dead', 'The mail server answered "550 no such user".'],
        ['person:ben', 'dead', 'The person is no longer in this workspace.'],
      ]);
      const said = (await room.inbox('w1', 'ada', inboxOf)).notifications.filter(({ about }) => about?.startsWith('channel:'));
      expect(said.map(({ body }) => body.includes('550'))).toEqual([true]);
    });

    test('a mail server that is no longer configured is said in the receipt', async () => {
      const server = await receiveMail();
      const withMail = openNotifications(catalog, clock, { smtpUrl: server.url });
      const { channel } = await add({ kind: 'email', addresses: null }, 'Mail', withMail);
      expect(await withMail.testChannel('w1', channel.id, 'ben')).toMatchObject({ outcome: 'delivered' });
      expect(server.received.map(({ to }) => to)).toEqual([['ben@example.com']]);
      await expect(withMail.testChannel('w1', channel.id, null)).rejects.toThrow('only a person can test it');
      expect(await room.testChannel('w1', channel.id, 'ben')).toMatchObject({
        outcome: 'refused',
        reply: expect.stringContaining('SMTP_URL'),
      });
    });
  });

  describe('with several nodes', () => {
    test('everything is sent once, whoever sends it', async () => {
      const receiver = await receive();
      await add(hook(receiver));
      const other = await at.open();
      const rooms = [room, openNotifications(other, clock)];
      for (let i = 0; i < 40; i++) await tell();
      for (const each of rooms) each.start();
      await until(async () => (await deliveries()).every(({ state }) => state === 'delivered'), '40 deliveries');
      expect(receiver.received).toHaveLength(40);
      expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(40);
      await rooms[1]!.stop();
      await other.close();
    });

    test('what a node was sending when it died is sent by another after its lease, and the dead one changes nothing more', async () => {
      const receiver = await receive();
      await add(hook(receiver));
      await tell();
      const claim = { owner: 'dead node', nowMs, leaseMs: 120_000, limit: 10, limitPerChannel: 4 };
      expect(await claimDeliveries(catalog.db, claim)).toHaveLength(1);
      expect(await room.deliverDue()).toBe(0);
      nowMs += 120_001;
      expect(await room.deliverDue()).toBe(1);
      expect((await deliveries())[0]).toMatchObject({ state: 'delivered', receipts: [{ attempt: 2 }] });
    });

    test('a node that stops in the middle of a call gives the delivery back as if it had not been tried', async () => {
      let isMute = true;
      const receiver = await receive((_, response) => void (isMute ? undefined : response.end()));
      await add(hook(receiver));
      room.start();
      await tell();
      await until(() => receiver.received.length === 1, 'the first call');
      await room.stop();
      expect((await deliveries())[0]).toMatchObject({ state: 'waiting', dueMs: startMs, receipts: [] });
      isMute = false;
      const next = openNotifications(catalog, clock);
      expect(await next.deliverDue()).toBe(1);
      expect((await deliveries())[0]).toMatchObject({ state: 'delivered', receipts: [{ attempt: 1 }] });
    });

    test('an endpoint that does not answer keeps only a few places busy', async () => {
      const mute = await receive(() => undefined);
      const quick = await receive();
      await add(hook(mute), 'Mute');
      for (let i = 0; i < 30; i++) await tell();
      const other = openNotifications(catalog, clock);
      for (const each of [room, other]) each.start();
      await until(() => mute.received.length === 4, 'the mute endpoint');
      await add(hook(quick), 'Quick');
      for (let i = 0; i < 20; i++) await tell();
      await until(() => quick.received.length === 20, 'the quick endpoint');
      expect(mute.received).toHaveLength(4);
      await other.stop();
    });

    test('deliveries are listed newest first, page by page, by channel and state, in their own workspace', async () => {
      const receiver = await receive();
      const { channel } = await add(hook(receiver));
      for (let i = 0; i < 5; i++) await tell();
      await room.deliverDue();
      await tell();
      const page = await room.deliveries('w1', { ...any, channelId: channel.id, limit: 4 });
      const rest = await room.deliveries('w1', { ...any, channelId: channel.id, after: page.at(-1)! });
      expect(new Set([...page, ...rest].map(({ id }) => id)).size).toBe(6);
      expect(await room.deliveries('w1', { ...any, state: 'waiting' })).toHaveLength(1);
      expect(await room.deliveries('w1', { ...any, channelId: 'chn_other' })).toEqual([]);
      expect(await room.deliveries('w2', any)).toEqual([]);
    });
  });
});
