/** Who is let in, who is thrown out, and what hostile or slow clients can do to the others: nothing. */
import type { Socket as TcpSocket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { goodKey, openTestLive, type TestClient, type TestLive } from '../../../test/fixtures/open-live.ts';
import { until } from '../../../test/fixtures/until.ts';
import { Problem } from '../../shared/model/errors.ts';
import { wholeWorkspace, type Policy } from '../identity/policy.ts';
import type { Principal } from '../identity/principal.ts';
import { principalFor } from '../../../test/fixtures/principals.ts';

const total = { kind: 'total', metrics: [{ aggregate: 'count' }], range: { last: '1d' } };
const withCookie = (cookie: string, origin?: string) => ({
  auth: {},
  extraHeaders: { cookie, ...(origin === undefined ? {} : { origin }) },
});

let server: TestLive;
afterEach(() => server.close());

describe('the handshake', () => {
  test('lets an API key in, and a session cookie from our own page, from a page that is allowed, and from a program', async () => {
    server = await openTestLive();
    const ways = [
      { auth: { token: goodKey } },
      { auth: { token: goodKey }, extraHeaders: { origin: 'https://anywhere.example' } },
      withCookie('session=good'),
      withCookie('session=good', server.url),
      withCookie('session=good', 'https://app.example'),
    ];
    for (const way of ways) {
      const client = await server.connect(way);
      expect(client.refusal).toBeNull();
      expect(await client.subscribe({ id: 'a', channel: 'activity' })).toEqual({ ok: true });
    }
  });

  test('refuses everything else with the same text', async () => {
    server = await openTestLive();
    const ways = [
      { auth: {} },
      { auth: { token: 'ak_wrong' } },
      { auth: { token: 'wk_write' } },
      { auth: { token: 'x'.repeat(20_000) } },
      { auth: { token: { toString: 'ak_good' } as never } },
      withCookie('session=bad'),
      withCookie('session=good', 'https://evil.example'),
      withCookie('session=good', 'null'),
    ];
    for (const way of ways) {
      const client = await server.connect(way);
      expect(client.refusal?.message).toBe('Authentication failed');
      expect(client.refusal?.data).toMatchObject({ detail: 'Authentication failed' });
      expect(client.socket.connected).toBe(false);
    }
    expect(server.live.stats().sockets).toBe(0);
  });

  test('lets no address guess tokens for long, and notes which were right', async () => {
    const noted: [string, boolean][] = [];
    server = await openTestLive({
      tries: {
        assertMayTry: (_, token) => {
          if (token === 'ak_late') throw new Problem('RATE_LIMITED', 'Too many.', { retryAfterSeconds: 9 });
        },
        noteTry: (_, token, isRight) => void noted.push([token, isRight]),
        countSubscription: () => undefined,
      },
    });
    for (const token of [goodKey, 'ak_wrong', 'ak_late']) await server.connect({ auth: { token } });
    expect((await server.connect({ auth: { token: 'ak_late' } })).refusal?.data).toMatchObject({
      code: 'RATE_LIMITED',
      retryAfterSeconds: 9,
    });
    expect(noted).toEqual([
      [goodKey, true],
      ['ak_wrong', false],
    ]);
  });

  test('nor try cookies, or nothing at all, for long', async () => {
    const noted: [string, boolean][] = [];
    server = await openTestLive({
      tries: {
        assertMayTry: () => undefined,
        noteTry: (_, shown, isRight) => void noted.push([shown, isRight]),
        countSubscription: () => undefined,
      },
    });
    for (const way of [
      { auth: {} },
      withCookie('session=bad'),
      withCookie('session=good', 'https://evil.example'),
      withCookie('session=good'),
    ])
      await server.connect(way);
    expect(noted.map(([, isRight]) => isRight)).toEqual([false, false, false, true]);
    expect(new Set(noted.map(([shown]) => shown)).size).toBe(4);
  });

  test('answers by polling with data that a browser takes for nothing else', async () => {
    server = await openTestLive();
    const { headers } = await fetch(`${server.url}/socket.io/?EIO=4&transport=polling`);
    expect([headers.get('x-content-type-options'), headers.get('cache-control')]).toEqual(['nosniff', 'no-store']);
  });

  test('passes on the workspace and the role that a client wants, and nothing else that it makes up', async () => {
    const seen: unknown[] = [];
    server = await openTestLive({
      authenticate: ({ headers }) => {
        seen.push({ ...headers });
        return Promise.resolve(null);
      },
    });
    await server.connect({ auth: { workspace: 'w2', seeAs: 'viewer', cookie: 'session=good' } });
    await server.connect({ auth: { workspace: { id: 'w2' }, seeAs: 'a b' }, extraHeaders: { 'bellwether-workspace': 'w3' } });
    expect(seen).toMatchObject([
      { cookie: undefined, 'bellwether-workspace': 'w2', 'bellwether-see-as': 'viewer' },
      { 'bellwether-workspace': 'w3' },
    ]);
    expect(seen[1]).not.toHaveProperty('bellwether-see-as');
  });

  test('says so when nobody can be authenticated just now, and tells nothing of why', async () => {
    server = await openTestLive({ authenticate: () => Promise.reject(new Error('the catalog at secret.internal is down')) });
    const client = await server.connect();
    expect(client.refusal?.data).toMatchObject({ code: 'INTERNAL', retryable: true });
    expect(JSON.stringify(client.refusal?.data) + client.refusal?.message).not.toContain('secret');
  });

  test('works by polling alone, with a cookie from an allowed page', async () => {
    server = await openTestLive();
    const client = await server.connect({ ...withCookie('session=good', 'https://app.example'), transports: ['polling'] });
    await client.subscribe({ id: 'p', query: total });
    await client.subscribe({ id: 'feed', channel: 'activity' });
    server.accept('view', 'ünïcödé');
    server.commit();
    await client.waitForRows('p', (rows) => rows[0]?.[0] === 2);
    await client.waitFor('feed', (messages) => JSON.stringify(messages).includes('ünïcödé'));
    expect(client.socket.io.engine.transport.name).toBe('polling');
    const preflight = await fetch(`${server.url}/socket.io/?EIO=4&transport=polling`, { headers: { origin: 'https://app.example' } });
    expect(preflight.headers.get('access-control-allow-origin')).toBe('https://app.example');
    expect(preflight.headers.get('access-control-allow-credentials')).toBe('true');
    const foreign = await fetch(`${server.url}/socket.io/?EIO=4&transport=polling`, { headers: { origin: 'https://evil.example' } });
    expect(foreign.headers.get('access-control-allow-origin')).toBeNull();
  });

  test('upgrades from polling to a WebSocket without losing a message', async () => {
    server = await openTestLive();
    const client = await server.connect({ transports: ['polling', 'websocket'] });
    await client.subscribe({ id: 'feed', channel: 'activity' });
    let sent = 0;
    await until(() => {
      server.accept(`e${sent++}`);
      return client.socket.io.engine.transport.name === 'websocket' && sent > 20;
    }, 'the upgrade');
    await client.waitFor('feed', (messages) => JSON.stringify(messages).includes(`"e${sent - 1}"`));
    const names = client.of('feed').flatMap((message) => ('activities' in message ? message.activities.map(({ name }) => name) : []));
    expect(names).toEqual(Array.from({ length: sent }, (_, i) => `e${i}`));
  });

  test('leaves the rest of the HTTP server alone', async () => {
    server = await openTestLive();
    expect(await (await fetch(`${server.url}/other`)).text()).toBe('not live');
    server.live.close();
    expect(await (await fetch(`${server.url}/other`)).text()).toBe('not live');
    expect((await fetch(`${server.url}/socket.io/?EIO=4&transport=polling`)).status).toBe(403);
  });
});

test('a server that stops leaves clients to look for the one that follows', async () => {
  server = await openTestLive();
  const client = await server.connect();
  let reason = '';
  client.socket.on('disconnect', (why) => (reason = why));
  server.live.close();
  await until(() => reason !== '', 'the end of the connection');
  expect(reason).toBe('transport close');
  expect(client.socket.active).toBe(true);
});

test('a client that leaves the namespace may enter it again on the same connection', async () => {
  server = await openTestLive();
  const client = await server.connect({ multiplex: true });
  const keepOpen = client.socket.io.socket('/other', { auth: {} });
  client.socket.disconnect();
  await until(() => server.live.stats().sockets === 0, 'the end of the connection');
  client.socket.connect();
  await until(() => client.socket.connected, 'the connection');
  expect(await client.subscribe({ id: 'a', channel: 'activity' })).toEqual({ ok: true });
  keepOpen.disconnect();
});

describe('credentials that end', () => {
  test('end the open connections of their principal, and only those', async () => {
    server = await openTestLive();
    const [key, person] = [await server.connect(), await server.connect(withCookie('session=good'))];
    server.live.disconnectPrincipal('key-1');
    await until(() => !key.socket.connected, 'the end of the connection');
    expect(key.problems).toMatchObject([{ code: 'CREDENTIALS_INVALID' }]);
    expect(person.socket.connected).toBe(true);
  });

  test('end their connections within a second or two, though nobody says so', async () => {
    server = await openTestLive();
    const [key, person] = [await server.connect(), await server.connect(withCookie('session=good'))];
    server.revoked.add(goodKey);
    await until(() => !key.socket.connected, 'the end of the connection');
    expect(person.socket.connected).toBe(true);
  });

  test('are noticed when a principal is looked at again', async () => {
    server = await openTestLive();
    const [key, person] = [await server.connect(), await server.connect(withCookie('session=good'))];
    server.revoked.add('cookie');
    await server.live.recheckPrincipal('key-1');
    await server.live.recheckPrincipal('person-1');
    await until(() => !person.socket.connected, 'the end of the connection');
    expect(key.socket.connected).toBe(true);
  });

  test('that cannot be checked just now end nothing', async () => {
    let isDown = false;
    const principal: Principal = principalFor('api-key', 'w', 'key-1', ['ask']);
    server = await openTestLive({ authenticate: () => (isDown ? Promise.reject(new Error('down')) : Promise.resolve(principal)) });
    const client = await server.connect();
    isDown = true;
    await server.live.recheckPrincipal('key-1');
    expect(await client.subscribe({ id: 'a', channel: 'activity' })).toEqual({ ok: true });
  });
});

describe('hostile clients', () => {
  test('get a refusal for every message that makes no sense', async () => {
    server = await openTestLive();
    const client = await server.connect();
    const messages = [
      null,
      undefined,
      1,
      'x',
      [],
      {},
      { id: '' },
      { id: 'x'.repeat(200), query: total },
      { id: 5, query: total },
      { id: 'a' },
      { id: 'a', query: null },
      { id: 'a', query: [] },
      { id: 'a', query: total, channel: 'activity' },
      { id: 'a', channel: '__proto__' },
      { id: 'a', query: { ...total, where: [{ field: 'name', is: [{}] }] } },
      { id: 'a', query: total, after: 'yesterday' },
    ];
    for (const message of messages) {
      expect(await client.subscribe(message as object)).toMatchObject({ ok: false, error: { status: 400 } });
      expect(await client.socket.emitWithAck('unsubscribe', message)).toMatchObject({ ok: false });
    }
    client.socket.emit('subscribe');
    client.socket.emit('subscribe', { id: 'a' });
    client.socket.emit('made up', { id: 'a' }, () => undefined);
    await until(() => client.problems.length === 2, 'two refusals');
    expect(client.problems.map(({ code }) => code)).toEqual(['REQUEST_INVALID', 'REQUEST_INVALID']);
    expect(await client.subscribe({ id: '__proto__', query: total })).toEqual({ ok: true });
  });

  test('are cut off when a message is huge, and others do not notice', async () => {
    server = await openTestLive();
    const [hostile, other] = [await server.connect({ reconnection: false }), await server.connect()];
    hostile.socket.emit('subscribe', { id: 'x'.repeat(1_000_000), query: total });
    await until(() => !hostile.socket.connected, 'the end of the connection');
    expect(await other.subscribe({ id: 'p', query: total })).toEqual({ ok: true });
  });

  test('cannot follow 10,000 things, nor send without end', async () => {
    server = await openTestLive();
    const client = await server.connect({ reconnection: false });
    const answers: Record<string, number> = {};
    for (let i = 0; i < 10_000; i++) {
      client.socket.emit('subscribe', { id: `p${i}`, channel: 'activity' }, (answer: { ok: boolean; error?: { code: string } }) => {
        const key = answer.error?.code ?? 'ok';
        answers[key] = (answers[key] ?? 0) + 1;
      });
    }
    await until(() => !client.socket.connected, 'the end of the connection');
    expect(answers['ok']).toBe(100);
    expect(Object.keys(answers).sort()).toEqual(['RATE_LIMITED', 'ok']);
    await until(() => server.live.stats().rooms.channels === 0, 'an empty room');
  });

  test('that speak no protocol, or only half of it, are forgotten', async () => {
    server = await openTestLive();
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
    let isClosed = false;
    socket.addEventListener('close', () => (isClosed = true));
    await new Promise((resolve) => socket.addEventListener('open', resolve));
    socket.send('42["subscribe",{"id":"a","channel":"activity"}]');
    await until(() => isClosed, 'the end of the connection');
    const client = await server.connect({ reconnection: false });
    client.socket.io.engine.write('51-["subscribe",{"_placeholder":true,"num":7}]');
    client.socket.io.engine.write('nonsense');
    await until(() => !client.socket.connected, 'the end of the connection');
  });

  test('of two who may see different rows are never answered together', async () => {
    const part: Policy = { workspaceId: 'w', name: 'part', rules: { events: { rows: [{ field: 'name', is: ['x'] }], masks: [] } } };
    server = await openTestLive({
      authenticate: async ({ token }) =>
        principalFor('api-key', 'w', String(token), ['ask'], { policy: token === 'ak_part' ? part : wholeWorkspace('w') }),
    });
    const whole = await server.connect({ auth: { token: 'ak_whole' } });
    await whole.subscribe({ id: 'a', query: total });
    const restricted = await server.connect({ auth: { token: 'ak_part' } });
    await restricted.subscribe({ id: 'a', query: total });
    expect(server.asked).toHaveLength(2);
  });
});

describe('a slow client', () => {
  test('holds nobody up, is left out of broadcasts, and gets a snapshot when it can read again', async () => {
    server = await openTestLive();
    const [slow, quick] = [await server.connect(), await server.connect()];
    const text = 'x'.repeat(1_500_000);
    let changes = 0;
    const answer = server.answer;
    server.answer = async (query) => {
      const result = await answer(query);
      return {
        ...result,
        rows: [[changes, text]],
        columns: [...result.columns, { name: 'text', type: 'string', unit: null, role: 'metric' }],
      };
    };
    for (const client of [slow, quick]) await client.subscribe({ id: 'p', query: total });
    tcpOf(slow).pause();
    await until(
      () => {
        changes++;
        server.commit();
        return server.live.stats().behind === 1;
      },
      'the slow client to be left out',
      40_000,
    );
    const last = ++changes;
    server.commit();
    await quick.waitForRows('p', (rows) => rows[0]?.[0] === last);
    expect(slow.results.get('p')?.rows[0]?.[0]).not.toBe(last);
    tcpOf(slow).resume();
    await slow.waitForRows('p', (rows) => rows[0]?.[0] === last);
    expect(slow.of('p').at(-1)?.kind).toBe('snapshot');
    expect(server.live.stats().behind).toBe(0);
  });
});

/** The TCP socket under a client's WebSocket. */
function tcpOf(client: TestClient): TcpSocket {
  return (client.socket.io.engine.transport as unknown as { ws: { _socket: TcpSocket } }).ws._socket;
}
