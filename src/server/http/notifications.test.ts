/** Notifications and channels over HTTP: everybody sees their own, and only who may manage them sees channels and receipts. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startHttpReceiver } from '../../../test/fixtures/http-receiver.ts';
import { openTestCatalog } from '../../../test/fixtures/open-catalog.ts';
import { openNotifications, seedMembers, someNotice, startMs } from '../../../test/fixtures/open-notifications.ts';
import { principalFor } from '../../../test/fixtures/principals.ts';
import { serveBindings, type Ask } from '../../../test/fixtures/serve-bindings.ts';
import type { ChannelAnswer, DeliveryAnswer, NotificationAnswer, ReceiptAnswer } from '../../shared/contract/notifications.ts';
import type { Notifications } from '../notification/notifications.ts';
import { notificationRoutes } from './notifications.ts';

const principals = {
  ada: principalFor('person', 'w1', 'ada', ['notifications:manage'], { personId: 'ada' }),
  ben: principalFor('person', 'w1', 'ben', ['events:read'], { personId: 'ben' }),
  benElsewhere: principalFor('person', 'w2', 'ben', ['notifications:manage'], { personId: 'ben' }),
  key: principalFor('api-key', 'w1', 'key1', ['notifications:manage']),
};

let room: Notifications;
let ask: Ask;
let nowMs: number;
const closing: (() => Promise<void>)[] = [];

beforeEach(async () => {
  nowMs = startMs;
  const { catalog, close } = await openTestCatalog();
  await seedMembers(catalog);
  room = openNotifications(catalog, { now: () => nowMs });
  const served = await serveBindings(notificationRoutes({ notifications: room, canMail: false }), principals);
  ask = served.ask;
  closing.push(served.close, close);
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

type Inbox = { notifications: NotificationAnswer[]; unread: number; next: string | null };

test('everybody sees their own notifications and marks them as read', async () => {
  for (let i = 0; i < 3; i++) {
    nowMs += 1_000;
    await room.notify(someNotice({ title: `t${i}` }));
  }
  const inbox = async (token: string, query = '') => (await ask<Inbox>(token, 'GET', `/api/notifications${query}`)).body;
  const first = await inbox('ben', '?limit=2');
  expect(first.notifications.map(({ title, readAt }) => [title, readAt])).toEqual([
    ['t2', null],
    ['t1', null],
  ]);
  expect(first.unread).toBe(3);
  const rest = await inbox('ben', `?limit=2&after=${first.next}`);
  expect([rest.notifications.map(({ title }) => title), rest.next]).toEqual([['t0'], null]);
  expect(rest.notifications[0]).toMatchObject({ link: '/security', about: 'incident:inc_1', createdAt: '2026-01-15T12:00:01.000Z' });
  const ids = [first.notifications[0]!.id];
  expect((await ask('ben', 'POST', '/api/notifications/read', { ids })).body).toEqual({ unread: 2 });
  expect((await inbox('ben', '?show=unread')).notifications.map(({ title }) => title)).toEqual(['t1', 't0']);
  expect((await ask('ben', 'POST', '/api/notifications/read', { all: true })).body).toEqual({ unread: 0 });
  expect((await inbox('ada')).unread).toBe(3);
  expect((await inbox('benElsewhere')).notifications).toEqual([]);
  expect((await ask('key', 'GET', '/api/notifications')).status).toBe(403);
  expect((await ask(null, 'GET', '/api/notifications')).status).toBe(401);
  for (const body of [{}, { ids: [] }, { all: false }, { ids: ['x y'] }])
    expect((await ask('ben', 'POST', '/api/notifications/read', body)).status).toBe(400);
});

test('a channel is made, tried, changed, given a new secret and deleted; its secret is shown twice in all', async () => {
  const receiver = await startHttpReceiver((_, response) => void response.end('hello'));
  closing.push(receiver.close);
  const body = { name: 'Pager', target: { kind: 'webhook', url: `${receiver.origin}/hook` } };
  const made = await ask<{ channel: ChannelAnswer; secret: string }>('ada', 'POST', '/api/admin/channels', body);
  expect([made.status, made.body.secret.slice(0, 6)]).toEqual([201, 'whsec_']);
  const { id } = made.body.channel;
  expect(made.body.channel).toMatchObject({ ...body, isEnabled: true, leastSeverity: 'medium' });
  const listed = await ask('ada', 'GET', '/api/admin/channels');
  expect(listed.body).toEqual({ channels: [made.body.channel], canMail: false });
  const receipt = await ask<ReceiptAnswer>('key', 'POST', `/api/admin/channels/${id}/test`);
  expect(receipt.body).toMatchObject({ attempt: 1, outcome: 'delivered', status: 200, reply: 'hello' });
  expect(receiver.received).toHaveLength(1);
  const changed = await ask('ada', 'PUT', `/api/admin/channels/${id}`, { ...body, name: 'Other', isEnabled: false });
  expect(changed.body).toMatchObject({ id, name: 'Other', isEnabled: false });
  const rotated = await ask<{ secret: string }>('ada', 'POST', `/api/admin/channels/${id}/rotate`);
  expect(rotated.body.secret).not.toBe(made.body.secret);
  expect((await ask('ada', 'DELETE', `/api/admin/channels/${id}`)).body).toEqual({ deleted: true });
  expect((await ask('ada', 'DELETE', `/api/admin/channels/${id}`)).status).toBe(404);
});

test('receipts tell how each try went, and what was given up can be tried again', async () => {
  const receiver = await startHttpReceiver((_, response) => void response.writeHead(410).end());
  closing.push(receiver.close);
  const body = { name: 'Pager', target: { kind: 'webhook', url: receiver.origin } };
  const { channel } = (await ask<{ channel: ChannelAnswer }>('ada', 'POST', '/api/admin/channels', body)).body;
  const { notification } = await room.notify(someNotice());
  await room.deliverDue();
  const query = `channel=${channel.id}&notification=${notification.id}&state=dead`;
  const list = await ask<{ deliveries: DeliveryAnswer[] }>('ada', 'GET', `/api/admin/deliveries?${query}`);
  const [delivery] = list.body.deliveries;
  expect(delivery).toMatchObject({
    recipient: 'endpoint',
    state: 'dead',
    nextTryAt: null,
    receipts: [{ status: 410, outcome: 'refused' }],
  });
  expect((await ask('benElsewhere', 'POST', `/api/admin/deliveries/${delivery!.id}/retry`)).status).toBe(404);
  expect((await ask('ada', 'POST', `/api/admin/deliveries/${delivery!.id}/retry`)).body).toEqual({ queued: true });
  const waiting = await ask<{ deliveries: DeliveryAnswer[] }>('ada', 'GET', '/api/admin/deliveries?state=waiting');
  expect(waiting.body.deliveries).toMatchObject([{ id: delivery!.id, nextTryAt: '2026-01-15T12:00:00.000Z' }]);
});

test('who may not manage notifications sees no channel and no receipt, and neither does another workspace', async () => {
  const body = { name: 'Pager', target: { kind: 'webhook', url: 'http://127.0.0.1:8099/' } };
  const { channel } = (await ask<{ channel: ChannelAnswer }>('ada', 'POST', '/api/admin/channels', body)).body;
  const at = `/api/admin/channels/${channel.id}`;
  const calls = [
    ['GET', '/api/admin/channels', undefined],
    ['POST', '/api/admin/channels', body],
    ['PUT', at, body],
    ['DELETE', at, undefined],
    ['POST', `${at}/test`, undefined],
    ['POST', `${at}/rotate`, undefined],
    ['GET', '/api/admin/deliveries', undefined],
    ['POST', '/api/admin/deliveries/del_1/retry', undefined],
  ] as const;
  for (const [method, path, given] of calls) {
    expect([path, (await ask('ben', method, path, given)).status]).toEqual([path, 403]);
    expect([path, (await ask(null, method, path, given)).status]).toEqual([path, 401]);
  }
  for (const [method, path, given] of calls.filter(([, path]) => path.startsWith(at)))
    expect([path, (await ask('benElsewhere', method, path, given)).status]).toEqual([path, 404]);
  expect((await ask<{ channels: unknown[] }>('benElsewhere', 'GET', '/api/admin/channels')).body.channels).toEqual([]);
});

test('a channel that makes no sense, or leads into our own network, is refused', async () => {
  const webhook = (url: string) => ({ name: 'x', target: { kind: 'webhook', url } });
  const email = (addresses: unknown) => ({ name: 'x', target: { kind: 'email', addresses } });
  const refusals: [unknown, number, string][] = [
    [webhook('http://10.0.0.1/'), 422, 'OUTBOUND_FORBIDDEN'],
    [webhook('http://169.254.169.254/latest'), 422, 'OUTBOUND_FORBIDDEN'],
    [webhook('ftp://example.com/'), 422, 'OUTBOUND_FORBIDDEN'],
    [webhook('nowhere'), 400, 'REQUEST_INVALID'],
    [webhook(`https://example.com/${'x'.repeat(2_000)}`), 400, 'REQUEST_INVALID'],
    [email(null), 409, 'MAIL_NOT_CONFIGURED'],
    [email(['a@b.example\r\nBcc: eve@example.com']), 400, 'REQUEST_INVALID'],
    [email([]), 400, 'REQUEST_INVALID'],
    [{ ...webhook('https://example.com'), leastSeverity: 'huge' }, 400, 'REQUEST_INVALID'],
    [{ ...webhook('https://example.com'), name: ' ' }, 400, 'REQUEST_INVALID'],
    [{ ...webhook('https://example.com'), extra: 1 }, 400, 'REQUEST_INVALID'],
  ];
  for (const [body, status, code] of refusals) {
    const answer = await ask('ada', 'POST', '/api/admin/channels', body);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  }
});
