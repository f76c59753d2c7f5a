/** Live on the real server: an event sent over HTTP reaches sockets in time, through restarts of the server and of the warehouse. */
import { readFileSync, readdirSync } from 'node:fs';
import { io } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LiveMessage } from '../../src/shared/contract/live.ts';
import { TestClient } from '../fixtures/open-live.ts';
import { openTestServer, testOwner, type TestServer } from '../fixtures/open-server.ts';
import { until } from '../fixtures/until.ts';

const byName = {
  kind: 'breakdown',
  metrics: [
    { aggregate: 'count', as: 'events' },
    { aggregate: 'sum', of: 'properties.amount', as: 'revenue' },
  ],
  by: ['name'],
  range: { last: '1d' },
};
const trend = { kind: 'trend', metrics: [{ aggregate: 'count', as: 'events' }], grain: 'minute', range: { last: '30m' } };

let server: TestServer;
let client: TestClient;
beforeAll(async () => {
  server = await openTestServer();
  client = new TestClient(io(server.url, { transports: ['websocket'], auth: { token: testOwner.apiKey }, reconnectionDelayMax: 200 }));
  await client.connected();
});
afterAll(async () => {
  client?.socket.disconnect();
  await server?.close();
});

const send = (events: object[]) =>
  server.json('/v1/events', {
    method: 'POST',
    headers: { authorization: `Bearer ${testOwner.writeKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(events),
  });

const follow = async () => {
  const after = (id: string) => client.of(id).at(-1)?.seq;
  for (const [id, what] of Object.entries({
    names: { query: byName },
    minutes: { query: trend },
    feed: { channel: 'activity' },
    vitals: { channel: 'vitals' },
  })) {
    await until(async () => (await client.subscribe({ id, ...what, after: after(id) })).ok, `the subscription ${id}`);
  }
};

const latestVitals = () => {
  const last = client.of('vitals').at(-1);
  return last !== undefined && 'vitals' in last ? last.vitals : null;
};
const activities = (messages: LiveMessage[]) => messages.flatMap((message) => ('activities' in message ? message.activities : []));

describe('live on the real server', () => {
  test('shows an event at once in feed and windows, and in questions as soon as it is committed', async () => {
    await follow();
    await send([
      { name: 'purchase', user: 'anna', properties: { amount: 20 } },
      { name: 'purchase', user: 'ben', properties: { amount: 22.5 } },
      { name: 'page', anonymous: 'x' },
    ]);
    await client.waitFor('feed', (messages) => activities(messages).length === 3);
    await until(() => latestVitals()?.events.m1 === 3, 'the windows');
    expect(latestVitals()).toMatchObject({ activeUsers: 3, sums: [{ event: 'purchase', property: 'amount', m5: 42.5, m60: 42.5 }] });
    expect(await client.waitForRows('names', (rows) => rows.length === 2)).toEqual([
      ['purchase', 2, 42.5],
      ['page', 1, 0],
    ]);
    const minutes = await client.waitForRows('minutes', (rows) => rows.some((row) => row[1] === 3));
    expect(minutes).toHaveLength(30);
    await until(() => latestVitals()?.watermark === latestVitals()?.newestDurable, 'the watermark');
  });

  test('says that the warehouse is away and back, and loses nothing', async () => {
    process.kill(warehousePid(server.pid()), 'SIGKILL');
    await until(() => client.statuses.at(-1)?.state === 'degraded', 'the state');
    await send([{ name: 'during', user: 'anna' }]);
    await client.waitFor('feed', (messages) => activities(messages).some(({ name }) => name === 'during'));
    await client.waitForRows('names', (rows) => rows.some((row) => row[0] === 'during'));
    await until(() => client.statuses.at(-1)?.state === 'live', 'the state');
    expect(client.problems).toEqual([]);
  });

  test('comes back after the server was killed: windows as before, questions resumed, the feed goes on', async () => {
    await send([{ name: 'last words', user: 'cleo' }]);
    const seen = client.messages.length;
    await server.kill('SIGKILL');
    await server.start();
    await until(() => client.socket.connected, 'the connection');
    await follow();
    await until(() => latestVitals()?.events.m60 === 5 && latestVitals()?.activeUsers === 4, 'the windows');
    expect(latestVitals()).toMatchObject({ sums: [{ event: 'purchase', property: 'amount', m60: 42.5 }] });
    await client.waitForRows('names', (rows) => rows.some((row) => row[0] === 'last words'));
    await send([{ name: 'after', user: 'cleo' }]);
    await client.waitFor('feed', (messages) => activities(messages).some(({ name }) => name === 'after'));
    const told = client.messages.slice(seen);
    expect(told.find(({ id }) => id === 'names')?.kind).toBe('snapshot');
    const numbers = activities(told.filter(({ id }) => id === 'feed')).map(({ n }) => n);
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
  });

  test('lets a session of the browser in, and no page of a stranger', async () => {
    const answer = await fetch(`${server.url}/api/auth/sign-in/email`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: server.url },
      body: JSON.stringify({ email: testOwner.email, password: testOwner.password }),
    });
    const cookie = answer.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ');
    const open = async (origin: string) => {
      const opened = new TestClient(
        io(server.url, { transports: ['websocket'], forceNew: true, reconnection: false, extraHeaders: { cookie, origin } }),
      );
      await opened.connected();
      opened.socket.disconnect();
      return opened.refusal?.message ?? 'in';
    };
    expect(await open(server.url)).toBe('in');
    expect(await open('https://evil.example')).toBe('Authentication failed');
  });
});

/** The warehouse child of a server process. */
function warehousePid(serverPid: number): number {
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      const parent = Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${name}/status`, 'utf8'))?.[1]);
      if (parent === serverPid && readFileSync(`/proc/${name}/cmdline`, 'utf8').includes('warehouse')) return Number(name);
    } catch {
      // the process has ended meanwhile
    }
  }
  throw new Error('there is no warehouse child');
}
